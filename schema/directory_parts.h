/*
 * The inside of the directory, for schema/directory*.c only.
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_PARTS_H
#define KAIRAN_SCHEMA_DIRECTORY_PARTS_H

#include <ldap.h>

#include "schema/directory.h"
#include "schema/ldap_pool.h"

struct directory {
	const struct settings *settings;
	struct ldap_health *health;
	struct ldap_pool *pool;
	struct directory_state *state;
	struct directory_kept *kept;
	/* Of one thread, which reads the accesslog in pages. A long look there, which finds no
	 * end in time, says nothing about other questions. */
	struct ldap_link *pages;
	struct ldap_health *pages_health;
};

/* What was read of sections' people: schema/directory_staffed.c. */
struct directory_kept *directory_kept_new(void);
void directory_kept_free(struct directory_kept *kept);

/* What tells that nothing has changed: schema/directory_state.c. */
struct directory_state *directory_state_new(void);
void directory_state_free(struct directory_state *state);

#define DIRECTORY_STATE_ATTRIBUTE "contextCSN"

/* The DN of the entry to ask for that attribute, to be freed with g_free(); NULL: the server is not
 * to be asked. The link is one that the caller holds. */
char *directory_state_find_context(struct directory *directory, struct ldap_link *link);
/* It did not tell: do not ask it again soon. */
void directory_state_give_up(struct directory *directory);
/* The state in the answer, to be compared with another one; NULL: it has none. Free with
 * g_free(). */
char *directory_state_read(const struct directory *directory, LDAP *ld,
			   LDAPMessage *result);
/* Does the state of this context speak for all these entries (canonical DNs, NULL-terminated)? */
bool directory_state_covers(const struct directory *directory, const char *context,
			    char *const *dns);

/* What is asked to find a section by its DN. Attributes is a list for it, not to be freed. */
struct section_attributes {
	char *names[3];
};
struct section_attributes directory_section_attributes(const struct settings *settings);

/* The section in the result of that; NULL and UNKNOWN where it cannot be understood. */
enum answer directory_take_section(const struct settings *settings, LDAP *ld,
				   LDAPMessage *result, struct section **section_r,
				   struct kairan_error *error_r);

/* A person's entry; what it lacks is NULL or empty. */
struct person *directory_read_person(const struct settings *settings, LDAP *ld,
				     LDAPMessage *entry);

/* Add to persons those who have these DNs; who does not exist is left out. False: could not ask. */
bool directory_add_persons(struct directory *directory, const char *const *dns,
			   size_t count, GPtrArray *persons,
			   struct kairan_error *error_r);

/* The attributes that directory_read_person() reads, for a search: a new NULL-terminated
 * vector; free with g_strfreev(). What people sign with is of somebody who writes. */
char **directory_list_attributes(const struct settings *settings, bool writes);

#endif

/*
 * Writes in the directory, from the accesslog overlay (slapo-accesslog(5)).
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_WRITES_H
#define KAIRAN_SCHEMA_DIRECTORY_WRITES_H

#include "schema/directory.h"

struct berval; /* libldap's */

struct directory_write {
	char
	    *start; /* reqStart: a time with microseconds, no two of which are the same */
	int64_t at;
	char *author;    /* uid of who wrote, or their DN when it has none */
	char *operation; /* "ldap-add", "ldap-modify", "ldap-delete", "ldap-modrdn" */
	char *entry;     /* DN */
	char *
	    changes; /* "attribute:+ new; was attribute: old; ..."; secrets are not shown */
};

/* A part of what was written. Begin with one that is all zero. */
struct directory_writes {
	GPtrArray *writes; /* struct directory_write, ordered by start within the part */
	char *last;  /* the greatest start that was seen, of others' writes too; NULL */
	bool is_cut; /* the server gives no more than so many: ask again from last */
	struct berval
	    *cookie; /* where the next part begins; NULL: this is the last one */
};

/* The next part, of some hundreds, of those that succeeded below ldap_base at a start or later.
 * Free with directory_writes_clear(). False: could not ask. */
bool directory_list_writes(struct directory *directory, const char *start,
			   struct directory_writes *writes, struct kairan_error *error_r);
void directory_writes_clear(struct directory_writes *writes);

/* A start so many seconds before another; one before all writes where there is none so early
 * ("": always). Free with g_free(). */
char *directory_writes_go_back(const char *start, int64_t seconds);

#endif

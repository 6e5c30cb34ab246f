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
	/* Of one thread, which reads the accesslog in pages. A long look there, which finds no
	 * end in time, says nothing about other questions. */
	struct ldap_link *pages;
	struct ldap_health *pages_health;
};

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

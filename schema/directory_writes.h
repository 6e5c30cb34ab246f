/*
 * Writes in the directory, from the accesslog overlay (slapo-accesslog(5)).
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_WRITES_H
#define KAIRAN_SCHEMA_DIRECTORY_WRITES_H

#include "schema/directory.h"

struct directory_write {
	char *start; /* reqStart: a time with microseconds, which orders them */
	int64_t at;
	char *author;    /* uid of who wrote, or their DN when it has none */
	char *operation; /* "ldap-add", "ldap-modify", "ldap-delete", "ldap-modrdn" */
	char *entry;     /* DN */
	char *changes;   /* "attribute: old -> new; ..."; secrets are not shown */
};

/* Those that succeeded below ldap_base after a start, in order: a new array of struct
 * directory_write. False: could not ask. */
bool directory_list_writes(struct directory *directory, const char *after,
			   GPtrArray **writes_r, struct kairan_error *error_r);

#endif

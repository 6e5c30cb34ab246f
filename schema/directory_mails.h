/*
 * Mail addresses that a filter finds in the directory, whoever has them.
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_MAILS_H
#define KAIRAN_SCHEMA_DIRECTORY_MAILS_H

#include "schema/directory.h"

/* The first address (ldap_mail) of every entry below ldap_base that the filter matches, as it
 * stands there: a new NULL-terminated vector, perhaps empty. Entries without one are left out.
 * False: could not ask for all of them. */
bool directory_list_mails(struct directory *directory, const char *filter,
			  char ***mails_r, struct kairan_error *error_r);

#endif

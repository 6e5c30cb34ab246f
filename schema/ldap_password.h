/*
 * The password with which kairan binds to the directory.
 */
#ifndef KAIRAN_SCHEMA_LDAP_PASSWORD_H
#define KAIRAN_SCHEMA_LDAP_PASSWORD_H

#include <stdbool.h>

#include "conf/settings.h"
#include "policy/error.h"

/* Octets, with the NUL. */
#define LDAP_PASSWORD_SIZE 1024

/* The first line of ldap_password_file; "" for an anonymous bind. The caller wipes it. Errors:
 * the file cannot be read, others may read or write it, the line is too long, or there is no
 * password for a bind DN (servers take that for an anonymous bind: RFC 4513, 5.1.2). */
bool ldap_password_read(const struct settings *settings, char text_r[LDAP_PASSWORD_SIZE],
			struct kairan_error *error_r);

/* The first line of a file, which others may not read; name is what error messages call it, such
 * as the setting's. The caller wipes it. */
bool ldap_password_read_file(const char *name, const char *path,
			     char text_r[LDAP_PASSWORD_SIZE],
			     struct kairan_error *error_r);

/* Would ldap_password_read() succeed? */
bool ldap_password_check(const struct settings *settings, struct kairan_error *error_r);

#endif

/*
 * The directory's servers, and how safe the way to them is.
 */
#ifndef KAIRAN_SCHEMA_LDAP_SERVER_H
#define KAIRAN_SCHEMA_LDAP_SERVER_H

#include <ldap.h>
#include <stdbool.h>

#include "conf/settings.h"
#include "policy/error.h"

/* May kairan bind there as it is set? Refused by the setting's name: a URI that is none, a
 * password that would cross a network in plain text (RFC 4513, 6.3.1), StartTLS where there is
 * TLS or a unix socket already, a password file that is unfit. */
bool ldap_server_check(const struct settings *settings, struct kairan_error *error_r);

/* Is TLS spoken there? */
bool ldap_server_wants_tls(const struct settings *settings);

/* A handle for the servers of ldap_uri, not connected yet; certificates are verified. LDAP
 * result code. Unbind it. */
int ldap_server_open(const struct settings *settings, LDAP **handle_r);

#endif

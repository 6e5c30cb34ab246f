/*
 * One LDAP connection that heals itself: the part of the directory that knows libldap's
 * calls but not what is asked.
 */
#ifndef KAIRAN_SCHEMA_LDAP_LINK_H
#define KAIRAN_SCHEMA_LDAP_LINK_H

#include <ldap.h>
#include <stdbool.h>

#include "conf/settings.h"
#include "policy/error.h"
#include "schema/ldap_health.h"

struct ldap_link;

/* health is that of the server, shared by all links to it. Both must outlive the link. */
struct ldap_link *ldap_link_new(const struct settings *settings,
				struct ldap_health *health);
void ldap_link_free(struct ldap_link *link);

/* Search, connecting or reconnecting first where needed. YES with the result (to be freed
 * with ldap_msgfree(), even when it has no entries), NO when the base does not exist,
 * UNKNOWN when the server could not be asked. */
enum answer ldap_link_search(struct ldap_link *link, const char *base, int scope,
			     const char *filter, char **attributes,
			     LDAPMessage **result_r, struct kairan_error *error_r);

/* Several entries by their DNs, asked for at once: results_r[i] is NULL where there is none, or
 * has perhaps no entry where the filter does not match; free each with ldap_msgfree(). False:
 * could not ask, and all are NULL. */
#define LDAP_LINK_ENTRIES_MOST 32
bool ldap_link_read_entries(struct ldap_link *link, const char *const *dns, size_t count,
			    const char *filter, char **attributes,
			    LDAPMessage **results_r, struct kairan_error *error_r);

/* The same as ldap_link_search() in pages of so many entries (RFC 2696). *cookie is NULL for the
 * first page, and says afterwards where the next one begins (NULL: there is none); free with
 * ber_bvfree().
 * *cut_r: the server gives no more than this of all that there is. */
enum answer ldap_link_search_page(struct ldap_link *link, const char *base, int scope,
				  const char *filter, int most, struct berval **cookie,
				  LDAPMessage **result_r, bool *cut_r,
				  struct kairan_error *error_r);

/* The handle, for reading the entries of a result. */
LDAP *ldap_link_handle(struct ldap_link *link);

/* Somebody has the link now, who has waited for it since the server had failed so often
 * (ldap_health_count_failures()). */
void ldap_link_begin(struct ldap_link *link, unsigned failures);

#endif

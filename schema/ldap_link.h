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

struct ldap_link;

/* *is_hurried (atomic; borrowed) becomes true when there is no time: from then on no answer is
 * waited for longer than a second, and nothing is asked after one that did not come. */
struct ldap_link *ldap_link_new(const struct settings *settings, const bool *is_hurried);
void ldap_link_free(struct ldap_link *link);

/* Search, connecting or reconnecting first where needed. YES with the result (to be freed
 * with ldap_msgfree(), even when it has no entries), NO when the base does not exist,
 * UNKNOWN when the server could not be asked. Callers take turns. */
enum answer ldap_link_search(struct ldap_link *link, const char *base, int scope,
			     const char *filter, char **attributes,
			     LDAPMessage **result_r, struct kairan_error *error_r);

/* The same in pages of so many entries (RFC 2696). *cookie is NULL for the first page, and says
 * afterwards where the next one begins (NULL: there is none); free with ber_bvfree().
 * *cut_r: the server gives no more than this of all that there is. */
enum answer ldap_link_search_page(struct ldap_link *link, const char *base, int scope,
				  const char *filter, int most, struct berval **cookie,
				  LDAPMessage **result_r, bool *cut_r,
				  struct kairan_error *error_r);

/* The handle, for reading the entries of a result. */
LDAP *ldap_link_handle(struct ldap_link *link);

/* Hold the link while a result is read: another thread's reconnect would free it. Whoever waits
 * for it while the server does not answer gets that failure as well, without asking again: no
 * look-up takes much longer than ldap_timeout, however many there are. */
void ldap_link_lock(struct ldap_link *link);
void ldap_link_unlock(struct ldap_link *link);

#endif

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

/* What is asked for. A list of attributes ends with NULL; no list: all of them. */
struct ldap_question {
	const char *base;
	int scope; /* LDAP_SCOPE_BASE and the like */
	const char *filter;
	char **attributes;
};

/* Search, connecting or reconnecting first where needed. YES with the result (to be freed
 * with ldap_msgfree(), even when it has no entries), NO when the base does not exist,
 * UNKNOWN when the server could not be asked. */
enum answer ldap_link_search(struct ldap_link *link, const struct ldap_question *question,
			     LDAPMessage **result_r, struct kairan_error *error_r);

/* Several questions, at most LDAP_LINK_QUESTIONS_MOST, for one way there and back. results_r[i] is
 * NULL where the base of a question does not exist; free each with ldap_msgfree(). False: could
 * not ask, and all are NULL. */
#define LDAP_LINK_QUESTIONS_MOST 32
bool ldap_link_search_all(struct ldap_link *link, const struct ldap_question *questions,
			  size_t count, LDAPMessage **results_r,
			  struct kairan_error *error_r);

/* A search in pages (RFC 2696). */
struct ldap_paging {
	int most; /* entries of a page */
	/* Where the next page begins: NULL for the first one, and after the last one. Free with
	 * ber_bvfree(). */
	struct berval *cookie;
	bool is_cut; /* the server gives no more than this of all that there is */
};

/* The same as ldap_link_search(), of the page that is next. */
enum answer ldap_link_search_page(struct ldap_link *link,
				  const struct ldap_question *question,
				  struct ldap_paging *paging, LDAPMessage **result_r,
				  struct kairan_error *error_r);

/* The handle, for reading the entries of a result. */
LDAP *ldap_link_handle(struct ldap_link *link);

/* Somebody has the link now, who has waited for it since the server had failed so often
 * (ldap_health_count_failures()). */
void ldap_link_begin(struct ldap_link *link, unsigned failures);

#endif

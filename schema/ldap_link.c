/*
 * NAME
 *	ldap_link - one LDAP connection that heals itself
 *
 * DESCRIPTION
 *	Connects and binds at the first search, and once more when the server has closed the
 *	connection since the last one (a restarted slapd, an idle time-out). A second failure
 *	is the answer "could not ask". Every wait is bounded by ldap_timeout.
 *
 * DIAGNOSTICS
 *	Failures are returned with libldap's text and the server's own, where it gave one.
 */
#include "config.h"

#include "schema/ldap_link.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

struct ldap_link {
	const struct settings *settings;
	pthread_mutex_t lock;
	LDAP *handle;
};

struct ldap_link *ldap_link_new(const struct settings *settings)
{
	struct ldap_link *link = g_new0(struct ldap_link, 1);

	link->settings = settings;
	pthread_mutex_init(&link->lock, NULL);
	return link;
}

static void disconnect(struct ldap_link *link)
{
	if (link->handle != NULL)
		(void)ldap_unbind_ext_s(link->handle, NULL, NULL);
	link->handle = NULL;
}

void ldap_link_free(struct ldap_link *link)
{
	if (link == NULL)
		return;
	disconnect(link);
	pthread_mutex_destroy(&link->lock);
	g_free(link);
}

void ldap_link_lock(struct ldap_link *link)
{
	pthread_mutex_lock(&link->lock);
}

void ldap_link_unlock(struct ldap_link *link)
{
	pthread_mutex_unlock(&link->lock);
}

LDAP *ldap_link_handle(struct ldap_link *link)
{
	return link->handle;
}

static bool read_password(const char *path, char *text, size_t size,
			  struct kairan_error *error_r)
{
	FILE *file;

	text[0] = '\0';
	if (*path == '\0')
		return true;
	file = fopen(path, "re");
	if (file == NULL)
		return error_set(error_r, "ldap_password_file: cannot open %s: %s", path,
				 strerror(errno));
	if (fgets(text, (int)size, file) == NULL)
		text[0] = '\0';
	fclose(file);
	text[strcspn(text, "\r\n")] = '\0';
	return true;
}

static void set_limits(LDAP *handle, int64_t seconds)
{
	const struct timeval wait = { .tv_sec = (time_t)seconds };
	const int version = LDAP_VERSION3;

	(void)ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
	(void)ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &wait);
	(void)ldap_set_option(handle, LDAP_OPT_TIMEOUT, &wait);
	(void)ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
}

static bool connect_and_bind(struct ldap_link *link, struct kairan_error *error_r)
{
	const struct settings *settings = link->settings;
	char password[256];
	struct berval secret = { 0, password };
	int result;

	if (!read_password(settings->ldap_password_file, password, sizeof(password),
			   error_r))
		return false;
	secret.bv_len = strlen(password);
	result = ldap_initialize(&link->handle, settings->ldap_uri);
	if (result == LDAP_SUCCESS) {
		set_limits(link->handle, settings->ldap_timeout);
		result = ldap_sasl_bind_s(
		    link->handle,
		    *settings->ldap_bind_dn != '\0' ? settings->ldap_bind_dn : NULL,
		    LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
	}
	explicit_bzero(password, sizeof(password));
	if (result == LDAP_SUCCESS)
		return true;
	disconnect(link);
	return error_set(error_r, "LDAP %s: %s", settings->ldap_uri,
			 ldap_err2string(result));
}

struct question {
	const char *base;
	int scope;
	const char *filter;
	char **attributes;
	int page;              /* entries; 0: all at once */
	struct berval *cookie; /* where the page begins; NULL: the first one */
};

static int search_once(struct ldap_link *link, const struct question *question,
		       LDAPMessage **result_r)
{
	struct timeval wait = { .tv_sec = (time_t)link->settings->ldap_timeout };
	LDAPControl *controls[] = { NULL, NULL };
	int result = LDAP_SUCCESS;

	*result_r = NULL;
	if (question->page > 0)
		result = ldap_create_page_control(link->handle, question->page,
						  question->cookie, 1, &controls[0]);
	if (result == LDAP_SUCCESS)
		result =
		    ldap_search_ext_s(link->handle, question->base, question->scope,
				      question->filter, question->attributes, 0, controls,
				      NULL, &wait, LDAP_NO_LIMIT, result_r);
	if (controls[0] != NULL)
		ldap_control_free(controls[0]);
	return result;
}

static bool is_lost(int result)
{
	return result == LDAP_SERVER_DOWN || result == LDAP_CONNECT_ERROR ||
	       result == LDAP_UNAVAILABLE;
}

/* Search, and once more where the server has closed the connection since the last one; a page
 * that is not the first goes down with its connection. False: there is none. */
static bool search_healing(struct ldap_link *link, const struct question *question,
			   LDAPMessage **result_r, int *result_code_r,
			   struct kairan_error *error_r)
{
	bool fresh = link->handle == NULL;

	if (fresh && !connect_and_bind(link, error_r))
		return false;
	*result_code_r = search_once(link, question, result_r);
	if (!is_lost(*result_code_r) || fresh)
		return true;
	(void)ldap_msgfree(*result_r);
	*result_r = NULL;
	disconnect(link);
	if (!connect_and_bind(link, error_r))
		return false;
	*result_code_r = search_once(link, question, result_r);
	return true;
}

static enum answer search(struct ldap_link *link, const struct question *question,
			  LDAPMessage **result_r, bool *cut_r,
			  struct kairan_error *error_r)
{
	int result = LDAP_OTHER;

	*result_r = NULL;
	*cut_r = false;
	if (!search_healing(link, question, result_r, &result, error_r))
		return ANSWER_UNKNOWN;
	/* The server's limit: a failure, but for who asks for parts. */
	*cut_r = result == LDAP_SIZELIMIT_EXCEEDED && question->page > 0;
	if (result == LDAP_SUCCESS || *cut_r)
		return ANSWER_YES;
	(void)ldap_msgfree(*result_r);
	*result_r = NULL;
	if (result == LDAP_NO_SUCH_OBJECT)
		return ANSWER_NO;
	(void)error_set(error_r, "LDAP %s: search below %s: %s", link->settings->ldap_uri,
			question->base, ldap_err2string(result));
	/* A time-out leaves the answer on its way: a later search must not meet it. */
	disconnect(link);
	return ANSWER_UNKNOWN;
}

enum answer ldap_link_search(struct ldap_link *link, const char *base, int scope,
			     const char *filter, char **attributes,
			     LDAPMessage **result_r, struct kairan_error *error_r)
{
	const struct question question = { base, scope, filter, attributes, 0, NULL };
	bool cut;

	return search(link, &question, result_r, &cut, error_r);
}

/* Where the next page begins; NULL after the last one. */
static struct berval *read_cookie(LDAP *handle, LDAPMessage *result)
{
	LDAPControl **controls = NULL;
	LDAPControl *page;
	struct berval cookie = { 0, NULL };
	struct berval *copy = NULL;
	ber_int_t count;

	if (ldap_parse_result(handle, result, NULL, NULL, NULL, NULL, &controls, 0) !=
	    LDAP_SUCCESS)
		return NULL;
	page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (page != NULL &&
	    ldap_parse_pageresponse_control(handle, page, &count, &cookie) ==
		LDAP_SUCCESS &&
	    cookie.bv_len > 0)
		copy = ber_bvdup(&cookie);
	ber_memfree(cookie.bv_val);
	ldap_controls_free(controls);
	return copy;
}

enum answer ldap_link_search_page(struct ldap_link *link, const char *base, int scope,
				  const char *filter, int most, struct berval **cookie,
				  LDAPMessage **result_r, bool *cut_r,
				  struct kairan_error *error_r)
{
	const struct question question = { base, scope, filter, NULL, most, *cookie };
	const enum answer answer = search(link, &question, result_r, cut_r, error_r);

	ber_bvfree(*cookie);
	*cookie =
	    answer == ANSWER_YES && !*cut_r ? read_cookie(link->handle, *result_r) : NULL;
	return answer;
}

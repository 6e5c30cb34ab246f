/*
 * NAME
 *	ldap_link - one LDAP connection that heals itself
 *
 * DESCRIPTION
 *	Connects and binds at the first search, and once more when the server has closed the
 *	connection since the last one (a restarted slapd, an idle time-out). A second failure
 *	is the answer "could not ask". Every wait is bounded by ldap_timeout, the wait for
 *	one's turn included. Answers are waited for in slices, to see that the daemon stops.
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

#define SLICE_MICROSECONDS   (100 * 1000)
#define HURRIED_MICROSECONDS (1000 * 1000)
/* After a question that was not answered in time, the server is left alone: those who waited for
 * it have more to ask, and would do so one after the other. */
#define REST_MICROSECONDS (1000 * 1000)

struct ldap_link {
	const struct settings *settings;
	const bool *is_hurried;
	pthread_mutex_t lock;
	LDAP *handle;
	unsigned failures;           /* to reach the server; atomic */
	struct kairan_error failure; /* the last one */
	bool is_failing;             /* and nothing has succeeded since */
	int64_t rests_until;         /* microseconds of the monotonic clock */
	bool waited_in_vain; /* it failed while the holder of the lock waited for it */
};

struct ldap_link *ldap_link_new(const struct settings *settings, const bool *is_hurried)
{
	struct ldap_link *link = g_new0(struct ldap_link, 1);

	link->settings = settings;
	link->is_hurried = is_hurried;
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
	const unsigned failures = __atomic_load_n(&link->failures, __ATOMIC_ACQUIRE);

	pthread_mutex_lock(&link->lock);
	link->waited_in_vain = link->failures != failures;
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

static bool is_hurried(const struct ldap_link *link)
{
	return __atomic_load_n(link->is_hurried, __ATOMIC_ACQUIRE);
}

static int64_t find_patience(const struct ldap_link *link)
{
	const int64_t patience = link->settings->ldap_timeout * G_USEC_PER_SEC;

	return is_hurried(link) ? MIN(patience, HURRIED_MICROSECONDS) : patience;
}

/* Wait for the answer to a message; its result code, or LDAP_TIMEOUT. */
static int await_answer(struct ldap_link *link, int message, LDAPMessage **result_r)
{
	const int64_t begun = g_get_monotonic_time();
	int type, code = LDAP_SERVER_DOWN;

	do {
		struct timeval slice = { .tv_usec = SLICE_MICROSECONDS };

		type = ldap_result(link->handle, message, LDAP_MSG_ALL, &slice, result_r);
	} while (type == 0 && g_get_monotonic_time() - begun < find_patience(link));
	if (type == 0) {
		(void)ldap_abandon_ext(link->handle, message, NULL, NULL);
		return LDAP_TIMEOUT;
	}
	if (type < 0)
		(void)ldap_get_option(link->handle, LDAP_OPT_RESULT_CODE, &code);
	else if (ldap_parse_result(link->handle, *result_r, &code, NULL, NULL, NULL, NULL,
				   0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	return code;
}

static int bind_as(struct ldap_link *link, const char *dn, struct berval *secret)
{
	LDAPMessage *answer = NULL;
	int message;
	int result = ldap_sasl_bind(link->handle, *dn != '\0' ? dn : NULL,
				    LDAP_SASL_SIMPLE, secret, NULL, NULL, &message);

	if (result == LDAP_SUCCESS)
		result = await_answer(link, message, &answer);
	(void)ldap_msgfree(answer);
	return result;
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
		result = bind_as(link, settings->ldap_bind_dn, &secret);
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
	int message;

	*result_r = NULL;
	if (question->page > 0)
		result = ldap_create_page_control(link->handle, question->page,
						  question->cookie, 1, &controls[0]);
	if (result == LDAP_SUCCESS)
		result = ldap_search_ext(link->handle, question->base, question->scope,
					 question->filter, question->attributes, 0,
					 controls, NULL, &wait, LDAP_NO_LIMIT, &message);
	if (result == LDAP_SUCCESS)
		result = await_answer(link, message, result_r);
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

/* Remember that the server could not be reached, for those who wait for the link. */
static enum answer note_failure(struct ldap_link *link, int64_t begun,
				const struct kairan_error *error)
{
	const int64_t now = g_get_monotonic_time();

	link->failure = *error;
	link->is_failing = true;
	link->rests_until =
	    now - begun < REST_MICROSECONDS ? now : now + REST_MICROSECONDS;
	(void)__atomic_add_fetch(&link->failures, 1, __ATOMIC_ACQ_REL);
	return ANSWER_UNKNOWN;
}

/* Is it of no use to ask now? */
static bool has_failed(const struct ldap_link *link)
{
	return link->waited_in_vain ||
	       (link->is_failing &&
		(is_hurried(link) || g_get_monotonic_time() < link->rests_until));
}

static enum answer search(struct ldap_link *link, const struct question *question,
			  LDAPMessage **result_r, bool *cut_r,
			  struct kairan_error *error_r)
{
	const int64_t begun = g_get_monotonic_time();
	int result = LDAP_OTHER;

	*result_r = NULL;
	*cut_r = false;
	if (has_failed(link)) {
		*error_r = link->failure;
		return ANSWER_UNKNOWN;
	}
	if (!search_healing(link, question, result_r, &result, error_r))
		return note_failure(link, begun, error_r);
	/* The server's limit: a failure, but for who asks for parts. */
	*cut_r = result == LDAP_SIZELIMIT_EXCEEDED && question->page > 0;
	link->is_failing = false;
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
	if (is_lost(result) || result == LDAP_TIMEOUT)
		return note_failure(link, begun, error_r);
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

/*
 * NAME
 *	ldap_link - one LDAP connection that heals itself
 *
 * DESCRIPTION
 *	Connects and binds at the first search, and once more when the server has closed the
 *	connection since the last one (a restarted slapd, an idle time-out). A second failure
 *	is the answer "could not ask". Every wait is bounded by ldap_timeout. Answers are waited
 *	for in slices, to see when there is no time any more.
 *
 * DIAGNOSTICS
 *	Failures are returned with libldap's text and the server's own, where it gave one.
 */
#include "config.h"

#include "schema/ldap_link.h"

#include <glib.h>
#include <string.h>
#include <sys/time.h>

#include "schema/ldap_password.h"
#include "schema/ldap_server.h"

#define SLICE_MICROSECONDS (100 * 1000)

/* A connection that something on the way has dropped is noticed before it is needed. */
#define KEEPALIVE_IDLE_SECONDS     60
#define KEEPALIVE_INTERVAL_SECONDS 10
#define KEEPALIVE_PROBES           3

struct ldap_link {
	const struct settings *settings;
	struct ldap_health *health;
	unsigned failures; /* of the server, when the holder began to wait for the link */
	LDAP *handle;
};

struct ldap_link *ldap_link_new(const struct settings *settings,
				struct ldap_health *health)
{
	struct ldap_link *link = g_new0(struct ldap_link, 1);

	link->settings = settings;
	link->health = health;
	link->failures = ldap_health_count_failures(health);
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
	g_free(link);
}

void ldap_link_begin(struct ldap_link *link, unsigned failures)
{
	link->failures = failures;
}

LDAP *ldap_link_handle(struct ldap_link *link)
{
	return link->handle;
}

/* How long a connection may take to be made: whole seconds, at least one. */
static int64_t find_patience(const struct ldap_link *link)
{
	const int64_t now = g_get_monotonic_time();
	const int64_t deadline =
	    ldap_health_find_deadline(link->health, now, link->settings->ldap_timeout);

	return MAX((deadline - now) / G_USEC_PER_SEC, 1);
}

static void set_limits(const struct ldap_link *link)
{
	const struct timeval wait = { .tv_sec = (time_t)find_patience(link) };
	const int version = LDAP_VERSION3;
	const int idle = KEEPALIVE_IDLE_SECONDS, interval = KEEPALIVE_INTERVAL_SECONDS,
		  probes = KEEPALIVE_PROBES;

	(void)ldap_set_option(link->handle, LDAP_OPT_PROTOCOL_VERSION, &version);
	(void)ldap_set_option(link->handle, LDAP_OPT_NETWORK_TIMEOUT, &wait);
	(void)ldap_set_option(link->handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	(void)ldap_set_option(link->handle, LDAP_OPT_X_KEEPALIVE_IDLE, &idle);
	(void)ldap_set_option(link->handle, LDAP_OPT_X_KEEPALIVE_INTERVAL, &interval);
	(void)ldap_set_option(link->handle, LDAP_OPT_X_KEEPALIVE_PROBES, &probes);
}

/* Wait for the answer to a message; its result code, or LDAP_TIMEOUT. */
static int await_answer(struct ldap_link *link, int message, LDAPMessage **result_r)
{
	const int64_t begun = g_get_monotonic_time();
	int type, code = LDAP_OTHER;

	do {
		struct timeval slice = { .tv_usec = SLICE_MICROSECONDS };

		type = ldap_result(link->handle, message, LDAP_MSG_ALL, &slice, result_r);
	} while (type == 0 && g_get_monotonic_time() <
				  ldap_health_find_deadline(
				      link->health, begun, link->settings->ldap_timeout));
	if (type == 0) {
		(void)ldap_abandon_ext(link->handle, message, NULL, NULL);
		return LDAP_TIMEOUT;
	}
	/* What libldap remembers of it may be the end of an answer before this one. */
	if (type < 0)
		return LDAP_SERVER_DOWN;
	if (ldap_parse_result(link->handle, *result_r, &code, NULL, NULL, NULL, NULL,
			      0) != LDAP_SUCCESS)
		return LDAP_DECODING_ERROR;
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

/* RFC 4511, 4.14. */
static int start_tls(struct ldap_link *link)
{
	LDAPMessage *answer = NULL;
	int message;
	int result = ldap_start_tls(link->handle, NULL, NULL, &message);

	if (result == LDAP_SUCCESS)
		result = await_answer(link, message, &answer);
	(void)ldap_msgfree(answer);
	return result == LDAP_SUCCESS ? ldap_install_tls(link->handle) : result;
}

/* libldap does not tell a certificate that it does not like from a server that is down. */
static bool fail_connection(struct ldap_link *link, int result,
			    struct kairan_error *error_r)
{
	const bool about_tls =
	    ldap_server_wants_tls(link->settings) &&
	    (result == LDAP_SERVER_DOWN || result == LDAP_CONNECT_ERROR);

	disconnect(link);
	return error_set(
	    error_r, "LDAP %s: %s%s", link->settings->ldap_uri, ldap_err2string(result),
	    about_tls ? " (or its certificate is not known by ldap_ca_file, or "
			"is for another name)"
		      : "");
}

static bool connect_and_bind(struct ldap_link *link, struct kairan_error *error_r)
{
	const struct settings *settings = link->settings;
	char password[LDAP_PASSWORD_SIZE];
	struct berval secret = { 0, password };
	int result;

	if (!ldap_password_read(settings, password, error_r))
		return false;
	secret.bv_len = strlen(password);
	result = ldap_server_open(settings, &link->handle);
	if (result == LDAP_SUCCESS)
		set_limits(link);
	if (result == LDAP_SUCCESS && settings->ldap_starttls)
		result = start_tls(link);
	if (result == LDAP_SUCCESS)
		result = bind_as(link, settings->ldap_bind_dn, &secret);
	explicit_bzero(password, sizeof(password));
	ldap_health_note_connection(link->health);
	return result == LDAP_SUCCESS || fail_connection(link, result, error_r);
}

/* What is asked in one turn. */
struct turn {
	const struct ldap_question *questions;
	size_t count;          /* at most LDAP_LINK_QUESTIONS_MOST */
	int page;              /* entries; 0: all at once */
	struct berval *cookie; /* where the page begins; NULL: the first one */
};

static int send_search(struct ldap_link *link, const struct turn *turn,
		       const struct ldap_question *question, int *message_r)
{
	/* The server's own limit comes before ours, so that one that is slow at this question says
	 * so, and is not taken for one that is dead (ldap_health.h). */
	struct timeval limit = { .tv_sec =
				     (time_t)MAX(link->settings->ldap_timeout - 1, 1) };
	LDAPControl *controls[] = { NULL, NULL };
	int result = LDAP_SUCCESS;

	if (turn->page > 0)
		result = ldap_create_page_control(link->handle, turn->page, turn->cookie,
						  1, &controls[0]);
	if (result == LDAP_SUCCESS)
		result =
		    ldap_search_ext(link->handle, question->base, question->scope,
				    question->filter, question->attributes, 0, controls,
				    NULL, &limit, LDAP_NO_LIMIT, message_r);
	if (controls[0] != NULL)
		ldap_control_free(controls[0]);
	return result;
}

static void free_results(const struct turn *turn, LDAPMessage **results)
{
	for (size_t i = 0; i < turn->count; i++) {
		(void)ldap_msgfree(results[i]);
		results[i] = NULL;
	}
}

/* All questions are sent before the first answer is read, so that they cost one way there and
 * back. One of several whose base does not exist leaves its result NULL. */
static int search_once(struct ldap_link *link, const struct turn *turn,
		       LDAPMessage **results)
{
	int messages[LDAP_LINK_QUESTIONS_MOST];
	int result = LDAP_SUCCESS;

	for (size_t i = 0; result == LDAP_SUCCESS && i < turn->count; i++)
		result = send_search(link, turn, &turn->questions[i], &messages[i]);
	for (size_t i = 0; result == LDAP_SUCCESS && i < turn->count; i++) {
		result = await_answer(link, messages[i], &results[i]);
		if (result == LDAP_NO_SUCH_OBJECT && turn->count > 1) {
			(void)ldap_msgfree(results[i]);
			results[i] = NULL;
			result = LDAP_SUCCESS;
		}
	}
	return result;
}

static bool is_lost(int result)
{
	return result == LDAP_SERVER_DOWN || result == LDAP_CONNECT_ERROR ||
	       result == LDAP_UNAVAILABLE;
}

/* Search, and once more where the server has closed the connection since the last one; a page
 * that is not the first goes down with its connection. False: there is none. */
static bool search_healing(struct ldap_link *link, const struct turn *turn,
			   LDAPMessage **results, int *result_code_r,
			   struct kairan_error *error_r)
{
	bool fresh = link->handle == NULL;

	if (fresh && !connect_and_bind(link, error_r))
		return false;
	*result_code_r = search_once(link, turn, results);
	if (!is_lost(*result_code_r) || fresh)
		return true;
	free_results(turn, results);
	disconnect(link);
	if (!connect_and_bind(link, error_r))
		return false;
	*result_code_r = search_once(link, turn, results);
	return true;
}

static enum answer fail(struct ldap_link *link, int64_t begun,
			const struct kairan_error *error)
{
	ldap_health_note_failure(link->health, begun, error);
	return ANSWER_UNKNOWN;
}

static enum answer search(struct ldap_link *link, const struct turn *turn,
			  LDAPMessage **results, bool *cut_r,
			  struct kairan_error *error_r)
{
	const int64_t begun = g_get_monotonic_time();
	int result = LDAP_OTHER;

	memset(results, 0, turn->count * sizeof(*results));
	*cut_r = false;
	if (!ldap_health_may_ask(link->health, link->failures, error_r))
		return ANSWER_UNKNOWN;
	if (!search_healing(link, turn, results, &result, error_r))
		return fail(link, begun, error_r);
	/* The server's limit: a failure, but for who asks for parts. */
	*cut_r = result == LDAP_SIZELIMIT_EXCEEDED && turn->page > 0;
	if (result == LDAP_SUCCESS || *cut_r) {
		ldap_health_note_success(link->health);
		return ANSWER_YES;
	}
	free_results(turn, results);
	if (result == LDAP_NO_SUCH_OBJECT) {
		ldap_health_note_success(link->health);
		return ANSWER_NO;
	}
	(void)error_set(error_r, "LDAP %s: search below %s: %s", link->settings->ldap_uri,
			turn->questions[0].base, ldap_err2string(result));
	/* A time-out leaves the answer on its way: a later search must not meet it. */
	disconnect(link);
	return is_lost(result) || result == LDAP_TIMEOUT ? fail(link, begun, error_r)
							 : ANSWER_UNKNOWN;
}

enum answer ldap_link_search(struct ldap_link *link, const struct ldap_question *question,
			     LDAPMessage **result_r, struct kairan_error *error_r)
{
	const struct turn one = { .questions = question, .count = 1 };
	bool cut;

	return search(link, &one, result_r, &cut, error_r);
}

bool ldap_link_search_all(struct ldap_link *link, const struct ldap_question *questions,
			  size_t count, LDAPMessage **results_r,
			  struct kairan_error *error_r)
{
	const struct turn turn = { .questions = questions, .count = count };
	bool cut;

	return search(link, &turn, results_r, &cut, error_r) != ANSWER_UNKNOWN;
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

enum answer ldap_link_search_page(struct ldap_link *link,
				  const struct ldap_question *question,
				  struct ldap_paging *paging, LDAPMessage **result_r,
				  struct kairan_error *error_r)
{
	const struct turn page = { .questions = question,
				   .count = 1,
				   .page = paging->most,
				   .cookie = paging->cookie };
	const enum answer answer =
	    search(link, &page, result_r, &paging->is_cut, error_r);

	ber_bvfree(paging->cookie);
	paging->cookie = answer == ANSWER_YES && !paging->is_cut
			     ? read_cookie(link->handle, *result_r)
			     : NULL;
	return answer;
}

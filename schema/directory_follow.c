/*
 * NAME
 *	directory_follow - to be told when the directory changes
 *
 * DESCRIPTION
 *	A search in mode refreshAndPersist (RFC 4533 section 3.4) over all that kairan reads,
 *	without attributes: each entry that comes after the refresh is a change. No cookie is kept, since after a
 *	lost connection everything is read anew in any case.
 *
 *	libldap's ldap_sync_init() would hold the thread until the whole refresh is over; here a
 *	wait also ends for a descriptor, so that the daemon can stop at any moment.
 *
 * DIAGNOSTICS
 *	Could not ask: as in directory.c. Lost: what the server said when it ended the search.
 */
#include "config.h"

#include "schema/directory_follow.h"

#include <errno.h>
#include <glib.h>
#include <ldap.h>
#include <poll.h>
#include <string.h>

#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

struct directory_follower {
	struct ldap_link *link;
	int message;     /* libldap's number of the search */
	bool is_started; /* the refresh is over, and changes come as they are made */
};

/* Does the root entry name the control? */
static enum answer is_offered(struct ldap_link *link, struct kairan_error *error_r)
{
	char *attributes[] = { (char *)"supportedControl", NULL };
	const struct ldap_question question = { "", LDAP_SCOPE_BASE, "(objectClass=*)",
						attributes };
	LDAPMessage *result = NULL, *entry;
	LDAP *ld;
	enum answer answer = ldap_link_search(link, &question, &result, error_r);
	char **controls;

	if (answer != ANSWER_YES)
		return answer;
	ld = ldap_link_handle(link);
	entry = ldap_first_entry(ld, result);
	/* There is none where we may not read it. */
	controls = entry != NULL ? ldap_entry_values(ld, entry, attributes[0]) : NULL;
	if (controls == NULL ||
	    !g_strv_contains((const char *const *)controls, LDAP_CONTROL_SYNC))
		answer = ANSWER_NO;
	g_strfreev(controls);
	(void)ldap_msgfree(result);
	return answer;
}

/* syncRequestValue (RFC 4533 section 2.2): the mode alone. */
static bool make_control(LDAPControl **control_r)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval value = { 0, NULL };
	bool ok = ber != NULL &&
		  ber_printf(ber, "{e}", LDAP_SYNC_REFRESH_AND_PERSIST) != -1 &&
		  ber_flatten2(ber, &value, 0) == 0 &&
		  ldap_control_create(LDAP_CONTROL_SYNC, 1, &value, 1, control_r) ==
		      LDAP_SUCCESS;

	ber_free(ber, 1);
	return ok;
}

static bool start_search(struct directory_follower *follower,
			 const struct settings *settings, struct kairan_error *error_r)
{
	char *attributes[] = { (char *)LDAP_NO_ATTRS, NULL };
	LDAP *ld = ldap_link_handle(follower->link);
	g_autofree char *filter = g_strconcat(
	    "(|", settings->ldap_section_filter, settings->ldap_broadcast_filter,
	    settings->ldap_person_filter, settings->ldap_admin_filter, ")", NULL);
	LDAPControl *controls[] = { NULL, NULL };
	int result = LDAP_NO_MEMORY;

	if (make_control(&controls[0]))
		result = ldap_search_ext(ld, settings->ldap_base, LDAP_SCOPE_SUBTREE,
					 filter, attributes, 0, controls, NULL, NULL,
					 LDAP_NO_LIMIT, &follower->message);
	ldap_control_free(controls[0]);
	return result == LDAP_SUCCESS ||
	       error_set(error_r, "LDAP %s: following %s: %s", settings->ldap_uri,
			 settings->ldap_base, ldap_err2string(result));
}

enum answer directory_follower_open(struct directory *directory,
				    struct directory_follower **follower_r,
				    struct kairan_error *error_r)
{
	struct directory_follower *follower = g_new0(struct directory_follower, 1);
	enum answer answer;

	follower->link = ldap_link_new(directory->settings, directory->health);
	answer = is_offered(follower->link, error_r);
	if (answer == ANSWER_YES && !start_search(follower, directory->settings, error_r))
		answer = ANSWER_UNKNOWN;
	if (answer == ANSWER_YES)
		*follower_r = follower;
	else
		directory_follower_free(follower);
	return answer;
}

void directory_follower_free(struct directory_follower *follower)
{
	if (follower == NULL)
		return;
	ldap_link_free(follower->link);
	g_free(follower);
}

static enum follow_news read_end(LDAP *ld, LDAPMessage *message,
				 struct kairan_error *error_r)
{
	char *text = NULL;
	int code = LDAP_OTHER;

	(void)ldap_parse_result(ld, message, &code, NULL, &text, NULL, NULL, 0);
	(void)error_set(error_r, "LDAP: the server stopped telling of changes: %s%s%s",
			ldap_err2string(code), text != NULL && *text != '\0' ? ": " : "",
			text != NULL ? text : "");
	ldap_memfree(text);
	return code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION ? FOLLOW_REFUSED : FOLLOW_LOST;
}

static enum follow_news note_loss(LDAP *ld, struct kairan_error *error_r)
{
	int code = LDAP_SERVER_DOWN;

	(void)ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &code);
	(void)error_set(error_r, "LDAP: the connection that tells of changes: %s",
			ldap_err2string(code));
	return FOLLOW_LOST;
}

/* Does a syncInfoValue (RFC 4533 section 2.5) end the refresh? Both of its kinds that may do
 * so are said only once where there was no cookie. */
static bool is_refresh_done(LDAP *ld, LDAPMessage *message)
{
	struct berval *value = NULL;
	char *oid = NULL;
	bool done = false;

	if (ldap_parse_intermediate(ld, message, &oid, &value, NULL, 0) == LDAP_SUCCESS &&
	    g_strcmp0(oid, LDAP_SYNC_INFO) == 0 && value != NULL && value->bv_len > 0) {
		const ber_tag_t tag = (unsigned char)value->bv_val[0];

		done = tag == LDAP_TAG_SYNC_REFRESH_DELETE ||
		       tag == LDAP_TAG_SYNC_REFRESH_PRESENT;
	}
	ldap_memfree(oid);
	ber_bvfree(value);
	return done;
}

/* Take everything that has come. */
static enum follow_news take_messages(struct directory_follower *follower,
				      struct kairan_error *error_r)
{
	LDAP *ld = ldap_link_handle(follower->link);
	enum follow_news news = FOLLOW_QUIET;

	for (;;) {
		struct timeval now = { 0, 0 };
		LDAPMessage *message = NULL;
		const int type =
		    ldap_result(ld, follower->message, LDAP_MSG_ONE, &now, &message);

		if (type == 0)
			return news;
		if (type < 0)
			return note_loss(ld, error_r);
		if (type == LDAP_RES_SEARCH_RESULT) {
			news = read_end(ld, message, error_r);
			(void)ldap_msgfree(message);
			return news;
		}
		if (type == LDAP_RES_SEARCH_ENTRY && follower->is_started)
			news = FOLLOW_CHANGED;
		if (type == LDAP_RES_INTERMEDIATE && !follower->is_started &&
		    is_refresh_done(ld, message)) {
			follower->is_started = true;
			(void)ldap_msgfree(message);
			return FOLLOW_STARTED;
		}
		(void)ldap_msgfree(message);
	}
}

enum follow_news directory_follower_wait(struct directory_follower *follower,
					 int descriptor, int milliseconds,
					 struct kairan_error *error_r)
{
	struct pollfd fds[] = { { .fd = descriptor, .events = POLLIN },
				{ .fd = -1, .events = POLLIN } };

	(void)ldap_get_option(ldap_link_handle(follower->link), LDAP_OPT_DESC,
			      &fds[1].fd);
	for (;;) {
		/* libldap may have read more than it gave out: ask it before the socket. */
		enum follow_news news = take_messages(follower, error_r);
		int ready;

		if (news != FOLLOW_QUIET)
			return news;
		ready = poll(fds, G_N_ELEMENTS(fds), milliseconds);
		if (ready == 0)
			return FOLLOW_QUIET;
		if (ready > 0 && fds[0].revents != 0)
			return FOLLOW_WOKEN;
		if (ready < 0 && errno != EINTR) {
			(void)error_set(error_r, "poll: %s", strerror(errno));
			return FOLLOW_LOST;
		}
	}
}

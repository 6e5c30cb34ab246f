/*
 * NAME
 *	rows_carriers - does the mail system go at the pace that carriers bear?
 *
 * DESCRIPTION
 *	What they publish stands in conf/postfix/carriers.sample. Here only what refuses a whole
 *	session is looked at: recipients in one transaction, and transactions in one session. Where
 *	mail leaves by another mail system of the town's, that one's limits count, which nobody here
 *	can see.
 *
 *	And has Postfix's queue manager room for the largest list? It keeps so many recipients of a
 *	transport in memory (NAME_recipient_limit, which goes before qmgr_message_recipient_limit once
 *	a mail has its transport); when all of these wait for one slow carrier, nobody else's turn
 *	comes. Of personal copies each is a mail, of which there are so many at a time
 *	(qmgr_message_active_limit).
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"
#include "milter/core/own_address.h"
#include "policy/text.h"
#include "schema/store_subscriber.h"

#define SESSION_MOST 100 /* recipients, as docomo says */

/* ---- Postfix ---- */

/* The parts of envelope senders: of ordinary broadcasts, and of urgent ones. */
#define ORDINARY "r1.1.123456789"
#define URGENT   "ur1.1.123456789"

/* The transport that mail of such a sender leaves by; *is_relayed_r: to another mail system. */
static enum answer find_transport(const struct check *check, struct check_words *said,
				  const char *token, char **transport_r,
				  bool *is_relayed_r)
{
	g_autofree char *sender =
	    own_address_make(check->setup->settings, SERVICE_BOUNCE, token);
	char *value = NULL;
	enum answer answer =
	    check_find_route(check, said, CHECK_SENDER_MAPS, sender, &value);

	if (answer == ANSWER_UNKNOWN)
		return answer;
	if (answer == ANSWER_NO)
		value = g_strdup(postfix_get(check->postfix, "default_transport"));
	*is_relayed_r = (strchr(value, ':') != NULL && strchr(value, ':')[1] != '\0') ||
			*postfix_get(check->postfix, "relayhost") != '\0';
	value[strcspn(value, ":")] = '\0';
	*transport_r = value;
	return ANSWER_YES;
}

/* A transport's value of a limit: its own, or else everybody's. */
static long get_limit(const struct check *check, const char *transport, const char *limit)
{
	g_autofree char *name = g_strdup_printf("%s_%s", transport, limit);
	g_autofree char *other = g_strdup_printf("default_%s", limit);
	const char *value = postfix_get(check->postfix, name);

	return strtol(*value != '\0' ? value : postfix_get(check->postfix, other), NULL,
		      10);
}

static enum answer ask_session(const struct check *check, const char *token,
			       struct check_words *said)
{
	g_autofree char *transport = NULL;
	g_autofree char *service = NULL;
	bool is_relayed = false;
	enum answer answer = find_transport(check, said, token, &transport, &is_relayed);
	const char *kept;
	long most;

	if (answer != ANSWER_YES || is_relayed)
		return answer;
	service = g_strconcat(transport, "/unix", NULL);
	if (*postfix_get_field(check->postfix, service, "command") == '\0') {
		g_string_printf(said->found, check_say("master.cf has no service %s"),
				transport);
		return ANSWER_NO;
	}
	most = get_limit(check, transport, "destination_recipient_limit");
	kept = postfix_get_at(check->postfix, service, "smtp_connection_cache_on_demand");
	g_string_printf(said->found,
			"%s_destination_recipient_limit = %ld; "
			"smtp_connection_cache_on_demand = %s",
			transport, most, kept);
	/* 0 is no limit at all. */
	return most > 0 && most <= SESSION_MOST && strcmp(kept, "no") == 0 ? ANSWER_YES
									   : ANSWER_NO;
}

enum answer check_ask_postfix_carriers(struct check *check, struct check_words *said)
{
	const enum answer answer = ask_session(check, ORDINARY, said);

	return answer == ANSWER_YES ? ask_session(check, URGENT, said) : answer;
}

static void note_largest(const struct subscriber_count *count, void *context)
{
	int64_t *largest = context;

	*largest = MAX(*largest, count->active);
}

static bool find_largest(struct check *check, int64_t *largest_r,
			 struct check_words *said)
{
	struct kairan_error error = { "" };
	bool ok = store_begin(check->store, &error);

	*largest_r = 0;
	if (ok) {
		ok = store_subscriber_visit_counts(check->store, note_largest, largest_r,
						   &error);
		store_rollback(check->store);
	}
	if (!ok)
		g_string_append(said->found, error.text);
	return ok;
}

enum answer check_ask_postfix_room(struct check *check, struct check_words *said)
{
	const bool is_personal = check->setup->settings->copies == COPIES_PERSONAL;
	g_autofree char *transport = NULL;
	g_autofree char *name = NULL;
	bool is_relayed = false;
	int64_t largest;
	enum answer answer =
	    find_transport(check, said, ORDINARY, &transport, &is_relayed);
	long room;

	if (answer != ANSWER_YES)
		return answer;
	if (!find_largest(check, &largest, said))
		return ANSWER_UNKNOWN;
	name = is_personal ? g_strdup("qmgr_message_active_limit")
			   : g_strdup_printf("%s_recipient_limit", transport);
	room = is_personal ? strtol(postfix_get(check->postfix, name), NULL, 10)
			   : get_limit(check, transport, "recipient_limit");
	g_string_printf(said->found, check_say("%s is %lld; the largest list has %lld"),
			name, (long long)room, (long long)largest);
	g_string_printf(said->cure, "%s = %lld", name, (long long)largest);
	return largest <= room ? ANSWER_YES : ANSWER_NO;
}

/* ---- Sendmail ---- */

/* The number behind "r=" in a mailer's line; 0 without it. */
static long read_number(const char *line, const char *name)
{
	g_auto(GStrv) words = g_strsplit(line, ",", -1);
	g_autofree char *mark = g_strdup_printf("%s=", name);

	for (size_t i = 0; words[i] != NULL; i++)
		if (text_begins_with(g_strstrip(words[i]), mark))
			return strtol(words[i] + strlen(mark), NULL, 10);
	return 0;
}

enum answer check_ask_sendmail_carriers(struct check *check, struct check_words *said)
{
	const char *smart_host = sendmail_find_line(check->sendmail, "DS", "");
	const char *line = sendmail_find_line(check->sendmail, "Mesmtp,", "P=[IPC]");
	long recipients, mails;

	if (smart_host != NULL && smart_host[strlen("DS")] != '\0')
		return ANSWER_YES;
	if (line == NULL) {
		g_string_printf(said->found, check_say("sendmail.cf has no line %s"),
				"Mesmtp");
		return ANSWER_NO;
	}
	recipients = read_number(line, "r");
	mails = read_number(line, "m");
	g_string_printf(said->found, "Mesmtp: r=%ld, m=%ld", recipients, mails);
	return recipients > 0 && recipients <= SESSION_MOST && mails == 1 ? ANSWER_YES
									  : ANSWER_NO;
}

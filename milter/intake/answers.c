/*
 * NAME
 *	answers - one answer for each reply
 *
 * DESCRIPTION
 *	Mail systems deliver a mail twice when they are not sure of the first time, and clients
 *	submit one again when they did not hear the end of it. So every reply is kept by a hash
 *	over its writer, its draft, its Message-ID and its words, in the transaction of what
 *	becomes of it.
 *
 *	A rule of a mail program answers each of our answers from the person's own login, which
 *	would go on for ever. Past a number in an hour there is no further mail to the person, and
 *	the administrators hear whose replies and which draft it is about.
 *
 * DIAGNOSTICS
 *	The alarm "replies". Errors are returned.
 */
#include "config.h"

#include "milter/intake/answers.h"

#include <glib.h>
#include <string.h>

#include "milter/core/alarm.h"
#include "policy/token.h"
#include "schema/store_reply.h"

#define WATCH_SECONDS 3600

char *answers_make_id(const struct message *message, const struct envelope *envelope)
{
	const GString *octets = envelope->octets;
	const char *id = envelope->queue_id;

	if (message != NULL) {
		id = message_get_header(message, "Message-ID", 0);
		if (id == NULL)
			return g_compute_checksum_for_data(
			    G_CHECKSUM_SHA256, (const guchar *)octets->str, octets->len);
	}
	return g_strdup(id);
}

static struct reply_mark make_mark(const struct answers_reply *reply, int64_t now,
				   bool counts)
{
	struct reply_mark mark = {
		.draft = reply->draft != NULL ? reply->draft->id : 0,
		.uid = reply->person->uid,
		.at = now,
		.counts = counts,
	};
	g_autofree char *text = g_strdup_printf(
	    "%s\n%lld\n%s\n%s", mark.uid, (long long)mark.draft, reply->id, reply->words);

	G_STATIC_ASSERT(sizeof(mark.key) == TOKEN_HASH_OCTETS);
	token_hash_text(text, mark.key);
	return mark;
}

enum answers answers_find(struct store *store, const struct answers_reply *reply,
			  int64_t now, struct kairan_error *error_r)
{
	const struct reply_mark mark = make_mark(reply, now, true);
	int64_t earlier = 0;

	if (!store_reply_count(store, &mark, now - WATCH_SECONDS, &earlier, error_r))
		return ANSWERS_UNKNOWN;
	switch (store_reply_mark(store, &mark, error_r)) {
	case ANSWER_YES:
		return earlier < reply->most ? ANSWERS_DUE : ANSWERS_ENDLESS;
	case ANSWER_NO:
		return ANSWERS_GIVEN;
	case ANSWER_UNKNOWN:
		break;
	}
	return ANSWERS_UNKNOWN;
}

bool answers_note_change(struct store *store, const struct answers_reply *reply,
			 int64_t now, struct kairan_error *error_r)
{
	const struct reply_mark mark = make_mark(reply, now, false);

	return store_reply_mark(store, &mark, error_r) != ANSWER_UNKNOWN;
}

static char *make_alarm_id(const struct answers_reply *reply)
{
	return g_strdup_printf("%lld %s",
			       reply->draft != NULL ? (long long)reply->draft->id : 0,
			       reply->person->uid);
}

void answers_tell_administrators(struct kairan *kairan, const struct answers_reply *reply,
				 const char *line)
{
	const struct person *person = reply->person;
	g_autofree char *id = make_alarm_id(reply);
	g_autofree char *detail =
	    g_strdup_printf("%s <%s> / %s / %s", person->name,
			    person->mails[0] != NULL ? person->mails[0] : person->uid,
			    reply->draft != NULL ? reply->draft->subject : "", line);

	alarm_raise(kairan, ALARM_REPLIES, id, "replies", detail);
}

void answers_end_alarm(struct kairan *kairan, const struct answers_reply *reply)
{
	g_autofree char *id = make_alarm_id(reply);

	alarm_clear(kairan, ALARM_REPLIES, id);
}

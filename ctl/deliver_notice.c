/*
 * NAME
 *	deliver_notice - a notice that came back
 *
 * DESCRIPTION
 *	The MTA had taken it, so that nobody knew. It is one of those now that were refused, which
 *	every later mail about the draft shows. A resident's is nobody's matter but theirs, whom anybody
 *	may have named: neither trail nor log nor alarm knows who it was, as of one that the MTA did
 *	not take (milter/courier/courier.c). They may ask again, though: many have to let our mail through
 *	their carrier's filter first.
 *
 * DIAGNOSTICS
 *	Warning: what came back, and whose. Errors are returned.
 */
#include "config.h"

#include "ctl/deliver_notice.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "schema/store_alarm.h"
#include "schema/store_audit.h"
#include "schema/store_draft.h"
#include "schema/store_outbox.h"
#include "schema/store_resident.h"

static const char *outcome_of(enum bounce_kind kind)
{
	return bounce_kind_is_failure(kind) ? "bounced" : bounce_kind_name(kind);
}

static bool append(struct store *store, const struct outbox_notice *notice,
		   const struct notice_bounce *bounce, struct kairan_error *error_r)
{
	g_autofree char *detail =
	    g_strdup_printf("%s to %s: %s%s%s", notice->kind, notice->mail,
			    bounce_kind_name(bounce->kind),
			    *bounce->words != '\0' ? ": " : "", bounce->words);
	const struct audit_event event = {
		.at = clock_now(),
		.role = "system",
		.draft = notice->draft,
		.action = "notice",
		.outcome = outcome_of(bounce->kind),
		.detail = detail,
		.queue_id = bounce->queue_id,
	};

	log_event(LOG_LEVEL_WARNING, bounce->queue_id, notice->draft,
		  "notice %lld %s: %s", (long long)notice->id, event.outcome, detail);
	return store_audit_append(store, &event, error_r);
}

static bool raise_alarm(struct store *store, const struct outbox_notice *notice,
			const struct notice_bounce *bounce, struct kairan_error *error_r)
{
	g_autofree char *name = g_strdup_printf("%s %s", ALARM_BOUNCED, notice->mail);
	g_autofree char *detail = g_strdup_printf(
	    "%s <%s>: %s", notice->name, notice->mail,
	    *bounce->words != '\0' ? bounce->words : bounce_kind_name(bounce->kind));
	const struct alarm alarm = {
		.name = name,
		.reason = (char *)"bounced",
		.detail = detail,
		.raised_at = clock_now(),
	};

	return store_alarm_raise(store, &alarm, error_r) != ANSWER_UNKNOWN;
}

/* ---- who hears of it ---- */

static bool asks(const char *kind)
{
	static const char *const kinds[] = { NOTICE_REQUEST, NOTICE_REMINDER,
					     NOTICE_ASK_AGAIN };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

/* YES: its decision is still wanted, and nobody was told of this person. */
static enum answer is_news(struct store *store, const struct outbox_notice *notice,
			   struct kairan_error *error_r)
{
	struct draft *draft = NULL;
	enum answer answer;
	bool is_held;

	if (notice->draft == 0 || !asks(notice->kind))
		return ANSWER_NO;
	answer = store_draft_find(store, notice->draft, &draft, error_r);
	is_held = answer == ANSWER_YES && draft->state == DRAFT_HELD;
	draft_free(draft);
	if (!is_held)
		return answer == ANSWER_YES ? ANSWER_NO : answer;
	answer = store_outbox_has_bounced(store, notice, error_r);
	if (answer == ANSWER_UNKNOWN)
		return answer;
	return answer == ANSWER_YES ? ANSWER_NO : ANSWER_YES;
}

/* Of a person of two roles the first is told. */
static bool is_another(const GPtrArray *parties, guint which, const char *mail)
{
	const struct party *party = g_ptr_array_index(parties, which);

	for (guint i = 0; i < which; i++) {
		const struct party *other = g_ptr_array_index(parties, i);

		if (strcmp(other->uid, party->uid) == 0)
			return false;
	}
	return g_ascii_strcasecmp(party->mail, mail) != 0;
}

static bool tell(struct store *store, const struct outbox_notice *lost,
		 const struct notice_bounce *bounce, const struct party *party,
		 struct kairan_error *error_r)
{
	char *facts = notice_make_facts(
	    "person_name", lost->name, "person_mail", lost->mail, "detail", bounce->words,
	    "bounced_key", bounce_kind_name(bounce->kind), "note_key",
	    party->number == DRAFT_AUTHOR ? "not-reached-writer" : "not-reached-decider",
	    NULL);
	const struct notice notice = { NOTICE_NOT_REACHED, lost->draft, facts,
				       clock_now() };
	const bool ok = notice_add_party(store, &notice, party, error_r);

	free(facts);
	return ok;
}

static bool tell_others(struct store *store, const struct outbox_notice *lost,
			const struct notice_bounce *bounce, struct kairan_error *error_r)
{
	GPtrArray *parties = store_draft_list_parties(store, lost->draft, error_r);
	bool ok = parties != NULL;

	for (guint i = 0; ok && i < parties->len; i++)
		if (is_another(parties, i, lost->mail))
			ok = tell(store, lost, bounce, g_ptr_array_index(parties, i),
				  error_r);
	if (parties != NULL)
		g_ptr_array_unref(parties);
	return ok;
}

/* ---- both ---- */

static bool take_failure(struct store *store, const struct outbox_notice *notice,
			 const struct notice_bounce *bounce, struct kairan_error *error_r)
{
	const enum answer news = is_news(store, notice, error_r);
	enum answer fresh;

	if (news == ANSWER_UNKNOWN)
		return false;
	fresh = store_outbox_record_bounce(store, notice->id, clock_now(), bounce->words,
					   error_r);
	if (fresh != ANSWER_YES)
		return fresh == ANSWER_NO;
	return append(store, notice, bounce, error_r) &&
	       raise_alarm(store, notice, bounce, error_r) &&
	       (news == ANSWER_NO || tell_others(store, notice, bounce, error_r));
}

static bool take_residents(struct store *store, const struct outbox_notice *notice,
			   const struct notice_bounce *bounce,
			   struct kairan_error *error_r)
{
	log_event(LOG_LEVEL_INFO, bounce->queue_id, 0,
		  "notice %lld (%s) to a resident: %s: %s", (long long)notice->id,
		  notice->kind, outcome_of(bounce->kind), bounce_kind_name(bounce->kind));
	if (!bounce_kind_is_failure(bounce->kind))
		return true;
	return store_outbox_record_bounce(store, notice->id, clock_now(), bounce->words,
					  error_r) != ANSWER_UNKNOWN &&
	       store_resident_return(store, notice->mail, error_r);
}

static bool take_staffs(struct store *store, const struct outbox_notice *notice,
			const struct notice_bounce *bounce, struct kairan_error *error_r)
{
	return bounce_kind_is_failure(bounce->kind)
		   ? take_failure(store, notice, bounce, error_r)
		   : append(store, notice, bounce, error_r);
}

bool deliver_notice_bounced(struct store *store, const struct notice_bounce *bounce,
			    struct kairan_error *error_r)
{
	struct outbox_notice *notice = NULL;
	bool ok;

	switch (store_outbox_find(store, bounce->notice, &notice, error_r)) {
	case ANSWER_YES:
		ok = notice_is_for_resident(notice->kind)
			 ? take_residents(store, notice, bounce, error_r)
			 : take_staffs(store, notice, bounce, error_r);
		outbox_notice_free(notice);
		return ok;
	case ANSWER_NO:
		log_event(LOG_LEVEL_WARNING, bounce->queue_id, 0,
			  "notice %lld came back, and is gone",
			  (long long)bounce->notice);
		return true;
	case ANSWER_UNKNOWN:
		break;
	}
	return false;
}

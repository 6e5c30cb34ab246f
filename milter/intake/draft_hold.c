/*
 * NAME
 *	draft_hold - what is kept of a draft, and who is asked
 *
 * DESCRIPTION
 *	Lists the approver and the delegates of the section, as LDAP had them when the author
 *	was judged, and commits the draft, its original, its people and their notices in one
 *	transaction, before the MTA hears anything.
 *
 *	The same mail submitted again, as clients do when the answer was lost, has the same
 *	submit key and is the same draft.
 *
 * DIAGNOSTICS
 *	Info: held, or submitted again. Warning: people in the directory who cannot be
 *	reached. Error: the store cannot be written.
 */
#include "config.h"

#include "milter/intake/draft_hold.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/calls.h"
#include "milter/draft/reminders.h"
#include "milter/draft/warnings.h"
#include "milter/intake/draft_make.h"
#include "milter/intake/limits.h"
#include "policy/part.h"
#include "policy/text.h"
#include "schema/store_draft.h"

/* Number the deciders after the author, and put them together. */
static GPtrArray *join_parties(struct party *author, GPtrArray *deciders)
{
	author->number = DRAFT_AUTHOR;
	g_ptr_array_insert(deciders, DRAFT_AUTHOR, author);
	return deciders;
}

/* The author (number 0) and everybody who may decide: nobody yet while the approver is
 * suspended or revoked (Art. 6). NULL, with the verdict, when an active approver and the
 * delegates are all out of reach. */
static GPtrArray *find_parties(const struct intake_context *context,
			       const struct recipient *recipient,
			       const struct draft *draft, struct verdict *verdict_r)
{
	const struct standing *standing = &recipient->standing;
	const struct decided_draft decided = { recipient->person->dn,
					       draft->corrects != 0 };
	const enum duty duty = duties_find_duty(&standing->duties, decided.author);
	GPtrArray *deciders = standing_list_deciders(standing, context->setup, &decided,
						     context->envelope->queue_id);
	GPtrArray *parties;

	if (reminders_delegates_wait(context->setup, draft, draft->submitted_at))
		standing_drop_delegates(deciders);
	parties = join_parties(standing_make_party(recipient->person, DRAFT_AUTHOR, duty),
			       deciders);

	if (parties->len == 1 && standing->section->status == APPROVER_ACTIVE) {
		verdict_set(verdict_r, REASON_NO_APPROVER, NULL);
		g_ptr_array_unref(parties);
		parties = NULL;
	}
	return parties;
}

/* Is the author among those who are asked, as with an approver's own correction? */
static bool author_is_asked(const GPtrArray *parties)
{
	const struct party *author = g_ptr_array_index(parties, DRAFT_AUTHOR);

	for (guint i = 1; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		if (strcmp(party->uid, author->uid) == 0)
			return true;
	}
	return false;
}

/* Nobody can be asked: milter/round/ask_round.c does so later. */
static bool add_not_asked(struct store *store, const struct draft *draft,
			  const struct party *author, struct kairan_error *error_r)
{
	char *facts =
	    notice_make_facts("reason_key", reason_name(REASON_SUSPENDED), NULL);
	bool ok = notice_add_party(
	    store,
	    &(struct notice){ NOTICE_NOT_ASKED, draft->id, facts, draft->submitted_at },
	    author, error_r);

	free(facts);
	return ok;
}

/* A request to each who may decide. The author gets a receipt, unless they have a request. */
static bool add_notice(struct store *store, const struct draft *draft,
		       const GPtrArray *parties, const struct party *party,
		       struct kairan_error *error_r)
{
	if (parties->len == 1)
		return add_not_asked(store, draft, party, error_r);
	if (party->number == DRAFT_AUTHOR && author_is_asked(parties))
		return true;
	return notice_add_party(store,
				&(struct notice){ party->number == DRAFT_AUTHOR
						      ? NOTICE_RECEIPT
						      : NOTICE_REQUEST,
						  draft->id, NULL, draft->submitted_at },
				party, error_r);
}

static bool insert_all(const struct intake_context *context, struct draft *draft,
		       const GPtrArray *parties, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	const GString *octets = context->envelope->octets;
	const struct party *author = g_ptr_array_index(parties, DRAFT_AUTHOR);
	struct audit_event event = intake_event(context, "submit");
	g_autofree char *detail = draft->is_drill
				      ? g_strdup_printf("%s, drill to the list %s",
							draft->broadcast, draft->list)
				      : g_strdup(draft->broadcast);
	bool ok = store_draft_insert(store, draft, octets->str, octets->len, error_r);

	for (guint i = 0; ok && i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		ok = store_draft_insert_party(store, draft->id, party, error_r) &&
		     add_notice(store, draft, parties, party, error_r);
	}
	event.uid = author->uid;
	event.role = author->role;
	event.draft = draft->id;
	event.outcome = lifecycle_name(DRAFT_HELD);
	event.detail = detail;
	return ok && store_audit_append(store, &event, error_r);
}

/* A draft that is held already answers for itself; about any other the author is told,
 * who may think that this mail is on its way. */
static bool note_again(const struct intake_context *context, const struct draft *draft,
		       const struct person *author, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "submit");
	struct party *party = NULL;
	bool ok;

	event.uid = author->uid;
	event.role = "staff";
	event.draft = draft->id;
	event.outcome = "again";
	ok = store_audit_append(store, &event, error_r);
	if (ok && draft->state != DRAFT_HELD) {
		ok = store_draft_find_party(store, draft->id, DRAFT_AUTHOR, &party,
					    error_r) == ANSWER_YES &&
		     notice_add_party(
			 store,
			 &(struct notice){ NOTICE_AGAIN, draft->id, NULL, event.at },
			 party, error_r);
		party_free(party);
	}
	return ok;
}

/* A draft on its way into the store, and what became of it there. */
struct holding {
	struct draft *draft;
	const GPtrArray *parties;
	struct warnings_search *search; /* for warnings */
	bool again;                     /* it was there before */
	bool is_compared;               /* with all that went out before it */
	enum reason reason;             /* why it is not taken */
};

/* A draft that is not there yet. NO: one too many, with the reason, or it is not compared with all
 * that went out before it. */
static enum answer hold_new(const struct intake_context *context, struct holding *holding,
			    struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct draft *draft = holding->draft;
	enum answer answer = limits_find_draft(store, context->setup->settings, draft,
					       &holding->reason, error_r);

	if (answer != ANSWER_YES)
		return answer;
	answer = draft_warnings_collect(holding->search, store, draft, error_r);
	holding->is_compared = answer != ANSWER_NO;
	if (answer == ANSWER_YES &&
	    !insert_all(context, draft, holding->parties, error_r))
		answer = ANSWER_UNKNOWN;
	return answer;
}

static enum answer try_hold(const struct intake_context *context,
			    const struct person *author, struct holding *holding,
			    struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct draft *earlier = NULL;
	enum answer answer;

	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	answer =
	    store_draft_find_by_key(store, holding->draft->submit_key, &earlier, error_r);
	holding->again = answer == ANSWER_YES;
	if (answer == ANSWER_YES) {
		holding->draft->id = earlier->id;
		if (!note_again(context, earlier, author, error_r))
			answer = ANSWER_UNKNOWN;
		draft_free(earlier);
	} else if (answer == ANSWER_NO) {
		answer = hold_new(context, holding, error_r);
	}
	return store_finish(store, answer, error_r);
}

/* The store is nobody's while texts are compared. */
static enum answer hold(const struct intake_context *context, const struct person *author,
			struct holding *holding, struct kairan_error *error_r)
{
	struct draft *draft = holding->draft;
	enum answer answer;

	draft->remind_at =
	    reminders_find_next(context->setup, draft, draft->submitted_at);
	draft->call_at = calls_find_next(context->setup, draft, draft->submitted_at);
	holding->search = draft_warnings_search(context->setup, draft);
	do {
		draft_warnings_compare(holding->search);
		holding->is_compared = true;
		answer = try_hold(context, author, holding, error_r);
	} while (answer == ANSWER_NO && !holding->is_compared);
	draft_warnings_search_free(holding->search);
	return answer;
}

static void conclude(const struct intake_context *context, const struct person *author,
		     const struct holding *holding)
{
	const struct draft *draft = holding->draft;

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, draft->id,
		  "%s: by %s to %s, %lld characters, %u asked",
		  holding->again ? "submitted again" : "held", author->uid,
		  draft->broadcast, (long long)draft->characters,
		  holding->parties->len - 1);
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	waker_wake_by(kairan_get_waker(context->kairan, KAIRAN_ROUNDS),
		      draft->expires_at);
	if (draft->remind_at != 0)
		waker_wake_by(kairan_get_waker(context->kairan, KAIRAN_SLOW_ROUNDS),
			      draft->remind_at);
	if (draft->call_at != 0)
		waker_wake_by(kairan_get_waker(context->kairan, KAIRAN_SLOW_ROUNDS),
			      draft->call_at);
	/* The administrators hear at once that nobody could be asked. */
	if (holding->parties->len == 1)
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_SLOW_ROUNDS));
}

void draft_hold(const struct intake_context *context, const struct recipient *recipient,
		const struct draft_reading *reading, struct verdict *verdict)
{
	struct draft *draft = draft_make(context, recipient, reading);
	GPtrArray *parties = find_parties(context, recipient, draft, verdict);
	struct holding holding = { .draft = draft, .parties = parties };
	struct kairan_error error = { "no SHA-256" };
	enum answer answer = ANSWER_UNKNOWN;

	if (parties == NULL) {
		draft_free(draft);
		return;
	}
	if (draft_make_key(context, recipient, reading, draft->submit_key))
		answer = hold(context, recipient->person, &holding, &error);
	switch (answer) {
	case ANSWER_YES:
		conclude(context, recipient->person, &holding);
		break;
	case ANSWER_NO:
		verdict_set(verdict, holding.reason, NULL);
		limits_tell(context, recipient->person->uid, holding.reason);
		break;
	case ANSWER_UNKNOWN:
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(verdict, REASON_STORE, NULL);
		break;
	}
	g_ptr_array_unref(parties);
	draft_free(draft);
}

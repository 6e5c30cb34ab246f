/*
 * NAME
 *	intake_recall - Outlook's recall of a draft
 *
 * DESCRIPTION
 *	Somebody wants a draft back, and has done what their program offers for it. It is no
 *	draft, and nothing is withdrawn by it: a recall names no draft, and a word of the
 *	person's is needed for that. They are told so at once, with a ready answer for each
 *	draft of theirs to that broadcast that has not gone out.
 *
 * DIAGNOSTICS
 *	Info: the recall. Error: the store cannot be used.
 */
#include "config.h"

#include "milter/intake/recall.h"

#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/answer_address.h"
#include "milter/draft/recall.h"
#include "milter/intake/refusals.h"

/* How many of a state are told, and among how many they are looked for. */
#define DRAFTS_MOST 5
#define LOOKED_MOST 100

/* Drafts that one person may still take back. */
struct search {
	const struct person *person;
	GPtrArray *drafts; /* int64_t: their ids, newest first */
	guint most;
};

static void visit(const struct draft *draft, void *context)
{
	struct search *search = context;

	if (strcmp(draft->author_dn, search->person->dn) == 0 &&
	    search->drafts->len < search->most)
		g_ptr_array_add(search->drafts, g_memdup2(&draft->id, sizeof(draft->id)));
}

static gint compare_newest(gconstpointer one, gconstpointer other)
{
	const int64_t first = **(const int64_t *const *)one;
	const int64_t second = **(const int64_t *const *)other;

	return first < second ? 1 : first > second ? -1 : 0;
}

static bool find_drafts(struct store *store, const char *broadcast, struct search *search,
			struct kairan_error *error_r)
{
	struct draft_filter filter = {
		.broadcast = broadcast,
		.limit = LOOKED_MOST,
	};
	bool ok;

	filter.state = DRAFT_HELD;
	search->most = DRAFTS_MOST;
	ok = store_draft_visit(store, &filter, visit, search, error_r);
	filter.state = DRAFT_APPROVED;
	search->most = search->drafts->len + DRAFTS_MOST;
	ok = ok && store_draft_visit(store, &filter, visit, search, error_r);
	g_ptr_array_sort(search->drafts, compare_newest);
	return ok;
}

/* One draft with the address by which it is taken back, as notice_withdrawals.c reads it. */
static bool pack_draft(const struct setup *setup, struct store *store, int64_t id,
		       json_t *list, struct kairan_error *error_r)
{
	struct answering answering = { TOKEN_DRAFT, SERVICE_DRAFT, 0 };
	struct draft *draft = NULL;
	struct party *author = NULL;
	g_autofree char *address = NULL;
	bool ok = store_draft_find(store, id, &draft, error_r) == ANSWER_YES &&
		  store_draft_find_party(store, id, DRAFT_AUTHOR, &author, error_r) ==
		      ANSWER_YES;

	if (ok) {
		answering.expires = draft->expires_at;
		address = answer_address_make(setup, &answering, draft, author);
		ok = address != NULL ||
		     error_set(error_r, "no token for draft %lld", (long long)id);
	}
	if (ok)
		(void)json_array_append_new(
		    list, json_pack("{s:I, s:s, s:I, s:s, s:s}", "draft", (json_int_t)id,
				    "subject", draft->subject, "submitted_at",
				    (json_int_t)draft->submitted_at, "state",
				    lifecycle_name(draft->state), "address", address));
	party_free(author);
	draft_free(draft);
	return ok;
}

/* The drafts as JSON text; NULL with the error. Free with free(). */
static char *pack_drafts(const struct intake_context *context,
			 const struct search *search, struct kairan_error *error_r)
{
	json_t *list = json_array();
	char *text = NULL;
	bool ok = true;

	for (guint i = 0; ok && i < search->drafts->len; i++) {
		const int64_t *id = g_ptr_array_index(search->drafts, i);

		ok = pack_draft(context->setup, kairan_get_store(context->kairan), *id,
				list, error_r);
	}
	if (ok)
		text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	return text;
}

static bool add_notice(const struct intake_context *context,
		       const struct recipient *recipient, const char *subject,
		       const struct audit_event *event, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct search search = { .person = recipient->person };
	const char *broadcast = recipient->broadcast->mail;
	char *drafts = NULL;
	bool ok;

	search.drafts = g_ptr_array_new_with_free_func(g_free);
	if (find_drafts(store, broadcast, &search, error_r))
		drafts = pack_drafts(context, &search, error_r);
	ok = drafts != NULL;
	if (ok) {
		char *facts = notice_make_facts("broadcast", broadcast, "subject",
						subject, "withdrawable", drafts, NULL);

		ok = notice_add_person(
		    store, &(struct notice){ NOTICE_RECALL, 0, facts, event->at },
		    recipient->person, error_r);
		free(facts);
	}
	free(drafts);
	g_ptr_array_unref(search.drafts);
	return ok;
}

static bool record(const struct intake_context *context,
		   const struct recipient *recipient, const char *subject,
		   const struct audit_event *event, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);

	if (!store_begin_grouped(store, error_r))
		return false;
	return store_end(store,
			 store_audit_append(store, event, error_r) &&
			     add_notice(context, recipient, subject, event, error_r),
			 error_r);
}

bool intake_recall_answer(const struct intake_context *context,
			  const struct recipient *recipient,
			  const struct draft_reading *reading, struct verdict *verdict_r)
{
	struct audit_event event = intake_event(context, "submit");
	struct kairan_error error = { "" };

	if (!draft_recall_is_one(reading, recipient->person))
		return false;
	verdict_set(verdict_r, REASON_RECALL, NULL);
	event.uid = recipient->person->uid;
	event.role = "staff";
	event.outcome = reason_name(REASON_RECALL);
	event.detail = recipient->broadcast->mail;
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "draft to %s by %s is a recall", recipient->broadcast->mail,
		  recipient->person->uid);
	if (record(context, recipient, reading->subject, &event, &error)) {
		refusals_watch(context->kairan, &event);
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	} else {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
	}
	return true;
}

/*
 * NAME
 *	draft_preview - a draft is shown to its writer
 *
 * DESCRIPTION
 *	The draft is made as one that is held (draft_make.c), compared with what went out lately,
 *	and its readers are counted. All that is kept is the mail to the writer
 *	(milter/draft/preview.c), and that they asked for it.
 *
 *	A rule of a mail program that answers what it gets is answered PREVIEW_MOST times an hour;
 *	then the administrators are told.
 *
 * DIAGNOSTICS
 *	Info: shown. Error: the store cannot be written, or the residents' mail cannot be made;
 *	the verdict becomes a temporary failure.
 */
#include "config.h"

#include "milter/intake/draft_preview.h"

#include <stdlib.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/preview.h"
#include "milter/draft/warnings.h"
#include "milter/intake/answers.h"
#include "milter/intake/draft_make.h"
#include "schema/store_audience.h"

/* Previews an hour for one person: who writes a text asks again and again. */
#define PREVIEW_MOST 60

/* The addresses of the same mail by which a draft would have been held. */
static char *list_not_held(const struct envelope *envelope)
{
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < envelope->recipients->len; i++) {
		const struct recipient *recipient =
		    g_ptr_array_index(envelope->recipients, i);

		if (recipient->service.kind == SERVICE_NONE ||
		    recipient->service.kind == SERVICE_CORRECT)
			g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "",
					       recipient->address.spec);
	}
	return g_string_free(list, FALSE);
}

static bool count(struct store *store, struct preview *preview,
		  struct kairan_error *error_r)
{
	const struct draft *draft = preview->draft;
	struct audience audience;
	bool ok = store_audience_find(store, draft, NULL, &audience, error_r) &&
		  store_audience_count(store, &audience, &preview->subscribers, error_r);

	for (guint i = 0; ok && i < draft->parts->len; i++)
		ok = store_audience_find(store, draft, g_ptr_array_index(draft->parts, i),
					 &audience, error_r) &&
		     store_audience_count(store, &audience, &preview->part_subscribers[i],
					  error_r);
	return ok;
}

static bool add_notice(struct store *store, const struct preview *preview,
		       struct kairan_error *error_r)
{
	char *facts = preview_make_facts(preview, error_r);
	bool ok = facts != NULL &&
		  notice_add_person(store,
				    &(struct notice){ NOTICE_PREVIEW, 0, facts,
						      preview->draft->submitted_at },
				    preview->reader, error_r);

	free(facts);
	return ok;
}

/* A preview on its way to its writer. */
struct showing {
	struct draft *draft;
	struct preview *preview;
	struct warnings_search *search;
	struct answers_reply reply;
	enum answers answers;
};

static const char *name_outcome(enum answers answers)
{
	return answers == ANSWERS_DUE
		   ? "answered"
		   : (answers == ANSWERS_GIVEN ? "again" : "unanswered");
}

/* NO: compare the draft with what went out lately, and come again. */
static enum answer show(const struct intake_context *context, struct showing *showing,
			struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "preview");

	showing->answers = answers_find(store, &showing->reply, event.at, error_r);
	if (showing->answers == ANSWERS_UNKNOWN)
		return ANSWER_UNKNOWN;
	if (showing->answers == ANSWERS_DUE) {
		enum answer answer = draft_warnings_collect(showing->search, store,
							    showing->draft, error_r);

		if (answer != ANSWER_YES)
			return answer;
		if (!count(store, showing->preview, error_r) ||
		    !add_notice(store, showing->preview, error_r))
			return ANSWER_UNKNOWN;
	}
	event.uid = showing->reply.person->uid;
	event.role = "staff";
	event.outcome = name_outcome(showing->answers);
	event.detail = showing->draft->broadcast;
	return store_audit_append(store, &event, error_r) ? ANSWER_YES : ANSWER_UNKNOWN;
}

static enum answer try_show(const struct intake_context *context, struct showing *showing,
			    struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	enum answer answer;

	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	answer = show(context, showing, error_r);
	if (answer == ANSWER_YES)
		return store_finish(store, answer, error_r);
	/* What was found belongs to another try. */
	store_rollback(store);
	return answer;
}

static void conclude(const struct intake_context *context, const struct showing *showing)
{
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "preview of %s by %s: %s", showing->draft->broadcast,
		  showing->reply.person->uid, name_outcome(showing->answers));
	if (showing->answers == ANSWERS_ENDLESS)
		answers_tell_administrators(context->kairan, &showing->reply,
					    showing->draft->broadcast);
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
}

void draft_preview(const struct intake_context *context,
		   const struct recipient *recipient, const struct draft_reading *reading,
		   struct verdict *verdict)
{
	struct draft *draft = draft_make(context, recipient, reading);
	g_autofree char *not_held = list_not_held(context->envelope);
	g_autofree char *id = answers_make_id(reading->message, context->envelope);
	g_autofree int64_t *part_subscribers = g_new0(int64_t, draft->parts->len + 1);
	struct preview preview = {
		.setup = context->setup,
		.draft = draft,
		.reader = recipient->person,
		.part_subscribers = part_subscribers,
		.asked_at = recipient->address.spec,
		.not_held = not_held,
	};
	struct showing showing = {
		.draft = draft,
		.preview = &preview,
		.reply = { .person = recipient->person,
			   .id = id,
			   .words = recipient->address.spec,
			   .most = PREVIEW_MOST },
	};
	struct kairan_error error = { "no SHA-256" };
	enum answer answer = ANSWER_UNKNOWN;

	if (draft_make_key(context, recipient, reading, draft->submit_key)) {
		showing.search = draft_warnings_search(context->setup, draft);
		do {
			draft_warnings_compare(showing.search);
			answer = try_show(context, &showing, &error);
		} while (answer == ANSWER_NO);
		draft_warnings_search_free(showing.search);
	}
	if (answer == ANSWER_YES) {
		conclude(context, &showing);
	} else {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(verdict, REASON_STORE, NULL);
	}
	draft_free(draft);
}

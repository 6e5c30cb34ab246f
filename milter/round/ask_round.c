/*
 * NAME
 *	ask_round - ask those who may decide, and bring it to their minds
 *
 * DESCRIPTION
 *	A draft's people beside its author are those who were asked. LDAP is asked who may
 *	decide each held draft now; whoever is not among its people becomes one of them and
 *	gets a request of their own, in one transaction. Whoever may decide at that moment is
 *	reminded when it is time (reminders.h); and when nobody answers, more people are called
 *	(calls.h). Where nobody may because the approver is suspended or revoked, the
 *	administrators are told.
 *
 *	LDAP is asked between transactions, so the draft is looked at again before it changes.
 *
 * DIAGNOSTICS
 *	Info: who is asked. Warning: a section that could not be read. Error: the store cannot
 *	be used. All are tried again.
 */
#include "config.h"

#include "milter/round/ask_round.h"

#include <glib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/draft/calls.h"
#include "milter/draft/reminders.h"
#include "milter/draft/standing.h"
#include "schema/store_clock.h"
#include "schema/store_reminder.h"

/* More than a town writes in the days that a draft is held. */
#define HELD_MOST 1000

/* The drafts of one author in one section: the same people may decide them. */
struct waiting {
	GArray *drafts; /* int64_t */
	char *section;
	char *author;
	bool is_correction;
	int64_t call_at; /* the first of them; INT64_MAX: none */
};

static void free_waiting(void *context)
{
	struct waiting *waiting = context;

	g_array_unref(waiting->drafts);
	g_free(waiting->section);
	g_free(waiting->author);
	g_free(waiting);
}

static struct waiting *find_waiting(const GPtrArray *all, const struct draft *draft)
{
	for (guint i = 0; i < all->len; i++) {
		struct waiting *waiting = g_ptr_array_index(all, i);

		if (strcmp(waiting->section, draft->section) == 0 &&
		    strcmp(waiting->author, draft->author_dn) == 0 &&
		    waiting->is_correction == (draft->corrects != 0))
			return waiting;
	}
	return NULL;
}

static void note_waiting(const struct draft *draft, void *context)
{
	struct waiting *waiting = find_waiting(context, draft);

	if (waiting == NULL) {
		waiting = g_new0(struct waiting, 1);
		waiting->drafts = g_array_new(FALSE, FALSE, sizeof(int64_t));
		waiting->section = g_strdup(draft->section);
		waiting->author = g_strdup(draft->author_dn);
		waiting->is_correction = draft->corrects != 0;
		waiting->call_at = INT64_MAX;
		g_ptr_array_add(context, waiting);
	}
	if (draft->call_at > 0)
		waiting->call_at = MIN(waiting->call_at, draft->call_at);
	g_array_append_val(waiting->drafts, draft->id);
}

static bool list_waiting(struct store *store, GPtrArray *all,
			 struct kairan_error *error_r)
{
	const struct draft_filter held = { .state = DRAFT_HELD, .limit = HELD_MOST };
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = store_draft_visit(store, &held, note_waiting, all, error_r);
	store_rollback(store);
	return ok;
}

/* What is due by time: more people are called, or the same are reminded; one mail to each. */
static bool take_due(const struct asking *asking, const struct call_people *people,
		     bool *changed_r, struct kairan_error *error_r)
{
	const struct draft *draft = asking->draft;
	bool called = false;

	switch (store_reminder_is_due(asking->store, draft->id, asking->now, error_r)) {
	case ANSWER_UNKNOWN:
		return false;
	case ANSWER_NO:
		return true;
	case ANSWER_YES:
		break;
	}
	*changed_r = true;
	/* Held since before there were calls. */
	if (draft->call_at < 0 &&
	    !store_reminder_record_calls(
		asking->store, draft->id, 0,
		calls_find_next(asking->setup, draft, asking->own), error_r))
		return false;
	if (people->duty != NULL && draft->call_at > 0 && draft->call_at <= asking->own &&
	    !calls_take_step(asking, people, &called, error_r))
		return false;
	if (draft->remind_at == 0 || draft->remind_at > asking->own)
		return true;
	return called
		   ? store_reminder_record(
			 asking->store, draft->id, false,
			 reminders_find_next(asking->setup, draft, asking->own), error_r)
		   : reminders_send(asking, error_r);
}

/* One transaction: is the draft still held, and who is missing? */
static bool ask(struct kairan *kairan, int64_t id, struct asking *asking,
		const struct call_people *people, struct kairan_error *error_r)
{
	struct store *store = asking->store;
	GPtrArray *all = asking->deciders;
	struct draft *draft = NULL;
	bool changed = false, ok;
	enum answer answer;
	int asked = 0;

	if (!store_begin(store, error_r))
		return false;
	answer = store_draft_find(store, id, &draft, error_r);
	ok = answer != ANSWER_UNKNOWN;
	asking->draft = draft;
	ok = ok &&
	     (draft == NULL || store_clock_find_own(store, draft->submitted_at,
						    asking->now, &asking->own, error_r));
	if (ok && draft != NULL &&
	    reminders_delegates_wait(asking->setup, draft, asking->own))
		asking->deciders = asking->heads;
	if (ok && draft != NULL && draft->state == DRAFT_HELD &&
	    draft->expires_at > asking->own)
		ok = asking_add_missing(asking, &asked, error_r) &&
		     take_due(asking, people, &changed, error_r);
	asking->deciders = all;
	draft_free(draft);
	if (!ok || (asked == 0 && !changed)) {
		store_rollback(store);
		return ok;
	}
	if (!store_commit(store, error_r))
		return false;
	if (asked > 0)
		log_event(LOG_LEVEL_INFO, NULL, id, "%d more asked", asked);
	waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	return true;
}

static GPtrArray *list_deciders(const struct standing *standing,
				const struct setup *setup,
				const struct decided_draft *draft)
{
	return standing->section != NULL
		   ? standing_list_deciders(standing, setup, draft, NULL)
		   : g_ptr_array_new();
}

/* Ask about all of them whom the directory names now. No section (any more): nobody. */
static bool walk_drafts(struct kairan *kairan, const struct setup *setup,
			const struct waiting *waiting, const struct standing *standing,
			int64_t now, struct kairan_error *error_r)
{
	const struct decided_draft draft = { waiting->author, waiting->is_correction };
	struct call_people people = { 0 };
	struct asking asking = { .store = kairan_get_store(kairan),
				 .setup = setup,
				 .now = now,
				 .uid = "kairan",
				 .role = "system" };
	bool ok = true;

	if (waiting->call_at <= now &&
	    !calls_find_people(kairan, setup, standing, &people, error_r))
		return false;
	asking.deciders = list_deciders(standing, setup, &draft);
	asking.heads = list_deciders(standing, setup, &draft);
	standing_drop_delegates(asking.heads);
	for (guint i = 0; ok && i < waiting->drafts->len; i++)
		ok = ask(kairan, g_array_index(waiting->drafts, int64_t, i), &asking,
			 &people, error_r);
	g_ptr_array_unref(asking.deciders);
	g_ptr_array_unref(asking.heads);
	calls_clear_people(&people);
	return ok;
}

static bool walk_one(struct kairan *kairan, const struct setup *setup,
		     const struct waiting *waiting, int64_t now,
		     struct kairan_error *error_r)
{
	struct standing standing;
	bool ok = standing_read(kairan, setup, waiting->section, waiting->author,
				&standing, error_r) != ANSWER_UNKNOWN;

	if (ok && standing.section != NULL && standing.section->status != APPROVER_ACTIVE)
		standing_alarm_suspended(kairan, &standing);
	ok = ok && walk_drafts(kairan, setup, waiting, &standing, now, error_r);
	standing_clear(&standing);
	return ok;
}

/* When something is due next. What is due already waits for the directory. */
static int64_t find_next(struct store *store, int64_t now, int64_t retry)
{
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;
	int64_t next = INT64_MAX;

	if (store_begin(store, &error)) {
		answer = store_reminder_next_due(store, &next, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_UNKNOWN)
		log_error("asking: %s", error.text);
	return answer == ANSWER_YES && next > now ? MIN(next, retry) : retry;
}

int64_t ask_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_waiting);
	struct kairan_error error = { "" };

	if (!list_waiting(kairan_get_store(kairan), all, &error))
		log_error("asking: %s", error.text);
	for (guint i = 0; i < all->len; i++) {
		const struct waiting *waiting = g_ptr_array_index(all, i);

		if (!walk_one(kairan, setup, waiting, now, &error))
			log_warning("asking for drafts of %s: %s", waiting->section,
				    error.text);
	}
	g_ptr_array_unref(all);
	return find_next(kairan_get_store(kairan), now,
			 now + setup->settings->snapshot_refresh);
}

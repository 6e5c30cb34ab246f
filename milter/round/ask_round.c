/*
 * NAME
 *	ask_round - ask those who could not be asked at submission
 *
 * DESCRIPTION
 *	A draft's people beside its author are those who were asked. LDAP is asked who may
 *	decide each held draft now; whoever is not among its people becomes one of them and
 *	gets a request of their own, in one transaction. Where nobody may because the approver
 *	is suspended or revoked, the administrators are told.
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
#include "milter/core/notice.h"
#include "milter/draft/standing.h"

/* More than a town writes in the days that a draft is held. */
#define HELD_MOST 1000

/* The drafts of one author in one section: the same people may decide them. */
struct waiting {
	GArray *drafts; /* int64_t */
	char *section;
	char *author;
	bool is_correction;
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
		g_ptr_array_add(context, waiting);
	}
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

/* Was this person asked? The author, who may be asked about a correction, is there twice. */
static bool was_asked(const GPtrArray *parties, const char *uid)
{
	for (guint i = 1; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		if (strcmp(party->uid, uid) == 0)
			return true;
	}
	return false;
}

static bool ask_one(struct store *store, const struct draft *draft, struct party *party,
		    int64_t now, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.draft = draft->id,
		.action = "ask",
		.outcome = "done",
		.detail = party->uid,
	};

	return store_draft_insert_party(store, draft->id, party, error_r) &&
	       notice_add_party(store,
				&(struct notice){ NOTICE_REQUEST, draft->id, NULL, now },
				party, error_r) &&
	       store_audit_append(store, &event, error_r);
}

/* The author was told that nobody could be asked; now that is different. */
static bool tell_author(struct store *store, const struct draft *draft,
			const GPtrArray *parties, const GPtrArray *deciders, int64_t now,
			struct kairan_error *error_r)
{
	const struct party *author = g_ptr_array_index(parties, DRAFT_AUTHOR);

	if (parties->len > 1)
		return true;
	for (guint i = 0; i < deciders->len; i++) {
		const struct party *party = g_ptr_array_index(deciders, i);

		if (strcmp(party->uid, author->uid) == 0)
			return true;
	}
	return notice_add_party(store,
				&(struct notice){ NOTICE_RECEIPT, draft->id, NULL, now },
				author, error_r);
}

/* Ask the deciders who were not asked. False: the store failed. */
static bool ask_missing(struct store *store, const struct draft *draft,
			const GPtrArray *deciders, int64_t now, int *asked_r,
			struct kairan_error *error_r)
{
	GPtrArray *parties = store_draft_list_parties(store, draft->id, error_r);
	bool ok = parties != NULL;

	*asked_r = 0;
	for (guint i = 0; ok && i < deciders->len; i++) {
		struct party *party = g_ptr_array_index(deciders, i);

		if (was_asked(parties, party->uid))
			continue;
		party->number = (int64_t)parties->len + *asked_r;
		ok = ask_one(store, draft, party, now, error_r);
		(*asked_r)++;
	}
	ok = ok && (*asked_r == 0 ||
		    tell_author(store, draft, parties, deciders, now, error_r));
	if (parties != NULL)
		g_ptr_array_unref(parties);
	return ok;
}

/* One transaction: is the draft still held, and who is missing? */
static bool ask(struct kairan *kairan, int64_t id, const GPtrArray *deciders, int64_t now,
		struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct draft *draft = NULL;
	enum answer answer;
	int asked = 0;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	answer = store_draft_find(store, id, &draft, error_r);
	ok = answer != ANSWER_UNKNOWN;
	if (answer == ANSWER_YES && draft->state == DRAFT_HELD && draft->expires_at > now)
		ok = ask_missing(store, draft, deciders, now, &asked, error_r);
	draft_free(draft);
	if (!ok || asked == 0) {
		store_rollback(store);
		return ok;
	}
	if (!store_commit(store, error_r))
		return false;
	log_event(LOG_LEVEL_INFO, NULL, id, "%d more asked", asked);
	waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	return true;
}

static bool walk_one(struct kairan *kairan, const struct setup *setup,
		     const struct waiting *waiting, int64_t now,
		     struct kairan_error *error_r)
{
	const struct decided_draft draft = { waiting->author, waiting->is_correction };
	struct standing standing;
	GPtrArray *deciders;
	bool ok = true;

	switch (standing_read(kairan, setup, waiting->section, waiting->author, &standing,
			      error_r)) {
	case ANSWER_UNKNOWN:
		ok = false;
		break;
	case ANSWER_NO:
		break;
	case ANSWER_YES:
		if (standing.section->status != APPROVER_ACTIVE)
			standing_alarm_suspended(kairan, &standing);
		deciders = standing_list_deciders(&standing, setup, &draft, NULL);
		for (guint i = 0; ok && i < waiting->drafts->len; i++)
			ok = ask(kairan, g_array_index(waiting->drafts, int64_t, i),
				 deciders, now, error_r);
		g_ptr_array_unref(deciders);
		break;
	}
	standing_clear(&standing);
	return ok;
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
	return now + setup->settings->snapshot_refresh;
}

/*
 * A fresh store for one test, and rows to put into it. Needs cmocka.h before it.
 */
#ifndef KAIRAN_TESTS_STORE_SCRATCH_H
#define KAIRAN_TESTS_STORE_SCRATCH_H

#include "schema/store.h"
#include "schema/store_draft.h"
#include "tests/schema/raw_store.h"
#include "tests/scratch.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct store_scratch {
	struct scratch scratch;
	char path[512];
	struct store *store;
	struct kairan_error error;
};

static inline void store_scratch_make(struct store_scratch *at)
{
	memset(at, 0, sizeof(*at));
	scratch_make(&at->scratch);
	raw_choose_name(scratch_path(&at->scratch, "kairan.db"), at->path,
			sizeof(at->path));
	if (!store_make(at->path, STORE_JOURNAL_ROLLBACK, &at->store, &at->error))
		fail_msg("%s", at->error.text);
}

static inline void store_scratch_remove(struct store_scratch *at)
{
	store_close(at->store);
	scratch_remove(&at->scratch);
}

static inline void begin(struct store_scratch *at)
{
	if (!store_begin(at->store, &at->error))
		fail_msg("%s", at->error.text);
}

static inline void commit(struct store_scratch *at)
{
	if (!store_commit(at->store, &at->error))
		fail_msg("%s", at->error.text);
}

/* A draft with every string set; key_octet fills its submit key. */
static inline struct draft *make_draft(unsigned char key_octet)
{
	struct draft *draft = draft_new();

	memset(draft->submit_key, key_octet, sizeof(draft->submit_key));
	draft->queue_id = g_strdup("4ABCDEF");
	draft->broadcast = g_strdup("bosai@info.town.example");
	draft->broadcast_ja = g_strdup("防災");
	draft->broadcast_en = g_strdup("Disasters");
	draft->list = g_strdup("bosai");
	draft->section = g_strdup("cn=bosai,ou=sections,dc=town,dc=example");
	draft->section_ja = g_strdup("防災課");
	draft->section_en = g_strdup("Disaster prevention");
	draft->author_dn = g_strdup("uid=bosai-staff1,ou=people,dc=town,dc=example");
	draft->subject = g_strdup("訓練");
	draft->text = g_strdup("明日は訓練です。");
	draft->characters = 8;
	draft->submitted_at = 1000;
	draft->expires_at = 2000;
	return draft;
}

/* Insert it, in a transaction that is open; the caller's to free. */
static inline struct draft *insert_draft(struct store_scratch *at,
					 unsigned char key_octet)
{
	struct draft *draft = make_draft(key_octet);

	if (!store_draft_insert(at->store, draft, "mail", 4, &at->error))
		fail_msg("%s", at->error.text);
	return draft;
}

/* Let a draft enter a state, which must be allowed. */
static inline void enter_state(struct store_scratch *at, struct draft *draft,
			       enum draft_state to, int64_t due_at)
{
	const struct draft_step step = {
		.to = to,
		.event = { .at = 1500,
			   .uid = "bosai-chief",
			   .role = "approver",
			   .action = "test" },
		.due_at = due_at,
	};

	if (store_draft_enter(at->store, draft, &step, &at->error) != ANSWER_YES)
		fail_msg("%s: %s", lifecycle_name(to), at->error.text);
}

#endif

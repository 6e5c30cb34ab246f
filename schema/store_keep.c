/*
 * NAME
 *	store_keep - the end of what is kept
 *
 * DESCRIPTION
 *	A page at a time, each a transaction, so that nobody has to wait. A draft is over when
 *	it has come to an end, all that was to be told of it has been told, and nothing under way
 *	corrects it (Art. 13-3): a correction goes to those who had the error. Counts stay in the
 *	draft and in its shards.
 *
 *	Who has left is kept as a hash from then on (store_forget.h), so that an import does not
 *	register them again.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_keep.h"

#include <glib.h>

#include "schema/sql.h"
#include "schema/store_forget.h"
#include "schema/store_position.h"

#define TALLY "keep-gone"

/* Of a draft: its last moment is before ?1. What was stopped, withdrawn or not decided has no
 * time of its own for that, so its latest is taken. */
#define ENDED                                                                                   \
	"CASE WHEN state = 4 THEN released_at ELSE greatest(submitted_at, expires_at, send_at," \
	" coalesce(decided_at, 0), coalesce(due_at, 0), coalesce(released_at, 0)) END"
#define OVER                                                                           \
	" state > 3 AND " ENDED " < ?1 AND id NOT IN"                                  \
	" (WITH RECURSIVE needed (id) AS (SELECT corrects FROM draft WHERE state <= 3" \
	"  AND corrects <> 0 UNION SELECT draft.corrects FROM needed JOIN draft"       \
	"  ON draft.id = needed.id WHERE draft.corrects <> 0) SELECT id FROM needed)"  \
	" AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.draft = draft.id"          \
	"  AND outbox.state = 1) "

/* ?1 is the time, ?2 how many at most. */
static const char prune_recipients[] =
    "DELETE FROM shard_recipient WHERE (draft, shard, position) IN"
    " (SELECT draft, shard, position FROM shard_recipient WHERE draft ="
    "  (SELECT id FROM draft WHERE" OVER "AND EXISTS (SELECT 1 FROM shard_recipient AS r"
    "   WHERE r.draft = draft.id) LIMIT 1) LIMIT ?2)";
static const char prune_originals[] =
    "DELETE FROM original WHERE draft IN (SELECT id FROM draft WHERE" OVER
    "AND EXISTS (SELECT 1 FROM original AS o WHERE o.draft = draft.id) LIMIT ?2)";
static const char prune_texts[] =
    "UPDATE draft SET text = '', warnings = '' WHERE id IN"
    " (SELECT id FROM draft WHERE" OVER "AND text <> '' LIMIT ?2)";
static const char prune_notices[] =
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state <> 1"
    " AND created_at < ?1 AND NOT EXISTS (SELECT 1 FROM draft"
    "  WHERE draft.id = outbox.draft AND draft.state <= 3) ORDER BY id LIMIT ?2)";

static const char prune_bounces[] =
    "DELETE FROM bounce WHERE (draft, address_key) IN (SELECT draft, address_key"
    " FROM bounce WHERE at < ?1 AND judged <> 0 LIMIT ?2)";

/* Originals may have megabytes. */
static const struct {
	const char *name;
	int64_t page;
	const char *sql; /* NULL: by a function of its own */
} kinds[] = {
	[RETENTION_RECIPIENTS] = { "recipients", 1000, prune_recipients },
	[RETENTION_ORIGINALS] = { "originals", 8, prune_originals },
	[RETENTION_TEXTS] = { "texts", 100, prune_texts },
	[RETENTION_NOTICES] = { "notices", 500, prune_notices },
	[RETENTION_BOUNCES] = { "bounces", 1000, prune_bounces },
	[RETENTION_LEFT] = { "subscribers who had left", 500, NULL },
	[RETENTION_DRAFTS] = { "drafts", 1, NULL },
};

const char *store_keep_name(enum retention_kind kind)
{
	return kinds[kind].name;
}

/* ---- what has gone ---- */

static bool read_tally(struct store *store, struct keep_tally *tally_r,
		       struct kairan_error *error_r)
{
	g_autofree char *text = NULL;
	const char *at;
	const enum answer answer = store_position_find(store, TALLY, &text, error_r);

	*tally_r = (struct keep_tally){ 0 };
	at = text;
	for (size_t i = 0; answer == ANSWER_YES && i < RETENTION_KINDS; i++) {
		char *end = NULL;

		tally_r->gone[i] = g_ascii_strtoll(at, &end, 10);
		at = end;
	}
	return answer != ANSWER_UNKNOWN;
}

static bool write_tally(struct store *store, const struct keep_tally *tally,
			struct kairan_error *error_r)
{
	GString *text = g_string_new(NULL);
	bool ok;

	for (size_t i = 0; i < RETENTION_KINDS; i++)
		g_string_append_printf(text, "%lld ", (long long)tally->gone[i]);
	ok = store_position_put(store, TALLY, text->str, error_r);
	g_string_free(text, TRUE);
	return ok;
}

static bool count(struct store *store, enum retention_kind kind, int64_t gone,
		  struct kairan_error *error_r)
{
	struct keep_tally tally;

	if (!read_tally(store, &tally, error_r))
		return false;
	tally.gone[kind] += gone;
	return write_tally(store, &tally, error_r);
}

bool store_keep_take_tally(struct store *store, struct keep_tally *tally_r,
			   struct kairan_error *error_r)
{
	return read_tally(store, tally_r, error_r) &&
	       write_tally(store, &(struct keep_tally){ 0 }, error_r);
}

/* ---- pages ---- */

/* One draft with all that is left of it; its recipients and original have gone before. */
static bool prune_draft(struct store *store, int64_t before, int64_t *gone_r,
			struct kairan_error *error_r)
{
	static const char *const statements[] = {
		"DELETE FROM shard WHERE draft = ?",
		"DELETE FROM party WHERE draft = ?",
		"DELETE FROM outbox WHERE draft = ?",
		"DELETE FROM reply WHERE draft = ?",
		"DELETE FROM urgency WHERE draft = ?",
		"DELETE FROM bounce WHERE draft = ?",
		"DELETE FROM delivery_domain WHERE draft = ?",
		"DELETE FROM delivery_queue WHERE draft = ?",
		"DELETE FROM delivery_time WHERE draft = ?",
		"DELETE FROM draft_text WHERE draft = ?",
		"DELETE FROM publication WHERE draft = ?",
		"DELETE FROM draft WHERE id = ?",
	};
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id FROM draft WHERE" OVER
		      "AND NOT EXISTS (SELECT 1 FROM shard_recipient AS r"
		      " WHERE r.draft = draft.id) AND NOT EXISTS (SELECT 1 FROM original"
		      " AS o WHERE o.draft = draft.id) LIMIT 1",
		      "i", before);
	int64_t id;
	bool ok = true;

	*gone_r = 0;
	if (answer != ANSWER_YES)
		return answer == ANSWER_NO;
	id = sql_int(stmt, 0);
	sql_done(stmt);
	for (size_t i = 0; ok && i < G_N_ELEMENTS(statements); i++)
		ok = sql_run(store, error_r, statements[i], "i", id);
	*gone_r = 1;
	return ok;
}

static bool prune_page(struct store *store, enum retention_kind kind, int64_t before,
		       int64_t *gone_r, struct kairan_error *error_r)
{
	if (kind == RETENTION_LEFT)
		return store_forget_left(store, before, kinds[kind].page, gone_r,
					 error_r);
	if (kind == RETENTION_DRAFTS)
		return prune_draft(store, before, gone_r, error_r);
	if (!sql_run(store, error_r, kinds[kind].sql, "ii", before, kinds[kind].page))
		return false;
	*gone_r = sql_changes(store);
	return true;
}

enum answer store_keep_prune(struct store *store, enum retention_kind kind,
			     int64_t before, struct kairan_error *error_r)
{
	int64_t gone = 0;

	if (!prune_page(store, kind, before, &gone, error_r) ||
	    (gone > 0 && !count(store, kind, gone, error_r)))
		return ANSWER_UNKNOWN;
	return gone > 0 ? ANSWER_YES : ANSWER_NO;
}

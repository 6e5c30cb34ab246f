/*
 * NAME
 *	store_publication - what is told of releases beside the mail
 *
 * DESCRIPTION
 *	A row for each event of a draft and each channel. That a try begins is on the disk before
 *	it does anything, so a stop knows what may have been told. A draft's mark keeps an event
 *	from being noted twice; drafts of before version 12, and those that went out while no
 *	channel was set, have it and no rows.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_publication.h"

#include "schema/sql.h"

#define RESPONSE_OCTETS 400

#define COLUMNS "p.id, p.draft, p.root, p.event, p.channel, p.at, p.tries, p.entry"

static struct publication read_row(struct sql_stmt *stmt)
{
	struct publication row = {
		.id = sql_int(stmt, 0),
		.draft = sql_int(stmt, 1),
		.root = sql_int(stmt, 2),
		.event = (enum publication_event)sql_int(stmt, 3),
		.channel = (enum publication_channel)sql_int(stmt, 4),
		.at = sql_int(stmt, 5),
		.tries = sql_int(stmt, 6),
	};

	(void)g_strlcpy(row.entry, sql_peek(stmt, 7), sizeof(row.entry));
	return row;
}

/* ---- events ---- */

enum answer store_publication_find_news(struct store *store, int64_t *draft_r,
					enum publication_event *event_r,
					struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT id, published FROM draft WHERE published = 1 AND state = 8"
	    " OR published = 0 AND (state = 4 OR state IN (3, 8) AND EXISTS"
	    "  (SELECT 1 FROM shard WHERE shard.draft = draft.id AND shard.state >= 2))"
	    " ORDER BY id LIMIT 1",
	    "");

	if (answer != ANSWER_YES)
		return answer;
	*draft_r = sql_int(stmt, 0);
	*event_r = sql_int(stmt, 1) == 0 ? PUBLICATION_RELEASE : PUBLICATION_STOP;
	sql_done(stmt);
	return ANSWER_YES;
}

static bool note_release(struct store *store, const struct publication_news *news,
			 struct kairan_error *error_r)
{
	bool ok = true;

	for (int64_t channel = PUBLICATION_FEED; ok && channel <= PUBLICATION_PROGRAM;
	     channel++)
		if ((news->channels & 1U << channel) != 0)
			ok = sql_run(
			    store, error_r,
			    "INSERT INTO publication (draft, root, entry, broadcast, event,"
			    " channel, state, at, next_try)"
			    " VALUES (?1, ?2, ?3, ?4, 1, ?5, 1, ?6, ?6)",
			    "iissii", news->draft, news->root, news->entry,
			    news->broadcast, channel, news->now);
	return ok;
}

/* Behind what was begun, so before that is dropped. */
static bool note_stop(struct store *store, const struct publication_news *news,
		      struct kairan_error *error_r)
{
	return sql_run(
		   store, error_r,
		   "INSERT INTO publication (draft, root, entry, broadcast, event, channel,"
		   " state, at, next_try) SELECT p.draft, p.root, p.entry, p.broadcast, 2,"
		   " p.channel, 1, ?2, ?2 FROM publication AS p"
		   " WHERE p.draft = ?1 AND p.event = 1 AND p.tries > 0",
		   "ii", news->draft, news->now) &&
	       sql_run(store, error_r,
		       "UPDATE publication SET state = 3 WHERE draft = ? AND event = 1"
		       " AND state = 1",
		       "i", news->draft);
}

bool store_publication_note(struct store *store, const struct publication_news *news,
			    struct kairan_error *error_r)
{
	const bool release = news->event == PUBLICATION_RELEASE;
	const int64_t mark = release && news->channels != 0 ? 1 : 2;

	return (release ? note_release(store, news, error_r)
			: note_stop(store, news, error_r)) &&
	       sql_run(store, error_r, "UPDATE draft SET published = ? WHERE id = ?",
		       "ii", mark, news->draft);
}

bool store_publication_find_root(struct store *store, int64_t draft, int64_t *root_r,
				 struct kairan_error *error_r)
{
	return sql_number(
	    store, error_r, root_r,
	    "WITH RECURSIVE chain (id) AS (SELECT id FROM draft WHERE id = ?1"
	    " UNION SELECT earlier.id FROM chain JOIN draft ON draft.id = chain.id"
	    "  JOIN draft AS earlier ON earlier.id = draft.corrects)"
	    " SELECT coalesce(min(id), ?1) FROM chain",
	    "i", draft);
}

/* ---- tries ---- */

enum answer store_publication_claim(struct store *store, enum publication_channel channel,
				    int64_t now, int64_t lease,
				    struct publication *publication_r,
				    struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT " COLUMNS " FROM publication AS p WHERE p.channel = ?1"
		      " AND p.state = 1 AND p.next_try <= ?2 AND NOT EXISTS"
		      " (SELECT 1 FROM publication AS q WHERE q.root = p.root"
		      "  AND q.channel = p.channel AND q.state = 1 AND q.id < p.id)"
		      " ORDER BY p.id LIMIT 1",
		      "ii", (int64_t)channel, now);

	if (answer != ANSWER_YES)
		return answer;
	*publication_r = read_row(stmt);
	sql_done(stmt);
	publication_r->tries++;
	return sql_run(
		   store, error_r,
		   "UPDATE publication SET tries = tries + 1, next_try = ? WHERE id = ?",
		   "ii", lease, publication_r->id)
		   ? ANSWER_YES
		   : ANSWER_UNKNOWN;
}

enum answer store_publication_claim_all(struct store *store,
					enum publication_channel channel, int64_t now,
					int64_t lease, struct kairan_error *error_r)
{
	return sql_change(store, error_r,
			  "UPDATE publication SET tries = tries + 1, next_try = ?3"
			  " WHERE channel = ?1 AND state = 1 AND next_try <= ?2",
			  "iii", (int64_t)channel, now, lease);
}

bool store_publication_record(struct store *store, const struct publication *publication,
			      enum publication_state state, int64_t next_try,
			      const char *response, struct kairan_error *error_r)
{
	g_autofree char *cut = g_strndup(response, RESPONSE_OCTETS);
	g_autofree char *text = g_utf8_make_valid(cut, -1);

	return sql_run(store, error_r,
		       "UPDATE publication SET state = ?, next_try = ?, response = ?"
		       " WHERE id = ? AND state = 1",
		       "iisi", (int64_t)state, next_try, text, publication->id);
}

bool store_publication_record_all(struct store *store, enum publication_channel channel,
				  enum publication_state state, int64_t next_try,
				  const char *response, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE publication SET state = ?, next_try = ?, response = ?"
		       " WHERE channel = ? AND state = 1 AND tries > 0",
		       "iisi", (int64_t)state, next_try, response, (int64_t)channel);
}

bool store_publication_drop_all(struct store *store, enum publication_channel channel,
				struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE publication SET state = 3 WHERE channel = ? AND state = 1",
		       "i", (int64_t)channel);
}

enum answer store_publication_next(struct store *store, enum publication_channel channel,
				   int64_t *at_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT p.next_try FROM publication AS p WHERE p.channel = ? AND p.state = 1"
	    " AND NOT EXISTS (SELECT 1 FROM publication AS q WHERE q.root = p.root"
	    "  AND q.channel = p.channel AND q.state = 1 AND q.id < p.id)"
	    " ORDER BY p.next_try LIMIT 1",
	    "i", (int64_t)channel);

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_publication_is_failing(struct store *store,
					 enum publication_channel channel,
					 struct kairan_error *error_r)
{
	return sql_has(store, error_r,
		       "SELECT 1 FROM publication WHERE channel = ? AND state = 1"
		       " AND response <> '' LIMIT 1",
		       "i", (int64_t)channel);
}

/* ---- what was told ---- */

/* All rows of a query that was begun. */
static GArray *read_rows(struct sql_stmt *stmt, enum answer answer, struct store *store,
			 struct kairan_error *error_r)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct publication));

	while (answer == ANSWER_YES) {
		const struct publication row = read_row(stmt);

		g_array_append_val(rows, row);
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return rows;
	g_array_unref(rows);
	return NULL;
}

GArray *store_publication_list_earlier(struct store *store,
				       const struct publication *publication,
				       struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	const enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT " COLUMNS " FROM publication AS p WHERE p.root = ?"
	    " AND p.channel = ? AND p.id < ? AND p.tries > 0 ORDER BY p.id",
	    "iii", publication->root, (int64_t)publication->channel, publication->id);

	return read_rows(stmt, answer, store, error_r);
}

GArray *store_publication_list_latest(struct store *store,
				      enum publication_channel channel,
				      const char *broadcast, int64_t limit,
				      struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	const enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT " COLUMNS " FROM publication AS p WHERE p.id IN"
	    " (SELECT max(id) FROM publication WHERE channel = ?1 AND state IN (1, 2)"
	    "  AND tries > 0 AND (broadcast = ?2 OR ?2 = '') GROUP BY root)"
	    " ORDER BY p.id DESC LIMIT ?3",
	    "isi", (int64_t)channel, broadcast, limit);

	return read_rows(stmt, answer, store, error_r);
}

bool store_publication_first_at(struct store *store,
				const struct publication *publication, int64_t *at_r,
				struct kairan_error *error_r)
{
	return sql_number(store, error_r, at_r,
			  "SELECT min(at) FROM publication WHERE root = ? AND channel = ?"
			  " AND tries > 0",
			  "ii", publication->root, (int64_t)publication->channel);
}

GPtrArray *store_publication_list_broadcasts(struct store *store,
					     enum publication_channel channel,
					     struct kairan_error *error_r)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT DISTINCT broadcast FROM publication WHERE channel = ? ORDER BY broadcast",
	    "i", (int64_t)channel);

	while (answer == ANSWER_YES) {
		g_ptr_array_add(found, sql_text(stmt, 0));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return found;
	g_ptr_array_unref(found);
	return NULL;
}

enum answer store_publication_find_old(struct store *store,
				       enum publication_channel channel, int64_t before,
				       struct publication *publication_r,
				       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT " COLUMNS " FROM publication AS p WHERE p.channel = ?"
		      " AND p.state IN (2, 3) AND p.tries > 0 AND p.at < ? LIMIT 1",
		      "ii", (int64_t)channel, before);

	if (answer == ANSWER_YES) {
		*publication_r = read_row(stmt);
		sql_done(stmt);
	}
	return answer;
}

bool store_publication_note_removed(struct store *store,
				    const struct publication *publication,
				    struct kairan_error *error_r)
{
	return sql_run(store, error_r, "UPDATE publication SET state = 5 WHERE id = ?",
		       "i", publication->id);
}

/*
 * NAME
 *	store_release - shards and their recipients
 *
 * DESCRIPTION
 *	When a release falls due its recipients are copied from the list in one transaction,
 *	ordered by domain, so that the MTA finds neighbours for one destination together.
 *	From then on, changes to the list do not touch the release, and a shard that is
 *	handed over again has the same recipients.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_release.h"

#include <glib.h>
#include <stdio.h>

#include "schema/sql.h"
#include "schema/store_suspension.h"

/* A token has 16 bits for the number of a shard. */
#define SHARDS_MOST 65535

/* Parameters: list, had, draft, shard size, most shards. */
#define COPY_RECIPIENTS(audience)                                                      \
	"INSERT INTO shard_recipient (draft, shard, position, address)"                \
	" SELECT ?3, 1 + n % ((total + size - 1) / size), 1 + n, address FROM"         \
	" (SELECT address, row_number() OVER (ORDER BY domain, address_key) - 1 AS n," \
	"  total, max(?4, (total + ?5 - 1) / ?5) AS size FROM " audience ","           \
	"  (SELECT count(*) AS total, ?2 FROM " audience "))"

static bool copy_recipients(struct store *store, const struct shard_cut *cut,
			    struct kairan_error *error_r)
{
	const char *sql = cut->audience.had == 0 ? COPY_RECIPIENTS(AUDIENCE_OF_LIST)
						 : COPY_RECIPIENTS(AUDIENCE_OF_DRAFT);

	return sql_run(store, error_r, sql, "siiii", cut->audience.list,
		       cut->audience.had, cut->draft, cut->shard_size,
		       (int64_t)SHARDS_MOST);
}

bool store_release_cut(struct store *store, const struct shard_cut *cut,
		       int64_t *recipients_r, struct kairan_error *error_r)
{
	if (!copy_recipients(store, cut, error_r))
		return false;
	*recipients_r = sql_changes(store);
	return sql_run(
	    store, error_r,
	    "INSERT INTO shard (draft, number, state, recipients, changed_at, next_try)"
	    " SELECT ?1, shard, 1, count(*), ?2, ?2 FROM shard_recipient"
	    " WHERE draft = ?1 GROUP BY shard",
	    "ii", cut->draft, cut->now);
}

bool store_release_count_begun(struct store *store, const char *broadcast,
			       int64_t *count_r, struct kairan_error *error_r)
{
	return sql_number(
	    store, error_r, count_r,
	    "SELECT count(*) FROM draft WHERE broadcast = ? AND recipients > 0", "s",
	    broadcast);
}

enum answer store_release_find_recipient(struct store *store, int64_t draft,
					 int64_t shard, char **address_r,
					 struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT min(address) FROM shard_recipient WHERE draft = ? AND shard = ?"
	    " HAVING count(*) = 1",
	    "ii", draft, shard);

	if (answer == ANSWER_YES) {
		*address_r = sql_text(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

static enum answer take_shard(enum answer answer, sqlite3_stmt *stmt,
			      struct shard *shard_r)
{
	if (answer != ANSWER_YES)
		return answer;
	shard_r->draft = sqlite3_column_int64(stmt, 0);
	shard_r->number = sqlite3_column_int64(stmt, 1);
	shard_r->state = (enum shard_state)sqlite3_column_int(stmt, 2);
	shard_r->recipients = sqlite3_column_int64(stmt, 3);
	shard_r->tries = sqlite3_column_int64(stmt, 4);
	shard_r->next_try = sqlite3_column_int64(stmt, 5);
	(void)snprintf(shard_r->queue_id, sizeof(shard_r->queue_id), "%s",
		       (const char *)sqlite3_column_text(stmt, 6));
	sql_done(stmt);
	return ANSWER_YES;
}

#define SHARD_COLUMNS \
	"SELECT draft, number, state, recipients, tries, next_try, queue_id FROM shard "

/* A release that was stopped, or is suspended (Art. 7), hands over no further shard. */
#define SHARD_RELEASING                                                         \
	" AND EXISTS (SELECT 1 FROM draft WHERE id = shard.draft AND state = 3" \
	" AND NOT " SUSPENSION_STANDS("draft.broadcast") ")"

enum answer store_release_find_due(struct store *store, int64_t now,
				   struct shard *shard_r, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    SHARD_COLUMNS "WHERE state IN (1, 2) AND next_try <= ?" SHARD_RELEASING
			  " ORDER BY next_try, draft, number LIMIT 1",
	    "i", now);

	return take_shard(answer, stmt, shard_r);
}

enum answer store_release_claim_due(struct store *store, int64_t now, int64_t lease,
				    struct shard *shard_r, struct kairan_error *error_r)
{
	enum answer answer = store_release_find_due(store, now, shard_r, error_r);

	if (answer == ANSWER_YES &&
	    !sql_run(store, error_r,
		     "UPDATE shard SET next_try = ?, repeated = repeated + (state = 2),"
		     " claimed = claimed + 1"
		     " WHERE draft = ? AND number = ?",
		     "iii", lease, shard_r->draft, shard_r->number))
		return ANSWER_UNKNOWN;
	return answer;
}

bool store_release_free_claims(struct store *store, int64_t now, int64_t receipt_wait,
			       struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "UPDATE shard SET next_try = min(next_try, iif(state = 1, ?1, ?1 + ?2))"
	    " WHERE state IN (1, 2)",
	    "ii", now, receipt_wait);
}

enum answer store_release_next_due(struct store *store, int64_t *at_r,
				   struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT min(next_try) FROM shard WHERE state IN (1, 2)" SHARD_RELEASING
	    " HAVING count(*) > 0",
	    "");

	if (answer == ANSWER_YES) {
		*at_r = sqlite3_column_int64(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_release_find_shard(struct store *store, int64_t draft, int64_t number,
				     struct shard *shard_r, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       SHARD_COLUMNS "WHERE draft = ? AND number = ?",
				       "ii", draft, number);

	return take_shard(answer, stmt, shard_r);
}

bool store_release_record(struct store *store, const struct shard *shard,
			  const struct shard_step *step, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE shard SET state = ?1, changed_at = ?2, next_try = ?3,"
		       " tries = tries + (?1 <> 4), response = ?4,"
		       " queue_id = iif(?5 = '', queue_id, ?5)"
		       " WHERE draft = ?6 AND number = ?7 AND state < 4"
		       " AND (state < 3 OR ?1 = 4)",
		       "iiissii", (int64_t)step->to, step->now, step->next_try,
		       step->response, shard->queue_id, shard->draft, shard->number);
}

enum answer store_release_offer(struct store *store, const struct shard *shard,
				int64_t now, int64_t next_try,
				struct kairan_error *error_r)
{
	if (!sql_run(store, error_r,
		     "UPDATE shard SET state = 2, changed_at = ?, next_try = ?,"
		     " tries = tries + 1, response = '', queue_id = ?, offered = claimed"
		     " WHERE draft = ? AND number = ? AND state IN (1, 2)"
		     " AND offered < claimed" SHARD_RELEASING,
		     "iisii", now, next_try, shard->queue_id, shard->draft,
		     shard->number))
		return ANSWER_UNKNOWN;
	return sql_changes(store) > 0 ? ANSWER_YES : ANSWER_NO;
}

bool store_release_cut_wait(struct store *store, const struct shard *shard,
			    int64_t next_try, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE shard SET next_try = min(next_try, ?) WHERE draft = ?"
		       " AND number = ? AND state = 2 AND queue_id = ?",
		       "iiis", next_try, shard->draft, shard->number, shard->queue_id);
}

const char *shard_state_name(enum shard_state state)
{
	switch (state) {
	case SHARD_READY:
		return "not sent";
	case SHARD_OFFERED:
		return "may be sent";
	case SHARD_ACCEPTED:
	case SHARD_CONFIRMED:
		break;
	}
	return "sent";
}

bool store_release_visit_shards(struct store *store, int64_t draft,
				void (*visit)(const struct shard *shard, void *context),
				void *context, struct kairan_error *error_r)
{
	struct shard shard = { .draft = draft };
	enum answer answer = ANSWER_YES;

	while (answer == ANSWER_YES) {
		sqlite3_stmt *stmt;

		answer = sql_first(store, error_r, &stmt,
				   SHARD_COLUMNS "WHERE draft = ? AND number > ?"
						 " ORDER BY number LIMIT 1",
				   "ii", draft, shard.number);
		answer = take_shard(answer, stmt, &shard);
		if (answer == ANSWER_YES)
			visit(&shard, context);
	}
	return answer == ANSWER_NO;
}

enum answer store_release_find_complete(struct store *store, int64_t *draft_r,
					struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT id FROM draft WHERE state = 3 AND NOT EXISTS"
	    " (SELECT 1 FROM shard WHERE shard.draft = draft.id AND shard.state < 3) LIMIT 1",
	    "");

	if (answer == ANSWER_YES) {
		*draft_r = sqlite3_column_int64(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_release_visit_page(struct store *store, struct shard_page *page,
			      void (*visit)(const char *address, void *context),
			      void *context, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT position, address FROM shard_recipient"
	    " WHERE draft = ? AND shard = ? AND position > ? ORDER BY position LIMIT ?",
	    "iiii", page->shard->draft, page->shard->number, page->last, page->limit);

	while (answer == ANSWER_YES) {
		page->last = sqlite3_column_int64(stmt, 0);
		visit((const char *)sqlite3_column_text(stmt, 1), context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

bool store_release_summarize(struct store *store, int64_t draft,
			     struct release_summary *summary_r,
			     struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;

	*summary_r = (struct release_summary){ 0 };
	if (sql_first(
		store, error_r, &stmt,
		"SELECT count(*), total(state >= 3), total(iif(state >= 3, recipients, 0)),"
		" total(iif(state = 2, recipients, 0)),"
		" total(iif(state = 1, recipients, 0)),"
		" total(iif(repeated > 0, recipients, 0)),"
		" (SELECT group_concat(queue_id, ' ') FROM (SELECT queue_id FROM shard"
		"  WHERE draft = ?1 AND queue_id <> '' ORDER BY number LIMIT 20))"
		" || iif(count(*) > 20, ' ...', '') FROM shard WHERE draft = ?1",
		"i", draft) != ANSWER_YES)
		return false;
	summary_r->shards = sqlite3_column_int64(stmt, 0);
	summary_r->shards_done = sqlite3_column_int64(stmt, 1);
	summary_r->served = sqlite3_column_int64(stmt, 2);
	summary_r->unknown = sqlite3_column_int64(stmt, 3);
	summary_r->unserved = sqlite3_column_int64(stmt, 4);
	summary_r->repeated = sqlite3_column_int64(stmt, 5);
	summary_r->queue_ids = sql_text(stmt, 6);
	sql_done(stmt);
	return true;
}

void release_summary_clear(struct release_summary *summary)
{
	g_free(summary->queue_ids);
	*summary = (struct release_summary){ 0 };
}

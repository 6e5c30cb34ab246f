/*
 * NAME
 *	store_outbox - notices that wait to be mailed
 *
 * DESCRIPTION
 *	A row waits until the MTA has taken it (250) or has refused it for good (5xx). A
 *	crash between the 250 and its record sends a notice twice, never not at all.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_outbox.h"

#include <glib.h>

#include "schema/sql.h"

bool store_outbox_add(struct store *store, const struct outbox_notice *notice,
		      struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "INSERT INTO outbox (state, kind, draft, party, mail, name, language,"
	    " facts, created_at, next_try)"
	    " VALUES (1, ?1, nullif(?2, 0), nullif(?3, -1), ?4, ?5, ?6, ?7, ?8, ?8)",
	    "siissssi", notice->kind, notice->draft, notice->party, notice->mail,
	    notice->name, notice->language, notice->facts, notice->created_at);
}

#define NOTICE_COLUMNS                                                                    \
	"SELECT id, kind, coalesce(draft, 0), coalesce(party, -1), mail, name, language," \
	" facts, created_at, tries FROM outbox"

static enum answer take_notice(enum answer answer, struct sql_stmt *stmt,
			       struct outbox_notice **notice_r)
{
	if (answer != ANSWER_YES)
		return answer;
	struct outbox_notice *notice = g_new0(struct outbox_notice, 1);
	notice->id = sql_int(stmt, 0);
	notice->kind = sql_text(stmt, 1);
	notice->draft = sql_int(stmt, 2);
	notice->party = sql_int(stmt, 3);
	notice->mail = sql_text(stmt, 4);
	notice->name = sql_text(stmt, 5);
	notice->language = sql_text(stmt, 6);
	notice->facts = sql_text(stmt, 7);
	notice->created_at = sql_int(stmt, 8);
	notice->tries = sql_int(stmt, 9);
	sql_done(stmt);
	*notice_r = notice;
	return ANSWER_YES;
}

enum answer store_outbox_find_due(struct store *store, int64_t now,
				  struct outbox_notice **notice_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    NOTICE_COLUMNS SQL_BY_INDEX(
		"outbox_of_staff") " WHERE state = 1"
				   " AND next_try <= ? AND substr(kind, 1, 9) <> 'resident-'"
				   " ORDER BY next_try, id LIMIT 1",
	    "i", now);

	if (answer == ANSWER_NO)
		answer = sql_first(store, error_r, &stmt,
				   NOTICE_COLUMNS " WHERE state = 1 AND next_try <= ?"
						  " ORDER BY next_try, id LIMIT 1",
				   "i", now);
	return take_notice(answer, stmt, notice_r);
}

enum answer store_outbox_find(struct store *store, int64_t id,
			      struct outbox_notice **notice_r,
			      struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt, NOTICE_COLUMNS " WHERE id = ?", "i", id);

	return take_notice(answer, stmt, notice_r);
}

enum answer store_outbox_next_due(struct store *store, int64_t *at_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT next_try FROM outbox WHERE state = 1 ORDER BY next_try LIMIT 1", "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_outbox_record(struct store *store, int64_t id, enum outbox_state state,
			 int64_t next_try, const char *response,
			 struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE outbox SET state = ?, next_try = ?, tries = tries + 1,"
		       " response = ? WHERE id = ? AND bounced_at = 0",
		       "iisi", (int64_t)state, next_try, response, id);
}

enum answer store_outbox_record_bounce(struct store *store, int64_t id, int64_t now,
				       const char *response, struct kairan_error *error_r)
{
	return sql_change(store, error_r,
			  "UPDATE outbox SET state = 3, bounced_at = ?, response = ?"
			  " WHERE id = ? AND bounced_at = 0",
			  "isi", now, response, id);
}

enum answer store_outbox_has_bounced(struct store *store,
				     const struct outbox_notice *notice,
				     struct kairan_error *error_r)
{
	return sql_has(
	    store, error_r,
	    "SELECT 1 FROM outbox WHERE draft = ? AND mail = ? AND bounced_at > 0"
	    " AND id <> ? LIMIT 1",
	    "isi", notice->draft, notice->mail, notice->id);
}

enum answer store_outbox_was_mailed(struct store *store, const char *kind,
				    const char *mail, int64_t since,
				    struct kairan_error *error_r)
{
	return sql_has(
	    store, error_r,
	    "SELECT 1 FROM outbox WHERE draft IS NULL AND kind = ? AND mail = ?"
	    " AND created_at >= ? LIMIT 1",
	    "ssi", kind, mail, since);
}

enum answer store_outbox_has_refused_mail(struct store *store,
					  struct kairan_error *error_r)
{
	return sql_has(
	    store, error_r,
	    "SELECT 1 FROM outbox WHERE state = 1 AND response >= '500' AND response < '5:'"
	    " AND substr(response, 2, 2) BETWEEN '00' AND '99' LIMIT 1",
	    "");
}

static void free_asking(void *context)
{
	struct outbox_asking *asking = context;

	g_free(asking->kind);
	g_free(asking->name);
	g_free(asking);
}

GPtrArray *store_outbox_list_askings(struct store *store,
				     const struct outbox_notice *notice,
				     struct kairan_error *error_r)
{
	GPtrArray *askings = g_ptr_array_new_with_free_func(free_asking);
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT kind, name, created_at, state FROM outbox WHERE draft = ?1"
	    " AND kind IN ('request', 'reminder', 'ask-again', 'call')"
	    " AND (created_at < ?2 OR (id < ?3 AND kind <> ?4))"
	    " ORDER BY created_at, id",
	    "iiis", notice->draft, notice->created_at, notice->id, notice->kind);

	while (answer == ANSWER_YES) {
		struct outbox_asking *asking = g_new0(struct outbox_asking, 1);

		asking->kind = sql_text(stmt, 0);
		asking->name = sql_text(stmt, 1);
		asking->at = sql_int(stmt, 2);
		asking->state = (enum outbox_state)sql_int(stmt, 3);
		g_ptr_array_add(askings, asking);
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return askings;
	g_ptr_array_unref(askings);
	return NULL;
}

void outbox_notice_free(struct outbox_notice *notice)
{
	if (notice == NULL)
		return;
	g_free(notice->kind);
	g_free(notice->mail);
	g_free(notice->name);
	g_free(notice->language);
	g_free(notice->facts);
	g_free(notice);
}

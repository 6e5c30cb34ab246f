/*
 * NAME
 *	store_probe - mails that kairan sends to itself
 *
 * DESCRIPTION
 *	A row for each mail, and one for each place where it was seen. The store is where the
 *	daemon, the pipe and kairanctl meet.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_probe.h"

#include <glib.h>

#include "schema/sql.h"

#define PROBE_KEPT_SECONDS (7 * 86400)

bool store_probe_add(struct store *store, const struct probe *probe,
		     struct kairan_error *error_r)
{
	const int64_t oldest = probe->at - PROBE_KEPT_SECONDS;

	return sql_run(store, error_r,
		       "DELETE FROM probe_sight WHERE probe IN"
		       " (SELECT id FROM probe WHERE at < ?)",
		       "i", oldest) &&
	       sql_run(store, error_r, "DELETE FROM probe WHERE at < ?", "i", oldest) &&
	       sql_run(store, error_r,
		       "INSERT INTO probe (id, at, sender) VALUES (?, ?, ?)", "iis",
		       probe->id, probe->at, probe->sender);
}

void probe_clear(struct probe *probe)
{
	g_free(probe->sender);
	g_free(probe->answer);
	*probe = (struct probe){ 0 };
}

/* Columns as all questions here have them. */
static enum answer take(enum answer answer, struct sql_stmt *stmt, struct probe *probe_r)
{
	if (answer != ANSWER_YES)
		return answer;
	*probe_r = (struct probe){
		.id = sql_int(stmt, 0),
		.at = sql_int(stmt, 1),
		.sender = sql_text(stmt, 2),
		.answer = sql_text(stmt, 3),
	};
	sql_done(stmt);
	return ANSWER_YES;
}

enum answer store_probe_find(struct store *store, int64_t id, struct probe *probe_r,
			     struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id, at, sender, answer FROM probe WHERE id = ?", "i", id);

	return take(answer, stmt, probe_r);
}

enum answer store_probe_find_newest(struct store *store, const char *sender,
				    struct probe *probe_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id, at, sender, answer FROM probe WHERE sender = ?"
		      " ORDER BY at DESC, id DESC LIMIT 1",
		      "s", sender);

	return take(answer, stmt, probe_r);
}

bool store_probe_watch(struct store *store, const struct probe *probe,
		       struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE probe SET answer = ?, watched = 1 WHERE id = ?", "si",
		       probe->answer, probe->id);
}

enum answer store_probe_find_watched(struct store *store, int64_t after_at,
				     int64_t after_id, struct probe *probe_r,
				     struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id, at, sender, answer FROM probe WHERE watched = 1"
		      " AND (at, id) > (?, ?) ORDER BY at, id LIMIT 1",
		      "ii", after_at, after_id);

	return take(answer, stmt, probe_r);
}

bool store_probe_unwatch(struct store *store, const struct probe *probe,
			 struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE probe SET watched = 0 WHERE sender = ? AND at <= ?", "si",
		       probe->sender, probe->at);
}

bool store_probe_see(struct store *store, const struct probe_sight *sight,
		     struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "INSERT INTO probe_sight (probe, stage, at, queue_id, login,"
		       " difference, mta_at, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
		       " ON CONFLICT (probe, stage) DO NOTHING",
		       "iiisssis", sight->probe, (int64_t)sight->stage, sight->at,
		       sight->queue_id, sight->login, sight->difference, sight->mta_at,
		       sight->signature);
}

enum answer store_probe_find_sight(struct store *store, int64_t id,
				   enum probe_stage stage, struct probe_sight *sight_r,
				   struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT at, queue_id, login, difference, mta_at, signature"
		      " FROM probe_sight WHERE probe = ? AND stage = ?",
		      "ii", id, (int64_t)stage);

	if (answer != ANSWER_YES)
		return answer;
	*sight_r = (struct probe_sight){
		.probe = id,
		.stage = stage,
		.at = sql_int(stmt, 0),
		.queue_id = sql_text(stmt, 1),
		.login = sql_text(stmt, 2),
		.difference = sql_text(stmt, 3),
		.mta_at = sql_int(stmt, 4),
		.signature = sql_text(stmt, 5),
	};
	sql_done(stmt);
	return ANSWER_YES;
}

void probe_sight_clear(struct probe_sight *sight)
{
	g_free(sight->queue_id);
	g_free(sight->login);
	g_free(sight->difference);
	g_free(sight->signature);
	*sight = (struct probe_sight){ 0 };
}

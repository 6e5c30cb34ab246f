/*
 * NAME
 *	store_suspension_news - what is to be told of suspensions
 *
 * DESCRIPTION
 *	A queue, in order. Whoever ends or begins a suspension may not ask LDAP for the people
 *	in the meantime, so it is told a moment later.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_suspension_news.h"

#include <glib.h>

#include "schema/sql.h"

bool store_suspension_news_add(struct store *store, const struct suspension_news *news,
			       struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "INSERT INTO suspension_news (event, broadcast, since, until, reason)"
	    " VALUES (?, ?, ?, ?, ?)",
	    "ssiis", news->event, news->broadcast, news->since, news->until,
	    news->reason);
}

enum answer store_suspension_news_find(struct store *store,
				       struct suspension_news *news_r,
				       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       "SELECT id, event, broadcast, since, until, reason"
				       " FROM suspension_news ORDER BY id LIMIT 1",
				       "");

	if (answer == ANSWER_YES) {
		*news_r = (struct suspension_news){
			.id = sql_int(stmt, 0),
			.event = sql_text(stmt, 1),
			.broadcast = sql_text(stmt, 2),
			.since = sql_int(stmt, 3),
			.until = sql_int(stmt, 4),
			.reason = sql_text(stmt, 5),
		};
		sql_done(stmt);
	}
	return answer;
}

void store_suspension_news_clear(struct suspension_news *news)
{
	g_free(news->event);
	g_free(news->broadcast);
	g_free(news->reason);
	*news = (struct suspension_news){ 0 };
}

bool store_suspension_news_remove(struct store *store, int64_t id,
				  struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM suspension_news WHERE id = ?", "i",
		       id);
}

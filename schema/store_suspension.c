/*
 * NAME
 *	store_suspension - suspensions in the store
 *
 * DESCRIPTION
 *	One row a suspension while it lasts; its beginning and end stay in the audit trail.
 *
 *	The time of a suspension does not count towards a held draft's expiry. Where the
 *	suspension of everything and that of one broadcast overlap, the common time belongs
 *	to the one that ends last: each draft gets every second back once.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_suspension.h"

#include "schema/sql.h"
#include "schema/store_clock.h"
#include "schema/store_suspension_news.h"

#define SUSPENSION_COLUMNS \
	"SELECT broadcast, since, until, reason, uid, notify FROM suspension "

void suspension_free(struct suspension *suspension)
{
	if (suspension == NULL)
		return;
	g_free(suspension->broadcast);
	g_free(suspension->reason);
	g_free(suspension->uid);
	g_free(suspension);
}

static struct suspension *read_suspension(struct sql_stmt *stmt)
{
	struct suspension *suspension = g_new0(struct suspension, 1);

	suspension->broadcast = sql_text(stmt, 0);
	suspension->since = sql_int(stmt, 1);
	suspension->until = sql_int(stmt, 2);
	suspension->reason = sql_text(stmt, 3);
	suspension->uid = sql_text(stmt, 4);
	suspension->notify = sql_int(stmt, 5) != 0;
	return suspension;
}

static enum answer take_suspension(enum answer answer, struct sql_stmt *stmt,
				   struct suspension **suspension_r)
{
	if (answer == ANSWER_YES) {
		*suspension_r = read_suspension(stmt);
		sql_done(stmt);
	}
	return answer;
}

static bool tell(struct store *store, const char *event,
		 const struct suspension *suspension, int64_t until,
		 struct kairan_error *error_r)
{
	return !suspension->notify ||
	       store_suspension_news_add(
		   store,
		   &(struct suspension_news){ 0, (char *)event, suspension->broadcast,
					      suspension->since, until,
					      suspension->reason },
		   error_r);
}

bool store_suspension_put(struct store *store, const struct suspension *suspension,
			  const struct audit_event *event, struct kairan_error *error_r)
{
	return sql_run(
		   store, error_r,
		   "INSERT INTO suspension"
		   " (broadcast, since, until, reason, uid, notify)"
		   " VALUES (?,?,?,?,?,?) ON CONFLICT (broadcast) DO UPDATE SET"
		   " until = excluded.until, reason = excluded.reason,"
		   " uid = excluded.uid, notify = greatest(suspension.notify, excluded.notify)",
		   "siissi", suspension->broadcast, suspension->since, suspension->until,
		   suspension->reason, suspension->uid, (int64_t)suspension->notify) &&
	       tell(store, SUSPENSION_BEGUN, suspension, suspension->until, error_r) &&
	       store_audit_append(store, event, error_r);
}

enum answer store_suspension_find(struct store *store, const char *broadcast, int64_t now,
				  struct suspension **suspension_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    SUSPENSION_COLUMNS
	    "WHERE broadcast IN ('', ?1) AND (until = 0 OR until > ?2 - " STORE_CLOCK_AHEAD_SINCE(
		"since") ")"
			 " ORDER BY until = 0 DESC, until DESC LIMIT 1",
	    "si", broadcast, now);

	return take_suspension(answer, stmt, suspension_r);
}

static void free_suspension(void *suspension)
{
	suspension_free(suspension);
}

GPtrArray *store_suspension_list(struct store *store, struct kairan_error *error_r)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_suspension);
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt, SUSPENSION_COLUMNS "ORDER BY broadcast", "");

	while (answer == ANSWER_YES) {
		g_ptr_array_add(all, read_suspension(stmt));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return all;
	g_ptr_array_unref(all);
	return NULL;
}

/* By the clock as it went on before a jump, where one stands in doubt. */
#define BEFORE(time, kept) "(" time " - " STORE_CLOCK_AHEAD_OF(kept) ")"
#define BEGIN_BEFORE       BEFORE("?2", "?2")
#define END_BEFORE         BEFORE("?3", "?2")

/* Seconds that a draft waited under this suspension and no other that still stands. */
static bool give_time_back(struct store *store, const struct suspension *suspension,
			   int64_t end, int64_t remind_after,
			   struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "UPDATE draft SET expires_at = expires_at + waited.seconds,"
	    " call_at = CASE WHEN call_at > 0 THEN call_at + waited.seconds ELSE call_at END,"
	    " remind_at = CASE WHEN ?3 - ?2 >= ?4 THEN waited.ended ELSE remind_at END FROM"
	    " (SELECT id, " END_BEFORE " + " STORE_CLOCK_AHEAD_OF(
		"submitted_at") " AS ended,"
				"   least(" END_BEFORE ", coalesce((SELECT " BEFORE(
				    "since",
				    "since") "   FROM suspension WHERE suspension.broadcast ="
					     "    CASE WHEN ?1 = '' THEN draft.broadcast ELSE '' END), " END_BEFORE
					     "))"
					     "   - greatest(" BEGIN_BEFORE ", " BEFORE(
						 "submitted_at",
						 "submitted_at") "   ) AS seconds FROM draft WHERE state = 1 AND ?1 IN ('', draft.broadcast)) AS waited"
								 " WHERE waited.id = draft.id AND waited.seconds > 0",
	    "siii", suspension->broadcast, suspension->since, end, remind_after);
}

bool store_suspension_lift(struct store *store, const struct suspension *suspension,
			   int64_t end, int64_t remind_after,
			   const struct audit_event *event, struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM suspension WHERE broadcast = ?", "s",
		       suspension->broadcast) &&
	       give_time_back(store, suspension, end, remind_after, error_r) &&
	       tell(store, SUSPENSION_ENDED, suspension, end, error_r) &&
	       store_audit_append(store, event, error_r);
}

static enum answer lift_first_past(struct store *store, int64_t now, int64_t remind_after,
				   struct kairan_error *error_r)
{
	struct suspension *suspension = NULL;
	struct sql_stmt *stmt;
	struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.action = "resume",
		.outcome = "its time has passed",
	};
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      SUSPENSION_COLUMNS
		      "WHERE until <> 0 AND until <= ?1 - " STORE_CLOCK_AHEAD_SINCE(
			  "since") " ORDER BY until, broadcast LIMIT 1",
		      "i", now);

	answer = take_suspension(answer, stmt, &suspension);
	if (answer != ANSWER_YES)
		return answer;
	event.detail = *suspension->broadcast != '\0' ? suspension->broadcast : "all";
	if (!store_suspension_lift(store, suspension, suspension->until, remind_after,
				   &event, error_r))
		answer = ANSWER_UNKNOWN;
	suspension_free(suspension);
	return answer;
}

bool store_suspension_lift_past(struct store *store, int64_t now, int64_t remind_after,
				int64_t *count_r, struct kairan_error *error_r)
{
	enum answer answer;

	*count_r = 0;
	while ((answer = lift_first_past(store, now, remind_after, error_r)) ==
	       ANSWER_YES)
		(*count_r)++;
	return answer == ANSWER_NO;
}

enum answer store_suspension_next_end(struct store *store, int64_t *at_r,
				      struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       "SELECT min(until + " STORE_CLOCK_AHEAD_SINCE(
					   "since") ") FROM suspension WHERE until <> 0"
						    " HAVING count(*) > 0",
				       "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

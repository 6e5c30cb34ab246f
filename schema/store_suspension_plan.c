/*
 * NAME
 *	store_suspension_plan - suspensions that are to begin
 *
 * DESCRIPTION
 *	A plan is a row of its own until it begins, since a suspension that has a row stands.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_suspension_plan.h"

#include "schema/sql.h"
#include "schema/store_clock.h"
#include "schema/store_suspension_news.h"

#define PLAN_COLUMNS \
	"SELECT broadcast, since, until, reason, uid, notify FROM suspension_plan "

static struct suspension *read_plan(struct sql_stmt *stmt)
{
	struct suspension *plan = g_new0(struct suspension, 1);

	plan->broadcast = sql_text(stmt, 0);
	plan->since = sql_int(stmt, 1);
	plan->until = sql_int(stmt, 2);
	plan->reason = sql_text(stmt, 3);
	plan->uid = sql_text(stmt, 4);
	plan->notify = sql_int(stmt, 5) != 0;
	return plan;
}

static void free_plan(void *plan)
{
	suspension_free(plan);
}

static bool tell(struct store *store, const char *event, const struct suspension *plan,
		 struct kairan_error *error_r)
{
	return !plan->notify ||
	       store_suspension_news_add(
		   store,
		   &(struct suspension_news){ 0, (char *)event, plan->broadcast,
					      plan->since, plan->until, plan->reason },
		   error_r);
}

static bool remove_plan(struct store *store, const struct suspension *plan,
			struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM suspension_plan WHERE broadcast = ?",
		       "s", plan->broadcast);
}

bool store_suspension_plan_put(struct store *store, const struct suspension *plan,
			       const struct audit_event *event,
			       struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "INSERT INTO suspension_plan"
		       " (broadcast, since, until, reason, uid, notify)"
		       " VALUES (?,?,?,?,?,?) ON CONFLICT (broadcast) DO UPDATE SET"
		       " since = excluded.since, until = excluded.until,"
		       " reason = excluded.reason, uid = excluded.uid,"
		       " notify = excluded.notify",
		       "siissi", plan->broadcast, plan->since, plan->until, plan->reason,
		       plan->uid, (int64_t)plan->notify) &&
	       tell(store, SUSPENSION_PLANNED, plan, error_r) &&
	       store_audit_append(store, event, error_r);
}

GPtrArray *store_suspension_plan_list(struct store *store, struct kairan_error *error_r)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_plan);
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt, PLAN_COLUMNS "ORDER BY broadcast", "");

	while (answer == ANSWER_YES) {
		g_ptr_array_add(all, read_plan(stmt));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return all;
	g_ptr_array_unref(all);
	return NULL;
}

bool store_suspension_plan_cancel(struct store *store, const struct suspension *plan,
				  const struct audit_event *event,
				  struct kairan_error *error_r)
{
	return remove_plan(store, plan, error_r) &&
	       tell(store, SUSPENSION_CANCELLED, plan, error_r) &&
	       store_audit_append(store, event, error_r);
}

static enum answer begin_first(struct store *store, int64_t now,
			       struct kairan_error *error_r)
{
	struct suspension *plan;
	struct sql_stmt *stmt;
	struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.action = "suspend",
		.outcome = "as planned",
	};
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      PLAN_COLUMNS "WHERE since <= ?1 - " STORE_CLOCK_AHEAD
				   " ORDER BY since, broadcast LIMIT 1",
		      "i", now);

	if (answer != ANSWER_YES)
		return answer;
	plan = read_plan(stmt);
	sql_done(stmt);
	event.detail = *plan->broadcast != '\0' ? plan->broadcast : "all";
	if (!remove_plan(store, plan, error_r) ||
	    !store_suspension_put(store, plan, &event, error_r))
		answer = ANSWER_UNKNOWN;
	suspension_free(plan);
	return answer;
}

bool store_suspension_plan_begin(struct store *store, int64_t now, int64_t *count_r,
				 struct kairan_error *error_r)
{
	enum answer answer;

	*count_r = 0;
	while ((answer = begin_first(store, now, error_r)) == ANSWER_YES)
		(*count_r)++;
	return answer == ANSWER_NO;
}

enum answer store_suspension_plan_next(struct store *store, int64_t *at_r,
				       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       "SELECT min(since) + " STORE_CLOCK_AHEAD
				       " FROM suspension_plan HAVING count(*) > 0",
				       "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

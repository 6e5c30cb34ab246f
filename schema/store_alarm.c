/*
 * NAME
 *	store_alarm - what the administrators must mend
 *
 * DESCRIPTION
 *	A row stands from the moment something is found wrong until it is found right, so that
 *	nothing is told twice, and nothing is lost when nobody can be told at once.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_alarm.h"

#include <glib.h>

#include "schema/sql.h"

#define ALARM_COLUMNS "SELECT name, reason, detail, raised_at, last_at, count "

enum answer store_alarm_raise(struct store *store, const struct alarm *alarm,
			      struct kairan_error *error_r)
{
	enum answer answer = sql_change(
	    store, error_r,
	    "INSERT INTO alarm (name, reason, detail, raised_at, last_at)"
	    " VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (name) DO NOTHING",
	    "sssi", alarm->name, alarm->reason, alarm->detail, alarm->raised_at);

	/* Another thing is wrong with it now. */
	if (answer == ANSWER_NO)
		answer = sql_change(
		    store, error_r,
		    "UPDATE alarm SET reason = ?2, detail = ?3, told_at = 0,"
		    " last_at = ?4, count = count + 1 WHERE name = ?1"
		    " AND reason <> ?2 AND strpos(told, ' ' || ?2 || ' ') = 0",
		    "sssi", alarm->name, alarm->reason, alarm->detail, alarm->raised_at);
	/* The same again. What waits to be told is told as it is now. */
	if (answer == ANSWER_NO &&
	    !sql_run(store, error_r,
		     "UPDATE alarm SET count = count + 1, last_at = ?2,"
		     " detail = CASE WHEN told_at = 0 THEN ?3 ELSE detail END"
		     " WHERE name = ?1",
		     "sis", alarm->name, alarm->raised_at, alarm->detail))
		answer = ANSWER_UNKNOWN;
	return answer;
}

enum answer store_alarm_clear(struct store *store, const char *name, int64_t now,
			      struct kairan_error *error_r)
{
	if (!sql_run(store, error_r,
		     "INSERT INTO alarm_over (name, reason, raised_at, over_at, count)"
		     " SELECT name, reason, raised_at, ?2, count FROM alarm"
		     " WHERE name = ?1 AND told <> ''",
		     "si", name, now))
		return ANSWER_UNKNOWN;
	return sql_change(store, error_r, "DELETE FROM alarm WHERE name = ?", "s", name);
}

static struct alarm *read_alarm(struct sql_stmt *stmt)
{
	struct alarm *alarm = g_new0(struct alarm, 1);

	alarm->name = sql_text(stmt, 0);
	alarm->reason = sql_text(stmt, 1);
	alarm->detail = sql_text(stmt, 2);
	alarm->raised_at = sql_int(stmt, 3);
	alarm->last_at = sql_int(stmt, 4);
	alarm->count = sql_int(stmt, 5);
	return alarm;
}

static void free_alarm(void *alarm)
{
	alarm_free(alarm);
}

bool store_alarm_list(struct store *store, GPtrArray **alarms_r,
		      struct kairan_error *error_r)
{
	GPtrArray *alarms = g_ptr_array_new_with_free_func(free_alarm);
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      ALARM_COLUMNS "FROM alarm ORDER BY raised_at, name", "");

	while (answer == ANSWER_YES) {
		g_ptr_array_add(alarms, read_alarm(stmt));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		*alarms_r = alarms;
	else
		g_ptr_array_unref(alarms);
	return answer == ANSWER_NO;
}

enum answer store_alarm_find_untold(struct store *store, struct alarm **alarm_r,
				    struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       ALARM_COLUMNS "FROM alarm WHERE told_at = 0"
						     " ORDER BY raised_at, name LIMIT 1",
				       "");

	if (answer == ANSWER_YES) {
		*alarm_r = read_alarm(stmt);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_alarm_record_told(struct store *store, const struct alarm *alarm,
				    int64_t now, struct kairan_error *error_r)
{
	return sql_change(store, error_r,
			  "UPDATE alarm SET told_at = ?1, told = told || ' ' || reason"
			  " || ' ' WHERE name = ?2 AND reason = ?3 AND told_at = 0",
			  "iss", now, alarm->name, alarm->reason);
}

enum answer store_alarm_take_over(struct store *store, struct alarm **alarm_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT name, reason, '', raised_at, over_at, count, number"
		      " FROM alarm_over ORDER BY number LIMIT 1",
		      "");
	int64_t number;

	if (answer != ANSWER_YES)
		return answer;
	*alarm_r = read_alarm(stmt);
	number = sql_int(stmt, 6);
	sql_done(stmt);
	if (sql_run(store, error_r, "DELETE FROM alarm_over WHERE number = ?", "i",
		    number))
		return ANSWER_YES;
	alarm_free(*alarm_r);
	*alarm_r = NULL;
	return ANSWER_UNKNOWN;
}

void alarm_free(struct alarm *alarm)
{
	if (alarm == NULL)
		return;
	g_free(alarm->name);
	g_free(alarm->reason);
	g_free(alarm->detail);
	g_free(alarm);
}

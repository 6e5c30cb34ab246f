/*
 * NAME
 *	test_clock_times - times that were written by a wrong clock go with it
 *
 * DESCRIPTION
 *	Every number of the schema is one that somebody has looked at: a time that is moved, one that
 *	stays, or no time. What a clock wrote that was ahead or behind is moved, and nothing else.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "schema/store_clock.h"
#include "schema/store_reminder.h"
#include "schema/store_suspension.h"
#include "tests/schema/store_fixture.h"

#define DAY 86400

/* ---- the table and the schema ---- */

/* Numbers that are no times. */
static const struct {
	const char *table, *names;
} no_times[] = {
	{ "alarm", "count" },
	{ "alarm_over", "number count" },
	{ "audit", "seq draft seal_key" },
	{ "audit_mark", "seq seal_key" },
	{ "bounce", "draft kind proven judged" },
	{ "delivery_domain", "draft recipients sent failed refused told" },
	{ "delivery_queue", "draft" },
	{ "delivery_time", "draft step recipients" },
	{ "draft", "id state characters recipients urgent corrects reminders verp calls "
		   "archived published drill tries" },
	{ "draft_text", "draft position characters" },
	{ "forgotten", "seal_key" },
	{ "incident", "id state" },
	{ "incident_note", "id incident" },
	{ "instruction", "id" },
	{ "leaver", "id" },
	{ "original", "draft" },
	{ "outbox", "id state draft party tries" },
	{ "party", "draft number" },
	{ "password_warning", "days_left" },
	{ "probe", "id watched" },
	{ "probe_sight", "probe stage" },
	{ "publication", "id draft root event channel state tries" },
	{ "reply", "draft counts" },
	{ "resident_request", "id state kind" },
	{ "shard", "draft number state recipients tries repeated claimed offered leaver "
		   "leave_key" },
	{ "shard_recipient", "draft shard position" },
	{ "signature", "lines draft" },
	{ "snapshot", "urgent" },
	{ "subscriber", "state source" },
	{ "subscriber_change", "joined gone" },
	{ "suspension", "notify" },
	{ "suspension_news", "id" },
	{ "suspension_plan", "notify" },
	{ "urgency", "draft" },
};

static bool names(const char *list, const char *name)
{
	g_auto(GStrv) all = g_strsplit(list, " ", -1);

	return g_strv_contains((const char *const *)all, name);
}

static int count_mentions(const char *table, const char *name)
{
	int count = 0;

	for (const struct store_clock_time *time = store_clock_times; time->table != NULL;
	     time++)
		count +=
		    strcmp(time->table, table) == 0 && names(time->columns, name) ? 1 : 0;
	for (size_t i = 0; i < COUNT(no_times); i++)
		count += strcmp(no_times[i].table, table) == 0 &&
				 names(no_times[i].names, name)
			     ? 1
			     : 0;
	return count;
}

/* A new number: is it a time? Then it wants its place in store_clock_times.c; else one in no_times. */
static void test_every_column_was_thought_of(void **state)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int count = 0;

	(void)state;
	assert_int_equal(sqlite3_open_v2(at.path, &db, SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db,
			       "SELECT m.name, c.name FROM sqlite_schema AS m,"
			       " pragma_table_info(m.name) AS c WHERE m.type = 'table'"
			       " AND m.name NOT LIKE 'sqlite_%'"
			       " AND c.type NOT IN ('TEXT', 'BLOB')",
			       -1, &stmt, NULL),
	    SQLITE_OK);
	for (; sqlite3_step(stmt) == SQLITE_ROW; count++) {
		const char *table = (const char *)sqlite3_column_text(stmt, 0);
		const char *name = (const char *)sqlite3_column_text(stmt, 1);

		if (count_mentions(table, name) != 1)
			fail_msg("%s.%s: what becomes of it when the clock goes back?",
				 table, name);
	}
	assert_true(count > 100);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

/* The statement is of the table, and changes what the row says. */
static void test_statements_move_their_columns(void **state)
{
	(void)state;
	for (const struct store_clock_time *time = store_clock_times; time->table != NULL;
	     time++) {
		g_auto(GStrv) columns = g_strsplit(time->columns, " ", -1);
		g_autofree char *begins = g_strdup_printf("UPDATE %s SET ", time->table);

		if (time->sql == NULL)
			continue;
		assert_true(g_str_has_prefix(time->sql, begins));
		for (size_t i = 0; columns[i] != NULL; i++) {
			g_autofree char *set = g_strdup_printf(" %s = ", columns[i]);

			if (strstr(time->sql, set) == NULL)
				fail_msg("%s: %s", time->sql, columns[i]);
		}
	}
}

/* ---- jumps ---- */

static void run(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void run(const char *format, ...)
{
	va_list args;
	g_autofree char *sql = NULL;

	va_start(args, format);
	sql = g_strdup_vprintf(format, args);
	va_end(args);
	raw_run(at.path, sql);
}

static int64_t look_up(const char *format, ...) G_GNUC_PRINTF(1, 2);

static int64_t look_up(const char *format, ...)
{
	va_list args;
	g_autofree char *sql = NULL;

	va_start(args, format);
	sql = g_strdup_vprintf(format, args);
	va_end(args);
	return raw_number(at.path, sql);
}

/* A draft as it is held at a time, with its row of the trail. */
static int64_t hold(unsigned char key, int64_t now)
{
	struct draft *draft;
	int64_t id;
	struct audit_event event = {
		.at = now, .uid = "bosai-staff1", .role = "staff", .action = "submit"
	};

	begin(&at);
	draft = insert_draft(&at, key);
	id = event.draft = draft->id;
	assert_true(store_audit_append(at.store, &event, &at.error));
	commit(&at);
	draft_free(draft);
	run("UPDATE draft SET submitted_at = %ld, expires_at = %ld, remind_at = %ld,"
	    " call_at = 0 WHERE id = %ld",
	    (long)now, (long)now + 7 * DAY, (long)now + DAY, (long)id);
	return id;
}

static void approve(int64_t id, int64_t now, int64_t due)
{
	const struct audit_event event = { .at = now,
					   .uid = "bosai-chief",
					   .role = "approver",
					   .draft = id,
					   .action = "decide" };

	begin(&at);
	assert_true(store_audit_append(at.store, &event, &at.error));
	commit(&at);
	run("UPDATE draft SET state = 2, decided_at = %ld, due_at = %ld WHERE id = %ld",
	    (long)now, (long)due, (long)id);
}

/* It is now so late, after a jump by so many seconds some moments ago. */
static int64_t jump(int64_t now, int64_t seconds, int64_t left)
{
	const struct store_clock_jump jump = { .seconds = seconds,
					       .now = now,
					       .landed = now - 60 };
	struct store_clock_change change;

	begin(&at);
	assert_true(store_clock_jump(at.store, &jump, &change, &at.error));
	commit(&at);
	assert_int_equal(change.left, left);
	return change.moved;
}

static void check_draft(int64_t id, int64_t submitted)
{
	assert_int_equal(
	    look_up("SELECT submitted_at FROM draft WHERE id = %ld", (long)id),
	    submitted);
	assert_int_equal(look_up("SELECT expires_at FROM draft WHERE id = %ld", (long)id),
			 submitted + 7 * DAY);
	assert_int_equal(look_up("SELECT remind_at FROM draft WHERE id = %ld", (long)id),
			 submitted + DAY);
	assert_int_equal(look_up("SELECT call_at FROM draft WHERE id = %ld", (long)id),
			 0);
}

#define NOW ((int64_t)1800000000)

static void test_ahead_and_back(void **state)
{
	const int64_t year = 365 * DAY;
	int64_t old, new, planned, asked;

	(void)state;
	old = hold(1, NOW - DAY);
	assert_int_equal(jump(NOW + year, year, year), 0);
	new = hold(2, NOW + year + 10);
	planned = hold(3, NOW + year + 20);
	approve(planned, NOW + year + 30, NOW + year + 3600);
	asked = hold(4, NOW - 50);
	run("UPDATE draft SET send_at = %ld WHERE id = %ld", (long)(NOW + year + 5000),
	    (long)asked);
	approve(asked, NOW + year + 40, NOW + year + 5000);
	run("INSERT INTO reply (key, draft, uid, at, counts) VALUES (x'01', 1, 'x', %ld, 1),"
	    " (x'02', 1, 'x', %ld, 1)",
	    (long)(NOW + year + 5), (long)(NOW - 5));
	/* Partly right, then right. */
	assert_int_equal(jump(NOW + 100 + 10 * DAY, 10 * DAY - year, 10 * DAY), 5);
	check_draft(new, NOW + 10 * DAY + 10);
	assert_true(jump(NOW + 200, -10 * DAY, 0) > 0);
	check_draft(old, NOW - DAY);
	check_draft(new, NOW + 10);
	check_draft(planned, NOW + 20);
	check_draft(asked, NOW - 50);
	assert_int_equal(
	    look_up("SELECT due_at FROM draft WHERE id = %ld", (long)planned),
	    NOW + 3600);
	assert_int_equal(
	    look_up("SELECT decided_at FROM draft WHERE id = %ld", (long)planned),
	    NOW + 30);
	/* Who has asked for a time gets that. */
	assert_int_equal(look_up("SELECT due_at FROM draft WHERE id = %ld", (long)asked),
			 NOW + year + 5000);
	assert_int_equal(look_up("SELECT max(at) FROM reply"), NOW + 5);
	assert_int_equal(look_up("SELECT min(at) FROM reply"), NOW - 5);
	assert_int_equal(
	    look_up("SELECT count(*) FROM position WHERE name LIKE 'clock-%%'"
		    " AND name NOT IN ('clock-seen', 'clock-boot')"),
	    0);
}

/* What goes out is the same at every try. */
static void test_what_goes_out_stays(void **state)
{
	int64_t id;

	(void)state;
	(void)jump(NOW + 40 * DAY, 40 * DAY, 40 * DAY);
	id = hold(1, NOW + 40 * DAY + 1);
	approve(id, NOW + 40 * DAY + 2, NOW + 40 * DAY + 2);
	run("UPDATE draft SET state = 4, released_at = %ld WHERE id = %ld",
	    (long)(NOW + 40 * DAY + 9), (long)id);
	(void)jump(NOW + 10, -40 * DAY, 0);
	assert_int_equal(look_up("SELECT due_at FROM draft"), NOW + 40 * DAY + 2);
	assert_int_equal(look_up("SELECT released_at FROM draft"), NOW + 9);
}

/* A clock that was behind wrote where other drafts are. */
static void test_behind_and_right(void **state)
{
	int64_t old, new, decided;

	(void)state;
	old = hold(1, NOW - DAY + 5);
	decided = hold(2, NOW - 2 * DAY);
	(void)hold(3, NOW - 1);
	(void)jump(NOW - DAY, -DAY, -DAY);
	new = hold(4, NOW - DAY + 6);
	approve(decided, NOW - DAY + 7, NOW - DAY + 7);
	(void)jump(NOW + 100, DAY, 0);
	check_draft(old, NOW - DAY + 5);
	check_draft(new, NOW + 6);
	assert_int_equal(
	    look_up("SELECT decided_at FROM draft WHERE id = %ld", (long)decided),
	    NOW + 7);
	assert_int_equal(
	    look_up("SELECT submitted_at FROM draft WHERE id = %ld", (long)decided),
	    NOW - 2 * DAY);
}

/* Somebody read the clock while it was wrong, and wrote when it was right. */
static void test_written_late(void **state)
{
	const int64_t late = hold(1, NOW + 40 * DAY), good = hold(2, NOW + 60);
	int64_t moved = -1;

	(void)state;
	begin(&at);
	assert_true(store_clock_times_bring_late(at.store, NOW + 70, &moved, &at.error));
	commit(&at);
	assert_int_equal(moved, 1);
	check_draft(late, NOW + 70);
	check_draft(good, NOW + 60);
}

/* ---- while it is ahead ---- */

static enum answer is_reminded(int64_t id, int64_t now)
{
	enum answer answer;

	begin(&at);
	answer = store_reminder_is_due(at.store, id, now, &at.error);
	commit(&at);
	return answer;
}

/* What is held since before is brought to mind by the clock as it was. */
static void test_reminders_wait(void **state)
{
	int64_t old, new, next = 0;

	(void)state;
	old = hold(1, NOW);
	(void)jump(NOW + 2 * DAY, 2 * DAY, 2 * DAY);
	new = hold(2, NOW + 2 * DAY + 5);
	assert_int_equal(is_reminded(old, NOW + 3 * DAY - 1), ANSWER_NO);
	assert_int_equal(is_reminded(old, NOW + 3 * DAY), ANSWER_YES);
	assert_int_equal(is_reminded(new, NOW + 3 * DAY), ANSWER_NO);
	begin(&at);
	assert_int_equal(store_reminder_next_due(at.store, &next, &at.error), ANSWER_YES);
	commit(&at);
	assert_int_equal(next, NOW + 3 * DAY);
}

/* A draft gets back what it has waited, by whatever clock each of them began. */
static void test_suspensions_give_back_what_was_waited(void **state)
{
	const struct audit_event event = {
		.at = 1, .uid = "x", .role = "x", .action = "x"
	};
	struct suspension suspension = { .broadcast = (char *)"",
					 .reason = (char *)"x",
					 .uid = (char *)"x" };
	int64_t old, new, end = 0;

	(void)state;
	old = hold(1, NOW);
	for (int64_t i = 0; i < 2; i++) {
		/* Since before the jump, and since after it; for 100 seconds. */
		suspension.since = i == 0 ? NOW + 50 : NOW + 40 * DAY + 200;
		begin(&at);
		assert_true(
		    store_suspension_put(at.store, &suspension, &event, &at.error));
		commit(&at);
		if (i == 0) {
			(void)jump(NOW + 40 * DAY + 70, 40 * DAY, 40 * DAY);
			new = hold(2, NOW + 40 * DAY + 90);
		}
		begin(&at);
		assert_true(store_clock_find_own(at.store, suspension.since,
						 NOW + 40 * DAY + (i == 0 ? 150 : 300),
						 &end, &at.error));
		assert_true(store_suspension_lift(at.store, &suspension, end, 100, &event,
						  &at.error));
		commit(&at);
	}
	assert_int_equal(
	    look_up("SELECT expires_at FROM draft WHERE id = %ld", (long)old),
	    NOW + 7 * DAY + 200);
	assert_int_equal(look_up("SELECT remind_at FROM draft WHERE id = %ld", (long)old),
			 NOW + 300);
	assert_int_equal(
	    look_up("SELECT expires_at FROM draft WHERE id = %ld", (long)new),
	    NOW + 40 * DAY + 90 + 7 * DAY + 160);
	assert_int_equal(look_up("SELECT remind_at FROM draft WHERE id = %ld", (long)new),
			 NOW + 40 * DAY + 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_column_was_thought_of),
		TEST(test_statements_move_their_columns),
		TEST(test_ahead_and_back),
		TEST(test_what_goes_out_stays),
		TEST(test_behind_and_right),
		TEST(test_written_late),
		TEST(test_reminders_wait),
		TEST(test_suspensions_give_back_what_was_waited),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

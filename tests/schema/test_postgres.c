/*
 * NAME
 *	test_postgres - what only a store on a server has
 *
 * DESCRIPTION
 *	Whose database it is, who has the turn, what PostgreSQL does in the place of SQLite's
 *	functions, and a server that is killed: before a transaction, in the middle of COMMIT, and
 *	in COMMIT when it is done and nobody has been told. Whoever was told that a transaction
 *	failed tries it again; what is written is there once then.
 *
 *	Without a server (on_postgres.py) there is nothing to test.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <pthread.h>
#include <string.h>

#include "policy/mention.h"
#include "schema/audit_check.h"
#include "schema/sql.h"
#include "schema/store_alarm.h"
#include "schema/store_audit.h"
#include "tests/schema/store_fixture.h"

#define ONLY_SERVERS()                    \
	do {                              \
		if (raw_server() == NULL) \
			return;           \
	} while (0)

static void control(const char *what)
{
	g_autofree char *command =
	    g_strdup_printf("%s %s", getenv("KAIRAN_TEST_POSTGRES_CONTROL"), what);

	assert_int_equal(system(command), 0);
}

static struct store *open_other(void)
{
	struct store *other = NULL;

	if (!store_open(at.path, STORE_JOURNAL_BEST, &other, &at.error))
		fail_msg("%s", at.error.text);
	return other;
}

/* ---- whose database ---- */

static void refuse(const char *uri, const char *word)
{
	struct store *store = NULL;

	if (store_open(uri, STORE_JOURNAL_BEST, &store, &at.error))
		fail_msg("%s was taken for a store", uri);
	if (strstr(at.error.text, word) == NULL)
		fail_msg("%s: %s", uri, at.error.text);
}

static void test_other_databases(void **state)
{
	char other[512];

	(void)state;
	ONLY_SERVERS();
	raw_run(at.path, "UPDATE kairan_schema SET number = 99");
	refuse(at.path, "newer kairan");
	raw_choose_name("", other, sizeof(other));
	refuse(other, "is empty");
	raw_run(other, "CREATE TABLE mail (a bigint)");
	refuse(other, "is not a store of kairan");
	assert_int_equal(raw_number(other, "SELECT count(*) FROM pg_tables WHERE"
					   " schemaname = current_schema()"),
			 1);
}

static void test_uris(void **state)
{
	g_autofree char *password = g_strconcat(at.path, "&password=secret", NULL);

	(void)state;
	ONLY_SERVERS();
	refuse(password, "passfile");
	assert_null(strstr(at.error.text, "secret"));
	refuse("postgresql://u:secret@db.town.example/kairan", "passfile");
	refuse("postgresql://db.town.example/kairan?sslmode=prefer", "verify-full");
	refuse("postgresql:///kairan?host=/tmp,db.town.example&sslmode=require",
	       "verify-full");
	refuse("postgresql:///kairan?service=town", "service");
	refuse("postgresql:///kairan?host=/nowhere", "/nowhere");
	refuse("postgresql:///kairan?sslmood=on", "sslmood");
}

/* ---- functions ---- */

static void test_functions(void **state)
{
	static const char key_text[] = "ha.na+ko@phone.example";
	static const char *const texts[] = {
		"",
		"ha.na+ko@phone.example",
		"<HA.na+ko@PHONE.example>",
		"\"ha.na+ko\"@phone.example.",
		"<ha.na+ko@phone.example>: gone. ha.na+ko@phone.example.",
		"xha.na+ko@phone.example",
		"x.ha.na+ko@phone.example",
		"-ha.na+ko@phone.example _ha.na+ko@phone.example",
		"ha.na+ko@phone.example.jp",
		"ha.na+ko@phone.example-x",
		"haxna+ko@phone.example",
		"release+TOKEN+ha.na+ko=phone.example@town.example",
		"{\"to\": \"\\\"ha.na+ko\\\"@phone.example\"}",
		"避難ha.na+ko@phone.example避難",
		"\\\\ha.na+ko\\\\@phone.example",
		"ha.na+ko@phone.exampleha.na+ko@phone.example",
		"ha.na+ko@phone.example ha.na+ko@phone.example,ha.na+ko@phone.example",
	};
	struct address key;

	(void)state;
	ONLY_SERVERS();
	assert_true(address_read(key_text, &key, NULL));
	begin(&at);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *text = texts[i];
		GString *without = g_string_new(NULL);
		struct mention found;
		struct address other;
		struct sql_stmt *stmt;
		size_t from = 0, length = strlen(text);
		const bool named = mention_find(text, length, 0, &key, &found);
		const bool is = address_read(text, &other, NULL) &&
				(address_fold(&other), strcmp(other.spec, key.spec) == 0);

		while (mention_find(text, length, from, &key, &found)) {
			g_string_append_len(without, text + from,
					    (gssize)(found.start - from));
			g_string_append(without, "***");
			from = found.end;
		}
		g_string_append(without, text + from);
		assert_int_equal(
		    sql_first(at.store, &at.error, &stmt,
			      "SELECT is_address(?1, ?4), names(?1, ?4), names(?2, ?4),"
			      " without(?3, ?4)",
			      "sbss", text, text, length, text, key.spec),
		    ANSWER_YES);
		if ((sql_int(stmt, 0) != 0) != is || (sql_int(stmt, 1) != 0) != named ||
		    (sql_int(stmt, 2) != 0) != named ||
		    strcmp(sql_peek(stmt, 3), without->str) != 0)
			fail_msg("%s: %d %d %d %s", text, (int)sql_int(stmt, 0),
				 (int)sql_int(stmt, 1), (int)sql_int(stmt, 2),
				 sql_peek(stmt, 3));
		sql_done(stmt);
		g_string_free(without, TRUE);
	}
	assert_int_equal(sql_has(at.store, &at.error, "SELECT 1 WHERE names(?, ?)", "bs",
				 "\0\xff\\001ha.na+ko@phone.example", (size_t)28,
				 key.spec),
			 ANSWER_NO);
	assert_int_equal(sql_has(at.store, &at.error, "SELECT 1 WHERE names(?, ?)", "bs",
				 "x\0ha.na+ko@phone.example\xff", (size_t)25, key.spec),
			 ANSWER_YES);
	assert_int_equal(sql_has(at.store, &at.error,
				 "SELECT 1 WHERE random_id() BETWEEN 1 AND 1099511627775",
				 ""),
			 ANSWER_YES);
	store_rollback(at.store);
}

/* ---- turns ---- */

#define TURNS 100

static void *count_up(void *context)
{
	struct store *store = context;
	struct kairan_error error;
	bool ok = true;

	for (int i = 0; ok && i < TURNS; i++) {
		int64_t value = 0;

		ok = (i % 2 == 0 ? store_begin(store, &error)
				 : store_begin_grouped(store, &error)) &&
		     sql_number(store, &error, &value,
				"SELECT count FROM alarm WHERE name = 'turn'", "") &&
		     sql_run(store, &error,
			     "UPDATE alarm SET count = ? WHERE name = 'turn'", "i",
			     value + 1) &&
		     store_commit(store, &error);
	}
	return ok ? context : NULL;
}

static void raise_alarm(const char *name)
{
	const struct alarm alarm = { .name = (char *)name,
				     .reason = (char *)"r",
				     .detail = (char *)"d",
				     .raised_at = 1 };

	begin(&at);
	assert_int_equal(store_alarm_raise(at.store, &alarm, &at.error), ANSWER_YES);
	commit(&at);
}

/* Each sees what all before it have written. */
static void test_turns(void **state)
{
	struct store *other;
	pthread_t thread;
	void *result = NULL;

	(void)state;
	ONLY_SERVERS();
	raise_alarm("turn");
	raw_run(at.path, "UPDATE alarm SET count = 0");
	other = open_other();
	assert_int_equal(pthread_create(&thread, NULL, count_up, other), 0);
	assert_non_null(count_up(at.store));
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_non_null(result);
	assert_int_equal(raw_number(at.path, "SELECT count FROM alarm"), 2 * TURNS);
	store_close(other);
}

static void test_who_is_alone(void **state)
{
	struct store *other;
	enum answer answer;

	(void)state;
	ONLY_SERVERS();
	other = open_other();
	assert_int_equal(store_be_alone(at.store, &at.error), ANSWER_YES);
	assert_int_equal(store_be_alone(other, &at.error), ANSWER_NO);
	assert_non_null(strstr(at.error.text, "another kairan"));
	store_close(at.store);
	/* The server hears of the end a moment later. */
	while ((answer = store_be_alone(other, &at.error)) == ANSWER_NO)
		(void)sched_yield();
	assert_int_equal(answer, ANSWER_YES);
	at.store = other;
}

static void test_changes_are_heard(void **state)
{
	struct store *other;
	enum answer answer;

	(void)state;
	ONLY_SERVERS();
	other = open_other();
	(void)store_was_changed(other, &at.error);
	raise_alarm("one");
	while ((answer = store_was_changed(other, &at.error)) == ANSWER_NO)
		(void)sched_yield();
	assert_int_equal(answer, ANSWER_YES);
	assert_int_equal(store_was_changed(other, &at.error), ANSWER_NO);
	/* Its own changes are no news, nor is what was only read. */
	begin(&at);
	store_rollback(at.store);
	assert_int_not_equal(store_was_changed(at.store, &at.error), ANSWER_UNKNOWN);
	raise_alarm("two");
	assert_int_equal(store_was_changed(at.store, &at.error), ANSWER_NO);
	store_close(other);
}

/* ---- a server that goes away ---- */

/* What is done: an alarm and its row in the trail, or, where it is there, nothing. */
static enum answer do_it(struct store *store)
{
	const struct alarm alarm = { .name = (char *)"it",
				     .reason = (char *)"r",
				     .detail = (char *)"d",
				     .raised_at = 1 };
	const struct audit_event event = { .at = 1, .uid = "u", .action = "it" };
	struct kairan_error error;
	enum answer answer;

	if (!store_begin_grouped(store, &error))
		return ANSWER_UNKNOWN;
	answer = store_alarm_raise(store, &alarm, &error);
	if (answer == ANSWER_YES && !store_audit_append(store, &event, &error))
		answer = ANSWER_UNKNOWN;
	return store_finish(store, answer, &error);
}

static void *do_it_in_a_thread(void *store)
{
	return GINT_TO_POINTER((int)do_it(store));
}

static void reopen(void)
{
	store_close(at.store);
	at.store = open_other();
}

/* Once, whoever looks. */
static void expect_once(void)
{
	struct audit_check check;

	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM alarm"), 1);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM audit"), 1);
	assert_int_equal(audit_check_walk(at.store, &check, &at.error), ANSWER_YES);
}

static void test_lost_before(void **state)
{
	(void)state;
	ONLY_SERVERS();
	control("kill");
	assert_int_equal(do_it(at.store), ANSWER_UNKNOWN);
	assert_false(store_is_in_place(at.store, &at.error));
	assert_true(store_failing_since(at.store, NULL) != 0);
	control("start");
	/* It does not come back by itself: the server may be another one. */
	assert_int_equal(do_it(at.store), ANSWER_UNKNOWN);
	reopen();
	assert_int_equal(do_it(at.store), ANSWER_YES);
	expect_once();
}

static void test_lost_inside(void **state)
{
	(void)state;
	ONLY_SERVERS();
	begin(&at);
	assert_true(sql_run(at.store, &at.error, "DELETE FROM alarm", ""));
	control("kill");
	assert_false(sql_run(at.store, &at.error, "DELETE FROM alarm", ""));
	assert_false(store_commit(at.store, &at.error));
	control("start");
	reopen();
	assert_int_equal(do_it(at.store), ANSWER_YES);
	expect_once();
}

/* Commit in a thread; the server is killed when it says that somebody waits as told. */
static enum answer kill_while(const char *waiting)
{
	pthread_t thread;
	void *answer;

	assert_int_equal(pthread_create(&thread, NULL, do_it_in_a_thread, at.store), 0);
	while (raw_number(at.path, waiting) == 0)
		;
	control("kill");
	assert_int_equal(pthread_join(thread, &answer), 0);
	return (enum answer)GPOINTER_TO_INT(answer);
}

/* A trigger that PostgreSQL runs in COMMIT waits for a lock: nothing is done. */
static void test_lost_in_commit(void **state)
{
	PGconn *holder;

	(void)state;
	ONLY_SERVERS();
	raw_run(at.path,
		"CREATE FUNCTION wait_there() RETURNS trigger LANGUAGE plpgsql AS"
		" $$BEGIN PERFORM pg_advisory_lock(77); RETURN NULL; END$$;"
		"CREATE CONSTRAINT TRIGGER wait_there AFTER INSERT ON alarm DEFERRABLE"
		" INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_there()");
	holder = PQconnectdb(at.path);
	PQclear(PQexec(holder, "SELECT pg_advisory_lock(77)"));
	assert_int_equal(kill_while("SELECT count(*) FROM pg_locks WHERE NOT granted"
				    " AND locktype = 'advisory' AND objid = 77"),
			 ANSWER_UNKNOWN);
	PQfinish(holder);
	control("start");
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM alarm"), 0);
	raw_run(at.path, "DROP TRIGGER wait_there ON alarm");
	reopen();
	assert_int_equal(do_it(at.store), ANSWER_YES);
	expect_once();
}

/* It is on the disk, and waits for a standby that does not come: nobody is told. */
static void test_lost_behind_commit(void **state)
{
	(void)state;
	ONLY_SERVERS();
	raw_run(at.path, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
	raw_run(at.path, "SELECT pg_reload_conf()");
	while (raw_number(at.path,
			  "SELECT count(*) FROM pg_settings WHERE name ="
			  " 'synchronous_standby_names' AND setting = 'nobody'") == 0)
		;
	assert_int_equal(kill_while("SELECT count(*) FROM pg_stat_activity WHERE"
				    " wait_event = 'SyncRep'"),
			 ANSWER_UNKNOWN);
	control("start");
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM alarm"), 1);
	raw_run(at.path, "ALTER SYSTEM RESET synchronous_standby_names");
	raw_run(at.path, "SELECT pg_reload_conf()");
	reopen();
	assert_int_equal(do_it(at.store), ANSWER_NO);
	expect_once();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_other_databases), TEST(test_uris),
		TEST(test_functions),       TEST(test_turns),
		TEST(test_who_is_alone),    TEST(test_changes_are_heard),
		TEST(test_lost_before),     TEST(test_lost_inside),
		TEST(test_lost_in_commit),  TEST(test_lost_behind_commit),
	};

	return cmocka_run_group_tests_name("postgres", tests, NULL, NULL);
}

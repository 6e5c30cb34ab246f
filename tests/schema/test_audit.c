/*
 * NAME
 *	test_audit - the chain shows what was done to the trail
 *
 * DESCRIPTION
 *	Each row of the table below is one intruder with SQL, and the sequence number at
 *	which the chain must break.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>

#include "schema/audit_check.h"
#include "tests/schema/store_scratch.h"

#define ROWS 5
/* 32 octets. */
#define ZEROS "x'0000000000000000000000000000000000000000000000000000000000000000'"

#define INSERT_AUDIT                                                             \
	"INSERT INTO audit (seq, at, uid, role, draft, action, outcome, detail," \
	" queue_id, previous, hash)"
#define AUDIT_KNOWN_HASH \
	"3520e88c9c5a7dfd170500d76f2a0400963c38a97fce1e2db6abc77bdadcaf8c"

static void append(struct store_scratch *at, const struct audit_event *event)
{
	if (!store_audit_append(at->store, event, &at->error))
		fail_msg("%s", at->error.text);
}

static void append_rows(struct store_scratch *at)
{
	begin(at);
	for (int i = 1; i <= ROWS; i++) {
		const struct audit_event event = {
			.at = 1000 + i,
			.uid = "bosai-chief",
			.role = "approver",
			.draft = i % 2 + 1,
			.action = "approve",
			.outcome = "approved",
			.detail = "承認, \"it's\"; 12:34,",
			.queue_id = "4ABC",
		};
		append(at, &event);
	}
	commit(at);
}

static enum answer check(struct store_scratch *at, int64_t *bad_r)
{
	struct audit_check found;
	enum answer answer;

	*bad_r = 0;
	begin(at);
	answer = audit_check_all(at->store, &found, &at->error);
	store_rollback(at->store);
	if (answer == ANSWER_NO)
		*bad_r = found.fault == AUDIT_MISSING ? found.next : found.seq;
	return answer;
}

static void expect_whole(struct store_scratch *at)
{
	int64_t bad;

	assert_int_equal(check(at, &bad), ANSWER_YES);
	assert_int_equal(bad, 0);
}

static void test_whole(void **state)
{
	struct store_scratch at;

	(void)state;
	store_scratch_make(&at);
	expect_whole(&at);
	append_rows(&at);
	expect_whole(&at);
	assert_int_equal(raw_number(at.path, "SELECT max(seq) FROM audit"), ROWS);
	store_close(at.store);
	assert_true(store_make(at.path, STORE_JOURNAL_ROLLBACK, &at.store, &at.error));
	append_rows(&at);
	expect_whole(&at);
	store_scratch_remove(&at);
}

static void test_intruders(void **state)
{
	static const struct {
		const char *sql;
		int64_t bad;
	} rows[] = {
		/* Each column. */
		{ "UPDATE audit SET seq = 9 WHERE seq = 3", 3 },
		{ "UPDATE audit SET at = at + 1 WHERE seq = 3", 3 },
		{ "UPDATE audit SET uid = 'bosai-deputy' WHERE seq = 3", 3 },
		{ "UPDATE audit SET role = 'delegate' WHERE seq = 3", 3 },
		{ "UPDATE audit SET draft = draft + 1 WHERE seq = 3", 3 },
		{ "UPDATE audit SET action = 'reject' WHERE seq = 3", 3 },
		{ "UPDATE audit SET outcome = '' WHERE seq = 3", 3 },
		{ "UPDATE audit SET detail = detail || ' ' WHERE seq = 3", 3 },
		{ "UPDATE audit SET queue_id = '4ABD' WHERE seq = 3", 3 },
		{ "UPDATE audit SET previous = " ZEROS " WHERE seq = 3", 3 },
		{ "UPDATE audit SET hash = " ZEROS " WHERE seq = 3", 3 },
		{ "UPDATE audit SET hash = x'' WHERE seq = 3", 3 },
		{ "UPDATE audit SET previous = x'' WHERE seq = 3", 3 },
		/* The first and the last row. */
		{ "UPDATE audit SET uid = '' WHERE seq = 1", 1 },
		{ "UPDATE audit SET uid = '' WHERE seq = 5", 5 },
		{ "UPDATE audit SET uid = ''", 1 },
		/* Text moved from a field to its neighbour. */
		{ "UPDATE audit SET uid = uid || role, role = '' WHERE seq = 3", 3 },
		{ "UPDATE audit SET detail = '', queue_id = detail || queue_id WHERE seq "
		  "= 3",
		  3 },
		/* Rows that went, moved or came. */
		{ "DELETE FROM audit WHERE seq = 1", 1 },
		{ "DELETE FROM audit WHERE seq = 3", 3 },
		{ "DELETE FROM audit WHERE seq = 3;"
		  "UPDATE audit SET seq = seq - 1 WHERE seq > 3",
		  3 },
		{ "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 "
		  "WHERE seq = 3;"
		  "UPDATE audit SET seq = 3 WHERE seq = 99",
		  2 },
		{ INSERT_AUDIT " SELECT seq + 1, at, uid, role, draft, action, "
			       "outcome, detail,"
			       " queue_id, previous, hash FROM audit WHERE seq = 5",
		  6 },
		{ INSERT_AUDIT " SELECT 6, at, uid, role, draft, action, outcome, "
			       "detail,"
			       " queue_id, hash, hash FROM audit WHERE seq = 5",
		  6 },
		{ INSERT_AUDIT " SELECT 0, at, uid, role, draft, action, outcome, "
			       "detail,"
			       " queue_id, previous, hash FROM audit WHERE seq = 1",
		  0 },
		{ INSERT_AUDIT " SELECT 100, at, uid, role, draft, action, outcome, "
			       "detail,"
			       " queue_id, hash, hash FROM audit WHERE seq = 5",
		  6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct store_scratch at;
		int64_t bad;

		store_scratch_make(&at);
		append_rows(&at);
		raw_run(at.path, rows[i].sql);
		if (check(&at, &bad) != ANSWER_NO || bad != rows[i].bad)
			fail_msg("%s: %lld", rows[i].sql, (long long)bad);
		store_scratch_remove(&at);
	}
}

/* Values that C reads as before. PostgreSQL's columns have their types. */
static void test_other_types(void **state)
{
	static const char *const rows[] = {
		"UPDATE audit SET at = at + 0.5 WHERE seq = 3",
		"UPDATE audit SET at = at || ' or so' WHERE seq = 3",
		"UPDATE audit SET draft = draft || 'x' WHERE seq = 3",
		"UPDATE audit SET uid = uid || char(0) || ' was told to' WHERE seq = 3",
		"UPDATE audit SET detail = CAST(detail AS BLOB) WHERE seq = 3",
	};

	(void)state;
	ONLY_FILES();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct store_scratch at;
		int64_t bad;

		store_scratch_make(&at);
		append_rows(&at);
		raw_run(at.path, rows[i]);
		if (check(&at, &bad) != ANSWER_NO || bad != 3)
			fail_msg("%s: %lld", rows[i], (long long)bad);
		store_scratch_remove(&at);
	}
}

/* A row's hash is pinned, so that a later release can still check old trails. The value
 * was computed apart, from the description in schema/store_audit.c. */
static void test_known_hash(void **state)
{
	static const char sql[] = "SELECT count(*) FROM audit WHERE previous = " ZEROS ""
				  " AND hash = x'" AUDIT_KNOWN_HASH "'";
	const struct audit_event event = {
		1700000000, "bosai-chief", "approver", 42,
		"approve",  "approved",    "承認",     "4ABC"
	};
	struct store_scratch at;

	(void)state;
	store_scratch_make(&at);
	begin(&at);
	append(&at, &event);
	commit(&at);
	assert_int_equal(raw_number(at.path, sql), 1);
	store_scratch_remove(&at);
}

/* NULL strings, octets that are no UTF-8, and long ones are kept, and the chain holds. */
static void test_odd_texts(void **state)
{
	struct store_scratch at;
	char *text = malloc(100001);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 100000);
	text[100000] = '\0';
	const struct audit_event events[] = {
		{ .at = 0 },
		{ .at = INT64_MIN, .draft = INT64_MAX },
		{ .at = 1, .uid = "", .detail = "" },
		{ .at = 1,
		  .uid = "a\xff\xfe",
		  .detail = "\x8f\xb3\x94\x46",
		  .queue_id = "\xc3" },
		{ .at = 1, .uid = "'; DROP TABLE audit; --", .detail = "a\nb\tc" },
		{ .at = 1, .detail = text },
	};
	store_scratch_make(&at);
	begin(&at);
	for (size_t i = 0; i < COUNT(events); i++)
		append(&at, &events[i]);
	commit(&at);
	expect_whole(&at);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM audit"),
			 COUNT(events));
	store_scratch_remove(&at);
	free(text);
}

/* A trail whose last row was damaged is not gone on with. */
static void test_append_to_a_broken_trail(void **state)
{
	const struct audit_event event = { .at = 1 };
	struct store_scratch at;

	(void)state;
	store_scratch_make(&at);
	append_rows(&at);
	raw_run(at.path, "UPDATE audit SET hash = x'00' WHERE seq = 5");
	begin(&at);
	assert_false(store_audit_append(at.store, &event, &at.error));
	assert_non_null(strstr(at.error.text, "audit"));
	store_rollback(at.store);
	store_scratch_remove(&at);
}

/* What is appended afterwards does not take the place of what was removed from the end. */
static void test_append_behind_a_removed_end(void **state)
{
	static const struct {
		const char *sql;
		int64_t bad;
	} ends[] = {
		{ "DELETE FROM audit WHERE seq = 5", 5 },
		{ "DELETE FROM audit WHERE seq > 2", 3 },
		{ "DELETE FROM audit", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct store_scratch at;
		int64_t bad;

		store_scratch_make(&at);
		append_rows(&at);
		raw_run(at.path, ends[i].sql);
		append_rows(&at);
		assert_int_equal(raw_number(at.path, "SELECT max(seq) FROM audit"),
				 2 * ROWS);
		assert_int_equal(check(&at, &bad), ANSWER_NO);
		assert_int_equal(bad, ends[i].bad);
		store_scratch_remove(&at);
	}
}

/* Whoever may only read finds what a writer finds, and writes nothing. */
static void test_reader(void **state)
{
	const struct audit_event event = { .at = 1 };
	struct store_scratch at;
	struct store *reader = NULL;
	int64_t seq = 0;

	(void)state;
	store_scratch_make(&at);
	append_rows(&at);
	assert_false(store_is_reader(at.store));
	assert_false(store_open_reader("/nowhere/kairan.db", 0, &reader, &at.error));
	assert_true(store_open_reader(at.path, 0, &reader, &at.error));
	assert_true(store_is_reader(reader));
	store_close(at.store);
	at.store = reader;
	expect_whole(&at);
	begin(&at);
	assert_int_equal(store_audit_find_hash(reader, AUDIT_KNOWN_HASH, &seq, &at.error),
			 ANSWER_NO);
	assert_false(store_audit_append(reader, &event, &at.error));
	assert_non_null(strstr(at.error.text, "read"));
	store_rollback(reader);
	raw_run(at.path, raw_server() != NULL ? "UPDATE kairan_schema SET number = 4"
					      : "PRAGMA user_version = 4");
	assert_false(store_open_reader(at.path, 0, &reader, &at.error));
	assert_true(store_open_reader(at.path, 4, &reader, &at.error));
	store_close(reader);
	store_scratch_remove(&at);
}

static void append_many(struct store_scratch *at, int count)
{
	const struct audit_event event = { .at = 1, .uid = "kairan", .action = "test" };

	begin(at);
	for (int i = 0; i < count; i++)
		append(at, &event);
	commit(at);
}

/* Page by page, each in a transaction of its own: the same as all of it at once, and what
 * cannot be asked is no answer. */
static void test_walk(void **state)
{
	struct store_scratch at;
	struct audit_check found;

	(void)state;
	store_scratch_make(&at);
	assert_int_equal(audit_check_walk(at.store, &found, &at.error), ANSWER_YES);
	assert_int_equal(found.rows, 0);
	append_many(&at, 2500);
	assert_int_equal(audit_check_walk(at.store, &found, &at.error), ANSWER_YES);
	assert_int_equal(found.rows, 2500);
	raw_run(at.path, "UPDATE audit SET uid = 'nobody' WHERE seq = 2100");
	assert_int_equal(audit_check_walk(at.store, &found, &at.error), ANSWER_NO);
	assert_int_equal(found.fault, AUDIT_CHANGED);
	assert_int_equal(found.seq, 2100);
	raw_run(at.path, "ALTER TABLE audit RENAME TO gone");
	at.error.text[0] = '\0';
	assert_int_equal(audit_check_walk(at.store, &found, &at.error), ANSWER_UNKNOWN);
	assert_string_not_equal(at.error.text, "");
	/* No transaction is left open behind it. */
	begin(&at);
	store_rollback(at.store);
	store_scratch_remove(&at);
}

struct seen {
	size_t count;
	int64_t seqs[ROWS];
};

static void see(const struct audit_row *row, void *context)
{
	struct seen *seen = context;

	assert_true(seen->count < ROWS);
	assert_int_equal(row->at, 1000 + row->seq);
	assert_string_equal(row->uid, "bosai-chief");
	assert_string_equal(row->role, "approver");
	assert_string_equal(row->action, "approve");
	assert_string_equal(row->outcome, "approved");
	assert_string_equal(row->detail, "承認, \"it's\"; 12:34,");
	assert_string_equal(row->queue_id, "4ABC");
	seen->seqs[seen->count++] = row->seq;
}

static void test_visit_draft(void **state)
{
	struct store_scratch at;
	struct seen one = { 0, { 0 } }, two = { 0, { 0 } }, none = { 0, { 0 } };

	(void)state;
	store_scratch_make(&at);
	append_rows(&at);
	begin(&at);
	assert_true(store_audit_visit_draft(at.store, 1, see, &one, &at.error));
	assert_true(store_audit_visit_draft(at.store, 2, see, &two, &at.error));
	assert_true(store_audit_visit_draft(at.store, 3, see, &none, &at.error));
	store_rollback(at.store);
	assert_int_equal(one.count, 2);
	assert_int_equal(one.seqs[0], 2);
	assert_int_equal(one.seqs[1], 4);
	assert_int_equal(two.count, 3);
	assert_int_equal(two.seqs[0], 1);
	assert_int_equal(two.seqs[2], 5);
	assert_int_equal(none.count, 0);
	store_scratch_remove(&at);
}

static struct keyring *load_seals(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	struct keyring *seals = NULL;
	struct kairan_error error;

	(void)keyring_make_file(path, &error);
	assert_true(keyring_load("audit_key_file", path, &seals, &error));
	return seals;
}

static void make_sealed(struct store_scratch *at)
{
	g_autofree char *folder = NULL;

	store_scratch_make(at);
	folder = g_strdup(at->scratch.folder);
	store_set_seals(at->store, load_seals(folder, "audit.key"));
	append_rows(at);
}

/* Somebody who can write to the store, and has not the key. */
static void test_seals(void **state)
{
	static const struct {
		const char *sql;
		enum audit_fault fault;
		int64_t seq;
	} rows[] = {
		{ "SELECT 1", AUDIT_WHOLE, 6 },
		{ "UPDATE audit SET seal = " ZEROS " WHERE seq = 3", AUDIT_FORGED, 3 },
		{ "UPDATE audit SET seal = x'' WHERE seq = 3", AUDIT_FORGED, 3 },
		{ "UPDATE audit SET seal = x'', seal_key = 0 WHERE seq = 3",
		  AUDIT_UNSEALED, 3 },
		{ "UPDATE audit SET seal = x'', seal_key = 0", AUDIT_UNSEALED, 5 },
		{ "UPDATE audit SET seal_key = 7 WHERE seq = 3", AUDIT_NO_KEY, 3 },
		{ "DELETE FROM audit WHERE seq = 5", AUDIT_NO_END, 5 },
		{ "DELETE FROM audit WHERE seq > 2", AUDIT_NO_END, 3 },
		{ "DELETE FROM audit", AUDIT_NO_END, 1 },
		{ "DELETE FROM audit WHERE seq = 5; UPDATE audit_mark SET seq = 4,"
		  " hash = (SELECT hash FROM audit WHERE seq = 4)",
		  AUDIT_NO_END, 5 },
		{ "DELETE FROM audit_mark", AUDIT_NO_END, 6 },
		{ "UPDATE audit_mark SET seal = x'', seal_key = 0", AUDIT_NO_END, 6 },
		{ "DELETE FROM audit WHERE seq < 3; INSERT INTO audit_mark SELECT 'start', 2,"
		  " previous, 0, x'' FROM audit WHERE seq = 3",
		  AUDIT_NO_START, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct store_scratch at;
		struct audit_check found;

		make_sealed(&at);
		raw_run(at.path, rows[i].sql);
		begin(&at);
		assert_int_not_equal(audit_check_all(at.store, &found, &at.error),
				     ANSWER_UNKNOWN);
		store_rollback(at.store);
		if (found.fault != rows[i].fault || found.seq != rows[i].seq) {
			g_autofree char *what = audit_check_describe(&found);

			fail_msg("%s: %s", rows[i].sql, what);
		}
		store_scratch_remove(&at);
	}
}

/* A trail from before there were seals is gone on with, sealed. */
static void test_seals_come_later(void **state)
{
	struct store_scratch at;
	struct audit_check found;
	g_autofree char *folder = NULL;

	(void)state;
	store_scratch_make(&at);
	folder = g_strdup(at.scratch.folder);
	append_rows(&at);
	raw_run(at.path, "DELETE FROM audit_mark");
	store_set_seals(at.store, load_seals(folder, "audit.key"));
	expect_whole(&at);
	append_rows(&at);
	begin(&at);
	assert_int_equal(audit_check_all(at.store, &found, &at.error), ANSWER_YES);
	store_rollback(at.store);
	assert_int_equal(found.rows, 2 * ROWS);
	assert_int_equal(found.unsealed, ROWS);
	store_scratch_remove(&at);
}

/* Rows whose time is over go, and the rest stays verifiable. */
static void test_prune(void **state)
{
	static const struct {
		int64_t before;
		int64_t limit;
		int64_t gone;
	} rows[] = {
		{ 1000, 100, 0 }, { 1001, 100, 0 }, { 1002, 100, 1 }, { 1004, 100, 3 },
		{ 1004, 2, 2 },   { 1005, 100, 4 }, { 9999, 100, 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct store_scratch at;
		int64_t gone = -1;

		make_sealed(&at);
		begin(&at);
		assert_true(audit_check_prune(at.store, rows[i].before, rows[i].limit,
					      &gone, &at.error));
		commit(&at);
		assert_int_equal(gone, rows[i].gone);
		expect_whole(&at);
		append_rows(&at);
		expect_whole(&at);
		assert_int_equal(raw_number(at.path, "SELECT max(seq) FROM audit"),
				 2 * ROWS);
		raw_run(at.path,
			"DELETE FROM audit WHERE seq = (SELECT min(seq) FROM audit)");
		assert_int_equal(check(&at, &gone), ANSWER_NO);
		store_scratch_remove(&at);
	}
}

static GString *sunk;

static void sink(const char *line)
{
	g_string_append_printf(sunk, "%s\n", line);
}

/* Only what is on the disk goes to the log. */
static void test_sink(void **state)
{
	const struct audit_event event = { .at = 1, .uid = "a", .action = "b" };
	struct store_scratch at;

	(void)state;
	sunk = g_string_new(NULL);
	store_scratch_make(&at);
	store_set_audit_sink(at.store, sink);
	begin(&at);
	append(&at, &event);
	store_rollback(at.store);
	assert_string_equal(sunk->str, "");
	begin(&at);
	append(&at, &event);
	assert_string_equal(sunk->str, "");
	commit(&at);
	assert_true(g_str_has_prefix(sunk->str, "audit 1: uid=a role= action=b"));
	(void)g_string_free(sunk, TRUE);
	store_scratch_remove(&at);
}

static void test_rolled_back_row_leaves_no_gap(void **state)
{
	const struct audit_event event = { .at = 1 };
	struct store_scratch at;

	(void)state;
	store_scratch_make(&at);
	append_rows(&at);
	begin(&at);
	append(&at, &event);
	store_rollback(at.store);
	expect_whole(&at);
	append_rows(&at);
	expect_whole(&at);
	assert_int_equal(raw_number(at.path, "SELECT max(seq) FROM audit"), 2 * ROWS);
	store_scratch_remove(&at);
}

/* Could not ask is not "whole". */
static void test_unreadable(void **state)
{
	struct store_scratch at;
	int64_t bad;

	(void)state;
	store_scratch_make(&at);
	append_rows(&at);
	raw_run(at.path, "ALTER TABLE audit RENAME TO elsewhere");
	assert_int_equal(check(&at, &bad), ANSWER_UNKNOWN);
	assert_string_not_equal(at.error.text, "");
	store_scratch_remove(&at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_intruders),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_known_hash),
		cmocka_unit_test(test_odd_texts),
		cmocka_unit_test(test_append_to_a_broken_trail),
		cmocka_unit_test(test_append_behind_a_removed_end),
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_visit_draft),
		cmocka_unit_test(test_rolled_back_row_leaves_no_gap),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_seals),
		cmocka_unit_test(test_seals_come_later),
		cmocka_unit_test(test_prune),
		cmocka_unit_test(test_sink),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}

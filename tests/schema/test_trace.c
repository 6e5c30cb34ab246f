/*
 * NAME
 *	test_trace - where an address stands, and how it is forgotten
 *
 * DESCRIPTION
 *	Every column that can have an address is one that somebody has looked at; one address is
 *	taken out of all that it goes from, and others are left alone.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "schema/store_forget.h"
#include "schema/store_trace.h"
#include "schema/store_subscriber.h"
#include "tests/schema/store_fixture.h"

#define MINE   "Hanako..@docomo.ne.jp"
#define OTHERS "x.Hanako..@docomo.ne.jp"

static struct address key_of(const char *text)
{
	struct address key;

	assert_true(address_read(text, &key, NULL));
	address_fold(&key);
	return key;
}

/* ---- the table and the schema ---- */

/* Texts and octets of the schema that store_trace.c, store_forget.c and the subscriptions look
 * after, and then those in which no address of a resident can stand, or only for as long as a
 * mail is on its way. */
struct columns {
	const char *table;
	const char *names;
};
static const struct columns looked_at[] = {
	{ "alarm", "detail" },
	{ "audit", "detail" },
	{ "bounce", "address_key" },
	{ "draft", "reason subject text warnings" },
	{ "draft_text", "subject text" },
	{ "duty", "mails" },
	{ "forgetting", "address_key" },
	{ "forgotten", "hash" },
	{ "incident", "cause mail measure subject" },
	{ "incident_note", "original text" },
	{ "leaver", "address_key" },
	{ "original", "octets" },
	{ "outbox", "facts mail response" },
	{ "party", "mail" },
	{ "resident_request", "address address_key" },
	{ "shard", "response" },
	{ "shard_recipient", "address" },
	{ "subscriber", "address address_key" },
};
static const struct columns of_nobody[] = {
	{ "alarm", "name reason told" },
	{ "alarm_over", "name reason" },
	{ "audit", "action hash outcome previous queue_id role seal uid" },
	{ "audit_mark", "hash name seal" },
	{ "bounce", "domain list status words" },
	{ "delivery_domain", "domain words" },
	{ "delivery_queue", "queue_id" },
	{ "directory_write", "start" },
	{ "draft", "author_dn broadcast broadcast_en broadcast_ja decided_by "
		   "decided_name footer in_reply_to list queue_id quiet_hours "
		   "reply_to section section_en section_ja stays submit_key" },
	{ "draft_text", "footer in_reply_to language list" },
	{ "duty", "duty name person person_id section section_en section_id "
		  "section_ja status status_facts uid" },
	{ "incident", "closed_by language name uid" },
	{ "incident_note", "name uid" },
	{ "instruction", "approver_dn approver_uid person_name person_uid reason "
			 "section_en section_ja" },
	{ "leaver", "list" },
	{ "line_below", "hash uid" },
	{ "outbox", "kind language name" },
	{ "party", "dn language name role uid" },
	{ "password_warning", "uid" },
	{ "position", "name value" },
	{ "probe", "answer sender" },
	{ "probe_sight", "difference login queue_id signature" },
	{ "publication", "broadcast entry response" },
	{ "reply", "key uid" },
	{ "resident_request", "host language list mail_id terms" },
	{ "shard", "language queue_id" },
	{ "signature", "first_line hash person_id queue_id uid" },
	{ "snapshot",
	  "copies drill footer list mail name_en name_ja quiet_hours reply_to sections twins" },
	{ "subscriber", "consent_id domain language list source_by source_reason "
			"state_reason terms" },
	{ "subscriber_change", "list" },
	{ "suspension", "broadcast reason uid" },
	{ "suspension_news", "broadcast event reason" },
	{ "suspension_plan", "broadcast reason uid" },
	{ "urgency", "mail_id reason uid" },
};

static bool has(const struct columns *rows, size_t count, const char *table,
		const char *name)
{
	for (size_t i = 0; i < count; i++) {
		g_auto(GStrv) names = g_strsplit(rows[i].names, " ", -1);

		if (strcmp(rows[i].table, table) == 0 &&
		    g_strv_contains((const char *const *)names, name))
			return true;
	}
	return false;
}

/* A new column: may a resident's address stand in it? Then it wants its place in
 * store_trace.c, and a word in looked_at; else one in of_nobody. */
static void test_every_column_was_thought_of(void **state)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	(void)state;
	ONLY_FILES();
	assert_int_equal(sqlite3_open_v2(at.path, &db, SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db,
			       "SELECT m.name, c.name FROM sqlite_schema AS m,"
			       " pragma_table_info(m.name) AS c WHERE m.type = 'table'"
			       " AND m.name NOT LIKE 'sqlite_%' AND c.type <> 'INTEGER'",
			       -1, &stmt, NULL),
	    SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(stmt, 0);
		const char *name = (const char *)sqlite3_column_text(stmt, 1);

		if (has(looked_at, COUNT(looked_at), table, name) ==
		    has(of_nobody, COUNT(of_nobody), table, name))
			fail_msg("%s.%s: can a resident's address stand in it?", table,
				 name);
	}
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

/* ---- one address, everywhere ---- */

static void put_everywhere(const char *address)
{
	static const char *const statements[] = {
		"INSERT INTO outbox (state, kind, mail, name, language, facts, created_at,"
		" next_try) VALUES (2, 'x', '%s', '', 'ja', '{}', 1, 1)",
		"INSERT INTO outbox (state, kind, mail, name, language, facts, created_at,"
		" next_try) VALUES (2, 'x', 'admin@town.example', '', 'ja',"
		" '{\"detail\": \"<%s> bounced\"}', 1, 1)",
		"INSERT INTO alarm (name, reason, detail, raised_at) VALUES"
		" ('x' || (SELECT count(*) FROM alarm), 'x', 'to %s:', 1)",
		"INSERT INTO incident (state, at, uid, name, mail, language, subject)"
		" VALUES (1, 1, '', '', '%s', 'ja', 'x')",
		"INSERT INTO audit (seq, at, uid, role, draft, action, outcome, detail,"
		" queue_id, previous, hash) SELECT max(seq) + 1, 1, '', '', 0, 'x', 'x',"
		" '%s', '', x'', x'' FROM audit",
		"INSERT INTO subscriber (list, address_key, address, domain, state,"
		" joined_at) VALUES ('bosai', lower('%1$s'), '%1$s', 'docomo.ne.jp', 1, 1),"
		" ('kosodate', lower('%1$s'), '%1$s', 'docomo.ne.jp', 3, 1)",
		"UPDATE shard SET response = response || '550 %s unknown; '",
		"INSERT INTO shard_recipient SELECT draft, number,"
		" (SELECT coalesce(max(position), 0) + 1 FROM shard_recipient), '%s' FROM shard",
		"INSERT INTO resident_request (state, kind, list, address_key, address,"
		" language, terms, until, host, mail_id, made_at) VALUES (1, 1, 'bosai',"
		" lower('%s'), '%s', 'ja', '', 0, '', '', 1)",
		"INSERT INTO leaver (list, address_key) VALUES ('bosai', lower('%s'))",
		"INSERT INTO bounce VALUES (1, lower('%s'), 'bosai', 'docomo.ne.jp', 1, 1,"
		" '5.1.1', '', 1, 0)",
		"UPDATE draft SET text = text || ' %s'",
	};

	for (size_t i = 0; i < COUNT(statements); i++) {
		GString *text = g_string_new(statements[i]);

		g_string_replace(text, "%1$s", address, 0);
		g_string_replace(text, "%s", address, 0);
		raw_run(at.path, text->str);
		g_string_free(text, TRUE);
	}
}

/* Two releases, one over and one under way, with one shard each. */
static void make_releases(void)
{
	begin(&at);
	for (unsigned char i = 1; i <= 2; i++) {
		struct draft *draft = insert_draft(&at, i);

		enter_state(&at, draft, DRAFT_APPROVED, 1500);
		enter_state(&at, draft, DRAFT_RELEASING, 0);
		if (i == 1)
			enter_state(&at, draft, DRAFT_RELEASED, 0);
		draft_free(draft);
	}
	commit(&at);
	raw_run(
	    at.path,
	    "INSERT INTO shard (draft, number, state, recipients, changed_at,"
	    " next_try) SELECT id, 1, CASE WHEN state = 3 THEN 1 ELSE 4 END, 2, 1, 1 FROM draft");
}

struct seen {
	int64_t going, staying;
};

static void add_place(const struct trace_place *place, void *context)
{
	struct seen *seen = context;

	if (place->goes)
		seen->going += place->count;
	else
		seen->staying += place->count;
}

static struct seen look(const struct address *key)
{
	struct seen seen = { 0, 0 };

	begin(&at);
	assert_true(store_trace_visit_places(at.store, key, add_place, &seen, &at.error));
	store_rollback(at.store);
	return seen;
}

/* How many releases have it as a recipient. */
static int count_releases(const struct address *key, bool *is_named_r)
{
	struct trace_draft draft = { 0 };
	enum answer answer;
	int count = 0;

	*is_named_r = false;
	begin(&at);
	while ((answer = store_trace_next_draft(at.store, key, &draft, &at.error)) ==
	       ANSWER_YES) {
		count += draft.is_recipient;
		*is_named_r = *is_named_r || draft.is_named;
		if (draft.is_recipient)
			assert_int_equal(draft.shard, draft.state == DRAFT_RELEASING
							  ? SHARD_READY
							  : SHARD_CONFIRMED);
	}
	assert_int_equal(answer, ANSWER_NO);
	store_rollback(at.store);
	trace_draft_clear(&draft);
	return count;
}

static void forget(const struct address *key, int64_t *lists_r)
{
	begin(&at);
	assert_true(store_forget_begin(at.store, key, 2000, lists_r, &at.error));
	commit(&at);
}

static void test_forget(void **state)
{
	const struct address mine = key_of(MINE), others = key_of(OTHERS);
	struct address next;
	int64_t lists = 0, under_way = 0;
	struct seen seen;
	bool is_named;

	(void)state;
	make_releases();
	put_everywhere(MINE);
	put_everywhere(OTHERS);
	seen = look(&mine);
	/* Two notices, two shards' answers, a bounce, a request, a leave address,
	 * an alarm. */
	assert_int_equal(seen.going, 8);
	assert_int_equal(seen.staying, 2);
	assert_int_equal(count_releases(&mine, &is_named), 2);
	assert_true(is_named);

	forget(&mine, &lists);
	assert_int_equal(lists, 2);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM subscriber"), 2);
	/* Who had left is not counted twice. */
	assert_int_equal(raw_number(at.path, "SELECT sum(gone) FROM subscriber_change"),
			 1);
	assert_int_equal(store_forget_walk(at.store, &mine, &under_way, &at.error),
			 ANSWER_NO);
	assert_int_equal(under_way, 2);
	assert_int_equal(look(&mine).going, 0);
	assert_int_equal(look(&mine).staying, 2);
	assert_int_equal(count_releases(&mine, &is_named), 1);
	assert_int_equal(store_forget_next(at.store, "", &next, &at.error), ANSWER_YES);
	assert_string_equal(next.spec, mine.spec);

	raw_run(at.path, "UPDATE draft SET state = 4");
	raw_run(at.path, "UPDATE shard SET state = 4");
	assert_int_equal(store_forget_walk(at.store, &mine, &under_way, &at.error),
			 ANSWER_YES);
	assert_int_equal(count_releases(&mine, &is_named), 0);
	assert_int_equal(store_forget_next(at.store, "", &next, &at.error), ANSWER_NO);

	/* Nobody else is touched. */
	seen = look(&others);
	assert_int_equal(seen.going, 8);
	assert_int_equal(count_releases(&others, &is_named), 2);
}

static enum answer knows(const char *text)
{
	struct address address;
	enum answer answer;

	assert_true(address_read(text, &address, NULL));
	begin(&at);
	answer = store_forget_knows(at.store, "bosai", &address, &at.error);
	store_rollback(at.store);
	return answer;
}

static void test_hash(void **state)
{
	const struct address mine = key_of(MINE);
	int64_t lists = -1;

	(void)state;
	assert_int_equal(knows(MINE), ANSWER_NO);
	forget(&mine, &lists);
	assert_int_equal(lists, 0);
	assert_int_equal(knows("HANAKO..@DOCOMO.NE.JP"), ANSWER_YES);
	assert_int_equal(knows(OTHERS), ANSWER_NO);
	forget(&mine, &lists);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM forgotten"), 1);
	begin(&at);
	assert_int_equal(store_forget_undo(at.store, &mine, &at.error), ANSWER_YES);
	assert_int_equal(store_forget_undo(at.store, &mine, &at.error), ANSWER_NO);
	commit(&at);
	assert_int_equal(knows(MINE), ANSWER_NO);
}

/* By the keys that seal the trail; those that are gone are not asked. */
static void test_hash_has_a_key(void **state)
{
	const struct address mine = key_of(MINE);
	struct keyring *keys = NULL;
	const char *path = scratch_path(&at.scratch, "audit.key");
	int64_t lists;

	(void)state;
	assert_true(keyring_make_file(path, &at.error));
	assert_true(keyring_load("audit_key_file", path, &keys, &at.error));
	store_set_seals(at.store, keys);
	forget(&mine, &lists);
	assert_int_equal(raw_number(at.path, "SELECT seal_key FROM forgotten"), 1);
	assert_int_equal(knows(MINE), ANSWER_YES);
	raw_run(at.path, "INSERT INTO forgotten VALUES (x'00', 7, 1)");
	assert_int_equal(knows(OTHERS), ANSWER_NO);
	store_set_seals(at.store, NULL);
	assert_int_equal(knows(MINE), ANSWER_NO);
}

/* A copy from before somebody was forgotten takes the store's place: it forgets them, too. */
static void test_restored(void **state)
{
	const struct address mine = key_of(MINE);
	struct store_scratch copy;
	int64_t count = 0;

	(void)state;
	ONLY_FILES();
	put_everywhere(OTHERS);
	store_scratch_make(&copy);
	raw_run(
	    copy.path,
	    "INSERT INTO subscriber (list, address_key, address, domain, state,"
	    " joined_at) VALUES ('bosai', 'hanako..@docomo.ne.jp',"
	    " 'Hanako..@docomo.ne.jp', 'docomo.ne.jp', 1, 1), ('bosai',"
	    " 'x.hanako..@docomo.ne.jp', 'x.Hanako..@docomo.ne.jp', 'docomo.ne.jp', 1,"
	    " 1)");
	forget(&mine, &count);
	assert_true(
	    store_forget_take_over(copy.store, at.path, 3000, &count, &copy.error));
	assert_int_equal(count, 1);
	assert_int_equal(raw_number(copy.path, "SELECT count(*) FROM subscriber"), 1);
	assert_int_equal(raw_number(copy.path, "SELECT count(*) FROM forgotten"), 1);
	assert_int_equal(raw_number(copy.path, "SELECT count(*) FROM forgetting"), 1);
	/* Once more, and from nowhere. */
	assert_true(
	    store_forget_take_over(copy.store, at.path, 3000, &count, &copy.error));
	assert_int_equal(count, 0);
	assert_true(store_forget_take_over(copy.store, "/no/such/store", 3000, &count,
					   &copy.error));
	/* An older store knows nothing of forgetting; what is no store is an error. */
	raw_run(at.path, "DROP TABLE forgotten");
	assert_true(
	    store_forget_take_over(copy.store, at.path, 3000, &count, &copy.error));
	assert_false(store_forget_take_over(
	    copy.store, scratch_write(&copy.scratch, "none", "none", 4, 0600), 3000,
	    &count, &copy.error));
	store_scratch_remove(&copy);
}

static void test_could_not_ask(void **state)
{
	const struct address mine = key_of(MINE);
	struct seen seen = { 0, 0 };
	int64_t lists;

	(void)state;
	raw_run(at.path, "DROP TABLE forgotten");
	raw_run(at.path, "DROP TABLE alarm");
	assert_int_equal(knows(MINE), ANSWER_UNKNOWN);
	begin(&at);
	assert_false(store_forget_begin(at.store, &mine, 1, &lists, &at.error));
	assert_false(
	    store_trace_visit_places(at.store, &mine, add_place, &seen, &at.error));
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_column_was_thought_of),
		TEST(test_forget),
		TEST(test_hash),
		TEST(test_hash_has_a_key),
		TEST(test_restored),
		TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}

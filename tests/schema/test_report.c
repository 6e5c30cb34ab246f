/*
 * NAME
 *	test_report - what the monthly report counts, and when
 *
 * DESCRIPTION
 *	Drafts and audit rows at both ends of the time, over several pages; what is not meant is
 *	left out.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_audit.h"
#include "schema/store_report.h"
#include "schema/store_subscriber.h"
#include "tests/schema/store_fixture.h"

#define SINCE 1000
#define UNTIL 2000
#define MANY  2500 /* more than two pages */

static const struct report_time month = { SINCE, UNTIL };

struct seen {
	int drafts, sent, corrections, urgent;
	int64_t recipients;
};

static void see_draft(const struct report_draft *draft, void *context)
{
	struct seen *seen = context;

	assert_string_equal(draft->section, "cn=bosai,ou=sections,dc=town,dc=example");
	assert_string_equal(draft->section_ja, "防災課");
	assert_string_equal(draft->section_en, "Disaster prevention");
	seen->drafts++;
	seen->sent += draft->sent_at >= SINCE && draft->sent_at < UNTIL;
	seen->corrections += draft->corrects;
	seen->urgent += draft->urgent;
	seen->recipients += draft->recipients;
}

/* All pages; the number of them is in *pages_r. */
static struct seen see_drafts(int *pages_r)
{
	struct seen seen = { 0 };
	enum answer answer = ANSWER_YES;
	int64_t next = 0;

	*pages_r = 0;
	while (answer == ANSWER_YES) {
		begin(&at);
		answer = store_report_visit_drafts(at.store, &month, &next, see_draft,
						   &seen, &at.error);
		store_rollback(at.store);
		*pages_r += answer == ANSWER_YES;
	}
	assert_int_equal(answer, ANSWER_NO);
	return seen;
}

static void test_drafts_of_the_time(void **state)
{
	static const struct {
		int64_t submitted, decided, released, due;
		enum draft_state state;
		int drafts, sent;
	} rows[] = {
		{ 999, 0, 0, 0, DRAFT_HELD, 0, 0 },
		{ 1000, 0, 0, 0, DRAFT_HELD, 1, 0 },
		{ 1999, 0, 0, 0, DRAFT_HELD, 1, 0 },
		{ 2000, 0, 0, 0, DRAFT_HELD, 0, 0 },
		{ 900, 1000, 0, 0, DRAFT_SENT_BACK, 1, 0 },
		{ 900, 950, 1000, 960, DRAFT_RELEASED, 1, 1 },
		{ 900, 950, 999, 960, DRAFT_RELEASED, 0, 0 },
		{ 900, 950, 2000, 1990, DRAFT_RELEASED, 0, 0 },
		{ 900, 950, 0, 1999, DRAFT_STOPPED, 1, 1 },
		{ 900, 950, 0, 2000, DRAFT_STOPPED, 0, 0 },
		/* Due is not sent yet. */
		{ 900, 950, 0, 1500, DRAFT_APPROVED, 0, 0 },
		{ 900, 950, 0, 1500, DRAFT_RELEASING, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char sql[400];
		struct seen seen;
		int pages;
		struct draft *draft;

		begin(&at);
		draft = insert_draft(&at, (unsigned char)i);
		commit(&at);
		(void)snprintf(
		    sql, sizeof(sql),
		    "UPDATE draft SET state = 1, submitted_at = 0, decided_at = "
		    "NULL, released_at = NULL, due_at = NULL;"
		    "UPDATE draft SET state = %d, submitted_at = %d, decided_at "
		    "= nullif(%d, 0), released_at = nullif(%d, 0), due_at = "
		    "nullif(%d, 0) WHERE id = %d",
		    (int)rows[i].state, (int)rows[i].submitted, (int)rows[i].decided,
		    (int)rows[i].released, (int)rows[i].due, (int)draft->id);
		raw_run(at.path, sql);
		draft_free(draft);
		seen = see_drafts(&pages);
		if (seen.drafts != rows[i].drafts || seen.sent != rows[i].sent)
			fail_msg("row %zu: %d drafts, %d sent", i, seen.drafts,
				 seen.sent);
		assert_int_equal(pages, 1);
	}
}

static void test_drafts_in_pages(void **state)
{
	g_autofree char *sql = NULL;
	struct seen seen;
	int pages;

	(void)state;
	begin(&at);
	draft_free(insert_draft(&at, 1));
	commit(&at);
	sql = g_strdup_printf(
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2499)"
	    " INSERT INTO draft (state, submit_key, queue_id, broadcast, broadcast_ja,"
	    " broadcast_en, list, section, section_ja, section_en, author_dn, subject,"
	    " text, characters, submitted_at, expires_at, recipients, urgent, corrects)"
	    " SELECT 4, %s, '', '', '', '', '', section, section_ja,"
	    " section_en, '', '', '', 1, 1000, 1, 3, i %% 2, CASE WHEN i %% 10 = 0 THEN 1 ELSE 0 END FROM draft, n;"
	    "DELETE FROM draft WHERE id BETWEEN 500 AND 1500",
	    raw_server() != NULL ? "decode(md5(i::text), 'hex')" : "randomblob(16)");
	raw_run(at.path, sql);
	seen = see_drafts(&pages);
	assert_int_equal(seen.drafts, MANY - 1001);
	assert_int_equal(seen.recipients, 3 * (MANY - 1001 - 1));
	assert_int_equal(seen.urgent,
			 raw_number(at.path, "SELECT sum(urgent) FROM draft"));
	assert_int_equal(seen.corrections,
			 raw_number(at.path, "SELECT sum(corrects) FROM draft"));
	assert_true(pages >= 2 && pages <= 3);
}

static void test_no_drafts(void **state)
{
	int pages;

	(void)state;
	assert_int_equal(see_drafts(&pages).drafts, 0);
	assert_int_equal(pages, 0);
}

static void append(int64_t when, const char *action, const char *outcome, int64_t draft)
{
	const struct audit_event event = {
		.at = when,
		.uid = "bosai-staff1",
		.role = "staff",
		.action = action,
		.outcome = outcome,
		.draft = draft,
	};

	if (!store_audit_append(at.store, &event, &at.error))
		fail_msg("%s", at.error.text);
}

/* "action outcome section count" of each, joined. */
static void see_events(const struct report_events *events, void *context)
{
	g_string_append_printf(context, "%s %s %s %d\n", events->action, events->outcome,
			       events->section_ja, (int)events->count);
}

static char *list_events(int *pages_r)
{
	GString *list = g_string_new(NULL);
	enum answer answer = ANSWER_YES;
	int64_t next = 0;

	*pages_r = 0;
	while (answer == ANSWER_YES) {
		begin(&at);
		answer = store_report_visit_events(at.store, &month, &next, see_events,
						   list, &at.error);
		store_rollback(at.store);
		*pages_r += answer == ANSWER_YES;
	}
	assert_int_equal(answer, ANSWER_NO);
	return g_string_free(list, FALSE);
}

static void test_events(void **state)
{
	g_autofree char *list = NULL;
	struct draft *draft;
	int64_t oldest = -1;
	int pages;

	(void)state;
	begin(&at);
	assert_true(store_report_find_oldest(at.store, &oldest, &at.error));
	assert_int_equal(oldest, 0);
	draft = insert_draft(&at, 1);
	append(999, "submit", "too-long", 0);
	append(1000, "submit", "too-long", 0);
	append(1999, "submit", "too-long", 0);
	append(2000, "submit", "too-long", 0);
	append(1500, "reply", "wrong-person", draft->id);
	append(1500, "bounce", "failed", draft->id);
	append(1500, "bounce", "failed", 4711); /* a draft that there is not */
	append(1500, "expire", "expired", draft->id);
	append(1500, "notice", "sent", draft->id); /* not counted */
	assert_true(store_report_find_oldest(at.store, &oldest, &at.error));
	assert_int_equal(oldest, 999);
	commit(&at);
	draft_free(draft);
	list = list_events(&pages);
	assert_string_equal(list, "bounce failed  1\n"
				  "bounce failed 防災課 1\n"
				  "expire expired 防災課 1\n"
				  "reply wrong-person 防災課 1\n"
				  "submit too-long  2\n");
	assert_int_equal(pages, 1);
}

static void test_events_in_pages(void **state)
{
	g_autofree char *list = NULL;
	int pages;

	(void)state;
	begin(&at);
	for (int i = 0; i < MANY; i++)
		append(1500, "submit", "attachment", 0);
	commit(&at);
	list = list_events(&pages);
	assert_string_equal(list, "submit attachment  1000\n"
				  "submit attachment  1000\n"
				  "submit attachment  500\n");
	assert_int_equal(pages, 3);
}

static void see_changes(const struct report_changes *changes, void *context)
{
	g_string_append_printf(context, "%s +%d -%d\n", changes->list,
			       (int)changes->joined, (int)changes->gone);
}

static void test_changes(void **state)
{
	static const struct {
		const char *list;
		int64_t joined, gone, when;
	} rows[] = { { "kosodate", 5, 0, 1000 }, { "bosai", 7, 0, 1999 },
		     { "bosai", 0, 2, 1500 },    { "bosai", 100, 0, 999 },
		     { "bosai", 100, 0, 2000 },  { "bosai", 0, 0, 1500 } };
	g_autoptr(GString) list = g_string_new(NULL);

	(void)state;
	begin(&at);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_true(store_subscriber_note_change(at.store, rows[i].list,
							 rows[i].joined, rows[i].gone,
							 rows[i].when, &at.error));
	assert_true(
	    store_report_visit_changes(at.store, &month, see_changes, list, &at.error));
	assert_string_equal(list->str, "bosai +7 -2\nkosodate +5 -0\n");
	commit(&at);
}

static void see_section(const char *dn, const char *name_ja, const char *name_en,
			void *context)
{
	g_string_append_printf(context, "%s %s %s\n", dn, name_ja, name_en);
}

static void test_sections(void **state)
{
	g_autoptr(GString) list = g_string_new(NULL);

	(void)state;
	raw_run(
	    at.path,
	    "INSERT INTO duty (section, duty, person, section_ja, section_en, uid, name, status) VALUES"
	    " ('ou=b', 'staff', 'uid=x', '子', 'C', 'x', 'X', ''),"
	    " ('ou=a', 'staff', 'uid=x', '防', 'D', 'x', 'X', ''),"
	    " ('ou=a', 'approver', 'uid=y', '防', 'D', 'y', 'Y', 'active')");
	begin(&at);
	assert_true(store_report_visit_sections(at.store, see_section, list, &at.error));
	store_rollback(at.store);
	assert_string_equal(list->str, "ou=a 防 D\nou=b 子 C\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_drafts_of_the_time), TEST(test_drafts_in_pages),
		TEST(test_no_drafts),          TEST(test_events),
		TEST(test_events_in_pages),    TEST(test_changes),
		TEST(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

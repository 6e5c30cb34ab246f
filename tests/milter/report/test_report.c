/*
 * NAME
 *	test_report - the monthly report as text, HTML and charts
 *
 * DESCRIPTION
 *	Counts by section from drafts and events; figures become the same in text and in HTML,
 *	for names that mean harm too; pictures are XML that an XML parser takes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "milter/core/notice.h"
#include "milter/report/chart.h"
#include "milter/report/figures.h"
#include "milter/report/report.h"
#include "milter/report/table.h"
#include "milter/report/words.h"
#include "policy/columns.h"
#include "schema/audit_check.h"

#define TEMPLATES SRCDIR "/conf/templates"
#define COLUMNS   76
#define HOSTILE   "<script>alert(1)</script>\n承認\x01 &\"'</svg>"

static const char *const languages[] = { "ja", "en" };

static struct templates *load_templates(void)
{
	struct templates *templates = NULL;
	struct kairan_error error = { "" };

	if (!template_load_all(TEMPLATES, notice_kinds(), notice_names(), &templates,
			       &error))
		fail_msg("%s", error.text);
	return templates;
}

/* ---- figures ---- */

static const char *get_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static int64_t get_number(const json_t *object, const char *name)
{
	assert_true(json_is_integer(json_object_get(object, name)));
	return json_integer_value(json_object_get(object, name));
}

static struct report_draft draft_of(const char *section, enum draft_state state,
				    int64_t submitted, int64_t decided, int64_t sent)
{
	return (struct report_draft){ .section = section,
				      .section_ja = section,
				      .section_en = section,
				      .state = state,
				      .submitted_at = submitted,
				      .decided_at = decided,
				      .sent_at = sent,
				      .recipients = 10,
				      .urgent = sent % 2 == 1 };
}

static void add_events(struct report_figures *figures, const char *action,
		       const char *outcome, const char *section, int64_t count)
{
	const struct report_events events = { action,  outcome, section,
					      section, section, count };

	report_figures_add_events(figures, &events);
}

static void add_all(struct report_figures *figures, const struct month *month)
{
	const int64_t s = month->since, u = month->until;
	const struct report_draft drafts[] = {
		draft_of("b", DRAFT_RELEASED, s, s + 60, s + 100),
		draft_of("b", DRAFT_RELEASED, s + 1, s + 301, s + 1001),
		draft_of("b", DRAFT_RELEASED, s - 100, s - 1, u - 1),
		draft_of("b", DRAFT_SENT_BACK, s, s + 120, 0),
		draft_of("b", DRAFT_STOPPED, s, s + 20, s + 30),
		draft_of("b", DRAFT_APPROVED, u - 2, u - 1, 0),
		draft_of("b", DRAFT_RELEASED, u - 1, u, u + 1),
		draft_of("c", DRAFT_HELD, s, 0, 0),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(drafts); i++)
		report_figures_add_draft(figures, &drafts[i]);
	report_figures_add_section(figures, "a", "あ", "A");
	add_events(figures, "withdraw", "withdrawn", "c", 2);
	add_events(figures, "expire", "expired", "c", 3);
	add_events(figures, "stop", "stopped", "b", 1);
	add_events(figures, "submit", "held", "b", 99);
	add_events(figures, "submit", "too-long", "", 4);
	add_events(figures, "reply", "too-long", "b", 1);
	add_events(figures, "submit", "attachment", "", 1);
	add_events(figures, "deliver", "bypass", "", 1);
	add_events(figures, "submit", "no-subject", "", 1);
	add_events(figures, "submit", "not-staff", "", 1);
	add_events(figures, "incident", "reported", "", 2);
	add_events(figures, "incident", "unknown-person", "", 1);
	add_events(figures, "bounce", "failed", "b", 5);
	add_events(figures, "bounce", "delayed", "b", 6);
	add_events(figures, "bounce", "failed", "", 3);
	add_events(figures, "notice", "bounced", "b", 4);
	add_events(figures, "bounce", "reply", "b", 8);
}

static void check_numbers(const json_t *object, const char *wanted)
{
	char **words = g_strsplit(wanted, " ", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		char **pair = g_strsplit(words[i], "=", 2);

		if (get_number(object, pair[0]) != g_ascii_strtoll(pair[1], NULL, 10))
			fail_msg("%s: found %d", words[i],
				 (int)get_number(object, pair[0]));
		g_strfreev(pair);
	}
	g_strfreev(words);
}

static void check_spans(const json_t *section, const char *name, const char *wanted)
{
	check_numbers(json_object_get(section, name), wanted);
}

static void test_figures(void **state)
{
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	json_t *report = json_object();
	struct report_figures *figures;
	struct month month;
	const json_t *sections, *b;

	(void)state;
	assert_true(month_read("2026-11", zone, &month));
	figures = report_figures_new(&month, zone);
	add_all(figures, &month);
	report_figures_write(figures, report);
	report_figures_free(figures);
	sections = json_object_get(report, "sections");
	assert_int_equal(json_array_size(sections), 3);
	assert_string_equal(get_text(json_array_get(sections, 0), "name_ja"), "あ");
	check_numbers(json_array_get(sections, 0), "submitted=0 broadcasts=0");
	b = json_array_get(sections, 1);
	check_numbers(
	    b, "submitted=6 approved=4 sent_back=1 withdrawn=0 expired=0 stopped=1 "
	       "broadcasts=4 recipients=40 urgent=2 bounces=5");
	check_spans(b, "decision", "count=5 median=60 longest=300");
	check_spans(b, "release", "count=3 median=700");
	assert_int_equal(json_array_size(json_object_get(b, "weeks")), 6);
	assert_int_equal(
	    json_integer_value(json_array_get(json_object_get(b, "weeks"), 0)), 3);
	assert_int_equal(
	    json_integer_value(json_array_get(json_object_get(b, "weeks"), 5)), 1);
	check_numbers(json_array_get(sections, 2), "submitted=1 withdrawn=2 expired=3");
	check_numbers(
	    json_object_get(report, "total"),
	    "submitted=7 broadcasts=4 withdrawn=2 expired=3 stopped=1 bounces=5");
	check_numbers(json_object_get(report, "bounces"), "failed=5 delayed=6 notices=7");
	check_numbers(report, "incidents=2");
	json_decref(report);
	g_time_zone_unref(zone);
}

static void test_refusals_are_in_order(void **state)
{
	GTimeZone *zone = g_time_zone_new_utc();
	json_t *report = json_object();
	struct report_figures *figures;
	GString *order = g_string_new(NULL);
	struct month month;
	size_t i;
	const json_t *refusal;

	(void)state;
	assert_true(month_read("2026-11", zone, &month));
	figures = report_figures_new(&month, zone);
	add_all(figures, &month);
	report_figures_write(figures, report);
	json_array_foreach(json_object_get(report, "refusals"), i, refusal)
	{
		g_string_append_printf(order, "%s %s %d\n", get_text(refusal, "article"),
				       get_text(refusal, "reason"),
				       (int)get_number(refusal, "count"));
	}
	assert_string_equal(order->str, "3 unknown-person 1\n"
					"13-1(2) not-staff 1\n"
					"13-2(2) too-long 5\n"
					"13-2(3) attachment 1\n"
					"14 bypass 1\n"
					" no-subject 1\n");
	g_string_free(order, TRUE);
	report_figures_free(figures);
	json_decref(report);
	g_time_zone_unref(zone);
}

/* ---- words ---- */

static void test_words(void **state)
{
	struct templates *templates = load_templates();
	const struct report_words ja = { templates, "ja", "Asia/Tokyo" };
	const struct report_words en = { templates, "en", "Asia/Tokyo" };
	static const struct {
		int64_t seconds;
		const char *ja, *en;
	} spans[] = {
		{ 0, "0秒", "0 s" },
		{ 59, "59秒", "59 s" },
		{ 60, "1分", "1 min" },
		{ 3599, "59分", "59 min" },
		{ 3600, "1時間0分", "1 h 0 min" },
		{ 86399, "23時間59分", "23 h 59 min" },
		{ 86400, "1日0時間", "1 d 0 h" },
		{ 30 * 86400 + 7200, "30日2時間", "30 d 2 h" },
	};
	static const struct {
		int64_t number;
		const char *text;
	} numbers[] = {
		{ 0, "0" },       { 999, "999" },          { 1000, "1,000" },
		{ -999, "-999" }, { -123456, "-123,456" }, { 1234567, "1,234,567" }
	};
	g_autofree char *article = report_words_article(&ja, "13-2(3)");
	g_autofree char *other = report_words_article(&en, "");
	g_autofree char *reason = report_words_reason(&ja, "empty");
	g_autofree char *single = report_words_reason(&en, "send-at-past");
	g_autofree char *week = report_words_week(&ja, "2026-11-02", "2026-11-08");
	g_autofree char *day = report_words_week(&en, "2026-11-30", "2026-11-30");

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(spans); i++) {
		g_autofree char *in_ja = report_words_span(&ja, spans[i].seconds);
		g_autofree char *in_en = report_words_span(&en, spans[i].seconds);

		assert_string_equal(in_ja, spans[i].ja);
		assert_string_equal(in_en, spans[i].en);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autofree char *text = report_words_number(numbers[i].number);

		assert_string_equal(text, numbers[i].text);
	}
	assert_string_equal(article, "第13条-2(3)");
	assert_string_equal(other, "Other");
	assert_string_equal(reason, "本文がありません");
	assert_string_equal(single, "The time in the first line has passed");
	assert_string_equal(week, "2～8日");
	assert_string_equal(day, "30");
	template_free_all(templates);
}

/* ---- tables and charts ---- */

static void check_lines_are_short(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++)
		if (columns_count(lines[i]) > COLUMNS)
			fail_msg("too wide: %s", lines[i]);
	g_strfreev(lines);
}

static void test_table(void **state)
{
	struct report_table *table = report_table_new("c<");
	g_autofree char *text = NULL;
	g_autofree char *html = NULL;

	(void)state;
	report_table_add_column(table, "課", NULL, false);
	report_table_add_column(table, "n", "number", true);
	report_table_put(table, "防災\n課");
	report_table_put_number(table, 12345);
	report_table_put(table, "<i>");
	report_table_put_number(table, 1);
	report_table_put(table, "計");
	report_table_put_number(table, 12346);
	report_table_end_with_total(table);
	text = report_table_write_text(table);
	html = report_table_write_html(table);
	assert_string_equal(text, "  課            n\n"
				  "  ---------------\n"
				  "  防災 課  12,345\n"
				  "  <i>           1\n"
				  "  ---------------\n"
				  "  計       12,346");
	assert_string_equal(
	    html, "<table>\n<caption>c&lt;</caption>\n"
		  "<thead><tr><th scope=\"col\">課</th>"
		  "<th scope=\"col\" class=\"n long\">number</th></tr></thead>\n"
		  "<tbody>\n"
		  "<tr><th scope=\"row\">防災 課</th><td class=\"n\">12,345</td></tr>\n"
		  "<tr><th scope=\"row\">&lt;i&gt;</th><td class=\"n\">1</td></tr>\n"
		  "</tbody>\n<tfoot>\n"
		  "<tr><th scope=\"row\">計</th><td class=\"n\">12,346</td></tr>\n"
		  "</tfoot>\n</table>\n");
	report_table_free(table);
}

static void count_element(GMarkupParseContext *context, const char *name,
			  const char **names, const char **values, void *counts,
			  GError **error)
{
	const int old = GPOINTER_TO_INT(g_hash_table_lookup(counts, name));

	(void)context;
	(void)names;
	(void)values;
	(void)error;
	g_hash_table_replace(counts, g_strdup(name), GINT_TO_POINTER(old + 1));
}

/* How often each element stands in something that an XML parser must take. */
static GHashTable *count_elements(const char *xml)
{
	const GMarkupParser parser = { .start_element = count_element };
	GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GMarkupParseContext *context =
	    g_markup_parse_context_new(&parser, 0, counts, NULL);
	GError *error = NULL;

	if (!g_markup_parse_context_parse(context, xml, -1, &error) ||
	    !g_markup_parse_context_end_parse(context, &error))
		fail_msg("%s in %s", error->message, xml);
	g_markup_parse_context_free(context);
	return counts;
}

static void check_count(GHashTable *counts, const char *name, int wanted)
{
	assert_int_equal(GPOINTER_TO_INT(g_hash_table_lookup(counts, name)), wanted);
}

static struct report_chart *make_chart(int items, bool two)
{
	const char *const series[] = { two ? "一" : NULL, two ? HOSTILE : NULL };
	struct report_chart *chart = report_chart_new("c", HOSTILE, series);

	for (int i = 0; i < items; i++) {
		g_autofree char *shown = g_strdup_printf("%d", i);

		report_chart_add(chart, HOSTILE, (const int64_t[]){ i, two ? 1 : 0 },
				 (const char *const[]){ shown, two ? HOSTILE : NULL });
	}
	return chart;
}

static void test_bars(void **state)
{
	static const struct {
		int items;
		bool two;
		int pictures, rects, patterns;
	} rows[] = {
		{ 1, false, 1, 0, 0 }, /* the only value is 0 */
		{ 2, false, 1, 1, 0 },
		{ 15, false, 1, 14, 0 },
		{ 16, false, 2, 15, 0 },
		/* two in the pattern, two in the legend */
		{ 31, true, 3, 30 + 31 + 4, 1 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct report_chart *chart = make_chart(rows[i].items, rows[i].two);
		g_autofree char *svg = report_chart_write_bars(chart);
		GHashTable *counts = count_elements(svg);

		check_count(counts, "svg", rows[i].pictures);
		check_count(counts, "title", rows[i].pictures);
		check_count(counts, "desc", rows[i].pictures);
		check_count(counts, "rect", rows[i].rects);
		check_count(counts, "pattern", rows[i].patterns);
		check_count(counts, "script", 0);
		g_hash_table_destroy(counts);
		report_chart_free(chart);
	}
}

static void test_columns(void **state)
{
	struct report_chart *chart = make_chart(6, false);
	g_autofree char *svg = report_chart_write_columns(chart);
	GHashTable *counts = count_elements(svg);

	(void)state;
	check_count(counts, "rect", 5);
	check_count(counts, "text", 12);
	check_count(counts, "line", 1);
	assert_non_null(strstr(svg, "height=\"80\""));
	g_hash_table_destroy(counts);
	report_chart_free(chart);
}

static void test_empty_charts(void **state)
{
	struct report_chart *chart = make_chart(0, true);
	g_autofree char *bars = report_chart_write_bars(chart);
	g_autofree char *columns = report_chart_write_columns(chart);

	(void)state;
	assert_string_equal(bars, "");
	assert_string_equal(columns, "");
	report_chart_free(chart);
}

/* ---- the whole of it ---- */

static void put_person(json_t *report, const char *login, int64_t last)
{
	json_t *people = json_object_get(json_object_get(report, "dormant"), "people");

	json_array_append_new(people, json_pack("{s:s, s:s, s:i}", "login", login, "name",
						HOSTILE, "last", (int)last));
}

/* Figures with everything in them, or with nothing. */
static json_t *make_report(bool full)
{
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	json_t *report = json_pack(
	    "{s:s, s:I, s:I, s:I, s:b, s:I, s:[{s:s,s:s},{s:s,s:s}], s:{s:i,s:b,s:[],s:i},"
	    " s:{s:b,s:i,s:s,s:i}, s:[]}",
	    "month", "2026-11", "since", (json_int_t)1793458800, "until",
	    (json_int_t)1796050800, "made_at", (json_int_t)1796050900, "complete", !full,
	    "records_from", (json_int_t)(full ? 1793460000 : 0), "weeks", "from",
	    "2026-11-01", "to", "2026-11-01", "from", "2026-11-02", "to", "2026-11-08",
	    "dormant", "seconds", 180 * 86400, "known", 1, "people", "more", full ? 3 : 0,
	    "audit", "whole", !full, "rows", 12345, "fault", full ? "changed" : "", "row",
	    full ? 4 : 0, "lists");
	struct report_figures *figures;
	struct month month;

	assert_true(month_read("2026-11", zone, &month));
	figures = report_figures_new(&month, zone);
	if (full) {
		add_all(figures, &month);
		report_figures_add_section(figures, "z", HOSTILE, HOSTILE);
		add_events(figures, "bounce", "failed", "z", 7654);
		put_person(report, "bosai-staff2", 0);
		put_person(report, "kosodate-staff2", 1793458800);
		json_array_append_new(
		    json_object_get(report, "lists"),
		    json_pack("{s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "list", HOSTILE,
			      "joined", 8765, "gone", 3, "active", 2, "suspended", 1,
			      "consent", 6543, "recognised", 4321, "imported", 2109));
	}
	report_figures_write(figures, report);
	report_figures_free(figures);
	g_time_zone_unref(zone);
	return report;
}

static void fill_report(const char *language, bool full, struct template_mail *mail_r)
{
	struct settings settings = { .time_zone = (char *)"Asia/Tokyo" };
	const struct setup setup = { .settings = &settings,
				     .templates = load_templates() };
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	json_t *report = make_report(full);

	report_put_facts(facts, &setup, language, report);
	assert_true(
	    template_fill(setup.templates, language, NOTICE_REPORT, facts, mail_r, NULL));
	json_decref(report);
	g_hash_table_destroy(facts);
	template_free_all(setup.templates);
}

static void check_says(const char *text, const char *const *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(text, wanted[i]) == NULL)
			fail_msg("%s is not in %s", wanted[i], text);
}

static void test_full_report(void **state)
{
	static const char *const wanted[] = { "8,765", "7,654", "6,543",
					      "4,321", "2,109", "bosai-staff2" };
	static const char *const wanted_en[] = { "Row 4 was changed." };
	static const char *const wanted_ja[] = {
		"2026年11月",
		"第13条-2(2)",
		"添付ファイル、画像、表、入力欄は配信できません",
		"ほかに 3 名",
		"月の途中",
		"記録なし",
		"2026年11月1日から2026年11月30日まで",
		"4 行目が書き換えられています。"
	};

	(void)state;
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		struct template_mail mail;

		fill_report(languages[l], true, &mail);
		check_says(mail.text, wanted, G_N_ELEMENTS(wanted));
		check_says(mail.html, wanted, G_N_ELEMENTS(wanted));
		if (l == 0) {
			check_says(mail.text, wanted_ja, G_N_ELEMENTS(wanted_ja));
			check_says(mail.html, wanted_ja, G_N_ELEMENTS(wanted_ja));
		} else {
			check_says(mail.text, wanted_en, G_N_ELEMENTS(wanted_en));
			check_says(mail.html, wanted_en, G_N_ELEMENTS(wanted_en));
		}
		check_lines_are_short(mail.text);
		template_mail_clear(&mail);
	}
}

static void test_every_fault_has_words(void **state)
{
	struct templates *templates = load_templates();

	(void)state;
	for (int fault = AUDIT_WHOLE + 1; fault <= AUDIT_NO_END; fault++) {
		g_autofree char *key =
		    g_strconcat("report.audit-fault.",
				audit_fault_name((enum audit_fault)fault), NULL);

		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++)
			assert_string_not_equal(
			    template_get_phrase(templates, languages[l], key), key);
	}
	template_free_all(templates);
}

static void test_html_is_harmless(void **state)
{
	static const char *const unwanted[] = {
		"<script", "javascript:", "http:", "https:",  "<img",  "<link",
		"@import", "\x01",        "src=",  "<iframe", "onload"
	};
	static const char *const wanted[] = { "@page{size:A4",      "@media print",
					      "width=device-width", "<svg role=\"img\"",
					      "&lt;script&gt;",     "scope=\"col\"" };

	(void)state;
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		struct template_mail mail;

		fill_report(languages[l], true, &mail);
		check_says(mail.html, wanted, G_N_ELEMENTS(wanted));
		for (size_t i = 0; i < G_N_ELEMENTS(unwanted); i++)
			if (strstr(mail.html, unwanted[i]) != NULL)
				fail_msg("%s: has %s", languages[l], unwanted[i]);
		template_mail_clear(&mail);
	}
}

static void test_empty_report(void **state)
{
	static const char *const wanted[] = { "0 件", "該当はありません。",
					      "該当する方はいません。",
					      "利用者は登録されていません。",
					      "異常はありません（12,345 行" };
	struct template_mail mail;

	(void)state;
	fill_report("ja", false, &mail);
	check_says(mail.text, wanted, G_N_ELEMENTS(wanted));
	check_says(mail.html, wanted, G_N_ELEMENTS(wanted));
	assert_null(strstr(mail.text, "月の途中"));
	assert_null(strstr(mail.text, "${"));
	assert_null(strstr(mail.html, "${"));
	template_mail_clear(&mail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_refusals_are_in_order),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_empty_charts),
		cmocka_unit_test(test_full_report),
		cmocka_unit_test(test_every_fault_has_words),
		cmocka_unit_test(test_html_is_harmless),
		cmocka_unit_test(test_empty_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

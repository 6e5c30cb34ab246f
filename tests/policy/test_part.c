/*
 * NAME
 *	test_part - the parts of a draft, and the lines between them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "policy/finding.h"
#include "policy/language.h"
#include "policy/part.h"
#include "policy/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINE         "=== LANGUAGE ==="

static char *const twins[] = { (char *)"en bosai-en", (char *)"zh-hant bosai-zh",
			       (char *)"am bosai-am", NULL };
static char *const none[] = { NULL };

static void test_twin(void **state)
{
	static const struct {
		const char *value, *expected;
	} rows[] = {
		{ "en bosai-en", "en bosai-en" },
		{ "  EN\t Bosai-EN ", "en Bosai-EN" },
		{ "ja-easy bosai-easy", "ja-easy bosai-easy" },
		{ "zh-Hant bosai-zh", "zh-hant bosai-zh" },
		{ "ja bosai", NULL },
		{ "en", NULL },
		{ "en bosai en", NULL },
		{ "english bosai-en", NULL },
		{ "e bosai-en", NULL },
		{ "en- bosai-en", NULL },
		{ "en-toolongapart bosai-en", NULL },
		{ "英語 bosai-en", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *twin = NULL;

		assert_int_equal(twin_read(rows[i].value, &twin),
				 rows[i].expected != NULL);
		if (rows[i].expected != NULL)
			assert_string_equal(twin, rows[i].expected);
		g_free(twin);
	}
	assert_string_equal(twin_find_list(twins, "zh-hant"), "bosai-zh");
	assert_null(twin_find_list(twins, "zh"));
	assert_null(twin_find_list(NULL, "en"));
}

static void test_twins_of_one_broadcast(void **state)
{
	static char *const two[] = { (char *)"en bosai-en", (char *)"zh-hant bosai-zh" };

	(void)state;
	assert_true(twin_may_join("bosai", two, 2, "ko bosai-ko"));
	assert_true(twin_may_join("bosai", two, 2, "zh bosai-zh2"));
	assert_true(twin_may_join(NULL, two, 0, "en bosai-en"));
	assert_false(twin_may_join("bosai", two, 2, "en bosai-en2"));
	assert_false(twin_may_join("bosai", two, 2, "ko bosai-en"));
	assert_false(twin_may_join("bosai", two, 2, "ko bosai"));
}

static void test_fit(void **state)
{
	static const struct {
		const char *line;
		bool expected;
	} rows[] = {
		{ LINE, true },
		{ "--- LANGUAGE ---", true },
		{ "【LANGUAGE】", true },
		{ "## LANGUAGE", true },
		{ "LANGUAGE", false },
		{ "LANGUAGE:", false },
		{ "   LANGUAGE ===", false },
		{ "=== English ===", false },
		{ "== LANGUAGE LANGUAGE", false },
		{ "==\nLANGUAGE", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(part_line_is_fit(rows[i].line), rows[i].expected);
}

/* What a text is split into, as one string: the Japanese, then "|tag/list/subject/text" each; or
 * "!line:instead" for each finding. */
static char *split(const char *line, char *const *of, const char *text)
{
	const struct parting parting = { line, of };
	GPtrArray *findings = finding_new_list();
	char *rest = text_normalize(text);
	GPtrArray *parts = part_split(&parting, &rest, findings);
	GString *all = g_string_new(rest);

	if (findings->len > 0) {
		assert_string_equal(rest, text);
		assert_int_equal(parts->len, 0);
		g_string_truncate(all, 0);
	}
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		assert_int_equal(finding->reason, REASON_PART_LINE);
		g_string_append_printf(all, "%c%zu:%s", finding->refuses ? '!' : '?',
				       finding->line,
				       finding->instead != NULL ? finding->instead : "");
	}
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);

		g_string_append_printf(all, "|%s/%s/%s/%s", part->language, part->list,
				       part->subject, part->text);
	}
	g_ptr_array_unref(parts);
	g_ptr_array_unref(findings);
	free(rest);
	return g_string_free(all, FALSE);
}

#define LINES "=== English === / === Traditional Chinese === / === am ==="

static void test_split(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "水が来ます。", "水が来ます。" },
		{ "", "" },
		{ "水\n\n=== English ===\nSubject: Water\n\nWater comes.",
		  "水|en/bosai-en/Water/Water comes." },
		/* As people write the line, and the subject. */
		{ "水\n===EN===\nsubject：  Water \nIt comes.\nNow.",
		  "水|en/bosai-en/Water/It comes.\nNow." },
		{ "水\n＝＝＝　英語　＝＝＝\n件名：Water\nIt comes.",
		  "水|en/bosai-en/Water/It comes." },
		{ "水\n   === ＥＮＧＬＩＳＨ === \n\n\nＳｕｂｊｅｃｔ: Water\nIt comes.",
		  "水|en/bosai-en/Water/It comes." },
		{ "水\n=== 繁體中文 ===\n主題：水\n水來了。",
		  "水|zh-hant/bosai-zh/水/水來了。" },
		{ "水\n=== 中国語 ===\n主题: 水\n水。", "水|zh-hant/bosai-zh/水/水。" },
		{ "水\n=== am ===\nSubject: W\nx", "水|am/bosai-am/W/x" },
		/* Several; the order is the writer's. */
		{ "水\n=== am ===\nSubject: A\na\n\n=== en ===\nSubject: E\ne\n",
		  "水|am/bosai-am/A/a|en/bosai-en/E/e" },
		/* A line for the Japanese, first or last. */
		{ "=== 日本語 ===\n水\n=== en ===\nSubject: E\ne", "水|en/bosai-en/E/e" },
		{ "=== en ===\nSubject: E\ne\n=== Japanese ===\n水",
		  "水|en/bosai-en/E/e" },
		{ "=== en ===\nSubject: E\ne", "|en/bosai-en/E/e" },
		/* What is missing is for other rules to say. */
		{ "水\n=== en ===\nWater comes.\nSubject: E",
		  "水|en/bosai-en//Water comes.\nSubject: E" },
		{ "水\n=== en ===\nSubject: E", "水|en/bosai-en/E/" },
		{ "水\n=== en ===", "水|en/bosai-en//" },
		{ "水\n=== en ===\n日時: 9時\nx", "水|en/bosai-en//日時: 9時\nx" },
		/* No such line. */
		{ "水\n======\n火", "水\n======\n火" },
		{ "水\n=== 1 ===\n火", "水\n=== 1 ===\n火" },
		{ "水 === en === 火", "水 === en === 火" },
		{ "水\n== en ==", "水\n== en ==" },
		{ "水\n=== en", "水\n=== en" },
		/* Slips. */
		{ "水\n=== Englsh ===\nSubject: E\ne", "!2:" LINES },
		{ "水\n=== Korean ===\nSubject: K\nk", "!2:" LINES },
		{ "水\n=== お知らせ ===\n火", "!2:" LINES },
		{ "水\n=== en ===\nSubject: E\ne\n=== English ===\nx", "!5:" LINES },
		{ "水\n=== 日本語 ===\n火", "!2:" LINES },
		{ "=== ja ===\n水\n=== ko ===\nx\n=== fr ===", "!3:" LINES "!5:" LINES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *found = split(LINE, twins, rows[i].text);

		assert_string_equal(found, rows[i].expected);
	}
}

static void test_split_without_twins(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "水\n=== お知らせ ===\n火", "水\n=== お知らせ ===\n火" },
		{ "水\n=== en ===\nSubject: E\ne", "?2:" },
		{ "=== 日本語 ===\n水", "=== 日本語 ===\n水" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *empty = split(LINE, none, rows[i].text);
		g_autofree char *null = split(LINE, NULL, rows[i].text);

		assert_string_equal(empty, rows[i].expected);
		assert_string_equal(null, rows[i].expected);
	}
}

static void test_own_line(void **state)
{
	g_autofree char *one =
	    split("【LANGUAGE】", twins, "水\n【英語】\nSubject: E\ne");
	g_autofree char *two =
	    split("--LANGUAGE", twins, "水\n-- English\nSubject: E\ne");
	g_autofree char *other = split("【LANGUAGE】", twins, "水\n=== en ===\ne");

	(void)state;
	assert_string_equal(one, "水|en/bosai-en/E/e");
	assert_string_equal(two, "水|en/bosai-en/E/e");
	assert_string_equal(other, "水\n=== en ===\ne");
}

/* Two broadcasts in more exact languages: the plain name means neither. */
static void test_ambiguous_name(void **state)
{
	static char *const both[] = { (char *)"zh-hans a", (char *)"zh-hant b", NULL };
	g_autofree char *found = split(LINE, both, "水\n=== 中文 ===\n水");

	(void)state;
	assert_string_equal(
	    found, "!2:=== Simplified Chinese === / === Traditional Chinese ===");
}

/* What is quoted to the writer can be sent again as it is. */
static void test_join(void **state)
{
	static const char text[] = "水\n\n=== 英語 ===\nSubject: E\n\ne\n\n"
				   "=== am ===\nSubject: A\n\na";
	const struct parting parting = { LINE, twins };
	GPtrArray *findings = finding_new_list();
	char *rest = text_normalize(text);
	GPtrArray *parts = part_split(&parting, &rest, findings);
	g_autofree char *joined = part_join(LINE, rest, parts, "ja");
	g_autofree char *alone = part_join(LINE, rest, NULL, "ja");

	(void)state;
	assert_string_equal(joined, text);
	assert_string_equal(alone, "水");
	g_ptr_array_unref(parts);
	g_ptr_array_unref(findings);
	free(rest);
}

static void hash(const char *text, const char *language, const char *subject,
		 const char *other, unsigned char hash_r[TOKEN_HASH_OCTETS])
{
	GPtrArray *parts = part_new_list();
	struct part *part = part_new(language, "list");

	g_free(part->subject);
	part->subject = g_strdup(subject);
	g_free(part->text);
	part->text = g_strdup(other);
	g_ptr_array_add(parts, part);
	part_hash_texts(text, parts, hash_r);
	g_ptr_array_unref(parts);
}

/* Whatever is changed in any of the texts, an address made before does not verify. */
static void test_hash(void **state)
{
	static const char *const rows[][4] = {
		{ "水", "en", "E", "e" }, { "火", "en", "E", "e" },
		{ "水", "fr", "E", "e" }, { "水", "en", "F", "e" },
		{ "水", "en", "E", "f" }, { "水", "en", "Ee", "" },
		{ "水", "en", "", "Ee" }, { "水en 1:E1:e", "en", "E", "e" },
	};
	unsigned char hashes[COUNT(rows)][TOKEN_HASH_OCTETS];
	unsigned char plain[TOKEN_HASH_OCTETS], text[TOKEN_HASH_OCTETS];
	GPtrArray *empty = part_new_list();

	(void)state;
	token_hash_text("水", text);
	part_hash_texts("水", NULL, plain);
	assert_memory_equal(plain, text, sizeof(text));
	part_hash_texts("水", empty, plain);
	assert_memory_equal(plain, text, sizeof(text));
	g_ptr_array_unref(empty);
	for (size_t i = 0; i < COUNT(rows); i++) {
		hash(rows[i][0], rows[i][1], rows[i][2], rows[i][3], hashes[i]);
		assert_memory_not_equal(hashes[i], text, sizeof(text));
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(hashes[i], hashes[j], TOKEN_HASH_OCTETS);
	}
}

static void test_language(void **state)
{
	(void)state;
	assert_string_equal(language_find("Tiếng Việt"), "vi");
	assert_string_equal(language_find("やさしい 日本語"), "ja-easy");
	assert_string_equal(language_find("PORTUGUESE"), "pt");
	assert_null(language_find("お知らせ"));
	assert_null(language_find(""));
	assert_string_equal(language_name("vi", "ja"), "ベトナム語");
	assert_string_equal(language_name("vi", "en"), "Vietnamese");
	assert_string_equal(language_name("am", "ja"), "am");
	assert_string_equal(language_correction("en"), "[Correction] ");
	assert_string_equal(language_correction("am"), "[Correction] ");
	assert_true(language_is_of_jis("en"));
	assert_false(language_is_of_jis("vi"));
	assert_false(language_is_of_jis("am"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twin),
		cmocka_unit_test(test_twins_of_one_broadcast),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_without_twins),
		cmocka_unit_test(test_own_line),
		cmocka_unit_test(test_ambiguous_name),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

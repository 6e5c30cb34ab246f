/*
 * NAME
 *	test_draft_signature - what is cut from a draft's end, what is told, what residents need
 *
 * DESCRIPTION
 *	A row is a draft's text, what of it the writer has said is their signature (NULL:
 *	nothing), the text after the cut (NULL: as it was), and where a signature is found
 *	then: its first line's number and text ("": nowhere).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "policy/draft_signature.h"
#include "policy/reply_words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define WATER "断水のお知らせです。\n給水車が公民館に来ます。"
#define SIGN  "防災課 高橋 誠\n電話 0980-00-0001"
#define DESK  "問い合わせ先\n防災課 電話 0980-00-0001"

struct row {
	const char *text, *learned, *kept;
	size_t line;
	const char *found;
};

static const char *const names[] = { "高橋 誠", "bosai-staff1", "高橋", "誠", NULL };
static const char *const sections[] = { "防災課", "防災情報", NULL };

static void check_row(const struct row *row)
{
	g_autofree char *hash =
	    row->learned != NULL ? reply_tail_hash(row->learned) : NULL;
	const char *const hashes[] = { hash, NULL };
	const struct reply_facts facts = { .names = names,
					   .sections = sections,
					   .signatures = hashes };
	g_autofree char *text = g_strdup(row->text);
	g_autofree char *cut = draft_signature_cut(text, &facts);
	struct draft_signature found = { 0 };
	const bool is_found = draft_signature_find(text, &facts, &found);

	if ((cut != NULL) != (row->kept != NULL))
		fail_msg("%s: cut \"%s\"", row->text, cut);
	if (strcmp(text, row->kept != NULL ? row->kept : row->text) != 0)
		fail_msg("%s: kept \"%s\"", row->text, text);
	if (is_found != (row->found != NULL) || found.line != row->line ||
	    g_strcmp0(found.written, row->found) != 0)
		fail_msg("%s: found %zu \"%s\"", row->text, found.line, found.written);
	g_free(found.written);
}

static void test_looks_like_one(void **state)
{
	static const char *const rulers[] = {
		"--",     "-- ",   "-----",    "＿＿＿＿＿", "━━━━━━━",
		"*****",  "=====", "◇◆◇◆◇◆",   "・・・・・", "ーーーーーー",
		"＊＊＊", "_____", "～～～～", "-*-*-*-*-",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rulers); i++) {
		g_autofree char *open = g_strdup_printf(WATER "\n\n%s\n" SIGN, rulers[i]);
		g_autofree char *closed =
		    g_strdup_printf(WATER "\n%s\n" SIGN "\n%s\n", rulers[i], rulers[i]);

		check_row(&(struct row){ open, NULL, NULL, 4, "防災課 高橋 誠" });
		check_row(&(struct row){ closed, NULL, NULL, 3, "防災課 高橋 誠" });
	}
}

static void test_told(void **state)
{
	static const struct row rows[] = {
		{ WATER "\n-----\n高橋", NULL, NULL, 3, "高橋" },
		{ WATER "\n-----\n○○県○○町役場 総務部防災課\n主任 高橋誠\n"
			"〒900-0001 ○○町本町1-2-3\nTEL:0980-00-0001(内線 123)\n"
			"E-mail: bosai-staff1@town.example",
		  NULL, NULL, 3, "○○県○○町役場 総務部防災課" },
		/* A motto beside the name, and blank lines. */
		{ WATER "\n-----\n高橋 誠\n\n海と緑のまちをつくろう！\n0980-00-0001",
		  NULL, NULL, 3, "高橋 誠" },
		/* A colleague's, with the section and a number. */
		{ WATER "\n-----\n防災課 鈴木一郎\nTEL 0980-00-0001", NULL, NULL, 3,
		  "防災課 鈴木一郎" },
		{ WATER "\n━━━\n" SIGN "\n━━━", "別の署名", NULL, 3, "防災課 高橋 誠" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

/* What residents need is neither cut nor told of. */
static void test_is_for_residents(void **state)
{
	static const struct row rows[] = {
		{ WATER, NULL, NULL, 0, NULL },
		{ WATER "\n\n" SIGN, NULL, NULL, 0, NULL },
		{ WATER "\n\n" DESK, NULL, NULL, 0, NULL },
		{ WATER "\n-----\n" DESK, NULL, NULL, 0, NULL },
		{ WATER "\n-----\n問い合わせ先 防災課 高橋\n電話 0980-00-0001", NULL,
		  NULL, 0, NULL },
		{ WATER "\n-----\nお申込みは 防災課 0980-00-0001 まで", NULL, NULL, 0,
		  NULL },
		{ WATER
		  "\n━━━\n■避難所\n第一小学校 0980-00-0002\n公民館 0980-00-0003\n━━━",
		  NULL, NULL, 0, NULL },
		{ WATER "\n-----\n防災課", NULL, NULL, 0, NULL },
		{ WATER "\n-----\n雨が強くなります。\n早めに避難してください。", NULL,
		  NULL, 0, NULL },
		{ "-----\n" SIGN, NULL, NULL, 0, NULL },
		{ "", NULL, NULL, 0, NULL },
		{ "\n\n", NULL, NULL, 0, NULL },
		{ "-----", NULL, NULL, 0, NULL },
		{ WATER "\n-----\n", NULL, NULL, 0, NULL },
		/* Even where its writer has once called it a signature. */
		{ WATER "\n\n" DESK, DESK, NULL, 0, NULL },
		{ WATER "\n-----\n" DESK, DESK, NULL, 0, NULL },
		{ WATER "\n問い合わせ先\n防災課\n電話 0980-00-0001",
		  "防災課\n電話 0980-00-0001", NULL, 0, NULL },
		{ WATER "\n問い合わせ先\n\n防災課 電話 0980-00-0001",
		  "防災課 電話 0980-00-0001", NULL, 0, NULL },
		{ WATER "\nお問い合わせ：\n-----\n" SIGN, SIGN, NULL, 4,
		  "防災課 高橋 誠" },
		{ WATER "\n\n防災課 電話 0980-00-0001", "防災課 電話 0980-00-0001", NULL,
		  0, NULL },
		{ WATER "\n担当は\n\n" SIGN, SIGN, NULL, 0, NULL },
		/* It does not stand apart. */
		{ WATER "\n" SIGN, SIGN, NULL, 0, NULL },
		/* There would be nothing left. */
		{ SIGN, SIGN, NULL, 0, NULL },
		{ "\n\n-----\n" SIGN, SIGN, NULL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static void test_cut(void **state)
{
	static const struct row rows[] = {
		{ WATER "\n\n" SIGN, SIGN, WATER, 0, NULL },
		{ WATER "\n\n\n-----\n\n" SIGN "\n\n", SIGN, WATER, 0, NULL },
		{ WATER "\n-- \n" SIGN, "-- \n" SIGN, WATER, 0, NULL },
		{ WATER "\n━━━\n" SIGN "\n━━━", "━━━\n" SIGN "\n━━━", WATER, 0, NULL },
		{ WATER "\n━━━\n" SIGN "\n━━━", SIGN "\n━━━", WATER, 0, NULL },
		/* However it is wrapped, spaced or wide. */
		{ WATER "\n\n防災課　高橋誠 電話 ０９８０-００-０００１", SIGN, WATER, 0,
		  NULL },
		/* To the letter: another number is another signature. */
		{ WATER "\n-----\n防災課 高橋 誠\n電話 0980-00-0009", SIGN, NULL, 3,
		  "防災課 高橋 誠" },
		/* With something below it, it is not the end. */
		{ WATER "\n-----\n" SIGN "\n雨が強くなります。", SIGN, NULL, 3,
		  "防災課 高橋 誠" },
		/* Below a ruler an office that was called a signature is one. */
		{ WATER "\n-----\n防災課\n0980-00-0001", "防災課\n0980-00-0001", WATER, 0,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static void test_leave_out(void **state)
{
	g_autofree char *left = draft_signature_leave_out(WATER "\n\n\n-----\n" SIGN, 5);
	g_autofree char *all = draft_signature_leave_out("a", 1);
	g_autofree char *none = draft_signature_leave_out("a\nb\n", 9);
	g_autofree char *first = draft_signature_get_first("\n---\n  " SIGN);

	(void)state;
	assert_string_equal(left, WATER);
	assert_string_equal(all, "");
	assert_string_equal(none, "a\nb");
	assert_string_equal(first, "防災課 高橋 誠");
	assert_string_equal(draft_signature_skip_ruler("\n---\n \na\nb"), "a\nb");
	assert_string_equal(draft_signature_skip_ruler("---"), "");
}

static void test_unwanted(void **state)
{
	static const struct {
		const char *line;
		bool unwanted;
	} rows[] = {
		{ "署名なし", true },
		{ "no signature 署名なし", true },
		{ "署名無しでお願いします。", true },
		{ "署名を除いてください", true },
		{ "Ｎｏ signature, please.", true },
		{ "署名なしでは困ります", false },
		{ "署名なし？", false },
		{ "署名", false },
		{ "お願いします", false },
		{ "署名なしと書いてよいですか", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (draft_signature_is_unwanted(rows[i].line) != rows[i].unwanted)
			fail_msg("%s", rows[i].line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks_like_one),   cmocka_unit_test(test_told),
		cmocka_unit_test(test_is_for_residents), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_leave_out),        cmocka_unit_test(test_unwanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

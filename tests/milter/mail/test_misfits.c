/*
 * NAME
 *	test_misfits - machine-dependent characters, as iconv sees them
 *
 * DESCRIPTION
 *	Rows give a text and the misfits that are expected in it, written
 *	"offset+length=instead", with "-" where nothing is suggested.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "milter/mail/misfits.h"
#include "policy/twins.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *describe(const char *text)
{
	GPtrArray *misfits = misfits_new();
	GString *out = g_string_new(NULL);

	misfits_find(FINDING_TEXT, text, misfits);
	for (guint i = 0; i < misfits->len; i++) {
		const struct misfit *misfit = g_ptr_array_index(misfits, i);

		g_string_append_printf(out, "%s%zu+%zu=%s", i > 0 ? " " : "",
				       misfit->offset, misfit->length,
				       misfit->instead != NULL ? misfit->instead : "-");
	}
	g_ptr_array_unref(misfits);
	return g_string_free(out, FALSE);
}

static void test_rows(void **state)
{
	static const struct {
		const char *text, *misfits;
	} rows[] = {
		{ "", "" },
		{ "明日は防災訓練です。\nabc", "" },
		{ "、。〜−‖―…￥¢£¬Å", "" },
		{ "①", "0+3=(1)" },
		{ "a①②", "1+3=(1) 4+3=(2)" },
		{ "\n\n㈱", "2+3=(株)" },
		{ "ｶﾞｽ会社", "0+9=ガス" },
		{ "ｶ\nｶ", "0+3=カ 4+3=カ" },
		{ "ｶとｶ", "0+3=カ 6+3=カ" },
		{ "髙﨑", "0+3=高 3+3=崎" },
		{ "😀", "0+4=-" },
		{ "👨‍👩‍👧", "0+18=-" },
		{ "é", "0+2=-" },
		{ "葛\U000e0100城", "0+7=葛" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *found = describe(rows[i].text);

		if (strcmp(found, rows[i].misfits) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", rows[i].text, found,
				 rows[i].misfits);
	}
}

/* Whatever clients send for them, the twins are no misfits (after policy/twins.h). */
static void test_twins_fit(void **state)
{
	g_autofree char *standard = twins_standardize("～∥－￠￡￢—¥‾⋯\u00a0\u200b");
	g_autofree char *found = describe(standard);

	(void)state;
	assert_string_equal(found, "");
}

/* A long text costs no more than its misfits. */
static void test_bounded(void **state)
{
	GString *text = g_string_new(NULL);
	GPtrArray *misfits = misfits_new();

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		g_string_append(text, i % 2 == 0 ? "あ" : "①");
	misfits_find(FINDING_TEXT, text->str, misfits);
	assert_int_equal(misfits->len, FINDINGS_MOST);
	g_ptr_array_unref(misfits);
	(void)g_string_free(text, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_twins_fit),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests_name("misfits", tests, NULL, NULL);
}

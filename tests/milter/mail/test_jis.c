/*
 * NAME
 *	test_jis - every character there is, against JIS X 0208
 *
 * DESCRIPTION
 *	What may be broadcast (Art. 13-2(3)) is ASCII and the 6,879 characters of JIS X 0208, in
 *	each charset that clients send them in, and nothing else. A character goes out as it was
 *	written, or as the twin that the reader cannot tell from it.
 *
 *	That the rows decode to what other programs take them for is held by a hash of their code
 *	points, which were listed with another implementation (CPython's euc_jp).
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/charset.h"
#include "milter/mail/misfits.h"
#include "policy/text.h"
#include "policy/twins.h"

#define JIS_CHARACTERS 6879
#define JIS_SHA256     "3caa6b607cc2961c13be4f3a4f9e426c2a4cfdaa05b9088d148748329d1c6369"

/* Its neighbours keep a character from the ends of a text. */
#define BEFORE "a"
#define BEHIND "z"

/* A draft's text, as it is judged. Free with free(). */
static char *standardize(const char *utf8)
{
	char *normal = text_normalize(utf8);
	char *standard = twins_standardize(normal);
	char *again = text_normalize(standard);

	free(normal);
	free(standard);
	return again;
}

static char *decode(const char *charset, const char *octets)
{
	char *utf8 = NULL, *standard = NULL;

	if (charset_decode(charset, octets, strlen(octets), &utf8, NULL, NULL))
		standard = standardize(utf8);
	free(utf8);
	return standard;
}

/* A row and cell in each charset; NULL where it is nothing. All must say the same. */
static char *decode_cell(unsigned int row, unsigned int cell)
{
	char euc[] = { (char)(0xa0 + row), (char)(0xa0 + cell), '\0' };
	char jis[] = { '\033', '$', 'B', (char)(0x20 + row), (char)(0x20 + cell), '\033',
		       '(',    'B', '\0' };
	char sjis[] = { (char)((row + 1) / 2 + (row <= 62 ? 0x80 : 0xc0)), '\0', '\0' };
	char *one, *other;

	if (row % 2 == 0)
		sjis[1] = (char)(cell + 0x9e);
	else
		sjis[1] = (char)(cell + (cell <= 63 ? 0x3f : 0x40));
	one = decode("iso-2022-jp", jis);
	other = decode("euc-jp", euc);
	assert_int_equal(one == NULL, other == NULL);
	if (one != NULL)
		assert_string_equal(one, other);
	free(other);
	other = decode("shift_jis", sjis);
	assert_int_equal(one == NULL, other == NULL);
	if (one != NULL)
		assert_string_equal(one, other);
	free(other);
	return one;
}

/* What is in JIS X 0208, as keys. */
static GHashTable *list_jis(GString *codes)
{
	GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);

	for (unsigned int row = 1; row <= 84; row++) {
		for (unsigned int cell = 1; cell <= 94; cell++) {
			char *utf8 = row < 9 || row > 15 ? decode_cell(row, cell) : NULL;

			/* The space at 1-1 ends a line. */
			if (row == 1 && cell == 1) {
				free(utf8);
				utf8 = strdup("\u3000");
			}
			if (utf8 == NULL)
				continue;
			g_string_append_printf(codes, "%04X ", g_utf8_get_char(utf8));
			assert_string_equal(g_utf8_next_char(utf8), "");
			(void)g_hash_table_add(all, utf8);
		}
	}
	return all;
}

/* How it would go out; NULL when it is refused. */
static char *accept(const char *utf8)
{
	g_autofree char *text = g_strconcat(BEFORE, utf8, BEHIND, NULL);
	char *standard = standardize(text);
	char *accepted = NULL;

	if (charset_fits_iso2022jp(standard)) {
		assert_true(g_str_has_prefix(standard, BEFORE) &&
			    g_str_has_suffix(standard, BEHIND));
		accepted = g_strndup(standard + 1, strlen(standard) - 2);
	}
	free(standard);
	return accepted;
}

static void test_the_characters_are_those_of_the_standard(void **state)
{
	GString *codes = g_string_new(NULL);
	GHashTable *all = list_jis(codes);
	g_autofree char *hash =
	    g_compute_checksum_for_string(G_CHECKSUM_SHA256, codes->str, -1);
	GHashTableIter iter;
	void *utf8;

	(void)state;
	assert_int_equal(g_hash_table_size(all), JIS_CHARACTERS);
	assert_string_equal(hash, JIS_SHA256);
	g_hash_table_iter_init(&iter, all);
	while (g_hash_table_iter_next(&iter, &utf8, NULL)) {
		g_autofree char *accepted = accept(utf8);

		assert_non_null(accepted);
		assert_string_equal(accepted, utf8);
	}
	g_hash_table_destroy(all);
	(void)g_string_free(codes, TRUE);
}

/* A character that is no twin, and no Angstrom sign, goes out as it is or not at all. */
static void check_one(const GHashTable *all, gunichar code)
{
	char utf8[8] = "";
	g_autofree char *accepted = NULL;
	g_autofree char *twin = NULL;

	(void)g_unichar_to_utf8(code, utf8);
	accepted = accept(utf8);
	twin = twins_standardize(code == 0x212b ? "\u00c5" : utf8);
	if (accepted == NULL) {
		if (g_hash_table_contains((GHashTable *)all, twin))
			fail_msg("U+%04X is refused", code);
		return;
	}
	if (strcmp(accepted, twin) != 0)
		fail_msg("U+%04X becomes %s in silence", code, accepted);
	if (*twin != '\0' && !g_ascii_isprint(*twin) && *twin != '\n' && *twin != '\t' &&
	    !g_hash_table_contains((GHashTable *)all, twin))
		fail_msg("U+%04X is accepted, and not in JIS X 0208", code);
}

static void test_nothing_else_is_accepted_or_changed(void **state)
{
	GString *codes = g_string_new(NULL);
	GHashTable *all = list_jis(codes);

	(void)state;
	/* The planes of rare Kanji are sampled, but for their second codes. */
	for (gunichar code = 0x20; code < 0x110000;
	     code += code < 0x20000 || (code >= 0x2f800 && code < 0x2fa20) ? 1 : 53)
		if (g_unichar_isdefined(code) && g_unichar_validate(code) &&
		    g_unichar_type(code) != G_UNICODE_CONTROL)
			check_one(all, code);
	g_hash_table_destroy(all);
	(void)g_string_free(codes, TRUE);
}

/* Named, with the standard form, which is what the writer sees (塚, 晴, 神, 福, 都, 朗, 隆, 鶴). */
static void test_second_codes_are_named(void **state)
{
	static const struct {
		const char *written, *instead;
	} rows[] = {
		{ "\ufa10", "塚" }, { "\ufa12", "晴" }, { "\ufa19", "神" },
		{ "\ufa1b", "福" }, { "\ufa26", "都" }, { "\uf929", "朗" },
		{ "\uf9dc", "隆" }, { "\ufa2d", "鶴" }, { "\ufa11", "崎" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GPtrArray *misfits = misfits_new();
		char *standard = standardize(rows[i].written);
		const struct misfit *misfit;

		misfits_find(FINDING_TEXT, standard, misfits);
		assert_int_equal(misfits->len, 1);
		misfit = g_ptr_array_index(misfits, 0);
		assert_string_equal(misfit->instead, rows[i].instead);
		assert_string_equal(standard, rows[i].written);
		g_ptr_array_unref(misfits);
		free(standard);
	}
}

/* NEC's and IBM's rows are named in each charset; ten of them are in JIS X 0208 as well. */
static void test_vendors_rows_are_read(void **state)
{
	static const unsigned int vendors[] = { 13, 89, 90, 91, 92 };
	GString *codes = g_string_new(NULL);
	GHashTable *all = list_jis(codes);
	size_t found = 0, twice = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(vendors); i++) {
		for (unsigned int cell = 1; cell <= 94; cell++) {
			char *utf8 = decode_cell(vendors[i], cell);
			g_autofree char *accepted = utf8 != NULL ? accept(utf8) : NULL;

			found += utf8 != NULL;
			twice += accepted != NULL;
			if (accepted != NULL)
				assert_true(g_hash_table_contains(all, accepted));
			free(utf8);
		}
	}
	assert_int_equal(found, 83 + 374);
	assert_int_equal(twice, 10);
	g_hash_table_destroy(all);
	(void)g_string_free(codes, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_characters_are_those_of_the_standard),
		cmocka_unit_test(test_nothing_else_is_accepted_or_changed),
		cmocka_unit_test(test_second_codes_are_named),
		cmocka_unit_test(test_vendors_rows_are_read),
	};

	return cmocka_run_group_tests_name("jis", tests, NULL, NULL);
}

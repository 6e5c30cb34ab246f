/*
 * NAME
 *	test_keyring - the key file
 *
 * DESCRIPTION
 *	What is made can be read; what is not one "ID HEX" a line is refused with its line;
 *	after a rotation the last key signs and both verify.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>

#include "conf/keyring.h"
#include "tests/scratch.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEX_A        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX_B        "FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0EFEEEDECEBEAE9E8E7E6E5E4E3E2E1E0"

static struct scratch scratch;

static int make_scratch(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int remove_scratch(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static bool load(const char *text, mode_t mode, struct keyring **keyring_r,
		 struct kairan_error *error_r)
{
	return keyring_load(
	    "key_file", scratch_write(&scratch, "token.keys", text, strlen(text), mode),
	    keyring_r, error_r);
}

static struct keyring *load_good(const char *text)
{
	struct kairan_error error = { "" };
	struct keyring *keyring = NULL;

	if (!load(text, 0600, &keyring, &error))
		fail_msg("%s: %s", text, error.text);
	return keyring;
}

static void test_make_and_load(void **state)
{
	struct kairan_error error = { "" };
	struct keyring *one = NULL, *two = NULL;
	static const unsigned char zeros[TOKEN_KEY_OCTETS];
	const struct token_key *key;
	struct stat status;

	(void)state;
	const mode_t mask = umask(0);
	assert_true(keyring_make_file(scratch_path(&scratch, "one.keys"), &error));
	(void)umask(mask);
	assert_int_equal(stat(scratch.path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_true(keyring_load("key_file", scratch.path, &one, &error));
	assert_true(keyring_make_file(scratch_path(&scratch, "two.keys"), &error));
	assert_true(keyring_load("key_file", scratch.path, &two, &error));
	key = keyring_current(one);
	assert_int_equal(key->id, 1);
	assert_ptr_equal(keyring_find(one, 1), key);
	assert_memory_not_equal(key->secret, zeros, TOKEN_KEY_OCTETS);
	assert_memory_not_equal(key->secret, keyring_current(two)->secret,
				TOKEN_KEY_OCTETS);
	keyring_free(one);
	keyring_free(two);
	keyring_free(NULL);
}

static void test_make_never_overwrites(void **state)
{
	struct kairan_error error = { "" };
	const char *path =
	    scratch_write(&scratch, "here.keys", "1 " HEX_A "\n", 67, 0600);
	char *octets;
	size_t length;

	(void)state;
	assert_false(keyring_make_file(path, &error));
	assert_non_null(strstr(error.text, path));
	octets = scratch_read(path, &length);
	assert_string_equal(octets, "1 " HEX_A "\n");
	free(octets);
	assert_false(keyring_make_file(scratch_path(&scratch, "no/such/folder"), &error));
	assert_non_null(strstr(error.text, "No such file"));
	/* A dangling link would lead the key to a place of somebody else's choice. */
	assert_int_equal(symlink("elsewhere", scratch_path(&scratch, "link.keys")), 0);
	assert_false(keyring_make_file(scratch.path, &error));
	assert_int_equal(access(scratch_path(&scratch, "elsewhere"), F_OK), -1);
}

static void test_permissions(void **state)
{
	static const struct {
		mode_t mode;
		bool good;
	} rows[] = {
		{ 0600, true },  { 0400, true },  { 0640, true },  { 0660, true },
		{ 0604, false }, { 0602, false }, { 0601, false }, { 0644, false },
		{ 0666, false }, { 0777, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kairan_error error = { "" };
		struct keyring *keyring = NULL;

		(void)chmod(scratch_path(&scratch, "token.keys"), 0600);
		if (load("1 " HEX_A "\n", rows[i].mode, &keyring, &error) != rows[i].good)
			fail_msg("mode %o: %s", (unsigned int)rows[i].mode, error.text);
		if (!rows[i].good)
			assert_non_null(strstr(error.text, "others"));
		keyring_free(keyring);
	}
}

static void test_two_keys(void **state)
{
	struct keyring *keyring = load_good("# rotated\n3 " HEX_A "\n\n 200 " HEX_B "\n");
	const struct token token = { 0, 1, 1, 100 };
	unsigned char hash[TOKEN_HASH_OCTETS] = { 0 };
	const struct token_facts facts = { TOKEN_DECIDE, "bosai-chief", hash };
	const struct token_key *first = keyring_find(keyring, 3);
	const struct token_key *last = keyring_find(keyring, 200);
	char text[TOKEN_TEXT_MAX + 1];

	(void)state;
	assert_ptr_equal(keyring_current(keyring), last);
	assert_non_null(first);
	assert_int_equal(first->id, 3);
	assert_int_equal(first->secret[0], 0);
	assert_int_equal(first->secret[31], 0x1f);
	assert_int_equal(last->id, 200);
	assert_int_equal(last->secret[0], 0xff);
	assert_int_equal(last->secret[31], 0xe0);
	assert_true(token_make(&token, first, &facts, text));
	assert_int_equal(token_verify(text, TOKEN_TEXT_MAX, first, &facts, 1),
			 TOKEN_VALID);
	assert_int_equal(token_verify(text, TOKEN_TEXT_MAX, last, &facts, 1),
			 TOKEN_FORGED);
	assert_true(token_make(&token, last, &facts, text));
	assert_int_equal(token_verify(text, TOKEN_TEXT_MAX, last, &facts, 1),
			 TOKEN_VALID);
	for (unsigned int id = 0; id < 600; id++)
		if (id != 3 && id != 200)
			assert_null(keyring_find(keyring, id));
	assert_null(keyring_find(keyring, UINT32_MAX));
	keyring_free(keyring);
}

static void test_good_lines(void **state)
{
	static const struct {
		const char *text;
		unsigned int id;
	} rows[] = {
		{ "1 " HEX_A, 1 },
		{ "255 " HEX_A "\n", 255 },
		{ "7\t" HEX_A "\r\n", 7 },
		{ "  7   " HEX_B "   \n", 7 },
		{ "7 " HEX_A " # made in spring\n", 7 },
		{ "\n\n \t\n#\n# 9 " HEX_B "\n7 " HEX_A "\n#\n", 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct keyring *keyring = load_good(rows[i].text);

		assert_int_equal(keyring_current(keyring)->id, rows[i].id);
		keyring_free(keyring);
	}
}

static void test_bad_lines(void **state)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{ "", "no key" },
		{ "# only a comment\n\n", "no key" },
		{ "0 " HEX_A "\n", ":1:" },
		{ "256 " HEX_A "\n", ":1:" },
		{ "257 " HEX_A "\n", ":1:" },
		{ "1000 " HEX_A "\n", ":1:" },
		{ "4294967297 " HEX_A "\n", ":1:" },
		{ "-1 " HEX_A "\n", ":1:" },
		{ "x " HEX_A "\n", ":1:" },
		{ HEX_A "\n", ":1:" },
		{ "1\n" HEX_A "\n", ":1:" },
		{ "1 \n", ":1:" },
		/* Cut off, or one digit more. */
		{ "1 " HEX_A "0\n", ":1:" },
		{ "1 0" HEX_A "\n", ":1:" },
		{ "1 00" HEX_A "\n", ":1:" },
		{ "1 01020304\n", ":1:" },
		{ "1 g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1\n",
		  ":1:" },
		{ "1 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
		  ":1:" },
		{ "\n\n1 " HEX_A "\n2 zz\n", ":4:" },
		{ "1 " HEX_A "\n1 " HEX_B "\n", ":2:" },
		{ "1 " HEX_A "\n01 " HEX_B "\n", ":2:" },
		/* Two keys that an editor has joined into one line. */
		{ "1 " HEX_A " 2 " HEX_B "\n", ":1:" },
		{ "1 " HEX_A " x\n", ":1:" },
		/* No blank between the two: the id would eat the secret's first digits. */
		{ "12" HEX_A "\n", ":1:" },
		{ "1" HEX_A "\n", ":1:" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kairan_error error = { "" };
		struct keyring *keyring = NULL;

		if (load(rows[i].text, 0600, &keyring, &error))
			fail_msg("row %zu was accepted: %s", i, rows[i].text);
		assert_null(keyring);
		assert_non_null(strstr(error.text, scratch.path));
		if (strstr(error.text, rows[i].word) == NULL)
			fail_msg("row %zu: %s", i, error.text);
		/* A secret must not get into the log. */
		assert_null(strstr(error.text, "0405"));
	}
}

static void test_long_lines(void **state)
{
	static const size_t lengths[] = { 200, 253, 254, 255, 256, 257, 510, 511, 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		char text[1200] = "#";
		struct keyring *keyring;

		/* A comment that reaches over the reader's buffer, and looks like a key there. */
		memset(text + 1, '1', lengths[i]);
		strcpy(text + 1 + lengths[i], "\n7 " HEX_A "\n");
		keyring = load_good(text);
		assert_int_equal(keyring_current(keyring)->id, 7);
		assert_null(keyring_find(keyring, 1));
		keyring_free(keyring);
	}
}

static void test_too_many_keys(void **state)
{
	char text[20 * 80] = "";
	struct kairan_error error = { "" };
	struct keyring *keyring = NULL;

	(void)state;
	for (int id = 1; id <= 16; id++)
		(void)sprintf(text + strlen(text), "%d " HEX_A "\n", id);
	keyring = load_good(text);
	assert_int_equal(keyring_current(keyring)->id, 16);
	keyring_free(keyring);
	keyring = NULL;
	strcat(text, "17 " HEX_A "\n");
	assert_false(load(text, 0600, &keyring, &error));
	assert_non_null(strstr(error.text, ":17:"));
}

static void test_no_file(void **state)
{
	struct kairan_error error = { "" };
	struct keyring *keyring = NULL;

	(void)state;
	assert_false(keyring_load("key_file", scratch_path(&scratch, "missing"), &keyring,
				  &error));
	assert_non_null(strstr(error.text, "No such file"));
	assert_non_null(strstr(error.text, "kairanctl keys make"));
	assert_false(keyring_load("key_file", scratch.folder, &keyring, &error));
	assert_false(keyring_load("key_file", scratch.folder, &keyring, NULL));
	assert_null(keyring);
}

static void test_rotate(void **state)
{
	struct kairan_error error = { "" };
	const char *path = scratch_path(&scratch, "turn.keys");
	g_autofree char *kept = g_strdup(path);
	struct keyring *before = NULL, *after = NULL;
	struct stat status;
	unsigned int id = 0;

	(void)state;
	assert_true(keyring_make_file(kept, &error));
	for (unsigned int i = 2; i <= 20; i++) {
		assert_true(keyring_load("key_file", kept, &before, &error));
		assert_true(keyring_rotate_file(kept, &id, &error));
		assert_int_equal(id, i);
		assert_true(keyring_load("key_file", kept, &after, &error));
		assert_int_equal(keyring_current(after)->id, i);
		assert_memory_equal(keyring_find(after, i - 1)->secret,
				    keyring_current(before)->secret, TOKEN_KEY_OCTETS);
		keyring_free(before);
		keyring_free(after);
	}
	assert_true(keyring_load("key_file", kept, &after, &error));
	assert_null(keyring_find(after, 4));
	assert_non_null(keyring_find(after, 5));
	keyring_free(after);
	assert_int_equal(stat(kept, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_rotate_nothing(void **state)
{
	struct kairan_error error = { "" };
	unsigned int id = 0;

	(void)state;
	assert_false(keyring_rotate_file(scratch_path(&scratch, "missing"), &id, &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make_and_load),
		cmocka_unit_test(test_make_never_overwrites),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_rotate),
		cmocka_unit_test(test_rotate_nothing),
		cmocka_unit_test(test_two_keys),
		cmocka_unit_test(test_good_lines),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_too_many_keys),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests_name("keyring", tests, make_scratch,
					   remove_scratch);
}

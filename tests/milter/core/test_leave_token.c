/*
 * NAME
 *	test_leave_token - the right to leave a list
 *
 * DESCRIPTION
 *	Good for the list that it was made for, after a rotation too, and made with no other keys.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "conf/setting_value.h"
#include "milter/core/leave_token.h"

static char *folder, *path;

static int make_folder(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("kairan-leave-XXXXXX", NULL);
	path = g_build_filename(folder, "leave.keys", NULL);
	return folder != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)g_unlink(path);
	(void)g_rmdir(folder);
	g_free(path);
	g_free(folder);
	return 0;
}

static struct keyring *load(enum copies copies)
{
	const struct settings settings = { .copies = copies, .leave_key_file = path };
	struct keyring *keys = NULL;
	struct kairan_error error;

	if (!leave_token_load_keys(&settings, &keys, &error))
		fail_msg("%s", error.text);
	return keys;
}

static void test_keys_may_be_missing(void **state)
{
	const struct settings settings = { .copies = COPIES_PERSONAL,
					   .leave_key_file = path };
	struct keyring *keys;
	struct kairan_error error;

	(void)state;
	assert_null(load(COPIES_SHARED));
	assert_false(leave_token_load_keys(&settings, &keys, &error));
	assert_non_null(strstr(error.text, "leave_key_file"));
	assert_null(keys);
}

static void test_for_this_list_only(void **state)
{
	const struct leave_right right = { 4711, "bosai" };
	struct kairan_error error;
	char text[TOKEN_TEXT_MAX + 1], other[TOKEN_TEXT_MAX + 1];
	struct keyring *keys, *rotated;
	unsigned int id = 0;

	(void)state;
	assert_true(keyring_make_file(path, &error));
	keys = load(COPIES_SHARED);
	assert_true(leave_token_make(keys, 1, &right, text));
	assert_true(leave_token_is_genuine(keys, text, TOKEN_TEXT_MAX, "bosai"));
	assert_false(leave_token_is_genuine(keys, text, TOKEN_TEXT_MAX, "bosai-en"));
	assert_false(leave_token_is_genuine(keys, text, TOKEN_TEXT_MAX - 1, "bosai"));
	assert_false(leave_token_is_genuine(NULL, text, TOKEN_TEXT_MAX, "bosai"));

	assert_true(keyring_rotate_file(path, &id, &error));
	rotated = load(COPIES_PERSONAL);
	assert_true(leave_token_is_genuine(rotated, text, TOKEN_TEXT_MAX, "bosai"));
	/* The same key gives the same octets; one that is gone is replaced. */
	assert_true(leave_token_make(rotated, 1, &right, other));
	assert_string_equal(other, text);
	assert_true(leave_token_make(rotated, 99, &right, other));
	assert_string_not_equal(other, text);
	assert_true(leave_token_is_genuine(rotated, other, TOKEN_TEXT_MAX, "bosai"));
	assert_false(leave_token_is_genuine(keys, other, TOKEN_TEXT_MAX, "bosai"));
	keyring_free(keys);
	keyring_free(rotated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_may_be_missing),
		cmocka_unit_test(test_for_this_list_only),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/*
 * NAME
 *	test_directory_edit - changes of the directory as LDIF
 *
 * DESCRIPTION
 *	What is printed is LDIF that says what was put in, in an order that can be taken back;
 *	names of entries and classes come from the settings. Servers see it in the end-to-end
 *	tests.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "schema/directory_edit.h"

static char *print(const struct directory_edit *edit)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	directory_edit_print(edit, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void test_ldif(void **state)
{
	struct directory_edit *edit = directory_edit_new();
	char *text;

	(void)state;
	directory_edit_begin(edit, EDIT_DELETE, "cn=old,dc=town");
	directory_edit_begin(edit, EDIT_MODIFY, "ou=bosai,dc=town");
	directory_edit_put(edit, EDIT_PUT_REPLACE, "kairanApprover", "uid=b,dc=town");
	directory_edit_put(edit, EDIT_PUT_ADD, "kairanStaff", "uid=c,dc=town");
	directory_edit_put(edit, EDIT_PUT_ADD, "kairanStaff", "uid=d,dc=town");
	directory_edit_put(edit, EDIT_PUT_REMOVE, "kairanDelegate", "uid=e,dc=town");
	directory_edit_begin(edit, EDIT_ADD, "uid=b,dc=town");
	directory_edit_comment(edit, "bosai-b: secret");
	directory_edit_put(edit, EDIT_PUT_ADD, "uid", "b");
	directory_edit_put_name(edit, EDIT_PUT_ADD, "cn", "ja", "佐藤");
	directory_edit_put(edit, EDIT_PUT_ADD, "", "no attribute");
	directory_edit_put(edit, EDIT_PUT_ADD, "mail", "");
	directory_edit_put(edit, EDIT_PUT_ADD, "mail", NULL);
	directory_edit_put(edit, EDIT_PUT_ADD, "description", " begins with a blank");
	text = print(edit);
	assert_string_equal(text, "# bosai-b: secret\n"
				  "dn: uid=b,dc=town\n"
				  "changetype: add\n"
				  "uid: b\n"
				  "cn;lang-ja:: 5L2Q6Jek\n"
				  "description:: IGJlZ2lucyB3aXRoIGEgYmxhbms=\n"
				  "\n"
				  "dn: ou=bosai,dc=town\n"
				  "changetype: modify\n"
				  "replace: kairanApprover\n"
				  "kairanApprover: uid=b,dc=town\n"
				  "-\n"
				  "add: kairanStaff\n"
				  "kairanStaff: uid=c,dc=town\n"
				  "kairanStaff: uid=d,dc=town\n"
				  "-\n"
				  "delete: kairanDelegate\n"
				  "kairanDelegate: uid=e,dc=town\n"
				  "-\n"
				  "\n"
				  "dn: cn=old,dc=town\n"
				  "changetype: delete\n");
	assert_int_equal(directory_edit_count(edit), 3);
	free(text);
	directory_edit_free(edit);
}

/* A modification that came to nothing is none. */
static void test_nothing(void **state)
{
	struct directory_edit *edit = directory_edit_new();
	char *text;

	(void)state;
	directory_edit_begin(edit, EDIT_MODIFY, "ou=bosai,dc=town");
	directory_edit_put(edit, EDIT_PUT_ADD, "kairanStaff", "");
	text = print(edit);
	assert_string_equal(text, "");
	assert_int_equal(directory_edit_count(edit), 0);
	free(text);
	directory_edit_free(edit);
}

static void test_classes(void **state)
{
	static const struct {
		const char *filter, *class;
	} rows[] = {
		{ "(objectClass=kairanSection)", "kairanSection" },
		{ "(&(OBJECTCLASS=townSection)(x=y))", "townSection" },
		{ "(objectClass=*)", "fallback" },
		{ "(objectClass=town*)", "fallback" },
		{ "(objectClass=)", "fallback" },
		{ "(cn=x)", "fallback" },
		{ "", "fallback" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *class =
		    directory_edit_find_class(rows[i].filter, "fallback");

		assert_string_equal(class, rows[i].class);
	}
}

static void test_names(void **state)
{
	const struct settings settings = { .ldap_base = (char *)"DC=Town,dc=example" };
	g_autofree char *here =
	    directory_edit_make_dn("uid", "b", "", "people", &settings);
	g_autofree char *there =
	    directory_edit_make_dn("uid", "b", "ou=Staff,o=Town", "people", &settings);

	(void)state;
	assert_string_equal(here, "uid=b,ou=people,dc=town,dc=example");
	assert_string_equal(there, "uid=b,ou=staff,o=town");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ldif),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * NAME
 *	test_ldap_entry - values of LDAP entries that need no server
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>

#include "schema/ldap_entry.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_times(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t at;
	} rows[] = {
		{ "19700101000000Z", true, 0 },
		{ "20261124005707Z", true, 1795481827 },
		{ "20261124005707.123456Z", true, 1795481827 },
		{ "20261124005707,5Z", true, 1795481827 },
		{ "20240229235959Z", true, 1709251199 },
		{ "20230229235959Z", false, 0 },
		{ "20261324005707Z", false, 0 },
		{ "20261132005707Z", false, 0 },
		{ "20261124240000Z", false, 0 },
		{ "20261124006007Z", false, 0 },
		{ "20261124005760Z", false, 0 },
		/* RFC 4517 knows these too; no server writes them, and a zone that was
		 * overlooked would be nine hours. */
		{ "20261124005707", false, 0 },
		{ "20261124005707+0900", false, 0 },
		{ "20261124005707z", false, 0 },
		{ "202611240057Z", false, 0 },
		{ "2026112400Z", false, 0 },
		/* Not a time: slapd's lock without an end. */
		{ "000001010000Z", false, 0 },
		{ "20261124005707.Z", false, 0 },
		{ "20261124005707Z ", false, 0 },
		{ " 20261124005707Z", false, 0 },
		{ "2026112400570 Z", false, 0 },
		{ "+0261124005707Z", false, 0 },
		{ "133000000000000000", false, 0 },
		{ "", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t at = 0;

		if (ldap_entry_read_time(rows[i].text, &at) != rows[i].ok ||
		    at != rows[i].at)
			fail_msg("%s: %lld", rows[i].text, (long long)at);
	}
}

static void test_escape(void **state)
{
	static const struct {
		const char *text, *escaped;
	} rows[] = {
		{ "", "" },
		{ "bosai-staff1@town.example", "bosai-staff1@town.example" },
		{ "*", "\\2a" },
		{ "a)(uid=*", "a\\29\\28uid=\\2a" },
		{ "a\\b", "a\\5cb" },
		{ "\xe9\x98\xb2\n", "\\e9\\98\\b2\\0a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *escaped = ldap_entry_escape(rows[i].text);

		assert_string_equal(escaped, rows[i].escaped);
	}
}

static void test_canonical_dn(void **state)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "uid=a,dc=town", "uid=a,dc=town" },
		{ "UID=A, DC=Town", "uid=a,dc=town" },
		{ "uid = a , dc = town", "uid=a,dc=town" },
		{ "ou=\xe9\x98\xb2,dc=town", "ou=\\e9\\98\\b2,dc=town" },
		{ "ou=\\E9\\98\\b2,dc=town", "ou=\\e9\\98\\b2,dc=town" },
		{ "bosai-chief", NULL },
		{ "uid=a,,dc=town", NULL },
		/* No entry of ours. */
		{ "", NULL },
		/* In a log or a mail it ends no line. */
		{ "uid=a\nb,dc=town", "uid=a\\0ab,dc=town" },
		{ "uid=a\\0Ab\\1b\x7f,dc=town", "uid=a\\0ab\\1b\\7f,dc=town" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *dn = ldap_entry_canonical_dn(rows[i].text);

		if (g_strcmp0(dn, rows[i].canonical) != 0)
			fail_msg("%s: %s", rows[i].text, dn != NULL ? dn : "none");
	}
}

static void test_below(void **state)
{
	(void)state;
	assert_true(ldap_entry_is_below("dc=town", "dc=town"));
	assert_true(ldap_entry_is_below("ou=people,dc=town", "dc=town"));
	assert_false(ldap_entry_is_below("dc=town", "ou=people,dc=town"));
	assert_false(ldap_entry_is_below("ou=people,dc=downtown", "town"));
	assert_false(ldap_entry_is_below("ou=xdc=town", "dc=town"));
	assert_false(ldap_entry_is_below("cn=a\\,dc=town", "dc=town"));
	assert_false(ldap_entry_is_below(",dc=town", "dc=town"));
	assert_false(ldap_entry_is_below("", "dc=town"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_canonical_dn),
	};

	return cmocka_run_group_tests_name("ldap_entry", tests, NULL, NULL);
}

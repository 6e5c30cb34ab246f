/*
 * NAME
 *	test_abilities - what one person may do, in both languages
 *
 * DESCRIPTION
 *	Every duty, each with and without something in its way: what is said, what is not, and
 *	that it stays on one screen, however many sections and addresses there are.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "conf/keyring.h"
#include "milter/draft/abilities.h"
#include "tests/schema/store_fixture.h"

#define SCREEN_LINES 24

static struct setup *load_setup(void)
{
	struct setup *loaded = NULL;
	g_autofree char *keys = g_strdup(scratch_path(&at.scratch, "token.keys"));
	g_autofree char *text = g_strdup_printf(
	    "service_domain = \"info.town.example\"\nkey_file = \"%s\"\n"
	    "template_dir = \"" SRCDIR "/conf/templates\"\n"
	    "ldap_uri = \"ldap://127.0.0.1:9\"\nldap_base = \"dc=town,dc=example\"\n",
	    keys);

	assert_true(keyring_make_file(keys, &at.error));
	(void)scratch_write(&at.scratch, "kairan.conf", text, strlen(text), 0600);
	if (!setup_load(at.scratch.path, &loaded, &at.error))
		fail_msg("%s", at.error.text);
	return loaded;
}

static const struct {
	const char *what;
	const char *language;
	enum duty duties[3];
	enum reason obstacle; /* of each of them */
	enum reason password;
	bool is_administrator;
	const char *name;   /* of the duties together */
	const char *has[4]; /* in the text */
	const char *lacks[3];
} cases[] = {
	{ "staff",
	  "ja",
	  { DUTY_STAFF },
	  REASON_NONE,
	  REASON_NONE,
	  false,
	  "配信担当者",
	  { "200 文字", "a0@x 広報0", "取下げ", "incident@info" },
	  { "「承認」", "できないこと", "第10条" } },
	{ "staff, in English",
	  "en",
	  { DUTY_STAFF },
	  REASON_NONE,
	  REASON_NONE,
	  false,
	  "staff",
	  { "200 characters", "a0@x", "[URGENT]", "incident@info" },
	  { "\"approve\"", "cannot", "form 1" } },
	{ "approver",
	  "ja",
	  { DUTY_APPROVER },
	  REASON_NONE,
	  REASON_NONE,
	  false,
	  "配信責任者",
	  { "「承認」", "「停止」", "訂正文", "課0" },
	  { "200 文字", "a0@x", "第10条" } },
	{ "delegate, in English",
	  "en",
	  { DUTY_DELEGATE },
	  REASON_NONE,
	  REASON_NONE,
	  false,
	  "delegate",
	  { "\"approve\"", "\"stop\"", "correction", NULL },
	  { "a0@x", "cannot", NULL } },
	{ "staff here, approver there",
	  "ja",
	  { DUTY_STAFF, DUTY_APPROVER, DUTY_STAFF },
	  REASON_NONE,
	  REASON_NONE,
	  false,
	  "配信担当者、配信責任者",
	  { "配信を頼む（課0、課2）", "決める（課1）", "200 文字", "「承認」" },
	  { NULL } },
	{ "a suspended approver",
	  "ja",
	  { DUTY_APPROVER },
	  REASON_SUSPENDED,
	  REASON_NONE,
	  false,
	  "配信責任者",
	  { "今はできないこと", "配信責任者（課0）", "第6条", NULL },
	  { "「承認」", "訂正文", NULL } },
	{ "both duties",
	  "en",
	  { DUTY_APPROVER },
	  REASON_BOTH_DUTIES,
	  REASON_NONE,
	  false,
	  "approver",
	  { "cannot do now", "approver (課0)", "Art. 4", NULL },
	  { "\"approve\"", NULL } },
	{ "an old password",
	  "ja",
	  { DUTY_STAFF },
	  REASON_NONE,
	  REASON_PASSWORD_OLD,
	  false,
	  "配信担当者",
	  { "第12条", "200 文字", NULL },
	  { NULL } },
	{ "an administrator",
	  "ja",
	  { DUTY_NONE },
	  REASON_NONE,
	  REASON_NONE,
	  true,
	  "システム管理者",
	  { "kairanctl status", "incident@info", NULL },
	  { "第10条", "「承認」", "200 文字" } },
	{ "nobody",
	  "ja",
	  { DUTY_NONE },
	  REASON_NONE,
	  REASON_NONE,
	  false,
	  "",
	  { "第10条", "incident@info", NULL },
	  { "「承認」", "200 文字", NULL } },
	{ "nobody, in English",
	  "en",
	  { DUTY_NONE },
	  REASON_NONE,
	  REASON_NONE,
	  false,
	  "",
	  { "Art. 10", "incident@info", NULL },
	  { "\"approve\"", NULL } },
};

static struct abilities *make(size_t which)
{
	struct abilities *abilities = abilities_new(cases[which].language);

	for (size_t i = 0; i < G_N_ELEMENTS(cases[which].duties); i++) {
		g_autofree char *section = g_strdup_printf("課%zu", i);

		if (cases[which].duties[i] != DUTY_NONE)
			abilities_add(abilities, cases[which].duties[i], section,
				      cases[which].obstacle);
	}
	g_ptr_array_add(abilities->addresses, g_strdup("a0@x 広報0"));
	abilities->password = cases[which].password;
	abilities->is_administrator = cases[which].is_administrator;
	return abilities;
}

static void check_lines(const char *what, const char *text)
{
	size_t lines = 1;

	for (const char *c = text; *c != '\0'; c++)
		lines += *c == '\n';
	if (lines > SCREEN_LINES)
		fail_msg("%s: %zu lines:\n%s", what, lines, text);
	if (strstr(text, "help.") != NULL || strstr(text, "${") != NULL)
		fail_msg("%s: a phrase is missing:\n%s", what, text);
}

static void test_by_table(void **state)
{
	struct setup *loaded = load_setup();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct abilities *abilities = make(i);
		g_autofree char *name = abilities_name_duties(abilities, loaded);
		g_autofree char *text = abilities_write(abilities, loaded);

		assert_string_equal(name, cases[i].name);
		for (size_t k = 0; k < 4 && cases[i].has[k] != NULL; k++)
			if (strstr(text, cases[i].has[k]) == NULL)
				fail_msg("%s: no %s in:\n%s", cases[i].what,
					 cases[i].has[k], text);
		for (size_t k = 0; k < 3 && cases[i].lacks[k] != NULL; k++)
			if (strstr(text, cases[i].lacks[k]) != NULL)
				fail_msg("%s: %s in:\n%s", cases[i].what,
					 cases[i].lacks[k], text);
		check_lines(cases[i].what, text);
		abilities_free(abilities);
	}
	setup_unref(loaded);
}

/* Whoever is everything everywhere still has one screen. */
static void test_many_sections(void **state)
{
	static const char *const languages[] = { "ja", "en" };
	struct setup *loaded = load_setup();

	(void)state;
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		struct abilities *abilities = abilities_new(languages[l]);
		g_autofree char *text = NULL;

		for (size_t i = 0; i < 12; i++) {
			abilities_add(abilities, DUTY_STAFF, "課", REASON_NONE);
			abilities_add(abilities, DUTY_DELEGATE, "係", REASON_NONE);
			g_ptr_array_add(abilities->addresses, g_strdup("a@x 広報"));
		}
		abilities->is_administrator = true;
		text = abilities_write(abilities, loaded);
		check_lines(languages[l], text);
		assert_non_null(strstr(text, l == 0 ? "ほか 9 件" : "and 9 more"));
		assert_non_null(strstr(text, l == 0 ? "ほか 7 件" : "and 7 more"));
		abilities_free(abilities);
	}
	setup_unref(loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_by_table),
		TEST(test_many_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

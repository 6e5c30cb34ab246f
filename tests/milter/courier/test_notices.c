/*
 * NAME
 *	test_notices - what the reader of a notice can do with it
 *
 * DESCRIPTION
 *	Every kind, in both languages, as a mail: what is about a draft can be answered, by an
 *	address that takes the answer. All others say whom to ask; but for those to the
 *	administrators, who are asked. Whatever is about a password (Art. 12) says where it is
 *	changed.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keyring.h"
#include "milter/core/notice.h"
#include "milter/courier/notice_render.h"
#include "milter/mail/message.h"
#include "policy/service_address.h"
#include "policy/verdict.h"
#include "schema/store_release.h"
#include "tests/schema/store_fixture.h"
#include "tests/schema/subscribe.h"

#define DOMAIN "info.town.example"

static const char *const languages[] = { "ja", "en" };

/* Kinds that are about a draft, to its people. */
static const char *const of_drafts[] = {
	NOTICE_REQUEST,     NOTICE_RECEIPT,       NOTICE_AGAIN,
	NOTICE_APPROVED,    NOTICE_REMINDER,      NOTICE_SENT_BACK,
	NOTICE_WITHDRAWN,   NOTICE_APPROVED_REST, NOTICE_EXPIRED,
	NOTICE_STAYS,       NOTICE_STAYED,        NOTICE_RELEASED,
	NOTICE_STOPPED,     NOTICE_UNCLEAR,       NOTICE_NOT_ASKED,
	NOTICE_NOT_COUNTED, NOTICE_ALREADY,       NOTICE_CONFIRM_URGENT,
	NOTICE_ASK_AGAIN,   NOTICE_UNANSWERED,    NULL
};

/* Kinds to the administrators. */
static const char *const of_administrators[] = {
	NOTICE_ALARM,    NOTICE_ALARM_OVER,      NOTICE_REPORT_YEAR,   NOTICE_REPORT,
	NOTICE_INCIDENT, NOTICE_INSTRUCT_ANSWER, NOTICE_ADMINISTRATOR, NULL
};

static struct setup *load_setup(const char *more)
{
	struct setup *loaded = NULL;
	g_autofree char *keys = g_strdup(scratch_path(&at.scratch, "token.keys"));
	g_autofree char *text = g_strdup_printf(
	    "service_domain = \"" DOMAIN "\"\nkey_file = \"%s\"\n"
	    "template_dir = \"" SRCDIR "/conf/templates\"\n"
	    "ldap_uri = \"ldap://127.0.0.1:9\"\nldap_base = \"dc=town,dc=example\"\n%s",
	    keys, more);

	if (!g_file_test(keys, G_FILE_TEST_EXISTS))
		assert_true(keyring_make_file(keys, &at.error));
	(void)scratch_write(&at.scratch, "kairan.conf", text, strlen(text), 0600);
	if (!setup_load(at.scratch.path, &loaded, &at.error))
		fail_msg("%s", at.error.text);
	return loaded;
}

/* A draft that waits, of an author (0) and an approver (1). */
static int64_t make_held_draft(void)
{
	static const struct {
		const char *role, *uid;
	} people[] = { { "staff", "bosai-staff1" }, { "approver", "bosai-chief" } };
	struct draft *draft;
	int64_t id;

	begin(&at);
	draft = insert_draft(&at, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(people); i++) {
		const struct party party = { .number = (int64_t)i,
					     .role = (char *)people[i].role,
					     .uid = (char *)people[i].uid,
					     .dn = (char *)people[i].uid,
					     .mail = (char *)"p@town.example",
					     .name = (char *)"x",
					     .language = (char *)"ja" };

		assert_true(
		    store_draft_insert_party(at.store, draft->id, &party, &at.error));
	}
	id = draft->id;
	commit(&at);
	draft_free(draft);
	return id;
}

/* The mail's text, and its Reply-To ("": none). */
struct rendered {
	char *text;
	char *reply_to;
};

static struct rendered render(const struct setup *loaded, const char *kind,
			      const char *language, int64_t draft, int64_t party,
			      const char *facts)
{
	const struct outbox_notice notice = { .id = 7,
					      .kind = (char *)kind,
					      .draft = draft,
					      .party = draft != 0 ? party : -1,
					      .mail = (char *)"p@town.example",
					      .name = (char *)"x",
					      .language = (char *)language,
					      .facts = (char *)facts,
					      .created_at = 1000 };
	struct rendered rendered = { NULL, NULL };
	struct message_text text = { 0 };
	struct message *message = NULL;
	struct notice_mail mail;
	const char *reply_to;

	if (notice_render(loaded, at.store, &notice, &mail, &at.error) != ANSWER_YES ||
	    !message_parse(mail.octets, mail.length, &message, &at.error))
		fail_msg("%s/%s: %s", language, kind, at.error.text);
	reply_to = message_get_header(message, "Reply-To", 0);
	/* A request has the draft in it, and is not read as a reply is. */
	if (message_read_reply(message, &text, NULL) != MESSAGE_TEXT_OK)
		assert_non_null(reply_to);
	rendered.text = g_strdup(text.text != NULL ? text.text : "");
	rendered.reply_to = g_strdup(reply_to != NULL ? reply_to : "");
	message_text_free(&text);
	message_free(message);
	notice_mail_clear(&mail);
	return rendered;
}

static void clear(struct rendered *rendered)
{
	g_free(rendered->text);
	g_free(rendered->reply_to);
}

/* Does an answer to it reach an intake, with a token that is whole? */
static bool takes_answers(const char *reply_to)
{
	g_autofree char *folded = g_strstrip(g_strdup(reply_to));
	struct service_address service;
	struct address address;

	if (!address_read(folded, &address, NULL))
		return false;
	service_address_read(&address, DOMAIN, "kairan", &service);
	return service.kind != SERVICE_NONE && service.kind != SERVICE_UNKNOWN &&
	       service.token != NULL && !service.is_cut;
}

static bool is_one_of(const char *const *kinds, const char *kind)
{
	return g_strv_contains(kinds, kind);
}

static void test_each_kind_is_answered_or_says_whom_to_ask(void **state)
{
	struct setup *loaded = load_setup("help_contact = \"内線 555\"\n");
	const int64_t draft = make_held_draft();

	(void)state;
	for (const char *const *kind = notice_kinds(); *kind != NULL; kind++) {
		const bool is_of_draft = is_one_of(of_drafts, *kind);

		for (size_t l = 0; l < COUNT(languages); l++) {
			for (int64_t party = 0; party < (is_of_draft ? 2 : 1); party++) {
				struct rendered mail =
				    render(loaded, *kind, languages[l],
					   is_of_draft ? draft : 0, party, "{}");
				const bool answered = takes_answers(mail.reply_to);
				const bool asks = strstr(mail.text, "内線 555") != NULL;

				if (*mail.reply_to != '\0' && !answered)
					fail_msg("%s/%s: nobody takes answers to %s",
						 languages[l], *kind, mail.reply_to);
				if (is_of_draft && !answered)
					fail_msg("%s/%s: has no Reply-To", languages[l],
						 *kind);
				if (!answered && !asks &&
				    !is_one_of(of_administrators, *kind))
					fail_msg("%s/%s: says not whom to ask",
						 languages[l], *kind);
				clear(&mail);
			}
		}
	}
	setup_unref(loaded);
}

/* Without the setting they are the administrators, at the address that reaches them. */
static void test_whom_to_ask_by_default(void **state)
{
	struct setup *loaded = load_setup("");

	(void)state;
	for (size_t l = 0; l < COUNT(languages); l++) {
		struct rendered mail =
		    render(loaded, NOTICE_MISADDRESSED, languages[l], 0, -1, "{}");

		assert_non_null(strstr(mail.text, " <postmaster@" DOMAIN ">"));
		clear(&mail);
	}
	setup_unref(loaded);
}

static void check_password(const struct setup *loaded, const char *kind,
			   const char *reason, const char *where, bool wanted)
{
	g_autofree char *facts = reason != NULL
				     ? g_strdup_printf("{\"reason_key\":\"%s\"}", reason)
				     : g_strdup("{}");

	for (size_t l = 0; l < COUNT(languages); l++) {
		struct rendered mail = render(loaded, kind, languages[l], 0, -1, facts);

		if ((strstr(mail.text, where) != NULL) != wanted)
			fail_msg("%s/%s (%s): %s in:\n%s", languages[l], kind,
				 reason != NULL ? reason : "", where, mail.text);
		clear(&mail);
	}
}

static void test_what_is_about_a_password_says_where(void **state)
{
	static const char place[] = "https://password.town.example/";
	struct setup *told =
	    load_setup("password_help = \"https://password.town.example/\"\n");
	struct setup *asked = load_setup("help_contact = \"内線 555\"\n");

	(void)state;
	check_password(told, NOTICE_PASSWORD_WARNING, NULL, place, true);
	check_password(asked, NOTICE_PASSWORD_WARNING, NULL, ": 内線 555", true);
	for (enum reason reason = 0; reason < REASON_COUNT; reason++) {
		const char *name = reason_name(reason);
		const bool wanted = g_str_has_prefix(name, "password-");

		check_password(told, NOTICE_REFUSED, name, place, wanted);
		check_password(told, NOTICE_NOT_COUNTED, name, place, wanted);
		check_password(asked, NOTICE_REFUSED, name, ": 内線 555", wanted);
	}
	setup_unref(told);
	setup_unref(asked);
}

/* Facts as people and machines outside may make them: each of them in every name. */
static void test_hostile_facts_can_be_rendered(void **state)
{
	static const char *const hostile[] = {
		"a\r\nBcc: x@evil.example\r\n\r\n.\r\nb",
		"\033[31mred\007\177",
		"\f\v\b\x01\x1f",
		"\xc2\x85\xc2\x9b"
		"31m",
		"\xff\xfe\x80"
		" no UTF-8 \xc3",
		"\xe2\x80\xae"
		"txt.exe\xe2\x81\xa6",
		"\xe2\x80\xa8"
		"line\xe2\x80\xa9",
		"${subject} ${nothing} <script>alert(1)</script>",
		"\"'\\ --=_kairan_"
	};
	struct setup *loaded = load_setup("");
	const int64_t draft = make_held_draft();
	g_autofree char *megabyte = g_strnfill(1024 * 1024, 'x');

	(void)state;
	for (size_t h = 0; h <= COUNT(hostile); h++) {
		const char *value = h < COUNT(hostile) ? hostile[h] : megabyte;
		json_t *object = json_object();
		char *facts;

		for (const char *const *name = notice_names(); *name != NULL; name++) {
			char *one = notice_make_facts("x", value, NULL);
			json_t *made = json_loads(one, 0, NULL);

			/* A megabyte in each of them would be no mail of ours. */
			if (h < COUNT(hostile) || strcmp(*name, "subject") == 0 ||
			    strcmp(*name, "quoted_text") == 0)
				json_object_set(object, *name,
						json_object_get(made, "x"));
			json_decref(made);
			free(one);
		}
		facts = json_dumps(object, JSON_COMPACT);
		for (const char *const *kind = notice_kinds(); *kind != NULL; kind++) {
			for (size_t l = 0; l < COUNT(languages); l++) {
				const bool is_of_draft = is_one_of(of_drafts, *kind);
				struct rendered mail =
				    render(loaded, *kind, languages[l],
					   is_of_draft ? draft : 0, 1, facts);

				assert_null(strstr(mail.text, "\033"));
				clear(&mail);
			}
		}
		free(facts);
		json_decref(object);
	}
	setup_unref(loaded);
}

static void check_quoted(const char *text, const char *wanted)
{
	g_autofree char *quoted = notice_quote_text(text);

	assert_string_equal(quoted, wanted);
}

/* Facts that are none, values that are no text, and a language that there is not: a plain mail,
 * which says so. Where not even the address can be written there is none. */
static void test_what_cannot_be_rendered_is_plain(void **state)
{
	struct setup *loaded = load_setup("help_contact = \"内線 555\"\n");
	struct outbox_notice notice = { .id = 7,
					.kind = (char *)NOTICE_INCIDENT,
					.party = -1,
					.mail = (char *)"p@town.example",
					.name = (char *)"x",
					.language = (char *)"ja",
					.facts = (char *)"{\"detail\": \"漏えい",
					.created_at = 1000 };
	struct notice_mail mail;
	struct message *message = NULL;
	struct message_text text = { 0 };

	(void)state;
	check_quoted("a\r\n承認\rb\xc2\x85"
		     "c",
		     "> a\n> 承認\n> b\n> c");
	assert_int_equal(notice_render(loaded, at.store, &notice, &mail, &at.error),
			 ANSWER_NO);
	assert_non_null(strstr(at.error.text, "JSON"));
	assert_true(message_parse(mail.octets, mail.length, &message, &at.error));
	assert_int_equal(message_read_text(message, &text, NULL), MESSAGE_TEXT_OK);
	assert_non_null(strstr(text.text, "> {\"detail\": \"漏えい"));
	assert_non_null(strstr(text.text, "内線 555"));
	message_text_free(&text);
	message_free(message);
	notice_mail_clear(&mail);
	notice.facts = (char *)"{\"quoted_text\": 3, \"subject\": null}";
	assert_int_equal(notice_render(loaded, at.store, &notice, &mail, &at.error),
			 ANSWER_YES);
	notice_mail_clear(&mail);
	notice.language = (char *)"xx";
	assert_int_equal(notice_render(loaded, at.store, &notice, &mail, &at.error),
			 ANSWER_NO);
	assert_non_null(mail.octets);
	notice_mail_clear(&mail);
	notice.mail = (char *)"no address";
	assert_int_equal(notice_render(loaded, at.store, &notice, &mail, &at.error),
			 ANSWER_NO);
	assert_null(mail.octets);
	notice_mail_clear(&mail);
	setup_unref(loaded);
}

static int start(void **state)
{
	(void)state;
	return message_init(NULL) ? 0 : -1;
}

/* ---- one language ---- */

/* In the sample draft (tests/schema/store_fixture.h). */
#define DRAFT_WORDS "明日は訓練です。|訓練"

/* Which fact names a phrase of a group. */
static const struct {
	const char *group, *fact;
} keyed[] = {
	{ "reason.", "reason_key" },
	{ "alarm.", "alarm_key" },
	{ "alarm-kind.", "kind_key" },
	{ "advice.", "advice_key" },
	{ "obstacle.", "obstacle_key" },
	{ "unreadable.", "unreadable_key" },
	{ "note.", "note_key" },
	{ "role.", "duty_key" },
	{ "change.", "change_key" },
	{ "password.", "password_key" },
	{ "form.", "form_key" },
	{ "application.", "decision_key" },
	{ "refused.", "sent_key" },
	{ "stays.", "stays_key" },
	{ "report.audit-fault.", "audit_fault" },
};

/* What is the same in both languages: commands, settings, what a person writes, and the sample
 * draft of the tests. */
static char *without_names(const char *text)
{
	static const char pattern[] =
	    "kairanctl [a-z -]+|systemctl [a-z -]+|[a-z_]+_[a-z_]+|\\S+@\\S+|【緊急】|"
	    "Send-At: [0-9: -]+|\\$\\{[a-z_]+\\}|" DRAFT_WORDS;
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_OPTIMIZE, 0, NULL);

	assert_non_null(regex);
	return g_regex_replace_literal(regex, text, -1, 0, "", 0, NULL);
}

/* The first words of another language; NULL: none. Free with g_free(). */
static char *find_foreign(const char *language, const char *text)
{
	const char *pattern = strcmp(language, "ja") == 0
				  ? "[a-z]{2,}[,.]? [a-z]{2,}"
				  : "[\\p{Hiragana}\\p{Katakana}\\p{Han}「」、。（）]+";
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autofree char *rest = without_names(text);
	GMatchInfo *match = NULL;
	char *found = NULL;

	if (g_regex_match(regex, rest, 0, &match))
		found = g_match_info_fetch(match, 0);
	g_match_info_unref(match);
	return found;
}

static void check_language(const struct setup *loaded, const char *kind,
			   const char *language, int64_t draft, const char *facts)
{
	struct rendered mail = render(loaded, kind, language, draft, 1, facts);
	g_autofree char *foreign = find_foreign(language, mail.text);

	if (foreign != NULL)
		fail_msg("%s/%s with %s: \"%s\" in:\n%s", language, kind, facts, foreign,
			 mail.text);
	clear(&mail);
}

/* Every phrase that can stand in this notice. */
static void check_phrases(const struct setup *loaded, const char *kind,
			  const char *language, int64_t draft)
{
	g_autofree char *path = g_strdup_printf("%s/%s/phrases.txt",
						loaded->settings->template_dir, language);
	g_autofree char *file = NULL;
	g_auto(GStrv) lines = NULL;

	assert_true(g_file_get_contents(path, &file, NULL, NULL));
	lines = g_strsplit(file, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(keyed); k++) {
			const size_t length = strlen(keyed[k].group);
			g_autofree char *word = NULL;
			g_autofree char *facts = NULL;

			if (!g_str_has_prefix(lines[i], keyed[k].group))
				continue;
			word = g_strndup(lines[i] + length,
					 (gsize)(strstr(lines[i], " = ") - lines[i]) -
					     length);
			facts = g_strdup_printf(
			    "{\"%s\":\"%s%s\",\"read_place\":\"3\",\"days_left\":\"1\"}",
			    keyed[k].fact, word,
			    strcmp(keyed[k].fact, "audit_fault") == 0 ? " 15" : "");
			check_language(loaded, kind, language, draft, facts);
		}
	}
}

/* No English in a Japanese mail, nor the reverse, whatever the reason or alarm is. */
static void test_each_mail_is_in_one_language(void **state)
{
	struct setup *loaded = load_setup("help_contact = \"555\"\n");
	const int64_t draft = make_held_draft();

	(void)state;
	for (const char *const *kind = notice_kinds(); *kind != NULL; kind++)
		for (size_t l = 0; l < COUNT(languages); l++)
			check_phrases(loaded, *kind, languages[l],
				      is_one_of(of_drafts, *kind) ? draft : 0);
	setup_unref(loaded);
}

/* What kairan itself says in the details of an alarm is in the reader's language, with what it is
 * about. */
static void test_details_of_alarms(void **state)
{
	struct setup *loaded = load_setup("");
	g_autofree char *path =
	    g_strdup_printf("%s/en/phrases.txt", loaded->settings->template_dir);
	g_autofree char *file = NULL;
	g_auto(GStrv) lines = NULL;
	int count = 0;

	(void)state;
	assert_true(g_file_get_contents(path, &file, NULL, NULL));
	lines = g_strsplit(file, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *said = strstr(lines[i], " = ");
		GString *filled;
		g_autofree char *detail = NULL, *facts = NULL;
		struct rendered mail;

		if (!g_str_has_prefix(lines[i], "said."))
			continue;
		filled = g_string_new(said + strlen(" = "));
		g_string_replace(filled, "${said_1}", "/A/1", 0);
		g_string_replace(filled, "${said_2}", "/B/2", 0);
		g_string_replace(filled, "${said_3}", "/C/3", 0);
		g_string_replace(filled, "\"", "\\\"", 0);
		detail = g_string_free(filled, FALSE);
		facts = g_strdup_printf(
		    "{\"alarm_key\":\"store-shut\",\"detail\":\"%s\"}", detail);
		check_language(loaded, NOTICE_ALARM, "ja", 0, facts);
		mail = render(loaded, NOTICE_ALARM, "ja", 0, 1, facts);
		for (const char *one = "/A/1\0/B/2\0/C/3\0"; *one != '\0';
		     one += strlen(one) + 1)
			if (strstr(detail, one) != NULL && strstr(mail.text, one) == NULL)
				fail_msg("%s: %s is not in:\n%s", lines[i], one,
					 mail.text);
		clear(&mail);
		count++;
	}
	assert_true(count > 20);
	setup_unref(loaded);
}

/* What others have said stays as it is. */
static void test_details_of_others(void **state)
{
	struct setup *loaded = load_setup("");
	struct rendered mail = render(
	    loaded, NOTICE_ALARM, "ja", 0, 1,
	    "{\"alarm_key\":\"unsent\",\"detail\":\"451 4.3.0 is now (.*) ${x}\"}");

	(void)state;
	assert_non_null(strstr(mail.text, "451 4.3.0 is now (.*) ${x}"));
	clear(&mail);
	setup_unref(loaded);
}

/* That test can fail. */
static void test_another_language_is_found(void **state)
{
	g_autofree char *english =
	    find_foreign("ja", "詳細 charset us-ascii: line 1, not in this charset");
	g_autofree char *japanese = find_foreign("en", "Where: 本文の 3 行目");
	g_autofree char *none = find_foreign(
	    "ja", "kairanctl directory check で a@town.example を確かめてください。");

	(void)state;
	assert_non_null(english);
	assert_non_null(japanese);
	assert_null(none);
}

static void join(const char *address)
{
	begin(&at);
	assert_int_equal(subscribe("bosai", address, 1000), ANSWER_YES);
	commit(&at);
}

static void check_subscribers(const struct setup *loaded, int64_t draft,
			      const char *wanted)
{
	struct rendered mail = render(loaded, NOTICE_RECEIPT, "ja", draft, 0, "{}");

	if (strstr(mail.text, wanted) == NULL)
		fail_msg("%s: %s", wanted, mail.text);
	clear(&mail);
}

/* It goes to who is in the list when it begins to go out: until then a notice tells how many they
 * are now, and from then on how many it went to, without a look at the list. */
static void test_how_many_it_goes_to(void **state)
{
	struct setup *loaded = load_setup("");
	const int64_t id = make_held_draft();
	const struct shard_cut cut = { .draft = id,
				       .audience = { "bosai", 0, "" },
				       .shard_size = 10,
				       .now = 1600,
				       .texts = 1 };
	struct draft_step step = { .to = DRAFT_RELEASING,
				   .event = { .at = 1600,
					      .uid = "kairan",
					      .role = "system",
					      .action = "test" } };
	struct draft *draft = NULL;

	(void)state;
	join("a@phone.example");
	check_subscribers(loaded, id, "利用者   1 人");
	join("b@phone.example");
	check_subscribers(loaded, id, "利用者   2 人");
	begin(&at);
	assert_int_equal(store_draft_find(at.store, id, &draft, &at.error), ANSWER_YES);
	enter_state(&at, draft, DRAFT_APPROVED, 1500);
	assert_true(store_release_cut(at.store, &cut, &step.recipients, &at.error));
	assert_int_equal(store_draft_enter(at.store, draft, &step, &at.error),
			 ANSWER_YES);
	commit(&at);
	join("c@phone.example");
	check_subscribers(loaded, id, "利用者   2 人");
	draft_free(draft);
	setup_unref(loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_kind_is_answered_or_says_whom_to_ask),
		TEST(test_whom_to_ask_by_default),
		TEST(test_what_is_about_a_password_says_where),
		TEST(test_hostile_facts_can_be_rendered),
		TEST(test_what_cannot_be_rendered_is_plain),
		TEST(test_each_mail_is_in_one_language),
		TEST(test_details_of_alarms),
		TEST(test_details_of_others),
		TEST(test_another_language_is_found),
		TEST(test_how_many_it_goes_to),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}

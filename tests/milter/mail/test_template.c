/*
 * NAME
 *	test_template - the mails to people, and the module that fills them in
 *
 * DESCRIPTION
 *	The first half reads the real templates: both languages say the same things, every
 *	name in the program has its phrase, and nothing in a mail decides by being sent
 *back. The second half makes templates of its own, good and broken.
 *
 * DIAGNOSTICS
 *	The file and what is wrong with it, before the test that fails.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "milter/core/notice.h"
#include "milter/mail/message_text_status.h"
#include "milter/mail/template.h"
#include "policy/columns.h"
#include "policy/duties.h"
#include "policy/lifecycle.h"
#include "policy/reply_words.h"
#include "policy/verdict.h"

#define TEMPLATES SRCDIR "/conf/templates"
#define COLUMNS   76 /* of the widest line, so that nothing wraps in a plain reader */

static const char *const languages[] = { "ja", "en" };

static char *read_real(const char *language, const char *file)
{
	g_autofree char *path = g_strdup_printf(TEMPLATES "/%s/%s", language, file);
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		fail_msg("%s cannot be read", path);
	return text;
}

static struct templates *load_real(void)
{
	struct templates *templates = NULL;
	struct kairan_error error = { "" };

	if (!template_load_all(TEMPLATES, notice_kinds(), notice_names(), &templates,
			       &error))
		fail_msg("%s", error.text);
	return templates;
}

static int compare_strings(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Sorted, joined by blanks, each once. Takes the array. */
static char *join_sorted(GPtrArray *array)
{
	GString *joined = g_string_new(NULL);
	const char *last = NULL;

	g_ptr_array_sort(array, compare_strings);
	for (guint i = 0; i < array->len; i++) {
		const char *one = g_ptr_array_index(array, i);

		if (last == NULL || strcmp(last, one) != 0)
			g_string_append_printf(joined, "%s ", one);
		last = one;
	}
	g_ptr_array_unref(array);
	return g_string_free(joined, FALSE);
}

static char *list_files(const char *language)
{
	g_autofree char *path = g_strdup_printf(TEMPLATES "/%s", language);
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;

	assert_non_null(folder);
	/* kairanctl's English is in its source (tests/test_said.py). */
	while ((name = g_dir_read_name(folder)) != NULL)
		if (strcmp(name, "kairanctl.txt") != 0)
			g_ptr_array_add(files, g_strdup(name));
	g_dir_close(folder);
	return join_sorted(files);
}

static char *list_placeholders(const char *text)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	while ((text = strstr(text, "${")) != NULL) {
		size_t length = strcspn(text += 2, "}");

		g_ptr_array_add(names, g_strndup(text, length));
	}
	return join_sorted(names);
}

static char *list_keys(const char *language)
{
	g_autofree char *text = read_real(language, "phrases.txt");
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
	char **lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *equals = strstr(lines[i], " = ");

		if (lines[i][0] == '#' || lines[i][0] == '\0')
			continue;
		if (equals == NULL || equals[3] == '\0')
			fail_msg("%s/phrases.txt:%zu: says nothing", language, i + 1);
		g_ptr_array_add(keys, g_strndup(lines[i], (gsize)(equals - lines[i])));
	}
	g_strfreev(lines);
	return join_sorted(keys);
}

/* ---- the real templates ---- */

static void test_real_templates_load(void **state)
{
	struct templates *templates = load_real();

	(void)state;
	assert_non_null(templates);
	template_free_all(templates);
}

static void test_languages_have_the_same_files(void **state)
{
	g_autofree char *ja = list_files("ja");
	g_autofree char *en = list_files("en");
	GPtrArray *expected = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *known = NULL;

	(void)state;
	for (size_t i = 0; notice_kinds()[i] != NULL; i++)
		g_ptr_array_add(expected, g_strdup_printf("%s.txt", notice_kinds()[i]));
	g_ptr_array_add(expected, g_strdup("phrases.txt"));
	g_ptr_array_add(expected, g_strdup("web.txt"));
	g_ptr_array_add(expected, g_strdup("web.html"));
	g_ptr_array_add(expected, g_strdup("report.html"));
	g_ptr_array_add(expected, g_strdup("report-year.html"));
	g_ptr_array_add(expected, g_strdup("request.html"));
	known = join_sorted(expected);
	assert_string_equal(ja, known);
	assert_string_equal(en, known);
}

static void check_twins(const char *file)
{
	g_autofree char *ja = read_real("ja", file);
	g_autofree char *en = read_real("en", file);
	g_autofree char *ja_names = list_placeholders(ja);
	g_autofree char *en_names = list_placeholders(en);

	if (strcmp(ja_names, en_names) != 0)
		fail_msg("%s: ja has %s, en has %s", file, ja_names, en_names);
}

static void test_languages_have_the_same_placeholders(void **state)
{
	(void)state;
	for (size_t i = 0; notice_kinds()[i] != NULL; i++) {
		g_autofree char *file = g_strdup_printf("%s.txt", notice_kinds()[i]);

		check_twins(file);
	}
	check_twins("web.txt");
	check_twins("web.html");
	check_twins("report.html");
	check_twins("report-year.html");
	check_twins("request.html");
}

static void check_html_twin(const char *kind)
{
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		g_autofree char *text_file = g_strconcat(kind, ".txt", NULL);
		g_autofree char *html_file = g_strconcat(kind, ".html", NULL);
		g_autofree char *text = read_real(languages[l], text_file);
		g_autofree char *html = read_real(languages[l], html_file);
		g_autofree char *text_names = list_placeholders(text);
		g_autofree char *html_names = list_placeholders(html);

		assert_string_equal(html_names, text_names);
	}
}

static void test_html_says_the_same(void **state)
{
	(void)state;
	check_html_twin(NOTICE_REQUEST);
	check_html_twin(NOTICE_REPORT);
}

/* The report looks the same in both languages. */
static void test_report_has_one_style(void **state)
{
	g_autofree char *ja = read_real("ja", "report.html");
	g_autofree char *en = read_real("en", "report.html");
	const char *style = strstr(ja, "<style>");
	g_autofree char *whole = NULL;

	(void)state;
	assert_non_null(style);
	assert_non_null(strstr(style, "</style>"));
	whole = g_strndup(style, (gsize)(strstr(style, "</style>") - style));
	assert_non_null(strstr(en, whole));
}

/* What the one who gets a notice cannot do without. */
static void test_needed_facts_are_there(void **state)
{
	static const struct {
		const char *kind;
		const char *names;
	} cases[] = {
		{ NOTICE_REQUEST,
		  "subject text author_name author_mail section_name broadcast_name "
		  "broadcast "
		  "subscribers characters limit expires_at approve_link send_back_link" },
		{ NOTICE_RECEIPT, "subject asked expires_at withdraw_link" },
		{ NOTICE_REFUSED,
		  "subject broadcast characters limit reason_text detail places "
		  "sent_heading quoted_text" },
		{ NOTICE_AGAIN, "subject draft state broadcast" },
		{ NOTICE_APPROVED, "subject decider_name decided_at" },
		{ NOTICE_SENT_BACK, "subject draft_text reason decider_name again_how" },
		{ NOTICE_WITHDRAWN, "subject author_name" },
		{ NOTICE_EXPIRED, "subject expires_at again_how" },
		{ NOTICE_RELEASED,
		  "subject recipients released_at duration decider_name" },
		{ NOTICE_STOPPED, "subject reason" },
		{ NOTICE_UNCLEAR,
		  "subject obstacle_text in_the_way unreadable_text teach_when teach_link" },
		{ NOTICE_ALREADY, "subject state decider_name decided_at" },
		{ NOTICE_NOT_COUNTED, "subject reason_text" },
		{ NOTICE_OUT_OF_SERVICE, "broadcast suspended_until suspended_reason" },
		{ NOTICE_NOT_ASKED, "subject reason_text expires_at withdraw_link" },
		{ NOTICE_ALARM, "alarm_text detail" },
		{ NOTICE_PASSWORD_WARNING, "days_left password_until" },
		{ NOTICE_REPORT,
		  "report_period report_broadcasts report_weeks report_drafts "
		  "report_times report_arrivals report_refusals report_subscribers report_bounces "
		  "report_dormant report_audit" },
		{ NOTICE_DUTY_CHANGED,
		  "section_name change_text duty_name person_name noted_at" },
		{ NOTICE_INSTRUCT, "section_name person_name reason" },
		{ NOTICE_INCIDENT, "person_name person_mail subject quoted_text" },
		{ NOTICE_INCIDENT_RECEIPT, "subject quoted_text noted_at" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			g_autofree char *file = g_strdup_printf("%s.txt", cases[i].kind);
			g_autofree char *text = read_real(languages[l], file);
			char **names = g_strsplit(cases[i].names, " ", -1);

			for (size_t n = 0; names[n] != NULL; n++) {
				g_autofree char *wanted =
				    g_strdup_printf("${%s}", names[n]);

				if (strstr(text, wanted) == NULL)
					fail_msg("%s/%s has no %s", languages[l], file,
						 wanted);
			}
			g_strfreev(names);
		}
	}
}

/* A stranger's reply is answered about the subject only: no text, nothing to decide with.
 */
static void test_not_counted_gives_nothing_away(void **state)
{
	static const char *const secrets[] = { "${text}",          "${quoted_text}",
					       "${approve_link}",  "${send_back_link}",
					       "${withdraw_link}", "${reply_address}",
					       "${draft_text}" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(secrets); i++) {
		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			g_autofree char *text =
			    read_real(languages[l], "not-counted.txt");

			assert_null(strstr(text, secrets[i]));
		}
	}
}

static void test_html_is_for_phones(void **state)
{
	static const char *const wanted[] = { "width=device-width",
					      "white-space:pre-wrap",
					      "href=\"${approve_link}\"",
					      "href=\"${send_back_link}\"" };
	static const char *const unwanted[] = { "<style", "<script", "<img",
						"http:",  "https:",  "class=" };

	(void)state;
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		g_autofree char *html = read_real(languages[l], "request.html");

		for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
			assert_non_null(strstr(html, wanted[i]));
		for (size_t i = 0; i < G_N_ELEMENTS(unwanted); i++)
			assert_null(strstr(html, unwanted[i]));
	}
}

static void test_lines_are_short(void **state)
{
	(void)state;
	for (size_t i = 0; notice_kinds()[i] != NULL; i++) {
		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			g_autofree char *file =
			    g_strdup_printf("%s.txt", notice_kinds()[i]);
			g_autofree char *text = read_real(languages[l], file);
			char **lines = g_strsplit(text, "\n", -1);

			for (size_t n = 0; lines[n] != NULL; n++)
				if (columns_count(lines[n]) > COLUMNS)
					fail_msg("%s/%s:%zu: is too wide", languages[l],
						 file, n + 1);
			g_strfreev(lines);
		}
	}
}

/* ---- phrases ---- */

static void test_languages_have_the_same_keys(void **state)
{
	g_autofree char *ja = list_keys("ja");
	g_autofree char *en = list_keys("en");

	(void)state;
	assert_string_equal(ja, en);
}

static void check_phrase(const struct templates *templates, const char *group,
			 const char *name)
{
	g_autofree char *key = g_strdup_printf("%s.%s", group, name);

	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++)
		if (strcmp(template_get_phrase(templates, languages[l], key), key) == 0)
			fail_msg("%s/phrases.txt: has no %s", languages[l], key);
}

static void test_every_name_has_a_phrase(void **state)
{
	struct templates *templates = load_real();

	(void)state;
	for (int i = DRAFT_HELD; strcmp(lifecycle_name(i), "unknown") != 0; i++)
		check_phrase(templates, "state", lifecycle_name(i));
	for (int i = DUTY_STAFF; i <= DUTY_DELEGATE; i++)
		check_phrase(templates, "role", duty_name(i));
	check_phrase(templates, "role", "system");
	for (int i = 0; i < REASON_COUNT; i++)
		check_phrase(templates, "reason", reason_name(i));
	for (int i = REPLY_CLEAR; i <= REPLY_OBSTACLE_PARTS; i++)
		check_phrase(templates, "obstacle", reply_obstacle_name(i));
	for (int i = MESSAGE_TEXT_OK + 1; i < MESSAGE_TEXT_COUNT; i++)
		check_phrase(templates, "unreadable", message_text_status_name(i));
	template_free_all(templates);
}

/* "13-2(3)" is "第13条-2(3)" and "4" is "第4条" in Japanese. */
static char *cite(const char *language, const char *article)
{
	size_t digits = strspn(article, "0123456789");

	if (strcmp(language, "en") == 0)
		return g_strdup_printf("(Art. %s)", article);
	return g_strdup_printf("（運用規程 第%.*s条%s）", (int)digits, article,
			       article + digits);
}

static void test_reasons_name_their_article(void **state)
{
	struct templates *templates = load_real();

	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		g_autofree char *key = g_strdup_printf("reason.%s", reason_name(i));

		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			const char *phrase =
			    template_get_phrase(templates, languages[l], key);
			g_autofree char *cited = cite(languages[l], reason_article(i));
			const char *any = l == 0 ? "運用規程" : "Art.";

			if (reason_article(i)[0] != '\0' ? strstr(phrase, cited) == NULL
							 : strstr(phrase, any) != NULL)
				fail_msg("%s %s: \"%s\" against article \"%s\"",
					 languages[l], key, phrase, reason_article(i));
		}
	}
	template_free_all(templates);
}

static enum decision decide(const char *text)
{
	struct reply_words words;
	enum decision decision;

	reply_words_read(text, NULL, &words);
	decision = words.decision;
	reply_words_free(&words);
	return decision;
}

/* What a tap on a link sends must be understood, and by a first word that no phone's charset
 * garbles. */
static void test_ready_replies_decide(void **state)
{
	static const struct {
		const char *key;
		enum decision decision;
	} cases[] = {
		{ "word.approve", DECISION_APPROVE },
		{ "word.approve-urgent", DECISION_APPROVE_URGENT },
		{ "word.approve-signature", DECISION_APPROVE },
		{ "word.send-back", DECISION_SEND_BACK },
		{ "word.withdraw", DECISION_WITHDRAW },
	};
	struct templates *templates = load_real();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			const char *said =
			    template_get_phrase(templates, languages[l], cases[i].key);
			g_autofree char *first = g_strndup(said, strcspn(said, " ,"));
			g_autofree char *reason = g_strconcat(said, "堤防が切れた", NULL);

			assert_int_equal(
			    decide(cases[i].decision == DECISION_APPROVE_URGENT ? reason
										: said),
			    cases[i].decision);
			assert_true(g_str_is_ascii(first));
			assert_int_not_equal(decide(first), DECISION_NONE);
		}
	template_free_all(templates);
}

/* ---- a mail that comes back decides nothing ---- */

static GHashTable *make_facts(const char *value)
{
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; notice_names()[i] != NULL; i++)
		g_hash_table_insert(facts, (char *)notice_names()[i], (char *)value);
	return facts;
}

static void check_decides_nothing(const char *language, const char *kind,
				  const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);

	if (decide(text) != DECISION_NONE)
		fail_msg("%s/%s.txt: the whole mail decides", language, kind);
	for (size_t i = 0; lines[i] != NULL; i++)
		if (decide(lines[i]) != DECISION_NONE)
			fail_msg("%s/%s.txt: a line decides: %s", language, kind,
				 lines[i]);
	g_strfreev(lines);
}

static void test_mails_decide_nothing(void **state)
{
	static const char *const values[] = { "", "佐藤 健一", "x" };
	struct templates *templates = load_real();

	(void)state;
	for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
		GHashTable *facts = make_facts(values[v]);

		for (size_t i = 0; notice_kinds()[i] != NULL; i++) {
			for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
				struct template_mail mail;

				assert_true(template_fill(templates, languages[l],
							  notice_kinds()[i], facts, &mail,
							  NULL));
				check_decides_nothing(languages[l], notice_kinds()[i],
						      mail.text);
				template_mail_clear(&mail);
			}
		}
		g_hash_table_destroy(facts);
	}
	template_free_all(templates);
}

/* The text that residents will get stands at the margin, whatever it contains. */
static void test_text_is_shown_as_written(void **state)
{
	static const char draft[] = "明日は避難訓練です。\n  9時に${draft}へ。\n\n承認";
	static const char *const kinds[] = { NOTICE_REQUEST, NOTICE_SENT_BACK };
	struct templates *templates = load_real();
	GHashTable *facts = make_facts("x");

	(void)state;
	g_hash_table_insert(facts, (char *)"text", (char *)draft);
	g_hash_table_insert(facts, (char *)"draft_text", (char *)draft);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			g_autofree char *framed = g_strdup_printf("\n%s\n", draft);
			struct template_mail mail;

			assert_true(template_fill(templates, languages[l], kinds[i],
						  facts, &mail, NULL));
			assert_non_null(strstr(mail.text, framed));
			assert_int_equal(decide(mail.text), DECISION_NONE);
			template_mail_clear(&mail);
		}
	}
	g_hash_table_destroy(facts);
	template_free_all(templates);
}

/* ---- templates of our own ---- */

#define GOOD_TEXT    "Subject: s\n\nt\n"
#define GOOD_PHRASES "word.approve = OK\n"

static const char *const own_kinds[] = { "k", NULL };
static const char *const own_names[] = { "a", "b", NULL };

/* A folder of both languages. */
struct own {
	char *folder;
};

static void write_own(const struct own *own, const char *language, const char *file,
		      const char *octets, gssize length)
{
	g_autofree char *path = g_strdup_printf("%s/%s/%s", own->folder, language, file);

	if (octets != NULL)
		assert_true(g_file_set_contents(path, octets, length, NULL));
	else
		(void)g_unlink(path);
}

static struct own make_own(void)
{
	struct own own = { g_dir_make_tmp("test_template_XXXXXX", NULL) };

	assert_non_null(own.folder);
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		g_autofree char *path =
		    g_strdup_printf("%s/%s", own.folder, languages[l]);

		assert_int_equal(g_mkdir(path, 0700), 0);
		write_own(&own, languages[l], "k.txt", GOOD_TEXT, -1);
		write_own(&own, languages[l], "phrases.txt", GOOD_PHRASES, -1);
	}
	return own;
}

static void remove_own(struct own *own)
{
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		g_autofree char *path =
		    g_strdup_printf("%s/%s", own->folder, languages[l]);

		write_own(own, languages[l], "k.txt", NULL, 0);
		write_own(own, languages[l], "k.html", NULL, 0);
		write_own(own, languages[l], "phrases.txt", NULL, 0);
		assert_int_equal(g_rmdir(path), 0);
	}
	assert_int_equal(g_rmdir(own->folder), 0);
	g_free(own->folder);
}

static bool load_own(const struct own *own, struct templates **templates_r,
		     struct kairan_error *error_r)
{
	return template_load_all(own->folder, own_kinds, own_names, templates_r, error_r);
}

/* Fill a template whose text (and html, where there is one) is this; free the mail. */
static void fill_own(const char *text, const char *html, const char *a, const char *b,
		     struct template_mail *mail_r)
{
	struct own own = make_own();
	struct templates *templates = NULL;
	struct kairan_error error = { "" };
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		write_own(&own, languages[l], "k.txt", text, -1);
		write_own(&own, languages[l], "k.html", html, -1);
	}
	if (a != NULL)
		g_hash_table_insert(facts, (char *)"a", (char *)a);
	if (b != NULL)
		g_hash_table_insert(facts, (char *)"b", (char *)b);
	if (!load_own(&own, &templates, &error))
		fail_msg("%s", error.text);
	assert_true(template_fill(templates, "ja", "k", facts, mail_r, &error));
	g_hash_table_destroy(facts);
	template_free_all(templates);
	remove_own(&own);
}

static void test_fill(void **state)
{
	static const struct {
		const char *text;
		const char *a;
		const char *b;
		const char *filled;
	} cases[] = {
		{ "plain\n", "1", "2", "plain\n" },
		{ "", "1", "2", "" },
		{ "no line feed", "1", "2", "no line feed" },
		{ "${a}\n", "1", "2", "1\n" },
		{ "${a}", "1", "2", "1" },
		{ "${a}${b}${a}\n", "1", "2", "121\n" },
		{ "x${a}y\n", "佐藤", "", "x佐藤y\n" },
		{ "x$ {a} $a $$ {b}\n", "1", "2", "x$ {a} $a $$ {b}\n" },
		{ "$${a}}\n", "1", "2", "$1}\n" },
		/* what was put in is not looked into again */
		{ "${a}\n", "${b}", "2", "${b}\n" },
		{ "${a}${b}\n", "$", "{a}", "${a}\n" },
		{ "${a}b}\n", "${", "2", "${b}\n" },
		{ "${a}\n${b}\n", "${b}\n\n${a}", "", "${b}\n\n${a}\n" },
		/* lines whose facts are all empty are left out */
		{ "1\n${a}\n2\n", "", "", "1\n2\n" },
		{ "1\n${a}\n2\n", NULL, NULL, "1\n2\n" },
		{ "1\n${a}", "", "", "1\n" },
		{ "Reason: ${a}\n", "", "x", "" },
		{ "  ${a} (${b})\n", "", "", "" },
		{ "${a}${a}\n", "", "", "" },
		/* and others stay */
		{ "  ${a} (${b})\n", "", "2", "   (2)\n" },
		{ "  ${a} (${b})\n", "1", NULL, "  1 ()\n" },
		{ "\n\n", "", "", "\n\n" },
		{ "$\n$a\n", "", "", "$\n$a\n" },
		{ "${a}\n", " ", "", " \n" },
		{ "${a}\n", "\n", "", "\n\n" },
		/* one blank line is enough where lines between two are left out */
		{ "1\n\n${a}\n\n2\n", "", "", "1\n\n2\n" },
		{ "1\n\n${a}\n${b}\n\n${a}\n\n2\n", "", "", "1\n\n2\n" },
		{ "${a}\n\n1\n", "", "", "1\n" },
		{ "1\n\n${a}\n\n2\n", "3", "", "1\n\n3\n\n2\n" },
		{ "1\n\n${a}\n\n\n2\n", "3", "", "1\n\n3\n\n\n2\n" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *file =
		    g_strconcat("Subject: s\n\n", cases[i].text, NULL);
		struct template_mail mail;

		fill_own(file, NULL, cases[i].a, cases[i].b, &mail);
		if (strcmp(mail.text, cases[i].filled) != 0)
			fail_msg("case %zu: \"%s\" became \"%s\"", i, cases[i].text,
				 mail.text);
		assert_string_equal(mail.subject, "s");
		assert_null(mail.html);
		template_mail_clear(&mail);
		assert_null(mail.text);
	}
}

static void test_fill_subject(void **state)
{
	static const struct {
		const char *subject;
		const char *a;
		const char *filled;
	} cases[] = {
		{ "【受付】${a}", "訓練", "【受付】訓練" },
		{ "【受付】${a}", "", "【受付】" },
		{ "${a}", "", "" },
		{ "${a}", "<b>&amp;", "<b>&amp;" },
		{ "Re: ${a} (${b})", "${b}", "Re: ${b} (2)" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *file =
		    g_strdup_printf("Subject: %s\n\nt\n", cases[i].subject);
		struct template_mail mail;

		fill_own(file, NULL, cases[i].a, "2", &mail);
		assert_string_equal(mail.subject, cases[i].filled);
		assert_string_equal(mail.text, "t\n");
		template_mail_clear(&mail);
	}
}

static void test_fill_html(void **state)
{
	static const struct {
		const char *html;
		const char *a;
		const char *filled;
	} cases[] = {
		{ "<p>${a}</p>\n", "<script>&\"'",
		  "<p>&lt;script&gt;&amp;&quot;&#39;</p>\n" },
		{ "<a href=\"${a}\">\n", "mailto:x?a=1&b=\" onclick=\"",
		  "<a href=\"mailto:x?a=1&amp;b=&quot; onclick=&quot;\">\n" },
		{ "<p>\n${a}\n</p>\n", "", "<p>\n</p>\n" },
		{ "<p>${a}</p>\n<hr>\n", "", "<hr>\n" },
		{ "<div>${a}</div>", "1\n 2\n", "<div>1\n 2\n</div>" },
		{ "${a}", "${b}", "${b}" },
		{ "${a}", "&amp;", "&amp;amp;" },
		{ "&amp; ${a}", "1", "&amp; 1" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct template_mail mail;

		fill_own("Subject: s\n\n${a}.\n", cases[i].html, cases[i].a, "<2>",
			 &mail);
		assert_non_null(mail.html);
		if (strcmp(mail.html, cases[i].filled) != 0)
			fail_msg("case %zu: became \"%s\"", i, mail.html);
		if (*cases[i].a != '\0')
			assert_true(g_str_has_prefix(mail.text, cases[i].a));
		template_mail_clear(&mail);
	}
}

static void test_broken_files_stop_the_start(void **state)
{
	static const struct {
		const char *file;
		const char *octets; /* NULL: there is no such file */
		gssize length;
		const char *says;
	} cases[] = {
		{ "k.txt", NULL, 0, "k.txt" },
		{ "phrases.txt", NULL, 0, "phrases.txt" },
		{ "k.txt", "", -1, "Subject: " },
		{ "k.txt", "t\n", -1, "Subject: " },
		{ "k.txt", "\nSubject: s\n\nt\n", -1, "Subject: " },
		{ "k.txt", "subject: s\n\nt\n", -1, "Subject: " },
		{ "k.txt", "Subject: s", -1, "Subject: " },
		{ "k.txt", "Subject: s\n", -1, "Subject: " },
		{ "k.txt", "Subject: s\nt\n", -1, "Subject: " },
		{ "k.txt", "Subject: s\nBcc: x\n\nt\n", -1, "Subject: " },
		{ "k.txt", "Subject: ${c}\n\nt\n", -1, "${c}" },
		{ "k.txt", "Subject: s\n\n${c}\n", -1, "${c}" },
		{ "k.txt", "Subject: s\n\n${a}${A}\n", -1, "${A}" },
		{ "k.txt", "Subject: s\n\n${}\n", -1, "${}" },
		{ "k.txt", "Subject: s\n\n${ a}\n", -1, "${ a}" },
		{ "k.txt", "Subject: s\n\n${a", -1, "placeholder" },
		{ "k.txt", "Subject: s\n\n${a\n}\n", -1, "placeholder" },
		{ "k.txt", "Subject: s\n\n${a${b}\n", -1, "placeholder" },
		{ "k.txt", "Subject: s\n\n\xFF\n", -1, "UTF-8" },
		{ "k.txt", "Subject: s\n\n\0t\n", 15, "UTF-8" },
		{ "k.txt", "Subject: s\r\n\r\nt\r\n", -1, "CR" },
		{ "k.txt", "Subject: s\n\nt\r\n", -1, "CR" },
		{ "k.txt", "\xEF\xBB\xBFSubject: s\n\nt\n", -1, "byte order mark" },
		{ "k.html", "${c}", -1, "${c}" },
		{ "k.html", "\xC3", -1, "UTF-8" },
		{ "phrases.txt", "word.approve\n", -1, "phrases.txt:1" },
		{ "phrases.txt", "# x\n\nx=y\n", -1, "phrases.txt:3" },
		{ "phrases.txt", "x = 1\ny = 2\nx = 3\n", -1, "phrases.txt:3" },
		{ "phrases.txt", "x = 1\r\n", -1, "CR" },
		{ "phrases.txt", "\xEF\xBB\xBFx = 1\n", -1, "byte order mark" },
		{ "phrases.txt", "x = \x80\n", -1, "UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			struct own own = make_own();
			struct templates *templates = NULL;
			struct kairan_error error = { "" };

			write_own(&own, languages[l], cases[i].file, cases[i].octets,
				  cases[i].length);
			if (load_own(&own, &templates, &error))
				fail_msg("case %zu: was loaded", i);
			assert_null(templates);
			if (strstr(error.text, cases[i].says) == NULL ||
			    strstr(error.text, languages[l]) == NULL)
				fail_msg("case %zu: \"%s\"", i, error.text);
			remove_own(&own);
		}
	}
}

static void test_phrases(void **state)
{
	struct own own = make_own();
	struct templates *templates = NULL;

	(void)state;
	write_own(&own, "ja", "phrases.txt", "# 注\n\nx = 一 = 二\ny = \nz =  三 \n", -1);
	assert_true(load_own(&own, &templates, NULL));
	assert_string_equal(template_get_phrase(templates, "ja", "x"), "一 = 二");
	assert_string_equal(template_get_phrase(templates, "ja", "y"), "");
	assert_string_equal(template_get_phrase(templates, "ja", "z"), " 三 ");
	assert_string_equal(template_get_phrase(templates, "ja", "word.approve"),
			    "word.approve");
	assert_string_equal(template_get_phrase(templates, "en", "word.approve"), "OK");
	assert_string_equal(template_get_phrase(templates, "en", "x"), "x");
	assert_string_equal(template_get_phrase(templates, "fr", "x"), "x");
	assert_string_equal(template_get_phrase(templates, "ja", ""), "");
	template_free_all(templates);
	remove_own(&own);
}

static void test_unknown_kind_or_language(void **state)
{
	static const struct {
		const char *language;
		const char *kind;
	} cases[] = { { "fr", "k" }, { "ja", "x" }, { "", "" }, { "ja", "../en/k" } };
	struct own own = make_own();
	struct templates *templates = NULL;
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);

	(void)state;
	assert_true(load_own(&own, &templates, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct template_mail mail = { NULL, NULL, NULL };
		struct kairan_error error = { "" };

		assert_false(template_fill(templates, cases[i].language, cases[i].kind,
					   facts, &mail, &error));
		assert_non_null(strstr(error.text, cases[i].kind));
		assert_null(mail.text);
		template_mail_clear(&mail);
	}
	g_hash_table_destroy(facts);
	template_free_all(templates);
	template_free_all(NULL);
	remove_own(&own);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_templates_load),
		cmocka_unit_test(test_languages_have_the_same_files),
		cmocka_unit_test(test_languages_have_the_same_placeholders),
		cmocka_unit_test(test_html_says_the_same),
		cmocka_unit_test(test_report_has_one_style),
		cmocka_unit_test(test_needed_facts_are_there),
		cmocka_unit_test(test_not_counted_gives_nothing_away),
		cmocka_unit_test(test_html_is_for_phones),
		cmocka_unit_test(test_lines_are_short),
		cmocka_unit_test(test_languages_have_the_same_keys),
		cmocka_unit_test(test_every_name_has_a_phrase),
		cmocka_unit_test(test_reasons_name_their_article),
		cmocka_unit_test(test_ready_replies_decide),
		cmocka_unit_test(test_mails_decide_nothing),
		cmocka_unit_test(test_text_is_shown_as_written),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_fill_subject),
		cmocka_unit_test(test_fill_html),
		cmocka_unit_test(test_broken_files_stop_the_start),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_unknown_kind_or_language),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}

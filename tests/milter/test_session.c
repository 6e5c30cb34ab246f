/*
 * NAME
 *	test_session - a connection in every order of calls
 *
 * DESCRIPTION
 *	Drives session.c as MTAs do, as one does that is out of step, and as one who means
 *	harm would, without libmilter. The intakes are tests/milter/fake_intakes.h's: what they
 *	are asked, and what the MTA is told to remove, is written down and compared. Broadcast
 *	addresses come from a store, as after a start without LDAP. An address that begins with
 *	"stuck" is not removed by the MTA.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "milter/round/snapshot_round.h"
#include "schema/store_snapshot.h"
#include "tests/milter/fake_intakes.h"
#include "tests/schema/store_scratch.h"

#define DOMAIN      FAKE_DOMAIN
#define MESSAGE_MAX 400000
#define HEADER_MAX  (256 * 1024)
#define LINES_MAX   10000
#define OURS_MAX    20
#define TOKEN       "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTU"

static struct store_scratch at;
static struct kairan *kairan;
static struct session *session;

/* ---- the MTA ---- */

static bool add_recipient(void *context, const char *path)
{
	(void)context;
	fail_msg("%s was added", path);
	return false;
}

static bool delete_recipient(void *context, const char *path)
{
	g_autofree char *name = fake_name_path(path);

	(void)context;
	fake_note("-%.12s", name);
	return !g_str_has_prefix(name, "stuck");
}

static bool keep_waiting(void *context)
{
	(void)context;
	return true;
}

static bool add_header(void *context, const char *name, const char *value)
{
	(void)context;
	fail_msg("%s: %s was added", name, value);
	return false;
}

static const struct intake_mta mta = { add_recipient, delete_recipient, add_header,
				       keep_waiting, NULL };

/* ---- steps ---- */

static void note_answer(const struct session_answer *answer)
{
	fake_note_answer(answer);
	assert_null(strstr(fake_trace->str, FAKE_WRONG));
}

static void step_rcpt(const char *name, const char *queue_id)
{
	g_autofree char *path =
	    g_strdup_printf("<%s%s>", name, strchr(name, '@') == NULL ? "@" DOMAIN : "");
	struct session_answer answer;

	memset(&answer, 0xff, sizeof(answer));
	session_judge_recipient(session, path, queue_id, &answer);
	note_answer(&answer);
}

static void step_body(const char *text)
{
	session_add_body(session, (const unsigned char *)text, strlen(text));
}

static void step_end(const char *queue_id)
{
	struct session_answer answer;

	memset(&answer, 0xff, sizeof(answer));
	session_take(session, queue_id, &mta, &answer);
	note_answer(&answer);
}

static void step(const char *word)
{
	struct session_answer answer;

	memset(&answer, 0xff, sizeof(answer));
	if (strcmp(word, "mail") == 0) {
		session_begin(session, FAKE_SENDER, FAKE_LOGIN, "192.0.2.1");
	} else if (g_str_has_prefix(word, "rcpt:")) {
		step_rcpt(word + strlen("rcpt:"), "4ABC");
	} else if (strcmp(word, "data") == 0) {
		session_judge_data(session, &answer);
		note_answer(&answer);
	} else if (strcmp(word, "header") == 0) {
		session_add_header(session, "A", " b");
	} else if (strcmp(word, "blank") == 0) {
		session_add_blank(session);
	} else if (strcmp(word, "body") == 0) {
		step_body("text\r\n");
	} else if (strcmp(word, "end") == 0) {
		step_end("4ABC");
	} else if (strcmp(word, "reset") == 0) {
		session_reset(session);
	} else {
		fail_msg("there is no step %s", word);
	}
}

/* Words that stand for several. */
static char *spell_out(const char *steps)
{
	GString *all = g_string_new(steps);

	(void)g_string_replace(all, "rest", "data header blank body end", 0);
	return g_string_free(all, FALSE);
}

static void run(const char *steps)
{
	g_autofree char *all = spell_out(steps);
	char **words = g_strsplit(all, " ", -1);

	for (char **word = words; *word != NULL; word++)
		if (**word != '\0')
			step(*word);
	g_strfreev(words);
}

/* What the steps give, on a connection of their own. */
static void expect(const char *what, const char *steps, const char *expected)
{
	session = session_new(kairan);
	g_string_truncate(fake_trace, 0);
	run(steps);
	session_free(session);
	session = NULL;
	if (strcmp(fake_trace->str, expected) != 0)
		fail_msg("%s (%s):\n  is     %s\n  wanted %s", what, steps,
			 fake_trace->str, expected);
}

/* ---- tests ---- */

static const struct {
	const char *what;
	const char *steps;
	const char *expected;
} cases[] = {
	/* As MTAs do. */
	{ "one broadcast", "mail rcpt:bosai rest",
	  "draft?bosai go go draft!bosai -bosai drop" },
	{ "none of ours", "mail rcpt:a@else.example rcpt:b@else.example data",
	  "go go pass" },
	{ "ours and another", "mail rcpt:bosai rcpt:a@else.example rest",
	  "draft?bosai go go go draft!bosai -bosai pass" },
	{ "another and ours", "mail rcpt:a@else.example rcpt:bosai rest",
	  "go draft?bosai go go draft!bosai -bosai pass" },
	{ "two of ours", "mail rcpt:bosai rcpt:kosodate rest",
	  "draft?bosai go draft?kosodate go go draft!bosai draft!kosodate"
	  " -bosai -kosodate drop" },
	{ "a preview holds nothing",
	  "mail rcpt:bosai rcpt:preview+bosai rcpt:correct+" TOKEN " rcpt:decide+" TOKEN
	  " rest",
	  "draft?bosai go preview?preview+bosa go correct?correct+ABCD go "
	  "decision?decide+ABCDE go go preview!preview+bosa decision!decide+ABCDE -bosai "
	  "-preview+bosa -correct+ABCD -decide+ABCDE drop" },
	{ "a preview that was refused",
	  "mail rcpt:preview@else.example rcpt:preview+ rcpt:bosai rest",
	  "go 550 draft?bosai go go draft!bosai -bosai pass" },
	{ "an MTA that has no DATA", "mail rcpt:bosai header blank body end",
	  "draft?bosai go draft!bosai -bosai drop" },
	{ "the service's addresses",
	  "mail rcpt:decide+" TOKEN " rcpt:draft+" TOKEN " rcpt:correct+" TOKEN
	  " rcpt:release+" TOKEN " rcpt:incident rest",
	  "decision?decide+ABCDE go withdraw?draft+ABCDEF go correct?correct+ABCD go"
	  " release?release+ABCD go incident?incident go go"
	  " decision!decide+ABCDE withdraw!draft+ABCDEF correct!correct+ABCD"
	  " release!release+ABCD incident!incident"
	  " -decide+ABCDE -draft+ABCDEF -correct+ABCD -release+ABCD -incident drop" },
	{ "what kairanctl deliver takes",
	  "mail rcpt:receipt+" TOKEN " rcpt:bounce+anything data", "go go pass" },
	{ "the service's addresses without a token, or with half of one",
	  "mail rcpt:kairan rcpt:decide rcpt:draft+x rcpt:correct-" TOKEN "a rest",
	  "notice_reply?kairan go notice_reply?decide go notice_reply?draft+x go"
	  " notice_reply?correct-ABCD go go notice_reply!kairan notice_reply!decide"
	  " notice_reply!draft+x notice_reply!correct-ABCD"
	  " -kairan -decide -draft+x -correct-ABCD drop" },
	{ "with another delimiter",
	  "mail rcpt:decide-" TOKEN " rcpt:draft." TOKEN " rcpt:correct%2b" TOKEN
	  " rcpt:receipt-" TOKEN " rcpt:bounce.x rest",
	  "decision?decide-ABCDE go withdraw?draft.ABCDEF go correct?correct%2bAB go"
	  " go go go decision!decide-ABCDE withdraw!draft.ABCDEF correct!correct%2bAB"
	  " -decide-ABCDE -draft.ABCDEF -correct%2bAB pass" },
	{ "quoted, and with a last dot",
	  "mail rcpt:\"bosai\" rcpt:incident@" DOMAIN ". rest",
	  "draft?\"bosai\" go incident?incident@inf go go"
	  " draft!\"bosai\" incident!incident@inf -\"bosai\" -incident@inf drop" },
	{ "an address that nobody has", "mail rcpt:nobody data", "550 pass" },
	{ "several messages",
	  "mail rcpt:bosai rest mail rcpt:a@else.example data"
	  " mail rcpt:kosodate rest mail rcpt:bosai rest",
	  "draft?bosai go go draft!bosai -bosai drop go pass"
	  " draft?kosodate go go draft!kosodate -kosodate drop"
	  " draft?bosai go go draft!bosai -bosai drop" },

	/* Refused and put off. */
	{ "refused at RCPT", "mail rcpt:stranger data", "draft?stranger 550 pass" },
	{ "put off at RCPT", "mail rcpt:away data", "draft?away 451 pass" },
	{ "refused at RCPT, and others", "mail rcpt:stranger rcpt:a@else.example data",
	  "draft?stranger 550 go pass" },
	{ "refused at RCPT, another stays", "mail rcpt:stranger rcpt:bosai rest",
	  "draft?stranger 550 draft?bosai go go draft!bosai -bosai drop" },
	{ "refused alone", "mail rcpt:long rest", "draft?long go go draft!long 550" },
	{ "refused beside another", "mail rcpt:long rcpt:a@else.example rest",
	  "draft?long go go go draft!long -long pass" },
	{ "one refused, one taken", "mail rcpt:long rcpt:bosai rest",
	  "draft?long go draft?bosai go go draft!long draft!bosai -long -bosai drop" },
	{ "both refused", "mail rcpt:long rcpt:long2 rest",
	  "draft?long go draft?long2 go go draft!long draft!long2 -long -long2 drop" },
	{ "put off", "mail rcpt:full rest", "draft?full go go draft!full 451" },
	{ "one put off: nobody gets it now", "mail rcpt:full rcpt:bosai rest",
	  "draft?full go draft?bosai go go draft!full 451" },
	{ "what was taken before comes again",
	  "mail rcpt:bosai rcpt:full rcpt:kosodate rcpt:a@else.example rest",
	  "draft?bosai go draft?full go draft?kosodate go go go draft!bosai draft!full 451" },
	{ "the MTA does not remove", "mail rcpt:stuck rest",
	  "draft?stuck go go draft!stuck -stuck 451" },
	{ "the MTA does not remove the second",
	  "mail rcpt:bosai rcpt:stuck rcpt:kosodate rcpt:a@else.example rest",
	  "draft?bosai go draft?stuck go draft?kosodate go go go"
	  " draft!bosai draft!stuck draft!kosodate -bosai -stuck 451" },

	/* The same recipient. */
	{ "twice", "mail rcpt:bosai rcpt:bosai rest",
	  "draft?bosai go go go draft!bosai -bosai drop" },
	{ "twice, in other cases",
	  "mail rcpt:bosai rcpt:BOSAI rcpt:Bosai rcpt:bosai@INFO.town.example rest",
	  "draft?bosai go go go go go draft!bosai"
	  " -bosai -BOSAI -Bosai -bosai@INFO.t drop" },
	{ "a token, twice", "mail rcpt:decide+" TOKEN " rcpt:DECIDE+" TOKEN " rest",
	  "decision?decide+ABCDE go go go decision!decide+ABCDE"
	  " -decide+ABCDE -DECIDE+ABCDE drop" },
	{ "a broadcast, in all ways to write it",
	  "mail rcpt:bosai rcpt:\"Bosai\" rcpt:bosai@" DOMAIN ". rest",
	  "draft?bosai go go go go draft!bosai -bosai -\"Bosai\" -bosai@info.t drop" },
	{ "a token, in all ways to write it",
	  "mail rcpt:decide+" TOKEN " rcpt:decide-" TOKEN " rcpt:decide%2B" TOKEN
	  " rcpt:\"decide+" TOKEN "\" rcpt:draft+" TOKEN " rest",
	  "decision?decide+ABCDE go go go go withdraw?draft+ABCDEF go go"
	  " decision!decide+ABCDE withdraw!draft+ABCDEF -decide+ABCDE -decide-ABCDE"
	  " -decide%2BABC -\"decide+ABCD -draft+ABCDEF drop" },
	{ "refused, twice", "mail rcpt:stranger rcpt:stranger data",
	  "draft?stranger 550 draft?stranger 550 pass" },
	{ "refused alone, twice", "mail rcpt:long rcpt:LONG rest",
	  "draft?long go go go draft!long 550" },
	{ "another, twice",
	  "mail rcpt:a@else.example rcpt:a@else.example rcpt:bosai rest",
	  "go go draft?bosai go go draft!bosai -bosai pass" },

	/* Out of step. */
	{ "RCPT without MAIL", "rcpt:bosai rcpt:a@else.example", "451 451" },
	{ "DATA without MAIL", "data", "451" },
	{ "a mail without MAIL", "header blank body end", "451" },
	{ "MAIL after all that", "rcpt:bosai data body end mail rcpt:bosai rest",
	  "451 451 451 draft?bosai go go draft!bosai -bosai drop" },
	{ "DATA without RCPT", "mail data", "pass" },
	{ "a mail without RCPT is nothing to drop", "mail header blank body end",
	  "pass" },
	{ "a mail after all were refused", "mail rcpt:stranger rest",
	  "draft?stranger 550 pass pass" },
	{ "end in spite of a pass", "mail rcpt:a@else.example rest", "go pass pass" },
	{ "two MAILs", "mail mail rcpt:bosai rest",
	  "draft?bosai go go draft!bosai -bosai drop" },
	{ "a second MAIL begins anew",
	  "mail rcpt:bosai rcpt:a@else.example header body"
	  " mail rcpt:kosodate rest",
	  "draft?bosai go go draft?kosodate go go draft!kosodate -kosodate drop" },
	{ "a second MAIL without recipients", "mail rcpt:bosai data mail data",
	  "draft?bosai go go pass" },
	{ "DATA twice", "mail rcpt:bosai data data header blank body end",
	  "draft?bosai go go go draft!bosai -bosai drop" },
	{ "RCPT after DATA", "mail rcpt:bosai data rcpt:kosodate header blank body end",
	  "draft?bosai go go draft?kosodate go draft!bosai draft!kosodate"
	  " -bosai -kosodate drop" },
	{ "end twice", "mail rcpt:bosai rest end end",
	  "draft?bosai go go draft!bosai -bosai drop 451 451" },
	{ "end twice, where it was put off", "mail rcpt:full rest end",
	  "draft?full go go draft!full 451 451" },
	{ "RCPT after the end", "mail rcpt:bosai rest rcpt:kosodate data",
	  "draft?bosai go go draft!bosai -bosai drop 451 451" },
	{ "end without a mail", "mail rcpt:bosai end",
	  "draft?bosai go draft!bosai 0-octets -bosai drop" },
	{ "a body without a header", "mail rcpt:bosai body body end",
	  "draft?bosai go draft!bosai 12-octets -bosai drop" },
	{ "reset twice", "reset mail rcpt:bosai reset reset end", "draft?bosai go 451" },
	{ "the connection ends in the middle", "mail rcpt:bosai data header blank body",
	  "draft?bosai go go" },

	/* What is no address, or none that we read. */
	{ "no addresses", "mail rcpt:@ rcpt:a@b@c rcpt:bosai@ rcpt:%@" DOMAIN " data",
	  "go go go 550 pass" },
};

static void test_orders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(cases[i].what, cases[i].steps, cases[i].expected);
}

/* Broken off after each step, a message leaves nothing behind for the next. */
static void test_reset_at_each_point(void **state)
{
	static const char *const steps[] = { "mail", "rcpt:bosai", "rcpt:a@else.example",
					     "data", "header",     "blank",
					     "body", "end" };
	static const char after[] = "draft?kosodate go go draft!kosodate -kosodate drop";

	(void)state;
	for (size_t count = 0; count <= COUNT(steps); count++) {
		for (int how = 0; how < 2; how++) {
			session = session_new(kairan);
			for (size_t i = 0; i < count; i++)
				step(steps[i]);
			/* MAIL alone is a reset, too. */
			run(how == 0 ? "reset" : "");
			g_string_truncate(fake_trace, 0);
			run("mail rcpt:kosodate rest");
			if (strcmp(fake_trace->str, after) != 0)
				fail_msg("reset after %zu steps: %s", count,
					 fake_trace->str);
			session_free(session);
		}
	}
	session = NULL;
}

/* Who has too many may send the rest in another mail. */
static void test_too_many(void **state)
{
	(void)state;
	session = session_new(kairan);
	step("mail");
	for (int i = 0; i < OURS_MAX + 5; i++) {
		g_autofree char *name = g_strdup_printf("many%d", i);

		g_string_truncate(fake_trace, 0);
		step_rcpt(name, NULL);
		if (i < OURS_MAX)
			assert_non_null(strstr(fake_trace->str, " go"));
		else
			assert_string_equal(fake_trace->str, "452");
	}
	g_string_truncate(fake_trace, 0);
	/* Those that there are already, and those that are none of ours, are no more. */
	run("rcpt:many3 rcpt:a@else.example rcpt:nobody rcpt:MANY3");
	assert_string_equal(fake_trace->str, "go go 550 452");
	g_string_truncate(fake_trace, 0);
	run("rest");
	assert_true(g_str_has_suffix(fake_trace->str, " -many18 -many19 pass"));
	assert_null(strstr(fake_trace->str, "many20"));
	/* The next message has the same room. */
	g_string_truncate(fake_trace, 0);
	run("mail rcpt:many20 rest");
	assert_string_equal(fake_trace->str,
			    "draft?many20 go go draft!many20 -many20 drop");
	session_free(session);
	session = NULL;
}

/* One recipient in more spellings than anybody writes: each would have to be removed. */
static void test_too_many_spellings(void **state)
{
	(void)state;
	session = session_new(kairan);
	step("mail");
	for (int i = 0; i < OURS_MAX + 5; i++) {
		g_autofree char *name = g_strdup("bosai");

		for (int letter = 0; letter < 5; letter++)
			if ((i >> letter & 1) != 0)
				name[letter] = g_ascii_toupper(name[letter]);
		g_string_truncate(fake_trace, 0);
		step_rcpt(name, NULL);
		if (i < OURS_MAX)
			assert_true(g_str_has_suffix(fake_trace->str, "go"));
		else
			assert_string_equal(fake_trace->str, "452");
	}
	session_free(session);
	session = NULL;
}

/* A broadcast is one whatever its name looks like. */
static void test_broadcast_like_a_service_address(void **state)
{
	(void)state;
	expect("a broadcast", "mail rcpt:correct rest",
	       "draft?correct go go draft!correct -correct drop");
	expect("none", "mail rcpt:withdraw+x rest", "550 pass pass");
}

static void expect_answer(const char *before, const char *path, const char *reply,
			  const char *status, const char *text)
{
	struct session_answer answer = { 0 };

	session = session_new(kairan);
	run(before);
	session_judge_recipient(session, path, NULL, &answer);
	assert_int_equal(answer.action, SESSION_REPLY);
	assert_string_equal(answer.reply, reply);
	assert_string_equal(answer.status, status);
	assert_string_equal(answer.text, text);
	session_free(session);
	session = NULL;
}

/* The words are the reason's, and a mail program may show them. */
static void test_answers(void **state)
{
	struct verdict verdict;

	(void)state;
	expect_answer("", "<bosai@" DOMAIN ">", "451", "4.5.1", "no message has begun");
	verdict_set(&verdict, REASON_UNKNOWN_ADDRESS, NULL);
	expect_answer("mail", "<nobody@" DOMAIN ">", reason_reply(verdict.reason),
		      reason_status(verdict.reason), verdict.text);
	verdict_set(&verdict, REASON_NOT_STAFF, NULL);
	expect_answer("mail", "<stranger@" DOMAIN ">", reason_reply(verdict.reason),
		      reason_status(verdict.reason), verdict.text);
}

static void take_with(const char *at_first, const char *at_second, const char *at_end,
		      const char *expected)
{
	session = session_new(kairan);
	step("mail");
	step_rcpt("bosai", at_first);
	step_rcpt("kosodate", at_second);
	run("data header blank body");
	step_end(at_end);
	session_free(session);
	session = NULL;
	assert_string_equal(fake_queue_id, expected);
}

/* Postfix has a queue id from the first recipient on, others later or never. */
static void test_queue_id(void **state)
{
	(void)state;
	take_with("4ABC", "4ABC", "4ABC", "4ABC");
	take_with(NULL, "4ABC", "4ABC", "4ABC");
	take_with(NULL, NULL, "4ABC", "4ABC");
	take_with("", "", "4ABC", "4ABC");
	take_with("4ABC", NULL, NULL, "4ABC");
	take_with("4ABC", "4DEF", "4DEF", "4ABC");
	take_with(NULL, NULL, NULL, "");
}

/* ---- limits ---- */

static void begin_message(void)
{
	session = session_new(kairan);
	run("mail rcpt:bosai data");
	g_string_truncate(fake_trace, 0);
}

/* The message is too large, or is not; and the next one is a new one. */
static void end_message(bool too_large)
{
	step_end("4ABC");
	assert_int_equal(strstr(fake_trace->str, "too-large") != NULL, too_large);
	assert_true(g_str_has_suffix(fake_trace->str, "-bosai drop"));
	g_string_truncate(fake_trace, 0);
	run("mail rcpt:bosai rest");
	assert_string_equal(fake_trace->str, "draft?bosai go go draft!bosai -bosai drop");
	session_free(session);
	session = NULL;
}

static void add_long_body(size_t length)
{
	g_autofree char *text = g_strnfill(length, 'x');

	step_body(text);
}

static void test_largest_message(void **state)
{
	(void)state;
	begin_message();
	run("header blank");
	for (int i = 0; i < 4; i++)
		add_long_body((MESSAGE_MAX - strlen("A: b\r\n\r\n")) / 4);
	end_message(false);

	begin_message();
	run("header blank");
	add_long_body(MESSAGE_MAX - strlen("A: b\r\n\r\n") + 1);
	end_message(true);

	begin_message();
	run("header blank");
	add_long_body(MESSAGE_MAX);
	/* What comes after too much is not the beginning of something smaller. */
	run("header blank body");
	end_message(true);

	begin_message();
	for (int i = 0; i < MESSAGE_MAX / 2 + 1; i++)
		step("blank");
	end_message(true);
}

static void test_largest_header(void **state)
{
	g_autofree char *value = g_strnfill(HEADER_MAX - 2000, 'x');

	(void)state;
	begin_message();
	for (int i = 0; i < LINES_MAX; i++)
		step("header");
	run("blank body");
	end_message(false);

	begin_message();
	for (int i = 0; i < LINES_MAX + 1; i++)
		step("header");
	run("blank body");
	end_message(true);

	/* Room is kept for line feeds that become two octets. */
	begin_message();
	value[HEADER_MAX / 2 - 1000] = '\0';
	session_add_header(session, "A", value);
	run("blank body");
	end_message(false);

	begin_message();
	session_add_header(session, "A", value);
	session_add_header(session, "A", value);
	run("blank body");
	end_message(true);
}

static void test_octets(void **state)
{
	(void)state;
	begin_message();
	session_add_header(session, "Subject", " one\n two\r\n three");
	session_add_header(session, "Empty", "");
	session_add_header(session, "", "\n");
	run("blank body");
	step_end(NULL);
	assert_string_equal(fake_octets->str,
			    "Subject: one\r\n two\r\n three\r\nEmpty:\r\n:\r\n\r\n"
			    "\r\ntext\r\n");
	session_free(session);
	session = NULL;
}

/* ---- the setup ---- */

static struct setup *load_setup(struct store_scratch *where, const char *more)
{
	struct kairan_error error = { "" };
	struct setup *setup_in_force = NULL;
	g_autofree char *text =
	    g_strdup_printf("service_domain = \"" DOMAIN "\"\n"
			    "key_file = \"%s/token.keys\"\n"
			    "template_dir = \"" SRCDIR "/conf/templates\"\n"
			    "ldap_uri = \"ldap://127.0.0.1:9\"\n"
			    "ldap_base = \"dc=town,dc=example\"\n"
			    "%s",
			    where->scratch.folder, more);

	(void)scratch_write(&where->scratch, "kairan.conf", text, strlen(text), 0600);
	if (!setup_load(where->scratch.path, &setup_in_force, &error))
		fail_msg("%s", error.text);
	return setup_in_force;
}

/* A mail that is being taken in keeps the settings it began with. */
static void test_reload_in_the_middle(void **state)
{
	struct setup *small = load_setup(&at, "message_max = \"20\"\n");
	struct setup *large = load_setup(&at, "message_max = \"400000\"\n");

	(void)state;
	begin_message();
	run("header blank");
	kairan_set_setup(kairan, small);
	add_long_body(1000);
	step_end(NULL);
	assert_null(strstr(fake_trace->str, "too-large"));
	run("mail rcpt:bosai header blank");
	kairan_set_setup(kairan, large);
	add_long_body(1000);
	step_end(NULL);
	assert_non_null(strstr(fake_trace->str, "too-large"));
	session_free(session);
	session = NULL;
}

/* Before anything is known of the directory, any address may be a broadcast's. */
static void test_unknown_addresses(void **state)
{
	struct store_scratch empty;
	struct kairan *starting;
	struct session_answer answer = { 0 };
	struct verdict verdict;

	(void)state;
	store_scratch_make(&empty);
	assert_true(
	    keyring_make_file(scratch_path(&empty.scratch, "token.keys"), &empty.error));
	starting = kairan_new(load_setup(&empty, ""), empty.store);
	empty.store = NULL;
	snapshot_round_restore(starting);
	session = session_new(starting);
	g_string_truncate(fake_trace, 0);
	run("mail");
	session_judge_recipient(session, "<bosai@" DOMAIN ">", NULL, &answer);
	verdict_set(&verdict, REASON_NOT_READY, NULL);
	assert_string_equal(answer.text, verdict.text);
	run("mail rcpt:bosai rcpt:a@else.example rcpt:decide rcpt:incident rcpt:@ rest");
	session_free(session);
	session = NULL;
	kairan_free(starting);
	store_scratch_remove(&empty);
	/* Each of the first may be a broadcast. */
	assert_string_equal(fake_trace->str, "451 451 451 incident?incident go go go"
					     " incident!incident -incident pass");
}

/* ---- any order at all ---- */

/* What must hold of a message, whatever came before. */
struct model {
	bool begun;
	guint accepted; /* spellings of ours that were accepted */
	guint others;
};

static const char *const walk_steps[] = { "mail",          "rcpt:bosai",
					  "rcpt:BOSAI",    "rcpt:kosodate",
					  "rcpt:long",     "rcpt:full",
					  "rcpt:stuck",    "rcpt:stranger",
					  "rcpt:nobody",   "rcpt:a@else.example",
					  "rcpt:incident", "data",
					  "header",        "blank",
					  "body",          "end",
					  "end",           "reset" };

static guint count_words(const char *text, char mark)
{
	guint count = 0;

	for (const char *word = text; word != NULL; word = strchr(word + 1, ' '))
		if (*(*word == ' ' ? word + 1 : word) == mark)
			count++;
	return count;
}

static const char *last_word(const char *text)
{
	const char *blank = strrchr(text, ' ');

	return blank != NULL ? blank + 1 : text;
}

static void check_end(const struct model *model)
{
	const char *answer = last_word(fake_trace->str);
	const guint removed = count_words(fake_trace->str, '-');

	if (!model->begun) {
		assert_string_equal(fake_trace->str, "451");
	} else if (strcmp(answer, "drop") == 0) {
		assert_true(model->others == 0 && model->accepted > 0);
		assert_int_equal(removed, model->accepted);
	} else if (strcmp(answer, "pass") == 0) {
		assert_true(model->others > 0 || model->accepted == 0);
		assert_int_equal(removed, model->accepted);
	} else {
		assert_true(model->accepted > 0);
	}
}

static void check_step(struct model *model, const char *word)
{
	const bool asks = g_str_has_prefix(word, "rcpt:") || strcmp(word, "data") == 0;
	const bool goes = strcmp(last_word(fake_trace->str), "go") == 0;

	assert_true(strcmp(word, "end") == 0 || strchr(fake_trace->str, '!') == NULL);
	if (asks && !model->begun)
		assert_string_equal(fake_trace->str, "451");
	if (strcmp(word, "mail") == 0)
		*model = (struct model){ .begun = true };
	if (strcmp(word, "end") == 0)
		check_end(model);
	if (strcmp(word, "end") == 0 || strcmp(word, "reset") == 0)
		*model = (struct model){ 0 };
	if (strcmp(word, "data") == 0 && model->begun)
		assert_int_equal(goes, model->accepted > 0);
}

static void test_any_order(void **state)
{
	GRand *random = g_rand_new_with_seed(20260401);
	struct model model = { 0 };
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	(void)state;
	session = session_new(kairan);
	for (int i = 0; i < 6000; i++) {
		const char *word =
		    walk_steps[g_rand_int_range(random, 0, COUNT(walk_steps))];

		g_string_truncate(fake_trace, 0);
		step(word);
		check_step(&model, word);
		if (strcmp(word, "mail") == 0 || !model.begun)
			g_hash_table_remove_all(seen);
		if (strstr(word, "@else") != NULL && model.begun)
			model.others++;
		else if (g_str_has_prefix(word, "rcpt:") &&
			 strcmp(last_word(fake_trace->str), "go") == 0 &&
			 g_hash_table_add(seen, (char *)word))
			model.accepted++;
	}
	session_free(session);
	session = NULL;
	g_hash_table_unref(seen);
	g_rand_free(random);
}

/* ---- set-up ---- */

static void keep_broadcasts(void)
{
	struct broadcast **rows = fake_list_broadcasts();

	begin(&at);
	assert_true(store_snapshot_save(at.store, rows, &at.error));
	commit(&at);
	broadcasts_free(rows);
}

static int setup(void **state)
{
	(void)state;
	store_scratch_make(&at);
	keep_broadcasts();
	assert_true(
	    keyring_make_file(scratch_path(&at.scratch, "token.keys"), &at.error));
	kairan = kairan_new(load_setup(&at, "message_max = \"400000\"\n"), at.store);
	at.store = NULL; /* kairan closes it */
	snapshot_round_restore(kairan);
	fake_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	session_free(session);
	session = NULL;
	kairan_free(kairan);
	store_scratch_remove(&at);
	fake_end();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_orders),
		TEST(test_reset_at_each_point),
		TEST(test_too_many),
		TEST(test_too_many_spellings),
		TEST(test_broadcast_like_a_service_address),
		TEST(test_answers),
		TEST(test_queue_id),
		TEST(test_largest_message),
		TEST(test_largest_header),
		TEST(test_octets),
		TEST(test_reload_in_the_middle),
		TEST(test_unknown_addresses),
		TEST(test_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

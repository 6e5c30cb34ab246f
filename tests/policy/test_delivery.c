/*
 * NAME
 *	test_delivery - lines of mail systems' logs, times, and carriers' names
 *
 * DESCRIPTION
 *	Lines as Postfix 3.7 and Sendmail 8.17 write them, and others that are about something else.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "policy/carrier.h"
#include "policy/delivery_line.h"
#include "policy/delivery_time.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NONE         (-1)

static const struct {
	const char *text;
	int fate;
	const char *id;
	const char *who; /* all, with blanks between them */
	const char *words;
} lines[] = {
	{ "mail postfix/smtp[12]: 3B110AACBBA: to=<a@phone.example>, relay=mx[1.2.3.4]:25, "
	  "delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
	  DELIVERY_SENT, "3B110AACBBA", "a@phone.example", "250 2.0.0 Ok" },
	{ "mail postfix/smtp[12]: 4Nb2wK1xyzz4: to=<\"a..b\"@docomo.ne.jp>, orig_to=<x@y>, "
	  "relay=mx[1.2.3.4]:25, delay=1, delays=1/0/0/0, dsn=4.7.1, status=deferred (host "
	  "mx[1.2.3.4] said: 450 4.7.1 busy (in reply to RCPT TO command))",
	  DELIVERY_DEFERRED, "4Nb2wK1xyzz4", "\"a..b\"@docomo.ne.jp",
	  "host mx[1.2.3.4] said: 450 4.7.1 busy (in reply to RCPT TO command)" },
	{ "mail postfix/smtp[12]: 3B110AACBBA: to=<a@b>, relay=mx[1.2.3.4]:25, delay=1, "
	  "dsn=5.1.1, status=bounced (host mx said: 550 no)",
	  DELIVERY_FAILED, "3B110AACBBA", "a@b", "host mx said: 550 no" },
	{ "mail postfix/qmgr[3]: 3B110AACBBA: from=<bounce+r1.1.123456789@info.town.example>, "
	  "size=10, nrcpt=26 (queue active)",
	  DELIVERY_QUEUED, "3B110AACBBA", "bounce+r1.1.123456789@info.town.example", "" },
	{ "mail postfix/qmgr[3]: 3B110AACBBA: removed", DELIVERY_REMOVED, "3B110AACBBA",
	  "", "" },
	{ "mail sendmail[17]: 6ARBNiLK017155: to=<a@b>,<c@d>, delay=00:00:01, "
	  "xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx [1.2.3.4], dsn=2.0.0, stat=Sent "
	  "(ok)",
	  DELIVERY_SENT, "6ARBNiLK017155", "a@b c@d", "Sent (ok)" },
	{ "mail sendmail[17]: 6ARBNiLK017155: to=<a@b>,<c@d>, [more], delay=00:00:01, "
	  "mailer=esmtp, dsn=4.7.1, reply=450 4.7.1 busy, stat=Deferred: 450 4.7.1 busy",
	  DELIVERY_DEFERRED, "6ARBNiLK017155", "a@b c@d", "450 4.7.1 busy" },
	{ "mail sendmail[17]: 6ARBNiLK017155: to=<a@b>, ctladdr=<x@y> (1/1), "
	  "delay=00:00:01, mailer=esmtp, dsn=5.1.1, stat=User unknown",
	  DELIVERY_FAILED, "6ARBNiLK017155", "a@b", "User unknown" },
	{ "mail sendmail[17]: 6ARBNiLK017155: split: maxrcpts=2, rcpts=4, count=2, "
	  "ids=6ARBNiLL017155; 6ARBNiLM017155",
	  DELIVERY_SPLIT, "6ARBNiLK017155", "6ARBNiLL017155; 6ARBNiLM017155", "" },
	{ "mail sendmail[17]: 6ARBNiLK017155: done; delay=00:00:02, ntries=1",
	  DELIVERY_REMOVED, "6ARBNiLK017155", "", "" },
	{ "mail postfix/smtpd[12]: disconnect from x[1.2.3.4]", NONE, "", "", "" },
	{ "mail postfix/smtp[12]: 3B110AACBBA: to=<a@b>, status=deliverable (x)", NONE,
	  "", "", "" },
	{ "mail postfix/smtp[12]: 3B110AACBBA: to=<a@b", NONE, "", "", "" },
	{ "mail postfix/cleanup[12]: 3B110AACBBA: message-id=<to=<a@b>, status=sent (x)>",
	  NONE, "", "", "" },
	{ "mail kairan[1]: no: id", NONE, "", "", "" },
	{ "", NONE, "", "", "" },
};

static void check_who(struct delivery_text who, const char *wanted)
{
	char found[200] = "";
	struct delivery_text address;

	while (delivery_line_next(&who, &address))
		(void)snprintf(found + strlen(found), sizeof(found) - strlen(found),
			       "%s%.*s", *found != '\0' ? " " : "", (int)address.length,
			       address.octets);
	assert_string_equal(found, wanted);
}

static void check_text(struct delivery_text text, const char *wanted)
{
	assert_int_equal(text.length, strlen(wanted));
	assert_memory_equal(text.octets, wanted, text.length);
}

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct delivery_line line = { 0 };
		const bool found = delivery_line_read(lines[i].text, &line);

		if (found != (lines[i].fate != NONE))
			fail_msg("%s", lines[i].text);
		if (!found)
			continue;
		assert_int_equal(line.fate, lines[i].fate);
		check_text(line.queue_id, lines[i].id);
		if (line.fate == DELIVERY_QUEUED || line.fate == DELIVERY_SPLIT)
			check_text(line.who, lines[i].who);
		else
			check_who(line.who, lines[i].who);
		check_text(line.words, lines[i].words);
	}
}

static void test_whose_words(void **state)
{
	static const struct {
		const char *words;
		bool theirs;
	} rows[] = {
		{ "host mx[1.2.3.4] said: 450 busy (in reply to RCPT TO command)", true },
		{ "host mx[1.2.3.4] refused to talk to me: 421 too many", true },
		{ "connect to mx[1.2.3.4]:25: Connection timed out", true },
		{ "lost connection with mx[1.2.3.4] while sending RCPT TO", true },
		{ "450 4.7.1 busy", true },
		{ "Deferred: Connection refused by mx", true },
		{ "Deferred: 421 4.7.0 busy", true },
		{ "deferred transport", false },
		{ "mail transport unavailable", false },
		{ "delivery temporarily suspended: unknown mail transport error", false },
		{ "Deferred: Insufficient disk space", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct delivery_text words = { rows[i].words,
						     strlen(rows[i].words) };

		if (delivery_line_is_theirs(words) != rows[i].theirs)
			fail_msg("%s", rows[i].words);
	}
}

static void test_steps(void **state)
{
	int64_t last = 0, count = 0;

	(void)state;
	assert_int_equal(delivery_time_step(-5), 0);
	assert_int_equal(delivery_time_step(300), 300);
	assert_int_equal(delivery_time_step(301), 305);
	/* Five days, as long as mail waits: never too early, not much too late, not too many. */
	for (int64_t at = 0; at <= INT64_C(5) * 86400; at++) {
		const int64_t step = delivery_time_step(at);

		if (step < at || step < last || step - at > at / 20 + 1)
			fail_msg("%lld: %lld", (long long)at, (long long)step);
		count += step != last ? 1 : 0;
		last = step;
	}
	assert_in_range(count, 300, 1500);
}

static void test_percents(void **state)
{
	static const struct delivery_step steps[] = {
		{ 1, 10 }, { 2, 40 }, { 9, 49 }, { 60, 1 }
	};

	(void)state;
	assert_int_equal(delivery_time_find(steps, 4, DELIVERY_MEDIAN), 2);
	assert_int_equal(delivery_time_find(steps, 4, DELIVERY_MOST), 9);
	assert_int_equal(delivery_time_find(steps, 4, 100), 60);
	assert_int_equal(delivery_time_find(steps, 1, DELIVERY_MOST), 1);
	assert_int_equal(delivery_time_find(NULL, 0, DELIVERY_MEDIAN), 0);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(carrier_find_name("docomo.ne.jp", false), "docomo");
	assert_string_equal(carrier_find_name("DOCOMO.ne.jp", true), "ドコモ");
	assert_string_equal(carrier_find_name("t.vodafone.ne.jp", false), "SoftBank");
	assert_string_equal(carrier_find_name("i.softbank.jp", true), "ソフトバンク");
	assert_null(carrier_find_name("notdocomo.ne.jp", true));
	assert_null(carrier_find_name("ne.jp", true));
	assert_null(carrier_find_name("", true));
	assert_string_equal(carrier_find_first("au.com"),
			    carrier_find_first("x.EZWEB.ne.jp"));
	assert_string_equal(carrier_find_first("i.softbank.jp"),
			    carrier_find_first("t.vodafone.ne.jp"));
	assert_string_equal(carrier_find_first("mail.docomo.ne.jp"), "docomo.ne.jp");
	assert_string_equal(carrier_find_first("town.example"), "town.example");
	assert_true(carrier_has_several("au.com"));
	assert_false(carrier_has_several("docomo.ne.jp"));
	assert_false(carrier_has_several("town.example"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_whose_words),
		cmocka_unit_test(test_steps), cmocka_unit_test(test_percents),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("delivery", tests, NULL, NULL);
}

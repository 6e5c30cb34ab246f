/*
 * NAME
 *	test_reports - what mail systems write of a mail that they did not deliver
 *
 * DESCRIPTION
 *	Each row is a report in the shape of one mail system: of whom it is, and what it means
 *	for the address. A row without a kind is of nobody: the address must not be found in it.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "milter/mail/message.h"
#include "milter/mail/message_report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WHO          "taro.yamada@phone.example"

/* RFC 3464: what people read, and the fields of one recipient. */
#define DSN(text, fields)                                                              \
	"From: Mail Delivery System <MAILER-DAEMON@mx.example>\n"                      \
	"Subject: Undelivered Mail\nMIME-Version: 1.0\n"                               \
	"Content-Type: multipart/report; report-type=delivery-status;\n"               \
	" boundary=\"=_b\"\n\n--=_b\nContent-Type: text/plain; charset=utf-8\n\n" text \
	"\n\n--=_b\nContent-Type: message/delivery-status\n\n"                         \
	"Reporting-MTA: dns; mx.example\nArrival-Date: Tue, 24 Nov 2026 09:00:00 "     \
	"+0900\n\n" fields "\n\n--=_b\nContent-Type: message/rfc822\n\n"               \
	"To: bosai@info.town.example\nSubject: spam quota full\n\n"                    \
	"The user is unknown on vacation.\n\n--=_b--\n"
#define FINAL "Final-Recipient: rfc822; " WHO "\n"
#define FAILED(status, diagnostic) \
	DSN("It did not arrive.",  \
	    FINAL "Action: failed\nStatus: " status "\nDiagnostic-Code: " diagnostic)
/* In words. */
#define SAYS(subject, text)                                 \
	"From: MAILER-DAEMON@mx.example\nSubject: " subject \
	"\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" text

static const struct row {
	const char *mail;
	enum bounce_kind kind; /* 0: of nobody */
	const char *sender;    /* NULL: none */
} rows[] = {
	/* ---- RFC 3464: there is no such address ---- */
	{ FAILED("5.1.1", "smtp; 550 5.1.1 <" WHO ">: Recipient address rejected: User "
			  "unknown in relay recipient table"),
	  BOUNCE_NO_USER, NULL },
	{ FAILED("5.0.0", "smtp; 550 Unknown user " WHO), BOUNCE_NO_USER, NULL },
	{ FAILED("5.1.1", "smtp;550 5.1.1 <" WHO ">... User unknown"), BOUNCE_NO_USER,
	  NULL },
	{ FAILED("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient "
			   "not found by SMTP address lookup"),
	  BOUNCE_NO_USER, NULL },
	{ FAILED("5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. "
			  "[AM0]"),
	  BOUNCE_NO_USER, NULL },
	{ FAILED("5.1.1", "x-unix; there is nobody of this name"), BOUNCE_NO_USER, NULL },
	{ FAILED("5.0.0", "smtp; 550 Requested action not taken: mailbox unavailable"),
	  BOUNCE_NO_USER, NULL },
	{ FAILED("5.1.1",
		 "smtp; 550-5.1.1 The email account that you tried to reach does "
		 "not\n 550-5.1.1 exist. Please try double-checking"),
	  BOUNCE_NO_USER, NULL },
	{ FAILED("5.5.0", "smtp; 550 Invalid recipient <" WHO "> (#5.1.1)"),
	  BOUNCE_NO_USER, NULL },
	{ FAILED("5.1.1 (bad destination mailbox address)", "smtp; 553 sorry, no mailbox "
							    "here by that name"),
	  BOUNCE_NO_USER, NULL },
	{ DSN("x", "Original-Recipient: rfc822;taro+2Eyamada@phone.example\n"
		   "Final-Recipient: rfc822;inner@elsewhere.example\nAction: failed\n"
		   "Status: 5.1.1\nDiagnostic-Code: smtp; 550 user unknown"),
	  BOUNCE_NO_USER, NULL },
	{ DSN("x", "Final-Recipient: RFC822;\n\t" WHO "\nAction: failed (permanent)\n"
		   "Status: 5.1.1"),
	  BOUNCE_NO_USER, NULL },
	{ DSN("x", FINAL "Status: 5.1.1"), BOUNCE_NO_USER, NULL },
	{ DSN("x", "Final-Recipient: rfc822; other@phone.example\nAction: delayed\n"
		   "Status: 4.2.0\n\n" FINAL "Action: failed\nStatus: 5.1.1"),
	  BOUNCE_NO_USER, NULL },
	{ FAILED("5.1.1", "smtp; 550 5.1.1 <spam-full-quota@phone.example> user unknown"),
	  BOUNCE_NO_USER, NULL },
	/* ---- no such domain ---- */
	{ FAILED("5.1.2", "x-postfix; this private server sends nothing to a network"),
	  BOUNCE_NO_DOMAIN, NULL },
	{ FAILED("5.4.4", "X-Postfix; Host or domain name not found. Name service error "
			  "for name=phone.example type=A: Host not found"),
	  BOUNCE_NO_DOMAIN, NULL },
	{ FAILED("5.1.2",
		 "dns; host unknown (Name server: phone.example.: host not found)"),
	  BOUNCE_NO_DOMAIN, NULL },
	{ FAILED("5.1.10", "smtp; 556 5.1.10 domain does not accept mail (nullMX)"),
	  BOUNCE_NO_DOMAIN, NULL },
	/* ---- closed ---- */
	{ FAILED("5.2.1", "smtp; 550 5.2.1 This mailbox has been disabled"),
	  BOUNCE_CLOSED, NULL },
	{ FAILED("5.2.1", "smtp; 550-5.2.1 The email account that you tried to reach is "
			  "inactive"),
	  BOUNCE_CLOSED, NULL },
	{ FAILED("5.0.0", "smtp; 554 delivery error: this account has been disabled or "
			  "discontinued (account is disabled)"),
	  BOUNCE_CLOSED, NULL },
	/* ---- full ---- */
	{ FAILED("5.2.2", "smtp; 552 5.2.2 <" WHO ">: mailbox full"), BOUNCE_FULL, NULL },
	{ FAILED("4.2.2", "smtp; 452 4.2.2 The recipient is over quota"), BOUNCE_FULL,
	  NULL },
	{ FAILED("5.0.0", "smtp; 550 Mailbox size limit exceeded; user unknown until "
			  "then"),
	  BOUNCE_FULL, NULL },
	{ FAILED("5.2.2", "x-unix; user unknown to the quota daemon"), BOUNCE_FULL,
	  NULL },
	/* ---- could not be reached ---- */
	{ FAILED("4.4.1", "X-Postfix; connect to mx.phone.example[192.0.2.1]:25: "
			  "Connection timed out"),
	  BOUNCE_UNREACHABLE, NULL },
	{ FAILED("4.4.7", "smtp;550 4.4.7 QUEUE.Expired; message expired"),
	  BOUNCE_UNREACHABLE, NULL },
	{ FAILED("4.1.1", "smtp; 450 4.1.1 <" WHO ">: user unknown (for now)"),
	  BOUNCE_UNREACHABLE, NULL },
	{ FAILED("5.4.6", "smtp; 554 5.4.6 too many hops"), BOUNCE_UNREACHABLE, NULL },
	{ FAILED("5.3.0", "x-unix; the system is in trouble"), BOUNCE_UNREACHABLE, NULL },
	/* ---- not wanted ---- */
	{ FAILED("5.7.1", "smtp; 550 5.7.1 rejected by DMARC policy of town.example"),
	  BOUNCE_POLICY, NULL },
	{ FAILED("5.7.26", "smtp; 550-5.7.26 this mail is unauthenticated"),
	  BOUNCE_POLICY, NULL },
	{ FAILED("5.0.0", "smtp; 554 your address is on a block list"), BOUNCE_POLICY,
	  NULL },
	{ FAILED("5.7.1",
		 "smtp; 554 5.7.1 Service unavailable; client host blocked using "
		 "a list; user unknown"),
	  BOUNCE_POLICY, NULL },
	{ FAILED("5.0.0", "smtp; 550 the content looks like spam"), BOUNCE_POLICY, NULL },
	{ FAILED("5.7.0", "smtp; 550 unknown user or not permitted"), BOUNCE_POLICY,
	  NULL },
	{ FAILED("4.7.0", "smtp; 421 4.7.0 too many connections from you"), BOUNCE_POLICY,
	  NULL },
	{ FAILED("5.2.1", "smtp; 550-5.2.1 the user is receiving mail at a rate that "
			  "prevents more"),
	  BOUNCE_POLICY, NULL },
	{ FAILED("5.3.4", "smtp; 552 5.3.4 message size exceeds the limit"),
	  BOUNCE_POLICY, NULL },
	{ FAILED("5.1.8", "smtp; 553 5.1.8 sender address rejected: domain not found"),
	  BOUNCE_POLICY, NULL },
	{ FAILED("5.7.129",
		 "smtp;550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission"),
	  BOUNCE_POLICY, NULL },
	/* ---- nobody knows ---- */
	{ FAILED("5.0.0", "smtp; 554 transaction failed"), BOUNCE_UNKNOWN, NULL },
	{ FAILED("5.1.3", "smtp; 501 5.1.3 bad address syntax"), BOUNCE_UNKNOWN, NULL },
	{ DSN("x", FINAL "Action: failed\nStatus: 5.5.0"), BOUNCE_UNKNOWN, NULL },
	/* ---- no failure ---- */
	{ DSN("x", FINAL "Action: delayed\nStatus: 4.1.1\n"
			 "Diagnostic-Code: smtp; 450 4.1.1 user unknown"),
	  BOUNCE_DELAYED, NULL },
	{ DSN("x", FINAL "Action: relayed\nStatus: 2.0.0"), BOUNCE_DELIVERED, NULL },
	{ DSN("x", FINAL "Action: expanded\nStatus: 2.0.0"), BOUNCE_DELIVERED, NULL },
	/* Of somebody else. */
	{ DSN("The mail to " WHO " arrived, that to another did not.",
	      "Final-Recipient: rfc822; other@phone.example\nAction: failed\n"
	      "Status: 5.1.1"),
	  0, NULL },

	/* ---- in words ---- */
	/* qmail */
	{ SAYS(
	      "failure notice",
	      "This is the mail program at mx.example. I was not able to deliver your\n"
	      "message to the following addresses.\n\n<" WHO ">:\nSorry, no mailbox here "
	      "by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
	      "To: <other@phone.example>\n\nmailbox full\n"),
	  BOUNCE_NO_USER, NULL },
	{ SAYS(
	      "failure notice",
	      "I was not able to deliver your message.\n\n<other@phone.example>:\nno such "
	      "user\n\n<" WHO
	      ">:\n192.0.2.9 failed after I sent the message.\nRemote host "
	      "said: 552 over quota\n"),
	  BOUNCE_FULL, NULL },
	{ SAYS("failure notice",
	       "It was not delivered.\n\n--- Below this line is a copy of "
	       "the message.\n\nTo: " WHO "\n"),
	  0, NULL },
	{ SAYS("failure notice",
	       "I was not able to deliver your message to <" WHO ">:\n"
	       "I'm sorry, I wasn't able to establish an SMTP connection.\n"),
	  BOUNCE_UNREACHABLE, NULL },
	/* Sendmail, before it had a status part */
	{ SAYS("Returned mail: User unknown",
	       "   ----- The following addresses had permanent fatal errors -----\n<" WHO
	       ">\n\n   ----- Transcript of session follows -----\n... while talking to "
	       "mx.phone.example.:\n>>> RCPT To:<" WHO ">\n<<< 550 5.1.1 User unknown\n"),
	  BOUNCE_NO_USER, NULL },
	{ SAYS(
	      "Warning: could not send message for past 4 hours",
	      "    **********************************************\n    **      THIS IS A "
	      "WARNING MESSAGE ONLY      **\n    **********************************\n<" WHO
	      ">... Deferred: user unknown for now\n"),
	  BOUNCE_DELAYED, NULL },
	/* Exim */
	{ "From: MAILER-DAEMON@mx.example\nSubject: Mail delivery failed: returning "
	  "message to sender\nX-Failed-Recipients: " WHO
	  "\nAuto-Submitted: auto-generated\n\n"
	  "A message that you sent could not be delivered to all of its recipients.\n"
	  "    all relevant MX records point to non-existent hosts\n",
	  BOUNCE_NO_DOMAIN, NULL },
	{ "From: MAILER-DAEMON@mx.example\nSubject: Mail delivery failed\n"
	  "X-Failed-Recipients: a@x.example, " WHO
	  "\n\nIt could not be delivered.\n\n  a@x.example\n"
	  "    unknown user\n  " WHO "\n    retry timeout exceeded\n",
	  BOUNCE_UNREACHABLE, NULL },
	{ SAYS("Mail failure - rejected by local scanning code",
	       "Your mail could not be delivered.\n  " WHO
	       "\n    This message contains a "
	       "virus\n"),
	  BOUNCE_POLICY, NULL },
	/* Lotus, MDaemon, old gateways */
	{ SAYS("DELIVERY FAILURE: User taro.yamada not listed in Domino Directory",
	       "Your message\n\n  Subject: x\n\nwas not delivered to:\n\n  " WHO
	       "\n\nbecause:\n\n"
	       "  User taro.yamada (" WHO ") not listed in Domino Directory\n"),
	  BOUNCE_NO_USER, NULL },
	{ SAYS("Permanent Delivery Failure", "The following address is dead: <" WHO ">\n"
					     "no such user\n"),
	  BOUNCE_NO_USER, NULL },
	{ SAYS("Undeliverable: Mail", "Delivery has failed to these recipients:\n" WHO
				      "\nThe e-mail address couldn't be found.\n"),
	  BOUNCE_NO_USER, NULL },
	/* carriers and providers in Japan */
	{ SAYS(
	      "Mail System Error - Returned Mail",
	      "This Message was undeliverable due to the following reason:\n\nThe user(s) "
	      "account is temporarily over quota.\n\n<" WHO ">\n\nPlease Reply to "
	      "<Postmaster@phone.example> if you feel this message to be in error.\n"),
	  BOUNCE_FULL, NULL },
	{ SAYS(
	      "Mail System Error - Returned Mail",
	      "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n送信先メールアドレスが見つかりません"
	      "でした。\nメールアドレスをご確認の上、再送信してください。\n\n<" WHO
	      ">\n"),
	  BOUNCE_NO_USER, NULL },
	{ SAYS("Mail System Error - Returned Mail",
	       "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n<" WHO
	       ">\n\n"
	       "受信者のメールボックスの容量を超えているため、お預かりできません。\n"),
	  BOUNCE_FULL, NULL },
	{ SAYS("=?utf-8?B?6YCB5L+h44Ko44Op44O8?=", /* 送信エラー */
	       "お客様が送信されたメールは、" WHO " 様にお届けできませんでした。\n"
	       "理由: 宛先不明\n"),
	  BOUNCE_NO_USER, NULL },
	{ SAYS("メール送信エラー", "下記の宛先に配信できませんでした。\n" WHO "\n"
				   "迷惑メールとして受信拒否されました。\n"),
	  BOUNCE_POLICY, NULL },
	{ SAYS("配信エラー",
	       "<" WHO "> へ配信できませんでした。お客様はすでに解約されています。\n"),
	  BOUNCE_CLOSED, NULL },
	{ SAYS("配信エラー",
	       "<" WHO "> へ配信できませんでした。宛先のメールアドレスが存在しませ\nん。"
	       "宛先が存在しませ\nん。\n"),
	  BOUNCE_NO_USER, NULL },
	{ SAYS("配信遅延", "<" WHO "> への配信が遅れています。再送を続けます。\n"),
	  BOUNCE_DELAYED, NULL },
	{ "From: postmaster@phone.example\nSubject: Returned mail\n"
	  "Content-Type: text/plain; charset=iso-2022-jp\n\n"
	  "<" WHO ">\n\x1b$B08@hITL@\x1b(B\n",
	  BOUNCE_NO_USER, NULL },
	{ "From: postmaster@phone.example\nSubject: Returned mail\n\n"
	  "<" WHO ">\n\x88\xb6\x90\xe6\x95\x73\x96\xbe\n",
	  BOUNCE_NO_USER, NULL },
	{ SAYS("Returned mail", "<" WHO ">\nドメイン指定により受信を拒否しました。\n"),
	  BOUNCE_POLICY, NULL },
	{ SAYS("Undelivered",
	       "<" WHO
	       "> : ご利用のメールサーバーは一度に大量のメールを送信しました。\n"),
	  BOUNCE_POLICY, NULL },
	/* ---- programs that answer for somebody ---- */
	{ "From: " WHO "\nSubject: Re: notice\nAuto-Submitted: auto-replied\n\n"
	  "I am out of the office. Mail to <" WHO "> is not read, the mailbox is full.\n",
	  BOUNCE_AUTOMATIC, NULL },
	{ SAYS("不在のお知らせ", "休暇中です。" WHO " まで。\n"), BOUNCE_AUTOMATIC, WHO },
	{ SAYS("Out of office", "I am " WHO ", on holiday.\n"), BOUNCE_AUTOMATIC, NULL },
	{ SAYS("お礼", WHO " です。ありがとうございました。\n"), BOUNCE_AUTOMATIC, WHO },
	/* ---- no mail at all ---- */
	{ "\x00", 0, NULL },
	{ "This has no header\n\n<" WHO ">: user unknown\n", BOUNCE_NO_USER, NULL },

	/* In HTML alone. */
	{ "From: postmaster@mx.example\nSubject: Undeliverable: notice\nMIME-Version: 1.0\n"
	  "Content-Type: text/html; charset=utf-8\n\n<html><head><style>p{color:red}</style>"
	  "</head><body><p>Delivery has failed to these recipients:</p><p><a href=\"mailto:" WHO
	  "\">" WHO "</a><br>The e-mail address you entered couldn&#39;t be found. "
	  "User unknown.</p></body></html>\n",
	  BOUNCE_NO_USER, NULL },
	{ "From: postmaster@phone.example\nSubject: Returned mail\nMIME-Version: 1.0\n"
	  "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html; "
	  "charset=utf-8\n\n<div>" WHO "</div><div>メールボックスがいっぱいのため、"
	  "お届けできませんでした。</div>\n--b--\n",
	  BOUNCE_FULL, NULL },
	{ "From: " WHO
	  "\nSubject: Re: notice\nMIME-Version: 1.0\nContent-Type: text/html; "
	  "charset=utf-8\n\n<p>ただいま休暇をいただいております。" WHO "</p>\n",
	  BOUNCE_AUTOMATIC, NULL },
	{ "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: "
	  "message/delivery-status\n\nReporting-MTA: dns; x\n\n" FINAL
	  "Action: failed\nStatus: "
	  "5.1.1\n",
	  BOUNCE_NO_USER, NULL },
};

static const struct message_report_row *find(const struct message_report *report)
{
	for (guint i = 0; i < report->rows->len; i++) {
		const struct message_report_row *row = g_ptr_array_index(report->rows, i);

		if (strcmp(row->recipient, WHO) == 0 || strcmp(row->original, WHO) == 0)
			return row;
	}
	return NULL;
}

/* With both line ends: pipes have LF, and others CRLF. */
static void check(const struct row *row, const char *mail)
{
	struct message_report report;
	const struct message_report_row *found;
	GString *text = g_string_new(NULL);
	struct bounce_facts facts;
	enum bounce_kind kind = 0;

	message_read_report(mail, strlen(mail), &report);
	found = find(&report);
	if (found != NULL) {
		message_report_get_facts(&report, found, report.rows->len == 1, text,
					 &facts);
		facts.is_nobodys = row->sender == NULL;
		kind = bounce_judge(&facts);
	}
	if (kind != row->kind)
		fail_msg("%s, not %s: %s", kind == 0 ? "nobody" : bounce_kind_name(kind),
			 row->kind == 0 ? "nobody" : bounce_kind_name(row->kind), mail);
	(void)g_string_free(text, TRUE);
	message_report_clear(&report);
}

static void test_shapes(void **state)
{
	(void)state;
	assert_true(COUNT(rows) >= 60);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char **lines = g_strsplit(rows[i].mail, "\n", -1);
		g_autofree char *mail = g_strjoinv("\r\n", lines);

		g_strfreev(lines);
		check(&rows[i], rows[i].mail);
		check(&rows[i], mail);
	}
}

/* What is told of one is not told of the other. */
static void test_each_has_its_own(void **state)
{
	static const char mail[] =
	    SAYS("Undelivered", "Not delivered:\n<a@x.example>: user unknown\n"
				"<b@x.example>: connection timed out\n<c@x.example>\n");
	static const enum bounce_kind kinds[] = { BOUNCE_NO_USER, BOUNCE_UNREACHABLE,
						  BOUNCE_UNKNOWN };
	struct message_report report;
	struct bounce_facts facts;
	GString *text = g_string_new(NULL);

	(void)state;
	message_read_report(mail, strlen(mail), &report);
	assert_int_equal(report.rows->len, COUNT(kinds));
	for (guint i = 0; i < report.rows->len; i++) {
		message_report_get_facts(&report, g_ptr_array_index(report.rows, i),
					 false, text, &facts);
		facts.is_nobodys = true;
		assert_int_equal(bounce_judge(&facts), kinds[i]);
	}
	(void)g_string_free(text, TRUE);
	message_report_clear(&report);
}

/* Only our own MTA's own reports are its word. */
static void test_whose_word(void **state)
{
	static const struct {
		const char *received;
		bool is_local;
	} cases[] = {
		{ "Received: by mail.town.example (Postfix)\n\tid 4ABC; x\n", true },
		{ "Received: from localhost (localhost)\n\tby mail.town.example (8.18.1) "
		  "id 5AR; x\n",
		  true },
		{ "Received: by mail.town.example (Postfix, from userid 0)\n\tid 4A; x\n",
		  false },
		{ "Received: (from root@localhost)\n\tby mail.town.example; x\n", false },
		{ "Received: from localhost (localhost [127.0.0.1])\n\tby "
		  "mail.town.example (Postfix) with ESMTP id 4A; x\nReceived: by "
		  "mail.town.example (Postfix)\n\tid 4ABC; x\n",
		  false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autofree char *mail =
		    g_strconcat(cases[i].received, "Subject: x\n\nx\n", NULL);
		struct message_report report;

		message_read_report(mail, strlen(mail), &report);
		if (report.is_local != cases[i].is_local)
			fail_msg("%s", cases[i].received);
		message_report_clear(&report);
	}
}

/* As many as a shard may have; the time is linear. */
static void test_a_whole_shard(void **state)
{
	GString *mail = g_string_new(
	    "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: "
	    "message/delivery-status\n\nReporting-MTA: dns; x\n\n");
	struct message_report report;

	(void)state;
	for (int i = 0; i < 20000; i++)
		g_string_append_printf(mail,
				       "Final-Recipient: rfc822; n%d@x.example\nAction: "
				       "failed\nStatus: 5.1.1\n\n",
				       i);
	g_string_append(mail, "--b--\n");
	message_read_report(mail->str, mail->len, &report);
	assert_int_equal(report.rows->len, 20000);
	message_report_clear(&report);
	(void)g_string_free(mail, TRUE);
}

static int start(void **state)
{
	struct kairan_error error;

	(void)state;
	return message_init(&error) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	message_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_each_has_its_own),
		cmocka_unit_test(test_whose_word),
		cmocka_unit_test(test_a_whole_shard),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

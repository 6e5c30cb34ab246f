/*
 * NAME
 *	test_automatic - machines, what may be one, and people
 *
 * DESCRIPTION
 *	Each row is a mail as a program or a person writes it: fields, subject, and what is
 *	said of it as a reply and as a draft. The draft that is answered is about absence
 *	itself where a row says so.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/automatic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NO      AUTOMATIC_NO
#define PERHAPS AUTOMATIC_PERHAPS
#define CERTAIN AUTOMATIC_CERTAIN

static const struct row {
	const char *fields;
	const char *subject; /* NULL: as a person's client writes it */
	enum automatic reply, draft;
} rows[] = {
	/* people */
	{ "", NULL, NO, NO },
	{ "", "", NO, NO },
	{ "", "RE: 【承認依頼】大雨への備え（防災課）", NO, NO },
	{ "", "承認します", NO, NO },
	{ "", "Re: Re: 【承認待ち】大雨への備え（防災課）", NO, NO },
	{ "", "返信: 【承認依頼】大雨への備え（防災課）", NO, NO },
	{ "", "Fwd: 【承認依頼】大雨への備え（防災課）", NO, NO },
	{ "", "Re: Reading week at the library", NO, NO },
	{ "", "Re: 配信のご確認", NO, NO },
	{ "Auto-Submitted: no\r\n", NULL, NO, NO },
	{ "Auto-Submitted: NO (by hand)\r\n", NULL, NO, NO },
	{ "Auto-Submitted: no; x=y\r\n", NULL, NO, NO },
	{ "X-Mailer: iPhone Mail (20G75)\r\n", NULL, NO, NO },
	{ "X-Mailer: Microsoft Outlook 16.0\r\nThread-Index: AdT\r\n", NULL, NO, NO },
	{ "Precedence: first-class\r\n", NULL, NO, NO },
	{ "X-FC-MachineGenerated: false\r\n", NULL, NO, NO },
	{ "X-Auto-Reply: no\r\n", NULL, NO, NO },
	{ "X-POST-MessageClass: 1; Normal\r\n", NULL, NO, NO },
	{ "Content-Type: multipart/mixed; boundary=b\r\n", NULL, NO, NO },
	{ "X-Note: Auto-Submitted: auto-replied\r\n", NULL, NO, NO },
	{ "Disposition-Notification-To: x@town.example\r\n", NULL, NO, NO },
	{ "Return-Receipt-To: x@town.example\r\n", NULL, NO, NO },
	/* people behind a gateway or a list */
	{ "Precedence: bulk\r\n", NULL, PERHAPS, PERHAPS },
	{ "Precedence: first-class\r\nPrecedence: JUNK\r\n", NULL, PERHAPS, PERHAPS },
	{ "Precedence: list\r\n", NULL, PERHAPS, PERHAPS },
	{ "X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n", NULL, PERHAPS, PERHAPS },
	{ "X-Auto-Response-Suppress: All\r\n", NULL, PERHAPS, PERHAPS },
	{ "List-Id: <bosai-kacho.town.example>\r\n", NULL, PERHAPS, PERHAPS },
	{ "List-Unsubscribe: <mailto:x@town.example>\r\n", NULL, PERHAPS, PERHAPS },
	{ "List-Post: NO\r\nList-Archive: <https://x.example/>\r\n", NULL, PERHAPS,
	  PERHAPS },
	{ "X-ML-Name: kacho\r\nX-Mail-Count: 00012\r\n", NULL, PERHAPS, PERHAPS },
	{ "X-Loop: filter@town.example\r\n", NULL, PERHAPS, PERHAPS },
	/* certain by the header */
	{ "Auto-Submitted: auto-replied\r\n", NULL, CERTAIN, CERTAIN },
	{ "auto-submitted: auto-generated; x=no\r\n", NULL, CERTAIN, CERTAIN },
	{ "Auto-Submitted: auto-notified\r\n", NULL, CERTAIN, CERTAIN },
	{ "Auto-Submitted: none\r\n", NULL, CERTAIN, CERTAIN },
	{ "Auto-Submitted:\r\n", NULL, CERTAIN, CERTAIN },
	{ "Auto-Submitted: no\r\nAuto-Submitted: auto-replied\r\n", NULL, CERTAIN,
	  CERTAIN },
	{ "Auto-Submitted: no\r\nAuto-Submitted: no\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Auto-Reply: yes\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Autoreply: yes\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Autoreply-From: x@town.example\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Autorespond: Re: request\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Autorespond:\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Autoresponder: 3.1\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-POST-MessageClass: 9; Autoresponder\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-FC-MachineGenerated: true\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Mailer: vacation 1.2.7\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-Mailer: Town AutoResponder 2\r\n", NULL, CERTAIN, CERTAIN },
	{ "User-Agent: Vacation/1.4.6\r\n", NULL, CERTAIN, CERTAIN },
	{ "X-MS-Exchange-Inbox-Rules-Loop: chief@town.example\r\n", NULL, CERTAIN,
	  CERTAIN },
	{ "X-Failed-Recipients: x@town.example\r\n", NULL, CERTAIN, CERTAIN },
	{ "Precedence: auto_reply\r\n", NULL, CERTAIN, CERTAIN },
	{ "Content-Class: urn:content-classes:mdn\r\n", NULL, CERTAIN, CERTAIN },
	{ "Content-Type: multipart/report; boundary=b\r\n", NULL, CERTAIN, CERTAIN },
	{ "Content-Type: Multipart/Report\r\n", NULL, CERTAIN, CERTAIN },
	{ "Content-Type: multipart/report; report-type=disposition-notification;\r\n"
	  " boundary=b\r\n",
	  "開封済み: 承認依頼", CERTAIN, CERTAIN },
	{ "Content-Type: message/disposition-notification\r\n", NULL, CERTAIN, CERTAIN },
	/* by the subject alone */
	{ "", "自動応答: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "【自動返信】Re: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "Re: 【承認依頼】大雨への備え（防災課）（自動返信）", PERHAPS, NO },
	{ "", "【不在】Re: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "不在通知", PERHAPS, NO },
	{ "", "不在のお知らせ Re: 大雨への備え", PERHAPS, NO },
	{ "", "休暇中です: Re: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "夏季休暇のお知らせ", PERHAPS, NO },
	{ "", "出張中（佐藤）", PERHAPS, NO },
	{ "", "開封済み: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "開封確認 - 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "受信確認: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "既読: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "メールを受信しました", PERHAPS, NO },
	{ "", "配信不能: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "Automatic reply: 【承認依頼】大雨への備え（防災課）", PERHAPS, NO },
	{ "", "Auto-Reply: request", PERHAPS, NO },
	{ "", "Ａｕｔｏ　Ｒｅｐｌｙ", PERHAPS, NO },
	{ "", "Auto: request", PERHAPS, NO },
	{ "", "Re: request [Auto Response]", PERHAPS, NO },
	{ "", "[Out of Office] request", PERHAPS, NO },
	{ "", "Re: Out-of-Office: request", PERHAPS, NO },
	{ "", "I am out of the office until Monday", PERHAPS, NO },
	{ "", "Vacation: Re: request", PERHAPS, NO },
	{ "", "OOO: Re: request", PERHAPS, NO },
	{ "", "Read: request", PERHAPS, NO },
	{ "", "Not read: request", PERHAPS, NO },
	{ "", "Return Receipt (displayed) - request", PERHAPS, NO },
	{ "", "Undeliverable: request", PERHAPS, NO },
	{ "", "Abwesenheitsnotiz: Anfrage", PERHAPS, NO },
	{ "", "Automatische Antwort: Anfrage", PERHAPS, NO },
	{ "", "Réponse automatique : demande", PERHAPS, NO },
	{ "", "Lu : demande", PERHAPS, NO },
	{ "", "Respuesta automática: solicitud", PERHAPS, NO },
	{ "", "Resposta automática: pedido", PERHAPS, NO },
	{ "", "Risposta automatica: richiesta", PERHAPS, NO },
	{ "", "Gelesen: Anfrage", PERHAPS, NO },
	{ "", "Автоответ: запрос", PERHAPS, NO },
	{ "", "自动回复: 请求", PERHAPS, NO },
	{ "", "已读: 请求", PERHAPS, NO },
	{ "", "자동 응답: 요청", PERHAPS, NO },
	{ "", "부재중입니다", PERHAPS, NO },
	/* by the subject and the header */
	{ "X-Auto-Response-Suppress: All\r\n", "自動応答: 大雨への備え", CERTAIN,
	  PERHAPS },
	{ "Precedence: bulk\r\n", "Out of Office: request", CERTAIN, PERHAPS },
	{ "X-Loop: chief@town.example\r\n", "Re: 大雨への備え（自動返信）", CERTAIN,
	  PERHAPS },
	{ "Disposition: manual-action/MDN-sent-manually; displayed\r\n", "Read: request",
	  CERTAIN, PERHAPS },
	{ "Final-Recipient: rfc822; chief@town.example\r\n", "開封済み: 大雨への備え",
	  CERTAIN, PERHAPS },
};

static struct message *make(const char *fields, const char *subject)
{
	g_autofree char *coded =
	    g_base64_encode((const guchar *)subject, strlen(subject));
	g_autofree char *mail =
	    g_strdup_printf("Subject: =?utf-8?B?%s?=\r\n%s\r\nList-Id: body\r\n",
			    *subject != '\0' ? coded : "IA==", fields);
	struct message *message = NULL;

	assert_true(message_parse(mail, strlen(mail), &message, NULL));
	return message;
}

static void test_rows(void **state)
{
	static const char *const quoted[] = { "大雨への備え", "防災課", "", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *subject = rows[i].subject != NULL
					  ? rows[i].subject
					  : "Re: 【承認依頼】大雨への備え（防災課）";
		struct message *message = make(rows[i].fields, subject);

		if (automatic_judge_reply(message, quoted) != rows[i].reply ||
		    automatic_judge(message) != rows[i].draft)
			fail_msg("%s%s: %d, %d", rows[i].fields, subject,
				 automatic_judge_reply(message, quoted),
				 automatic_judge(message));
		message_free(message);
	}
}

/* People answer with the subject of the draft. */
static void test_quoted(void **state)
{
	static const struct {
		const char *draft, *subject;
		bool found;
	} cases[] = {
		{ "職員不在のお知らせ", "Re: 【承認依頼】職員不在のお知らせ（総務課）",
		  false },
		{ "職員不在のお知らせ", "RE: 職員不在のお知らせ", false },
		{ "職員不在のお知らせ", "不在: 【承認依頼】職員不在のお知らせ（総務課）",
		  true },
		{ "夏季休暇の窓口", "Re: 【承認待ち】夏季休暇の窓口（総務課）", false },
		{ "夏季休暇の窓口", "休暇中です: 【承認待ち】夏季休暇の窓口（総務課）",
		  true },
		/* written anew by another client */
		{ "休館日～開館日", "Re: 【承認依頼】休館日〜開館日", false },
		{ "休暇 ABC", "Re: 【承認依頼】休暇\u3000ＡＢＣ", false },
		{ "自動応答の試験", "Re: 【承認依頼】自動応答の\r\n 試験", false },
		{ "Out of office hours", "Re: [Please approve] Out of Office Hours",
		  false },
		{ "Out of office hours", "Out of office: Out of office hours", true },
		/* about voters and parcels, not about the writer */
		{ "", "Re: 【承認依頼】期日前投票（不在者投票係）", false },
		{ "", "Re: 休業要請について", false },
		/* what is left on both sides of it is no word */
		{ "大雨", "Re: 自動大雨応答", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const quoted[] = { cases[i].draft, NULL };

		if (automatic_is_subject(cases[i].subject, quoted) != cases[i].found)
			fail_msg("%s, %s", cases[i].draft, cases[i].subject);
	}
	assert_false(automatic_is_subject("Re: x", NULL));
	assert_true(automatic_is_subject("Automatic reply: x", NULL));
}

/* The subject of a template, without its placeholders. */
static char *read_subject(const char *path)
{
	g_autofree char *text = NULL;
	g_autofree char *line = NULL;
	GRegex *placeholder = g_regex_new("\\$\\{[a-z_]*\\}", 0, 0, NULL);
	char *subject;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	line = g_strndup(text, strcspn(text, "\n"));
	subject = g_regex_replace_literal(placeholder, line, -1, 0, "", 0, NULL);
	g_regex_unref(placeholder);
	return subject;
}

/* An answer to any of our notices is not taken for a machine's by what we wrote ourselves. */
static void test_our_subjects(void **state)
{
	static const char *const languages[] = { "ja", "en" };
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(languages); i++) {
		g_autofree char *path =
		    g_strdup_printf(SRCDIR "/conf/templates/%s", languages[i]);
		GDir *folder = g_dir_open(path, 0, NULL);
		const char *name;

		assert_non_null(folder);
		while ((name = g_dir_read_name(folder)) != NULL) {
			g_autofree char *file = g_build_filename(path, name, NULL);
			g_autofree char *line = read_subject(file);
			g_autofree char *answer = NULL;

			if (!g_str_has_prefix(line, "Subject: "))
				continue;
			answer = g_strconcat("Re: ", line + strlen("Subject: "), NULL);
			if (automatic_is_subject(answer, NULL))
				fail_msg("%s: %s", name, answer);
			seen++;
		}
		g_dir_close(folder);
	}
	assert_true(seen >= 40);
}

/* Reports within something else; but a mail within the mail is somebody else's. */
static void test_parts(void **state)
{
	static const struct {
		const char *inner;
		enum automatic answer;
	} cases[] = {
		{ "message/delivery-status", CERTAIN },
		{ "message/disposition-notification", CERTAIN },
		{ "text/plain", NO },
		{ "message/rfc822\r\n\r\nContent-Type: multipart/report", NO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autofree char *mail = g_strdup_printf(
		    "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		    "--b\r\n\r\nwords\r\n--b\r\nContent-Type: %s\r\n\r\nx\r\n--b--\r\n",
		    cases[i].inner);
		struct message *message = NULL;

		assert_true(message_parse(mail, strlen(mail), &message, NULL));
		if (automatic_judge(message) != cases[i].answer)
			fail_msg("%s", cases[i].inner);
		message_free(message);
	}
}

/* A header that is as large as may be takes no long time, and no deep stack. */
static void test_long_subject(void **state)
{
	g_autofree char *brackets = g_strnfill(200000, '[');

	(void)state;
	assert_false(automatic_is_subject(brackets, NULL));
}

static int set_up(void **state)
{
	(void)state;
	return message_init(NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	message_shutdown();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),         cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_our_subjects), cmocka_unit_test(test_parts),
		cmocka_unit_test(test_long_subject),
	};

	return cmocka_run_group_tests_name("automatic", tests, set_up, tear_down);
}

/*
 * NAME
 *	test_notice_id - the Message-IDs of notices
 *
 * DESCRIPTION
 *	Ids as kairan writes them, header fields as clients make them of those, and what only
 *	looks like one of them.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/notice_id.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DOMAIN       "info.town.example"
/* Of draft 42, person 1; the same with another end; of person 2; of draft 43. */
#define TOKEN       "a4aaaaaafiaacadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4"
#define TOKEN_LATER "a4aaaaaafiaacadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqua"
#define TOKEN_OTHER "a4aaaaaafiaaeadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4"
#define TOKEN_NEXT  "a4aaaaaafmaacadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4"
#define DECIDE      "<notice.7.decide." TOKEN "@" DOMAIN ">"

static void test_written(void **state)
{
	char text[NOTICE_ID_SIZE];
	struct notice_id id = { .number = 7, .made_at = 1795739551 };

	(void)state;
	notice_id_write(&id, DOMAIN, text);
	assert_string_equal(text, "<notice.7.1795739551@" DOMAIN ">");
	id.answer = (struct service_address){ SERVICE_DECIDE, TOKEN "@" DOMAIN,
					      TOKEN_TEXT_MAX, false };
	notice_id_write(&id, DOMAIN, text);
	assert_string_equal(text, DECIDE);
}

/* The longest of all there can be. */
static void test_longest(void **state)
{
	char domain[ADDRESS_MAX], text[NOTICE_ID_SIZE];
	const struct notice_id id = {
		.number = INT64_MAX,
		.answer = { SERVICE_CORRECT, TOKEN, TOKEN_TEXT_MAX, false },
	};
	struct notice_references references = { 0 };

	(void)state;
	memset(domain, 'a', sizeof(domain) - 1);
	domain[sizeof(domain) - 1] = '\0';
	notice_id_write(&id, domain, text);
	notice_id_collect(text, domain, &references);
	assert_int_equal(references.count, 1);
	assert_int_equal(references.kind, SERVICE_CORRECT);
	assert_string_equal(references.token, TOKEN);
}

static const struct {
	const char *value;
	size_t count;
	enum service_kind kind;
	const char *token;
} rows[] = {
	{ DECIDE, 1, SERVICE_DECIDE, TOKEN },
	{ "<notice.7.draft." TOKEN "@" DOMAIN ">", 1, SERVICE_DRAFT, TOKEN },
	{ "<notice.7.correct." TOKEN "@" DOMAIN ">", 1, SERVICE_CORRECT, TOKEN },
	{ "<notice.7.answer." TOKEN "@" DOMAIN ">", 1, SERVICE_ANSWER, TOKEN },
	{ "<NOTICE.7.Decide." TOKEN "@INFO.Town.Example>", 1, SERVICE_DECIDE, TOKEN },
	/* Among others, folded, with words around it, as old clients write it. */
	{ "<a@b.example>\r\n " DECIDE "\r\n\t<c@d.example>", 1, SERVICE_DECIDE, TOKEN },
	{ "<a@b.example>" DECIDE "<c@d.example>", 1, SERVICE_DECIDE, TOKEN },
	{ "Your message of \"Tue, 24 Nov\" " DECIDE " (kairan)", 1, SERVICE_DECIDE,
	  TOKEN },
	{ "<notice.7.decide.\r\n " TOKEN "@\r\n\t" DOMAIN ">", 1, SERVICE_DECIDE, TOKEN },
	{ "<" DECIDE, 1, SERVICE_DECIDE, TOKEN },
	{ "<notice.7.decide." TOKEN "@" DOMAIN, 1, SERVICE_DECIDE, TOKEN },
	/* Two mails about the same. */
	{ DECIDE " " DECIDE, 1, SERVICE_DECIDE, TOKEN },
	{ DECIDE " <notice.9.decide." TOKEN "@" DOMAIN ">", 1, SERVICE_DECIDE, TOKEN },
	{ DECIDE " <notice.9.decide." TOKEN_LATER "@" DOMAIN ">", 1, SERVICE_DECIDE,
	  TOKEN_LATER },
	/* Two mails about different things. */
	{ DECIDE " <notice.9.decide." TOKEN_NEXT "@" DOMAIN ">", 2, SERVICE_DECIDE,
	  TOKEN_NEXT },
	{ DECIDE " <notice.9.decide." TOKEN_OTHER "@" DOMAIN ">", 2, SERVICE_DECIDE,
	  TOKEN_OTHER },
	{ DECIDE " <notice.9.correct." TOKEN "@" DOMAIN ">", 2, SERVICE_CORRECT, TOKEN },
	{ DECIDE " <notice.9.decide." TOKEN_NEXT "@" DOMAIN "> " DECIDE, 3,
	  SERVICE_DECIDE, TOKEN },
	/* Of a token's shape, and none; whoever verifies it will say so. */
	{ "<notice.7.decide.a4aaaaaafiaacadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt7@" DOMAIN
	  ">",
	  1, SERVICE_DECIDE, "a4aaaaaafiaacadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt7" },

	/* None of ours. */
	{ "", 0, SERVICE_NONE, "" },
	{ "<>", 0, SERVICE_NONE, "" },
	{ "notice.7.decide." TOKEN "@" DOMAIN, 0, SERVICE_NONE, "" },
	{ "<notice.7.1795739551@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<broadcast.7.0a1b2c3d@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide." TOKEN "@town.example>", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide." TOKEN "@" DOMAIN ".jp>", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide." TOKEN "@x." DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide." TOKEN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide." TOKEN, 0, SERVICE_NONE, "" },
	{ "<notice.7.decide." TOKEN "a@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide.a" TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide.@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.release." TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.receipt." TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7.decide+" TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.7." TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice.decide." TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<notice..decide." TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<xnotice.7.decide." TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
	{ "<decide." TOKEN "@" DOMAIN ">", 0, SERVICE_NONE, "" },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct notice_references references = { .kind = SERVICE_NONE };

		notice_id_collect(rows[i].value, DOMAIN, &references);
		if (references.count != rows[i].count ||
		    references.kind != rows[i].kind ||
		    strcmp(references.token, rows[i].token) != 0)
			fail_msg("%s: %zu, kind %d, %s", rows[i].value, references.count,
				 (int)references.kind, references.token);
	}
}

/* One field after another. */
static void test_several_fields(void **state)
{
	struct notice_references references = { .kind = SERVICE_NONE };

	(void)state;
	notice_id_collect(DECIDE, DOMAIN, &references);
	notice_id_collect("<a@b.example>", DOMAIN, &references);
	notice_id_collect(DECIDE, DOMAIN, &references);
	assert_int_equal(references.count, 1);
	notice_id_collect("<notice.7.draft." TOKEN "@" DOMAIN ">", DOMAIN, &references);
	assert_int_equal(references.count, 2);
}

/* A mail about an incident is known by what it refers to. */
static void test_incidents(void **state)
{
	static const struct {
		const char *value;
		int64_t number;
	} values[] = {
		{ "<notice.7.incident.12@" DOMAIN ">", 12 },
		{ "<NOTICE.7.Incident.12@INFO.TOWN.EXAMPLE>", 12 },
		{ "<x@y> <notice.7.incident.1@" DOMAIN "> <notice.8.incident.2@" DOMAIN
		  ">",
		  2 },
		{ "<notice.7.incident.999999999@" DOMAIN ">", 999999999 },
		{ "<notice.7.incident.1234567890@" DOMAIN ">", 0 },
		{ "<notice.7.incident.@" DOMAIN ">", 0 },
		{ "<notice.7.incident.12x@" DOMAIN ">", 0 },
		{ "<notice.incident.12@" DOMAIN ">", 0 },
		{ "<notice.7.incident.12@town.example>", 0 },
		{ "<notice.7.1795739551@" DOMAIN ">", 0 },
		{ DECIDE, 0 },
		{ "", 0 },
	};
	struct notice_id id = { .number = 7 };
	struct address address;
	char text[NOTICE_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++)
		assert_int_equal(notice_id_find_incident(values[i].value, DOMAIN),
				 values[i].number);
	assert_true(address_read("incident+12@" DOMAIN, &address, NULL));
	service_address_read(&address, DOMAIN, "kairan", &id.answer);
	notice_id_write(&id, DOMAIN, text);
	assert_string_equal(text, "<notice.7.incident.12@" DOMAIN ">");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),   cmocka_unit_test(test_longest),
		cmocka_unit_test(test_table),     cmocka_unit_test(test_several_fields),
		cmocka_unit_test(test_incidents),
	};

	return cmocka_run_group_tests_name("notice_id", tests, NULL, NULL);
}

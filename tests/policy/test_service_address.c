/*
 * NAME
 *	test_service_address - what an address of the service domain is for
 *
 * DESCRIPTION
 *	Every kind, in every case, and the near misses of each.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "policy/service_address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TOKEN        "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4"
#define TOKEN_UPPER  "A4AAAAAAFIAAGADFKPYQA5GR4RPNJ3K32Y77N3RW5S6RQK6EHDQT4"
#define DOMAIN       "info.town.example"

static const struct {
	const char *address;
	enum service_kind kind;
	const char *token;
	bool is_cut;
} rows[] = {
	{ "decide+" TOKEN "@" DOMAIN, SERVICE_DECIDE, TOKEN, false },
	{ "draft+" TOKEN "@" DOMAIN, SERVICE_DRAFT, TOKEN, false },
	{ "correct+" TOKEN "@" DOMAIN, SERVICE_CORRECT, TOKEN, false },
	{ "release+" TOKEN "@" DOMAIN, SERVICE_RELEASE, TOKEN, false },
	{ "receipt+" TOKEN "@" DOMAIN, SERVICE_RECEIPT, TOKEN, false },
	{ "probe+" TOKEN "@" DOMAIN, SERVICE_PROBE, TOKEN, false },
	{ "answer+" TOKEN "@" DOMAIN, SERVICE_ANSWER, TOKEN, false },
	{ "bounce+anything=at.all@" DOMAIN, SERVICE_BOUNCE, "anything=at.all", false },
	{ "kairan@" DOMAIN, SERVICE_NOTICE, NULL, false },
	{ "postmaster@" DOMAIN, SERVICE_ROLE, NULL, false },
	{ "PostMaster@" DOMAIN ".", SERVICE_ROLE, NULL, false },
	{ "\"abuse\"@" DOMAIN, SERVICE_ROLE, NULL, false },
	{ "abuse+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "postmaster@town.example", SERVICE_NONE, NULL, false },

	/* Mail systems fold and unfold case. */
	{ "DECIDE+" TOKEN_UPPER "@INFO.TOWN.EXAMPLE", SERVICE_DECIDE, TOKEN_UPPER,
	  false },
	{ "DeCiDe+" TOKEN "@Info.Town.Example", SERVICE_DECIDE, TOKEN, false },
	{ "KAIRAN@" DOMAIN, SERVICE_NOTICE, NULL, false },

	/* Any of the delimiters, and the '+' that was not decoded. */
	{ "decide-" TOKEN "@" DOMAIN, SERVICE_DECIDE, TOKEN, false },
	{ "decide." TOKEN "@" DOMAIN, SERVICE_DECIDE, TOKEN, false },
	{ "decide%2b" TOKEN "@" DOMAIN, SERVICE_DECIDE, TOKEN, false },
	{ "decide%2B" TOKEN "@" DOMAIN, SERVICE_DECIDE, TOKEN, false },
	{ "draft-" TOKEN "@" DOMAIN, SERVICE_DRAFT, TOKEN, false },
	{ "correct." TOKEN "@" DOMAIN, SERVICE_CORRECT, TOKEN, false },
	{ "release-" TOKEN "@" DOMAIN, SERVICE_RELEASE, TOKEN, false },
	{ "receipt." TOKEN "@" DOMAIN, SERVICE_RECEIPT, TOKEN, false },
	{ "bounce-v12.1-a=b.example@" DOMAIN, SERVICE_BOUNCE, "v12.1-a=b.example",
	  false },
	{ "bounce.n12@" DOMAIN, SERVICE_BOUNCE, "n12", false },

	/* Written as some clients and gateways do. */
	{ "\"decide+" TOKEN "\"@" DOMAIN, SERVICE_DECIDE, TOKEN, false },
	{ "decide+" TOKEN "@" DOMAIN ".", SERVICE_DECIDE, TOKEN, false },
	{ "<\"DECIDE%2b" TOKEN "\"@INFO.town.example.>", SERVICE_DECIDE, TOKEN, false },
	{ "\"kairan\"@" DOMAIN ".", SERVICE_NOTICE, NULL, false },
	{ "\"incident\"@" DOMAIN ".", SERVICE_INCIDENT, NULL, false },

	/* Gateways drop what stands behind the '+', or a part of it; links break. */
	{ "decide@" DOMAIN, SERVICE_DECIDE, NULL, true },
	{ "Draft@" DOMAIN, SERVICE_DRAFT, NULL, true },
	{ "correct@" DOMAIN, SERVICE_CORRECT, NULL, true },
	{ "answer@" DOMAIN, SERVICE_ANSWER, NULL, true },
	{ "decide+@" DOMAIN, SERVICE_DECIDE, "", true },
	{ "decide%2b@" DOMAIN, SERVICE_DECIDE, "", true },
	{ "decide++@" DOMAIN, SERVICE_DECIDE, "+", true },
	{ "decide+a+b@" DOMAIN, SERVICE_DECIDE, "a+b", true },
	{ "decide-x@" DOMAIN, SERVICE_DECIDE, "x", true },
	{ "decide+draft+x@" DOMAIN, SERVICE_DECIDE, "draft+x", true },
	{ "decide+" TOKEN "a@" DOMAIN, SERVICE_DECIDE, TOKEN "a", true },
	{ "decide%2" TOKEN "@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	/* Of a token's shape, whatever it says: no cut, and verified. */
	{ "decide+a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt7@" DOMAIN,
	  SERVICE_DECIDE, "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt7",
	  false },
	{ "decide+14aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4@" DOMAIN,
	  SERVICE_DECIDE, "14aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4", true },
	/* Nobody answers to these. */
	{ "release@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "receipt@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "bounce@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "release+x@" DOMAIN, SERVICE_RELEASE, "x", false },

	{ "help@" DOMAIN, SERVICE_HELP, NULL, false },
	{ "\"HELP\"@" DOMAIN ".", SERVICE_HELP, NULL, false },
	{ "Template@" DOMAIN, SERVICE_TEMPLATE, NULL, false },
	{ "help+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "helper@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "incident@" DOMAIN, SERVICE_INCIDENT, NULL, false },
	{ "Incident@" DOMAIN, SERVICE_INCIDENT, NULL, false },
	{ "incident+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "incident+12@" DOMAIN, SERVICE_INCIDENT, "12", false },
	{ "Incident-7@" DOMAIN, SERVICE_INCIDENT, "7", false },
	{ "incident%2b123456789@" DOMAIN, SERVICE_INCIDENT, "123456789", false },
	{ "incident+@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "incident12@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "incident+1x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "incident+1234567890@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "incidents@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "decid+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "decider+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "decide_x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "decide=" TOKEN "@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "decide" TOKEN "@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "xdecide+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ ".decide+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "kaira@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "kairann@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "kairan+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "bosai@" DOMAIN, SERVICE_UNKNOWN, NULL, false },

	/* Residents'. */
	{ "preview+bosai@" DOMAIN, SERVICE_PREVIEW, "bosai", false },
	{ "PREVIEW%2bbosai@" DOMAIN, SERVICE_PREVIEW, "bosai", false },
	{ "preview-bosai-en@" DOMAIN, SERVICE_PREVIEW, "bosai-en", false },
	{ "preview+@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "preview@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "preview+bosai@example.org", SERVICE_NONE, NULL, false },
	{ "join-bosai@" DOMAIN, SERVICE_JOIN, "bosai", false },
	{ "Join-Bosai-EN@" DOMAIN ".", SERVICE_JOIN, "Bosai-EN", false },
	{ "join+bosai@" DOMAIN, SERVICE_JOIN, "bosai", false },
	{ "join.bosai@" DOMAIN, SERVICE_JOIN, "bosai", false },
	{ "join%2bbosai@" DOMAIN, SERVICE_JOIN, "bosai", false },
	{ "\"join-bosai\"@" DOMAIN, SERVICE_JOIN, "bosai", false },
	{ "join@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "join-@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "join_bosai@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "joint-x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "leave-bosai@" DOMAIN, SERVICE_LEAVE, "bosai", false },
	{ "leave+" TOKEN "@" DOMAIN, SERVICE_LEAVE_SIGNED, TOKEN, false },
	{ "LEAVE-" TOKEN_UPPER "@" DOMAIN, SERVICE_LEAVE_SIGNED, TOKEN_UPPER, false },
	/* Cut, it is the name of a list that there is not. */
	{ "leave+a4aaaaaafiaaga@" DOMAIN, SERVICE_LEAVE, "a4aaaaaafiaaga", false },
	{ "leave@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "pause-bosai@" DOMAIN, SERVICE_PAUSE, "bosai", false },
	{ "pause@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "confirm+" TOKEN "@" DOMAIN, SERVICE_CONFIRM, TOKEN, false },
	{ "confirm-" TOKEN_UPPER "@" DOMAIN, SERVICE_CONFIRM, TOKEN_UPPER, false },
	{ "confirm@" DOMAIN, SERVICE_CONFIRM, NULL, true },
	{ "confirm+x@" DOMAIN, SERVICE_CONFIRM, "x", true },
	{ "status@" DOMAIN, SERVICE_STATUS, NULL, false },
	{ "Status@" DOMAIN, SERVICE_STATUS, NULL, false },
	{ "status+x@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "statuses@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "-owner@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "owner@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "bosaiowner@" DOMAIN, SERVICE_UNKNOWN, NULL, false },
	{ "join-bosai-owner@" DOMAIN, SERVICE_JOIN, "bosai-owner", false },
	{ "join-bosai@town.example", SERVICE_NONE, NULL, false },
	{ "status@town.example", SERVICE_NONE, NULL, false },
	{ "bosai-owner@town.example", SERVICE_NONE, NULL, false },

	/* Other domains, however alike. */
	{ "decide+x@town.example", SERVICE_NONE, NULL, false },
	{ "decide@town.example", SERVICE_NONE, NULL, false },
	{ "decide+x@x.info.town.example", SERVICE_NONE, NULL, false },
	{ "decide+x@info.town.example.jp", SERVICE_NONE, NULL, false },
	{ "decide+x@xinfo.town.example", SERVICE_NONE, NULL, false },
	{ "decide+x@info.town.exampl", SERVICE_NONE, NULL, false },
	{ "kairan@town.example", SERVICE_NONE, NULL, false },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address address;
		struct service_address service;

		memset(&service, 0x55, sizeof(service));
		assert_true(address_read(rows[i].address, &address, NULL));
		service_address_read(&address, DOMAIN, "kairan", &service);
		if (service.kind != rows[i].kind || service.is_cut != rows[i].is_cut)
			fail_msg("%s: kind %d, cut %d", rows[i].address,
				 (int)service.kind, service.is_cut);
		if (rows[i].token == NULL) {
			assert_null(service.token);
			assert_int_equal(service.token_length, 0);
			continue;
		}
		assert_int_equal(service.token_length, strlen(rows[i].token));
		assert_memory_equal(service.token, rows[i].token, service.token_length);
		/* The token points into the address and ends at its '@'. */
		assert_ptr_equal(service.token + service.token_length,
				 address.spec + address.local_len);
	}
}

/* There the list stands before the word. */
static void test_owner(void **state)
{
	static const struct {
		const char *address, *list;
	} owners[] = {
		{ "bosai-owner@" DOMAIN, "bosai" },
		{ "Bosai-EN-Owner@" DOMAIN, "Bosai-EN" },
		{ "bosai.owner@" DOMAIN ".", "bosai" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(owners); i++) {
		struct address address;
		struct service_address service;

		assert_true(address_read(owners[i].address, &address, NULL));
		service_address_read(&address, DOMAIN, "kairan", &service);
		assert_int_equal(service.kind, SERVICE_OWNER);
		assert_false(service.is_cut);
		assert_int_equal(service.token_length, strlen(owners[i].list));
		assert_memory_equal(service.token, owners[i].list, service.token_length);
	}
}

static enum service_kind read_kind(const char *text, const char *domain,
				   const char *notice_local)
{
	struct address address;
	struct service_address service;

	assert_true(address_read(text, &address, NULL));
	service_address_read(&address, domain, notice_local, &service);
	return service.kind;
}

static void test_settings_in_capitals(void **state)
{
	(void)state;
	assert_int_equal(read_kind("kairan@" DOMAIN, "INFO.Town.example", "Kairan"),
			 SERVICE_NOTICE);
}

/* A notice sender named like one of the words must not hide the addresses with tokens. */
static void test_notice_sender_like_a_word(void **state)
{
	static const char *const locals[] = { "decide",       "decide+x", "draft-notice",
					      "correct.mail", "join-us",  "status",
					      "bosai-owner" };

	(void)state;
	for (size_t i = 0; i < COUNT(locals); i++) {
		char spec[100];

		(void)snprintf(spec, sizeof(spec), "%s@" DOMAIN, locals[i]);
		assert_int_equal(read_kind(spec, DOMAIN, locals[i]), SERVICE_NOTICE);
		assert_int_equal(read_kind("decide+" TOKEN "@" DOMAIN, DOMAIN, locals[i]),
				 SERVICE_DECIDE);
		assert_int_equal(read_kind("draft-" TOKEN "@" DOMAIN, DOMAIN, locals[i]),
				 SERVICE_DRAFT);
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(service_address_word(SERVICE_DECIDE), "decide");
	assert_string_equal(service_address_word(SERVICE_BOUNCE), "bounce");
	assert_string_equal(service_address_word(SERVICE_CONFIRM), "confirm");
	assert_string_equal(service_address_word(SERVICE_JOIN), "join");
	assert_string_equal(service_address_word(SERVICE_LEAVE_SIGNED), "leave");
	assert_null(service_address_word(SERVICE_NOTICE));
	assert_null(service_address_word(SERVICE_OWNER));
	assert_null(service_address_word(SERVICE_NONE));
}

/* What some mail system would deliver to the service, and what only looks so. */
static void test_disguises(void **state)
{
	static const struct {
		const char *path;
		bool is_disguised;
	} cases[] = {
		{ "<bosai%info.town.example@town.example>", true },
		{ "bosai%info.town.example", true },
		{ "info.town.example!bosai@town.example", true },
		{ "info.town.example!bosai", true },
		{ "<@a.example,@b.example:bosai@info.town.example>", true },
		{ "\"bosai staff\"@info.town.example", true },
		{ "bosai(x)@info.town.example", true },
		{ "bosai@info(x).town.example", true },
		{ "bosai@info.town.example(x)", true },
		{ "bosai@ info.town.example", true },
		{ "<bosai@info.town.example@town.example>", true },
		{ "ｂｏｓａｉ＠ｉｎｆｏ．ｔｏｗｎ．ｅｘａｍｐｌｅ", true },
		{ "bosai@info。town。example", true },
		{ "防災@INFO.town.example.", true },
		{ "bosai@[info.town.example]", true },
		/* Ours, strictly read; and others'. */
		{ "<bosai@info.town.example>", false },
		{ "\"bosai\"@info.town.example.", false },
		{ "bosai%x@info.town.example", false },
		{ "<bosai@myinfo.town.example>", false },
		{ "防災@info.town.example.org", false },
		{ "防災@sub.info.town.example", false },
		{ "bounce-bosai=info.town.example@list.example", false },
		{ "a%b@town.example", false },
		{ "<someone@town.example>", false },
		{ "<>", false },
		{ "", false },
		{ "postmaster", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (service_address_is_disguised(cases[i].path, DOMAIN) !=
		    cases[i].is_disguised)
			fail_msg("%s", cases[i].path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_settings_in_capitals),
		cmocka_unit_test(test_notice_sender_like_a_word),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_disguises),
	};

	return cmocka_run_group_tests_name("service_address", tests, NULL, NULL);
}

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

#include <string.h>

#include "policy/service_address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TOKEN        "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4"
#define DOMAIN       "info.town.example"

static const struct {
	const char *address;
	enum service_kind kind;
	const char *token;
} rows[] = {
	{ "decide+" TOKEN "@" DOMAIN, SERVICE_DECIDE, TOKEN },
	{ "draft+" TOKEN "@" DOMAIN, SERVICE_DRAFT, TOKEN },
	{ "release+" TOKEN "@" DOMAIN, SERVICE_RELEASE, TOKEN },
	{ "receipt+" TOKEN "@" DOMAIN, SERVICE_RECEIPT, TOKEN },
	{ "bounce+anything=at.all@" DOMAIN, SERVICE_BOUNCE, "anything=at.all" },
	{ "kairan@" DOMAIN, SERVICE_NOTICE, NULL },

	/* Mail systems fold and unfold case. */
	{ "DECIDE+ABC@INFO.TOWN.EXAMPLE", SERVICE_DECIDE, "ABC" },
	{ "DeCiDe+aBc@Info.Town.Example", SERVICE_DECIDE, "aBc" },
	{ "KAIRAN@" DOMAIN, SERVICE_NOTICE, NULL },

	/* A prefix with nothing behind it is that kind still, with an empty token. */
	{ "decide+@" DOMAIN, SERVICE_DECIDE, "" },
	{ "decide++@" DOMAIN, SERVICE_DECIDE, "+" },
	{ "decide+a+b@" DOMAIN, SERVICE_DECIDE, "a+b" },
	{ "decide+draft+x@" DOMAIN, SERVICE_DECIDE, "draft+x" },

	{ "incident@" DOMAIN, SERVICE_INCIDENT, NULL },
	{ "Incident@" DOMAIN, SERVICE_INCIDENT, NULL },
	{ "incident+x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "incidents@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "decide@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "decid+x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "decider+x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "xdecide+x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ ".decide+x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "decide-x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "+x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "kaira@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "kairann@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "kairan+x@" DOMAIN, SERVICE_UNKNOWN, NULL },
	{ "bosai@" DOMAIN, SERVICE_UNKNOWN, NULL },

	/* Other domains, however alike. */
	{ "decide+x@town.example", SERVICE_NONE, NULL },
	{ "decide+x@x.info.town.example", SERVICE_NONE, NULL },
	{ "decide+x@info.town.example.jp", SERVICE_NONE, NULL },
	{ "decide+x@xinfo.town.example", SERVICE_NONE, NULL },
	{ "decide+x@info.town.exampl", SERVICE_NONE, NULL },
	{ "kairan@town.example", SERVICE_NONE, NULL },
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
		if (service.kind != rows[i].kind)
			fail_msg("%s: kind %d", rows[i].address, (int)service.kind);
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

static void test_settings_in_capitals(void **state)
{
	struct address address;
	struct service_address service;

	(void)state;
	assert_true(address_read("kairan@" DOMAIN, &address, NULL));
	service_address_read(&address, "INFO.Town.example", "Kairan", &service);
	assert_int_equal(service.kind, SERVICE_NOTICE);
}

/* A notice sender named like a prefix must not hide the addresses with tokens. */
static void test_notice_sender_like_a_prefix(void **state)
{
	struct address address;
	struct service_address service;

	(void)state;
	assert_true(address_read("decide+x@" DOMAIN, &address, NULL));
	service_address_read(&address, DOMAIN, "decide+x", &service);
	assert_int_equal(service.kind, SERVICE_DECIDE);
	assert_true(address_read("decide@" DOMAIN, &address, NULL));
	service_address_read(&address, DOMAIN, "decide", &service);
	assert_int_equal(service.kind, SERVICE_NOTICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_settings_in_capitals),
		cmocka_unit_test(test_notice_sender_like_a_prefix),
	};

	return cmocka_run_group_tests_name("service_address", tests, NULL, NULL);
}

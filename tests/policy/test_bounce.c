/*
 * NAME
 *	test_bounce - addresses to which mail systems report, and when an address is suspended
 *
 * DESCRIPTION
 *	What the reports mean is tested with whole mails, in tests/milter/mail/test_reports.c.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "policy/bounce.h"
#include "policy/bounce_address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY          ((int64_t)86400)

static const struct token_key key = { .id = 1, .secret = "one secret" };
static const struct token_key other_key = { .id = 2, .secret = "another" };

/* ---- addresses ---- */

static void write_and_read(const struct bounce_address *address,
			   struct bounce_address *read_r,
			   char text_r[BOUNCE_ADDRESS_SIZE])
{
	bounce_address_write(address, &key, text_r);
	if (!bounce_address_read(text_r, strlen(text_r), read_r) &&
	    address->origin != BOUNCE_OF_RECIPIENT)
		fail_msg("%s cannot be read", text_r);
}

static void test_signed(void **state)
{
	static const struct bounce_address addresses[] = {
		{ .origin = BOUNCE_OF_SHARD, .number = 12, .shard = 3 },
		{ .origin = BOUNCE_OF_SHARD, .number = 999999999999, .shard = 65535 },
		{ .origin = BOUNCE_OF_NOTICE, .number = 7 },
		{ .origin = BOUNCE_OF_SHARD,
		  .is_urgent = true,
		  .number = 12,
		  .shard = 3 },
		{ .origin = BOUNCE_OF_NOTICE, .is_urgent = true, .number = 7 },
	};
	char text[BOUNCE_ADDRESS_SIZE];
	struct bounce_address read;

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		write_and_read(&addresses[i], &read, text);
		assert_int_equal(read.origin, addresses[i].origin);
		assert_int_equal(read.is_urgent, addresses[i].is_urgent);
		assert_int_equal(read.number, addresses[i].number);
		assert_int_equal(read.shard, addresses[i].shard);
		assert_true(bounce_address_verify(&read, &key));
		assert_false(bounce_address_verify(&read, &other_key));
		read.number++;
		assert_false(bounce_address_verify(&read, &key));
		read.number--;
		read.seal[0] = read.seal[0] == '0' ? '1' : '0';
		assert_false(bounce_address_verify(&read, &key));
		*read.seal = '\0';
		assert_false(bounce_address_verify(&read, &key));
	}
}

/* A notice's seal is none of a release, nor of another shard. */
static void test_seals_differ(void **state)
{
	struct bounce_address address = { .origin = BOUNCE_OF_SHARD, .number = 7 };
	struct bounce_address read;
	char text[BOUNCE_ADDRESS_SIZE];

	(void)state;
	write_and_read(&address, &read, text);
	read.origin = BOUNCE_OF_NOTICE;
	assert_false(bounce_address_verify(&read, &key));
	read.origin = BOUNCE_OF_SHARD;
	read.shard = 1;
	assert_false(bounce_address_verify(&read, &key));
}

/* What the MTA completes has the seal of the shard. */
static void test_completed(void **state)
{
	const struct bounce_address address = { .origin = BOUNCE_OF_RECIPIENT,
						.number = 12,
						.shard = 1 };
	static const char *const marks[] = { "+", "-" };
	char text[BOUNCE_ADDRESS_SIZE], whole[256];
	struct bounce_address read;

	(void)state;
	for (size_t i = 0; i < COUNT(marks); i++) {
		write_and_read(&address, &read, text);
		(void)snprintf(whole, sizeof(whole), "%s%sTaro+1.=phone.example", text,
			       marks[i]);
		assert_true(bounce_address_read(whole, strlen(whole), &read));
		assert_true(bounce_address_verify(&read, &key));
		assert_int_equal(read.whose_length, strlen("Taro+1.=phone.example"));
		assert_memory_equal(read.whose, "Taro+1.=phone.example",
				    read.whose_length);
	}
	/* Nobody's in particular: it was not completed. */
	assert_false(bounce_address_read(text, strlen(text), &read));
}

/* The mail system's rules know urgent mail by how its sender begins; the seal is that of any other,
 * so that addresses of earlier releases stay good. */
static void test_urgent(void **state)
{
	struct bounce_address address = {
		.origin = BOUNCE_OF_SHARD, .is_urgent = true, .number = 12, .shard = 3
	};
	char urgent[BOUNCE_ADDRESS_SIZE], other[BOUNCE_ADDRESS_SIZE];

	(void)state;
	bounce_address_write(&address, &key, urgent);
	address.is_urgent = false;
	bounce_address_write(&address, &key, other);
	assert_int_equal(*urgent, 'u');
	assert_string_equal(urgent + 1, other);
}

static void test_no_address_of_ours(void **state)
{
	static const char *const texts[] = {
		"",
		"r",
		"x1.1",
		"r1",
		"r.1.123456789",
		"n",
		"nx",
		"r1.1.12345678",
		"r1.1.12345678x",
		"r1.1.1234567890",
		"12.1",
		"r1.1.123456789+a=b.example",
		"n1.123456789.1",
		"v1.1.123456789+",
		"u",
		"u1.1.123456789",
		"uur1.1.123456789",
		"ux1.1",
		"r1234567890123456789.1",
	};
	struct bounce_address read;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (bounce_address_read(texts[i], strlen(texts[i]), &read))
			fail_msg("%s is read", texts[i]);
	/* One without a seal is read, and is not signed. */
	assert_true(bounce_address_read("R12.1", 5, &read));
	assert_false(bounce_address_verify(&read, &key));
	assert_true(bounce_address_read("p5", 2, &read));
	assert_true(bounce_address_verify(&read, &key));
}

/* ---- when an address is suspended ---- */

static void test_over(void **state)
{
	static const struct bounce_limit limit = { 3, 7 * DAY };
	static const struct {
		struct bounce_tally tally;
		int64_t strict;
		bool over;
	} rows[] = {
		{ { 3, 0, 7 * DAY, 0, true }, 0, true },
		{ { 3, 0, 7 * DAY - 1, 0, true }, 0, false },
		{ { 2, 0, 70 * DAY, 0, true }, 0, false },
		{ { 30, 0, 70 * DAY, 30, false }, 2, false },
		{ { 2, 0, 60, 2, true }, 2, true },
		{ { 2, 0, 60, 1, true }, 2, false },
		{ { 2, 0, 60, 2, true }, 0, false },
		{ { 0, 0, 0, 0, false }, 0, false },
	};
	const struct bounce_limit never = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (bounce_is_over(&rows[i].tally, &limit, rows[i].strict) !=
		    rows[i].over)
			fail_msg("row %zu", i);
	assert_false(bounce_is_over(&rows[0].tally, &never, 0));
}

static void test_listed(void **state)
{
	static const char domains[] = "docomo.ne.jp, ezweb.ne.jp softbank.ne.jp";

	(void)state;
	assert_true(bounce_is_listed("docomo.ne.jp", domains));
	assert_true(bounce_is_listed("EZWEB.ne.jp", domains));
	assert_true(bounce_is_listed("t.softbank.ne.jp", domains));
	assert_false(bounce_is_listed("notdocomo.ne.jp", domains));
	assert_false(bounce_is_listed("ne.jp", domains));
	assert_false(bounce_is_listed("docomo.ne.jp", ""));
	assert_false(bounce_is_listed("docomo.ne.jp", " , "));
}

static void test_refusal(void **state)
{
	static const struct bounce_domain_limit limit = { 10, 30 };

	(void)state;
	assert_true(bounce_is_refusal(&(struct bounce_domain_facts){ 33, 10 }, &limit));
	assert_false(bounce_is_refusal(&(struct bounce_domain_facts){ 34, 10 }, &limit));
	assert_false(bounce_is_refusal(&(struct bounce_domain_facts){ 9, 9 }, &limit));
	assert_true(bounce_is_refusal(&(struct bounce_domain_facts){ 10, 10 }, &limit));
	assert_false(bounce_is_refusal(&(struct bounce_domain_facts){ 10, 10 },
				       &(struct bounce_domain_limit){ 0, 30 }));
}

static void test_addresses_are_left_out(void **state)
{
	char text[] = "550 5.1.1 <taro@phone.example>... User unknown, spam@x.example;";
	char none[] = "550";

	(void)state;
	bounce_drop_addresses(text);
	assert_string_equal(text, "550 5.1.1 <>... User unknown, ;");
	bounce_drop_addresses(none);
	assert_string_equal(none, "550");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_seals_differ),
		cmocka_unit_test(test_completed),
		cmocka_unit_test(test_urgent),
		cmocka_unit_test(test_no_address_of_ours),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_addresses_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

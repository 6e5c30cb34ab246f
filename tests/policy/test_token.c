/*
 * NAME
 *	test_token - tokens cannot be altered, moved or outlive their time
 *
 * DESCRIPTION
 *	The vectors were computed with another implementation of base32 and HMAC, from the
 *	description in policy/token.h alone: they pin the format, because addresses that are
 *	under way must still be understood by the next release.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/token.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define EXPIRES      1700000000

static const char shown_text[] = "本日は晴天なり\n";

struct fixture {
	struct token_key key;
	unsigned char hash[TOKEN_HASH_OCTETS];
	struct token_facts facts;
	char text[TOKEN_TEXT_MAX + 1];
};

static void make_fixture(struct fixture *fixture)
{
	const struct token token = { 0, 42, 3, EXPIRES };

	fixture->key.id = 7;
	for (size_t i = 0; i < TOKEN_KEY_OCTETS; i++)
		fixture->key.secret[i] = (unsigned char)i;
	token_hash_text(shown_text, fixture->hash);
	fixture->facts =
	    (struct token_facts){ TOKEN_DECIDE, "bosai-chief", fixture->hash };
	assert_true(token_make(&token, &fixture->key, &fixture->facts, fixture->text));
}

static enum token_status verify(const struct fixture *fixture, const char *text,
				int64_t now)
{
	return token_verify(text, strlen(text), &fixture->key, &fixture->facts, now);
}

static void test_known_vectors(void **state)
{
	static const struct {
		struct token token;
		uint8_t key_first, key_step;
		enum token_purpose purpose;
		const char *person, *shown, *text;
	} rows[] = {
		{ { 7, 42, 3, EXPIRES },
		  0,
		  1,
		  TOKEN_DECIDE,
		  "bosai-chief",
		  "本日は晴天なり\n",
		  "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4" },
		{ { 255, TOKEN_DRAFT_MOST, TOKEN_PARTY_MOST, TOKEN_EXPIRES_MOST },
		  255,
		  0,
		  TOKEN_RELEASE,
		  "",
		  "",
		  "777777777777777777777e7eafppp4sq653zm63qkf4npbzsqrgj2" },
		{ { 1, 1, 0, 0 },
		  0,
		  0,
		  TOKEN_DRAFT,
		  "bosai-staff1",
		  "x",
		  "aeaaaaaaaeaaaaaaaaaabqlvxkuo3e4tlnhrnlismite2gfmh77ow" },
		{ { 1, 258, 513, EXPIRES },
		  0,
		  1,
		  TOKEN_RECEIPT,
		  "",
		  "draft text",
		  "aeaaaaabaibacadfkpyqavpcqlav32im3a5bbflt2ldrvy4ckpcgi" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned char hash[TOKEN_HASH_OCTETS];
		const struct token_facts facts = { rows[i].purpose, rows[i].person,
						   hash };
		struct token_key key = { .id = rows[i].token.key_id };
		char text[TOKEN_TEXT_MAX + 1];

		for (size_t j = 0; j < TOKEN_KEY_OCTETS; j++)
			key.secret[j] =
			    (unsigned char)(rows[i].key_first + j * rows[i].key_step);
		token_hash_text(rows[i].shown, hash);
		assert_true(token_make(&rows[i].token, &key, &facts, text));
		assert_string_equal(text, rows[i].text);
	}
}

static void test_round_trip(void **state)
{
	static const struct {
		int64_t draft;
		uint32_t party;
		int64_t expires;
	} rows[] = {
		{ 1, 0, 0 },
		{ 1, 1, 1 },
		{ 255, 255, 255 },
		{ 256, 256, 256 },
		{ 65536, 65535, 4294967294 },
		{ 4294967296, 65536, 4294967295 },
		{ TOKEN_DRAFT_MOST, TOKEN_PARTY_MOST, TOKEN_EXPIRES_MOST },
	};
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct token token = { 0, rows[i].draft, rows[i].party,
					     rows[i].expires };
		struct token back;

		assert_true(
		    token_make(&token, &fixture.key, &fixture.facts, fixture.text));
		assert_int_equal(strlen(fixture.text), TOKEN_TEXT_MAX);
		assert_int_equal(strspn(fixture.text, "abcdefghijklmnopqrstuvwxyz234567"),
				 TOKEN_TEXT_MAX);
		assert_true(token_read(fixture.text, TOKEN_TEXT_MAX, &back));
		assert_int_equal(back.key_id, fixture.key.id);
		assert_int_equal(back.draft, rows[i].draft);
		assert_int_equal(back.party, rows[i].party);
		assert_int_equal(back.expires, rows[i].expires);
		assert_int_equal(verify(&fixture, fixture.text, rows[i].expires),
				 TOKEN_VALID);
	}
}

/* RFC 5321 4.5.3.1.1 allows a local part 64 octets; "release+" is the longest prefix. */
static void test_fits_local_part(void **state)
{
	(void)state;
	assert_int_equal(strlen("release+") + TOKEN_TEXT_MAX, 61);
}

static void test_numbers_out_of_range(void **state)
{
	static const struct {
		int64_t draft, expires;
	} rows[] = {
		{ 0, 1 },
		{ -1, 1 },
		{ INT64_MIN, 1 },
		{ TOKEN_DRAFT_MOST + 1, 1 },
		{ INT64_MAX, 1 },
		{ 1, -1 },
		{ 1, TOKEN_EXPIRES_MOST + 1 },
		{ 1, INT64_MAX },
		{ 1, INT64_MIN },
	};
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct token token = { 0, rows[i].draft, 1, rows[i].expires };

		assert_false(
		    token_make(&token, &fixture.key, &fixture.facts, fixture.text));
	}
}

/* Every other character that a local part may have, at every place, and every octet that
 * it may not have. */
static void test_every_alteration_is_refused(void **state)
{
	struct fixture fixture;
	size_t tried = 0;

	(void)state;
	make_fixture(&fixture);
	for (size_t place = 0; place < TOKEN_TEXT_MAX; place++) {
		const char genuine = fixture.text[place];

		for (int c = 0; c < 256; c++) {
			char altered[TOKEN_TEXT_MAX + 1];

			if (c == genuine || (genuine >= 'a' && c == genuine - 32))
				continue;
			memcpy(altered, fixture.text, sizeof(altered));
			altered[place] = (char)c;
			if (token_verify(altered, TOKEN_TEXT_MAX, &fixture.key,
					 &fixture.facts, EXPIRES) != TOKEN_FORGED)
				fail_msg("octet %d at place %zu was accepted", c, place);
			tried++;
		}
	}
	assert_true(tried >= (size_t)TOKEN_TEXT_MAX * 254);
}

static void test_swapped_characters_are_refused(void **state)
{
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i + 1 < TOKEN_TEXT_MAX; i++) {
		char altered[TOKEN_TEXT_MAX + 1];

		memcpy(altered, fixture.text, sizeof(altered));
		altered[i] = fixture.text[i + 1];
		altered[i + 1] = fixture.text[i];
		if (altered[i] != altered[i + 1])
			assert_int_equal(verify(&fixture, altered, EXPIRES),
					 TOKEN_FORGED);
	}
}

static void test_length(void **state)
{
	struct fixture fixture;
	struct token token;
	char longer[2 * TOKEN_TEXT_MAX + 1];

	(void)state;
	make_fixture(&fixture);
	(void)memcpy(longer, fixture.text, TOKEN_TEXT_MAX);
	(void)memcpy(longer + TOKEN_TEXT_MAX, fixture.text, TOKEN_TEXT_MAX + 1);
	for (size_t length = 0; length <= 2 * TOKEN_TEXT_MAX; length++) {
		const bool right = length == TOKEN_TEXT_MAX;

		assert_int_equal(token_read(longer, length, &token), right);
		assert_int_equal(
		    token_verify(longer, length, &fixture.key, &fixture.facts, EXPIRES),
		    right ? TOKEN_VALID : TOKEN_FORGED);
	}
}

/* 53 characters hold 265 bits, a token has 264: with the last bit set, one token would
 * have two texts. */
static void test_tail_bit(void **state)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	struct fixture fixture;
	struct token token;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i < 32; i++) {
		fixture.text[TOKEN_TEXT_MAX - 1] = alphabet[i];
		assert_int_equal(token_read(fixture.text, TOKEN_TEXT_MAX, &token),
				 i % 2 == 0);
	}
}

static void test_case_is_folded(void **state)
{
	struct fixture fixture;
	char upper[TOKEN_TEXT_MAX + 1], mixed[TOKEN_TEXT_MAX + 1];
	struct token token;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i <= TOKEN_TEXT_MAX; i++) {
		const char c = fixture.text[i];

		upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
		mixed[i] = i % 2 == 0 ? upper[i] : c;
	}
	assert_int_equal(verify(&fixture, upper, EXPIRES), TOKEN_VALID);
	assert_int_equal(verify(&fixture, mixed, EXPIRES), TOKEN_VALID);
	assert_true(token_read(upper, TOKEN_TEXT_MAX, &token));
	assert_int_equal(token.draft, 42);
	/* Every letter, the last one too. */
	assert_true(token_read("AEAAAABCDEFGHIJKLMNOPQRSTUVWXYZ234567AAAAAAAAAAAAAAAA",
			       TOKEN_TEXT_MAX, &token));
}

static void test_expiry(void **state)
{
	static const struct {
		int64_t now;
		enum token_status status;
	} rows[] = {
		{ INT64_MIN, TOKEN_VALID },     { 0, TOKEN_VALID },
		{ EXPIRES - 1, TOKEN_VALID },   { EXPIRES, TOKEN_VALID },
		{ EXPIRES + 1, TOKEN_EXPIRED }, { INT64_MAX, TOKEN_EXPIRED },
	};
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(verify(&fixture, fixture.text, rows[i].now),
				 rows[i].status);
	/* A forged token is forged even when it claims to be old. */
	fixture.key.secret[0] ^= 1;
	assert_int_equal(verify(&fixture, fixture.text, EXPIRES + 1), TOKEN_FORGED);
}

static void test_other_purpose(void **state)
{
	static const enum token_purpose others[] = { TOKEN_DRAFT, TOKEN_RELEASE,
						     TOKEN_RECEIPT };
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i < COUNT(others); i++) {
		fixture.facts.purpose = others[i];
		assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_FORGED);
	}
}

static void test_other_person(void **state)
{
	static const char *const others[] = {
		"",
		"bosai-chie",
		"bosai-chief ",
		"bosai-chief2",
		"Bosai-chief",
		"bosai-deputy",
		"bosai-chie\xef",
	};
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i < COUNT(others); i++) {
		fixture.facts.person = others[i];
		assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_FORGED);
	}
}

static void test_other_text(void **state)
{
	static const char *const others[] = { "", "本日は晴天なり", "本日は晴天なり\n\n",
					      "本日は晴天なリ\n" };
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t i = 0; i < COUNT(others); i++) {
		token_hash_text(others[i], fixture.hash);
		assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_FORGED);
	}
	token_hash_text(shown_text, fixture.hash);
	assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_VALID);
}

static void test_other_key(void **state)
{
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture);
	for (size_t bit = 0; bit < 8 * (size_t)TOKEN_KEY_OCTETS; bit++) {
		fixture.key.secret[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_FORGED);
		fixture.key.secret[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	/* The same secret under another id is another key. */
	fixture.key.id = 8;
	assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_FORGED);
}

/* The person is the only part without a fixed size. */
static void test_long_person(void **state)
{
	const struct token token = { 0, 42, 3, EXPIRES };
	struct fixture fixture;
	char person[4097];

	(void)state;
	make_fixture(&fixture);
	fixture.facts.person = person;
	memset(person, 'p', sizeof(person));
	person[511] = '\0';
	assert_true(token_make(&token, &fixture.key, &fixture.facts, fixture.text));
	assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_VALID);
	person[511] = 'p';
	for (size_t length = 512; length < sizeof(person); length += 512) {
		person[length] = '\0';
		assert_false(
		    token_make(&token, &fixture.key, &fixture.facts, fixture.text));
		assert_int_equal(verify(&fixture, fixture.text, EXPIRES), TOKEN_FORGED);
		person[length] = 'p';
	}
}

/* What looks like a token, whether it is one or not. */
static void test_shape(void **state)
{
	static const struct {
		const char *text;
		bool has_shape;
	} shapes[] = {
		{ "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4", true },
		{ "A4AAAAAAFIAAGADFKPYQA5GR4RPNJ3K32Y77N3RW5S6RQK6EHDQT4", true },
		/* Its last bits are not zero. */
		{ "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt7", true },
		{ "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt", false },
		{ "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4a", false },
		{ "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt1", false },
		{ "a4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt=", false },
		{ "+4aaaaaafiaagadfkpyqa5gr4rpnj3k32y77n3rw5s6rqk6ehdqt4", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (token_has_shape(shapes[i].text, strlen(shapes[i].text)) !=
		    shapes[i].has_shape)
			fail_msg("%s", shapes[i].text);
	/* An address without a token has none. */
	assert_false(token_has_shape(NULL, 0));
}

/* FIPS 180-4's own examples. */
static void test_hash(void **state)
{
	static const unsigned char abc[4] = { 0xba, 0x78, 0x16, 0xbf };
	static const unsigned char empty[4] = { 0xe3, 0xb0, 0xc4, 0x42 };
	unsigned char hash[TOKEN_HASH_OCTETS];

	(void)state;
	token_hash_text("abc", hash);
	assert_memory_equal(hash, abc, sizeof(abc));
	token_hash_text("", hash);
	assert_memory_equal(hash, empty, sizeof(empty));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_vectors),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_fits_local_part),
		cmocka_unit_test(test_numbers_out_of_range),
		cmocka_unit_test(test_every_alteration_is_refused),
		cmocka_unit_test(test_swapped_characters_are_refused),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_tail_bit),
		cmocka_unit_test(test_case_is_folded),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_other_purpose),
		cmocka_unit_test(test_other_person),
		cmocka_unit_test(test_other_text),
		cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_long_person),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}

/*
 * NAME
 *	test_writer_facts - what is known before a reply is read
 *
 * DESCRIPTION
 *	A person and a draft as the directory and the store have them, and each fact that has
 *	to come of them; what must not be taken for one; and the person's own signatures.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "milter/intake/writer_facts.h"
#include "schema/store_signature.h"
#include "tests/schema/store_fixture.h"

#define TEXT(text) ((char *)(text))

/* clang-format off */
static char *names[] = { TEXT("佐藤 健一"), TEXT("Kenichi Sato"), TEXT("高橋\u3000K"),
			 TEXT("佐藤"), NULL };
static char *mails[] = { TEXT("chief@town.example"), TEXT("sato@town.example"), NULL };
static char *sections[] = { TEXT("危機管理部"), TEXT("cn=bosai,dc=town"), NULL };
static char *contacts[] = { TEXT("課長"), TEXT("+81 3-1234-5678"), TEXT("0312345679"),
			    TEXT("〒100-0001$ 町役場 $"), TEXT("  "), NULL };
/* clang-format on */

static struct person writer = {
	.dn = TEXT("uid=chief,dc=town"),
	.id = TEXT("id-1"),
	.uid = TEXT("chief"),
	.name = TEXT("佐藤 健一"),
	.language = TEXT("ja"),
	.mails = mails,
	.sections = sections,
	.names = names,
	.contacts = contacts,
};

static struct draft held = {
	.broadcast = TEXT("bosai@info.town.example"),
	.broadcast_ja = TEXT("防災情報"),
	.broadcast_en = TEXT("Disaster information"),
	.section_ja = TEXT("防災課"),
	.section_en = TEXT("Disaster Prevention"),
};

static struct settings settings = {
	.service_domain = TEXT("info.town.example"),
	.notice_sender = TEXT("kairan"),
	.notice_name_ja = TEXT("回覧"),
	.notice_name_en = TEXT("kairan"),
};

static const struct setup town = { .settings = &settings };

static void expect(const char *const *facts, const char *const *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!g_strv_contains(facts, wanted[i]))
			fail_msg("\"%s\" is not known", wanted[i]);
	if (g_strv_length((char **)facts) != count)
		fail_msg("%u are known, wanted %zu", g_strv_length((char **)facts),
			 count);
}

static void test_person_and_draft(void **state)
{
	static const char *const wanted_names[] = {
		"佐藤 健一",
		"佐藤",
		"健一",
		"Kenichi Sato",
		"Sato",
		"Kenichi",
		"高橋\u3000K",
		"高橋",
		"chief",
		"chief@town.example",
		"sato@town.example",
	};
	static const char *const wanted_sections[] = {
		"防災課",
		"Disaster Prevention",
		"防災情報",
		"Disaster information",
		"回覧",
		"kairan",
		"危機管理部",
		"課長",
		"+81 3-1234-5678",
		"03-1234-5678",
		"0312345679",
		"〒100-0001",
		"町役場",
	};
	static const char *const wanted_addresses[] = {
		"info.town.example",
		"kairan@info.town.example",
		"bosai@info.town.example",
	};
	struct writer_facts facts;

	(void)state;
	writer_facts_collect(&town, &held, &writer, &facts);
	expect(facts.facts.names, wanted_names, COUNT(wanted_names));
	expect(facts.facts.sections, wanted_sections, COUNT(wanted_sections));
	expect(facts.facts.addresses, wanted_addresses, COUNT(wanted_addresses));
	assert_null(facts.facts.signatures);
	writer_facts_clear(&facts);
}

/* One whom kairan found in another way has neither names nor contacts. */
static void test_little_is_known(void **state)
{
	static const char *const wanted[] = {
		"佐藤 健一",        "佐藤", "健一", "chief", "chief@town.example",
		"sato@town.example"
	};
	struct person person = writer;
	struct writer_facts facts;

	(void)state;
	person.names = NULL;
	person.contacts = NULL;
	writer_facts_collect(&town, &held, &person, &facts);
	expect(facts.facts.names, wanted, COUNT(wanted));
	writer_facts_clear(&facts);
}

static void learn(const char *uid, const char *id, const char *hash)
{
	const struct signature signature = { TEXT(uid), TEXT(id), TEXT(hash), TEXT("x"),
					     1,         1,        1,          TEXT("") };

	assert_int_equal(store_signature_learn(at.store, &signature, &at.error),
			 ANSWER_YES);
}

static void test_signatures(void **state)
{
	static const char *const wanted[] = { "aa", "bb" };
	struct writer_facts facts;

	(void)state;
	begin(&at);
	learn("chief", "id-1", "aa");
	learn("head", "id-1", "bb");
	learn("chief", "id-2", "cc");
	learn("deputy", "id-3", "dd");
	commit(&at);
	writer_facts_collect(&town, &held, &writer, &facts);
	if (!writer_facts_add_signatures(at.store, &writer, &facts, &at.error))
		fail_msg("%s", at.error.text);
	expect(facts.facts.signatures, wanted, COUNT(wanted));
	writer_facts_clear(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_person_and_draft),
		TEST(test_little_is_known),
		TEST(test_signatures),
	};

	return cmocka_run_group_tests_name("writer_facts", tests, NULL, NULL);
}

/*
 * NAME
 *	test_duties - who may write, who may decide (Art. 2, 4, 6, 13-1)
 *
 * DESCRIPTION
 *	One section for each state of its approver, and every kind of person in it, the
 *	contradictory ones included.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/duties.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CHIEF  "uid=bosai-chief,ou=people,dc=town,dc=example"
#define DEPUTY "uid=bosai-deputy,ou=people,dc=town,dc=example"
#define STAFF  "uid=bosai-staff1,ou=people,dc=town,dc=example"
#define STAFF2 "uid=bosai-staff2,ou=people,dc=town,dc=example"
#define BOTH   "uid=bosai-both,ou=people,dc=town,dc=example"
#define NOBODY "uid=kosodate-staff1,ou=people,dc=town,dc=example"

static const char *const nobody[] = { NULL };
static const char *const staff[] = { STAFF, STAFF2, NULL };
static const char *const staff_and_chief[] = { STAFF, CHIEF, NULL };
static const char *const staff_and_both[] = { STAFF, BOTH, NULL };
static const char *const delegates[] = { DEPUTY, NULL };
static const char *const delegates_and_both[] = { DEPUTY, BOTH, NULL };

static const struct section_duties active = { CHIEF,     APPROVER_ACTIVE, staff,
					      delegates, false,           NULL,
					      0 };
static const struct section_duties suspended = {
	CHIEF, APPROVER_SUSPENDED, staff, delegates, false, NULL, 0
};
static const struct section_duties revoked = {
	CHIEF, APPROVER_REVOKED, staff, delegates, false, NULL, 0
};
static const struct section_duties headless = { NULL,      APPROVER_ACTIVE, staff,
						delegates, false,           NULL,
						0 };
static const struct section_duties chief_is_staff = {
	CHIEF, APPROVER_ACTIVE, staff_and_chief, delegates, false, NULL, 0
};
static const struct section_duties both_is_staff = {
	CHIEF, APPROVER_ACTIVE, staff_and_both, delegates_and_both, false, NULL, 0
};
static const struct section_duties empty = { NULL,   APPROVER_ACTIVE, nobody,
					     nobody, false,           NULL,
					     0 };

static void test_find_duty(void **state)
{
	static const struct {
		const struct section_duties *section;
		const char *person;
		enum duty duty;
	} rows[] = {
		{ &active, CHIEF, DUTY_APPROVER },
		{ &active, DEPUTY, DUTY_DELEGATE },
		{ &active, STAFF, DUTY_STAFF },
		{ &active, STAFF2, DUTY_STAFF },
		{ &both_is_staff, BOTH, DUTY_DELEGATE },
		{ &active, NOBODY, DUTY_NONE },
		{ &active, "", DUTY_NONE },
		{ &active, "uid=bosai-chief", DUTY_NONE },
		{ &active, CHIEF ",dc=jp", DUTY_NONE },
		{ &active, "UID=bosai-chief,ou=people,dc=town,dc=example", DUTY_NONE },
		{ &chief_is_staff, CHIEF, DUTY_APPROVER },
		{ &suspended, CHIEF, DUTY_APPROVER },
		{ &revoked, CHIEF, DUTY_APPROVER },
		{ &headless, CHIEF, DUTY_NONE },
		{ &headless, DEPUTY, DUTY_DELEGATE },
		{ &headless, STAFF, DUTY_STAFF },
		{ &empty, CHIEF, DUTY_NONE },
		{ &empty, "", DUTY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (duties_find_duty(rows[i].section, rows[i].person) != rows[i].duty)
			fail_msg("row %zu: %s", i, rows[i].person);
}

static void test_judge_draft(void **state)
{
	static const struct {
		const struct section_duties *section;
		const char *person;
		enum verdict_kind kind;
		enum reason reason;
	} rows[] = {
		{ &active, STAFF, VERDICT_PASS, REASON_NONE },
		{ &active, STAFF2, VERDICT_PASS, REASON_NONE },
		{ &active, CHIEF, VERDICT_REFUSE, REASON_APPROVER_WRITES },
		{ &active, DEPUTY, VERDICT_REFUSE, REASON_APPROVER_WRITES },
		{ &active, NOBODY, VERDICT_REFUSE, REASON_NOT_STAFF },
		{ &active, "", VERDICT_REFUSE, REASON_NOT_STAFF },
		/* A section that contradicts itself waits until it is mended; who may not in
		 * any case is told so. */
		{ &chief_is_staff, CHIEF, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		{ &chief_is_staff, STAFF, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		{ &chief_is_staff, DEPUTY, VERDICT_REFUSE, REASON_APPROVER_WRITES },
		{ &chief_is_staff, NOBODY, VERDICT_REFUSE, REASON_NOT_STAFF },
		{ &both_is_staff, BOTH, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		{ &both_is_staff, STAFF, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		/* Staff go on writing; it is the decision that waits (Art. 6). */
		{ &suspended, STAFF, VERDICT_PASS, REASON_NONE },
		{ &suspended, CHIEF, VERDICT_REFUSE, REASON_APPROVER_WRITES },
		{ &revoked, CHIEF, VERDICT_REFUSE, REASON_APPROVER_WRITES },
		{ &headless, STAFF, VERDICT_TEMPFAIL, REASON_NO_APPROVER },
		{ &headless, DEPUTY, VERDICT_REFUSE, REASON_APPROVER_WRITES },
		{ &headless, NOBODY, VERDICT_REFUSE, REASON_NOT_STAFF },
		{ &empty, STAFF, VERDICT_REFUSE, REASON_NOT_STAFF },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct verdict verdict;

		memset(&verdict, 0x55, sizeof(verdict));
		duties_judge_draft(rows[i].section, rows[i].person, &verdict);
		if (verdict.kind != rows[i].kind || verdict.reason != rows[i].reason)
			fail_msg("row %zu: %s: %s", i, rows[i].person,
				 reason_name(verdict.reason));
	}
}

static void test_judge_decision(void **state)
{
	static const struct {
		const struct section_duties *section;
		const char *person, *author;
		enum verdict_kind kind;
		enum reason reason;
	} rows[] = {
		{ &active, CHIEF, STAFF, VERDICT_PASS, REASON_NONE },
		{ &active, DEPUTY, STAFF, VERDICT_PASS, REASON_NONE },
		{ &active, CHIEF, NOBODY, VERDICT_PASS, REASON_NONE },
		{ &active, STAFF, STAFF2, VERDICT_REFUSE, REASON_NOT_APPROVER },
		{ &active, NOBODY, STAFF, VERDICT_REFUSE, REASON_NOT_APPROVER },
		{ &active, "", STAFF, VERDICT_REFUSE, REASON_NOT_APPROVER },
		/* Where somebody is staff too, nobody decides until it is mended (Art. 4). */
		{ &both_is_staff, BOTH, STAFF, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		{ &both_is_staff, CHIEF, STAFF, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		{ &chief_is_staff, CHIEF, STAFF, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		{ &chief_is_staff, DEPUTY, STAFF, VERDICT_TEMPFAIL, REASON_BOTH_DUTIES },
		/* Nobody decides what they wrote, whatever they have become since. */
		{ &active, STAFF, STAFF, VERDICT_REFUSE, REASON_OWN_DRAFT },
		{ &active, CHIEF, CHIEF, VERDICT_REFUSE, REASON_OWN_DRAFT },
		{ &active, DEPUTY, DEPUTY, VERDICT_REFUSE, REASON_OWN_DRAFT },
		{ &both_is_staff, BOTH, BOTH, VERDICT_REFUSE, REASON_OWN_DRAFT },
		{ &suspended, CHIEF, CHIEF, VERDICT_REFUSE, REASON_OWN_DRAFT },
		/* Art. 6: the delegates' right is the approver's own. */
		{ &suspended, CHIEF, STAFF, VERDICT_REFUSE, REASON_SUSPENDED },
		{ &suspended, DEPUTY, STAFF, VERDICT_REFUSE, REASON_SUSPENDED },
		{ &suspended, STAFF2, STAFF, VERDICT_REFUSE, REASON_NOT_APPROVER },
		{ &revoked, CHIEF, STAFF, VERDICT_REFUSE, REASON_SUSPENDED },
		{ &revoked, DEPUTY, STAFF, VERDICT_REFUSE, REASON_SUSPENDED },
		/* Without an approver there is nobody whose right was delegated. */
		{ &headless, DEPUTY, STAFF, VERDICT_TEMPFAIL, REASON_NO_APPROVER },
		{ &headless, CHIEF, STAFF, VERDICT_TEMPFAIL, REASON_NO_APPROVER },
		{ &empty, CHIEF, STAFF, VERDICT_TEMPFAIL, REASON_NO_APPROVER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct verdict verdict;

		memset(&verdict, 0x55, sizeof(verdict));
		duties_judge_decision(rows[i].section, rows[i].person, rows[i].author,
				      &verdict);
		if (verdict.kind != rows[i].kind || verdict.reason != rows[i].reason)
			fail_msg("row %zu: %s on %s: %s", i, rows[i].person,
				 rows[i].author, reason_name(verdict.reason));
	}
}

/* In no section may one person both write a draft and decide any. */
static void test_nobody_is_both(void **state)
{
	static const struct section_duties *const sections[] = {
		&active,         &suspended,     &revoked, &headless,
		&chief_is_staff, &both_is_staff, &empty,
	};
	static const char *const people[] = {
		CHIEF, DEPUTY, STAFF, STAFF2, BOTH, NOBODY
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sections); i++) {
		for (size_t j = 0; j < COUNT(people); j++) {
			struct verdict writes, decides;

			duties_judge_draft(sections[i], people[j], &writes);
			duties_judge_decision(sections[i], people[j], "uid=somebody",
					      &decides);
			if (writes.kind == VERDICT_PASS && decides.kind == VERDICT_PASS)
				fail_msg("section %zu: %s", i, people[j]);
		}
	}
}

/* A second account with the same mail address is the same person. */
static void test_the_author_under_another_account(void **state)
{
	static const char *const shared[] = { "other@town.example", "STAFF1@town.example",
					      NULL };
	static const char *const mail_staff[] = { "staff1@town.example", NULL };
	static const char *const mail_deputy[] = { "deputy@town.example", NULL };
	static const struct duty_person persons[] = {
		{ CHIEF, shared, nobody, { 0 } },
		{ DEPUTY, mail_deputy, nobody, { 0 } },
		/* Not in the section any more. */
		{ NOBODY, mail_staff, nobody, { 0 } },
	};
	static const struct duty_people people = { persons, COUNT(persons), nobody };
	struct section_duties section = active;
	struct verdict verdict;

	(void)state;
	section.people = &people;
	duties_judge_decision(&section, CHIEF, NOBODY, &verdict);
	assert_int_equal(verdict.reason, REASON_OWN_DRAFT);
	/* Others wait until the two entries are one again. */
	duties_judge_decision(&section, DEPUTY, NOBODY, &verdict);
	assert_int_equal(verdict.reason, REASON_MAIL_TWICE);
	duties_judge_decision(&section, CHIEF, "", &verdict);
	assert_int_equal(verdict.reason, REASON_MAIL_TWICE);
}

/* A delegate decides in their time; the approver has no such time. */
static void test_the_time_of_a_delegate(void **state)
{
	static const char *const mails[] = { "one@town.example", NULL };
	static const char *const others[] = { "other@town.example", NULL };
	const struct {
		struct delegation delegation;
		enum reason reason;
	} rows[] = {
		{ { 0, 0, false }, REASON_NONE },
		{ { 100, 200, false }, REASON_NONE },
		{ { 101, 200, false }, REASON_DELEGATE_PERIOD },
		{ { 0, 100, false }, REASON_DELEGATE_PERIOD },
		{ { 0, 0, true }, REASON_DELEGATE_TIME },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct duty_person persons[] = {
			{ CHIEF, mails, nobody, rows[i].delegation },
			{ DEPUTY, others, nobody, rows[i].delegation },
		};
		const struct duty_people people = { persons, COUNT(persons), nobody };
		struct section_duties section = active;
		struct verdict verdict;
		const char *garbled;

		section.people = &people;
		section.now = 100;
		duties_judge_decision(&section, CHIEF, NOBODY, &verdict);
		assert_int_equal(verdict.reason, REASON_NONE);
		duties_judge_decision(&section, DEPUTY, NOBODY, &verdict);
		assert_int_equal(verdict.reason, rows[i].reason);
		garbled = duty_people_find_garbled(&section);
		assert_int_equal(garbled != NULL, rows[i].delegation.is_garbled);
		/* Whoever is suspended lends nothing. */
		section.status = APPROVER_SUSPENDED;
		duties_judge_decision(&section, DEPUTY, NOBODY, &verdict);
		assert_int_equal(verdict.reason, REASON_SUSPENDED);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(duty_name(DUTY_NONE), "none");
	assert_string_equal(duty_name(DUTY_STAFF), "staff");
	assert_string_equal(duty_name(DUTY_APPROVER), "approver");
	assert_string_equal(duty_name(DUTY_DELEGATE), "delegate");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_duty),
		cmocka_unit_test(test_judge_draft),
		cmocka_unit_test(test_judge_decision),
		cmocka_unit_test(test_nobody_is_both),
		cmocka_unit_test(test_the_author_under_another_account),
		cmocka_unit_test(test_the_time_of_a_delegate),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("duties", tests, NULL, NULL);
}

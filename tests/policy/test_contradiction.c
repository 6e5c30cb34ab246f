/*
 * NAME
 *	test_contradiction - what cannot be true together of a section (Art. 3, 4)
 *
 * DESCRIPTION
 *	A sound section, and from it one slip after another: each is found, and named.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/contradiction.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CHIEF    "uid=chief"
#define DEPUTY   "uid=deputy"
#define STAFF    "uid=staff1"
#define STAFF2   "uid=staff2"
#define STRANGER "uid=stranger"

static const char *const none[] = { NULL };
static const char *const staff[] = { STAFF, STAFF2, NULL };
static const char *const delegates[] = { DEPUTY, NULL };
static const char *const mail_chief[] = { "chief@town.example", "head@town.example",
					  NULL };
static const char *const mail_deputy[] = { "deputy@town.example", NULL };
static const char *const mail_staff[] = { "staff1@town.example", NULL };
static const char *const mail_staff2[] = { "staff2@town.example", NULL };

static const struct duty_person persons[] = {
	{ CHIEF, mail_chief, none, { 0 } },
	{ DEPUTY, mail_deputy, none, { 0 } },
	{ STAFF, mail_staff, none, { 0 } },
	{ STAFF2, mail_staff2, none, { 0 } },
};
static const struct duty_people sound_people = { persons, COUNT(persons), none };
static const struct section_duties sound = { CHIEF, APPROVER_ACTIVE, staff, delegates,
					     false, &sound_people,   0 };

static void expect(const struct section_duties *section, enum reason reason,
		   const char *entry, const char *other)
{
	struct contradiction found = { REASON_NONE, NULL, NULL };

	assert_int_equal(contradiction_find(section, &found), reason != REASON_NONE);
	if (found.reason != reason)
		fail_msg("%s instead of %s", reason_name(found.reason),
			 reason_name(reason));
	assert_string_equal(found.entry != NULL ? found.entry : "", entry);
	assert_string_equal(found.other != NULL ? found.other : "", other);
}

static void test_sound(void **state)
{
	struct section_duties section = sound;

	(void)state;
	expect(&section, REASON_NONE, "", "");
	section.people = NULL;
	expect(&section, REASON_NONE, "", "");
	section.delegates = none;
	expect(&section, REASON_NONE, "", "");
	/* A suspension is no contradiction. */
	section.status = APPROVER_SUSPENDED;
	expect(&section, REASON_NONE, "", "");
}

static void test_approver(void **state)
{
	static const struct duty_people without_chief = { persons + 1, COUNT(persons) - 1,
							  none };
	struct section_duties section = sound;

	(void)state;
	section.has_several_approvers = true;
	expect(&section, REASON_SEVERAL_APPROVERS, "", "");
	section = sound;
	section.approver = NULL;
	expect(&section, REASON_NO_APPROVER, "", "");
	section = sound;
	section.people = &without_chief;
	expect(&section, REASON_NO_APPROVER, CHIEF, "");
}

static void test_both_duties_by_name(void **state)
{
	static const char *const staff_chief[] = { STAFF, CHIEF, NULL };
	static const char *const staff_deputy[] = { DEPUTY, STAFF, NULL };
	struct section_duties section = sound;

	(void)state;
	section.staff = staff_chief;
	expect(&section, REASON_BOTH_DUTIES, CHIEF, "");
	section.people = NULL;
	expect(&section, REASON_BOTH_DUTIES, CHIEF, "");
	section.staff = staff_deputy;
	expect(&section, REASON_BOTH_DUTIES, DEPUTY, "");
}

/* The approver as their own delegate is odd, but nobody gains a right by it. */
static void test_approver_as_delegate(void **state)
{
	static const char *const both[] = { CHIEF, DEPUTY, NULL };
	struct section_duties section = sound;

	(void)state;
	section.delegates = both;
	expect(&section, REASON_NONE, "", "");
}

static void test_delegate_elsewhere(void **state)
{
	static const char *const elsewhere[] = { DEPUTY, NULL };
	static const char *const others[] = { STAFF, CHIEF, NULL };
	struct duty_people people = sound_people;
	struct section_duties section = sound;

	(void)state;
	section.people = &people;
	people.elsewhere = elsewhere;
	expect(&section, REASON_FOREIGN_DELEGATE, DEPUTY, "");
	/* Approver and staff may serve another section too: Art. 4 binds delegates. */
	people.elsewhere = others;
	expect(&section, REASON_NONE, "", "");
}

static void test_sections_of_persons(void **state)
{
	static const char *const bosai[] = { "Bosai", NULL };
	static const char *const bosai_folded[] = { "soumu", "bosai", NULL };
	static const char *const kosodate[] = { "kosodate", NULL };
	static const struct {
		const char *const *chief, *const *deputy;
		enum reason reason;
	} rows[] = {
		{ none, none, REASON_NONE },
		{ bosai, bosai, REASON_NONE },
		{ bosai, bosai_folded, REASON_NONE },
		{ bosai, kosodate, REASON_FOREIGN_DELEGATE },
		{ bosai, none, REASON_FOREIGN_DELEGATE },
		/* The directory does not say of which section the approver is the head. */
		{ none, kosodate, REASON_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct duty_person two[] = {
			{ CHIEF, mail_chief, rows[i].chief, { 0 } },
			{ DEPUTY, mail_deputy, rows[i].deputy, { 0 } },
			/* Staff may come from where they like. */
			{ STAFF, mail_staff, kosodate, { 0 } },
		};
		const struct duty_people people = { two, COUNT(two), none };
		struct section_duties section = sound;

		section.people = &people;
		expect(&section, rows[i].reason,
		       rows[i].reason == REASON_NONE ? "" : DEPUTY, "");
	}
}

static void test_shared_mail(void **state)
{
	static const char *const as_chief[] = { "x@town.example", "HEAD@Town.Example",
						NULL };
	static const char *const as_deputy[] = { "deputy@town.example", NULL };
	static const char *const as_staff[] = { "staff1@town.example", NULL };
	static const struct {
		const char *dn;
		const char *const *mails;
		enum reason reason;
		const char *entry, *other;
	} rows[] = {
		{ STAFF2, as_chief, REASON_BOTH_DUTIES, CHIEF, STAFF2 },
		{ STAFF2, as_deputy, REASON_BOTH_DUTIES, DEPUTY, STAFF2 },
		{ STAFF2, as_staff, REASON_MAIL_TWICE, STAFF, STAFF2 },
		{ STRANGER, as_chief, REASON_MAIL_TWICE, CHIEF, STRANGER },
		{ STRANGER, as_staff, REASON_MAIL_TWICE, STAFF, STRANGER },
		{ STRANGER, none, REASON_NONE, "", "" },
		{ STRANGER, mail_staff2, REASON_NONE, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct duty_person four[] = {
			persons[0],
			persons[1],
			persons[2],
			{ rows[i].dn, rows[i].mails, none, { 0 } },
		};
		const struct duty_people people = { four, COUNT(four), none };
		struct section_duties section = sound;

		section.people = &people;
		expect(&section, rows[i].reason, rows[i].entry, rows[i].other);
	}
}

/* Somebody who writes and decides is worse than an address that is there twice. */
static void test_the_worse_comes_first(void **state)
{
	static const char *const as_staff[] = { "staff1@town.example", NULL };
	static const char *const as_both[] = { "staff1@town.example",
					       "deputy@town.example", NULL };
	const struct duty_person five[] = {
		persons[0],
		persons[1],
		persons[2],
		{ STRANGER, as_staff, none, { 0 } },
		{ STAFF2, as_both, none, { 0 } },
	};
	const struct duty_people people = { five, COUNT(five), none };
	struct section_duties section = sound;

	(void)state;
	section.people = &people;
	expect(&section, REASON_BOTH_DUTIES, DEPUTY, STAFF2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_approver),
		cmocka_unit_test(test_both_duties_by_name),
		cmocka_unit_test(test_approver_as_delegate),
		cmocka_unit_test(test_delegate_elsewhere),
		cmocka_unit_test(test_sections_of_persons),
		cmocka_unit_test(test_shared_mail),
		cmocka_unit_test(test_the_worse_comes_first),
	};

	return cmocka_run_group_tests_name("contradiction", tests, NULL, NULL);
}

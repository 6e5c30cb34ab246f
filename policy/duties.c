/*
 * NAME
 *	duties - the people of a section and what each may do
 *
 * DESCRIPTION
 *	Staff write, the one approver or a delegate decides, and nobody is both (Art. 4). A
 *	suspended or revoked approver cannot decide, and neither can the delegates, whose
 *	right is the approver's own (Art. 6), and may be lent for a time. In a section that contradicts itself nobody
 *	writes or decides.
 *
 * DIAGNOSTICS
 *	None: every answer is a verdict.
 */
#include "policy/duties.h"

#include <string.h>

#include "policy/contradiction.h"

enum duty duties_find_duty(const struct section_duties *section, const char *person)
{
	if (section->approver != NULL && strcmp(section->approver, person) == 0)
		return DUTY_APPROVER;
	if (duty_list_has(section->delegates, person))
		return DUTY_DELEGATE;
	if (duty_list_has(section->staff, person))
		return DUTY_STAFF;
	return DUTY_NONE;
}

void duties_judge_draft(const struct section_duties *section, const char *person,
			struct verdict *verdict_r)
{
	struct contradiction contradiction;

	if (duties_find_duty(section, person) == DUTY_NONE)
		verdict_set(verdict_r, REASON_NOT_STAFF, NULL);
	else if (!duty_list_has(section->staff, person))
		verdict_set(verdict_r, REASON_APPROVER_WRITES, NULL);
	else if (contradiction_find(section, &contradiction))
		verdict_set(verdict_r, contradiction.reason, NULL);
	else
		verdict_pass(verdict_r);
}

/* Two accounts with one mail address are one person. */
static bool is_same_person(const struct section_duties *section, const char *one,
			   const char *other)
{
	const struct duty_person *person, *author;

	if (strcmp(one, other) == 0)
		return true;
	if (section->people == NULL)
		return false;
	person = duty_people_find(section->people, one);
	author = duty_people_find(section->people, other);
	return person != NULL && author != NULL &&
	       duty_person_shares_mail(person, author);
}

/* A delegate decides in their time, and whether that is now may not be known. */
static void judge_period(const struct section_duties *section, const char *person,
			 struct verdict *verdict_r)
{
	const struct duty_person *delegate =
	    section->people != NULL ? duty_people_find(section->people, person) : NULL;

	verdict_pass(verdict_r);
	if (delegate == NULL)
		return;
	switch (delegation_find_state(&delegate->delegation, section->now)) {
	case DELEGATION_CURRENT:
		break;
	case DELEGATION_EARLY:
	case DELEGATION_OVER:
		verdict_set(verdict_r, REASON_DELEGATE_PERIOD, NULL);
		break;
	case DELEGATION_GARBLED:
		verdict_set(verdict_r, REASON_DELEGATE_TIME, NULL);
		break;
	}
}

void duties_judge_decision(const struct section_duties *section, const char *person,
			   const char *author, struct verdict *verdict_r)
{
	enum duty duty = duties_find_duty(section, person);
	struct contradiction contradiction;

	if (is_same_person(section, person, author))
		verdict_set(verdict_r, REASON_OWN_DRAFT, NULL);
	else if (contradiction_find(section, &contradiction))
		verdict_set(verdict_r, contradiction.reason, NULL);
	else if (duty != DUTY_APPROVER && duty != DUTY_DELEGATE)
		verdict_set(verdict_r, REASON_NOT_APPROVER, NULL);
	else if (section->status != APPROVER_ACTIVE)
		verdict_set(verdict_r, REASON_SUSPENDED, NULL);
	else if (duty == DUTY_DELEGATE)
		judge_period(section, person, verdict_r);
	else
		verdict_pass(verdict_r);
}

void duties_judge_confirmation(const struct section_duties *section, const char *person,
			       const char *author, bool by_other,
			       struct verdict *verdict_r)
{
	/* Nobody has the empty DN, so that the rule about one's own draft does not apply. */
	duties_judge_decision(section, person, by_other ? author : "", verdict_r);
}

void duties_judge_correction(const struct section_duties *section, const char *person,
			     struct verdict *verdict_r)
{
	if (duties_find_duty(section, person) == DUTY_STAFF)
		duties_judge_draft(section, person, verdict_r);
	else
		duties_judge_decision(section, person, "", verdict_r);
}

const char *duty_name(enum duty duty)
{
	static const char *const names[] = {
		[DUTY_NONE] = "none",
		[DUTY_STAFF] = "staff",
		[DUTY_APPROVER] = "approver",
		[DUTY_DELEGATE] = "delegate",
	};

	return names[duty];
}

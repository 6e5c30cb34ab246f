/*
 * NAME
 *	contradiction - what cannot be true together of a section
 *
 * DESCRIPTION
 *	Art. 4: exactly one approver, who exists and is never staff; delegates are of the same
 *	section and not staff. Whoever shares a mail address with somebody else is the same
 *	person, so a second account does not help. Art. 3: two people with one address were
 *	not registered as they should be.
 *
 *	They are found in this order: the approver, the lists, the delegates, the mails.
 *
 * DIAGNOSTICS
 *	None: a contradiction is an answer, with the entries it is about.
 */
#include "policy/contradiction.h"

#include <string.h>
#include <strings.h>

/* What is found goes here, as far as there is room. */
struct findings {
	struct contradiction *rows;
	size_t most;
	size_t count;
};

static void add(struct findings *findings, enum reason reason, const char *entry,
		const char *other)
{
	if (findings->count < findings->most)
		findings->rows[findings->count++] =
		    (struct contradiction){ reason, entry, other };
}

/* False without an approver to compare the others with. */
static bool find_in_approver(const struct section_duties *section,
			     struct findings *findings)
{
	if (section->has_several_approvers)
		add(findings, REASON_SEVERAL_APPROVERS, NULL, NULL);
	if (section->approver == NULL)
		add(findings, REASON_NO_APPROVER, NULL, NULL);
	else if (section->people != NULL &&
		 duty_people_find(section->people, section->approver) == NULL)
		add(findings, REASON_NO_APPROVER, section->approver, NULL);
	return section->approver != NULL;
}

static void find_in_lists(const struct section_duties *section, struct findings *findings)
{
	if (duty_list_has(section->staff, section->approver))
		add(findings, REASON_BOTH_DUTIES, section->approver, NULL);
	for (size_t i = 0; section->delegates[i] != NULL; i++)
		if (duty_list_has(section->staff, section->delegates[i]))
			add(findings, REASON_BOTH_DUTIES, section->delegates[i], NULL);
}

/* Does the directory name another section for the delegate than for the approver, who is its
 * head? */
static bool is_of_another(const struct duty_people *people, const char *approver,
			  const char *delegate)
{
	const struct duty_person *head = duty_people_find(people, approver);
	const struct duty_person *person = duty_people_find(people, delegate);

	if (head == NULL || person == NULL || head->sections[0] == NULL)
		return false;
	for (size_t i = 0; head->sections[i] != NULL; i++)
		for (size_t j = 0; person->sections[j] != NULL; j++)
			if (strcasecmp(head->sections[i], person->sections[j]) == 0)
				return false;
	return true;
}

static void find_in_delegates(const struct section_duties *section,
			      struct findings *findings)
{
	for (size_t i = 0; section->delegates[i] != NULL; i++) {
		const char *delegate = section->delegates[i];

		if (duty_list_has(section->people->elsewhere, delegate) ||
		    is_of_another(section->people, section->approver, delegate))
			add(findings, REASON_FOREIGN_DELEGATE, delegate, NULL);
	}
}

static bool is_decider(const struct section_duties *section, const char *dn)
{
	return strcmp(section->approver, dn) == 0 ||
	       duty_list_has(section->delegates, dn);
}

/* Do the two share an address, and is it this kind of slip? */
static bool is_mail_slip(const struct section_duties *section, size_t one, size_t other,
			 bool both_duties)
{
	const struct duty_person *persons = section->people->persons;
	const bool writes_and_decides =
	    (is_decider(section, persons[one].dn) &&
	     duty_list_has(section->staff, persons[other].dn)) ||
	    (is_decider(section, persons[other].dn) &&
	     duty_list_has(section->staff, persons[one].dn));

	return strcmp(persons[one].dn, persons[other].dn) != 0 &&
	       writes_and_decides == both_duties &&
	       duty_person_shares_mail(&persons[one], &persons[other]);
}

static void find_in_mails(const struct section_duties *section, bool both_duties,
			  struct findings *findings)
{
	const struct duty_people *people = section->people;

	for (size_t i = 0; i < people->count; i++) {
		for (size_t j = i + 1; j < people->count; j++) {
			const char *one = people->persons[i].dn;
			const char *other = people->persons[j].dn;
			const bool swap = both_duties && !is_decider(section, one);

			if (is_mail_slip(section, i, j, both_duties))
				add(findings,
				    both_duties ? REASON_BOTH_DUTIES : REASON_MAIL_TWICE,
				    swap ? other : one, swap ? one : other);
		}
	}
}

size_t contradiction_list(const struct section_duties *section,
			  struct contradiction *contradictions_r, size_t most)
{
	struct findings findings = { contradictions_r, most, 0 };

	if (!find_in_approver(section, &findings))
		return findings.count;
	find_in_lists(section, &findings);
	if (section->people != NULL) {
		find_in_delegates(section, &findings);
		/* Worst where the one writes and the other decides. */
		find_in_mails(section, true, &findings);
		find_in_mails(section, false, &findings);
	}
	return findings.count;
}

bool contradiction_find(const struct section_duties *section,
			struct contradiction *contradiction_r)
{
	return contradiction_list(section, contradiction_r, 1) > 0;
}

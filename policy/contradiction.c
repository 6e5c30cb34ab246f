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
 * DIAGNOSTICS
 *	None: a contradiction is an answer, with the entries it is about.
 */
#include "policy/contradiction.h"

#include <string.h>
#include <strings.h>

static bool set(struct contradiction *contradiction_r, enum reason reason,
		const char *entry, const char *other)
{
	*contradiction_r = (struct contradiction){ reason, entry, other };
	return true;
}

static bool find_in_approver(const struct section_duties *section,
			     struct contradiction *contradiction_r)
{
	if (section->has_several_approvers)
		return set(contradiction_r, REASON_SEVERAL_APPROVERS, NULL, NULL);
	if (section->approver == NULL)
		return set(contradiction_r, REASON_NO_APPROVER, NULL, NULL);
	if (section->people != NULL &&
	    duty_people_find(section->people, section->approver) == NULL)
		return set(contradiction_r, REASON_NO_APPROVER, section->approver, NULL);
	return false;
}

static bool find_in_lists(const struct section_duties *section,
			  struct contradiction *contradiction_r)
{
	if (duty_list_has(section->staff, section->approver))
		return set(contradiction_r, REASON_BOTH_DUTIES, section->approver, NULL);
	for (size_t i = 0; section->delegates[i] != NULL; i++)
		if (duty_list_has(section->staff, section->delegates[i]))
			return set(contradiction_r, REASON_BOTH_DUTIES,
				   section->delegates[i], NULL);
	return false;
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

static bool find_in_delegates(const struct section_duties *section,
			      struct contradiction *contradiction_r)
{
	for (size_t i = 0; section->delegates[i] != NULL; i++) {
		const char *delegate = section->delegates[i];

		if (duty_list_has(section->people->elsewhere, delegate) ||
		    is_of_another(section->people, section->approver, delegate))
			return set(contradiction_r, REASON_FOREIGN_DELEGATE, delegate,
				   NULL);
	}
	return false;
}

static bool is_decider(const struct section_duties *section, const char *dn)
{
	return strcmp(section->approver, dn) == 0 ||
	       duty_list_has(section->delegates, dn);
}

/* Two entries with one address. Worst where the one writes and the other decides. */
static bool find_in_mails(const struct section_duties *section,
			  struct contradiction *contradiction_r)
{
	const struct duty_people *people = section->people;
	bool found = false;

	for (size_t i = 0; i < people->count; i++) {
		for (size_t j = 0; j < people->count; j++) {
			const char *one = people->persons[i].dn;
			const char *other = people->persons[j].dn;

			if (strcmp(one, other) == 0 ||
			    !duty_person_shares_mail(&people->persons[i],
						     &people->persons[j]))
				continue;
			if (is_decider(section, one) &&
			    duty_list_has(section->staff, other))
				return set(contradiction_r, REASON_BOTH_DUTIES, one,
					   other);
			if (!found)
				found =
				    set(contradiction_r, REASON_MAIL_TWICE, one, other);
		}
	}
	return found;
}

bool contradiction_find(const struct section_duties *section,
			struct contradiction *contradiction_r)
{
	if (find_in_approver(section, contradiction_r) ||
	    find_in_lists(section, contradiction_r))
		return true;
	return section->people != NULL && (find_in_delegates(section, contradiction_r) ||
					   find_in_mails(section, contradiction_r));
}

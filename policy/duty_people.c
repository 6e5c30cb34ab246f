/*
 * NAME
 *	duty_people - who is who in a section
 *
 * DESCRIPTION
 *	Finds people by DN, and tells whether two of them are one: what both the duties and
 *	the contradictions between them ask.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/duty_people.h"

#include <string.h>
#include <strings.h>

bool duty_list_has(const char *const *list, const char *dn)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, dn) == 0)
			return true;
	return false;
}

const struct duty_person *duty_people_find(const struct duty_people *people,
					   const char *dn)
{
	for (size_t i = 0; i < people->count; i++)
		if (strcmp(people->persons[i].dn, dn) == 0)
			return &people->persons[i];
	return NULL;
}

const char *duty_people_find_garbled(const struct section_duties *section)
{
	for (size_t i = 0; section->people != NULL && section->delegates[i] != NULL;
	     i++) {
		const struct duty_person *person =
		    duty_people_find(section->people, section->delegates[i]);

		if (person != NULL && person->delegation.is_garbled)
			return section->delegates[i];
	}
	return NULL;
}

bool duty_person_shares_mail(const struct duty_person *one,
			     const struct duty_person *other)
{
	for (size_t i = 0; one->mails[i] != NULL; i++)
		for (size_t j = 0; other->mails[j] != NULL; j++)
			if (strcasecmp(one->mails[i], other->mails[j]) == 0)
				return true;
	return false;
}

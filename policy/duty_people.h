/*
 * A section and its people, as the directory has them. DNs are canonical strings, compared as
 * they are.
 */
#ifndef KAIRAN_POLICY_DUTY_PEOPLE_H
#define KAIRAN_POLICY_DUTY_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/delegation.h"

enum approver_status {
	APPROVER_ACTIVE,
	APPROVER_SUSPENDED, /* Art. 6 */
	APPROVER_REVOKED,
};

/* A person as far as it matters who they are. Lists are NULL-terminated. */
struct duty_person {
	const char *dn;
	const char *const *mails; /* every address of theirs, aliases too */
	const char *const
	    *sections; /* what the directory calls their section; may be empty */
	struct delegation delegation; /* when they decide, where they are a delegate */
};

/* The people whom a section names, as far as they exist, and everybody else in the directory
 * who has an address of theirs. */
struct duty_people {
	const struct duty_person *persons;
	size_t count;
	const char *const
	    *elsewhere; /* DNs of delegates whom another section names too */
};

/* A section as the directory has it. Strings are canonical DNs, owned by whoever made
 * the struct. */
struct section_duties {
	const char *approver; /* NULL: none is named */
	enum approver_status status;
	const char *const *staff; /* NULL-terminated, as is the next */
	const char *const *delegates;
	bool has_several_approvers;       /* approver is then the first of them */
	const struct duty_people *people; /* NULL: they were not looked up */
	int64_t now; /* what their delegations are judged by; seconds since the epoch */
};

/* The person with this DN; NULL when they are not among the people. */
const struct duty_person *duty_people_find(const struct duty_people *people,
					   const char *dn);

/* Have two people an address in common (ASCII case folded)? Then they are one. */
bool duty_person_shares_mail(const struct duty_person *one,
			     const struct duty_person *other);

/* Does the section name a delegate whose period cannot be read? Their DN; NULL: no. */
const char *duty_people_find_garbled(const struct section_duties *section);

/* Is this DN in a list of them? */
bool duty_list_has(const char *const *list, const char *dn);

#endif

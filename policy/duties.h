/*
 * Who may write, and who may decide (Art. 2, 4, 6, 13-1). Pure: the facts are what LDAP
 * said at that moment; DNs are canonical strings, compared as they are.
 */
#ifndef KAIRAN_POLICY_DUTIES_H
#define KAIRAN_POLICY_DUTIES_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/verdict.h"

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
};

/* The person with this DN; NULL when they are not among the people. */
const struct duty_person *duty_people_find(const struct duty_people *people,
					   const char *dn);

/* Have two people an address in common (ASCII case folded)? Then they are one. */
bool duty_person_shares_mail(const struct duty_person *one,
			     const struct duty_person *other);

/* Is this DN in a list of them? */
bool duty_list_has(const char *const *list, const char *dn);

enum duty {
	DUTY_NONE,
	DUTY_STAFF,
	DUTY_APPROVER,
	DUTY_DELEGATE,
};

/* What this person is in this section. An approver or delegate who is listed as staff too
 * is what they decide as, never staff: nobody is both. */
enum duty duties_find_duty(const struct section_duties *section, const char *person);

/* May this person write a draft as staff of this section? A section that contradicts itself
 * (policy/contradiction.h) is a temporary failure, here and below. */
void duties_judge_draft(const struct section_duties *section, const char *person,
			struct verdict *verdict_r);

/* May this person decide a draft of this section that author wrote? The author never, not
 * under another account with the same mail address either. */
void duties_judge_decision(const struct section_duties *section, const char *person,
			   const char *author, struct verdict *verdict_r);

/* May this person confirm a correction (Art. 13-3) that author wrote? Whoever may decide may,
 * and an approver or delegate their own, unless the town wants another person for it. */
void duties_judge_confirmation(const struct section_duties *section, const char *person,
			       const char *author, bool by_other,
			       struct verdict *verdict_r);

/* May this person write a correction: as staff, or as one who may decide? */
void duties_judge_correction(const struct section_duties *section, const char *person,
			     struct verdict *verdict_r);

/* The duty's stable name ("approver") for the audit trail. */
const char *duty_name(enum duty duty);

#endif

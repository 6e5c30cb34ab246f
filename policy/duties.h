/*
 * Who may write, and who may decide (Art. 2, 4, 6, 13-1). Pure: the facts are what LDAP
 * said at that moment.
 */
#ifndef KAIRAN_POLICY_DUTIES_H
#define KAIRAN_POLICY_DUTIES_H

#include <stdbool.h>

#include "policy/duty_people.h"
#include "policy/verdict.h"

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

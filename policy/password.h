/*
 * Passwords (Art. 12): changed at once after registration or reissue, then within a time.
 * Pure: the facts are what LDAP said at that moment.
 */
#ifndef KAIRAN_POLICY_PASSWORD_H
#define KAIRAN_POLICY_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/verdict.h"

/* The state of a person's password. Times are seconds since the epoch, 0 where the directory
 * does not say. */
struct password_facts {
	int64_t changed_at;
	int64_t registered_at; /* when the person was */
	bool is_reset;         /* reissued, and not changed since */
	bool is_locked;
	bool is_garbled; /* the directory says something that cannot be understood */
};

/* What the town asks. */
struct password_rule {
	int64_t max_age; /* seconds; exactly so old is still good */
	bool refuse_unknown;
};

/* May somebody with this password write or decide? */
void password_judge(const struct password_facts *facts, const struct password_rule *rule,
		    int64_t now, struct verdict *verdict_r);

/* The warning that is due now: 14, 7 or 1 (days before the password gets too old), 0 when
 * none is. */
int password_find_warning(const struct password_facts *facts, int64_t max_age,
			  int64_t now);

/* When the next warning after now falls due; 0 when none will. */
int64_t password_next_warning(const struct password_facts *facts, int64_t max_age,
			      int64_t now);

#endif

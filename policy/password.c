/*
 * NAME
 *	password - is a password fit to write and decide with?
 *
 * DESCRIPTION
 *	Art. 12: who was registered, or got a password reissued, changes it at once, and
 *	everybody within 90 days. What only the registrar has set is as old as the
 *	registration: servers date both within one operation, scripts a moment later.
 *
 * DIAGNOSTICS
 *	None: every answer is a verdict. Facts that cannot be understood are a temporary
 *	failure.
 */
#include "policy/password.h"

#include <stddef.h>
#include <stdio.h>

#define DAY_SECONDS 86400
/* No person logs in and changes a password so soon after their registration. */
#define REGISTRATION_SECONDS 5

static const int password_warnings[] = { 14, 7, 1 };

#define WARNINGS_COUNT (sizeof(password_warnings) / sizeof(password_warnings[0]))

static bool is_registrars(const struct password_facts *facts)
{
	const int64_t since = facts->changed_at - facts->registered_at;

	return facts->changed_at != 0 && facts->registered_at != 0 &&
	       since >= -REGISTRATION_SECONDS && since <= REGISTRATION_SECONDS;
}

static void refuse_old(int64_t age, int64_t max_age, struct verdict *verdict_r)
{
	char detail[64];

	/* The first day of a password is day 1. */
	(void)snprintf(detail, sizeof(detail), "day %lld, limit %lld days",
		       (long long)(age / DAY_SECONDS + 1),
		       (long long)(max_age / DAY_SECONDS));
	verdict_set(verdict_r, REASON_PASSWORD_OLD, detail);
}

void password_judge(const struct password_facts *facts, const struct password_rule *rule,
		    int64_t now, struct verdict *verdict_r)
{
	if (facts->is_garbled)
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
	else if (facts->is_locked)
		verdict_set(verdict_r, REASON_PASSWORD_LOCKED, NULL);
	else if (facts->is_reset || is_registrars(facts))
		verdict_set(verdict_r, REASON_PASSWORD_INITIAL, NULL);
	else if (facts->changed_at == 0 && rule->refuse_unknown)
		verdict_set(verdict_r, REASON_PASSWORD_UNKNOWN, NULL);
	else if (facts->changed_at != 0 && now - facts->changed_at > rule->max_age)
		refuse_old(now - facts->changed_at, rule->max_age, verdict_r);
	else
		verdict_pass(verdict_r);
}

static int64_t find_due(const struct password_facts *facts, int64_t max_age, size_t n)
{
	return facts->changed_at + max_age - (int64_t)password_warnings[n] * DAY_SECONDS;
}

static bool can_warn(const struct password_facts *facts)
{
	return facts->changed_at != 0 && !facts->is_garbled;
}

int password_find_warning(const struct password_facts *facts, int64_t max_age,
			  int64_t now)
{
	int days = 0;

	if (!can_warn(facts) || now - facts->changed_at > max_age)
		return 0;
	for (size_t i = 0; i < WARNINGS_COUNT && find_due(facts, max_age, i) <= now; i++)
		days = password_warnings[i];
	return days;
}

int64_t password_next_warning(const struct password_facts *facts, int64_t max_age,
			      int64_t now)
{
	if (!can_warn(facts))
		return 0;
	for (size_t i = 0; i < WARNINGS_COUNT; i++)
		if (find_due(facts, max_age, i) > now)
			return find_due(facts, max_age, i);
	return 0;
}

/*
 * When an approved draft goes out (Art. 13-2(1)).
 */
#ifndef KAIRAN_POLICY_DUE_H
#define KAIRAN_POLICY_DUE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/hours.h"
#include "policy/reply_words.h"
#include "policy/send_at.h"
#include "policy/verdict.h"

/* What the time depends on. */
struct due_facts {
	enum decision decision; /* DECISION_APPROVE or DECISION_APPROVE_URGENT */
	bool has_reason;        /* for passing quiet hours */
	bool urgent;            /* staff marked it, or its broadcast is */
	bool is_confirmed; /* who approves has said 緊急承認 before, in another reply */
	int64_t send_at;   /* asked for by staff; 0: as soon as may be */
	const struct quiet_hours *quiet;
	GTimeZone *zone;
	int64_t now;
};

enum due_status {
	DUE_AT,           /* goes out at *at_r, which no quiet hours put off */
	DUE_WAITS,        /* goes out at *at_r, when the quiet hours end */
	DUE_WAITS_URGENT, /* the same; 緊急承認 with a reason would send it earlier */
	DUE_WANTS_CONFIRMATION, /* 緊急承認 of what staff did not mark: to be said twice */
	DUE_WANTS_REASON, /* 緊急承認 without the reason that passing quiet hours needs */
};

/* May a draft ask for that time? most: how far ahead, in seconds. The decision, the reason
 * and send_at of facts are not looked at. */
void due_judge_send_at(const struct due_facts *facts, enum send_at_status status,
		       int64_t send_at, int64_t most, struct verdict *verdict_r);

/* Find the time. Where something is wanted there is none. */
enum due_status due_find(const struct due_facts *facts, int64_t *at_r);

#endif

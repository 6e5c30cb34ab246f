/*
 * When a draft goes out: its marks as they were read, its quiet hours, and the town's clock,
 * brought together for policy/due.h.
 */
#ifndef KAIRAN_MILTER_DRAFT_SCHEDULE_H
#define KAIRAN_MILTER_DRAFT_SCHEDULE_H

#include "milter/core/kairan.h"
#include "milter/draft/reading.h"
#include "policy/due.h"

/* Read the marks of urgency and the time asked for from a mail that has been read, and take
 * the line of that time out of its text. */
void draft_schedule_read(const struct setup *setup, const struct broadcast *broadcast,
			 struct draft_reading *reading);

/* May the draft ask for its time? */
void draft_schedule_judge(const struct setup *setup, const struct broadcast *broadcast,
			  const struct draft_reading *reading, struct verdict *verdict_r);

/* How it is approved. */
struct approval {
	enum decision decision;
	bool has_reason;
	bool is_confirmed; /* as in struct due_facts */
};

/* When it would go out if it were approved like that now. */
enum due_status draft_schedule_find(const struct setup *setup, const struct draft *draft,
				    const struct approval *approval, int64_t *at_r);

/* Likewise, by 承認 and nothing more. */
enum due_status draft_schedule_find_plain(const struct setup *setup,
					  const struct draft *draft, int64_t *at_r);

/* The first moment from then on that is in none of its quiet hours. */
int64_t draft_schedule_find_opening(const struct setup *setup, const struct draft *draft,
				    int64_t at);

/* Is it quiet now, although it was not when an approved draft fell due? Then *at_r is when it goes
 * out. What fell due a moment ago is not late. */
bool draft_schedule_is_late(const struct setup *setup, const struct draft *draft,
			    int64_t *at_r);

#endif

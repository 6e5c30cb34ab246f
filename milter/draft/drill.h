/*
 * Drills on their way: what is marked 【訓練】 goes to the drill list of its broadcast alone.
 */
#ifndef KAIRAN_MILTER_DRAFT_DRILL_H
#define KAIRAN_MILTER_DRAFT_DRILL_H

#include "milter/core/kairan.h"
#include "milter/draft/reading.h"
#include "schema/directory.h"
#include "schema/store_draft.h"

/* Read from the subject of a mail whether it is a drill; the mark comes before all else in it. */
void draft_drill_read(struct draft_reading *reading);

/* A correction of a drill is one, and no other correction is: the subject, which has the mark of a
 * correction, is marked. */
void draft_drill_follow(const struct draft *corrects, struct draft_reading *reading);

/* Behind the mark of a drill in a language, where the subject begins with it. */
const char *draft_drill_skip_mark(const char *subject, const char *language);

/* May it be one, as far as its subject and the broadcast go? */
void draft_drill_judge(const struct setup *setup, const struct broadcast *broadcast,
		       const struct draft_reading *reading, struct verdict *verdict_r);

/* Make it one: every text is marked, and goes to the broadcast's drill list, which there is. */
void draft_drill_apply(const struct broadcast *broadcast, struct draft *draft);

#endif

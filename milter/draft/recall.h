/*
 * Is what came as a draft Outlook's recall of another one?
 */
#ifndef KAIRAN_MILTER_DRAFT_RECALL_H
#define KAIRAN_MILTER_DRAFT_RECALL_H

#include <stdbool.h>

#include "milter/draft/reading.h"
#include "schema/directory.h"

/* Is this mail, written by that person, a recall (policy/recall.h)? The reading has its message,
 * and its text where there is one. */
bool draft_recall_is_one(const struct draft_reading *reading,
			 const struct person *person);

#endif

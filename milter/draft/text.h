/*
 * The text of a draft, judged (Art. 13-2(2) to (4)).
 */
#ifndef KAIRAN_MILTER_DRAFT_TEXT_H
#define KAIRAN_MILTER_DRAFT_TEXT_H

#include <glib.h>

#include "milter/core/kairan.h"
#include "milter/draft/reading.h"

/* Judge a draft that was read, for a subscriber list, and its parts for theirs, whose characters
 * are counted. findings (policy/finding.h) get all that was found; the verdict is the first
 * refusal. Where they have already that the text cannot be parted, it is not counted. */
void draft_text_judge(const struct setup *setup, const char *list,
		      const struct draft_reading *reading, GPtrArray *findings,
		      struct verdict *verdict_r);

/* May broadcasts to this list have characters beyond ISO-2022-JP (setting wide_lists)? */
bool draft_text_may_be_wide(const struct settings *settings, const char *list);

/* Is it all so far over the limits of its texts, of which twins are in other languages, that nothing
 * else counts? Before it is parted. */
bool draft_text_is_far_too_long(const struct settings *settings, size_t twins,
				const struct draft_reading *reading);

/* What is counted of it (Art. 13-2(2)). */
size_t draft_text_count(const struct settings *settings,
			const struct draft_reading *reading);

#endif

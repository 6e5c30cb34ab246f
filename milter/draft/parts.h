/*
 * The parts of a draft, as they are read from its mail (policy/part.h).
 */
#ifndef KAIRAN_MILTER_DRAFT_PARTS_H
#define KAIRAN_MILTER_DRAFT_PARTS_H

#include "milter/core/kairan.h"
#include "milter/draft/reading.h"

/* Read the marks and the time (draft_schedule_read()) from a mail that has been read, and take the
 * parts for the broadcast's lists in other languages out of its text. The reading has findings
 * then: of lines that part where they may not. */
void draft_parts_read(const struct setup *setup, const struct broadcast *broadcast,
		      struct draft_reading *reading);

/* A draft's text with its parts, as its writer may have written it, or with the footers that
 * subscribers get below each; names of languages are in the reader's. line is the setting
 * part_line. Free with g_free(). */
char *draft_parts_write(const char *line, const char *reader, const struct draft *draft,
			bool has_footers);

#endif

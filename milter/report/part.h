/*
 * A part of the monthly report on its way to be text and HTML; for this room only.
 */
#ifndef KAIRAN_MILTER_REPORT_PART_H
#define KAIRAN_MILTER_REPORT_PART_H

#include <jansson.h>

#include "milter/report/table.h"
#include "milter/report/words.h"

struct report_part {
	GHashTable *facts; /* what the templates ask for */
	struct report_words words;
	const json_t *report;
};

/* A figure of an object, or a text, 0 and "" when it has none. */
int64_t report_part_number(const json_t *object, const char *name);
const char *report_part_text(const json_t *object, const char *name);

/* The phrase report.KEY. */
const char *report_part_word(const struct report_part *part, const char *key);

/* Put a fact: a value, which is taken over; a number; a sentence in the place of a table. Names
 * are literals. */
void report_part_put(const struct report_part *part, const char *name, char *value);
void report_part_put_number(const struct report_part *part, const char *name,
			    int64_t number);
void report_part_put_nothing(const struct report_part *part, const char *name,
			     const char *key);

/* Put a table, which is taken over; in HTML, where it is the fact html_name, behind its
 * charts. */
void report_part_put_table(const struct report_part *part, const char *name,
			   const char *html_name, struct report_table *table,
			   const char *charts);

/* What is told section by section: weeks, drafts, times, bounces. */
void report_part_put_sections(const struct report_part *part);

#endif

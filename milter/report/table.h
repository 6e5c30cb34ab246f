/*
 * A table of the monthly report, for plain text and for HTML.
 */
#ifndef KAIRAN_MILTER_REPORT_TABLE_H
#define KAIRAN_MILTER_REPORT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct report_table; /* opaque */

/* The caption is shown in HTML only. */
struct report_table *report_table_new(const char *caption);
void report_table_free(struct report_table *table);

/* Columns first. The first one names its row, and is cut in plain text where a line would get
 * too long; the others are figures when number is true. full: a heading that stands for
 * itself, for HTML; NULL: the same. */
void report_table_add_column(struct report_table *table, const char *heading,
			     const char *full, bool number);

/* The next cell; after the last column's a new row begins. Any text: it becomes one line. */
void report_table_put(struct report_table *table, const char *text);
void report_table_put_number(struct report_table *table, int64_t number);

/* The last row that is complete is the sum of the others. */
void report_table_end_with_total(struct report_table *table);

/* Free with g_free(). The text's lines are indented, and it ends without a line end. */
char *report_table_write_text(const struct report_table *table);
char *report_table_write_html(const struct report_table *table);

#endif

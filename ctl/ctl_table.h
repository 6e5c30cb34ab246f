/*
 * What a command lists: for people a table, for programs (--json) an array of objects.
 */
#ifndef KAIRAN_CTL_CTL_TABLE_H
#define KAIRAN_CTL_CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "conf/settings.h"

/* CTL_WORD is a text that is one of a few names: people see it in their language. */
enum ctl_cell { CTL_TEXT, CTL_WORD, CTL_NUMBER, CTL_TIME, CTL_FLAG };

/* A column: its heading, which with _ for spaces is its name in JSON, and what its cells are.
 * People see the heading in their language (ctl_say.h). */
struct ctl_column {
	const char *name;
	enum ctl_cell cell;
};

struct ctl_table;

/* Columns and settings must outlive the table. */
struct ctl_table *ctl_table_new(const struct settings *settings,
				const struct ctl_column *columns, size_t count);
void ctl_table_free(struct ctl_table *table);

/* Put the next cell; after the last column's a new row begins. The kind must be the
 * column's. A time of 0 is no time: null in JSON. */
void ctl_table_put_text(struct ctl_table *table, const char *text);
void ctl_table_put_word(struct ctl_table *table, const char *word);
void ctl_table_put_number(struct ctl_table *table, int64_t number);
void ctl_table_put_time(struct ctl_table *table, int64_t at);
void ctl_table_put_flag(struct ctl_table *table, bool flag);

/* Print all rows on standard output; a table without rows prints nothing but "[]" in JSON. */
void ctl_table_print(const struct ctl_table *table, bool json);

/* Print the first row as "name  value" lines, without what is not known. */
void ctl_table_print_one(const struct ctl_table *table);

/* The rows as JSON, borrowed. */
json_t *ctl_table_rows(const struct ctl_table *table);

#endif

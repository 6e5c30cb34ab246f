/*
 * NAME
 *	ctl_table - what a command lists
 *
 * DESCRIPTION
 *	Rows are kept as JSON objects (jansson). Times are ISO 8601 with their zone; people see
 *	them without zone and seconds. Columns are as wide as their widest cell on a terminal,
 *	where most Japanese characters take two places.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/ctl_table.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "conf/clock.h"
#include "ctl/ctl_say.h"
#include "policy/columns.h"

#define NAME_OCTETS 32
#define NAME_WIDTH  16

struct ctl_table {
	const struct settings *settings;
	const struct ctl_column *columns;
	size_t count;
	size_t next; /* column of the next cell */
	json_t *rows;
};

struct ctl_table *ctl_table_new(const struct settings *settings,
				const struct ctl_column *columns, size_t count)
{
	struct ctl_table *table = g_new0(struct ctl_table, 1);

	table->settings = settings;
	table->columns = columns;
	table->count = count;
	table->rows = json_array();
	return table;
}

void ctl_table_free(struct ctl_table *table)
{
	if (table == NULL)
		return;
	json_decref(table->rows);
	g_free(table);
}

/* "queue id" is a heading, and queue_id a name. */
static const char *make_name(const struct ctl_column *column, char name_r[NAME_OCTETS])
{
	(void)g_strlcpy(name_r, column->name, NAME_OCTETS);
	return g_strdelimit(name_r, " ", '_');
}

static const json_t *get_cell(const json_t *row, const struct ctl_column *column)
{
	char name[NAME_OCTETS];

	return json_object_get(row, make_name(column, name));
}

static void put(struct ctl_table *table, enum ctl_cell cell, json_t *value)
{
	const struct ctl_column *column = &table->columns[table->next];
	char name[NAME_OCTETS];

	g_assert(column->cell == cell);
	if (table->next == 0)
		(void)json_array_append_new(table->rows, json_object());
	(void)json_object_set_new(
	    json_array_get(table->rows, json_array_size(table->rows) - 1),
	    make_name(column, name), value);
	table->next = (table->next + 1) % table->count;
}

void ctl_table_put_text(struct ctl_table *table, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	put(table, CTL_TEXT, json_string(valid));
}

void ctl_table_put_word(struct ctl_table *table, const char *word)
{
	put(table, CTL_WORD, json_string(word));
}

void ctl_table_put_number(struct ctl_table *table, int64_t number)
{
	put(table, CTL_NUMBER, json_integer(number));
}

void ctl_table_put_time(struct ctl_table *table, int64_t at)
{
	char text[64];

	if (at == 0) {
		put(table, CTL_TIME, json_null());
		return;
	}
	clock_format(at, table->settings->time_zone, "%Y-%m-%dT%H:%M:%S%:z", text,
		     sizeof(text));
	put(table, CTL_TIME, json_string(text));
}

void ctl_table_put_flag(struct ctl_table *table, bool flag)
{
	put(table, CTL_FLAG, json_boolean(flag));
}

/* A cell as people see it, on one line. Free with g_free(). */
static char *describe_cell(const struct ctl_column *column, const json_t *value)
{
	char *text;

	switch (column->cell) {
	case CTL_NUMBER:
		return g_strdup_printf("%" JSON_INTEGER_FORMAT,
				       json_integer_value(value));
	case CTL_FLAG:
		return g_strdup(json_is_true(value) ? ctl_say("yes") : ctl_say("no"));
	case CTL_TIME:
		if (json_is_null(value))
			return g_strdup("-");
		text = g_strndup(json_string_value(value), strlen("2026-12-01T09:00"));
		return g_strdelimit(text, "T", ' ');
	case CTL_WORD:
		return g_strdup(ctl_say(json_string_value(value)));
	case CTL_TEXT:
		break;
	}
	return g_strdelimit(g_strdup(json_string_value(value)), "\r\n\t", ' ');
}

static void print_cell(const char *text, int width, bool number, bool last)
{
	const int padding = MAX(width - columns_count(text), 0);

	if (number)
		printf("%*s%s%s", padding, "", text, last ? "\n" : "  ");
	else
		printf("%s%*s%s", text, last ? 0 : padding, "", last ? "\n" : "  ");
}

static int find_width(const struct ctl_table *table, size_t column)
{
	int width = columns_count(ctl_say(table->columns[column].name));
	size_t i;
	json_t *row;

	json_array_foreach(table->rows, i, row)
	{
		g_autofree char *text = describe_cell(
		    &table->columns[column], get_cell(row, &table->columns[column]));

		width = MAX(width, columns_count(text));
	}
	return width;
}

static void print_text(const struct ctl_table *table)
{
	g_autofree int *widths = g_new0(int, table->count);
	size_t i;
	json_t *row;

	for (size_t column = 0; column < table->count; column++) {
		widths[column] = find_width(table, column);
		print_cell(ctl_say(table->columns[column].name), widths[column],
			   table->columns[column].cell == CTL_NUMBER,
			   column + 1 == table->count);
	}
	json_array_foreach(table->rows, i, row)
	{
		for (size_t column = 0; column < table->count; column++) {
			const struct ctl_column *which = &table->columns[column];
			g_autofree char *text =
			    describe_cell(which, get_cell(row, which));

			print_cell(text, widths[column], which->cell == CTL_NUMBER,
				   column + 1 == table->count);
		}
	}
}

static void print_json(const json_t *value)
{
	(void)json_dumpf(value, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	putchar('\n');
}

void ctl_table_print(const struct ctl_table *table, bool json)
{
	if (json)
		print_json(table->rows);
	else if (json_array_size(table->rows) > 0)
		print_text(table);
}

/* Nothing to tell: no time, no text. */
static bool is_empty(const json_t *value)
{
	return json_is_null(value) ||
	       (json_is_string(value) && *json_string_value(value) == '\0');
}

static void print_named(const char *name, const char *text)
{
	printf("%s%*s %s\n", name, MAX(NAME_WIDTH - columns_count(name), 0), "", text);
}

void ctl_table_print_one(const struct ctl_table *table)
{
	const json_t *row = json_array_get(table->rows, 0);

	for (size_t column = 0; column < table->count; column++) {
		const struct ctl_column *which = &table->columns[column];
		const json_t *value = get_cell(row, which);
		g_autofree char *text = describe_cell(which, value);

		if (!is_empty(value))
			print_named(ctl_say(which->name), text);
	}
}

json_t *ctl_table_rows(const struct ctl_table *table)
{
	return table->rows;
}

/*
 * NAME
 *	report_table - a table of the monthly report
 *
 * DESCRIPTION
 *	The same rows as columns of plain text, in which a kanji is as wide as two letters, and
 *	as an HTML table whose headings say what they are the headings of. Names come from the
 *	directory and are nobody's friend: they are put on one line, and escaped in HTML.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/report/table.h"

#include <glib.h>
#include <string.h>

#include "milter/mail/template.h"
#include "milter/report/words.h"
#include "policy/columns.h"
#include "policy/text.h"

#define LINE_MOST  76
#define INDENT     "  "
#define GAP        2 /* between columns, and as wide as INDENT */
#define NAME_LEAST 10

struct column {
	char *heading;
	char *full;
	bool number;
};

struct report_table {
	char *caption;
	GArray *columns;
	GPtrArray *cells;
	bool has_total;
};

static void clear_column(void *pointer)
{
	struct column *column = pointer;

	g_free(column->heading);
	g_free(column->full);
}

struct report_table *report_table_new(const char *caption)
{
	struct report_table *table = g_new0(struct report_table, 1);

	table->caption = g_strdup(caption);
	table->columns = g_array_new(FALSE, FALSE, sizeof(struct column));
	g_array_set_clear_func(table->columns, clear_column);
	table->cells = g_ptr_array_new_with_free_func(g_free);
	return table;
}

void report_table_free(struct report_table *table)
{
	if (table == NULL)
		return;
	g_free(table->caption);
	g_array_unref(table->columns);
	g_ptr_array_unref(table->cells);
	g_free(table);
}

void report_table_add_column(struct report_table *table, const char *heading,
			     const char *full, bool number)
{
	const struct column column = { g_strdup(heading),
				       g_strdup(full != NULL ? full : heading), number };

	g_array_append_val(table->columns, column);
}

void report_table_put(struct report_table *table, const char *text)
{
	char *line = g_utf8_make_valid(text, -1);

	text_fold_line(line);
	g_ptr_array_add(table->cells, line);
}

void report_table_put_number(struct report_table *table, int64_t number)
{
	g_ptr_array_add(table->cells, report_words_number(number));
}

void report_table_end_with_total(struct report_table *table)
{
	table->has_total = true;
}

static const struct column *get_column(const struct report_table *table, guint column)
{
	return &g_array_index(table->columns, struct column, column);
}

static guint count_rows(const struct report_table *table)
{
	return table->cells->len / table->columns->len;
}

static const char *get_cell(const struct report_table *table, guint row, guint column)
{
	return g_ptr_array_index(table->cells, row * table->columns->len + column);
}

/* ---- plain text ---- */

static int *find_widths(const struct report_table *table)
{
	int *widths = g_new0(int, table->columns->len);
	int others = 0;

	for (guint column = 0; column < table->columns->len; column++) {
		widths[column] = columns_count(get_column(table, column)->heading);
		for (guint row = 0; row < count_rows(table); row++)
			widths[column] = MAX(widths[column],
					     columns_count(get_cell(table, row, column)));
		others += column > 0 ? GAP + widths[column] : 0;
	}
	widths[0] = MIN(widths[0], MAX(LINE_MOST - GAP - others, NAME_LEAST));
	return widths;
}

static void append_cell(GString *out, const char *text, int width, bool right, bool last)
{
	const int padding = MAX(width - columns_count(text), 0);

	if (right)
		g_string_append_printf(out, "%*s%s", padding, "", text);
	else
		g_string_append_printf(out, "%s%*s", text, last ? 0 : padding, "");
	if (!last)
		g_string_append(out, INDENT);
}

/* A row of cells; that of headings when there is no such row. */
static void append_line(GString *out, const struct report_table *table, const int *widths,
			guint row)
{
	const guint columns = table->columns->len;

	g_string_append_printf(out, "%s" INDENT, out->len > 0 ? "\n" : "");
	for (guint column = 0; column < columns; column++) {
		const char *text = row < count_rows(table)
				       ? get_cell(table, row, column)
				       : get_column(table, column)->heading;
		g_autofree char *cut =
		    column == 0 ? columns_cut(text, widths[0]) : g_strdup(text);

		append_cell(out, cut, widths[column], get_column(table, column)->number,
			    column + 1 == columns);
	}
}

static void append_rule(GString *out, const struct report_table *table, const int *widths)
{
	int length = -GAP;

	for (guint column = 0; column < table->columns->len; column++)
		length += GAP + widths[column];
	g_string_append(out, "\n" INDENT);
	for (int i = 0; i < length; i++)
		g_string_append_c(out, '-');
}

char *report_table_write_text(const struct report_table *table)
{
	GString *out = g_string_new(NULL);
	g_autofree int *widths = find_widths(table);
	const guint rows = count_rows(table);

	append_line(out, table, widths, rows);
	append_rule(out, table, widths);
	for (guint row = 0; row < rows; row++) {
		if (table->has_total && row > 0 && row + 1 == rows)
			append_rule(out, table, widths);
		append_line(out, table, widths, row);
	}
	return g_string_free(out, FALSE);
}

/* ---- HTML ---- */

static void append_element(GString *out, const char *open, const char *text,
			   const char *close)
{
	g_string_append(out, open);
	template_escape(out, text);
	g_string_append(out, close);
}

/* Only a heading that is long by intent may take several lines. */
static const char *open_heading(const struct column *column)
{
	if (!column->number)
		return "<th scope=\"col\">";
	return strcmp(column->heading, column->full) == 0
		   ? "<th scope=\"col\" class=\"n\">"
		   : "<th scope=\"col\" class=\"n long\">";
}

static void append_headings(GString *out, const struct report_table *table)
{
	g_string_append(out, "<thead><tr>");
	for (guint column = 0; column < table->columns->len; column++)
		append_element(out, open_heading(get_column(table, column)),
			       get_column(table, column)->full, "</th>");
	g_string_append(out, "</tr></thead>\n");
}

static void append_row(GString *out, const struct report_table *table, guint row)
{
	g_string_append(out, "<tr>");
	append_element(out, "<th scope=\"row\">", get_cell(table, row, 0), "</th>");
	for (guint column = 1; column < table->columns->len; column++)
		append_element(
		    out, get_column(table, column)->number ? "<td class=\"n\">" : "<td>",
		    get_cell(table, row, column), "</td>");
	g_string_append(out, "</tr>\n");
}

char *report_table_write_html(const struct report_table *table)
{
	GString *out = g_string_new("<table>\n");
	const guint rows = count_rows(table);
	const guint body = table->has_total && rows > 0 ? rows - 1 : rows;

	append_element(out, "<caption>", table->caption, "</caption>\n");
	append_headings(out, table);
	g_string_append(out, "<tbody>\n");
	for (guint row = 0; row < body; row++)
		append_row(out, table, row);
	g_string_append(out, "</tbody>\n");
	if (body < rows) {
		g_string_append(out, "<tfoot>\n");
		append_row(out, table, body);
		g_string_append(out, "</tfoot>\n");
	}
	g_string_append(out, "</table>\n");
	return g_string_free(out, FALSE);
}

/*
 * NAME
 *	report_part - what the parts of the monthly report share
 *
 * DESCRIPTION
 *	Reads figures, and puts facts for the templates.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/report/part.h"

int64_t report_part_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

const char *report_part_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

const char *report_part_word(const struct report_part *part, const char *key)
{
	return report_words_get(&part->words, key);
}

/* Takes the value. */
void report_part_put(const struct report_part *part, const char *name, char *value)
{
	g_hash_table_replace(part->facts, (char *)name, value);
}

void report_part_put_number(const struct report_part *part, const char *name,
			    int64_t number)
{
	report_part_put(part, name, report_words_number(number));
}

/* A table with its charts, whose HTML stands before it. Takes the table. */
void report_part_put_table(const struct report_part *part, const char *name,
			   const char *html_name, struct report_table *table,
			   const char *charts)
{
	g_autofree char *html = report_table_write_html(table);

	report_part_put(part, name, report_table_write_text(table));
	report_part_put(part, html_name, g_strconcat(charts, html, NULL));
	report_table_free(table);
}

/* A sentence where a table would be empty. */
void report_part_put_nothing(const struct report_part *part, const char *name,
			     const char *key)
{
	report_part_put(part, name, g_strconcat("  ", report_part_word(part, key), NULL));
}

/*
 * NAME
 *	ldif - records of directory entries as text
 *
 * DESCRIPTION
 *	As much of RFC 2849 as samples and ldapsearch -LLL have: folded lines, comments, base64.
 *
 * DIAGNOSTICS
 *	A line without a colon is left out: both sources are programs or files of ours.
 */
#include "config.h"

#include "ctl/setup/ldif.h"

#include <string.h>

static void clear_line(void *data)
{
	struct ldif_line *line = data;

	g_free(line->name);
	g_free(line->value);
}

static void free_record(void *data)
{
	struct ldif_record *record = data;

	g_free(record->dn);
	g_array_unref(record->lines);
	g_free(record);
}

static struct ldif_record *begin_record(GPtrArray *records, char *dn)
{
	struct ldif_record *record = g_new0(struct ldif_record, 1);

	record->dn = dn;
	record->lines = g_array_new(FALSE, FALSE, sizeof(struct ldif_line));
	g_array_set_clear_func(record->lines, clear_line);
	g_ptr_array_add(records, record);
	return record;
}

static char *decode(const char *text)
{
	gsize length = 0;
	g_autofree guchar *octets = g_base64_decode(text, &length);

	return g_strndup((const char *)octets, length);
}

static void read_line(GPtrArray *records, struct ldif_record **record, const char *text)
{
	const char *colon = strchr(text, ':');
	struct ldif_line line;

	if (*text == '\0') {
		*record = NULL;
		return;
	}
	if (*text == '#' || colon == NULL)
		return;
	line.name = g_strndup(text, (gsize)(colon - text));
	line.value = colon[1] == ':' ? decode(colon + 2 + strspn(colon + 2, " "))
				     : g_strdup(colon + 1 + strspn(colon + 1, " "));
	if (*record != NULL) {
		g_array_append_val((*record)->lines, line);
	} else {
		*record = begin_record(records, line.value);
		g_free(line.name);
	}
}

GPtrArray *ldif_read(const char *text)
{
	GPtrArray *records = g_ptr_array_new_with_free_func(free_record);
	struct ldif_record *record = NULL;
	g_auto(GStrv) lines = NULL;
	GString *whole = g_string_new(text);

	g_string_replace(whole, "\n ", "", 0);
	lines = g_strsplit(whole->str, "\n", -1);
	g_string_free(whole, TRUE);
	for (size_t i = 0; lines[i] != NULL; i++)
		read_line(records, &record, lines[i]);
	return records;
}

const char *ldif_value(const struct ldif_record *record, const char *name, guint n)
{
	for (guint i = 0; i < record->lines->len; i++) {
		const struct ldif_line *line =
		    &g_array_index(record->lines, struct ldif_line, i);

		if (g_ascii_strcasecmp(line->name, name) == 0 && n-- == 0)
			return line->value;
	}
	return NULL;
}

const char *ldif_bare(const char *value)
{
	const char *end = *value == '{' ? strchr(value, '}') : NULL;

	return end != NULL ? end + 1 : value;
}

/* Blanks count as one. */
static bool is_same(const char *one, const char *two)
{
	while (*one != '\0' || *two != '\0') {
		if (g_ascii_isspace(*one) && g_ascii_isspace(*two)) {
			one += strspn(one, " \t");
			two += strspn(two, " \t");
		} else if (g_ascii_tolower(*one++) != g_ascii_tolower(*two++)) {
			return false;
		}
	}
	return true;
}

bool ldif_has(const struct ldif_record *record, const char *name, const char *value)
{
	const char *found;

	for (guint n = 0; (found = ldif_value(record, name, n)) != NULL; n++)
		if (is_same(ldif_bare(found), ldif_bare(value)))
			return true;
	return false;
}

void ldif_print(GString *out, const char *name, const char *value)
{
	if (name == NULL)
		g_string_append_c(out, '\n');
	else
		g_string_append_printf(out, "%s: %s\n", name, value);
}

/*
 * NAME
 *	fuzz_csv - arbitrary octets as a CSV file
 *
 * DESCRIPTION
 *	A file is refused with words, or is read to its end as UTF-8. Fields that are written
 *	in quotes are read as they were.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "ctl/ctl_csv.h"
#include "tests/fuzz/fuzz.h"

/* Read as a file, and NULL when it is refused; to g_free(). */
static char *read_file(const void *octets, size_t length)
{
	struct kairan_error error = { "" };
	struct fuzz_file file;
	char *text = NULL;

	fuzz_file_make(octets, length, &file);
	if (!ctl_csv_read_file(file.path, &text, &error))
		require(text == NULL && error.text[0] != '\0');
	fuzz_file_close(&file);
	return text;
}

/* One record in quotes. */
static void write_record(char **fields, GString *out)
{
	for (char **field = fields; *field != NULL; field++) {
		g_autoptr(GString) quoted = g_string_new(*field);

		(void)g_string_replace(quoted, "\"", "\"\"", 0);
		g_string_append_printf(out, "%s\"%s\"", field == fields ? "" : ",",
				       quoted->str);
	}
	g_string_append(out, "\r\n");
}

static void require_same(char **fields)
{
	g_autoptr(GString) written = g_string_new(NULL);
	char *at, **again;
	size_t number = 0;

	write_record(fields, written);
	at = written->str;
	again = ctl_csv_next_record(&at, &number);
	require(again != NULL);
	require(g_strv_equal((const char *const *)fields, (const char *const *)again));
	g_strfreev(again);
	require(ctl_csv_next_record(&at, &number) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	g_autofree char *text = read_file(octets, length);
	char *at = text, **fields;
	size_t number = 0, before = 0;

	if (text == NULL)
		return 0;
	require(g_utf8_validate(text, -1, NULL));
	while ((fields = ctl_csv_next_record(&at, &number)) != NULL) {
		require(number > before);
		before = number;
		require_same(fields);
		g_strfreev(fields);
	}
	return 0;
}

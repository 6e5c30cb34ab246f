/*
 * NAME
 *	fuzz_settings - arbitrary octets as kairan.conf
 *
 * DESCRIPTION
 *	A file is refused with words, or read. What is printed of the settings in force is a
 *	file that is read, and gives the same settings.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/settings.h"
#include "tests/fuzz/fuzz.h"

static char *print(const struct settings *settings)
{
	char *text = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&text, &length);

	require(memory != NULL);
	settings_print(settings, memory);
	require(fclose(memory) == 0);
	return text;
}

/* NULL: refused. */
static struct settings *load(const void *octets, size_t length,
			     struct kairan_error *error_r)
{
	struct fuzz_file file;
	struct settings *settings = NULL;

	fuzz_file_make(octets, length, &file);
	if (!settings_load(file.path, &settings, error_r))
		require(settings == NULL && error_r->text[0] != '\0');
	fuzz_file_close(&file);
	return settings;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	struct kairan_error error = { "" };
	struct settings *settings = load(octets, length, &error), *again;
	char *text, *same;

	if (settings == NULL)
		return 0;
	text = print(settings);
	again = load(text, strlen(text), &error);
	require(again != NULL);
	same = print(again);
	require(strcmp(text, same) == 0);
	free(same);
	free(text);
	settings_free(again);
	settings_free(settings);
	return 0;
}

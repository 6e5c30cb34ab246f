/*
 * NAME
 *	fuzz_patterns - arbitrary octets as a file of patterns
 *
 * DESCRIPTION
 *	A file is refused with words, or read; both as patterns of protected data and as
 *	lines of a gateway.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include "conf/patterns.h"
#include "tests/fuzz/fuzz.h"

static void load_patterns(const char *path)
{
	struct kairan_error error = { "" };
	GPtrArray *patterns = NULL;

	if (patterns_load(path, &patterns, &error))
		g_ptr_array_unref(patterns);
	else
		require(error.text[0] != '\0');
}

static void load_lines(const char *path)
{
	struct kairan_error error = { "" };
	GPtrArray *lines = NULL;

	if (patterns_load_lines("reply_footers", path, &lines, &error)) {
		(void)patterns_match_line(lines, "このメールは外部から届きました。");
		g_ptr_array_unref(lines);
	} else {
		require(error.text[0] != '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	struct fuzz_file file;

	fuzz_file_make(octets, length, &file);
	load_patterns(file.path);
	load_lines(file.path);
	fuzz_file_close(&file);
	return 0;
}

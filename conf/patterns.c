/*
 * NAME
 *	patterns - the administrators' patterns for protected data
 *
 * DESCRIPTION
 *	A libconfuse file with one section a pattern:
 *
 *		pattern "NAME" {
 *			expression = 'REGULAR EXPRESSION'   or   words = { "...", "..." }
 *			check = "none" | "my-number"
 *			action = "refuse" | "warn"
 *			matches = { "...", ... }
 *			passes = { "...", ... }
 *		}
 *
 *	The examples are tried whenever the file is read, so that a slip in an expression is
 *	found by the administrator and not by a resident.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "conf/patterns.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* As in conf/settings.c: libconfuse gives its complaints to a function without a context. */
static _Thread_local struct kairan_error *patterns_complaint;

static void __attribute__((format(printf, 2, 0)))
complain(cfg_t *cfg, const char *format, va_list args)
{
	char text[256];

	if (patterns_complaint == NULL || patterns_complaint->text[0] != '\0')
		return;
	(void)vsnprintf(text, sizeof(text), format, args);
	(void)error_set(patterns_complaint, "near line %d: %s",
			cfg != NULL ? cfg->line : 0, text);
}

static void free_pattern(void *context)
{
	struct protected_pattern *pattern = context;

	if (pattern->regex != NULL)
		g_regex_unref(pattern->regex);
	g_free(pattern->name);
	g_free(pattern);
}

/* The words as one expression that takes each as it is written. */
static char *join_words(cfg_t *section)
{
	GString *all = g_string_new(NULL);

	for (unsigned int i = 0; i < cfg_size(section, "words"); i++) {
		g_autofree char *word =
		    g_regex_escape_string(cfg_getnstr(section, "words", i), -1);

		g_string_append_printf(all, "%s%s", i > 0 ? "|" : "", word);
	}
	return g_string_free(all, FALSE);
}

static bool compile(cfg_t *section, struct protected_pattern *pattern,
		    struct kairan_error *error_r)
{
	const char *expression = cfg_getstr(section, "expression");
	g_autofree char *words = join_words(section);
	GError *complaint = NULL;

	if ((expression != NULL) == (*words != '\0'))
		return error_set(error_r, "wants either expression or words");
	pattern->regex = g_regex_new(expression != NULL ? expression : words,
				     G_REGEX_CASELESS | G_REGEX_MULTILINE, 0, &complaint);
	if (pattern->regex != NULL)
		return true;
	(void)error_set(error_r, "%s", complaint->message);
	g_error_free(complaint);
	return false;
}

/* Is the text one of two words? *second_r says which. */
static bool read_choice(cfg_t *section, const char *name, const char *first,
			const char *second, bool *second_r, struct kairan_error *error_r)
{
	const char *text = cfg_getstr(section, name);

	*second_r = strcmp(text, second) == 0;
	if (*second_r || strcmp(text, first) == 0)
		return true;
	return error_set(error_r, "%s = \"%s\": wants %s or %s", name, text, first,
			 second);
}

static bool try_examples(cfg_t *section, const struct protected_pattern *pattern,
			 struct kairan_error *error_r)
{
	static const struct {
		const char *name;
		bool matches;
	} kinds[] = { { "matches", true }, { "passes", false } };

	for (size_t kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
		for (unsigned int i = 0; i < cfg_size(section, kinds[kind].name); i++) {
			const char *text = cfg_getnstr(section, kinds[kind].name, i);

			if (!g_utf8_validate(text, -1, NULL))
				return error_set(error_r, "an example is not UTF-8");
			if (protected_data_matches(pattern, text) != kinds[kind].matches)
				return error_set(error_r, "\"%s\" is in %s, but %s", text,
						 kinds[kind].name,
						 kinds[kind].matches ? "does not match"
								     : "matches");
		}
	}
	return true;
}

static bool read_pattern(cfg_t *section, struct protected_pattern *pattern,
			 struct kairan_error *error_r)
{
	bool has_check = false, warns = false;

	pattern->name = g_strdup(cfg_title(section));
	if (!compile(section, pattern, error_r) ||
	    !read_choice(section, "check", "none", "my-number", &has_check, error_r) ||
	    !read_choice(section, "action", "refuse", "warn", &warns, error_r))
		return false;
	pattern->check = has_check ? PROTECTED_MY_NUMBER : PROTECTED_NO_CHECK;
	pattern->refuses = !warns;
	return try_examples(section, pattern, error_r);
}

static GPtrArray *read_all(cfg_t *cfg, const char *path, struct kairan_error *error_r)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_pattern);

	for (unsigned int i = 0; i < cfg_size(cfg, "pattern"); i++) {
		cfg_t *section = cfg_getnsec(cfg, "pattern", i);
		struct protected_pattern *pattern = g_new0(struct protected_pattern, 1);
		struct kairan_error error = { "" };

		g_ptr_array_add(all, pattern);
		if (read_pattern(section, pattern, &error))
			continue;
		(void)error_set(error_r, "%s: pattern \"%s\": %s", path,
				cfg_title(section), error.text);
		g_ptr_array_unref(all);
		return NULL;
	}
	return all;
}

static GPtrArray *parse_file(const char *path, FILE *file, struct kairan_error *error_r)
{
	cfg_opt_t pattern_options[] = {
		CFG_STR("expression", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("words", NULL, CFGF_NONE),
		CFG_STR("check", "none", CFGF_NONE),
		CFG_STR("action", "refuse", CFGF_NONE),
		CFG_STR_LIST("matches", NULL, CFGF_NONE),
		CFG_STR_LIST("passes", NULL, CFGF_NONE),
		CFG_END(),
	};
	cfg_opt_t options[] = {
		CFG_SEC("pattern", pattern_options,
			CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_END(),
	};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	struct kairan_error complaint = { "" };
	GPtrArray *all = NULL;

	if (cfg == NULL) {
		(void)error_set(error_r, "out of memory");
		return NULL;
	}
	patterns_complaint = &complaint;
	(void)cfg_set_error_function(cfg, complain);
	if (cfg_parse_fp(cfg, file) == CFG_SUCCESS)
		all = read_all(cfg, path, error_r);
	else
		(void)error_set(error_r, "%s: %s", path,
				complaint.text[0] != '\0' ? complaint.text
							  : "syntax error");
	patterns_complaint = NULL;
	cfg_free(cfg);
	return all;
}

bool patterns_load(const char *path, GPtrArray **patterns_r, struct kairan_error *error_r)
{
	FILE *file;

	if (*path == '\0') {
		*patterns_r = g_ptr_array_new_with_free_func(free_pattern);
		return true;
	}
	/* libconfuse ends the process on a folder. */
	file = g_file_test(path, G_FILE_TEST_IS_DIR) ? NULL : fopen(path, "re");
	if (file == NULL)
		return error_set(error_r,
				 "protected_patterns = \"%s\": cannot be read: %s", path,
				 strerror(errno));
	*patterns_r = parse_file(path, file, error_r);
	(void)fclose(file);
	return *patterns_r != NULL;
}

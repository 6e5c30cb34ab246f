/*
 * NAME
 *	patterns - the administrators' patterns: protected data, and lines of a gateway
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
 *	found by the administrator and not by a resident. Patterns of lines have neither check
 *	nor action, and are tried with what people write themselves: one that takes
 *	"ただし…" for a footer would approve what was not approved.
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

/* What people write around a decision, which no gateway's line may be like. */
/* clang-format off */
static const char *const patterns_own_words[] = {
	"承認", "承認します。", "緊急承認", "差戻し", "却下します", "停止", "取下げ",
	"ただし、10時に送ってください。", "ただし10時以降に配信すること", "やはり取り消します。",
	"日付を直してから送ってください。", "【重要】送らないでください", "※時刻は要確認",
	"明日まで待ってください", "approve", "Approved.", "OK", "reject", "stop", "withdraw",
	"But only after ten o'clock.", "Please wait until tomorrow.", "Do not send this.",
	"NOTE: change the date first", "[Change the date first]",
};
/* clang-format on */

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

static GRegex *compile_text(const char *expression, GRegexCompileFlags flags,
			    struct kairan_error *error_r)
{
	GError *complaint = NULL;
	GRegex *regex;

	/* GLib does not look, and PCRE2 may end the program. */
	if (!g_utf8_validate(expression, -1, NULL)) {
		(void)error_set(error_r, "is not UTF-8");
		return NULL;
	}
	regex = g_regex_new(expression, G_REGEX_CASELESS | flags, 0, &complaint);
	if (regex == NULL) {
		(void)error_set(error_r, "%s", complaint->message);
		g_error_free(complaint);
	}
	return regex;
}

static GRegex *compile(cfg_t *section, struct kairan_error *error_r)
{
	const char *expression = cfg_getstr(section, "expression");
	g_autofree char *words = join_words(section);

	if ((expression != NULL) == (*words != '\0')) {
		(void)error_set(error_r, "wants either expression or words");
		return NULL;
	}
	return compile_text(expression != NULL ? expression : words, G_REGEX_MULTILINE,
			    error_r);
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

static bool matches_data(const void *pattern, const char *text)
{
	return protected_data_matches(pattern, text);
}

static bool matches_line(const void *pattern, const char *text)
{
	return g_regex_match(pattern, text, 0, NULL);
}

static bool try_examples(cfg_t *section, const void *pattern,
			 bool (*matches)(const void *pattern, const char *text),
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
			if (matches(pattern, text) != kinds[kind].matches)
				return error_set(error_r, "\"%s\" is in %s, but %s", text,
						 kinds[kind].name,
						 kinds[kind].matches ? "does not match"
								     : "matches");
		}
	}
	return true;
}

static void *read_pattern(cfg_t *section, struct kairan_error *error_r)
{
	struct protected_pattern *pattern = g_new0(struct protected_pattern, 1);
	bool has_check = false, warns = false;

	pattern->name = g_strdup(cfg_title(section));
	pattern->regex = compile(section, error_r);
	if (pattern->regex != NULL &&
	    read_choice(section, "check", "none", "my-number", &has_check, error_r) &&
	    read_choice(section, "action", "refuse", "warn", &warns, error_r)) {
		pattern->check = has_check ? PROTECTED_MY_NUMBER : PROTECTED_NO_CHECK;
		pattern->refuses = !warns;
		if (try_examples(section, pattern, matches_data, error_r))
			return pattern;
	}
	free_pattern(pattern);
	return NULL;
}

static bool try_own_words(const GRegex *line, struct kairan_error *error_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(patterns_own_words); i++)
		if (matches_line(line, patterns_own_words[i]))
			return error_set(error_r, "is too wide: it matches \"%s\"",
					 patterns_own_words[i]);
	return true;
}

/* The expression for a whole line. It is compiled alone first: "a)|(b" is none. */
static void *read_line(cfg_t *section, struct kairan_error *error_r)
{
	GRegex *line = NULL, *alone = compile(section, error_r);
	g_autofree char *whole = NULL;

	if (alone == NULL)
		return NULL;
	whole = g_strdup_printf("\\A\\s*(?:%s)\\s*\\z", g_regex_get_pattern(alone));
	line = compile_text(whole, 0, error_r);
	g_regex_unref(alone);
	if (line != NULL && try_examples(section, line, matches_line, error_r) &&
	    try_own_words(line, error_r))
		return line;
	if (line != NULL)
		g_regex_unref(line);
	return NULL;
}

static void free_line(void *line)
{
	g_regex_unref(line);
}

/* ---- files ---- */

/* What a file's sections are: how one is read (NULL: not in order), and freed. */
struct patterns_kind {
	cfg_opt_t *options;
	void *(*read)(cfg_t *section, struct kairan_error *error_r);
	GDestroyNotify free;
};

static GPtrArray *read_all(cfg_t *cfg, const char *path, const struct patterns_kind *kind,
			   struct kairan_error *error_r)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(kind->free);

	for (unsigned int i = 0; i < cfg_size(cfg, "pattern"); i++) {
		cfg_t *section = cfg_getnsec(cfg, "pattern", i);
		struct kairan_error error = { "" };
		void *pattern = kind->read(section, &error);

		if (pattern != NULL) {
			g_ptr_array_add(all, pattern);
			continue;
		}
		(void)error_set(error_r, "%s: pattern \"%s\": %s", path,
				cfg_title(section), error.text);
		g_ptr_array_unref(all);
		return NULL;
	}
	return all;
}

static GPtrArray *parse_file(const char *path, FILE *file,
			     const struct patterns_kind *kind,
			     struct kairan_error *error_r)
{
	cfg_opt_t options[] = {
		CFG_SEC("pattern", kind->options,
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
		all = read_all(cfg, path, kind, error_r);
	else
		(void)error_set(error_r, "%s: %s", path,
				complaint.text[0] != '\0' ? complaint.text
							  : "syntax error");
	patterns_complaint = NULL;
	cfg_free(cfg);
	return all;
}

static bool load(const char *setting, const char *path, const struct patterns_kind *kind,
		 GPtrArray **patterns_r, struct kairan_error *error_r)
{
	FILE *file;

	if (*path == '\0') {
		*patterns_r = g_ptr_array_new_with_free_func(kind->free);
		return true;
	}
	/* libconfuse ends the process on a folder. */
	file = g_file_test(path, G_FILE_TEST_IS_DIR) ? NULL : fopen(path, "re");
	if (file == NULL)
		return error_set(error_r, "%s = \"%s\": cannot be read: %s", setting,
				 path, strerror(errno));
	*patterns_r = parse_file(path, file, kind, error_r);
	(void)fclose(file);
	return *patterns_r != NULL;
}

bool patterns_load(const char *path, GPtrArray **patterns_r, struct kairan_error *error_r)
{
	cfg_opt_t options[] = {
		CFG_STR("expression", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("words", NULL, CFGF_NONE),
		CFG_STR("check", "none", CFGF_NONE),
		CFG_STR("action", "refuse", CFGF_NONE),
		CFG_STR_LIST("matches", NULL, CFGF_NONE),
		CFG_STR_LIST("passes", NULL, CFGF_NONE),
		CFG_END(),
	};
	const struct patterns_kind kind = { options, read_pattern, free_pattern };

	return load("protected_patterns", path, &kind, patterns_r, error_r);
}

bool patterns_load_lines(const char *setting, const char *path, GPtrArray **lines_r,
			 struct kairan_error *error_r)
{
	cfg_opt_t options[] = {
		CFG_STR("expression", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("words", NULL, CFGF_NONE),
		CFG_STR_LIST("matches", NULL, CFGF_NONE),
		CFG_STR_LIST("passes", NULL, CFGF_NONE),
		CFG_END(),
	};
	const struct patterns_kind kind = { options, read_line, free_line };

	return load(setting, path, &kind, lines_r, error_r);
}

bool patterns_match_line(const GPtrArray *lines, const char *line)
{
	for (guint i = 0; i < lines->len; i++)
		if (matches_line(g_ptr_array_index(lines, i), line))
			return true;
	return false;
}

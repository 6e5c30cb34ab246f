/*
 * NAME
 *	notice_said - the details of an alarm, in the reader's language
 *
 * DESCRIPTION
 *	Functions say in English what went wrong; so it is logged, and kept with an alarm. The
 *	phrases said.NAME have in each language what of that are kairan's own words, with a
 *	placeholder for each argument: the English one is what is looked for, and the reader's is
 *	what is filled. tests/test_said.py looks for each of them in the source.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/courier/notice_said.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

/* Those that leave less open stand before those that would be taken for them. */
static const char *const said_names[] = {
	"store-database",  "store-not-open", "store-unmade",   "store-mode",
	"store-folder",    "store-other",    "store-older",    "store-lacks",
	"store-row",       "store-damaged",  "store-foreign",  "store-newer",
	"store-restoring", "store-locked",   "store-missing",  "store-replaced",
	"store-written",   "store-empty",    "store-unopened", "mark-seal",
	"text-added",      "text-nul",       "text-ends",      "text-line",
	"text-twice",      "text-differs",   "no-token",       "program-late",
	"program-signal",  "program-status", "program-start",
};

static const char *const said_arguments[] = { "said_1", "said_2", "said_3" };

/* The sentence, with a group for each placeholder. */
static char *make_pattern(const char *sentence)
{
	GString *pattern = g_string_new("^");
	g_autofree char *rest = NULL;
	const char *at = sentence, *open;

	while ((open = strstr(at, "${")) != NULL) {
		g_autofree char *escaped = g_regex_escape_string(at, (gint)(open - at));
		const char *close = strchr(open, '}');

		if (close == NULL)
			break;
		g_string_append_printf(pattern, "%s(?<%.*s>.*?)", escaped,
				       (int)(close - open - 2), open + 2);
		at = close + 1;
	}
	rest = g_regex_escape_string(at, -1);
	g_string_append_printf(pattern, "%s$", rest);
	return g_string_free(pattern, FALSE);
}

/* NULL: it says something else. */
static char *translate(const struct templates *templates, const char *language,
		       const char *key, const char *detail)
{
	g_autofree char *pattern =
	    make_pattern(template_get_phrase(templates, "en", key));
	GRegex *regex =
	    g_regex_new(pattern, G_REGEX_DOTALL | G_REGEX_DOLLAR_ENDONLY, 0, NULL);
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	GMatchInfo *match = NULL;
	char *said = NULL;

	if (regex != NULL && g_regex_match(regex, detail, 0, &match)) {
		for (size_t i = 0; i < G_N_ELEMENTS(said_arguments); i++) {
			char *argument =
			    g_match_info_fetch_named(match, said_arguments[i]);

			if (argument != NULL)
				g_hash_table_insert(facts, (char *)said_arguments[i],
						    argument);
		}
		said = template_fill_phrase(templates, language, key, facts);
	}
	if (match != NULL)
		g_match_info_unref(match);
	if (regex != NULL)
		g_regex_unref(regex);
	g_hash_table_destroy(facts);
	return said;
}

char *notice_said_translate(const struct templates *templates, const char *language,
			    const char *detail)
{
	char *said = NULL;

	if (!g_utf8_validate(detail, -1, NULL))
		return g_strdup(detail);
	for (size_t i = 0; said == NULL && i < G_N_ELEMENTS(said_names); i++) {
		g_autofree char *key = g_strconcat("said.", said_names[i], NULL);

		said = translate(templates, language, key, detail);
	}
	return said != NULL ? said : g_strdup(detail);
}

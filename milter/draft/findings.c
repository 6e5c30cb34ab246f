/*
 * NAME
 *	draft_findings - findings on their way to the writer's mail
 *
 * DESCRIPTION
 *	A writer who has pasted a table of symbols gets the first places and the number of
 *	the others, not a mail of a hundred lines.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/draft/findings.h"

#include <string.h>
#include <unictype.h>

#include "milter/draft/warnings.h"
#include "policy/language.h"
#include "policy/text.h"

#define PLACES_MOST 20

/* Longest excerpt, in octets: a name, not a paragraph. */
#define OFFENDING_MOST 120

/* Would a reader see nothing, or no more than a box? */
static bool is_invisible(gunichar c)
{
	return !g_unichar_isgraph(c) || g_unichar_type(c) == G_UNICODE_PRIVATE_USE ||
	       uc_is_property_default_ignorable_code_point(c);
}

/* The excerpt, or the names of its characters where there is nothing to be seen. */
static char *make_shown(const char *excerpt)
{
	char *shown = g_utf8_make_valid(excerpt, -1);
	GString *names = g_string_new(NULL);

	text_fold_line(shown);
	for (const char *at = shown; *at != '\0'; at = g_utf8_next_char(at)) {
		if (!is_invisible(g_utf8_get_char(at))) {
			(void)g_string_free(names, TRUE);
			return shown;
		}
		g_string_append_printf(names, "%sU+%04X", names->len > 0 ? " " : "",
				       g_utf8_get_char(at));
	}
	g_free(shown);
	return g_string_free(names, FALSE);
}

static json_t *pack_finding(const struct finding *finding)
{
	g_autofree char *offending = g_strndup(
	    finding->offending, MIN(strlen(finding->offending), OFFENDING_MOST));
	g_autofree char *shown = make_shown(offending);

	return json_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:s, s:I, s:I}", "reason",
			 reason_name(finding->reason), "place", (int)finding->place,
			 "line", (int)finding->line, "column", (int)finding->column,
			 "offending", shown, "instead",
			 finding->instead != NULL ? finding->instead : "", "rule",
			 finding->rule != NULL ? finding->rule : "", "language",
			 finding->language != NULL ? finding->language : "", "count",
			 (json_int_t)finding->count, "limit", (json_int_t)finding->limit);
}

char *draft_findings_pack(const GPtrArray *findings)
{
	json_t *list = json_array();
	bool first = true;
	size_t more = 0;
	char *text;

	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);
		const bool told =
		    first && finding->place == FINDING_WHOLE && finding->language == NULL;

		if (!finding->refuses)
			continue;
		first = false;
		if (told)
			continue;
		if (json_array_size(list) < PLACES_MOST)
			(void)json_array_append_new(list, pack_finding(finding));
		else
			more++;
	}
	if (more > 0)
		(void)json_array_append_new(list, json_integer((json_int_t)more));
	text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	return text;
}

static const char *get_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static void put_text(GHashTable *facts, const char *name, const char *text)
{
	g_hash_table_replace(facts, (char *)name, g_strdup(text));
}

static void append_phrase(GString *out, const struct setup *setup, const char *language,
			  const char *key, GHashTable *facts)
{
	g_autofree char *phrase =
	    template_fill_phrase(setup->templates, language, key, facts);

	g_string_append(out, phrase);
}

static void put_place(GHashTable *facts, const json_t *finding)
{
	static const char *const texts[] = { "offending", "instead", "rule" };
	static const char *const numbers[] = { "line", "column", "count", "limit" };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		put_text(facts, texts[i], get_text(finding, texts[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		g_hash_table_replace(
		    facts, (char *)numbers[i],
		    g_strdup_printf("%lld", (long long)json_integer_value(
						json_object_get(finding, numbers[i]))));
}

/* What to do about it. */
static const char *find_advice(const json_t *finding)
{
	const char *reason = get_text(finding, "reason");

	if (strcmp(reason, reason_name(REASON_BLANK)) == 0)
		return "finding.fill";
	if (strcmp(reason, reason_name(REASON_LINK)) == 0)
		return "finding.link";
	return *get_text(finding, "instead") != '\0' ? "finding.instead"
						     : "finding.remove";
}

/* "3行目 5文字目「①」→「(1)」と書いてください". */
static void write_place(GString *out, const struct setup *setup, const char *language,
			const json_t *finding, enum finding_place place)
{
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	put_place(facts, finding);
	append_phrase(out, setup, language,
		      place == FINDING_SUBJECT ? "finding.subject" : "finding.text",
		      facts);
	if (*get_text(finding, "rule") != '\0')
		append_phrase(out, setup, language, "finding.rule", facts);
	append_phrase(out, setup, language, find_advice(finding), facts);
	g_hash_table_destroy(facts);
}

/* What is wrong with the draft as such: the rule's sentence and its detail. */
static void write_whole(GString *out, const struct setup *setup, const char *language,
			const json_t *finding)
{
	g_autofree char *key = g_strdup_printf("reason.%s", get_text(finding, "reason"));

	g_string_append(out, template_get_phrase(setup->templates, language, key));
	if (strcmp(get_text(finding, "reason"), reason_name(REASON_TOO_LONG)) != 0) {
		if (*get_text(finding, "offending") != '\0')
			g_string_append_printf(out, " [%s]",
					       get_text(finding, "offending"));
		return;
	}
	/* Of the draft's own text the counts stand above the places. */
	if (*get_text(finding, "language") != '\0') {
		GHashTable *facts =
		    g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

		put_place(facts, finding);
		append_phrase(out, setup, language, "finding.length", facts);
		g_hash_table_destroy(facts);
	}
}

static void write_more(GString *out, const struct setup *setup, const char *language,
		       const json_t *count)
{
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	g_hash_table_replace(
	    facts, (char *)"count",
	    g_strdup_printf("%lld", (long long)json_integer_value(count)));
	append_phrase(out, setup, language, "finding.more", facts);
	g_hash_table_destroy(facts);
}

char *draft_findings_write(const struct setup *setup, const char *language,
			   const char *packed)
{
	json_t *list = json_loads(packed, 0, NULL);
	GString *out = g_string_new(NULL);
	json_t *finding;
	size_t i;

	json_array_foreach(list, i, finding)
	{
		const enum finding_place place = (enum finding_place)json_integer_value(
		    json_object_get(finding, "place"));

		g_string_append_printf(out, "%s・", out->len > 0 ? "\n" : "");
		if (*get_text(finding, "language") != '\0')
			g_string_append_printf(
			    out, strcmp(language, "ja") == 0 ? "【%s】" : "[%s] ",
			    language_name(get_text(finding, "language"), language));
		if (json_is_integer(finding))
			write_more(out, setup, language, finding);
		else if (place == FINDING_WHOLE)
			write_whole(out, setup, language, finding);
		else
			write_place(out, setup, language, finding, place);
	}
	json_decref(list);
	return g_string_free(out, FALSE);
}

/* What is no protected data is named by its own reason, with its place. */
static bool add_placed(json_t *warnings, const struct finding *finding)
{
	if (finding->reason != REASON_BLANK && finding->reason != REASON_LINK &&
	    finding->reason != REASON_LINK_END)
		return false;
	draft_warnings_add_place(warnings, reason_name(finding->reason),
				 finding->place == FINDING_TEXT ? finding->line : 0, 1,
				 finding->offending);
	if (finding->language != NULL)
		(void)json_object_set_new(
		    json_array_get(warnings, json_array_size(warnings) - 1), "language",
		    json_string(finding->language));
	return true;
}

char *draft_findings_pack_warnings(const GPtrArray *findings)
{
	json_t *warnings = json_array();
	char *packed;

	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);
		g_autofree char *detail =
		    g_strdup_printf("%s: %s", finding->rule != NULL ? finding->rule : "",
				    finding->offending);

		if (finding->refuses || json_array_size(warnings) >= PLACES_MOST ||
		    add_placed(warnings, finding))
			continue;
		if (finding->reason == REASON_PART_LINE)
			draft_warnings_add(warnings, reason_name(REASON_PART_LINE),
					   finding->offending);
		else
			draft_warnings_add_language(warnings, "protected",
						    finding->language, detail);
	}
	packed = draft_warnings_pack(warnings);
	json_decref(warnings);
	return packed;
}

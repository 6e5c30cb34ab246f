/*
 * NAME
 *	draft_warnings - what the approver is shown at the top of a request
 *
 * DESCRIPTION
 *	Nobody, or unusually few, who would receive it, a text like one that went out a few days
 *	ago, a date that has passed on the day the draft would go out, a wrong weekday, a word
 *	that speaks of a drill, what a mail program or a gateway has left in it, a list in another
 *	language that gets no text. They are found
 *	when the draft is held, and shown in the reader's language each time it is.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/warnings.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/draft/likeness.h"
#include "milter/draft/schedule.h"
#include "policy/day.h"
#include "policy/draft_signature.h"
#include "policy/guards.h"
#include "policy/language.h"
#include "policy/leftover.h"
#include "policy/part.h"
#include "schema/store_audience.h"

#define WARNINGS_RULE "━━━━━━━━━━━━━━━━"

struct warnings_search {
	const struct setup *setup;
	struct likeness *likeness;
	json_t *of_text; /* what the text alone says */
};

void draft_warnings_add(json_t *warnings, const char *key, const char *detail)
{
	g_autofree char *valid = g_utf8_make_valid(detail, -1);

	(void)json_array_append_new(warnings,
				    json_pack("{s:s, s:s}", "key", key, "detail", valid));
}

void draft_warnings_add_language(json_t *warnings, const char *key, const char *language,
				 const char *detail)
{
	json_t *warning;

	draft_warnings_add(warnings, key, detail);
	warning = json_array_get(warnings, json_array_size(warnings) - 1);
	if (language != NULL)
		(void)json_object_set_new(warning, "language", json_string(language));
}

/* So much of a line tells which one it is, in characters. */
#define WRITTEN_MOST 40

void draft_warnings_add_place(json_t *warnings, const char *key, size_t line,
			      size_t lines, const char *written)
{
	const bool is_long = g_utf8_strlen(written, -1) > WRITTEN_MOST;
	g_autofree char *start = g_utf8_substring(
	    written, 0, is_long ? WRITTEN_MOST : g_utf8_strlen(written, -1));
	g_autofree char *shown = g_strconcat(start, is_long ? "…" : "", NULL);

	(void)json_array_append_new(
	    warnings, json_pack("{s:s, s:s, s:I, s:I}", "key", key, "detail", shown,
				"line", (json_int_t)line, "lines", (json_int_t)lines));
}

/* The array that a draft has. */
static json_t *load_warnings(const struct draft *draft)
{
	json_t *warnings =
	    draft->warnings != NULL ? json_loads(draft->warnings, 0, NULL) : NULL;

	return warnings != NULL ? warnings : json_array();
}

void draft_warnings_add_note(struct draft *draft, const char *key, const char *detail)
{
	json_t *warnings = load_warnings(draft);

	(void)json_array_append_new(warnings, json_pack("{s:s, s:s, s:b}", "key", key,
							"detail", detail, "note", 1));
	g_free(draft->warnings);
	draft->warnings = draft_warnings_pack(warnings);
	json_decref(warnings);
}

/* Those of another language would hear nothing, which may be meant. */
void draft_warnings_add_missing(struct draft *draft, char *const *twins)
{
	json_t *warnings = load_warnings(draft);

	for (size_t i = 0; twins[i] != NULL; i++) {
		g_autofree char *language = twin_language(twins[i]);

		if (part_find(draft->parts, language) == NULL)
			draft_warnings_add_language(warnings, "no-part", language,
						    twin_list(twins[i]));
	}
	g_free(draft->warnings);
	draft->warnings = draft_warnings_pack(warnings);
	json_decref(warnings);
}

/* ---- signatures ---- */

#define WARNINGS_SIGNATURE "signature"

static void set_language(json_t *warnings, const char *language)
{
	(void)json_object_set_new(json_array_get(warnings, json_array_size(warnings) - 1),
				  "language", json_string(language));
}

static void find_signature(const struct reply_facts *writer, const char *text,
			   const struct part *part, json_t *warnings)
{
	struct draft_signature found;

	if (!draft_signature_find(text, writer, &found))
		return;
	draft_warnings_add_place(warnings, WARNINGS_SIGNATURE, found.line, found.lines,
				 found.written);
	if (part != NULL)
		set_language(warnings, part->language);
	g_free(found.written);
}

void draft_warnings_add_signatures(struct draft *draft, const struct reply_facts *writer)
{
	json_t *warnings = load_warnings(draft);

	find_signature(writer, draft->text, NULL, warnings);
	for (guint i = 0; draft->parts != NULL && i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);

		find_signature(writer, part->text, part, warnings);
	}
	g_free(draft->warnings);
	draft->warnings = draft_warnings_pack(warnings);
	json_decref(warnings);
}

char *draft_warnings_leave_out_signature(const struct draft *draft)
{
	json_t *warnings = load_warnings(draft), *warning;
	char *text = NULL;
	size_t i;

	json_array_foreach(warnings, i, warning)
	{
		const char *key = json_string_value(json_object_get(warning, "key"));

		if (strcmp(key, WARNINGS_SIGNATURE) == 0 &&
		    json_object_get(warning, "language") == NULL)
			text = draft_signature_leave_out(
			    draft->text,
			    (size_t)json_integer_value(json_object_get(warning, "line")));
	}
	json_decref(warnings);
	return text;
}

/* ---- the rest ---- */

static bool find_duplicate(const struct warnings_search *search, struct store *store,
			   json_t *warnings, struct kairan_error *error_r)
{
	struct draft *earlier = NULL;
	g_autofree char *detail = NULL;
	char when[64];
	int percent;
	const enum answer answer =
	    likeness_find(search->likeness, store, &earlier, &percent, error_r);

	if (answer != ANSWER_YES)
		return answer == ANSWER_NO;
	clock_format(draft_sent_at(earlier), search->setup->settings->time_zone,
		     "%Y-%m-%d %H:%M", when, sizeof(when));
	detail = g_strdup_printf("%s, %d%%", when, percent);
	(void)json_array_append_new(
	    warnings, json_pack("{s:s, s:s, s:I}", "key", "duplicate", "detail", detail,
				"draft", (json_int_t)earlier->id));
	draft_free(earlier);
	return true;
}

/* A list that was misspelt or emptied is seen before anybody lets the draft go out. */
static bool find_audience(struct store *store, const struct draft *draft,
			  json_t *warnings, struct kairan_error *error_r)
{
	struct audience audience;
	g_autofree char *numbers = NULL;
	int64_t count, last = 0;

	if (!store_audience_find(store, draft, NULL, &audience, error_r) ||
	    !store_audience_count(store, &audience, &count, error_r) ||
	    store_audience_find_last(store, draft, &last, error_r) == ANSWER_UNKNOWN)
		return false;
	numbers = g_strdup_printf("%lld → %lld", (long long)last, (long long)count);
	if (count == 0)
		draft_warnings_add(warnings, "nobody", draft->list);
	else if (audience.had == 0 && count * 2 < last)
		draft_warnings_add(warnings, "fewer", numbers);
	return true;
}

/* The others get theirs all the same. */
static bool find_part_audiences(struct store *store, const struct draft *draft,
				json_t *warnings, struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && draft->parts != NULL && i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);
		struct audience audience;
		int64_t count = 0;

		ok = store_audience_find(store, draft, part, &audience, error_r) &&
		     store_audience_count(store, &audience, &count, error_r);
		if (ok && count == 0)
			draft_warnings_add_language(warnings, "nobody-part",
						    part->language, part->list);
	}
	return ok;
}

static void find_dates(const struct setup *setup, const struct draft *draft,
		       const char *text, json_t *warnings)
{
	GPtrArray *findings;
	int64_t at;

	(void)draft_schedule_find_plain(setup, draft, &at);
	findings = guards_find_dates(text, day_of_time(at, setup->zone));
	for (guint i = 0; i < findings->len; i++) {
		const struct guards_date_finding *finding =
		    g_ptr_array_index(findings, i);

		draft_warnings_add(
		    warnings, finding->kind == GUARDS_DATE_PAST ? "past-date" : "weekday",
		    finding->written);
	}
	g_ptr_array_unref(findings);
}

static void find_leftovers(const struct setup *setup, const struct draft *draft,
			   const struct part *part, json_t *warnings)
{
	const char *const addresses[] = { setup->settings->service_domain,
					  draft->broadcast, NULL };
	const struct leftover_facts facts = {
		.subject = part != NULL ? part->subject : draft->subject,
		.text = part != NULL ? part->text : draft->text,
		.addresses = addresses,
		.banners = setup->banners,
		.footers = setup->footers,
	};
	GPtrArray *leftovers = leftover_find(&facts);

	for (guint i = 0; i < leftovers->len; i++) {
		const struct leftover *leftover = g_ptr_array_index(leftovers, i);

		draft_warnings_add_place(warnings, leftover_name(leftover->kind),
					 leftover->line, leftover->lines,
					 leftover->written);
		if (part != NULL)
			set_language(warnings, part->language);
	}
	g_ptr_array_unref(leftovers);
}

/* All that residents would read, in whichever language. */
static char *join_texts(const struct draft *draft)
{
	GString *all = g_string_new(NULL);

	g_string_append_printf(all, "%s\n%s", draft->subject, draft->text);
	for (guint i = 0; draft->parts != NULL && i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);

		g_string_append_printf(all, "\n%s\n%s", part->subject, part->text);
	}
	return g_string_free(all, FALSE);
}

char *draft_warnings_pack(const json_t *warnings)
{
	char *text, *packed;

	if (json_array_size(warnings) == 0)
		return g_strdup("");
	text = json_dumps(warnings, JSON_COMPACT);
	packed = g_strdup(text);
	free(text);
	return packed;
}

struct warnings_search *draft_warnings_search(const struct setup *setup,
					      const struct draft *draft)
{
	struct warnings_search *search = g_new0(struct warnings_search, 1);
	g_autofree char *all = join_texts(draft);
	g_autofree char *word =
	    draft->is_drill ? NULL : guards_find_word(all, setup->settings->drill_words);

	search->setup = setup;
	search->likeness = likeness_new(setup, draft);
	search->of_text = json_array();
	find_dates(setup, draft, all, search->of_text);
	if (word != NULL)
		draft_warnings_add(search->of_text, "drill", word);
	find_leftovers(setup, draft, NULL, search->of_text);
	for (guint i = 0; draft->parts != NULL && i < draft->parts->len; i++)
		find_leftovers(setup, draft, g_ptr_array_index(draft->parts, i),
			       search->of_text);
	return search;
}

void draft_warnings_search_free(struct warnings_search *search)
{
	if (search == NULL)
		return;
	likeness_free(search->likeness);
	json_decref(search->of_text);
	g_free(search);
}

void draft_warnings_compare(struct warnings_search *search)
{
	likeness_compare(search->likeness);
}

enum answer draft_warnings_collect(struct warnings_search *search, struct store *store,
				   struct draft *draft, struct kairan_error *error_r)
{
	enum answer answer = likeness_gather(search->likeness, store, error_r);
	json_t *warnings, *earlier;

	if (answer != ANSWER_YES)
		return answer;
	warnings = json_array();
	if (!find_audience(store, draft, warnings, error_r) ||
	    !find_part_audiences(store, draft, warnings, error_r) ||
	    !find_duplicate(search, store, warnings, error_r))
		answer = ANSWER_UNKNOWN;
	earlier = load_warnings(draft);
	(void)json_array_extend(warnings, search->of_text);
	(void)json_array_extend(warnings, earlier);
	g_free(draft->warnings);
	draft->warnings = draft_warnings_pack(warnings);
	json_decref(warnings);
	json_decref(earlier);
	return answer;
}

static void put_number(GHashTable *facts, const char *name, json_int_t number)
{
	g_hash_table_replace(facts, (char *)name,
			     g_strdup_printf("%lld", (long long)number));
}

/* The detail, with the place where it stands. */
static char *write_detail(const struct setup *setup, const char *language,
			  const json_t *warning)
{
	const char *detail = json_string_value(json_object_get(warning, "detail"));
	const json_t *place = json_object_get(warning, "line");
	const json_int_t line = json_integer_value(place);
	const json_int_t lines = json_integer_value(json_object_get(warning, "lines"));
	GHashTable *facts;
	char *text;

	if (place == NULL && json_object_get(warning, "draft") == NULL)
		return g_strdup(detail);
	facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_hash_table_replace(facts, (char *)"detail", g_strdup(detail));
	put_number(facts, "draft", json_integer_value(json_object_get(warning, "draft")));
	put_number(facts, "line", line);
	put_number(facts, "last", line + lines - 1);
	text = template_fill_phrase(setup->templates, language,
				    place == NULL ? "warning.of-draft"
				    : line == 0   ? "warning.in-subject"
				    : lines > 1   ? "warning.in-lines"
						  : "warning.in-line",
				    facts);
	g_hash_table_destroy(facts);
	return text;
}

static bool is_note(const json_t *warning)
{
	return json_is_true(json_object_get(warning, "note"));
}

static void append_warning(GString *text, const struct setup *setup, const char *language,
			   const json_t *warning)
{
	const char *key = json_string_value(json_object_get(warning, "key"));
	const char *tag = json_string_value(json_object_get(warning, "language"));
	const bool ja = strcmp(language, "ja") == 0;
	g_autofree char *phrase = g_strdup_printf("warning.%s", key);
	g_autofree char *detail = write_detail(setup, language, warning);

	g_string_append(text, ja ? "\n・" : "\n* ");
	if (tag != NULL)
		g_string_append_printf(text, ja ? "【%s】" : "[%s] ",
				       language_name(tag, language));
	g_string_append_printf(text, ja ? "%s（%s）" : "%s (%s)",
			       template_get_phrase(setup->templates, language, phrase),
			       detail);
}

/* It may pass while the draft waits, so it is not kept with it. */
static void append_passed_time(GString *text, const struct setup *setup,
			       const char *language, const struct draft *draft)
{
	json_t *warning;
	char when[64];

	if (draft->state != DRAFT_HELD || draft->send_at == 0 ||
	    draft->send_at >= clock_now())
		return;
	clock_format(draft->send_at, setup->settings->time_zone, "%Y-%m-%d %H:%M", when,
		     sizeof(when));
	warning = json_pack("{s:s, s:s}", "key", "send-at-past", "detail", when);
	append_warning(text, setup, language, warning);
	json_decref(warning);
}

char *draft_warnings_write(const struct setup *setup, const char *language,
			   const struct draft *draft, enum warnings_reader reader)
{
	static const char *const headings[] = {
		[WARNINGS_DECIDER] = "warning.heading",
		[WARNINGS_WRITER] = "warning.heading-writer",
		[WARNINGS_PREVIEW] = "warning.heading-preview",
	};
	json_t *warnings = load_warnings(draft);
	GString *text = g_string_new(NULL);
	json_t *warning;
	size_t i;

	json_array_foreach(warnings, i, warning)
	{
		if (!is_note(warning))
			append_warning(text, setup, language, warning);
	}
	json_decref(warnings);
	append_passed_time(text, setup, language, draft);
	if (text->len == 0)
		return g_string_free(text, FALSE);
	g_string_prepend(
	    text, template_get_phrase(setup->templates, language, headings[reader]));
	g_string_prepend(text, WARNINGS_RULE "\n");
	g_string_append(text, "\n" WARNINGS_RULE "\n");
	return g_string_free(text, FALSE);
}

char *draft_warnings_write_notes(const struct setup *setup, const char *language,
				 const struct draft *draft)
{
	json_t *warnings = load_warnings(draft);
	GString *text = g_string_new(NULL);
	json_t *warning;
	size_t i;

	json_array_foreach(warnings, i, warning)
	{
		const char *key = json_string_value(json_object_get(warning, "key"));
		g_autofree char *phrase = g_strdup_printf("note.%s", key);
		GHashTable *facts;
		char *note;

		if (!is_note(warning))
			continue;
		facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
		g_hash_table_replace(
		    facts, (char *)"detail",
		    g_strdup(json_string_value(json_object_get(warning, "detail"))));
		note = template_fill_phrase(setup->templates, language, phrase, facts);
		g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", note);
		g_free(note);
		g_hash_table_destroy(facts);
	}
	json_decref(warnings);
	return g_string_free(text, FALSE);
}

/*
 * NAME
 *	draft_warnings - what the approver is shown at the top of a request
 *
 * DESCRIPTION
 *	A text like one that went out a few days ago, a date that has passed on the day the
 *	draft would go out, a wrong weekday, a word that speaks of a drill. They are found when
 *	the draft is held, and shown in the reader's language each time it is.
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
#include "milter/draft/schedule.h"
#include "policy/day.h"
#include "policy/guards.h"

#define WARNINGS_RULE "━━━━━━━━━━━━━━━━"

/* How many earlier drafts a text is compared with. */
#define EARLIER_MOST 50

void draft_warnings_add(json_t *warnings, const char *key, const char *detail)
{
	g_autofree char *valid = g_utf8_make_valid(detail, -1);

	(void)json_array_append_new(warnings,
				    json_pack("{s:s, s:s}", "key", key, "detail", valid));
}

/* The earlier draft that is most like this one. */
struct likeness {
	const struct setup *setup;
	const struct draft *draft;
	int most;
	char *detail;
};

static void compare(const struct draft *earlier, void *context)
{
	struct likeness *likeness = context;
	const int measure = guards_measure_likeness(earlier->text, likeness->draft->text);
	char when[64];

	/* A correction is meant to be like what it corrects. */
	if (measure <= likeness->most || earlier->id == likeness->draft->corrects)
		return;
	likeness->most = measure;
	clock_format(draft_sent_at(earlier), likeness->setup->settings->time_zone,
		     "%Y-%m-%d %H:%M", when, sizeof(when));
	g_free(likeness->detail);
	likeness->detail =
	    g_strdup_printf("No. %lld, %s, %d%%", (long long)earlier->id, when, measure);
}

static bool find_duplicate(const struct setup *setup, struct store *store,
			   const struct draft *draft, json_t *warnings,
			   struct kairan_error *error_r)
{
	struct likeness likeness = { setup, draft, GUARDS_LIKENESS_LIMIT - 1, NULL };
	const struct draft_filter filter = {
		.broadcast = draft->broadcast,
		.since = clock_now() - setup->settings->duplicate_window,
		.limit = EARLIER_MOST,
	};
	bool ok = store_draft_visit_approved(store, &filter, compare, &likeness, error_r);

	if (ok && likeness.detail != NULL)
		draft_warnings_add(warnings, "duplicate", likeness.detail);
	g_free(likeness.detail);
	return ok;
}

static void find_dates(const struct setup *setup, const struct draft *draft,
		       const char *text, json_t *warnings)
{
	GPtrArray *findings;
	int64_t at;

	(void)draft_schedule_find(setup, draft, DECISION_APPROVE, false, &at);
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

bool draft_warnings_collect(const struct setup *setup, struct store *store,
			    struct draft *draft, struct kairan_error *error_r)
{
	g_autofree char *all = g_strdup_printf("%s\n%s", draft->subject, draft->text);
	g_autofree char *word = guards_find_word(all, setup->settings->drill_words);
	json_t *earlier =
	    draft->warnings != NULL ? json_loads(draft->warnings, 0, NULL) : NULL;
	json_t *warnings = json_array();
	bool ok = find_duplicate(setup, store, draft, warnings, error_r);

	find_dates(setup, draft, all, warnings);
	if (word != NULL)
		draft_warnings_add(warnings, "drill", word);
	if (earlier != NULL)
		(void)json_array_extend(warnings, earlier);
	g_free(draft->warnings);
	draft->warnings = draft_warnings_pack(warnings);
	json_decref(warnings);
	json_decref(earlier);
	return ok;
}

char *draft_warnings_write(const struct setup *setup, const char *language,
			   const struct draft *draft)
{
	const bool ja = strcmp(language, "ja") == 0;
	json_t *warnings = json_loads(draft->warnings, 0, NULL);
	GString *text = g_string_new(NULL);
	json_t *warning;
	size_t i;

	json_array_foreach(warnings, i, warning)
	{
		g_autofree char *key = g_strdup_printf(
		    "warning.%s", json_string_value(json_object_get(warning, "key")));

		g_string_append_printf(
		    text, ja ? "\n・%s（%s）" : "\n* %s (%s)",
		    template_get_phrase(setup->templates, language, key),
		    json_string_value(json_object_get(warning, "detail")));
	}
	json_decref(warnings);
	if (text->len == 0)
		return g_string_free(text, FALSE);
	g_string_prepend(
	    text, template_get_phrase(setup->templates, language, "warning.heading"));
	g_string_prepend(text, WARNINGS_RULE "\n");
	g_string_append(text, "\n" WARNINGS_RULE "\n");
	return g_string_free(text, FALSE);
}

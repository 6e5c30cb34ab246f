/*
 * NAME
 *	explain_text - what the rules say of a text, and of its time
 *
 * DESCRIPTION
 *	Judges as a draft is judged, and prints a line for each rule and each place.
 *
 * DIAGNOSTICS
 *	What could not be read is a line that says so.
 */
#include "config.h"

#include "ctl/explain_text.h"

#include <glib.h>

#include "conf/clock.h"
#include "ctl/ctl_say.h"
#include "milter/draft/drill.h"
#include "milter/draft/schedule.h"
#include "milter/draft/text.h"
#include "milter/draft/warnings.h"
#include "policy/finding.h"
#include "policy/part.h"

static void add_places(struct explanation *explanation, const GPtrArray *findings,
		       enum reason reason)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		if (finding->reason == reason && finding->place != FINDING_WHOLE)
			explain_add_place(explanation, finding);
	}
}

/* Is something wrong with the draft's own text? */
static bool refuses(const GPtrArray *findings, enum reason reason)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		if (finding->reason == reason && finding->refuses &&
		    finding->language == NULL)
			return true;
	}
	return false;
}

/* The languages that it has texts in besides Japanese. */
static char *list_languages(const GPtrArray *parts)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);

		g_string_append_printf(all, "%s%s", i > 0 ? " " : "", part->language);
	}
	return g_string_free(all, FALSE);
}

/* One of them: how long it is, and all that is wrong with it as such. */
static void explain_part(struct explanation *explanation, const struct part *part)
{
	const GPtrArray *findings = explanation->reading.findings;
	g_autofree char *facts =
	    g_strdup_printf(ctl_say("%s: %zu of %lld characters%s"), part->language,
			    (size_t)part->characters,
			    (long long)explanation->setup->settings->twin_character_limit,
			    explanation->setup->settings->count_subject != 0
				? ctl_say(", with the subject")
				: "");
	struct verdict verdict;

	verdict_pass(&verdict);
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		if (verdict.kind == VERDICT_PASS && finding->refuses &&
		    g_strcmp0(finding->language, part->language) == 0)
			verdict_set(&verdict, finding->reason, NULL);
	}
	explain_conclude(explanation, reason_article(verdict.reason), "language",
			 &verdict, facts);
}

void explain_text(struct explanation *explanation)
{
	const struct draft_reading *reading = &explanation->reading;
	const struct settings *settings = explanation->setup->settings;
	const bool wide = draft_text_may_be_wide(settings, explanation->broadcast->list);
	g_autofree char *count = g_strdup_printf(
	    ctl_say("%zu of %lld characters%s"), draft_text_count(settings, reading),
	    (long long)settings->character_limit,
	    settings->count_subject != 0 ? ctl_say(", with the subject") : "");
	g_autofree char *patterns =
	    g_strdup_printf(ctl_say("%u patterns"), explanation->setup->patterns->len);
	g_autofree char *languages = list_languages(reading->parts);
	const struct {
		enum reason reason;
		const char *rule, *facts;
	} rules[] = {
		{ REASON_PART_LINE, "languages", languages },
		{ REASON_AUTOMATIC, "automatic", "" },
		{ REASON_ATTACHMENT, "attachments", reading->text.attachments },
		{ REASON_HTML_TWIN, "html",
		  reading->text.had_html ? ctl_say("HTML part") : "" },
		{ REASON_NO_TEXT_PART, "html only",
		  reading->text.from_html ? ctl_say("text from HTML") : "" },
		{ REASON_NO_SUBJECT, "subject", reading->subject },
		{ REASON_EMPTY, "empty", "" },
		{ REASON_TOO_LONG, "length", count },
		{ REASON_CHARSET, "character set",
		  wide ? ctl_say("the list takes machine-dependent ones")
		       : ctl_say("ISO-2022-JP only") },
		{ REASON_PROTECTED, "protected", patterns },
		{ REASON_LEAKED_TOKEN, "tokens", "" },
		{ REASON_BLANK, "blanks", "" },
		{ REASON_LINK, "links", settings->link_domains },
		{ REASON_LINK_END, "ends of links", "" },
	};
	GPtrArray *findings = explanation->reading.findings;
	struct verdict verdict;

	draft_text_judge(explanation->setup, explanation->broadcast->list, reading,
			 findings, &verdict);
	if (reading->cut_footer != NULL)
		explain_add(explanation, "", "footer", "cut", reading->cut_footer);
	if (reading->cut_signature != NULL)
		explain_add(explanation, "", "signature", "cut",
			    reading->cut_signature);
	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		struct verdict one;

		verdict_pass(&one);
		if (refuses(findings, rules[i].reason))
			verdict_set(&one, rules[i].reason, NULL);
		if (verdict.reason == one.reason)
			one = verdict;
		explain_conclude(explanation, reason_article(rules[i].reason),
				 rules[i].rule, &one, rules[i].facts);
		add_places(explanation, findings, rules[i].reason);
	}
	for (guint i = 0; i < reading->parts->len; i++)
		explain_part(explanation, g_ptr_array_index(reading->parts, i));
}

void explain_drill(struct explanation *explanation)
{
	const struct draft_reading *reading = &explanation->reading;
	struct verdict verdict;

	draft_drill_judge(explanation->setup, explanation->broadcast, reading, &verdict);
	explain_conclude(explanation, "", "drill", &verdict,
			 reading->drill == DRILL_MARKED ? explanation->broadcast->drill
							: "");
}

void explain_time(struct explanation *explanation)
{
	const struct draft_reading *reading = &explanation->reading;
	const struct draft draft = {
		.urgent = reading->urgent,
		.send_at = reading->send_at,
		.quiet_hours = explanation->broadcast->quiet_hours,
	};
	g_autofree char *facts = NULL;
	struct verdict verdict;
	char when[64];
	int64_t at;

	(void)draft_schedule_find_plain(explanation->setup, &draft, &at);
	clock_format(at, explanation->setup->settings->time_zone, "%Y-%m-%d %H:%M %Z",
		     when, sizeof(when));
	facts = g_strdup_printf(ctl_say("approved now it would go out %s%s"),
				at <= clock_now() ? ctl_say("at once") : when,
				reading->urgent ? ctl_say("; marked as urgent") : "");
	draft_schedule_judge(explanation->setup, explanation->broadcast, reading,
			     &verdict);
	explain_conclude(explanation, "13-2(1)", "hours", &verdict, facts);
}

/* Nobody waits for the store while texts are compared. */
static enum answer collect_warnings(struct explanation *explanation, struct draft *draft,
				    struct kairan_error *error_r)
{
	struct warnings_search *search = draft_warnings_search(explanation->setup, draft);
	enum answer answer;

	do {
		draft_warnings_compare(search);
		if (!store_begin(explanation->store, error_r)) {
			answer = ANSWER_UNKNOWN;
			break;
		}
		answer =
		    draft_warnings_collect(search, explanation->store, draft, error_r);
		store_rollback(explanation->store);
	} while (answer == ANSWER_NO);
	draft_warnings_search_free(search);
	return answer;
}

void explain_warnings(struct explanation *explanation)
{
	const struct draft_reading *reading = &explanation->reading;
	const bool is_drill = reading->drill == DRILL_MARKED;
	struct draft draft = {
		.subject = reading->subject,
		.text = reading->text.text,
		.parts = reading->parts,
		.broadcast = explanation->broadcast->mail,
		.list = is_drill ? explanation->broadcast->drill
				 : explanation->broadcast->list,
		.is_drill = is_drill,
		.send_at = reading->send_at,
		.quiet_hours = explanation->broadcast->quiet_hours,
	};
	struct kairan_error error = { "" };

	draft_warnings_add_missing(&draft, explanation->broadcast->twins);
	if (collect_warnings(explanation, &draft, &error) != ANSWER_YES) {
		explain_conclude_reason(explanation, "", "guards", REASON_STORE,
					error.text);
	} else {
		explanation->warnings = draft_warnings_write(
		    explanation->setup, ctl_say_language(), &draft, WARNINGS_DECIDER);
		explain_add(explanation, "", "guards",
			    *explanation->warnings != '\0' ? "warn" : "pass", "");
	}
	g_free(draft.warnings);
}

/*
 * NAME
 *	report_figures - what the monthly report counts by section
 *
 * DESCRIPTION
 *	Everything is counted in the month in which it happened: a draft that was submitted on
 *	the last day and decided on the first is in both reports. A broadcast counts when its
 *	release was complete; one that was stopped counts too, since residents may have it.
 *	Drills are counted apart.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/report/figures.h"

#include <glib.h>
#include <string.h>

#include "policy/spans.h"

/* The figures of one section, or of all of them. */
struct section_figures {
	char *name_ja;
	char *name_en;
	int64_t weeks[MONTH_WEEKS_MOST];
	int64_t submitted, approved, sent_back, withdrawn, expired, stopped;
	int64_t broadcasts, recipients, urgent, corrections, drills;
	int64_t bounces;
	GArray *decision; /* seconds */
	GArray *release;
};

struct report_figures {
	const struct month *month;
	GTimeZone *zone;
	GTree *sections; /* DN -> struct section_figures, in order */
	struct section_figures *total;
	int64_t refusals[REASON_COUNT];
	int64_t incidents;
	int64_t delayed, notices;
};

static struct section_figures *new_section(const char *name_ja, const char *name_en)
{
	struct section_figures *section = g_new0(struct section_figures, 1);

	section->name_ja = g_strdup(name_ja);
	section->name_en = g_strdup(name_en);
	section->decision = g_array_new(FALSE, FALSE, sizeof(int64_t));
	section->release = g_array_new(FALSE, FALSE, sizeof(int64_t));
	return section;
}

static void free_section(void *pointer)
{
	struct section_figures *section = pointer;

	g_free(section->name_ja);
	g_free(section->name_en);
	g_array_unref(section->decision);
	g_array_unref(section->release);
	g_free(section);
}

static int compare_names(const void *one, const void *other, void *context)
{
	(void)context;
	return strcmp(one, other);
}

struct report_figures *report_figures_new(const struct month *month, GTimeZone *zone)
{
	struct report_figures *figures = g_new0(struct report_figures, 1);

	figures->month = month;
	figures->zone = zone;
	figures->sections = g_tree_new_full(compare_names, NULL, g_free, free_section);
	figures->total = new_section("", "");
	return figures;
}

void report_figures_free(struct report_figures *figures)
{
	if (figures == NULL)
		return;
	g_tree_destroy(figures->sections);
	free_section(figures->total);
	g_free(figures);
}

static struct section_figures *find_section(struct report_figures *figures,
					    const char *dn, const char *name_ja,
					    const char *name_en)
{
	struct section_figures *section = g_tree_lookup(figures->sections, dn);

	if (section == NULL) {
		section = new_section(name_ja, name_en);
		g_tree_insert(figures->sections, g_strdup(dn), section);
	}
	return section;
}

void report_figures_add_section(struct report_figures *figures, const char *dn,
				const char *name_ja, const char *name_en)
{
	(void)find_section(figures, dn, name_ja, name_en);
}

static bool is_in(const struct month *month, int64_t at)
{
	return at >= month->since && at < month->until;
}

static void add_span(GArray *spans, int64_t from, int64_t to)
{
	const int64_t seconds = MAX(to - from, 0);

	g_array_append_val(spans, seconds);
}

static void count_decision(struct section_figures *section,
			   const struct report_draft *draft)
{
	if (draft->state == DRAFT_SENT_BACK)
		section->sent_back++;
	else
		section->approved++;
	add_span(section->decision, draft->submitted_at, draft->decided_at);
}

static void count_broadcast(struct section_figures *section, int week,
			    const struct report_draft *draft)
{
	if (week >= 0)
		section->weeks[week]++;
	section->broadcasts++;
	section->recipients += draft->recipients;
	section->urgent += draft->urgent ? 1 : 0;
	section->corrections += draft->corrects ? 1 : 0;
	if (draft->state == DRAFT_RELEASED)
		add_span(section->release, draft->decided_at, draft->sent_at);
}

static void count_draft(const struct report_figures *figures,
			struct section_figures *section, const struct report_draft *draft)
{
	const struct month *month = figures->month;

	/* Residents have nothing of it, so that it is in none of the other figures. */
	if (draft->is_drill) {
		section->drills +=
		    lifecycle_was_sent(draft->state) && is_in(month, draft->sent_at);
		return;
	}
	if (is_in(month, draft->submitted_at))
		section->submitted++;
	if (is_in(month, draft->decided_at))
		count_decision(section, draft);
	if (lifecycle_was_sent(draft->state) && is_in(month, draft->sent_at))
		count_broadcast(section,
				month_find_week(month, draft->sent_at, figures->zone),
				draft);
}

void report_figures_add_draft(struct report_figures *figures,
			      const struct report_draft *draft)
{
	struct section_figures *section =
	    find_section(figures, draft->section, draft->section_ja, draft->section_en);

	/* The name that the section had last. */
	g_free(section->name_ja);
	g_free(section->name_en);
	section->name_ja = g_strdup(draft->section_ja);
	section->name_en = g_strdup(draft->section_en);
	count_draft(figures, section, draft);
	count_draft(figures, figures->total, draft);
}

/* Which figure counts the drafts that ended so; NULL: none. */
static int64_t *find_end(struct section_figures *section, const char *outcome)
{
	if (strcmp(outcome, lifecycle_name(DRAFT_WITHDRAWN)) == 0)
		return &section->withdrawn;
	if (strcmp(outcome, lifecycle_name(DRAFT_EXPIRED)) == 0)
		return &section->expired;
	if (strcmp(outcome, lifecycle_name(DRAFT_STOPPED)) == 0)
		return &section->stopped;
	return NULL;
}

static void count_bounces(struct report_figures *figures,
			  const struct report_events *events)
{
	const bool failed = strcmp(events->outcome, "failed") == 0;

	/* Before notices had their own rows, theirs were of no draft. */
	if (*events->section == '\0') {
		figures->notices += failed ? events->count : 0;
		return;
	}
	if (strcmp(events->outcome, "delayed") == 0)
		figures->delayed += events->count;
	if (!failed)
		return;
	find_section(figures, events->section, events->section_ja, events->section_en)
	    ->bounces += events->count;
	figures->total->bounces += events->count;
}

static void count_end(struct report_figures *figures, const struct report_events *events)
{
	struct section_figures *section;

	if (*events->section == '\0' || find_end(figures->total, events->outcome) == NULL)
		return;
	section = find_section(figures, events->section, events->section_ja,
			       events->section_en);
	*find_end(section, events->outcome) += events->count;
	*find_end(figures->total, events->outcome) += events->count;
}

void report_figures_add_events(struct report_figures *figures,
			       const struct report_events *events)
{
	enum reason reason;

	if (strcmp(events->action, "bounce") == 0)
		count_bounces(figures, events);
	else if (strcmp(events->action, "notice") == 0)
		figures->notices += events->count;
	else if (reason_find(events->outcome, &reason))
		figures->refusals[reason] += events->count;
	else if (strcmp(events->action, "incident") == 0 &&
		 strcmp(events->outcome, "reported") == 0)
		figures->incidents += events->count;
	else
		count_end(figures, events);
}

static json_t *write_spans(const GArray *array)
{
	const struct spans spans =
	    spans_measure((int64_t *)(void *)array->data, array->len);

	return json_pack("{s:I, s:I, s:I}", "count", (json_int_t)spans.count, "median",
			 (json_int_t)spans.median, "longest", (json_int_t)spans.longest);
}

static json_t *write_section(const struct report_figures *figures,
			     const struct section_figures *section)
{
	json_t *object = json_object();
	json_t *weeks = json_array();
	const struct {
		const char *name;
		int64_t number;
	} numbers[] = {
		{ "submitted", section->submitted },
		{ "approved", section->approved },
		{ "sent_back", section->sent_back },
		{ "withdrawn", section->withdrawn },
		{ "expired", section->expired },
		{ "stopped", section->stopped },
		{ "broadcasts", section->broadcasts },
		{ "recipients", section->recipients },
		{ "urgent", section->urgent },
		{ "corrections", section->corrections },
		{ "drills", section->drills },
		{ "bounces", section->bounces },
	};

	for (int week = 0; week < figures->month->weeks; week++)
		(void)json_array_append_new(weeks, json_integer(section->weeks[week]));
	(void)json_object_set_new(object, "weeks", weeks);
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		(void)json_object_set_new(object, numbers[i].name,
					  json_integer(numbers[i].number));
	(void)json_object_set_new(object, "decision", write_spans(section->decision));
	(void)json_object_set_new(object, "release", write_spans(section->release));
	return object;
}

struct writing {
	const struct report_figures *figures;
	json_t *sections;
};

void report_figures_put_text(json_t *object, const char *name, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	(void)json_object_set_new(object, name, json_string(valid));
}

static int write_one(void *dn, void *section, void *context)
{
	const struct writing *writing = context;
	const struct section_figures *figures = section;
	json_t *object = write_section(writing->figures, figures);

	report_figures_put_text(object, "section", dn);
	report_figures_put_text(object, "name_ja", figures->name_ja);
	report_figures_put_text(object, "name_en", figures->name_en);
	(void)json_array_append_new(writing->sections, object);
	return FALSE;
}

/* "4" before "13-2(1)" before "13-2(3)", and what rests on no article last. */
static int compare_articles(const void *one, const void *other)
{
	const enum reason a = *(const enum reason *)one;
	const enum reason b = *(const enum reason *)other;
	const char *a_article = reason_article(a);
	const char *b_article = reason_article(b);
	const gint64 a_number = g_ascii_strtoll(a_article, NULL, 10);
	const gint64 b_number = g_ascii_strtoll(b_article, NULL, 10);

	if ((a_number == 0) != (b_number == 0))
		return a_number == 0 ? 1 : -1;
	if (a_number != b_number)
		return a_number > b_number ? 1 : -1;
	return strcmp(a_article, b_article) != 0 ? strcmp(a_article, b_article)
						 : (a > b) - (a < b);
}

static json_t *write_refusals(const struct report_figures *figures)
{
	json_t *array = json_array();
	enum reason order[REASON_COUNT];

	for (int reason = 0; reason < REASON_COUNT; reason++)
		order[reason] = (enum reason)reason;
	qsort(order, REASON_COUNT, sizeof(order[0]), compare_articles);
	for (int i = 0; i < REASON_COUNT; i++)
		if (figures->refusals[order[i]] > 0)
			(void)json_array_append_new(
			    array, json_pack("{s:s, s:s, s:I}", "article",
					     reason_article(order[i]), "reason",
					     reason_name(order[i]), "count",
					     (json_int_t)figures->refusals[order[i]]));
	return array;
}

void report_figures_write(struct report_figures *figures, json_t *report)
{
	struct writing writing = { figures, json_array() };

	g_tree_foreach(figures->sections, write_one, &writing);
	(void)json_object_set_new(report, "sections", writing.sections);
	(void)json_object_set_new(report, "total",
				  write_section(figures, figures->total));
	(void)json_object_set_new(report, "refusals", write_refusals(figures));
	(void)json_object_set_new(report, "incidents", json_integer(figures->incidents));
	(void)json_object_set_new(report, "bounces",
				  json_pack("{s:I, s:I, s:I}", "failed",
					    (json_int_t)figures->total->bounces,
					    "delayed", (json_int_t)figures->delayed,
					    "notices", (json_int_t)figures->notices));
}

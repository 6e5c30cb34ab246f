/*
 * NAME
 *	report - the figures of the monthly report
 *
 * DESCRIPTION
 *	Walks the store page by page, checks the audit trail, and asks the directory for
 *	those who have a duty.
 *
 * DIAGNOSTICS
 *	A store that cannot be read is returned. What LDAP would have known is left out, and
 *	the report says so.
 */
#include "config.h"

#include "milter/report/report.h"

#include "milter/report/arrivals.h"
#include "milter/report/dormant.h"
#include "milter/report/figures.h"
#include "milter/report/incidents.h"
#include "policy/day.h"
#include "schema/audit_check.h"
#include "schema/directory_people.h"
#include "schema/store_inspection.h"
#include "schema/store_report.h"
#include "schema/store_subscriber.h"

/* A mail is no place for more; kairanctl dormant lists them all. */
#define DORMANT_MOST 100

static void put_number(json_t *object, const char *name, int64_t number)
{
	(void)json_object_set_new(object, name, json_integer(number));
}

static void put_flag(json_t *object, const char *name, bool flag)
{
	(void)json_object_set_new(object, name, json_boolean(flag));
}

/* ---- what is counted by section ---- */

static void count_draft(const struct report_draft *draft, void *context)
{
	report_figures_add_draft(context, draft);
}

static void count_events(const struct report_events *events, void *context)
{
	report_figures_add_events(context, events);
}

static void count_section(const char *dn, const char *name_ja, const char *name_en,
			  void *context)
{
	report_figures_add_section(context, dn, name_ja, name_en);
}

static enum answer walk_drafts(struct store *store, const struct report_time *time,
			       int64_t *next, struct report_figures *figures,
			       struct kairan_error *error_r)
{
	return store_report_visit_drafts(store, time, next, count_draft, figures,
					 error_r);
}

static enum answer walk_events(struct store *store, const struct report_time *time,
			       int64_t *next, struct report_figures *figures,
			       struct kairan_error *error_r)
{
	return store_report_visit_events(store, time, next, count_events, figures,
					 error_r);
}

/* All pages of a walk, each in a transaction. */
static bool walk_pages(struct store *store, const struct report_time *time,
		       enum answer (*walk)(struct store *, const struct report_time *,
					   int64_t *, struct report_figures *,
					   struct kairan_error *),
		       struct report_figures *figures, struct kairan_error *error_r)
{
	enum answer answer = ANSWER_YES;
	int64_t next = 0;

	while (answer == ANSWER_YES) {
		if (!store_begin(store, error_r))
			return false;
		answer = walk(store, time, &next, figures, error_r);
		store_rollback(store);
	}
	return answer == ANSWER_NO;
}

static bool count_sections(struct store *store, struct report_figures *figures,
			   struct kairan_error *error_r)
{
	bool ok = store_begin(store, error_r);

	if (ok) {
		ok = store_report_visit_sections(store, count_section, figures, error_r);
		store_rollback(store);
	}
	return ok;
}

static bool collect_sections(const struct setup *setup, struct store *store,
			     const struct month *month, json_t *report,
			     struct kairan_error *error_r)
{
	const struct report_time time = { month->since, month->until };
	struct report_figures *figures = report_figures_new(month, setup->zone);
	bool ok = count_sections(store, figures, error_r) &&
		  walk_pages(store, &time, walk_drafts, figures, error_r) &&
		  walk_pages(store, &time, walk_events, figures, error_r);

	if (ok)
		report_figures_write(figures, report);
	report_figures_free(figures);
	return ok;
}

/* ---- subscribers ---- */

static json_t *find_list(json_t *lists, const char *name)
{
	size_t i;
	json_t *list;

	json_array_foreach(lists, i, list)
	{
		if (strcmp(json_string_value(json_object_get(list, "list")), name) == 0)
			return list;
	}
	list = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "joined", 0, "gone", 0,
			 "active", 0, "suspended", 0, "consent", 0, "recognised", 0,
			 "imported", 0);
	report_figures_put_text(list, "list", name);
	(void)json_array_append_new(lists, list);
	return list;
}

static void take_count(const struct subscriber_count *count, void *context)
{
	json_t *list = find_list(context, count->list);

	put_number(list, "active", count->active);
	put_number(list, "suspended", count->suspended);
	/* Art. 2(2): by what they are subscribers. */
	put_number(list, "consent", count->consent);
	put_number(list, "recognised", count->recognised);
	put_number(list, "imported", count->imported);
}

static void take_changes(const struct report_changes *changes, void *context)
{
	json_t *list = find_list(context, changes->list);

	put_number(list, "joined", changes->joined);
	put_number(list, "gone", changes->gone);
}

static bool collect_lists(struct store *store, const struct month *month, json_t *report,
			  struct kairan_error *error_r)
{
	const struct report_time time = { month->since, month->until };
	json_t *lists = json_array();
	int64_t oldest = 0;
	bool ok = store_begin(store, error_r);

	(void)json_object_set_new(report, "lists", lists);
	if (!ok)
		return false;
	ok = store_subscriber_visit_counts(store, take_count, lists, error_r) &&
	     store_report_visit_changes(store, &time, take_changes, lists, error_r) &&
	     store_report_find_oldest(store, &oldest, error_r);
	store_rollback(store);
	put_number(report, "records_from", oldest > month->since ? oldest : 0);
	return ok;
}

/* ---- dormant people ---- */

static void take_dormant(const struct person *person, int64_t last, void *context)
{
	json_t *dormant = context;
	json_t *people = json_object_get(dormant, "people");
	const json_t *more = json_object_get(dormant, "more");
	json_t *object;

	if (json_array_size(people) >= DORMANT_MOST) {
		put_number(dormant, "more", json_integer_value(more) + 1);
		return;
	}
	object = json_object();
	report_figures_put_text(object, "login", person->uid);
	report_figures_put_text(object, "name", person->name);
	put_number(object, "last", last);
	(void)json_array_append_new(people, object);
}

static bool collect_dormant(const struct setup *setup, struct store *store, int64_t now,
			    json_t *report, struct kairan_error *error_r)
{
	const int64_t seconds = setup->settings->dormant_after;
	json_t *dormant = json_pack("{s:I, s:b, s:[], s:i}", "seconds",
				    (json_int_t)seconds, "known", 0, "people", "more", 0);
	GPtrArray *people = NULL;
	bool ok;

	(void)json_object_set_new(report, "dormant", dormant);
	if (!directory_list_holders(setup->directory, &people, error_r))
		return true;
	put_flag(dormant, "known", true);
	ok = store_begin(store, error_r);
	if (ok) {
		ok = dormant_visit(store, people, now - seconds, take_dormant, dormant,
				   error_r);
		store_rollback(store);
	}
	g_ptr_array_unref(people);
	return ok;
}

/* ---- the audit trail ---- */

static bool collect_audit(struct store *store, json_t *report,
			  struct kairan_error *error_r)
{
	struct audit_check check = { 0 };
	const enum answer answer = audit_check_walk(store, &check, error_r);
	json_t *audit;

	if (answer == ANSWER_UNKNOWN)
		return false;
	audit = json_pack("{s:b, s:I, s:s}", "whole", answer == ANSWER_YES, "rows",
			  (json_int_t)check.rows, "fault", audit_fault_name(check.fault));
	if (check.fault == AUDIT_MISSING)
		(void)json_object_set_new(audit, "row", json_integer(check.next));
	else if (check.fault != AUDIT_WHOLE)
		(void)json_object_set_new(audit, "row", json_integer(check.seq));
	(void)json_object_set_new(report, "audit", audit);
	return true;
}

/* Whether a person has looked at it, too (Art. 8-3). */
static bool collect_inspection(const struct setup *setup, struct store *store,
			       int64_t now, json_t *report, struct kairan_error *error_r)
{
	struct inspection inspection = { 0 };
	bool ok = store_begin(store, error_r);
	int64_t since;

	if (!ok)
		return false;
	ok = store_inspection_find(store, &inspection, error_r);
	store_rollback(store);
	since = inspection.at != 0 ? inspection.at : inspection.since;
	(void)json_object_set_new(
	    report, "inspection",
	    json_pack("{s:I, s:b}", "last", (json_int_t)inspection.at, "due",
		      since != 0 && now - since >= setup->settings->inspection_every));
	return ok;
}

/* ---- all of it ---- */

static json_t *write_date(int64_t day)
{
	GDateTime *epoch = g_date_time_new_utc(1970, 1, 1, 0, 0, 0);
	GDateTime *date = g_date_time_add_days(epoch, (int)day);
	g_autofree char *text = g_date_time_format(date, "%Y-%m-%d");

	g_date_time_unref(date);
	g_date_time_unref(epoch);
	return json_string(text);
}

static json_t *write_head(const struct month *month, int64_t now)
{
	json_t *weeks = json_array();
	json_t *report =
	    json_pack("{s:s, s:I, s:I, s:I, s:b}", "month", month->name, "since",
		      (json_int_t)month->since, "until", (json_int_t)month->until,
		      "made_at", (json_int_t)now, "complete", now >= month->until);

	for (int week = 0; week < month->weeks; week++)
		(void)json_array_append_new(
		    weeks,
		    json_pack("{s:o, s:o}", "from", write_date(month->week_days[week]),
			      "to", write_date(month->week_days[week + 1] - 1)));
	(void)json_object_set_new(report, "weeks", weeks);
	return report;
}

bool report_collect(const struct setup *setup, struct store *store,
		    const struct month *month, int64_t now, json_t **report_r,
		    struct kairan_error *error_r)
{
	json_t *report = write_head(month, now);

	if (!collect_sections(setup, store, month, report, error_r) ||
	    !report_arrivals_collect(store, month, report, error_r) ||
	    !collect_lists(store, month, report, error_r) ||
	    !collect_dormant(setup, store, now, report, error_r) ||
	    !collect_audit(store, report, error_r) ||
	    !collect_inspection(setup, store, now, report, error_r) ||
	    !report_incidents_collect(setup, store, month, report, error_r)) {
		json_decref(report);
		return false;
	}
	*report_r = report;
	return true;
}

bool report_is_complete(const json_t *report)
{
	return json_is_true(json_object_get(json_object_get(report, "dormant"), "known"));
}

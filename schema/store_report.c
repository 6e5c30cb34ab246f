/*
 * NAME
 *	store_report - what the monthly report counts
 *
 * DESCRIPTION
 *	Neither drafts nor audit rows have an index by time, which every hand-over would have to
 *	keep; once a month all of them are looked through, some at a time by their numbers.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_report.h"

#include "schema/sql.h"

#define PAGE_ROWS 1000

static const char *column_text(struct sql_stmt *stmt, int column)
{
	const char *text = sql_peek(stmt, column);

	return text != NULL ? text : "";
}

/* The numbers of the page that begins at *next, which moves on. NO: there are none left. */
static enum answer find_page(struct store *store, const char *ask, int64_t *next,
			     int64_t *first_r, int64_t *last_r,
			     struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt, ask, "i", *next);

	if (answer != ANSWER_YES)
		return answer;
	*first_r = sql_int(stmt, 0);
	*last_r = *first_r + PAGE_ROWS - 1;
	*next = *last_r + 1;
	sql_done(stmt);
	return ANSWER_YES;
}

static void read_draft(struct sql_stmt *stmt, struct report_draft *draft_r)
{
	*draft_r = (struct report_draft){
		.section = column_text(stmt, 0),
		.section_ja = column_text(stmt, 1),
		.section_en = column_text(stmt, 2),
		.state = (enum draft_state)sql_int(stmt, 3),
		.submitted_at = sql_int(stmt, 4),
		.decided_at = sql_int(stmt, 5),
		.sent_at = sql_int(stmt, 6),
		.recipients = sql_int(stmt, 7),
		.urgent = sql_int(stmt, 8) != 0,
		.corrects = sql_int(stmt, 9) != 0,
		.id = sql_int(stmt, 10),
		.due_at = sql_int(stmt, 11),
		.is_drill = sql_int(stmt, 12) != 0,
	};
}

enum answer store_report_visit_drafts(struct store *store, const struct report_time *time,
				      int64_t *next,
				      void (*visit)(const struct report_draft *draft,
						    void *context),
				      void *context, struct kairan_error *error_r)
{
	int64_t first, last;
	struct sql_stmt *stmt;
	enum answer answer =
	    find_page(store, "SELECT id FROM draft WHERE id >= ? ORDER BY id LIMIT 1",
		      next, &first, &last, error_r);

	if (answer != ANSWER_YES)
		return answer;
	/* A release that was broken off has no end of its own; it began when it fell due. */
	answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT * FROM (SELECT section, section_ja, section_en, state, submitted_at,"
	    " coalesce(decided_at, 0) AS decided,"
	    " coalesce(CASE WHEN state = 8 THEN due_at ELSE released_at END, 0) AS sent,"
	    " coalesce(recipients, 0), urgent, corrects, id,"
	    " coalesce(due_at, 0), drill FROM draft WHERE id BETWEEN ?1 AND ?2) AS page"
	    " WHERE (submitted_at >= ?3 AND submitted_at < ?4) OR"
	    " (decided >= ?3 AND decided < ?4) OR (sent >= ?3 AND sent < ?4)",
	    "iiii", first, last, time->since, time->until);
	while (answer == ANSWER_YES) {
		struct report_draft draft;

		read_draft(stmt, &draft);
		visit(&draft, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO ? ANSWER_YES : ANSWER_UNKNOWN;
}

enum answer store_report_visit_events(struct store *store, const struct report_time *time,
				      int64_t *next,
				      void (*visit)(const struct report_events *events,
						    void *context),
				      void *context, struct kairan_error *error_r)
{
	int64_t first, last;
	struct sql_stmt *stmt;
	enum answer answer =
	    find_page(store, "SELECT seq FROM audit WHERE seq >= ? ORDER BY seq LIMIT 1",
		      next, &first, &last, error_r);

	if (answer != ANSWER_YES)
		return answer;
	answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT action, outcome, coalesce(section, ''), coalesce(max(section_ja), ''),"
	    " coalesce(max(section_en), ''), count(*)"
	    " FROM audit LEFT JOIN draft ON draft.id = audit.draft"
	    " WHERE seq BETWEEN ?1 AND ?2 AND at >= ?3 AND at < ?4"
	    " AND coalesce(draft.drill, 0) = 0 AND"
	    " (action IN ('submit', 'reply', 'incident', 'deliver', 'bounce') OR"
	    " (action = 'notice' AND outcome = 'bounced') OR"
	    " outcome IN ('withdrawn', 'expired', 'stopped')) GROUP BY 1, 2, 3",
	    "iiii", first, last, time->since, time->until);
	while (answer == ANSWER_YES) {
		const struct report_events events = {
			.action = column_text(stmt, 0),
			.outcome = column_text(stmt, 1),
			.section = column_text(stmt, 2),
			.section_ja = column_text(stmt, 3),
			.section_en = column_text(stmt, 4),
			.count = sql_int(stmt, 5),
		};

		visit(&events, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO ? ANSWER_YES : ANSWER_UNKNOWN;
}

bool store_report_find_oldest(struct store *store, int64_t *at_r,
			      struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       "SELECT at FROM audit ORDER BY seq LIMIT 1", "");

	*at_r = 0;
	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer != ANSWER_UNKNOWN;
}

bool store_report_visit_changes(struct store *store, const struct report_time *time,
				void (*visit)(const struct report_changes *changes,
					      void *context),
				void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT list, sum(joined), sum(gone) FROM subscriber_change"
		      " WHERE at >= ? AND at < ? GROUP BY list ORDER BY list",
		      "ii", time->since, time->until);

	while (answer == ANSWER_YES) {
		const struct report_changes changes = {
			.list = column_text(stmt, 0),
			.joined = sql_int(stmt, 1),
			.gone = sql_int(stmt, 2),
		};

		visit(&changes, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

bool store_report_visit_sections(struct store *store,
				 void (*visit)(const char *dn, const char *name_ja,
					       const char *name_en, void *context),
				 void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT section, max(section_ja), max(section_en) FROM duty"
		      " GROUP BY section ORDER BY section",
		      "");

	while (answer == ANSWER_YES) {
		visit(column_text(stmt, 0), column_text(stmt, 1), column_text(stmt, 2),
		      context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

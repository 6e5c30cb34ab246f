/*
 * The figures of a fiscal year, for the council: what was broadcast, by section, month and kind, and
 * how long it took by day and by night.
 *
 * They are one JSON object, which is what `kairanctl report --fiscal-year --json` prints. Times are
 * seconds since the epoch, durations seconds; night is the town's quiet hours (setting
 * quiet_hours), and counts for what begins in them:
 *
 *	fiscal_year 2026, reiwa (0: before it), since, until, made_at, complete (the year was over)
 *	records_from	when the audit trail begins, where that is after since; else 0
 *	months		[{month "2026-04", broadcasts, recipients, ordinary, urgent, correction}]
 *	sections	[{section (DN), name_ja, name_en, submitted, sent_back, FIGURES,
 *			ordinary {FIGURES}, urgent {...}, correction {...}}]
 *	total		the same without names
 *
 * FIGURES are broadcasts, recipients, and of decision (from writing on), release (from the decision
 * on) and delivery (from the time it was due on, until the last resident had it, where the mail
 * system's log tells) the objects day and night {count, median}. An urgent correction is a
 * correction.
 */
#ifndef KAIRAN_MILTER_REPORT_YEAR_H
#define KAIRAN_MILTER_REPORT_YEAR_H

#include <jansson.h>

#include "milter/core/kairan.h"
#include "policy/fiscal_year.h"

/* Collect the figures of a fiscal year that has begun. Reads the store in many transactions, so
 * outside of one. Free with json_decref(). */
bool report_year_collect(const struct setup *setup, struct store *store,
			 const struct fiscal_year *year, int64_t now, json_t **report_r,
			 struct kairan_error *error_r);

/* Put what the templates report-year.txt and report-year.html ask for into facts. */
void report_year_put_facts(GHashTable *facts, const struct setup *setup,
			   const char *language, const json_t *report);

/* The kinds of broadcasts and the spans, by their names in the figures; NULL-terminated. */
extern const char *const report_year_kinds[];
extern const char *const report_year_spans[];

#endif

/*
 * The monthly report to the administrators (情報配信月次報告): what was broadcast and how long
 * it took, what was refused, who joined and left, what came back, who is dormant (Art. 6), and
 * whether the audit trail is whole (Art. 8).
 *
 * The figures are one JSON object, which stands in the outbox until the report is rendered, and
 * is what `kairanctl report --json` prints. Times are seconds since the epoch, durations
 * seconds:
 *
 *	month "2026-11", since, until, made_at, complete (the month was over)
 *	records_from	when the audit trail begins, where that is after since; else 0
 *	weeks		[{from, to}], dates
 *	sections	[{section (DN), name_ja, name_en, weeks [broadcasts], submitted, approved,
 *			sent_back, withdrawn, expired, stopped, broadcasts, recipients, urgent,
 *			corrections, drills, bounces, decision {count, median, longest}, release {same}}]
 *	total		the same without names
 *	refusals	[{article, reason, count}], by article
 *	incidents	how many were reported (Art. 9)
 *	lists		[{list, joined, gone, active, suspended}]; the last two are of made_at
 *	bounces		{failed, delayed, notices}: of broadcasts, and failed ones of notices
 *	dormant		{seconds, known, people [{login, name, last}], more}
 *	audit		{whole, rows, fault}
 *	inspection	{last, due}: by an administrator, last 0 for none (Art. 8-3)
 *	incident_list	{year, incidents [{number, at, open, login, name, subject, cause,
 *			measure}]}: those open; with year, all of the fiscal year that ends
 */
#ifndef KAIRAN_MILTER_REPORT_REPORT_H
#define KAIRAN_MILTER_REPORT_REPORT_H

#include <jansson.h>

#include "milter/core/kairan.h"
#include "policy/month.h"

/* Collect the figures of a month that has begun. Asks LDAP, and the store in many transactions,
 * so outside of one. An LDAP that does not answer is in the figures, and in *error_r. Free with
 * json_decref(). */
bool report_collect(const struct setup *setup, struct store *store,
		    const struct month *month, int64_t now, json_t **report_r,
		    struct kairan_error *error_r);

/* Could LDAP be asked? */
bool report_is_complete(const json_t *report);

/* Put what the templates report.txt and report.html ask for into facts (milter/mail/template.h). */
void report_put_facts(GHashTable *facts, const struct setup *setup, const char *language,
		      const json_t *report);

#endif

/*
 * What the monthly report counts by section.
 */
#ifndef KAIRAN_MILTER_REPORT_FIGURES_H
#define KAIRAN_MILTER_REPORT_FIGURES_H

#include <jansson.h>

#include "policy/month.h"
#include "policy/verdict.h"
#include "schema/store_report.h"

/* Put text from outside, which may be no UTF-8, into an object. */
void report_figures_put_text(json_t *object, const char *name, const char *text);

struct report_figures; /* opaque */

/* The month and the zone must outlive the figures. */
struct report_figures *report_figures_new(const struct month *month, GTimeZone *zone);
void report_figures_free(struct report_figures *figures);

/* A section is in the report though nothing happened in it. */
void report_figures_add_section(struct report_figures *figures, const char *dn,
				const char *name_ja, const char *name_en);

/* Count a draft, or rows of the audit trail. */
void report_figures_add_draft(struct report_figures *figures,
			      const struct report_draft *draft);
void report_figures_add_events(struct report_figures *figures,
			       const struct report_events *events);

/* Put sections, total, refusals, incidents and bounces into the report. Once, at the end. */
void report_figures_write(struct report_figures *figures, json_t *report);

#endif

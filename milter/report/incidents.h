/*
 * Incidents in the monthly report (Art. 9): those that are open, and in the last month of a fiscal
 * year all that were reported in it; for this room only.
 */
#ifndef KAIRAN_MILTER_REPORT_INCIDENTS_H
#define KAIRAN_MILTER_REPORT_INCIDENTS_H

#include "milter/core/kairan.h"
#include "milter/report/part.h"
#include "policy/month.h"

/* Put "incident_list" into the report; outside of a transaction. */
bool report_incidents_collect(const struct setup *setup, struct store *store,
			      const struct month *month, json_t *report,
			      struct kairan_error *error_r);

void report_incidents_put(const struct report_part *part);

#endif

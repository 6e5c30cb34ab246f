/*
 * When residents' mail systems had the month's broadcasts, in the monthly report; for this room only.
 */
#ifndef KAIRAN_MILTER_REPORT_ARRIVALS_H
#define KAIRAN_MILTER_REPORT_ARRIVALS_H

#include "milter/core/kairan.h"
#include "milter/report/part.h"
#include "policy/month.h"

/* Put "arrivals" into the report; outside of a transaction. */
bool report_arrivals_collect(struct store *store, const struct month *month,
			     json_t *report, struct kairan_error *error_r);

void report_arrivals_put(const struct report_part *part);

#endif

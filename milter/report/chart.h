/*
 * A chart of the monthly report as SVG that stands in HTML.
 */
#ifndef KAIRAN_MILTER_REPORT_CHART_H
#define KAIRAN_MILTER_REPORT_CHART_H

#include <stdint.h>

struct report_chart; /* opaque */

#define REPORT_CHART_SERIES 2

/* id: a letter, then letters and digits, one of its own in the document. series: the names of
 * one or two values that each item has; {NULL, NULL} where one needs none. */
struct report_chart *report_chart_new(const char *id, const char *title,
				      const char *const series[REPORT_CHART_SERIES]);
void report_chart_free(struct report_chart *chart);

/* An item: its name, values from 0 on, and how they are written (NULL: the item has no such
 * value). */
void report_chart_add(struct report_chart *chart, const char *label,
		      const int64_t values[REPORT_CHART_SERIES],
		      const char *const shown[REPORT_CHART_SERIES]);

/* Draw to a scale that reaches at least to this value, for charts that are to be compared. */
void report_chart_set_highest(struct report_chart *chart, int64_t highest);

/* As upright columns of the first value, side by side (for few items with short names), or as
 * bars below each other. Free with g_free(). Without items: "". */
char *report_chart_write_columns(const struct report_chart *chart);
char *report_chart_write_bars(const struct report_chart *chart);

#endif

/*
 * What the reports of a month and of a fiscal year have in common.
 */
#ifndef KAIRAN_CTL_CTL_REPORT_H
#define KAIRAN_CTL_CTL_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/ctl.h"
#include "milter/core/kairan.h"

struct report_call {
	const struct ctl_call *call;
	struct setup *setup;
	const char *month;
	const char *html;
	bool json, csv;
	bool is_year;
	const char *year; /* NULL: the last one that is over */
};

/* Write the figures as text to standard output, or as HTML to a file, by the templates of this kind,
 * whose facts put_facts puts. EX_OK, or else after having said why. */
int ctl_report_write_filled(const struct report_call *report, const char *kind,
			    void (*put_facts)(GHashTable *facts,
					      const struct setup *setup,
					      const char *language,
					      const json_t *figures),
			    const json_t *figures);

/* The language of the locale, or else of the settings: "ja" or "en". */
const char *ctl_report_language(const struct settings *settings);

/* Write them as JSON; their times become texts. */
int ctl_report_write_json(json_t *figures, const struct settings *settings);

/* The report of a fiscal year, likewise. */
int ctl_report_run_year(const struct report_call *report);

#endif

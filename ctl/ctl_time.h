/*
 * Times as an administrator writes them.
 */
#ifndef KAIRAN_CTL_CTL_TIME_H
#define KAIRAN_CTL_CTL_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"

/* Read "2026-12-01 09:00", on the clocks of the town, or a duration from now such as "2h".
 * False when it is neither, or no such time. */
bool ctl_time_read(const struct settings *settings, const char *text, int64_t now,
		   int64_t *at_r);

/* Read until when: the end of a day, "2026-12-01", or a time as above; it has to be after now. */
bool ctl_time_read_day(const struct settings *settings, const char *text, int64_t now,
		       int64_t *at_r);

/* Read a time that has passed: "2026-12-01 09:00", "2026-12-01", or how long ago, "30d". */
bool ctl_time_read_past(const struct settings *settings, const char *text, int64_t now,
			int64_t *at_r);

/* What to say when that is false: a format of the option and the text. */
#define CTL_TIME_PAST                                                                        \
	"%s wants a time such as \"2026-12-01 09:00\" or 2026-12-01, or how long ago, such " \
	"as 30d, not \"%s\""

/* Show a time as "2026-12-01 09:00 JST". Free with g_free(). */
char *ctl_time_show(const struct settings *settings, int64_t at);

#endif

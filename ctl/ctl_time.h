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

/* Show a time as "2026-12-01 09:00 JST". Free with g_free(). */
char *ctl_time_show(const struct settings *settings, int64_t at);

#endif

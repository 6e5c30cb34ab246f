/*
 * NAME
 *	log - lines to syslog or stderr
 *
 * DESCRIPTION
 *	Formats a line as "ID: draft N: text" and hands it to syslog (facility mail) or
 *	writes it to stderr with the time. The queue id comes first, as in the MTA's own
 *	log, so that one search finds both.
 *
 * DIAGNOSTICS
 *	None: a log that cannot be written has nobody to tell.
 */
#include "config.h"

#include "conf/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_MAX 2048

static enum log_target log_where = LOG_TARGET_STDERR;
static const char *log_program = "kairan";

static const struct {
	int priority;
	const char *name;
} log_levels[] = {
	[LOG_LEVEL_INFO] = { LOG_INFO, "" },
	[LOG_LEVEL_WARNING] = { LOG_WARNING, "warning: " },
	[LOG_LEVEL_ERROR] = { LOG_ERR, "error: " },
};

void log_open(const char *program, enum log_target target)
{
	log_program = program;
	log_where = target;
	if (target == LOG_TARGET_SYSLOG)
		openlog(program, LOG_PID, LOG_MAIL);
}

static void write_stderr(enum log_level level, const char *line)
{
	char stamp[32];
	struct tm tm;
	time_t now = time(NULL);

	(void)localtime_r(&now, &tm);
	(void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", &tm);
	fprintf(stderr, "%s %s[%d]: %s%s\n", stamp, log_program, (int)getpid(),
		log_levels[level].name, line);
}

/* C0, DEL, and C1 as UTF-8 has it (C2 80 to C2 9F), which terminals obey as well. */
static void mask_controls(char *line)
{
	for (; *line != '\0'; line++) {
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			*line = '?';
		else if ((unsigned char)*line == 0xc2 &&
			 ((unsigned char)line[1] & 0xe0) == 0x80)
			line[0] = line[1] = '?';
	}
}

void log_event(enum log_level level, const char *queue_id, int64_t draft,
	       const char *format, ...)
{
	char line[LOG_LINE_MAX] = "";
	size_t used = 0;
	va_list args;

	if (queue_id != NULL && *queue_id != '\0')
		used += (size_t)snprintf(line, 128, "%.100s: ", queue_id);
	if (draft != 0)
		used +=
		    (size_t)snprintf(line + used, 64, "draft %lld: ", (long long)draft);
	va_start(args, format);
	(void)vsnprintf(line + used, sizeof(line) - used, format, args);
	va_end(args);
	mask_controls(line);
	if (log_where == LOG_TARGET_SYSLOG)
		syslog(log_levels[level].priority, "%s%s", log_levels[level].name, line);
	else
		write_stderr(level, line);
}

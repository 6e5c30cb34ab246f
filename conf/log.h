/*
 * The log: one line for each decision, with the queue id and the draft id it is about.
 */
#ifndef KAIRAN_CONF_LOG_H
#define KAIRAN_CONF_LOG_H

#include <stdint.h>

#include "conf/settings.h"

enum log_level {
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR,
};

/* Choose where lines go; before it is called they go to stderr. */
void log_open(const char *program, enum log_target target);

/* Write one line. queue_id NULL or "" and draft 0 are left out. Control characters in the
 * text are shown as '?', so that nothing a sender wrote can forge a line. */
void log_event(enum log_level level, const char *queue_id, int64_t draft,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

#define log_info(...)    log_event(LOG_LEVEL_INFO, NULL, 0, __VA_ARGS__)
#define log_warning(...) log_event(LOG_LEVEL_WARNING, NULL, 0, __VA_ARGS__)
#define log_error(...)   log_event(LOG_LEVEL_ERROR, NULL, 0, __VA_ARGS__)

#endif

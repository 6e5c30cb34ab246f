/*
 * The mail system's log where it is a file. As milter/round/mta_log.h.
 */
#ifndef KAIRAN_MILTER_ROUND_MTA_LOG_FILE_H
#define KAIRAN_MILTER_ROUND_MTA_LOG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/error.h"

struct mta_log_file;

bool mta_log_file_open(const char *name, const char *position,
		       struct mta_log_file **log_r, struct kairan_error *error_r);
void mta_log_file_close(struct mta_log_file *log);
enum answer mta_log_file_read(struct mta_log_file *log,
			      void (*visit)(int64_t at, const char *text, void *context),
			      void *context, struct kairan_error *error_r);
char *mta_log_file_position(const struct mta_log_file *log);

#endif

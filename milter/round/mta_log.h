/*
 * The mail system's log, read on from where the last look ended.
 */
#ifndef KAIRAN_MILTER_ROUND_MTA_LOG_H
#define KAIRAN_MILTER_ROUND_MTA_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/error.h"

struct mta_log;

/* Open the log of this name, as the setting mta_log has it. position: of mta_log_position(), from
 * the last look; NULL, or of another log: its end, since what was there before is of nobody's
 * interest. Free with mta_log_close(). */
bool mta_log_open(const char *name, const char *position, struct mta_log **log_r,
		  struct kairan_error *error_r);
void mta_log_close(struct mta_log *log);

/* Call visit for each of the next lines: when it was written (by the machine's clock), and what
 * stands behind the time, which stays until the next call. YES: there may be more; NO: this was
 * the end, for now. */
enum answer mta_log_read(struct mta_log *log,
			 void (*visit)(int64_t at, const char *text, void *context),
			 void *context, struct kairan_error *error_r);

/* Behind what was read. Free with g_free(). */
char *mta_log_position(const struct mta_log *log);

#endif

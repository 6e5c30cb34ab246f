/*
 * The mail system's log where it is systemd's journal. As milter/round/mta_log.h.
 */
#ifndef KAIRAN_MILTER_ROUND_MTA_LOG_JOURNAL_H
#define KAIRAN_MILTER_ROUND_MTA_LOG_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/error.h"

struct mta_log_journal;

/* Is it the journal that a name is of: "journal", or "journal:FOLDER"? */
bool mta_log_journal_is_named(const char *name);

bool mta_log_journal_open(const char *name, const char *position,
			  struct mta_log_journal **log_r, struct kairan_error *error_r);
void mta_log_journal_close(struct mta_log_journal *log);
enum answer mta_log_journal_read(struct mta_log_journal *log,
				 void (*visit)(int64_t at, const char *text,
					       void *context),
				 void *context, struct kairan_error *error_r);
char *mta_log_journal_position(const struct mta_log_journal *log);

#endif

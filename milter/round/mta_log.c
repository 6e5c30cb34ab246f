/*
 * NAME
 *	mta_log - the mail system's log, read on from the last look
 *
 * DESCRIPTION
 *	A file, or systemd's journal: Debian has no other log where nobody installs rsyslog.
 *
 * DIAGNOSTICS
 *	Failures are returned.
 */
#include "config.h"

#include "milter/round/mta_log.h"

#include <glib.h>

#include "milter/round/mta_log_file.h"
#include "milter/round/mta_log_journal.h"

struct mta_log {
	struct mta_log_file *file; /* one of them is NULL */
	struct mta_log_journal *journal;
};

bool mta_log_open(const char *name, const char *position, struct mta_log **log_r,
		  struct kairan_error *error_r)
{
	struct mta_log log = { 0 };
	const bool ok = mta_log_journal_is_named(name)
			    ? mta_log_journal_open(name, position, &log.journal, error_r)
			    : mta_log_file_open(name, position, &log.file, error_r);

	if (ok) {
		*log_r = g_new(struct mta_log, 1);
		**log_r = log;
	}
	return ok;
}

void mta_log_close(struct mta_log *log)
{
	if (log == NULL)
		return;
	mta_log_file_close(log->file);
	mta_log_journal_close(log->journal);
	g_free(log);
}

enum answer mta_log_read(struct mta_log *log,
			 void (*visit)(int64_t at, const char *text, void *context),
			 void *context, struct kairan_error *error_r)
{
	return log->journal != NULL
		   ? mta_log_journal_read(log->journal, visit, context, error_r)
		   : mta_log_file_read(log->file, visit, context, error_r);
}

char *mta_log_position(const struct mta_log *log)
{
	return log->journal != NULL ? mta_log_journal_position(log->journal)
				    : mta_log_file_position(log->file);
}

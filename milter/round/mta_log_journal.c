/*
 * NAME
 *	mta_log_journal - the mail system's lines in systemd's journal
 *
 * DESCRIPTION
 *	Lines of the facility mail. The place is the journal's own cursor, which stays when files are
 *	rotated; one whose line is gone stands for those that came after it.
 *
 *	The library opens a journal that nobody may read as an empty one, so that is asked before.
 *
 * DIAGNOSTICS
 *	Failures are returned.
 */
#include "config.h"

#include "milter/round/mta_log_journal.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"

#define NAME "journal"

bool mta_log_journal_is_named(const char *name)
{
	return strcmp(name, NAME) == 0 || text_begins_with(name, NAME ":");
}

#ifdef HAVE_LIBSYSTEMD

#include <errno.h>
#include <glob.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define FACILITY     "SYSLOG_FACILITY=2" /* mail */
#define PAGE_ENTRIES 1000
#define NOWHERE      "-" /* the place in an empty journal */

struct mta_log_journal {
	char *name;
	sd_journal *journal;
	char *cursor;        /* of the line that was read last, or NOWHERE */
	bool is_at_next;     /* the journal stands at a line that is not read yet */
	GStringChunk *texts; /* of the last page */
};

static bool fail(const struct mta_log_journal *log, int result,
		 struct kairan_error *error_r)
{
	return error_set(error_r, "%s: %s", log->name, g_strerror(-result));
}

static bool is_readable(const char *folder, struct kairan_error *error_r)
{
	g_autofree char *pattern = g_build_filename(folder, "*", "system.journal", NULL);
	glob_t found = { 0 };
	bool ok = false;
	int why = ENOENT;

	(void)glob(pattern, GLOB_NOSORT, NULL, &found);
	for (size_t i = 0; !ok && i < found.gl_pathc; i++) {
		ok = access(found.gl_pathv[i], R_OK) == 0;
		why = errno;
	}
	globfree(&found);
	return ok || error_set(error_r, "%s: %s", pattern, g_strerror(why));
}

static bool open_journal(struct mta_log_journal *log, struct kairan_error *error_r)
{
	const char *folder = strchr(log->name, ':');
	int result;

	if (folder != NULL ? !is_readable(folder + 1, error_r)
			   : !is_readable("/var/log/journal", error_r) &&
				 !is_readable("/run/log/journal", error_r))
		return false;
	result = folder != NULL ? sd_journal_open_directory(&log->journal, folder + 1, 0)
				: sd_journal_open(&log->journal, SD_JOURNAL_LOCAL_ONLY |
								     SD_JOURNAL_SYSTEM);
	if (result >= 0)
		result = sd_journal_add_match(log->journal, FACILITY, 0);
	return result >= 0 || fail(log, result, error_r);
}

/* Keep the place of the line that the journal stands at. */
static int keep_cursor(struct mta_log_journal *log)
{
	char *cursor = NULL;
	const int result = sd_journal_get_cursor(log->journal, &cursor);

	if (result >= 0) {
		g_free(log->cursor);
		log->cursor = g_strdup(cursor);
	}
	free(cursor);
	return result;
}

static int find_end(struct mta_log_journal *log)
{
	int result = sd_journal_seek_tail(log->journal);

	if (result >= 0)
		result = sd_journal_previous(log->journal);
	if (result > 0)
		return keep_cursor(log);
	log->cursor = g_strdup(NOWHERE);
	return result < 0 ? result : sd_journal_seek_head(log->journal);
}

static int go_back(struct mta_log_journal *log)
{
	int result;

	if (strcmp(log->cursor, NOWHERE) == 0)
		return sd_journal_seek_head(log->journal);
	result = sd_journal_seek_cursor(log->journal, log->cursor);
	if (result >= 0)
		result = sd_journal_next(log->journal);
	/* Its line may be gone: then this is the first that came after it. */
	if (result > 0)
		log->is_at_next = sd_journal_test_cursor(log->journal, log->cursor) == 0;
	return result;
}

/* "CURSOR NAME" */
static bool find_place(struct mta_log_journal *log, const char *position,
		       struct kairan_error *error_r)
{
	const char *name = position != NULL ? strchr(position, ' ') : NULL;
	int result;

	if (name != NULL && strcmp(name + 1, log->name) == 0) {
		log->cursor = g_strndup(position, (gsize)(name - position));
		result = go_back(log);
	} else {
		result = find_end(log);
	}
	return result >= 0 || fail(log, result, error_r);
}

bool mta_log_journal_open(const char *name, const char *position,
			  struct mta_log_journal **log_r, struct kairan_error *error_r)
{
	struct mta_log_journal *log = g_new0(struct mta_log_journal, 1);

	log->name = g_strdup(name);
	log->texts = g_string_chunk_new(PAGE_ENTRIES);
	if (open_journal(log, error_r) && find_place(log, position, error_r)) {
		*log_r = log;
		return true;
	}
	mta_log_journal_close(log);
	return false;
}

void mta_log_journal_close(struct mta_log_journal *log)
{
	if (log == NULL)
		return;
	sd_journal_close(log->journal);
	g_string_chunk_free(log->texts);
	g_free(log->cursor);
	g_free(log->name);
	g_free(log);
}

/* The value of a field of the line; "" without one. Free with g_free(). */
static char *get_field(const struct mta_log_journal *log, const char *name)
{
	const size_t before = strlen(name) + 1;
	const void *data;
	size_t length;

	if (sd_journal_get_data(log->journal, name, &data, &length) < 0 ||
	    length < before)
		return g_strdup("");
	return g_strndup((const char *)data + before, length - before);
}

/* As a file would have it behind the time. */
static void visit_entry(struct mta_log_journal *log,
			void (*visit)(int64_t at, const char *text, void *context),
			void *context)
{
	g_autofree char *program = get_field(log, "SYSLOG_IDENTIFIER");
	g_autofree char *process = get_field(log, "SYSLOG_PID");
	g_autofree char *message = get_field(log, "MESSAGE");
	g_autofree char *text = g_strdup_printf("%s[%s]: %s", program, process, message);
	uint64_t micros = 0;

	if (sd_journal_get_realtime_usec(log->journal, &micros) >= 0)
		visit((int64_t)(micros / G_USEC_PER_SEC),
		      g_string_chunk_insert(log->texts, text), context);
}

enum answer mta_log_journal_read(struct mta_log_journal *log,
				 void (*visit)(int64_t at, const char *text,
					       void *context),
				 void *context, struct kairan_error *error_r)
{
	int result = 1, count = 0;

	g_string_chunk_clear(log->texts);
	while (count < PAGE_ENTRIES) {
		if (!log->is_at_next)
			result = sd_journal_next(log->journal);
		log->is_at_next = false;
		if (result <= 0)
			break;
		visit_entry(log, visit, context);
		count++;
	}
	if (result >= 0 && count > 0) {
		/* At the end the journal still stands at the last line. */
		result = keep_cursor(log);
	}
	if (result < 0) {
		(void)fail(log, result, error_r);
		return ANSWER_UNKNOWN;
	}
	return count > 0 ? ANSWER_YES : ANSWER_NO;
}

char *mta_log_journal_position(const struct mta_log_journal *log)
{
	return g_strdup_printf("%s %s", log->cursor, log->name);
}

#else

bool mta_log_journal_open(const char *name, const char *position,
			  struct mta_log_journal **log_r, struct kairan_error *error_r)
{
	(void)position;
	(void)log_r;
	return error_set(error_r, "%s: this kairan was built without libsystemd", name);
}

void mta_log_journal_close(struct mta_log_journal *log)
{
	(void)log;
}

enum answer mta_log_journal_read(struct mta_log_journal *log,
				 void (*visit)(int64_t at, const char *text,
					       void *context),
				 void *context, struct kairan_error *error_r)
{
	(void)log;
	(void)visit;
	(void)context;
	(void)error_r;
	return ANSWER_NO;
}

char *mta_log_journal_position(const struct mta_log_journal *log)
{
	(void)log;
	return g_strdup("");
}

#endif

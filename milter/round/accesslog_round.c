/*
 * NAME
 *	accesslog_round - administrators' edits in the audit trail
 *
 * DESCRIPTION
 *	Asks for the writes since the last one that was taken in, some hundreds at a time, and
 *	appends an audit row for each: who, when, which entry, which attributes, old and new
 *	values. Rows and position are one transaction.
 *
 *	A write is logged when it is done and named by when it came, so one may appear behind
 *	others that came later. Each look therefore begins some minutes before the position, and
 *	the starts of what was taken in are noted, so that nothing comes twice.
 *
 *	At the very first look nothing is behind: what was written before kairan came is not its
 *	to record.
 *
 * DIAGNOSTICS
 *	Info: how many came in. Warning: LDAP could not be asked. Error: the store cannot be
 *	written. Both are tried again.
 */
#include "config.h"

#include "milter/round/accesslog_round.h"

#include <glib.h>
#include <string.h>

#include "conf/log.h"
#include "schema/directory_writes.h"
#include "schema/store_audit.h"
#include "schema/store_position.h"
#include "schema/store_write.h"

#define POSITION        "accesslog"
#define IDLE_SECONDS    3600
#define OVERLAP_SECONDS 600

/* How far a look has come. */
struct progress {
	char *position; /* the greatest start that was seen */
	bool is_first;
	bool has_new; /* in this part: there is something to write */
	unsigned count;
};

static bool read_position(struct store *store, struct progress *progress,
			  struct kairan_error *error_r)
{
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin(store, error_r)) {
		answer =
		    store_position_find(store, POSITION, &progress->position, error_r);
		store_rollback(store);
	}
	progress->is_first = answer == ANSWER_NO;
	if (answer == ANSWER_NO)
		progress->position = directory_writes_go_back("", 0);
	return answer != ANSWER_UNKNOWN;
}

static bool append(struct store *store, const struct directory_write *write,
		   struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf("%s: %s", write->entry, write->changes);
	const struct audit_event event = {
		.at = write->at,
		.uid = write->author,
		.role = "administrator",
		.action = write->operation,
		.outcome = "directory",
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r);
}

static bool take_one(struct store *store, const struct directory_write *write,
		     struct progress *progress, struct kairan_error *error_r)
{
	switch (store_write_note(store, write->start, error_r)) {
	case ANSWER_YES:
		break;
	case ANSWER_NO:
		return true;
	case ANSWER_UNKNOWN:
		return false;
	}
	progress->has_new = true;
	if (progress->is_first)
		return true;
	progress->count++;
	return append(store, write, error_r);
}

static bool write_all(struct store *store, const struct directory_writes *writes,
		      const char *position, struct progress *progress,
		      struct kairan_error *error_r)
{
	g_autofree char *begin = directory_writes_go_back(position, OVERLAP_SECONDS);

	for (guint i = 0; i < writes->writes->len; i++)
		if (!take_one(store, g_ptr_array_index(writes->writes, i), progress,
			      error_r))
			return false;
	if (!progress->has_new)
		return true;
	if (!store_write_forget(store, begin, error_r))
		return false;
	/* The first look counts when it is over. */
	if (progress->is_first && (writes->cookie != NULL || writes->is_cut))
		return true;
	return store_position_put(store, POSITION, position, error_r);
}

/* One part, in one transaction; where nothing is new, nothing is written. */
static bool take(struct store *store, const struct directory_writes *writes,
		 struct progress *progress, struct kairan_error *error_r)
{
	const bool further =
	    writes->last != NULL && strcmp(writes->last, progress->position) > 0;
	const char *position = further ? writes->last : progress->position;
	const unsigned count = progress->count;

	progress->has_new = further || progress->is_first;
	if (!store_begin(store, error_r))
		return false;
	if (!write_all(store, writes, position, progress, error_r)) {
		store_rollback(store);
		progress->count = count;
		return false;
	}
	if (!progress->has_new)
		store_rollback(store);
	else if (!store_commit(store, error_r))
		return false;
	if (further) {
		g_free(progress->position);
		progress->position = g_strdup(writes->last);
	}
	return true;
}

/* Part by part, to the end. A server that cuts what it gives is asked from there on; olcLimits
 * in overlays.ldif saves it that. */
static bool walk(struct kairan *kairan, const struct setup *setup,
		 struct progress *progress, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct directory_writes writes = { 0 };
	g_autofree char *start = NULL;
	bool ok = read_position(store, progress, error_r), more = ok;

	if (ok)
		start = directory_writes_go_back(progress->position, OVERLAP_SECONDS);
	while (ok && more) {
		ok = directory_list_writes(setup->directory, start, &writes, error_r) &&
		     take(store, &writes, progress, error_r);
		more = writes.cookie != NULL;
		if (writes.is_cut && g_strcmp0(writes.last, start) > 0) {
			more = true;
			g_free(start);
			start = g_strdup(writes.last);
		}
	}
	directory_writes_clear(&writes);
	return ok;
}

int64_t accesslog_round_walk(struct kairan *kairan, const struct setup *setup,
			     int64_t now)
{
	struct progress progress = { 0 };
	struct kairan_error error = { "" };

	if (*setup->settings->ldap_accesslog_base == '\0')
		return now + IDLE_SECONDS;
	if (!walk(kairan, setup, &progress, &error))
		log_warning("accesslog: %s", error.text);
	if (progress.count > 0)
		log_info("%u writes in the directory came into the audit trail",
			 progress.count);
	g_free(progress.position);
	return now + setup->settings->snapshot_refresh;
}

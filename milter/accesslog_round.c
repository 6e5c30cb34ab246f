/*
 * NAME
 *	accesslog_round - administrators' edits in the audit trail
 *
 * DESCRIPTION
 *	Asks for the writes since the last one that was taken in, and appends an audit row for
 *	each: who, when, which entry, which attributes, old and new values. Rows and position are
 *	one transaction, so each comes in once.
 *
 *	At the very first look nothing is behind: what was written before kairan came is not its
 *	to record.
 *
 * DIAGNOSTICS
 *	Info: how many came in. Warning: LDAP could not be asked. Error: the store cannot be
 *	written. Both are tried again.
 */
#include "config.h"

#include "milter/accesslog_round.h"

#include <glib.h>

#include "conf/log.h"
#include "schema/directory_writes.h"
#include "schema/store_audit.h"
#include "schema/store_position.h"

#define POSITION     "accesslog"
#define IDLE_SECONDS 3600

/* The start of the last write that was taken in; one from now where there is none. */
static char *read_position(struct store *store, int64_t now, struct kairan_error *error_r)
{
	char *position = NULL;
	enum answer answer = ANSWER_UNKNOWN;
	GDateTime *start;

	if (store_begin(store, error_r)) {
		answer = store_position_find(store, POSITION, &position, error_r);
		store_rollback(store);
	}
	if (answer != ANSWER_NO)
		return position;
	start = g_date_time_new_from_unix_utc(now);
	position = g_date_time_format(start, "%Y%m%d%H%M%S.000000Z");
	g_date_time_unref(start);
	return position;
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

static bool keep(struct store *store, const GPtrArray *writes, const char *position,
		 struct kairan_error *error_r)
{
	bool ok = store_begin(store, error_r);

	if (!ok)
		return false;
	for (guint i = 0; ok && i < writes->len; i++)
		ok = append(store, g_ptr_array_index(writes, i), error_r);
	if (ok && store_position_put(store, POSITION, position, error_r))
		return store_commit(store, error_r);
	store_rollback(store);
	return false;
}

static bool walk(struct kairan *kairan, const struct setup *setup, int64_t now,
		 struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	g_autofree char *position = read_position(store, now, error_r);
	const char *last = position;
	GPtrArray *writes = NULL;
	bool ok = position != NULL &&
		  directory_list_writes(setup->directory, position, &writes, error_r);

	if (!ok)
		return false;
	if (writes->len > 0)
		last = ((const struct directory_write *)g_ptr_array_index(
			    writes, writes->len - 1))
			   ->start;
	ok = keep(store, writes, last, error_r);
	if (ok && writes->len > 0)
		log_info("%u writes in the directory came into the audit trail",
			 writes->len);
	g_ptr_array_unref(writes);
	return ok;
}

int64_t accesslog_round_walk(struct kairan *kairan, const struct setup *setup,
			     int64_t now)
{
	struct kairan_error error = { "" };

	if (*setup->settings->ldap_accesslog_base == '\0')
		return now + IDLE_SECONDS;
	if (!walk(kairan, setup, now, &error))
		log_warning("accesslog: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}

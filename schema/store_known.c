/*
 * NAME
 *	store_known - what this process knows of the store
 *
 * DESCRIPTION
 *	The row of the audit trail that it wrote or saw last, and how many commits the daemons of
 *	this store have made: that number is counted in the store itself, since a shard that was
 *	handed over leaves no row in the trail. Only the daemon counts, and there is only one.
 *
 *	A transaction that finds that somebody else has written, or that the file was written over
 *	(SQLite sees both), asks whether all of this is there still. What is not so is not believed
 *	again: a copy that comes over the file piece by piece looks like many things. It outlives a
 *	store that was shut, and is held against what is opened then.
 *
 *	A COMMIT that failed may have reached the disk. One that wrote into a file that somebody was
 *	writing over has made a mixture, which looks well wherever it wrote: one commit more is known
 *	then than there can be, so that nothing fits.
 *
 * DIAGNOSTICS
 *	Failures are returned, and noted for store_failing_since().
 */
#include "config.h"

#include "schema/store_known.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "schema/audit_seal.h"
#include "schema/store_parts.h"

struct store_known {
	struct store_mark last; /* committed by this process, or seen */
	int64_t tried;          /* the number of the last COMMIT that was asked for */
	bool is_counted;        /* and it is for the transaction that is open */
	struct audit_mark next; /* the trail's end when that is on the disk */
	int64_t version;        /* of the driver's read_change(), for which this holds */
};

/* What the store has, in a transaction. */
static bool look(struct store *store, struct store_known *known,
		 struct kairan_error *error_r)
{
	if (!store_mark_take(store, &known->last, error_r))
		return false;
	if (!store->db->driver->read_change(store->db, &known->version))
		return store_fail(store, error_r, "has it changed");
	known->tried = known->last.commits;
	return true;
}

/* ---- is it what it was? ---- */

/* An empty file has no table to ask. */
static enum answer judge_file(struct store *store, struct kairan_error *error_r)
{
	struct sql_version version = { 0 };

	if (!store->db->driver->read_version(store->db, &version)) {
		(void)store_fail(store, error_r, "its schema version");
		return ANSWER_UNKNOWN;
	}
	if (version.is_ours && !version.is_empty)
		return ANSWER_YES;
	(void)(version.is_empty
		   ? error_set(error_r, "store: %s is empty", store->path)
		   : error_set(error_r, "store: what is there is not a store of kairan"));
	return ANSWER_NO;
}

/* In a transaction. */
static enum answer judge(struct store *store, const struct store_known *known,
			 struct kairan_error *error_r)
{
	enum answer answer = judge_file(store, error_r);
	struct store_mark now_is;

	if (answer == ANSWER_YES)
		answer = store_mark_judge(store, &known->last, error_r);
	if (answer != ANSWER_YES)
		return answer;
	if (!store_mark_take(store, &now_is, error_r))
		return ANSWER_UNKNOWN;
	if (now_is.commits == known->last.commits || now_is.commits == known->tried)
		return ANSWER_YES;
	return store_mark_say_lacks(known->last.seq, error_r);
}

/* One that the daemon has made anew says nothing. */
static bool is_spoken_of(const struct store_mark *mark, const struct store_known *known)
{
	return mark != NULL && mark->said != 0 && mark->said != known->last.said;
}

enum answer store_known_judge(struct store *store, struct store *fresh,
			      struct kairan_error *error_r)
{
	const struct store_mark *mark = store_get_mark(fresh);
	g_autofree struct store_known *known = NULL;
	enum answer answer;

	pthread_mutex_lock(&store->lock);
	known = g_memdup2(store->known, sizeof(*known));
	pthread_mutex_unlock(&store->lock);
	if (known == NULL || is_spoken_of(mark, known))
		return ANSWER_YES;
	if (!store_begin(fresh, error_r))
		return ANSWER_UNKNOWN;
	answer = judge(fresh, known, error_r);
	store_rollback(fresh);
	return answer;
}

/* ---- each transaction ---- */

static bool check(struct store *store, struct kairan_error *error_r)
{
	struct store_known *known = store->known;
	int64_t version = 0;
	enum answer answer;

	if (!store->db->driver->read_change(store->db, &version))
		return store_fail(store, error_r, "has it changed");
	if (version == known->version)
		return true;
	answer = judge(store, known, error_r);
	if (answer == ANSWER_YES && !look(store, known, error_r))
		answer = ANSWER_UNKNOWN;
	store->is_lost = answer == ANSWER_NO;
	if (answer != ANSWER_YES)
		store_note_failure(store, error_r->text);
	return answer == ANSWER_YES;
}

static bool count(struct store *store, struct kairan_error *error_r)
{
	struct store_known *known = store->known;

	known->is_counted = store->db->driver->total_changes(store->db) != store->changes;
	if (!known->is_counted)
		return true;
	known->tried = known->last.commits + 1;
	return store_mark_count(store, known->tried, error_r) &&
	       store_audit_find_end(store, &known->next.seq, known->next.hash, error_r);
}

static void note(struct store *store)
{
	const struct sql_driver *driver = store->db->driver;
	struct store_known *known = store->known;

	if (!known->is_counted)
		return;
	if (driver->is_mixed != NULL && driver->is_mixed(store->db))
		known->tried++;
	known->last.commits = known->tried;
	known->last.seq = known->next.seq;
	memcpy(known->last.hash, known->next.hash, sizeof(known->last.hash));
}

static const struct store_watch watch = { check, count, note };

bool store_known_begin(struct store *store, struct kairan_error *error_r)
{
	const struct store_mark *mark = store_get_mark(store);
	struct store_known known = { .tried = 0 };

	if (!store_begin(store, error_r) ||
	    !store_end(store, look(store, &known, error_r), error_r))
		return false;
	known.last.said = mark != NULL ? mark->said : 0;
	g_free(store->known);
	store->watch = &watch;
	store->known = g_memdup2(&known, sizeof(known));
	return true;
}

bool store_known_keep(struct store *store, const char *path, struct kairan_error *error_r)
{
	g_autofree struct store_known *known = NULL;

	pthread_mutex_lock(&store->lock);
	store_finish_group(store);
	known = g_memdup2(store->known, sizeof(*known));
	pthread_mutex_unlock(&store->lock);
	return known == NULL ||
	       store_mark_raise(path, store_seals(store), &known->last, error_r);
}

/*
 * NAME
 *	store_opening - is this the store, and is it sound?
 *
 * DESCRIPTION
 *	A store that is empty because its disk is not mounted looks like a new one: drafts would be
 *	taken, and nobody would get a broadcast. So no daemon makes a store. One that is there is
 *	held against the mark beside audit_key_file, SQLite's check and the chain of its trail, and,
 *	where it was open before, against what this daemon knows (schema/store_known.c): the mark is
 *	some time behind. What does not fit is shut: mail of ours is put off, other mail passes, and it
 *	is tried again, since a disk may be mounted, a copy restored, or the administrator accept the
 *	store as it is. Then the mark is brought forward to what was known, which accept asks.
 *
 *	A store from before there were marks gets one.
 *
 * DIAGNOSTICS
 *	Error: why it is shut, each time that this is another reason. Info: it is open. Warning:
 *	there can be no mark, or it cannot be brought forward. store_round.c tells the administrators.
 */
#include "config.h"

#include "milter/round/store_opening.h"

#include <string.h>
#include <sys/stat.h>

#include "conf/log.h"
#include "conf/rights.h"
#include "milter/courier/courier.h"
#include "schema/audit_check.h"
#include "schema/store_copy.h"
#include "schema/store_known.h"
#include "schema/store_lock.h"
#include "schema/store_mark.h"
#include "schema/store_name.h"
#include "schema/store_restoring.h"

#define OPENING_SECONDS 10

/* What was found wrong: in a kind that the mail has words for. */
struct finding {
	const char *reason;
	struct kairan_error why;
};

static void log_audit(const char *line)
{
	log_info("%s", line);
}

struct store *store_opening_begin(void)
{
	return store_new_shut(
	    &(struct store_shut){ STORE_SHUT_REASON, "store: it is not open yet" });
}

/* ---- is it the store? ---- */

static enum answer judge_unmarked(struct store *store, struct kairan_error *error_r)
{
	enum answer used;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	used = store_mark_is_used(store, error_r);
	store_rollback(store);
	if (used == ANSWER_NO)
		(void)error_set(error_r,
				"store: it is empty, and was not made by `kairanctl "
				"store init`");
	return used;
}

static enum answer judge_mark(struct store *store, const char *path,
			      struct kairan_error *error_r)
{
	struct store_mark mark;
	enum answer answer = store_mark_read(path, store_seals(store), &mark, error_r);

	if (answer == ANSWER_NO)
		return judge_unmarked(store, error_r);
	if (answer == ANSWER_UNKNOWN || !store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_mark_judge(store, &mark, error_r);
	store_set_mark(store, &mark);
	store_rollback(store);
	return answer;
}

/* As the mail has it: fault and row. */
static bool check_chain(struct store *store, struct finding *found)
{
	struct audit_check check;
	const enum answer answer = audit_check_walk(store, &check, &found->why);

	if (answer != ANSWER_NO)
		return answer == ANSWER_YES;
	found->reason = STORE_CHAIN_REASON;
	return error_set(
	    &found->why, "%s %lld", audit_fault_name(check.fault),
	    (long long)(check.fault == AUDIT_MISSING ? check.next : check.seq));
}

/* ---- opening it ---- */

/* It has the residents' addresses, and what may go out. */
static bool check_mode(const char *path, struct kairan_error *error_r)
{
	struct stat status;

	if (!store_is_file(path))
		return true;
	if (!rights_check_place("store_path", path, error_r))
		return false;
	if (stat(path, &status) != 0 || (status.st_mode & S_IRWXO) == 0)
		return true;
	return error_set(error_r, "store: others may read or write %s; chmod o-rwx",
			 path);
}

/* Takes over the lock. */
static bool open_file(const struct settings *settings, struct store_lock *lock,
		      struct store **store_r, struct finding *found)
{
	g_autofree char *mark = store_mark_path(settings->audit_key_file);
	struct keyring *seals = NULL;

	if (store_restoring_is_broken(settings->store_path, &found->why) ||
	    !check_mode(settings->store_path, &found->why) ||
	    !store_copy_keep_older(settings->store_path, &found->why) ||
	    !store_open(settings->store_path, STORE_JOURNAL_BEST, store_r, &found->why)) {
		store_lock_free(lock);
		return false;
	}
	store_set_lock(*store_r, lock);
	store_set_audit_sink(*store_r, log_audit);
	if (!keyring_load("audit_key_file", settings->audit_key_file, &seals,
			  &found->why))
		return false;
	store_set_seals(*store_r, seals);
	return store_be_alone(*store_r, &found->why) == ANSWER_YES &&
	       store_copy_judge(*store_r, &found->why) == ANSWER_YES &&
	       judge_mark(*store_r, mark, &found->why) == ANSWER_YES &&
	       check_chain(*store_r, found);
}

/* Before anybody else sees it: what was claimed is nobody's, and the alarms that stand. */
static bool resume(struct kairan *kairan, const struct setup *setup, struct store *store,
		   struct kairan_error *error_r)
{
	return courier_resume(store, setup->settings, error_r) &&
	       alarm_board_load(kairan_get_alarm_board(kairan), store, error_r);
}

/* Where that cannot be written, this daemon knows it still. */
static void keep_known(struct kairan *kairan, bool is_news)
{
	struct setup *setup = kairan_get_setup(kairan);
	g_autofree char *path = store_mark_path(setup->settings->audit_key_file);
	struct kairan_error error = { "" };

	if (!store_known_keep(kairan_get_store(kairan), path, &error) && is_news)
		log_warning("%s", error.text);
	setup_unref(setup);
}

static void say(struct kairan *kairan, const struct finding *found)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error before = { "" };
	bool is_news;

	(void)store_failing_since(store, &before);
	is_news =
	    store_shut_reason(store) == NULL || strcmp(before.text, found->why.text) != 0;
	if (is_news)
		log_error("the store is shut: %s: %s", found->reason, found->why.text);
	keep_known(kairan, is_news);
	store_shut(store, &(struct store_shut){ found->reason, found->why.text });
}

static bool open_store(struct kairan *kairan, const struct setup *setup,
		       struct store_lock *lock, struct finding *found)
{
	struct store *fresh = NULL;

	if (!open_file(setup->settings, lock, &fresh, found) ||
	    store_known_judge(kairan_get_store(kairan), fresh, &found->why) !=
		ANSWER_YES ||
	    !resume(kairan, setup, fresh, &found->why) ||
	    !store_known_begin(fresh, &found->why)) {
		store_close(fresh);
		return false;
	}
	log_info("store %s: journal mode %s", setup->settings->store_path,
		 store_journal_name(fresh));
	store_take_over(kairan_get_store(kairan), fresh);
	return true;
}

enum answer store_opening_try(struct kairan *kairan, struct kairan_error *error_r)
{
	struct setup *setup = kairan_get_setup(kairan);
	struct finding found = { .reason = STORE_SHUT_REASON };
	struct store_lock *lock = NULL;
	enum answer answer =
	    store_lock_take(setup->settings->store_path, &lock, &found.why);

	if (answer == ANSWER_YES && !open_store(kairan, setup, lock, &found))
		answer = ANSWER_UNKNOWN;
	if (answer == ANSWER_YES) {
		(void)store_opening_mark(kairan, setup, 0);
	} else {
		say(kairan, &found);
		*error_r = found.why;
	}
	setup_unref(setup);
	return answer;
}

void store_opening_shut(struct kairan *kairan, const char *reason, const char *why)
{
	struct finding found = { .reason = reason };

	(void)error_set(&found.why, "%s", why);
	say(kairan, &found);
}

/* Something has failed: is it the file? */
static void look_for_damage(struct kairan *kairan, struct store *store)
{
	struct kairan_error error = { "" };

	if (store_failing_since(store, NULL) != 0 &&
	    store_copy_judge(store, &error) == ANSWER_NO)
		store_opening_shut(kairan, STORE_SHUT_REASON, error.text);
}

void store_opening_look(struct kairan *kairan, int64_t now)
{
	static int64_t next; /* only the store's watch looks */
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };

	if (store_shut_reason(store) == NULL && !store_is_in_place(store, &error))
		store_opening_shut(kairan, STORE_SHUT_REASON, error.text);
	/* Also where the clock has gone back. */
	if (now < next && next - now <= OPENING_SECONDS)
		return;
	next = now + OPENING_SECONDS;
	if (store_shut_reason(store) == NULL)
		look_for_damage(kairan, store);
	else if (store_opening_try(kairan, &error) == ANSWER_YES) {
		log_info("the store is open again");
		kairan_wake_all(kairan);
	}
}

int64_t store_opening_mark(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	static int64_t warned;
	struct store *store = kairan_get_store(kairan);
	g_autofree char *path = store_mark_path(setup->settings->audit_key_file);
	const int64_t next = now + setup->settings->snapshot_refresh;
	struct store_mark mark;
	struct kairan_error error = { "" };
	enum answer answer;

	if (store_shut_reason(store) != NULL)
		return next;
	answer = store_mark_read(path, store_seals(store), &mark, &error);
	if (answer == ANSWER_YES && store_begin(store, &error)) {
		answer = store_mark_judge(store, &mark, &error);
		store_rollback(store);
		if (answer == ANSWER_NO)
			store_opening_shut(kairan, STORE_SHUT_REASON, error.text);
	} else if (answer == ANSWER_NO) {
		answer = ANSWER_YES;
	}
	if (answer != ANSWER_YES || store_mark_advance(store, path, &error)) {
		warned = 0;
	} else if (warned == 0) {
		log_warning("%s; `kairanctl store init`, as root, makes it", error.text);
		warned = 1;
	}
	return next;
}

/*
 * NAME
 *	ctl_audit_verify - is the audit trail whole? And the administrator's inspection (Art. 8)
 *
 * DESCRIPTION
 *	audit verify [FILE] [--hash HASH]
 *	audit inspect --note TEXT [--occasion fault|leak|other]
 *
 *	The trail is walked page by page, each page in a transaction of its own, so that the
 *	daemon need not wait. A trail that was wiped with its own marks is found by the one beside
 *	audit_key_file (schema/store_mark.h). --hash names a row by what a log outside has of it
 *	("hash=" of its line), and says whether it is still there.
 *
 *	verify leaves a row in the trail. FILE is a copy, which is read as it is: nothing is
 *	written to it, nor about it. Whoever may only read the store may verify it as well, and
 *	hears that this was not recorded; seals are checked where the keys can be read.
 *
 *	inspect is Art. 8-3, with --occasion 8-4: what verify does, recorded with the range of
 *	rows, the result and what the administrator has to say. The reminder that it is due ends.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: the trail is not whole, and the first row that is wrong is named; or it has
 *	no row of that hash. EX_NOPERM: an inspection that cannot be recorded is none.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "conf/keyring.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_progress.h"
#include "ctl/ctl_store.h"
#include "schema/audit_check.h"
#include "schema/store_alarm.h"
#include "schema/store_copy.h"
#include "schema/store_inspection.h"

#define PAGE_ROWS  1000
#define HASH_LEAST 8
#define HASH_MOST  64
/* The trail is there since this schema version in the form that can be checked. */
#define OLDEST_TRAIL 4

struct walk {
	struct audit_check check;
	const char *hash;   /* NULL: none is looked for */
	int64_t first;      /* row */
	int64_t hash_row;   /* 0: there is none */
	const char *action; /* of the row about it */
	const char *occasion, *note;
	bool begun;
	bool more;
};

static int walk_page(struct store *store, void *context, struct kairan_error *error_r)
{
	struct walk *walk = context;
	enum answer answer;

	if (!walk->begun) {
		if (!audit_check_begin(store, &walk->check, error_r))
			return EX_UNAVAILABLE;
		walk->first = walk->check.next;
	}
	walk->begun = true;
	answer = audit_check_page(store, &walk->check, PAGE_ROWS, error_r);
	walk->more = answer == ANSWER_YES;
	return answer == ANSWER_UNKNOWN ? EX_UNAVAILABLE : EX_OK;
}

static int find_hash(struct store *store, void *context, struct kairan_error *error_r)
{
	struct walk *walk = context;

	if (walk->hash != NULL &&
	    store_audit_find_hash(store, walk->hash, &walk->hash_row, error_r) ==
		ANSWER_UNKNOWN)
		return EX_UNAVAILABLE;
	return EX_OK;
}

static int walk_all(struct store *store, struct walk *walk)
{
	struct ctl_progress *progress = ctl_progress_new("audit verify");
	int status = EX_OK;

	walk->more = true;
	while (status == EX_OK && walk->more) {
		status = ctl_store_work(store, walk_page, walk);
		ctl_progress_show(progress, walk->check.rows, 0);
	}
	ctl_progress_free(progress);
	return status == EX_OK ? ctl_store_work(store, find_hash, walk) : status;
}

/* ---- the result ---- */

static bool is_sound(const struct walk *walk)
{
	return walk->check.fault == AUDIT_WHOLE &&
	       (walk->hash == NULL || walk->hash_row != 0);
}

/* The rows that were looked at, what came of it, and the note. */
static char *describe(const struct walk *walk)
{
	g_autofree char *what = audit_check_describe(&walk->check);
	GString *text = g_string_new(NULL);

	if (walk->occasion != NULL)
		g_string_append_printf(text, "%s, ", walk->occasion);
	if (walk->check.rows > 0)
		g_string_append_printf(text,
				       "rows %lld to %lld: ", (long long)walk->first,
				       (long long)(walk->first + walk->check.rows - 1));
	else
		g_string_append(text, "no rows: ");
	g_string_append(text, what);
	if (walk->hash != NULL && walk->hash_row == 0)
		g_string_append_printf(text, "; no row has the hash %s", walk->hash);
	if (walk->note != NULL)
		g_string_append_printf(text, ": %s", walk->note);
	return g_strdelimit(g_string_free(text, FALSE), "\r\n", ' ');
}

static int print_hash(const struct walk *walk)
{
	if (walk->hash == NULL)
		return EX_OK;
	if (walk->hash_row == 0)
		return ctl_fail(
		    EX_DATAERR,
		    "Art.8: no row has the hash %s: it was removed or changed, or let go "
		    "at the end of its time",
		    walk->hash);
	ctl_print("row %lld has the hash %s", (long long)walk->hash_row, walk->hash);
	return EX_OK;
}

static int conclude(const struct walk *walk, bool seals)
{
	const struct audit_check *check = &walk->check;
	g_autofree char *what = audit_check_describe(check);

	if (check->fault != AUDIT_WHOLE)
		return ctl_fail(EX_DATAERR, "Art.8: the audit trail is broken: %s", what);
	if (check->unsealed > 0)
		ctl_print("the audit trail is whole: %lld rows, %lld of them older than "
			  "seals",
			  (long long)check->rows, (long long)check->unsealed);
	else
		ctl_print("the audit trail is whole: %lld rows", (long long)check->rows);
	if (check->accepted > 0)
		ctl_print("up to row %lld an administrator has accepted it as it is "
			  "(store-accept)",
			  (long long)check->accepted);
	if (!seals)
		ctl_print("the seals were not checked: audit_key_file cannot be read");
	return print_hash(walk);
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct walk *walk = context;
	g_autofree char *detail = describe(walk);
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = walk->action,
		.outcome = is_sound(walk) ? "whole" : "not-whole",
		.detail = detail,
	};

	if (!store_audit_append(store, &event, error_r))
		return EX_UNAVAILABLE;
	if (walk->occasion != NULL &&
	    (!store_inspection_put(store, event.at, error_r) ||
	     store_alarm_clear(store, INSPECTION_ALARM, clock_now(), error_r) ==
		 ANSWER_UNKNOWN))
		return EX_UNAVAILABLE;
	return EX_OK;
}

/* ---- verify ---- */

/* At least so much of a hash that no other row has it by chance. */
static bool is_hash(const char *text)
{
	const size_t length = strlen(text);

	return length >= HASH_LEAST && length <= HASH_MOST &&
	       strspn(text, "0123456789abcdefABCDEF") == length;
}

static int open_copy(const struct ctl_call *call, const char *path,
		     struct store **store_r)
{
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };

	if (!store_copy_check(path, &error))
		return ctl_fail(EX_DATAERR, "%s", error.text);
	if (!store_open_reader(path, OLDEST_TRAIL, store_r, &error))
		return ctl_fail(EX_NOINPUT, "%s", error.text);
	if (keyring_load("audit_key_file", call->settings->audit_key_file, &seals,
			 &error))
		store_set_seals(*store_r, seals);
	return EX_OK;
}

/* The result is told in every case. */
static int verify(struct store *store, struct walk *walk, bool is_copy)
{
	int status = walk_all(store, walk);

	if (status != EX_OK)
		return status;
	if (!is_copy && !store_is_reader(store))
		status = ctl_store_work(store, record, walk);
	if (status != EX_OK || (!is_copy && store_is_reader(store)))
		(void)ctl_fail(EX_OK,
			       "Art.8: that it was verified could not be recorded");
	return conclude(walk, store_seals(store) != NULL) == EX_OK ? status : EX_DATAERR;
}

int ctl_audit_verify(const struct ctl_call *call)
{
	struct walk walk = { .action = "verify" };
	const struct ctl_option options[] = { { "hash", &walk.hash, NULL } };
	struct store *store = NULL;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 < call->argc)
		return ctl_usage(call);
	if (walk.hash != NULL && !is_hash(walk.hash))
		return ctl_fail(EX_USAGE,
				"--hash wants 8 to 64 hexadecimal digits, as the log has "
				"them behind \"hash=\"");
	if (rest < call->argc)
		status = open_copy(call, call->argv[rest], &store);
	else
		status = ctl_store_open(call, &store);
	if (status == EX_OK)
		status = verify(store, &walk, rest < call->argc);
	store_close(store);
	return status;
}

/* ---- inspect ---- */

static bool is_occasion(const char *text)
{
	return strcmp(text, "fault") == 0 || strcmp(text, "leak") == 0 ||
	       strcmp(text, "other") == 0;
}

int ctl_audit_inspect(const struct ctl_call *call)
{
	struct walk walk = { .action = "inspect" };
	const struct ctl_option options[] = { { "note", &walk.note, NULL },
					      { "occasion", &walk.occasion, NULL } };
	struct store *store = NULL;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || walk.note == NULL || *walk.note == '\0')
		return ctl_usage(call);
	if (walk.occasion != NULL && !is_occasion(walk.occasion))
		return ctl_fail(EX_USAGE,
				"--occasion is fault, leak or other (Art. 8-4); without "
				"it the inspection is the regular one (Art. 8-3)");
	if (walk.occasion == NULL)
		walk.occasion = "regular";
	status = ctl_store_open(call, &store);
	if (status == EX_OK && store_is_reader(store))
		status = ctl_fail(EX_NOPERM, "Art.8: this user may not write to the "
					     "store, so the inspection would not be "
					     "recorded");
	if (status == EX_OK)
		status = walk_all(store, &walk);
	if (status == EX_OK)
		status = ctl_store_work(store, record, &walk);
	if (status == EX_OK) {
		ctl_print("the inspection is recorded");
		status = conclude(&walk, store_seals(store) != NULL);
	}
	store_close(store);
	return status;
}

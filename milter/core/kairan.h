/*
 * What the parts of the daemon share: the store, and the setup that a SIGHUP replaces.
 */
#ifndef KAIRAN_MILTER_CORE_KAIRAN_H
#define KAIRAN_MILTER_CORE_KAIRAN_H

#include <stdbool.h>

#include <glib.h>

#include "conf/keyring.h"
#include "conf/settings.h"
#include "milter/core/alarm_board.h"
#include "milter/core/waker.h"
#include "milter/mail/template.h"
#include "policy/error.h"
#include "schema/directory.h"
#include "schema/store.h"

struct snapshot;

/* Everything that was read from files, as one piece that is never changed: a mail that is
 * being taken in keeps the setup it began with. */
struct setup {
	int references;
	struct settings *settings;
	struct keyring *keyring;
	struct keyring *leave_keys; /* NULL: none (milter/core/leave_token.h) */
	struct templates *templates;
	struct directory *directory;
	GTimeZone *zone;     /* the town's */
	GPtrArray *patterns; /* struct protected_pattern (Art. 13-2(4)) */
	GPtrArray *banners; /* GRegex: lines that the town's gateway puts above replies */
	GPtrArray *footers; /* and below */
};

struct kairan; /* opaque: the shared parts, behind the functions below */

/* Read settings, keys, templates and patterns from the configuration file. */
bool setup_load(const char *path, struct setup **setup_r, struct kairan_error *error_r);
void setup_unref(struct setup *setup);

/* Takes over setup and store. */
struct kairan *kairan_new(struct setup *setup, struct store *store);
void kairan_free(struct kairan *kairan);

/* The setup in force, with a reference that the caller gives back by setup_unref(). */
struct setup *kairan_get_setup(struct kairan *kairan);

/* Replace the setup (takes it over). */
void kairan_set_setup(struct kairan *kairan, struct setup *setup);

struct store *kairan_get_store(struct kairan *kairan);
struct snapshot *kairan_get_snapshot(struct kairan *kairan);
struct alarm_board *kairan_get_alarm_board(struct kairan *kairan);

/* Who is woken when a notice waits, a shard is ready, one of an urgent release is, a draft may be
 * due, or somebody in the directory is to be told or asked; those who look by the clock; who follows
 * the directory; and who tells of releases beside the mail, by files and by a program. */
enum kairan_thread {
	KAIRAN_NOTICES,
	KAIRAN_SHARDS,
	KAIRAN_URGENT,
	KAIRAN_ROUNDS,
	KAIRAN_SNAPSHOT,
	KAIRAN_STORE_WATCH,
	KAIRAN_SLOW_ROUNDS,
	KAIRAN_DIRECTORY,
	KAIRAN_PUBLICATIONS,
	KAIRAN_PROGRAM,
	KAIRAN_THREADS,
};
struct waker *kairan_get_waker(struct kairan *kairan, enum kairan_thread thread);

/* The directory has changed: all who read it by the clock do so now. */
void kairan_note_directory(struct kairan *kairan);
/* Has it since this thread last asked so? For those of KAIRAN_SLOW_ROUNDS and KAIRAN_ROUNDS. */
bool kairan_take_directory(struct kairan *kairan, enum kairan_thread thread);

void kairan_wake_all(struct kairan *kairan);
void kairan_stop_all(struct kairan *kairan);

#endif

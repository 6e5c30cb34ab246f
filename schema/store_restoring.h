/*
 * A restore that is under way, or was broken off: beside the store stands a file with the mark
 * (store_mark.h) of what is put in its place. While it is there the store is nobody's.
 */
#ifndef KAIRAN_SCHEMA_STORE_RESTORING_H
#define KAIRAN_SCHEMA_STORE_RESTORING_H

#include <stdbool.h>

#include "policy/error.h"

/* The file, and what the store that was there is called; g_free() both. */
char *store_restoring_path(const char *store_path);
char *store_restoring_before(const char *store_path);

/* With restores that hold the lock left out: was one broken off? *why_r says what to do. */
bool store_restoring_is_broken(const char *store_path, struct kairan_error *why_r);

/* Make room for what is moved: what an earlier restore left goes, or, where there is no store now, is
 * called NAME.before-restore.older. Before the mark is written. */
bool store_restoring_begin(const char *store_path, struct kairan_error *error_r);

/* Put the store that was there out of the way, with its journals, and the file fresh in its place;
 * all of it is on the disk when it returns true. */
bool store_restoring_replace(const char *store_path, const char *fresh,
			     struct kairan_error *error_r);

/* Of a restore that was broken off before the new file was in place: all is again as it was. Where it
 * is in place it stays. */
bool store_restoring_undo(const char *store_path, struct kairan_error *error_r);

/* Remove a file that a store was prepared in, with its journals. */
void store_restoring_clear(const char *fresh);

/* It is over. */
bool store_restoring_end(const char *store_path, struct kairan_error *error_r);

#endif

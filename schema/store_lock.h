/*
 * Who alone may work with a store for long: one daemon, or what replaces the store.
 */
#ifndef KAIRAN_SCHEMA_STORE_LOCK_H
#define KAIRAN_SCHEMA_STORE_LOCK_H

#include <stdbool.h>

#include "policy/error.h"

struct store_lock;

/* Take the lock of the store at path, which need not exist yet (of a database there is none: see
 * store_be_alone()); NO at once when another
 * process has it, also under another name of the same file, and UNKNOWN when it cannot be made.
 * It ends with the process or by store_lock_free(), which must come after the store is closed. The
 * lock is on a file beside the store, whose name ends in ".lock" and which stays, and on the store
 * where it exists. */
enum answer store_lock_take(const char *path, struct store_lock **lock_r,
			    struct kairan_error *error_r);

/* Let it go. NULL is accepted. */
void store_lock_free(struct store_lock *lock);

#endif

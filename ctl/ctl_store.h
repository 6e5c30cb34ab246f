/*
 * The store, for a command.
 */
#ifndef KAIRAN_CTL_CTL_STORE_H
#define KAIRAN_CTL_CTL_STORE_H

#include "ctl/ctl.h"
#include "schema/store.h"

/* What a command does in one transaction. It returns an exit status; on one that is not EX_OK
 * nothing is kept, and *error_r is what to say. */
typedef int (*ctl_work)(struct store *store, void *context, struct kairan_error *error_r);

/* Open the store for a look; who writes to the audit trail needs its seals. One that an older
 * kairan made is kept as it was first, in a file beside it. */
bool ctl_store_open_unsealed(const struct settings *settings, struct store **store_r,
			     struct kairan_error *error_r);

/* Open the store with the keys that seal the audit trail; where its file may only be read, to
 * read only (store_is_reader()). Returns EX_OK, or an exit status
 * after having said what went wrong. One that is not what its mark says gets a warning. */
int ctl_store_open(const struct ctl_call *call, struct store **store_r);

/* The same, where one that is not what its mark says is none: EX_UNAVAILABLE. */
int ctl_store_open_fitting(const struct ctl_call *call, struct store **store_r);

/* Is the store a file? Else EX_UNAVAILABLE, and it is said who makes copies of it. */
int ctl_store_want_file(const struct ctl_call *call);

/* The same of a store that the mark is not for: nothing is said where it does not fit. */
int ctl_store_open_unmarked(const struct ctl_call *call, struct store **store_r);

/* Make the store, and its mark, where there is neither; where there is a store from before there
 * were marks, its mark. reason: why another one is made in place of one that was lost, or NULL. Returns
 * EX_OK, or an exit status after having said what is wrong. *made_r: was anything? */
int ctl_store_init_once(const struct ctl_call *call, const char *reason, bool *made_r);

/* Run the work in a transaction, commit when it succeeds, and say what went wrong. What the work
 * prints on stdout comes after it. */
int ctl_store_work(struct store *store, ctl_work work, void *context);

/* Both, and close. */
int ctl_store_run(const struct ctl_call *call, ctl_work work, void *context);

/* The same, where nothing is kept: a dry run. */
int ctl_store_try(const struct ctl_call *call, ctl_work work, void *context);

#endif

/*
 * Whoever reads residents' data or the audit trail leaves a row in it (Art. 8).
 */
#ifndef KAIRAN_CTL_CTL_READING_H
#define KAIRAN_CTL_CTL_READING_H

#include "ctl/ctl_store.h"

/* What is read. */
struct ctl_reading {
	int64_t draft;    /* 0: about none */
	const char *what; /* the command: "subscribers export bosai" */
	int64_t count;    /* addresses, rows, people */
};

/* Append the row, in the transaction that reads or in one before it: nothing may be shown before
 * that is committed. On an exit status that is not EX_OK, *error_r says that nothing is. */
int ctl_reading_record(struct store *store, const struct ctl_reading *reading,
		       struct kairan_error *error_r);

#endif

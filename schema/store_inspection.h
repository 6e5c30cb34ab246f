/*
 * When an administrator inspected the audit trail last (Art. 8-3).
 */
#ifndef KAIRAN_SCHEMA_STORE_INSPECTION_H
#define KAIRAN_SCHEMA_STORE_INSPECTION_H

#include "schema/store.h"

/* The alarm that it is due, by its name in the store: kind and which. */
#define INSPECTION_ALARM "inspection trail"

struct inspection {
	int64_t at; /* the last one; 0: none yet */
	int64_t
	    since; /* where there is none, the time of the trail's first row; 0: no row */
};

/* Inside a transaction, as is the next. */
bool store_inspection_find(struct store *store, struct inspection *inspection_r,
			   struct kairan_error *error_r);
bool store_inspection_put(struct store *store, int64_t at, struct kairan_error *error_r);

#endif

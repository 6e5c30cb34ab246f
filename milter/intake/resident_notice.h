/*
 * What residents are told.
 */
#ifndef KAIRAN_MILTER_INTAKE_RESIDENT_NOTICE_H
#define KAIRAN_MILTER_INTAKE_RESIDENT_NOTICE_H

#include "milter/core/kairan.h"
#include "schema/store_resident.h"

struct resident_notice {
	const char *kind; /* NOTICE_RESIDENT_... */
	const struct resident_request *request;
	const struct broadcast
	    *broadcast;     /* NULL: there is none any more, or none is named */
	const char *office; /* whom to ask; NULL: that is not told */
	const char *status; /* resident_status_write(); NULL: it is not told */
	int64_t now;
};

/* Add it to the outbox, in the transaction that it tells of. */
bool resident_notice_add(struct store *store, const struct resident_notice *notice,
			 struct kairan_error *error_r);

#endif

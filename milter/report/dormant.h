/*
 * Approvers, delegates and staff who have done nothing for long (Art. 6).
 */
#ifndef KAIRAN_MILTER_REPORT_DORMANT_H
#define KAIRAN_MILTER_REPORT_DORMANT_H

#include "schema/directory.h"
#include "schema/store.h"

/* Call visit for those of the people (struct person, as directory_list_holders() has them) of
 * whom the audit trail knows no operation since a time, with when the last one was (0: none).
 * Who was registered since then is not meant. Inside a transaction; visit may not use the
 * store. */
bool dormant_visit(struct store *store, const GPtrArray *people, int64_t since,
		   void (*visit)(const struct person *person, int64_t last,
				 void *context),
		   void *context, struct kairan_error *error_r);

#endif

/*
 * Files of the Common Alerting Protocol (OASIS CAP 1.2).
 */
#ifndef KAIRAN_MILTER_ROUND_PUBLICATION_CAP_H
#define KAIRAN_MILTER_ROUND_PUBLICATION_CAP_H

#include "milter/core/kairan.h"
#include "milter/round/publication_told.h"

/* Write the file of one event; earlier has what was told before of the same (struct told), which it
 * refers to. */
bool publication_cap_write(const struct setup *setup, const struct told *told,
			   const GPtrArray *earlier, struct kairan_error *error_r);

/* Remove it. */
bool publication_cap_remove(const struct setup *setup, const struct told *told,
			    struct kairan_error *error_r);

#endif

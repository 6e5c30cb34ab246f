/*
 * Some lines of the mail system's log, counted: a page of them becomes a few changes of the store.
 */
#ifndef KAIRAN_MILTER_ROUND_DELIVERY_TALLY_H
#define KAIRAN_MILTER_ROUND_DELIVERY_TALLY_H

#include <glib.h>

#include "milter/core/kairan.h"

struct delivery_tally;

struct delivery_tally *delivery_tally_new(const struct setup *setup);
void delivery_tally_free(struct delivery_tally *tally);

/* Take in a line: context is the tally. The text must stay until delivery_tally_write(). */
void delivery_tally_take(int64_t at, const char *text, void *context);

/* Bring all of it into the store. In a transaction. */
bool delivery_tally_write(struct delivery_tally *tally, struct store *store,
			  struct kairan_error *error_r);

/* Call visit for each domain of a release that took something, and refused nothing afterwards. */
void delivery_tally_visit_taking(const struct delivery_tally *tally,
				 void (*visit)(int64_t draft, const char *domain,
					       void *context),
				 void *context);

#endif

/*
 * The subscriber lists that broadcasts have.
 */
#ifndef KAIRAN_CTL_CTL_LISTS_H
#define KAIRAN_CTL_CTL_LISTS_H

#include <glib.h>
#include <stdbool.h>

#include "ctl/ctl.h"
#include "schema/directory.h"

/* Their names, each once, in order, as the directory has them, or else as the daemon last saw
 * them. EX_OK with a new array of strings, or EX_UNAVAILABLE after having said why. */
int ctl_lists_read(const struct ctl_call *call, GPtrArray **names_r);

/* Has a broadcast this list? EX_OK, without a question where it is_new (--new-list), or
 * EX_NOINPUT after having said which there are. */
int ctl_lists_check(const struct ctl_call *call, const char *list, bool is_new);

/* The broadcast that has the list, the first of several by address, with a copy that is to be freed
 * with broadcast_free(). EX_NOINPUT or EX_UNAVAILABLE after having said why not. */
int ctl_lists_find(const struct ctl_call *call, const char *list,
		   struct broadcast **broadcast_r);

#endif

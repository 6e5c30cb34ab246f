/*
 * The subscriber lists that broadcasts have.
 */
#ifndef KAIRAN_CTL_CTL_LISTS_H
#define KAIRAN_CTL_CTL_LISTS_H

#include <glib.h>
#include <stdbool.h>

#include "ctl/ctl.h"

/* Their names, each once, in order, as the directory has them, or else as the daemon last saw
 * them. EX_OK with a new array of strings, or EX_UNAVAILABLE after having said why. */
int ctl_lists_read(const struct ctl_call *call, GPtrArray **names_r);

/* Has a broadcast this list? EX_OK, without a question where it is_new (--new-list), or
 * EX_NOINPUT after having said which there are. */
int ctl_lists_check(const struct ctl_call *call, const char *list, bool is_new);

#endif

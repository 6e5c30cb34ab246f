/*
 * Long work, on a terminal: how far it is.
 */
#ifndef KAIRAN_CTL_CTL_PROGRESS_H
#define KAIRAN_CTL_CTL_PROGRESS_H

#include <stdint.h>

struct ctl_progress;

/* name must outlive it. */
struct ctl_progress *ctl_progress_new(const char *name);

/* So much of all is done; all 0: nobody knows how much there is. Shown on standard error when
 * that is a terminal, and not more than ten times a second. */
void ctl_progress_show(struct ctl_progress *progress, int64_t done, int64_t all);

/* Wipes the line. */
void ctl_progress_free(struct ctl_progress *progress);

#endif

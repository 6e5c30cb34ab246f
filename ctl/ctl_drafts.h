/*
 * What commands about drafts share.
 */
#ifndef KAIRAN_CTL_CTL_DRAFTS_H
#define KAIRAN_CTL_CTL_DRAFTS_H

#include <stdbool.h>

/* Read the number of a draft. */
bool ctl_drafts_read_id(const char *text, long long *id_r);

#endif

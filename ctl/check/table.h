/*
 * The table of all questions.
 */
#ifndef KAIRAN_CTL_CHECK_TABLE_H
#define KAIRAN_CTL_CHECK_TABLE_H

#include "ctl/check/row.h"

/* The n-th question; NULL past the end. */
const struct check_row *check_get_row(size_t n);

#endif

/*
 * Reading a CSV file that an office program wrote, and writing one that it reads.
 */
#ifndef KAIRAN_CTL_CTL_CSV_H
#define KAIRAN_CTL_CTL_CSV_H

#include <stddef.h>

#include "policy/error.h"

/* Read the whole file and bring it to UTF-8: with or without a byte order mark, or CP932, as
 * spreadsheets in Japan write it. Free with g_free(). False: it cannot be read, or is neither;
 * the error has the place. */
bool ctl_csv_read_file(const char *path, char **text_r, struct kairan_error *error_r);

/* Cut the first record off *text_r, which moves to the next (RFC 4180: quotes may hold commas
 * and line breaks). *number_r counts lines. Returns its fields, free with g_strfreev(); NULL at
 * the end. */
char **ctl_csv_next_record(char **text_r, size_t *number_r);

/* Print a field in quotes and what follows it. A leading = + - @ gets an apostrophe before it: a
 * spreadsheet would take it for a formula. */
void ctl_csv_put_field(const char *text, const char *end);

#endif

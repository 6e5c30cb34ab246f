/*
 * The thread that follows the directory (RFC 4533).
 */
#ifndef KAIRAN_MILTER_ROUND_DIRECTORY_WATCH_H
#define KAIRAN_MILTER_ROUND_DIRECTORY_WATCH_H

#include "milter/core/kairan.h"

/* Until the end: note each change of the directory (kairan_note_directory()). context is the
 * struct kairan. */
void *directory_watch_run(void *context);

#endif

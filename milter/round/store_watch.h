/*
 * Seeing what other processes (kairanctl) write to the store.
 */
#ifndef KAIRAN_MILTER_ROUND_STORE_WATCH_H
#define KAIRAN_MILTER_ROUND_STORE_WATCH_H

#include "milter/core/kairan.h"

/* The thread; context is the struct kairan. */
void *store_watch_run(void *context);

#endif

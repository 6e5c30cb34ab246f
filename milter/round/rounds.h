/*
 * What happens with time: releases that fall due, releases that are complete, drafts that
 * nobody decided.
 */
#ifndef KAIRAN_MILTER_ROUND_ROUNDS_H
#define KAIRAN_MILTER_ROUND_ROUNDS_H

#include "milter/core/kairan.h"

/* The thread; context is the struct kairan. */
void *rounds_run(void *context);

#endif

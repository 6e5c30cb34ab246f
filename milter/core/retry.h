/*
 * Pauses between tries.
 */
#ifndef KAIRAN_MILTER_CORE_RETRY_H
#define KAIRAN_MILTER_CORE_RETRY_H

#include <stdint.h>

#include "conf/settings.h"

/* Seconds until the next try, after so many before this one: they double from retry_first to
 * retry_most, with up to a quarter of chance. */
int64_t retry_pause(const struct settings *settings, int64_t tries);

#endif

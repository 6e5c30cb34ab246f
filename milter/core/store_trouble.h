/*
 * That the store takes nothing, told beside the store: it can be read all the same, and whoever
 * looks into it from outside would find it well.
 */
#ifndef KAIRAN_MILTER_CORE_STORE_TROUBLE_H
#define KAIRAN_MILTER_CORE_STORE_TROUBLE_H

#include <stdbool.h>

#include "conf/settings.h"
#include "policy/error.h"

/* Say why, for kairanctl status and other programs, in a file "store-failing" in the folder of
 * milter_socket, which is not on the store's disk. What cannot be written is not said. */
void store_trouble_put(const struct settings *settings, const char *why);

/* It is mended, or was never. */
void store_trouble_remove(const struct settings *settings);

/* Has the daemon said so? error_r: why. */
bool store_trouble_find(const struct settings *settings, struct kairan_error *error_r);

#endif

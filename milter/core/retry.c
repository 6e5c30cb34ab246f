/*
 * NAME
 *	retry - pauses between tries
 *
 * DESCRIPTION
 *	Chance keeps what failed together from being tried together for ever.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/core/retry.h"

#include <glib.h>

int64_t retry_pause(const struct settings *settings, int64_t tries)
{
	int64_t pause = settings->retry_first;

	for (int64_t i = 0; i < tries && pause < settings->retry_most; i++)
		pause *= 2;
	pause = MIN(pause, settings->retry_most);
	return pause + g_random_int_range(0, (gint32)(pause / 4) + 1);
}

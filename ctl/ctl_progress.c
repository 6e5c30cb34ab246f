/*
 * NAME
 *	ctl_progress - how far long work is
 *
 * DESCRIPTION
 *	One line on standard error that is written over, only when that is a terminal.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/ctl_progress.h"

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ctl_mask.h"

#define BAR_WIDTH   40
#define SHOW_MICROS 100000

struct ctl_progress {
	const char *name;
	gboolean is_terminal;
	gint64 shown; /* monotonic time */
};

struct ctl_progress *ctl_progress_new(const char *name)
{
	struct ctl_progress *progress = g_new0(struct ctl_progress, 1);

	progress->name = name;
	progress->is_terminal = isatty(STDERR_FILENO);
	return progress;
}

void ctl_progress_show(struct ctl_progress *progress, int64_t done, int64_t all)
{
	const gint64 now = g_get_monotonic_time();

	if (!progress->is_terminal || now - progress->shown < SHOW_MICROS)
		return;
	progress->shown = now;
	ctl_mask_move(true, "\r");
	fprintf(stderr, "%s: ", progress->name);
	if (all > 0) {
		const int64_t filled = MIN(done, all) * BAR_WIDTH / all;

		for (int64_t i = 0; i < BAR_WIDTH; i++)
			fputc(i < filled ? '#' : '.', stderr);
		fprintf(stderr, " %lld/%lld", (long long)done, (long long)all);
	} else {
		fprintf(stderr, "%lld", (long long)done);
	}
	fflush(stderr);
}

void ctl_progress_free(struct ctl_progress *progress)
{
	if (progress->shown != 0)
		ctl_mask_move(true, "\r\033[K");
	g_free(progress);
}

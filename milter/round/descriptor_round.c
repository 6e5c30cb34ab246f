/*
 * NAME
 *	descriptor_round - file descriptors before they run out
 *
 * DESCRIPTION
 *	When none is left, drafts wait without a word: libmilter cannot accept, SQLite cannot
 *	make its journal, and an alarm cannot be kept. So the alarm comes before; or afterwards,
 *	where they went too quickly.
 *
 * DIAGNOSTICS
 *	Warning: they cannot be counted.
 */
#include "config.h"

#include "milter/round/descriptor_round.h"

#include <dirent.h>
#include <errno.h>
#include <glib.h>
#include <sys/resource.h>

#include "conf/log.h"
#include "milter/core/alarm.h"

#define LOOK_SECONDS 60
/* Of all that there may be, in percent: where the alarm begins, and where it ends. */
#define MANY_PERCENT   80
#define ENOUGH_PERCENT 60

/* How many are open; -1 when that cannot be seen. */
static long count_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	long count = 0;

	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	/* "." and ".." are none, nor is the folder itself any more. */
	return count - 3;
}

/* None was left, so that it could not even be noted: it is, as soon as there are some again. */
static bool descriptor_untold;

static void tell(struct kairan *kairan, long open, const struct rlimit *limit)
{
	g_autofree char *detail =
	    g_strdup_printf("%ld / %llu", open, (unsigned long long)limit->rlim_cur);

	alarm_raise(kairan, ALARM_DESCRIPTORS, "open", "descriptors", detail);
	descriptor_untold =
	    !alarm_board_has(kairan_get_alarm_board(kairan), ALARM_DESCRIPTORS " open");
}

int64_t descriptor_round_walk(struct kairan *kairan, const struct setup *setup,
			      int64_t now)
{
	long open = count_open();
	const bool none_left = open < 0 && (errno == EMFILE || errno == ENFILE);
	struct rlimit limit;

	(void)setup;
	if ((open < 0 && !none_left) || getrlimit(RLIMIT_NOFILE, &limit) != 0) {
		log_warning("open file descriptors cannot be counted");
		return now + LOOK_SECONDS;
	}
	if (none_left)
		open = (long)limit.rlim_cur;
	if (descriptor_untold || (rlim_t)open * 100 >= limit.rlim_cur * MANY_PERCENT)
		tell(kairan, open, &limit);
	else if ((rlim_t)open * 100 <= limit.rlim_cur * ENOUGH_PERCENT)
		alarm_clear(kairan, ALARM_DESCRIPTORS, "open");
	return now + LOOK_SECONDS;
}

/*
 * NAME
 *	delivery_time - when the recipients of a release had it
 *
 * DESCRIPTION
 *	Steps are by a second in the first five minutes, 5 seconds in the first half hour, 30 seconds
 *	in two hours, 5 minutes on the first day, and an hour later.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "policy/delivery_time.h"

static const struct {
	int64_t until, width;
} widths[] = {
	{ 300, 1 }, { 1800, 5 }, { 7200, 30 }, { 86400, 300 }, { INT64_MAX, 3600 }
};

int64_t delivery_time_step(int64_t seconds)
{
	size_t i = 0;

	if (seconds <= 0)
		return 0;
	while (seconds > widths[i].until)
		i++;
	return (seconds + widths[i].width - 1) / widths[i].width * widths[i].width;
}

int64_t delivery_time_find(const struct delivery_step *steps, size_t count,
			   int64_t percent)
{
	int64_t all = 0, sum = 0;

	for (size_t i = 0; i < count; i++)
		all += steps[i].count;
	for (size_t i = 0; i < count; i++) {
		sum += steps[i].count;
		if (sum * 100 >= all * percent)
			return steps[i].seconds;
	}
	return 0;
}

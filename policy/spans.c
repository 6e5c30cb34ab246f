/*
 * NAME
 *	spans - how long things took
 *
 * DESCRIPTION
 *	Median and longest of a number of durations.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/spans.h"

#include <stdlib.h>

static int compare(const void *one, const void *other)
{
	const int64_t a = *(const int64_t *)one;
	const int64_t b = *(const int64_t *)other;

	return (a > b) - (a < b);
}

struct spans spans_measure(int64_t *seconds, size_t count)
{
	struct spans spans = { .count = count };
	const size_t middle = count / 2;

	if (count == 0)
		return spans;
	qsort(seconds, count, sizeof(*seconds), compare);
	spans.longest = seconds[count - 1];
	spans.median = seconds[middle];
	if (count % 2 == 0)
		spans.median -= (seconds[middle] - seconds[middle - 1]) / 2;
	return spans;
}

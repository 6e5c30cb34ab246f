/*
 * When the recipients of a release had it: counts by seconds since it was due, in steps that grow
 * with the time, so that a release of any size has some thousand of them at most.
 */
#ifndef KAIRAN_POLICY_DELIVERY_TIME_H
#define KAIRAN_POLICY_DELIVERY_TIME_H

#include <stddef.h>
#include <stdint.h>

/* So many of a hundred have it at the time that stands for "nearly all". */
#define DELIVERY_MEDIAN 50
#define DELIVERY_MOST   99

/* The step that a time belongs to: the latest of its seconds, so that what is said is never too
 * early. 1 s wide in the first five minutes, a twentieth of the time
 * at most later on. Negative ones are 0. */
int64_t delivery_time_step(int64_t seconds);

struct delivery_step {
	int64_t seconds; /* of delivery_time_step() */
	int64_t count;
};

/* By when so many of a hundred of those that are counted had it; the steps by time. 0 without any. */
int64_t delivery_time_find(const struct delivery_step *steps, size_t count,
			   int64_t percent);

#endif

/*
 * How long things took, in two numbers that a few extreme cases do not hide or make.
 */
#ifndef KAIRAN_POLICY_SPANS_H
#define KAIRAN_POLICY_SPANS_H

#include <stddef.h>
#include <stdint.h>

struct spans {
	size_t count;
	int64_t median; /* of an even number the mean of the two in the middle; 0: none */
	int64_t longest;
};

/* Sorts the seconds. */
struct spans spans_measure(int64_t *seconds, size_t count);

#endif

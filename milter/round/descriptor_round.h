/*
 * Are there file descriptors enough?
 */
#ifndef KAIRAN_MILTER_ROUND_DESCRIPTOR_ROUND_H
#define KAIRAN_MILTER_ROUND_DESCRIPTOR_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* An alarm while the process has most of the descriptors that it may have: each connection of the
 * MTA takes one, and a commit of the store two. Returns when to look again. */
int64_t descriptor_round_walk(struct kairan *kairan, const struct setup *setup,
			      int64_t now);

#endif

/*
 * Is a resident's mail answered? Whoever writes may have forged the address that the answer goes
 * to, or write without end.
 */
#ifndef KAIRAN_POLICY_RESIDENT_LIMIT_H
#define KAIRAN_POLICY_RESIDENT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* What went out of late because of mail from outside. */
struct resident_counts {
	int64_t
	    unconfirmed; /* answers to this address in a day that it has not confirmed */
	int64_t address; /* all answers to it in a day */
	int64_t host;    /* answers in an hour to unproven mail from this host */
	int64_t all;     /* answers in an hour */
};

/* The settings; of host and all 0 is no limit. */
struct resident_limits {
	int64_t address, host, all;
};

enum resident_limit {
	RESIDENT_ANSWERED,
	RESIDENT_LIMIT_ONE, /* one a day, until it is confirmed; of no other limit then */
	RESIDENT_LIMIT_ADDRESS, /* too many for the address */
	RESIDENT_LIMIT_HOST,
	RESIDENT_LIMIT_ALL,
};

/* is_proven: it is known that the owner of the address wrote. Such a mail bombs nobody: neither
 * the one unconfirmed answer nor the host counts for it. */
enum resident_limit resident_limit_find(const struct resident_counts *counts,
					const struct resident_limits *limits,
					bool is_proven);

/* A stable name for the log and the alarm: "resident-one", "resident-host"... */
const char *resident_limit_name(enum resident_limit limit);

#endif

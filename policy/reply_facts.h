/*
 * What is known beforehand of the person who answers, and of the town's mail system.
 */
#ifndef KAIRAN_POLICY_REPLY_FACTS_H
#define KAIRAN_POLICY_REPLY_FACTS_H

#include <glib.h>

/* What may stand beside a decision without being read for doubt. Any of it may be NULL; all of
 * it is the caller's. */
struct reply_facts {
	/* What the person is called: display names with a blank between family and given name,
	 * family names by themselves, login, mail addresses. */
	const char *const *names;
	/* Names of their section and its service; telephone numbers and the like. */
	const char *const *sections;
	/* The service's own mail addresses and domains: what an original's header block has. */
	const char *const *addresses;
	const GPtrArray
	    *banners; /* GRegex: whole lines that the town's gateway puts above */
	const GPtrArray *footers; /* GRegex: whole lines that it puts below */
	/* Hashes (reply_tail_hash()) of what the person has said is their signature. */
	const char *const *signatures;
};

#endif

/*
 * Whose address may be a subscriber's (Art. 2(2)): a resident's, and no role's or our own.
 */
#ifndef KAIRAN_POLICY_SUBSCRIBABLE_H
#define KAIRAN_POLICY_SUBSCRIBABLE_H

#include "policy/address.h"

/* As the settings have them; names are separated by commas. */
struct subscribable_rules {
	const char *service_domain;
	const char *refused_roles;   /* local parts */
	const char *refused_domains; /* and all that is below them */
};

enum subscribable {
	SUBSCRIBABLE_YES,
	SUBSCRIBABLE_SERVICE, /* an address of the service: broadcasts would run in a circle */
	SUBSCRIBABLE_ROLE,
	SUBSCRIBABLE_DOMAIN,
};

/* A role is one with a tag, too (postmaster+x), and in any case. */
enum subscribable subscribable_judge(const struct address *address,
				     const struct subscribable_rules *rules);

/* Why not, in English, with the setting that says so. */
const char *subscribable_say(enum subscribable subscribable);

#endif

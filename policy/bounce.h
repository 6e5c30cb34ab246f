/*
 * What a mail system says of a mail that it did not deliver: whose fault it is.
 *
 * Only that an address is not there any more counts against the address. That it is full, that
 * its system does not answer, or that a mail is not wanted (a spam filter, DMARC, too many at
 * once) says nothing about who registered it, and in doubt nothing is said.
 */
#ifndef KAIRAN_POLICY_BOUNCE_H
#define KAIRAN_POLICY_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/bounce_kind.h"

/* What the report says was done (RFC 3464 section 2.3.3). */
enum bounce_action {
	BOUNCE_ACTION_NONE, /* it has no such field */
	BOUNCE_ACTION_FAILED,
	BOUNCE_ACTION_DELAYED,
	BOUNCE_ACTION_DELIVERED, /* delivered, relayed or expanded */
};

/* What is known of one recipient's report. Texts are UTF-8, and "" where there is none. */
struct bounce_facts {
	enum bounce_action action;
	const char *status; /* enhanced status code */
	const char
	    *words; /* what was said of this recipient: diagnostic, or lines near it */
	const char *text; /* what the report says to people, without the original mail */
	const char *subject;
	bool is_automatic; /* its header says that a program answers for somebody */
	bool is_nobodys;   /* it has no envelope sender */
};

enum bounce_kind bounce_judge(const struct bounce_facts *facts);

/* Leave out all addresses, in place: what mail systems say may be shown then. */
void bounce_drop_addresses(char *text);

/* ---- when an address is suspended ---- */

struct bounce_limit {
	int64_t failures; /* of so many releases; 0: never */
	int64_t seconds;  /* the last so long after the first */
};

/* What has come about an address since it was registered. */
struct bounce_tally {
	int64_t failures; /* permanent ones, of different releases */
	int64_t first, last;
	int64_t no_user; /* those of them that say there is no such address */
	bool is_proven;  /* one at least cannot be forged */
};

/* May it be suspended? strict: so many that say there is no such address are enough, as the
 * carriers want it, who punish a sender that keeps writing to those; 0: it is not one of
 * theirs. */
bool bounce_is_over(const struct bounce_tally *tally, const struct bounce_limit *limit,
		    int64_t strict);

/* Is the domain one of these, or below one of them? Names with commas or blanks between them; case
 * does not matter. */
bool bounce_is_listed(const char *domain, const char *domains);

/* Has a domain refused a release as a whole? So many of its recipients failed that it is about
 * the town's mail, and not about them. */
struct bounce_domain_facts {
	int64_t recipients;
	int64_t failures;
};
struct bounce_domain_limit {
	int64_t failures; /* at least */
	int64_t percent;  /* of its recipients, at least */
};
bool bounce_is_refusal(const struct bounce_domain_facts *facts,
		       const struct bounce_domain_limit *limit);

#endif

/*
 * Is the text of a draft fit to be broadcast (Art. 13-2)?
 */
#ifndef KAIRAN_POLICY_DRAFT_RULES_H
#define KAIRAN_POLICY_DRAFT_RULES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/finding.h"
#include "policy/verdict.h"

/* A character or more that strict ISO-2022-JP cannot carry, as iconv said. */
struct misfit {
	enum finding_place place; /* subject or text */
	size_t offset, length;    /* in octets */
	char *instead;            /* NULL: nothing is known */
};

/* The draft as it was read, and the town's limits. */
struct draft_facts {
	const char *language; /* of a part (policy/part.h); NULL: the draft's own text */
	const char *subject;  /* NFC, one line */
	const char *text;     /* NFC, LF */
	const char *attachments;   /* names; "" when none */
	const GPtrArray *misfits;  /* struct misfit; NULL: none */
	const GPtrArray *patterns; /* struct protected_pattern; NULL: none */
	bool may_be_wide;          /* the list takes characters beyond ISO-2022-JP */
	bool has_html_twin;
	bool refuses_html_twin;
	bool is_html_only;
	bool refuses_html_only;
	bool is_automatic;
	bool refuses_blanks; /* or the approver is warned */
	const char
	    *link_domains; /* policy/links.h; NULL or "": links count as any text */
	bool refuses_other_links; /* or the approver is warned */
	bool counts_subject;
	size_t character_limit;
};

/* Judge all rules. Everything found is added to findings (policy/finding.h), also what only
 * warns; the verdict is the first refusal among all that are there, or a pass. */
void draft_rules_judge(const struct draft_facts *facts, GPtrArray *findings,
		       struct verdict *verdict_r);

/* Is the text so far over the limit that it is refused for nothing else? By its octets alone, so that
 * nobody need look at what it says. */
bool draft_rules_is_far_too_long(const struct draft_facts *facts);

/* What counts towards the limit (Art. 13-2(2)): not the addresses of pages on the town's own
 * domains. */
size_t draft_rules_count(const struct draft_facts *facts);

#endif

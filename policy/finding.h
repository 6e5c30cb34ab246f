/*
 * What a rule found in a draft: where, and what to write instead.
 */
#ifndef KAIRAN_POLICY_FINDING_H
#define KAIRAN_POLICY_FINDING_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/verdict.h"

enum finding_place {
	FINDING_WHOLE, /* no place: the draft as such */
	FINDING_SUBJECT,
	FINDING_TEXT,
};

/* Strings are owned; UTF-8. */
struct finding {
	enum reason reason;
	bool refuses; /* or the approver is warned of it */
	enum finding_place place;
	char *language;      /* of the part that it is in; NULL: the draft's own text */
	size_t count, limit; /* of what is too long; 0: it is something else */
	size_t line, column; /* from 1, columns in characters; 0 for the whole */
	char *offending;     /* what stands there; for the whole, what is wrong */
	char *instead;       /* what to write; NULL: nothing is known */
	char *rule; /* the administrators' name of the pattern; NULL: none of theirs */
};

/* More than anybody reads, and few enough to look for in a text of any length. */
#define FINDINGS_MOST 200

/* An array of findings that frees them. */
GPtrArray *finding_new_list(void);

/* Add a finding about the whole draft. */
struct finding *finding_add_whole(GPtrArray *findings, enum reason reason,
				  const char *what);

/* Add a finding about these octets of subject or text, with no suggestion and no rule yet. */
struct finding *finding_add_span(GPtrArray *findings, enum reason reason,
				 enum finding_place place, const char *utf8,
				 size_t offset, size_t length);

#endif

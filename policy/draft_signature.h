/*
 * A signature at the end of a draft, which residents have no use for (Art. 13-2(2)): cut where the
 * person has said that it is theirs, told of where it only looks like one.
 */
#ifndef KAIRAN_POLICY_DRAFT_SIGNATURE_H
#define KAIRAN_POLICY_DRAFT_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/reply_facts.h"

/* Cut what stands at the end of a text (UTF-8, LF) and is, to the letter, one of facts->signatures,
 * with the ruler and the blank lines above it. The first line of what was cut, to be freed with
 * g_free(); NULL when there was none and the text is as it was. */
char *draft_signature_cut(char *text, const struct reply_facts *facts);

struct draft_signature {
	size_t line;  /* where it begins, with its ruler; from 1 */
	size_t lines; /* up to the end */
	char *
	    written; /* its first line below the ruler, without blanks around it; g_free() */
};

/* Is there, below a ruler at the end of the text, what looks like a signature of somebody who is
 * called as the facts say? It may be meant for residents, so nothing is cut. */
bool draft_signature_find(const char *text, const struct reply_facts *facts,
			  struct draft_signature *found_r);

/* Behind the blank lines and rulers that a signature begins with. */
const char *draft_signature_skip_ruler(const char *text);

/* Its first line that is neither blank nor a ruler, without blanks around it; for g_free(). */
char *draft_signature_get_first(const char *text);

/* Does it say whom residents may ask? Then it is part of the notice, wherever it stands. */
bool draft_signature_is_contact(const char *text);

/* Does this first line of a reply (署名なし, "no signature") ask to leave the signature out? */
bool draft_signature_is_unwanted(const char *line);

/* The text without the lines from this one (from 1) to the end, nor the blank ones before. For
 * g_free(). */
char *draft_signature_leave_out(const char *text, size_t line);

#endif

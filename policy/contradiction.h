/*
 * A section of which the directory says things that cannot be true together (Art. 3, 4).
 * Nobody writes or decides for it until the administrators have mended it.
 */
#ifndef KAIRAN_POLICY_CONTRADICTION_H
#define KAIRAN_POLICY_CONTRADICTION_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/duty_people.h"
#include "policy/verdict.h"

struct contradiction {
	enum reason reason;
	const char *entry; /* DN of the one it is about; NULL: the section itself */
	const char *other; /* DN of the other one; NULL when there is none */
};

/* The first contradiction in a section; false when there is none. Where nobody was looked up
 * (section->people NULL), only the section's own lists are compared. */
bool contradiction_find(const struct section_duties *section,
			struct contradiction *contradiction_r);

/* The same, and the others after it: how many, most at most. */
size_t contradiction_list(const struct section_duties *section,
			  struct contradiction *contradictions_r, size_t most);

#endif

/*
 * Addresses of web pages in a text, and whose they are.
 */
#ifndef KAIRAN_POLICY_LINKS_H
#define KAIRAN_POLICY_LINKS_H

#include <stdbool.h>
#include <stddef.h>

enum link_kind {
	LINK_OWN,       /* of the town's own domains */
	LINK_OTHER,     /* of another's */
	LINK_DISGUISED, /* leads elsewhere than it looks, to a person or to a program */
};

struct link {
	enum link_kind kind;
	size_t offset, length; /* in octets */
	bool
	    runs_on; /* text stands directly behind it, which phones may take for a part */
};

/* The next address at or behind an offset of a text (UTF-8). domains are separated by commas, and
 * those below them are own ones, too. False: there is none. */
bool links_find(const char *utf8, size_t offset, const char *domains,
		struct link *link_r);

/* How many characters are of own addresses. */
size_t links_count_own(const char *utf8, const char *domains);

#endif

/*
 * What mail programs, gateways and habits leave in a draft, and residents should not get.
 */
#ifndef KAIRAN_POLICY_LEFTOVER_H
#define KAIRAN_POLICY_LEFTOVER_H

#include <glib.h>
#include <stddef.h>

/* Cut the footers of mail programs ("iPhoneから送信") at the end of a text (UTF-8, LF), with the
 * blank lines and the dashes that programs put above them. What was cut, " / "-joined, to be
 * freed with g_free(); NULL when there was none and the text is as it was. Only what stands
 * apart from the text is cut: it would be a sentence's last words otherwise. */
char *leftover_cut_footer(char *text);

enum leftover_kind {
	LEFTOVER_REFERENCE,  /* "Re:", "Fwd:", "転送:" before the subject */
	LEFTOVER_RECALL,     /* the subject begins like that of Outlook's recall */
	LEFTOVER_OUTSIDE,    /* a gateway's mark: the mail is from outside */
	LEFTOVER_ORIGINAL,   /* what introduces another mail, and what is quoted of it */
	LEFTOVER_QUOTE,      /* lines marked as quoted */
	LEFTOVER_FOOTER,     /* a line like a mail program's footer, which was not cut */
	LEFTOVER_DISCLAIMER, /* what gateways write below */
};

struct leftover {
	enum leftover_kind kind;
	size_t line;   /* in the text, from 1; 0: in the subject */
	size_t lines;  /* how many from there on */
	char *written; /* the first of them, without blanks around it */
};

/* A draft after leftover_cut_footer(). Strings are UTF-8. */
struct leftover_facts {
	const char *subject, *text;
	/* The service's own addresses and domains; NULL-terminated; NULL: not known. */
	const char *const *addresses;
	const GPtrArray *banners; /* GRegex: lines that the town's gateway puts above */
	const GPtrArray *footers; /* GRegex: lines that it puts below; both may be NULL */
};

/* Nobody reads more of them. */
#define LEFTOVERS_MOST 20

/* All that is left in it, the subject's first: a new array of struct leftover that frees
 * them. */
GPtrArray *leftover_find(const struct leftover_facts *facts);

/* The kind's stable ASCII name ("quote"). */
const char *leftover_name(enum leftover_kind kind);

#endif

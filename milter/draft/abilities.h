/*
 * What one person may do, by their duties: on one screen of a phone.
 */
#ifndef KAIRAN_MILTER_DRAFT_ABILITIES_H
#define KAIRAN_MILTER_DRAFT_ABILITIES_H

#include <glib.h>
#include <stdbool.h>

#include "milter/core/kairan.h"
#include "policy/duties.h"
#include "policy/verdict.h"

/* A duty in one section. */
struct ability {
	enum duty duty;       /* never DUTY_NONE */
	char *section;        /* its name, as the person reads */
	enum reason obstacle; /* why they may not just now; REASON_NONE: they may */
};

struct abilities {
	const char *language; /* the person's; borrowed */
	GPtrArray *duties;    /* struct ability */
	GPtrArray
	    *folders; /* of the ready texts of their sections; not NULL-terminated */
	GPtrArray *addresses;  /* "ADDRESS NAME" of what they may write drafts to */
	enum reason password;  /* what is wrong with theirs (Art. 12); REASON_NONE */
	bool is_administrator; /* Art. 3 */
};

struct abilities *abilities_new(const char *language);
void abilities_free(struct abilities *abilities);
void abilities_add(struct abilities *abilities, enum duty duty, const char *section,
		   enum reason obstacle);

/* Their duties in a few words, without a name twice: "staff, approver"; "" when there are none.
 * Free with g_free(), as the next. */
char *abilities_name_duties(const struct abilities *abilities, const struct setup *setup);

/* What they may do and how, what they may not and why, as lines. Where there are many sections or
 * addresses the first are named, and how many others there are. */
char *abilities_write(const struct abilities *abilities, const struct setup *setup);

#endif

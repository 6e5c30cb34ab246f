/*
 * Whom to call, and under which number, as text in one language.
 */
#ifndef KAIRAN_MILTER_DRAFT_CONTACTS_H
#define KAIRAN_MILTER_DRAFT_CONTACTS_H

#include "milter/draft/asking.h"
#include "milter/draft/standing.h"

/* The deciders, the section, and the duty list (struct person; NULL: leave it out), a line each
 * below a heading. "" when there is nobody. Free with g_free(). */
char *contacts_write(const struct asking *asking, const struct standing *standing,
		     const GPtrArray *duty, const char *language);

#endif

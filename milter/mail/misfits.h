/*
 * Machine-dependent characters (Art. 13-2(3)), as iconv sees them.
 */
#ifndef KAIRAN_MILTER_MAIL_MISFITS_H
#define KAIRAN_MILTER_MAIL_MISFITS_H

#include <glib.h>

#include "policy/draft_rules.h"

/* An array of struct misfit that frees them. */
GPtrArray *misfits_new(void);

/* Add what strict ISO-2022-JP cannot carry of subject or text, a character as a person sees
 * it at a time, with what to write instead where something that fits is known; half-width
 * Katakana in one piece. At most FINDINGS_MOST. */
void misfits_find(enum finding_place place, const char *utf8, GPtrArray *misfits);

#endif

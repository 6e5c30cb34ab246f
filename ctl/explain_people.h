/*
 * What the rules say of the people of a draft.
 */
#ifndef KAIRAN_CTL_EXPLAIN_PEOPLE_H
#define KAIRAN_CTL_EXPLAIN_PEOPLE_H

#include "ctl/explain.h"

/* The author, in person and in the broadcast's sections (Art. 4, 12, 13-1); whether it is
 * suspended (Art. 7). */
void explain_people(struct explanation *explanation);
void explain_suspension(struct explanation *explanation);

#endif

/*
 * What the rules say of a text, and of its time.
 */
#ifndef KAIRAN_CTL_EXPLAIN_TEXT_H
#define KAIRAN_CTL_EXPLAIN_TEXT_H

#include "ctl/explain.h"

/* The text (Art. 13-2(2) to (4)), the time (Art. 13-2(1)), and what the approver is warned
 * of. */
void explain_text(struct explanation *explanation);
void explain_drill(struct explanation *explanation);
void explain_time(struct explanation *explanation);
void explain_warnings(struct explanation *explanation);

#endif

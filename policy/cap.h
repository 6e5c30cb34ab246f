/*
 * The values that the Common Alerting Protocol (OASIS CAP 1.2, section 3.2.2) has for what a
 * broadcast is about. kairan knows whether it is urgent; the town says what that means.
 */
#ifndef KAIRAN_POLICY_CAP_H
#define KAIRAN_POLICY_CAP_H

#include <stdbool.h>

/* Constants. */
struct cap_level {
	const char *urgency, *severity, *certainty;
};

/* Read "Immediate, Severe, Unknown": one value of each, in this order, with commas between. */
bool cap_read_level(const char *text, struct cap_level *level_r);

/* Is it a list as cap_find_category() reads it? "" is one. */
bool cap_categories_are_fit(const char *text);

/* The category (a constant) of a subscriber list in "bosai Safety, * Other": a list and its
 * category, with commas between; * stands for all others. NULL: the text has none for it. */
const char *cap_find_category(const char *text, const char *list);

#endif

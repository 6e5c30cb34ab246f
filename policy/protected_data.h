/*
 * Protected data and words that harm trust (Art. 13-2(4)): patterns that the administrators
 * wrote.
 */
#ifndef KAIRAN_POLICY_PROTECTED_DATA_H
#define KAIRAN_POLICY_PROTECTED_DATA_H

#include <glib.h>
#include <stdbool.h>

#include "policy/finding.h"

/* What else must hold of what a pattern matches. */
enum protected_check {
	PROTECTED_NO_CHECK,
	PROTECTED_MY_NUMBER, /* policy/my_number.h */
};

struct protected_pattern {
	char *name; /* as the writer is told it */
	GRegex *regex;
	enum protected_check check;
	bool refuses; /* or the approver is warned */
};

/* Does the pattern match anywhere in the text? */
bool protected_data_matches(const struct protected_pattern *pattern, const char *utf8);

/* Add a finding for every match of every pattern (an array of struct protected_pattern) in
 * subject or text, up to FINDINGS_MOST in all. */
void protected_data_find(const GPtrArray *patterns, enum finding_place place,
			 const char *utf8, GPtrArray *findings);

#endif

/*
 * NAME
 *	draft_rules - the rules for a draft's text
 *
 * DESCRIPTION
 *	Art. 13-2(2): as short as can be, within the limit, counted as a person counts.
 *	Art. 13-2(3): text only. A subject is asked for, since a phone shows it first.
 *
 * DIAGNOSTICS
 *	None: every answer is a verdict.
 */
#include "policy/draft_rules.h"

#include <stdio.h>

#include "policy/text.h"

void draft_rules_judge(const struct draft_facts *facts, struct verdict *verdict_r)
{
	char detail[96];
	size_t count;

	if (facts->is_automatic) {
		verdict_set(verdict_r, REASON_AUTOMATIC, NULL);
		return;
	}
	if (facts->attachments[0] != '\0') {
		verdict_set(verdict_r, REASON_ATTACHMENT, NULL);
		return;
	}
	if (facts->subject[0] == '\0') {
		verdict_set(verdict_r, REASON_NO_SUBJECT, NULL);
		return;
	}
	count = text_count_characters(facts->text);
	if (count == 0) {
		verdict_set(verdict_r, REASON_EMPTY, NULL);
		return;
	}
	if (count > facts->character_limit) {
		(void)snprintf(detail, sizeof(detail), "%zu characters, limit %zu", count,
			       facts->character_limit);
		verdict_set(verdict_r, REASON_TOO_LONG, detail);
		return;
	}
	if (facts->must_fit_iso2022jp && !facts->fits_iso2022jp) {
		verdict_set(verdict_r, REASON_CHARSET, NULL);
		return;
	}
	verdict_pass(verdict_r);
}

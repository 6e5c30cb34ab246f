/*
 * NAME
 *	draft_text - the text of a draft
 *
 * DESCRIPTION
 *	Gathers the facts that policy/draft_rules.c wants: what the mail says, what iconv
 *	says of its characters, and the town's settings and patterns.
 *
 * DIAGNOSTICS
 *	None: every answer is a verdict.
 */
#include "config.h"

#include "milter/draft/text.h"

#include "conf/setting_value.h"
#include "milter/mail/automatic.h"
#include "milter/mail/misfits.h"
#include "policy/draft_rules.h"

bool draft_text_may_be_wide(const struct settings *settings, const char *list)
{
	return settings->outgoing_charset != OUTGOING_ISO2022JP &&
	       setting_value_list_has(settings->wide_lists, list);
}

static struct draft_facts make_facts(const struct settings *settings,
				     const struct draft_reading *reading)
{
	return (struct draft_facts){
		.subject = reading->subject,
		.text = reading->text.text,
		.attachments = reading->text.attachments,
		.has_html_twin = reading->text.had_html,
		.refuses_html_twin = settings->html_twin == HANDLING_REFUSE,
		.is_html_only = reading->text.from_html,
		.refuses_html_only = settings->html_only == HANDLING_REFUSE,
		.counts_subject = settings->count_subject != 0,
		.character_limit = (size_t)settings->character_limit,
	};
}

size_t draft_text_count(const struct settings *settings,
			const struct draft_reading *reading)
{
	const struct draft_facts facts = make_facts(settings, reading);

	return draft_rules_count(&facts);
}

void draft_text_judge(const struct setup *setup, const char *list,
		      const struct draft_reading *reading, GPtrArray *findings,
		      struct verdict *verdict_r)
{
	struct draft_facts facts = make_facts(setup->settings, reading);
	GPtrArray *misfits = misfits_new();

	facts.may_be_wide = draft_text_may_be_wide(setup->settings, list);
	facts.is_automatic = automatic_judge(reading->message) == AUTOMATIC_CERTAIN;
	facts.patterns = setup->patterns;
	facts.misfits = misfits;
	if (!facts.may_be_wide) {
		misfits_find(FINDING_SUBJECT, reading->subject, misfits);
		misfits_find(FINDING_TEXT, reading->text.text, misfits);
	}
	draft_rules_judge(&facts, findings, verdict_r);
	g_ptr_array_unref(misfits);
}

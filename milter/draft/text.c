/*
 * NAME
 *	draft_text - the text of a draft
 *
 * DESCRIPTION
 *	Gathers the facts that policy/draft_rules.c wants: what the mail says, what iconv
 *	says of its characters, and the town's settings and patterns. A part has another limit,
 *	and whatever letters its language is written in.
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
#include "policy/language.h"
#include "policy/part.h"

bool draft_text_may_be_wide(const struct settings *settings, const char *list)
{
	return settings->outgoing_charset != OUTGOING_ISO2022JP &&
	       setting_value_list_has(settings->wide_lists, list);
}

/* What the settings say of every text, in whatever language. */
static void put_settings(struct draft_facts *facts, const struct settings *settings)
{
	facts->refuses_blanks = settings->unfilled_blanks == HANDLING_REFUSE;
	facts->link_domains = settings->link_domains;
	facts->refuses_other_links = settings->other_links == HANDLING_REFUSE;
	facts->counts_subject = settings->count_subject != 0;
}

static struct draft_facts make_facts(const struct settings *settings,
				     const struct draft_reading *reading)
{
	struct draft_facts facts = {
		.subject = reading->subject,
		.text = reading->text.text,
		.attachments = reading->text.attachments,
		.has_html_twin = reading->text.had_html,
		.refuses_html_twin = settings->html_twin == HANDLING_REFUSE,
		.is_html_only = reading->text.from_html,
		.refuses_html_only = settings->html_only == HANDLING_REFUSE,
		.character_limit = (size_t)settings->character_limit,
	};

	put_settings(&facts, settings);
	return facts;
}

size_t draft_text_count(const struct settings *settings,
			const struct draft_reading *reading)
{
	const struct draft_facts facts = make_facts(settings, reading);

	return draft_rules_count(&facts);
}

/* What iconv says, where the list wants ISO-2022-JP. */
static void judge_text(struct draft_facts *facts, GPtrArray *findings,
		       struct verdict *verdict_r)
{
	GPtrArray *misfits = misfits_new();

	facts->misfits = misfits;
	if (!facts->may_be_wide && !draft_rules_is_far_too_long(facts)) {
		misfits_find(FINDING_SUBJECT, facts->subject, misfits);
		misfits_find(FINDING_TEXT, facts->text, misfits);
	}
	draft_rules_judge(facts, findings, verdict_r);
	g_ptr_array_unref(misfits);
}

static void judge_part(const struct setup *setup, struct part *part, GPtrArray *findings,
		       struct verdict *verdict_r)
{
	const struct settings *settings = setup->settings;
	struct draft_facts facts = {
		.language = part->language,
		.subject = part->subject,
		.text = part->text,
		.attachments = "",
		.patterns = setup->patterns,
		.may_be_wide = !language_is_of_jis(part->language) ||
			       draft_text_may_be_wide(settings, part->list),
		.character_limit = (size_t)settings->twin_character_limit,
	};

	put_settings(&facts, settings);
	part->characters = (int64_t)draft_rules_count(&facts);
	judge_text(&facts, findings, verdict_r);
}

/* Of all texts together, where nobody knows what of it is in which language. */
#define UNPARTED_MOST 65536

bool draft_text_is_far_too_long(const struct settings *settings, size_t twins,
				const struct draft_reading *reading)
{
	struct draft_facts facts = make_facts(settings, reading);

	facts.character_limit += twins * (size_t)settings->twin_character_limit;
	return draft_rules_is_far_too_long(&facts);
}

static bool is_parted(const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		if (finding->reason == REASON_PART_LINE && finding->refuses)
			return false;
	}
	return true;
}

void draft_text_judge(const struct setup *setup, const char *list,
		      const struct draft_reading *reading, GPtrArray *findings,
		      struct verdict *verdict_r)
{
	struct draft_facts facts = make_facts(setup->settings, reading);

	facts.may_be_wide = draft_text_may_be_wide(setup->settings, list);
	facts.is_automatic = automatic_judge(reading->message) == AUTOMATIC_CERTAIN;
	facts.patterns = setup->patterns;
	/* Which rule is for which text nobody knows. */
	if (!is_parted(findings)) {
		facts.may_be_wide = true;
		facts.character_limit = UNPARTED_MOST;
	}
	judge_text(&facts, findings, verdict_r);
	for (guint i = 0; reading->parts != NULL && i < reading->parts->len; i++)
		judge_part(setup, g_ptr_array_index(reading->parts, i), findings,
			   verdict_r);
}

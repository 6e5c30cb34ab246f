/*
 * NAME
 *	notice_withdrawals - drafts that the reader of a notice may take back
 *
 * DESCRIPTION
 *	Written in the reader's language. Each has a link of its own, since the word alone does
 *	not say which draft is meant.
 *
 * DIAGNOSTICS
 *	None: what cannot be read is as if there were no draft.
 */
#include "config.h"

#include "milter/courier/notice_withdrawals.h"

#include <glib.h>
#include <jansson.h>

#include "milter/draft/answer_address.h"

static const char *get_text(const json_t *draft, const char *name)
{
	const char *text = json_string_value(json_object_get(draft, name));

	return text != NULL ? text : "";
}

/* The phrase for one draft, and its link below. */
static char *write_draft(const struct notice_facts *facts, const json_t *draft)
{
	const struct setup *setup = facts->setup;
	struct notice_facts own = notice_facts_make(setup, facts->language);
	const char *word =
	    template_get_phrase(setup->templates, facts->language, "word.withdraw");
	g_autofree char *link = answer_address_link(get_text(draft, "address"),
						    get_text(draft, "subject"), word);
	g_autofree char *line = NULL;

	notice_facts_put_number(&own, "draft",
				json_integer_value(json_object_get(draft, "draft")));
	notice_facts_put(&own, "subject", get_text(draft, "subject"));
	notice_facts_put_time(&own, "submitted_at",
			      json_integer_value(json_object_get(draft, "submitted_at")));
	notice_facts_put_phrase(&own, "state", "state", get_text(draft, "state"));
	line = template_fill_phrase(setup->templates, facts->language, "withdrawal.draft",
				    own.table);
	notice_facts_clear(&own);
	return g_strconcat(line, "\n  ", link, NULL);
}

void notice_withdrawals_put(struct notice_facts *facts, const char *packed)
{
	json_t *drafts = json_loads(packed, 0, NULL);
	GString *lines = g_string_new(NULL);
	json_t *draft;
	size_t i;

	json_array_foreach(drafts, i, draft)
	{
		g_autofree char *written = write_draft(facts, draft);

		g_string_append_printf(lines, "%s%s", lines->len > 0 ? "\n\n" : "",
				       written);
	}
	notice_facts_put(facts, "withdrawals", lines->str);
	notice_facts_put_phrase(facts, "withdrawals_heading", "withdrawal",
				lines->len > 0 ? "heading" : "none");
	if (json_array_size(drafts) == 1)
		notice_facts_put(facts, "reply_address",
				 get_text(json_array_get(drafts, 0), "address"));
	(void)g_string_free(lines, TRUE);
	json_decref(drafts);
}

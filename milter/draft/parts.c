/*
 * NAME
 *	draft_parts - the parts of a draft, read from its mail
 *
 * DESCRIPTION
 *	The time to send at stands in the first line of the mail, or in that of the Japanese text
 *	where a line that names Japanese comes before it.
 *
 *	A text that is far too long is refused for that, and not looked at.
 *
 * DIAGNOSTICS
 *	What cannot be parted is a finding.
 */
#include "config.h"

#include "milter/draft/parts.h"

#include "milter/draft/broadcast_footer.h"
#include "milter/draft/schedule.h"
#include "milter/draft/text.h"
#include "policy/finding.h"
#include "policy/part.h"

void draft_parts_read(const struct setup *setup, const struct broadcast *broadcast,
		      struct draft_reading *reading)
{
	const struct parting parting = { setup->settings->part_line, broadcast->twins };
	enum send_at_status status;

	if (draft_text_is_far_too_long(setup->settings, g_strv_length(broadcast->twins),
				       reading)) {
		reading->whole = g_strdup(reading->text.text);
		reading->findings = finding_new_list();
		reading->parts = part_new_list();
		return;
	}
	draft_schedule_read(setup, broadcast, reading);
	status = reading->send_at_status;
	reading->whole = g_strdup(reading->text.text);
	reading->findings = finding_new_list();
	reading->parts = part_split(&parting, &reading->text.text, reading->findings);
	if (status == SEND_AT_READ || reading->parts->len == 0)
		return;
	draft_schedule_read(setup, broadcast, reading);
	/* A line that asks for a time in another text is a slip all the same. */
	if (reading->send_at_status == SEND_AT_NONE)
		reading->send_at_status = status;
}

static GPtrArray *add_footers(const GPtrArray *parts)
{
	GPtrArray *all = part_new_list();

	for (guint i = 0; parts != NULL && i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);
		struct part *one = part_new(part->language, part->list);

		g_free(one->subject);
		one->subject = g_strdup(part->subject);
		g_free(one->text);
		one->text = broadcast_footer_add(part->text, part->footer);
		g_ptr_array_add(all, one);
	}
	return all;
}

char *draft_parts_write(const char *line, const char *reader, const struct draft *draft,
			bool has_footers)
{
	g_autofree char *text = NULL;
	GPtrArray *parts;
	char *all;

	if (!has_footers)
		return part_join(line, draft->text, draft->parts, reader);
	text = broadcast_footer_add(draft->text, draft->footer);
	parts = add_footers(draft->parts);
	all = part_join(line, text, parts, reader);
	g_ptr_array_unref(parts);
	return all;
}

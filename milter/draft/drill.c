/*
 * NAME
 *	draft_drill - drills on their way
 *
 * DESCRIPTION
 *	Whether a draft is a drill is read once, from its subject (policy/drill.c), and kept with
 *	it from then on: no other subject and no correction makes the one of the other. Every
 *	text of a drill has the mark before its subject and before its first line, and all of
 *	them go to the one drill list: whoever tries it out sees each language.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/draft/drill.h"

#include <stdlib.h>
#include <string.h>

#include "policy/language.h"
#include "policy/part.h"
#include "policy/text.h"

void draft_drill_read(struct draft_reading *reading)
{
	char *marked = NULL;

	reading->drill = drill_read_mark(reading->subject, &marked);
	if (marked == NULL)
		return;
	free(reading->subject);
	reading->subject = strdup(marked);
	g_free(marked);
}

const char *draft_drill_skip_mark(const char *subject, const char *language)
{
	const char *mark = *language != '\0' ? language_drill(language) : DRILL_MARK;

	return text_begins_with(subject, mark) ? subject + strlen(mark) : subject;
}

void draft_drill_follow(const struct draft *corrects, struct draft_reading *reading)
{
	g_autofree char *marked = NULL;

	reading->drill = corrects->is_drill ? DRILL_MARKED : DRILL_NONE;
	if (!corrects->is_drill)
		return;
	marked = drill_add_mark(DRILL_MARK, reading->subject, "");
	free(reading->subject);
	reading->subject = strdup(marked);
}

void draft_drill_judge(const struct setup *setup, const struct broadcast *broadcast,
		       const struct draft_reading *reading, struct verdict *verdict_r)
{
	/* Whoever made the reading, what has the mark is never sent as what is meant. */
	const bool is_lost = reading->drill == DRILL_NONE && reading->corrects == NULL &&
			     drill_read_mark(reading->subject, NULL) == DRILL_MARKED;

	verdict_pass(verdict_r);
	if (reading->drill == DRILL_HALF || is_lost)
		verdict_set(verdict_r, REASON_DRILL_MARK, NULL);
	else if (reading->drill == DRILL_MARKED && *broadcast->drill == '\0')
		verdict_set(verdict_r, REASON_NO_DRILL_LIST,
			    setup->settings->ldap_broadcast_drill);
}

/* The text with its mark; takes over the text. */
static char *mark_text(char *text, const char *mark, const char *separator)
{
	char *marked = drill_add_mark(mark, text, separator);

	g_free(text);
	return marked;
}

void draft_drill_apply(const struct broadcast *broadcast, struct draft *draft)
{
	draft->is_drill = true;
	draft->subject = mark_text(draft->subject, DRILL_MARK, "");
	draft->text = mark_text(draft->text, DRILL_MARK, "\n");
	g_free(draft->list);
	draft->list = g_strdup(broadcast->drill);
	for (guint i = 0; i < draft->parts->len; i++) {
		struct part *part = g_ptr_array_index(draft->parts, i);
		g_autofree char *mark =
		    g_strchomp(g_strdup(language_drill(part->language)));

		part->subject =
		    mark_text(part->subject, language_drill(part->language), "");
		part->text = mark_text(part->text, mark, "\n");
		g_free(part->list);
		part->list = g_strdup(broadcast->drill);
	}
}

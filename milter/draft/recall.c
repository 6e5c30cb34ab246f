/*
 * NAME
 *	draft_recall - is what came as a draft Outlook's recall of another one
 *
 * DESCRIPTION
 *	Gathers what policy/recall.c wants: the mail's own subject, its text, what its writer is
 *	called in the directory and in From:, and what Exchange says in the header.
 *
 * DIAGNOSTICS
 *	None: what cannot be read is no recall.
 */
#include "config.h"

#include "milter/draft/recall.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/encoded_word.h"
#include "policy/recall.h"
#include "policy/subject_mark.h"

/* Exchange tells its own servers of a recall, and does not take that out again. */
static bool is_marked(const struct message *message)
{
	static const struct {
		const char *header, *word;
	} marks[] = {
		{ "X-MS-Exchange-RecallReportGenerated", "true" },
		{ "X-MS-Exchange-RecallReportCfmGenerated", "true" },
		{ "X-MS-TrafficTypeDiagnostic", "outlookrecall" },
		{ "Content-Class", "recall" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		const char *value = message_get_header(message, marks[i].header, 0);
		g_autofree char *folded = g_ascii_strdown(value != NULL ? value : "", -1);

		if (strstr(folded, marks[i].word) != NULL)
			return true;
	}
	return false;
}

/* The display name of From:, which is the one that the program knows; "" when there is none. */
static char *read_display_name(const struct message *message)
{
	const char *value = message_get_header(message, "From", 0);
	char *decoded = NULL;
	char *bracket;
	char *name;

	if (value == NULL || !encoded_word_decode(value, &decoded, NULL))
		return g_strdup("");
	bracket = strrchr(decoded, '<');
	if (bracket != NULL)
		*bracket = '\0';
	name = g_strdup(bracket != NULL ? g_strdelimit(decoded, "\"", ' ') : "");
	free(decoded);
	return name;
}

bool draft_recall_is_one(const struct draft_reading *reading, const struct person *person)
{
	g_autofree char *display = read_display_name(reading->message);
	GPtrArray *names = g_ptr_array_new();
	char *subject = NULL;
	struct recall_facts facts = {
		.text = reading->text.text != NULL ? reading->text.text : "",
		.is_marked = is_marked(reading->message),
	};
	bool found;

	if (!message_decode_subject(reading->message, &subject, NULL))
		subject = strdup("");
	g_ptr_array_add(names, person->name);
	g_ptr_array_add(names, person->uid);
	g_ptr_array_add(names, display);
	for (size_t i = 0; person->mails[i] != NULL; i++)
		g_ptr_array_add(names, person->mails[i]);
	g_ptr_array_add(names, NULL);
	facts.subject = subject_mark_skip_all(subject);
	facts.names = (const char *const *)names->pdata;
	found = recall_is_one(&facts);
	g_ptr_array_unref(names);
	free(subject);
	return found;
}

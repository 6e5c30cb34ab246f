/*
 * NAME
 *	urgency - did staff mark a draft as urgent
 *
 * DESCRIPTION
 *	Importance: high is RFC 2156's; X-Priority: 1 and 2 is what older programs write beside
 *	it, and Priority: urgent RFC 2156's other one.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/urgency.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"

static bool says(const char *value, const char *word)
{
	if (value == NULL)
		return false;
	value += strspn(value, " \t\r\n");
	return g_ascii_strncasecmp(value, word, strlen(word)) == 0 &&
	       !g_ascii_isalnum(value[strlen(word)]);
}

static const char *const urgency_marks[] = { "【緊急】", "[緊急]",     "［緊急］",
					     "[URGENT]", "【URGENT】", NULL };

/* The length of the mark that the text begins with; 0: none. */
static size_t measure_mark(const char *text)
{
	for (size_t i = 0; urgency_marks[i] != NULL; i++)
		if (text_begins_with(text, urgency_marks[i]))
			return strlen(urgency_marks[i]);
	return 0;
}

/* Blank lines, and the space that Japanese keyboards write. */
static const char *skip_blank(const char *text)
{
	while (g_unichar_isspace(g_utf8_get_char(text)))
		text = g_utf8_next_char(text);
	return text;
}

const char *urgency_skip_mark(const char *text)
{
	const char *at = skip_blank(text);
	bool found = false;
	size_t length;

	while ((length = measure_mark(at)) > 0) {
		at = skip_blank(at + length);
		found = true;
	}
	return found ? at : NULL;
}

bool urgency_is_marked(const char *subject, const char *importance,
		       const char *x_priority, const char *priority)
{
	if (measure_mark(subject) > 0)
		return true;
	return says(importance, "high") || says(x_priority, "1") ||
	       says(x_priority, "2") || says(priority, "urgent");
}

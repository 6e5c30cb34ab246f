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

static bool says(const char *value, const char *word)
{
	if (value == NULL)
		return false;
	value += strspn(value, " \t\r\n");
	return g_ascii_strncasecmp(value, word, strlen(word)) == 0 &&
	       !g_ascii_isalnum(value[strlen(word)]);
}

bool urgency_is_marked(const char *subject, const char *importance,
		       const char *x_priority, const char *priority)
{
	static const char *const marks[] = { "【緊急】", "[緊急]",     "［緊急］",
					     "[URGENT]", "【URGENT】", NULL };

	for (size_t i = 0; marks[i] != NULL; i++)
		if (g_str_has_prefix(subject, marks[i]))
			return true;
	return says(importance, "high") || says(x_priority, "1") ||
	       says(x_priority, "2") || says(priority, "urgent");
}

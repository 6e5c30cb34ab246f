/*
 * NAME
 *	cap - values of the Common Alerting Protocol
 *
 * DESCRIPTION
 *	Tables of the code values in OASIS CAP 1.2, section 3.2.2, which are written as they stand
 *	there, with their capital.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "policy/cap.h"

#include <glib.h>
#include <string.h>

static const char *const cap_urgencies[] = { "Immediate", "Expected", "Future",
					     "Past",      "Unknown",  NULL };
static const char *const cap_severities[] = { "Extreme", "Severe",  "Moderate",
					      "Minor",   "Unknown", NULL };
static const char *const cap_certainties[] = { "Observed", "Likely",  "Possible",
					       "Unlikely", "Unknown", NULL };
static const char *const cap_categories[] = { "Geo",       "Met",   "Safety", "Security",
					      "Rescue",    "Fire",  "Health", "Env",
					      "Transport", "Infra", "CBRNE",  "Other",
					      NULL };

/* The table's own copy; NULL: it has none. */
static const char *find_value(const char *const *table, const char *word)
{
	for (; *table != NULL; table++)
		if (strcmp(*table, word) == 0)
			return *table;
	return NULL;
}

/* What stands between commas, without blanks around it. Free with g_strfreev(). */
static char **split_items(const char *text)
{
	char **items = g_strsplit(text, ",", -1);

	for (char **item = items; *item != NULL; item++)
		g_strstrip(*item);
	return items;
}

bool cap_read_level(const char *text, struct cap_level *level_r)
{
	g_auto(GStrv) items = split_items(text);

	if (g_strv_length(items) != 3)
		return false;
	level_r->urgency = find_value(cap_urgencies, items[0]);
	level_r->severity = find_value(cap_severities, items[1]);
	level_r->certainty = find_value(cap_certainties, items[2]);
	return level_r->urgency != NULL && level_r->severity != NULL &&
	       level_r->certainty != NULL;
}

/* "bosai Safety": the list's name, cut off in place, and its category. NULL: it is no such item. */
static const char *read_item(char *item)
{
	const size_t length = strcspn(item, " \t:");

	if (length == 0 || (item[length] != ' ' && item[length] != '\t'))
		return NULL;
	item[length] = '\0';
	return find_value(cap_categories, g_strchug(item + length + 1));
}

bool cap_categories_are_fit(const char *text)
{
	g_auto(GStrv) items = split_items(text);

	for (char **item = items; *item != NULL; item++)
		if (read_item(*item) == NULL)
			return false;
	return true;
}

const char *cap_find_category(const char *text, const char *list)
{
	g_auto(GStrv) items = split_items(text);
	const char *others = NULL;

	for (char **item = items; *item != NULL; item++) {
		const char *category = read_item(*item);

		if (category != NULL && strcmp(*item, list) == 0)
			return category;
		if (category != NULL && strcmp(*item, "*") == 0)
			others = category;
	}
	return others;
}

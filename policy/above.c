/*
 * NAME
 *	above - what stands above a decision
 *
 * DESCRIPTION
 *	Blank lines, the banners of gateways, and greetings with what belongs to them are
 *	passed over. The first line that is anything else counts, whatever it says.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/above.h"

#include "policy/disclaimer.h"
#include "policy/greeting.h"
#include "policy/line.h"

/* So many lines may stand above a decision. */
#define ABOVE_MOST 100

static bool is_ruler(const char *line)
{
	return line != NULL && line_is_ruler(line);
}

static size_t count_one_banner(char *const *lines, const struct reply_facts *facts)
{
	size_t count;

	if (*lines == NULL)
		return 0;
	count = disclaimer_count_banner(lines);
	if (count == 0 && facts != NULL && line_matches_any(*lines, facts->banners))
		count = 1;
	return count;
}

/* How many lines from here are a gateway's, with rulers around them if there are any. */
static size_t count_banner(char *const *lines, const struct reply_facts *facts)
{
	const size_t ruler = is_ruler(lines[0]) ? 1 : 0;
	size_t count = 0, more;

	do {
		more = count_one_banner(lines + ruler + count, facts);
		count += more;
	} while (more > 0);
	if (count == 0)
		return 0;
	count += ruler;
	return count + (is_ruler(lines[count]) ? 1 : 0);
}

struct above above_read(char *const *lines, const struct reply_facts *facts,
			const struct own_words *own)
{
	struct above above = { 0 };

	for (size_t passed = 0; lines[above.at] != NULL && passed <= ABOVE_MOST;) {
		const char *line = lines[above.at], *start;
		size_t count = 1;

		if (!line_is_blank(line)) {
			above.line = decision_read_line(line);
			if (above.line.start == DECISION_START_WORD)
				return above;
			count = count_banner(lines + above.at, facts);
			passed += MAX(count, 1);
		}
		if (count == 0) {
			start = greeting_skip(line, own);
			if (*start != '\0' && start != line)
				above.line = decision_read_line(start);
			if (*start != '\0')
				return above;
			above.greeted = true;
			count = 1;
		}
		above.at += count;
	}
	return above;
}

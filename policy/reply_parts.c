/*
 * NAME
 *	reply_parts - a reply in plain text and in HTML
 *
 * DESCRIPTION
 *	Mail programs make the one form of the other, and what gets lost on that way may be a
 *	condition: an indent becomes a quotation, or a gateway changes one form only. The plain
 *	text is read first, and the HTML has to agree.
 *
 *	It need not agree where it has no more own words than the text has. A signature that
 *	looks otherwise in HTML would disturb every reply.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/reply_parts.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "policy/leaked_token.h"
#include "policy/line.h"
#include "policy/quote.h"
#include "policy/text.h"

/* Folded, and without blanks, marks of lists, and the targets of links. */
static void append_bare(GString *bare, const char *line)
{
	static const char *const marks[] = { "・", "*", "•", "-", "_", NULL };
	static const char *const links[] = { "<http", "<mailto:", "<tel:", NULL };
	g_autofree char *folded = text_fold_case(line, strlen(line));

	for (const char *at = folded; *at != '\0';) {
		const char *close = strchr(at, '>');
		const size_t mark = line_match_start(at, marks);

		if (close != NULL && line_match_start(at, links) > 0) {
			at = close + 1;
		} else if (mark > 0) {
			at += mark;
		} else {
			if (!line_is_blank_at(at))
				g_string_append_unichar(bare, g_utf8_get_char(at));
			at = g_utf8_next_char(at);
		}
	}
}

static bool has_token(char *const *lines)
{
	for (; *lines != NULL; lines++) {
		size_t offset = 0, length;

		if (leaked_token_find(*lines, &offset, &length))
			return true;
	}
	return false;
}

/* Are the own words of the HTML all in those of the text? */
static bool says_no_more(const char *html, const char *text, const char *const *addresses)
{
	char **own = quote_find_said_lines(html, addresses);
	char **known = quote_find_said_lines(text, addresses);
	GString *all = g_string_new(NULL);
	bool no_more = true;

	for (char **line = known; *line != NULL; line++)
		append_bare(all, *line);
	for (char **line = own; *line != NULL && no_more; line++) {
		GString *bare = g_string_new(NULL);

		append_bare(bare, *line);
		no_more = strstr(all->str, bare->str) != NULL;
		(void)g_string_free(bare, TRUE);
	}
	no_more = no_more || has_token(own);
	(void)g_string_free(all, TRUE);
	g_strfreev(known);
	g_strfreev(own);
	return no_more;
}

static bool is_approval(enum decision decision)
{
	return decision == DECISION_APPROVE || decision == DECISION_APPROVE_URGENT;
}

/* May the text's decision stand beside what the HTML says? */
static bool may_stand(const struct reply_words *words, const struct reply_words *twin)
{
	return words->decision == twin->decision ||
	       (twin->decision == DECISION_NONE && !is_approval(words->decision));
}

static void exchange(struct reply_words *words, struct reply_words *twin)
{
	const struct reply_words kept = *words;

	*words = *twin;
	*twin = kept;
}

/* Nothing is decided. Where only lines below are in the way, which the text lacks, they may be
 * a signature: then the HTML's reading says so, and can be taught. */
static void give_up(struct reply_words *words, struct reply_words *twin)
{
	const char *line = *twin->in_the_way != '\0' ? twin->in_the_way : twin->first;

	if (twin->obstacle == REPLY_OBSTACLE_BELOW) {
		exchange(words, twin);
		return;
	}
	words->decision = DECISION_NONE;
	words->obstacle = REPLY_OBSTACLE_PARTS;
	words->teaches = false;
	g_free(words->in_the_way);
	words->in_the_way = g_strdup(line);
}

void reply_parts_read(const char *text, const char *html, const struct reply_facts *facts,
		      struct reply_words *words_r)
{
	struct reply_words twin;

	reply_words_read(text, facts, words_r);
	if (html == NULL)
		return;
	reply_words_read(html, facts, &twin);
	if (words_r->decision == DECISION_NONE) {
		/* What is in the way is not what the writer saw. */
		if (twin.decision != DECISION_NONE &&
		    words_r->obstacle == REPLY_OBSTACLE_NO_WORD)
			words_r->obstacle = REPLY_OBSTACLE_PARTS;
	} else if (!may_stand(words_r, &twin)) {
		if (twin.decision != DECISION_NONE ||
		    !says_no_more(html, text, facts != NULL ? facts->addresses : NULL))
			give_up(words_r, &twin);
	} else if (twin.teaches && *words_r->tail == '\0') {
		exchange(words_r, &twin);
	}
	reply_words_free(&twin);
}

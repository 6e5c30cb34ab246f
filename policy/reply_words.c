/*
 * NAME
 *	reply_words - what a reply decides
 *
 * DESCRIPTION
 *	The person's own lines (quote.c) are read from the top. What may stand above a
 *	decision is passed over (above.c); the first line that is none of it
 *	must begin with a decision word (decision.c), or nothing is decided.
 *
 *	An approval counts only when nothing else in the person's own words takes it back
 *	(reply_doubt.c). What stands below is not read for that as far as it is known (tail.c),
 *	or as the person says that all of it is a signature. In doubt nothing is decided, and
 *	the person is told which line was in the way.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/reply_words.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "policy/above.h"
#include "policy/decision.h"
#include "policy/line.h"
#include "policy/own_words.h"
#include "policy/quote.h"
#include "policy/reply_doubt.h"
#include "policy/signature.h"
#include "policy/tail.h"
#include "policy/teaching.h"

/* A reply while it is read. */
struct reading {
	const struct reply_facts *facts;
	struct own_words *own;
	char **lines;
	struct above above;
	char *rest;        /* of the line that counts, without the phrase that teaches */
	struct tail *tail; /* of the lines below, from first_below */
	size_t first_below;
};

/* ---- texts ---- */

static char *trim(const char *text)
{
	const char *end = text = line_skip_blank(text);

	for (const char *at = text; *at != '\0'; at = line_skip_blank(at))
		end = at = g_utf8_next_char(at);
	return g_strndup(text, (size_t)(end - text));
}

/* What is kept of a person's words, and mailed to others: reasons, not whole documents. */
static char *shorten(char *text, size_t most)
{
	size_t length = strlen(text);
	char *kept;

	if (length <= most)
		return text;
	length = most;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	text[length] = '\0';
	kept = g_strconcat(text, "...", NULL);
	g_free(text);
	return kept;
}

/* Behind what only ends the word. */
static const char *skip_ending(const char *rest)
{
	while (*rest != '\0' &&
	       (line_is_blank_at(rest) || g_utf8_strchr(".,:;!-–—―、。，．：；！…・", -1,
							g_utf8_get_char(rest)) != NULL))
		rest = g_utf8_next_char(rest);
	return rest;
}

/* ---- the phrase that teaches ---- */

/* Part the phrase from what follows an approval; on a line of its own it may stand below. */
static void read_teaching(struct reading *reading, struct reply_words *words_r)
{
	const char *rest = reading->above.line.rest;
	const char *found = teaching_find(rest);
	size_t next = reading->above.at + 1;

	reading->rest =
	    g_strndup(rest, found != NULL ? (size_t)(found - rest) : strlen(rest));
	reading->first_below = reading->above.at + 1;
	if (found != NULL) {
		/* The bracket that the phrase stands in goes with it. */
		for (char *end = reading->rest + strlen(reading->rest);
		     end > reading->rest;) {
			end = g_utf8_prev_char(end);
			if (!line_is_blank_at(end) &&
			    g_utf8_strchr("(（「『【", -1, g_utf8_get_char(end)) == NULL)
				break;
			*end = '\0';
		}
		words_r->teaches = true;
		return;
	}
	while (reading->lines[next] != NULL && line_is_blank(reading->lines[next]))
		next++;
	if (reading->lines[next] != NULL) {
		const char *line = line_skip_blank(reading->lines[next]);

		words_r->teaches = teaching_find(line) == line;
	}
	if (words_r->teaches)
		reading->first_below = next + 1;
}

/* ---- doubt ---- */

/* An obstacle, and the line (as written) that is in the way. */
static void set_obstacle(struct reply_words *words_r, enum reply_obstacle obstacle,
			 const char *line)
{
	words_r->decision = DECISION_NONE;
	words_r->obstacle = obstacle;
	words_r->in_the_way = trim(line);
}

/* Are these words of the decision's own line nothing but the person's name or section, and what
 * belongs to it? */
static bool is_own_signature(const struct reading *reading, const char *words)
{
	g_autofree char *said = NULL;

	return signature_read_line(words, reading->own, false, &said) >=
	       SIGNATURE_SECTION;
}

/* What of the decision's own line may be a word of doubt. */
static char *read_own_rest(const struct reading *reading)
{
	char *said = NULL;

	if (!is_own_signature(reading, reading->rest))
		return g_strdup(reading->rest);
	(void)signature_read_line(reading->rest, reading->own, false, &said);
	return said;
}

/* Is the decision's own line asked, or taken back in itself? */
static bool doubts_itself(const struct reading *reading, const char *said, bool asked,
			  struct reply_words *words_r)
{
	static const char *const questions[] = { "?",      "？",         "ですか",
						 "ますか", "でしょうか", NULL };
	const char *line = reading->lines[reading->above.at];

	if (reply_doubt_is_absence(said, asked)) {
		set_obstacle(words_r, REPLY_OBSTACLE_ABSENCE, line);
		return true;
	}
	if (!reply_doubt_is_found(said, asked) &&
	    (!reading->above.line.acknowledges || reply_doubt_is_courtesy(said)))
		return false;
	set_obstacle(words_r,
		     line_has_any(said, questions) ? REPLY_OBSTACLE_QUESTION
						   : REPLY_OBSTACLE_DOUBT,
		     line);
	return true;
}

static char *join_lines(char *const *lines)
{
	g_autofree char *joined = g_strjoinv("\n", (char **)lines);

	return trim(joined);
}

/* Does what stands below take the approval back? */
static bool doubts_below(const struct reading *reading, const char *said, bool asked,
			 struct reply_words *words_r)
{
	const char *absence = tail_find(reading->tail, reply_doubt_is_absence, asked);
	const char *doubt = tail_find(reading->tail, reply_doubt_is_found, asked);
	g_autofree char *all = NULL;

	if (absence != NULL) {
		set_obstacle(words_r, REPLY_OBSTACLE_ABSENCE, absence);
	} else if (doubt != NULL) {
		set_obstacle(words_r, REPLY_OBSTACLE_BELOW, doubt);
	}
	if (absence != NULL || doubt != NULL) {
		words_r->tail = join_lines(reading->lines + reading->first_below);
		return true;
	}
	/* A word of doubt may begin in the decision's line and end below. */
	all = g_strconcat(said, "\n", tail_get_said(reading->tail), NULL);
	if (!reply_doubt_is_found(all, asked))
		return false;
	set_obstacle(words_r, REPLY_OBSTACLE_DOUBT, reading->lines[reading->above.at]);
	return true;
}

/* The person says that all of this is a signature. What begins with another decision is not. */
static bool contradicts(const struct reading *reading, struct reply_words *words_r)
{
	for (char *const *line = reading->lines + reading->first_below; *line != NULL;
	     line++) {
		const struct decision_line read = decision_read_line(*line);

		if (read.start == DECISION_START_WORD &&
		    !decision_is_approval(read.decision)) {
			set_obstacle(words_r, REPLY_OBSTACLE_DOUBT, *line);
			return true;
		}
	}
	return false;
}

/* Does this approval stand? */
static void judge_approval(const struct reading *reading, struct reply_words *words_r)
{
	const bool asked = words_r->decision == DECISION_APPROVE_URGENT;
	g_autofree char *said = read_own_rest(reading);

	if (doubts_itself(reading, said, asked, words_r))
		return;
	if (!words_r->teaches) {
		(void)doubts_below(reading, said, asked, words_r);
		return;
	}
	if (contradicts(reading, words_r))
		return;
	words_r->tail = join_lines(reading->lines + reading->first_below);
}

/* ---- the reason ---- */

/* The words behind the decision that are neither a signature nor known. */
static char *make_reason(const struct reading *reading, bool teaches)
{
	const bool approves = decision_is_approval(reading->above.line.decision);
	const char *rest = skip_ending(reading->rest);
	const size_t count =
	    teaches ? 0 : tail_count_words(reading->tail, approves || *rest != '\0');
	GString *reason =
	    g_string_new(approves && is_own_signature(reading, rest) ? "" : rest);
	size_t end = reason->len;
	char *trimmed;

	for (size_t i = 0; i < count; i++) {
		const char *line = reading->lines[reading->first_below + i];

		if (tail_is_known(reading->tail, i))
			continue;
		/* A ruler at either end parts the reason from nothing. */
		if (end > 0 || !line_is_ruler(line))
			g_string_append_printf(reason, "\n%s", line);
		if (!line_is_ruler(line) && !line_is_blank(line))
			end = reason->len;
	}
	g_string_truncate(reason, end);
	trimmed = trim(reason->str);
	(void)g_string_free(reason, TRUE);
	if (reading->above.line.decision == DECISION_APPROVE &&
	    reply_doubt_is_courtesy(trimmed))
		*trimmed = '\0';
	return trimmed;
}

/* ---- the reply ---- */

/* Nothing begins with a decision: why not? */
static void explain(const struct reading *reading, struct reply_words *words_r)
{
	struct tail *tail = tail_read(reading->lines, reading->facts, reading->own);
	const char *absence = tail_find(tail, reply_doubt_is_absence, false);
	const char *line = reading->lines[reading->above.at];
	const char *first = tail_get_first(tail);

	if (absence != NULL)
		set_obstacle(words_r, REPLY_OBSTACLE_ABSENCE, absence);
	else if (line == NULL && !reading->above.greeted)
		set_obstacle(words_r, REPLY_OBSTACLE_EMPTY, "");
	else if (line == NULL)
		set_obstacle(words_r, REPLY_OBSTACLE_NO_WORD, first != NULL ? first : "");
	else if (reading->above.line.start == DECISION_START_ASKED)
		set_obstacle(words_r, REPLY_OBSTACLE_QUESTION, line);
	else if (reading->above.line.start == DECISION_START_BROKEN)
		set_obstacle(words_r, REPLY_OBSTACLE_DOUBT, line);
	else if (tail_count_words(tail, true) == 0)
		set_obstacle(words_r, REPLY_OBSTACLE_EMPTY, "");
	else
		set_obstacle(words_r, REPLY_OBSTACLE_NO_WORD, line);
	tail_free(tail);
}

/* The line that counts, or else the first that was passed over. */
static char *find_first(const struct reading *reading)
{
	const char *line = reading->lines[reading->above.at];

	for (size_t i = 0; line == NULL && reading->lines[i] != NULL; i++)
		if (!line_is_blank(reading->lines[i]))
			line = reading->lines[i];
	return g_strdup(line != NULL ? line_skip_blank(line) : "");
}

static void read_decision(struct reading *reading, struct reply_words *words_r)
{
	words_r->decision = reading->above.line.decision;
	if (decision_is_approval(words_r->decision)) {
		read_teaching(reading, words_r);
	} else {
		reading->rest = g_strdup(reading->above.line.rest);
		reading->first_below = reading->above.at + 1;
	}
	reading->tail = tail_read(reading->lines + reading->first_below, reading->facts,
				  reading->own);
	words_r->reason = make_reason(reading, words_r->teaches);
	if (decision_is_approval(words_r->decision))
		judge_approval(reading, words_r);
}

/* What was not set is "". */
static void complete(struct reply_words *words_r)
{
	char **const texts[] = { &words_r->reason, &words_r->in_the_way, &words_r->tail };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (*texts[i] == NULL)
			*texts[i] = g_strdup("");
	words_r->reason = shorten(words_r->reason, REPLY_REASON_MOST);
	words_r->first = shorten(words_r->first, REPLY_FIRST_MOST);
	words_r->in_the_way = shorten(words_r->in_the_way, REPLY_FIRST_MOST);
	words_r->teaches = words_r->teaches && words_r->decision != DECISION_NONE &&
			   *words_r->tail != '\0';
	if (words_r->teaches)
		words_r->tail_hash = tail_hash(words_r->tail);
}

void reply_words_read(const char *text, const struct reply_facts *facts,
		      struct reply_words *words_r)
{
	struct reading reading = {
		.facts = facts,
		.own = own_words_new(facts),
		.lines =
		    quote_find_said_lines(g_utf8_validate(text, -1, NULL) ? text : "",
					  facts != NULL ? facts->addresses : NULL),
	};

	*words_r = (struct reply_words){ 0 };
	reading.above = above_read(reading.lines, facts, reading.own);
	words_r->first = find_first(&reading);
	if (reading.above.line.start == DECISION_START_WORD)
		read_decision(&reading, words_r);
	else
		explain(&reading, words_r);
	complete(words_r);
	tail_free(reading.tail);
	own_words_free(reading.own);
	g_free(reading.rest);
	g_strfreev(reading.lines);
}

void reply_words_free(struct reply_words *words)
{
	if (words == NULL)
		return;
	g_free(words->reason);
	g_free(words->tail_hash);
	g_free(words->first);
	g_free(words->in_the_way);
	g_free(words->tail);
	*words = (struct reply_words){ 0 };
}

const char *reply_obstacle_name(enum reply_obstacle obstacle)
{
	static const char *const names[] = {
		[REPLY_CLEAR] = "clear",
		[REPLY_OBSTACLE_EMPTY] = "empty",
		[REPLY_OBSTACLE_NO_WORD] = "no-word",
		[REPLY_OBSTACLE_QUESTION] = "question",
		[REPLY_OBSTACLE_DOUBT] = "doubt",
		[REPLY_OBSTACLE_BELOW] = "below",
		[REPLY_OBSTACLE_ABSENCE] = "absence",
		[REPLY_OBSTACLE_PARTS] = "parts",
	};

	return names[obstacle];
}

char *reply_tail_hash(const char *tail)
{
	return tail_hash(tail);
}

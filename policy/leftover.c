/*
 * NAME
 *	leftover - what mail programs, gateways and habits leave in a draft
 *
 * DESCRIPTION
 *	A footer is cut: it is a whole line of a program's words at the end, and nobody misses
 *	it. Everything else may be meant, so it is found and told, and stays: a quoted line may
 *	be the town's way to draw an arrow, "Re:" part of a title.
 *
 *	What a footer, an introduction or a disclaimer is, quote.c, original.c and disclaimer.c
 *	say, as they do for replies.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/leftover.h"

#include <stdbool.h>
#include <string.h>

#include "policy/disclaimer.h"
#include "policy/line.h"
#include "policy/original.h"
#include "policy/quote.h"
#include "policy/recall.h"
#include "policy/subject_mark.h"
#include "policy/text.h"

/* A program writes one, and another one's program another. */
#define FOOTERS_MOST 3

const char *leftover_name(enum leftover_kind kind)
{
	static const char *const names[] = {
		[LEFTOVER_REFERENCE] = "reference",   [LEFTOVER_RECALL] = "recall",
		[LEFTOVER_OUTSIDE] = "outside",       [LEFTOVER_ORIGINAL] = "original",
		[LEFTOVER_QUOTE] = "quote",           [LEFTOVER_FOOTER] = "footer",
		[LEFTOVER_DISCLAIMER] = "disclaimer",
	};

	return names[kind];
}

/* A copy without blanks around it. */
static char *trim(const char *line)
{
	const char *start = line_skip_blank(line);
	const char *end = start;

	for (const char *at = start; *at != '\0'; at = g_utf8_next_char(at))
		if (!line_is_blank_at(at))
			end = g_utf8_next_char(at);
	return g_strndup(start, (gsize)(end - start));
}

/* ---- footers ---- */

/* The number of lines without the blank ones at the end. */
static size_t skip_blank_up(char *const *lines, size_t count)
{
	while (count > 0 && line_is_blank(lines[count - 1]))
		count--;
	return count;
}

/* Programs put dashes above what they add. Other rulers may frame the text. */
static bool is_dashes(const char *line)
{
	const char *start = line_skip_blank(line);
	const size_t length = strspn(start, "-_");

	return length >= 2 && line_is_blank(start + length);
}

/* Where some mail programs put the web address of their footer: on a line of its own. */
static bool is_link(const char *line)
{
	g_autofree char *link = trim(line);

	return (text_begins_with(link, "http") || text_begins_with(link, "<http")) &&
	       strpbrk(link, " \t") == NULL;
}

/* Does a line stand at the end of a sentence, so that the next one is something else? */
static bool ends_sentence(const char *line)
{
	static const char *const ends[] = { "。", "．", ".",  "!", "?",  "！",
					    "？", "」", "』", ")", "）", NULL };
	g_autofree char *trimmed = trim(line);

	return *trimmed == '\0' || line_match_end(trimmed, ends) > 0;
}

/* How many of the last lines are a footer that stands apart; 0 when none is. The last line is
 * not blank. */
static size_t count_footer(char *const *lines, size_t count)
{
	size_t footer = count > 0 && quote_is_footer(lines[count - 1]) ? 1 : 0;

	if (footer == 0 && count > 1 && is_link(lines[count - 1]) &&
	    quote_is_footer(lines[count - 2]))
		footer = 2;
	if (footer == 0 || count == footer)
		return footer;
	return ends_sentence(lines[count - footer - 1]) ||
		       is_dashes(lines[count - footer - 1]) ||
		       quote_is_footer(lines[count - footer - 1])
		   ? footer
		   : 0;
}

/* The length of the text's first lines, without the last one's line feed. */
static size_t measure(char *const *lines, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += strlen(lines[i]) + (i > 0 ? 1 : 0);
	return length;
}

char *leftover_cut_footer(char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	size_t count = skip_blank_up(lines, g_strv_length(lines));
	GString *cut = g_string_new(NULL);
	size_t footer;

	for (int i = 0; i < FOOTERS_MOST && (footer = count_footer(lines, count)) > 0;
	     i++) {
		g_autofree char *written = trim(lines[count - footer]);

		if (cut->len > 0)
			g_string_prepend(cut, " / ");
		g_string_prepend(cut, written);
		count = skip_blank_up(lines, count - footer);
		if (count > 0 && is_dashes(lines[count - 1]))
			count = skip_blank_up(lines, count - 1);
	}
	if (cut->len > 0)
		text[measure(lines, count)] = '\0';
	g_strfreev(lines);
	return g_string_free(cut, cut->len == 0);
}

/* ---- findings ---- */

static void free_leftover(void *pointer)
{
	struct leftover *leftover = pointer;

	g_free(leftover->written);
	g_free(leftover);
}

static void add(GPtrArray *leftovers, enum leftover_kind kind, size_t line, size_t lines,
		const char *written)
{
	struct leftover *leftover;

	if (leftovers->len >= LEFTOVERS_MOST)
		return;
	leftover = g_new0(struct leftover, 1);
	leftover->kind = kind;
	leftover->line = line;
	leftover->lines = lines;
	leftover->written = trim(written);
	g_ptr_array_add(leftovers, leftover);
}

/* ---- findings in the subject ---- */

/* Each kind once. */
static void find_in_subject(const char *subject, GPtrArray *leftovers)
{
	static const enum leftover_kind kinds[] = {
		[SUBJECT_MARK_REFERENCE] = LEFTOVER_REFERENCE,
		[SUBJECT_MARK_OUTSIDE] = LEFTOVER_OUTSIDE,
	};
	const char *at = line_skip_blank(subject), *behind;
	bool found[G_N_ELEMENTS(kinds)] = { false };
	enum subject_mark mark;

	while ((behind = subject_mark_skip(at, &mark)) != NULL) {
		if (!found[mark])
			add(leftovers, kinds[mark], 0, 1, subject);
		found[mark] = true;
		at = behind;
	}
	if (recall_skip_words(at) != NULL)
		add(leftovers, LEFTOVER_RECALL, 0, 1, subject);
}

/* ---- findings in the text ---- */

static bool matches_any(const GPtrArray *regexes, const char *line)
{
	for (guint i = 0; regexes != NULL && i < regexes->len; i++)
		if (g_regex_match(g_ptr_array_index(regexes, i), line, 0, NULL))
			return true;
	return false;
}

static size_t count_quoted(char *const *lines)
{
	size_t count = 0;

	while (lines[count] != NULL && line_is_quoted(lines[count]))
		count++;
	return count;
}

/* An introduction with what is quoted below it. */
static size_t count_original(char *const *lines, const char *const *addresses)
{
	const size_t intro = original_count_intro(lines, addresses);
	size_t next = intro;

	if (intro == 0 || !line_is_quote_next(lines + intro))
		return intro;
	while (line_is_blank(lines[next]))
		next++;
	return next + count_quoted(lines + next);
}

/* Lines of ">", and of its wide twin when there are several: one alone may be an arrow, and
 * bars are drawn as tables. */
static size_t count_quote(char *const *lines)
{
	static const char *const plain[] = { ">", "&gt;", NULL };
	static const char *const wide[] = { "＞", NULL };
	const char *start = line_skip_blank(lines[0]);
	const size_t count = count_quoted(lines);

	if (line_match_start(start, plain) > 0 ||
	    (line_match_start(start, wide) > 0 && count > 1))
		return count;
	return 0;
}

/* Is one sentence of the line known by itself? Gateways may write several, of which one is the
 * town's own. */
static bool has_known_sentence(const char *line, size_t (*count)(char *const *lines))
{
	char **sentences = g_strsplit(line, "。", -1);
	bool known = false;

	for (size_t i = 0; !known && sentences[i] != NULL; i++) {
		char *one[] = { sentences[i], NULL };

		known = !line_is_blank(sentences[i]) && count(one) > 0;
	}
	g_strfreev(sentences);
	return known;
}

static size_t count_outside(char *const *lines, const GPtrArray *banners)
{
	const size_t count = disclaimer_count_banner(lines);

	if (count > 0)
		return count;
	return disclaimer_skip_mark(lines[0]) != lines[0] ||
	       has_known_sentence(lines[0], disclaimer_count_banner) ||
	       matches_any(banners, lines[0]);
}

static size_t count_disclaimer(char *const *lines, const GPtrArray *footers)
{
	const size_t count = disclaimer_count_lines(lines);

	if (count > 0)
		return count;
	return has_known_sentence(lines[0], disclaimer_count_lines) ||
	       matches_any(footers, lines[0]);
}

/* How many lines from here are one kind of leftovers; 0 when the first is the writer's. */
static size_t count_leftover(const struct leftover_facts *facts, char *const *lines,
			     enum leftover_kind *kind_r)
{
	size_t count;

	*kind_r = LEFTOVER_OUTSIDE;
	if ((count = count_outside(lines, facts->banners)) > 0)
		return count;
	*kind_r = LEFTOVER_ORIGINAL;
	if ((count = count_original(lines, facts->addresses)) > 0)
		return count;
	*kind_r = LEFTOVER_QUOTE;
	if ((count = count_quote(lines)) > 0)
		return count;
	*kind_r = LEFTOVER_FOOTER;
	if (quote_is_footer(lines[0]))
		return 1;
	*kind_r = LEFTOVER_DISCLAIMER;
	return count_disclaimer(lines, facts->footers);
}

GPtrArray *leftover_find(const struct leftover_facts *facts)
{
	GPtrArray *leftovers = g_ptr_array_new_with_free_func(free_leftover);
	char **lines = g_strsplit(facts->text, "\n", -1);
	size_t count;

	find_in_subject(facts->subject, leftovers);
	for (size_t i = 0; lines[i] != NULL && leftovers->len < LEFTOVERS_MOST;
	     i += count) {
		enum leftover_kind kind;

		count =
		    line_is_blank(lines[i]) ? 0 : count_leftover(facts, lines + i, &kind);
		if (count > 0)
			add(leftovers, kind, i + 1, count, lines[i]);
		count = MAX(count, 1);
	}
	g_strfreev(lines);
	return leftovers;
}

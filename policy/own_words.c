/*
 * NAME
 *	own_words - the person's names and sections
 *
 * DESCRIPTION
 *	Names are taken whole, by their parts, and, where family and given name are not
 *	parted, by their first two characters. A part that could be read as a doubt (仮, かな)
 *	is none: what is a name here is not read any more. Blanks inside do not count.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/own_words.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/reply_doubt.h"
#include "policy/text.h"

/* What is shorter than this and could be read as a doubt is not known. */
#define DOUBTFUL_LEAST 4

/* No name has so many octets. */
#define OWN_MOST 200

struct own_word {
	char *text; /* folded, without blanks */
	bool name;
};

struct own_words {
	GPtrArray *words;
};

static void free_word(gpointer data)
{
	struct own_word *word = data;

	g_free(word->text);
	g_free(word);
}

static void add_word(struct own_words *own, const char *text, bool name)
{
	struct own_word *word;

	if (*text == '\0' || strlen(text) > OWN_MOST)
		return;
	word = g_new0(struct own_word, 1);
	word->text = g_strdup(text);
	word->name = name;
	g_ptr_array_add(own->words, word);
}

static char *fold_without_blanks(const char *text, size_t length)
{
	g_autofree char *folded = text_fold_case(text, length);
	GString *words = g_string_new(NULL);

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (!line_is_blank_at(at))
			g_string_append_unichar(words, g_utf8_get_char(at));
	return g_string_free(words, FALSE);
}

static void add_whole(struct own_words *own, const char *text, bool name)
{
	const glong length = g_utf8_strlen(text, -1);

	if (length >= DOUBTFUL_LEAST ||
	    (length >= 2 && !reply_doubt_is_found(text, false)))
		add_word(own, text, name);
}

/* Is this text enough of a name to be known by? One character is, of two parts. */
static void add_part(struct own_words *own, const char *text)
{
	if (!reply_doubt_is_found(text, false))
		add_word(own, text, true);
}

/* "佐藤健一" is known by 佐藤, too. */
static void add_beginning(struct own_words *own, const char *whole)
{
	g_autofree char *beginning = NULL;

	if (g_utf8_strlen(whole, -1) < 3 || g_utf8_get_char(whole) < 0x3040)
		return;
	beginning =
	    g_strndup(whole, (size_t)(g_utf8_offset_to_pointer(whole, 2) - whole));
	add_part(own, beginning);
}

static void add_name(struct own_words *own, const char *name)
{
	g_autofree char *whole = fold_without_blanks(name, strlen(name));
	const char *end;
	bool parted = false;

	add_whole(own, whole, true);
	for (name = line_skip_blank(name); *name != '\0'; name = line_skip_blank(end)) {
		g_autofree char *part = NULL;

		for (end = name; *end != '\0' && !line_is_blank_at(end);)
			end = g_utf8_next_char(end);
		parted = parted || *line_skip_blank(end) != '\0';
		part = fold_without_blanks(name, (size_t)(end - name));
		if (parted)
			add_part(own, part);
	}
	if (!parted)
		add_beginning(own, whole);
}

static void add_section(struct own_words *own, const char *section)
{
	g_autofree char *whole = fold_without_blanks(section, strlen(section));

	add_whole(own, whole, false);
}

struct own_words *own_words_new(const struct reply_facts *facts)
{
	struct own_words *own = g_new0(struct own_words, 1);

	own->words = g_ptr_array_new_with_free_func(free_word);
	if (facts == NULL)
		return own;
	for (const char *const *name = facts->names; name != NULL && *name != NULL;
	     name++)
		add_name(own, *name);
	for (const char *const *section = facts->sections;
	     section != NULL && *section != NULL; section++)
		add_section(own, *section);
	return own;
}

void own_words_free(struct own_words *own)
{
	if (own == NULL)
		return;
	g_ptr_array_free(own->words, TRUE);
	g_free(own);
}

/* The octets of the text that are this word, but for blanks; 0 when they are not. A Latin word
 * ends before something else than a letter. */
static size_t match_word(const char *text, const char *word)
{
	const char *at = text;

	for (; *word != '\0'; word = g_utf8_next_char(word)) {
		while (at > text && *at != '\0' && line_is_blank_at(at))
			at = g_utf8_next_char(at);
		if (*at == '\0' || g_utf8_get_char(at) != g_utf8_get_char(word))
			return 0;
		at = g_utf8_next_char(at);
	}
	return g_ascii_isalnum(at[-1]) && g_ascii_isalnum(*at) ? 0 : (size_t)(at - text);
}

size_t own_words_match(const struct own_words *own, const char *text, bool *name_r)
{
	size_t longest = 0;

	for (guint i = 0; i < own->words->len; i++) {
		const struct own_word *word = g_ptr_array_index(own->words, i);
		const size_t length = match_word(text, word->text);

		if (length > longest) {
			longest = length;
			*name_r = word->name;
		}
	}
	return longest;
}

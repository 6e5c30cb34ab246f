/*
 * NAME
 *	folded - a folded line, and where it comes from
 *
 * DESCRIPTION
 *	Words are compared folded, while what is kept and shown is what was written. One
 *	pass over the line makes both, and the way back.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/folded.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "policy/text.h"

/* Does this character belong to the one before it? Half-width voiced marks do: ﾊﾞ is バ. */
static bool is_mark(gunichar c)
{
	return g_unichar_ismark(c) || c == 0xff9e || c == 0xff9f;
}

static const char *skip_character(const char *at)
{
	at = g_utf8_next_char(at);
	while (*at != '\0' && is_mark(g_utf8_get_char(at)))
		at = g_utf8_next_char(at);
	return at;
}

static void append_folded(const char *at, const char *end, GString *text)
{
	g_autofree char *folded = NULL;

	if (end - at == 1) {
		g_string_append_c(text, g_ascii_tolower(*at));
		return;
	}
	folded = text_fold_case(at, (size_t)(end - at));
	g_string_append(text, folded);
}

void folded_make(const char *line, struct folded *folded_r)
{
	GString *text = g_string_new(NULL);
	GArray *origin = g_array_new(FALSE, FALSE, sizeof(size_t));
	const char *end;
	size_t place;

	for (const char *at = line; *at != '\0'; at = end) {
		end = skip_character(at);
		place = (size_t)(at - line);
		append_folded(at, end, text);
		while (origin->len < text->len)
			g_array_append_val(origin, place);
	}
	place = strlen(line);
	g_array_append_val(origin, place);
	folded_r->text = g_string_free(text, FALSE);
	folded_r->origin = (size_t *)(void *)g_array_free(origin, FALSE);
}

void folded_clear(struct folded *folded)
{
	g_free(folded->text);
	g_free(folded->origin);
	*folded = (struct folded){ 0 };
}

/*
 * NAME
 *	address_typed - mail addresses as people type them
 *
 * DESCRIPTION
 *	Lists of addresses are typed with a Japanese input method: letters and the '@' may be
 *	full-width, and the space around them, too. Domains may be in Japanese. What comes out is
 *	the one form that address_read() has.
 *
 * DIAGNOSTICS
 *	Those of address_read(); and a domain that has no ASCII form.
 */
#include "policy/address_typed.h"

#include <glib.h>
#include <string.h>

/* U+FF01 to U+FF5E stand for '!' to '~', in their order. */
#define FULL_WIDTH_FIRST 0xff01
#define FULL_WIDTH_LAST  0xff5e

static bool is_blank(gunichar c)
{
	/* Marks of byte order and without width come along when a cell is copied. */
	return g_unichar_isspace(c) || c == 0xfeff || (c >= 0x200b && c <= 0x200f);
}

/* Without what stands around it, and with narrow letters. */
static GString *narrow(const char *text)
{
	GString *narrowed = g_string_new(NULL);
	size_t length = 0;

	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		if (is_blank(c) && narrowed->len == 0)
			continue;
		g_string_append_unichar(narrowed,
					c >= FULL_WIDTH_FIRST && c <= FULL_WIDTH_LAST
					    ? c - FULL_WIDTH_FIRST + '!'
					    : c);
		if (!is_blank(c))
			length = narrowed->len;
	}
	g_string_truncate(narrowed, length);
	return narrowed;
}

/* The domain's ASCII form in its place. False: it has none. */
static bool encode_domain(GString *text)
{
	const char *at = strrchr(text->str, '@');
	const char *domain = at != NULL ? at + 1 : "";
	const size_t length = strcspn(domain, ">");
	g_autofree char *wide = g_strndup(domain, length);
	g_autofree char *rest = g_strdup(domain + length);
	g_autofree char *ascii = NULL;

	if (g_str_is_ascii(wide))
		return true;
	ascii = g_hostname_to_ascii(wide);
	if (ascii == NULL)
		return false;
	g_string_truncate(text, (size_t)(domain - text->str));
	g_string_append(text, ascii);
	g_string_append(text, rest);
	return true;
}

bool address_typed_read(const char *text, struct address *address_r,
			struct kairan_error *error_r)
{
	GString *narrowed;
	bool ok;

	if (!g_utf8_validate(text, -1, NULL))
		return error_set(error_r, "the address is not in UTF-8");
	narrowed = narrow(text);
	ok = encode_domain(narrowed) ||
	     error_set(error_r, "the address has no valid domain");
	ok = ok && address_read(narrowed->str, address_r, error_r);
	g_string_free(narrowed, TRUE);
	return ok;
}

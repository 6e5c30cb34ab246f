/*
 * NAME
 *	twins - characters that are one to the reader and two to computers
 *
 * DESCRIPTION
 *	Clients send one of two names for a character that has one place in JIS X 0208. The
 *	writer cannot see which, so none is refused for it: the standard one is counted, shown
 *	and sent.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/twins.h"

#include <glib.h>
#include <stddef.h>
#include <unistr.h>

/* Ordered as they stand in JIS X 0208. Standard 0: the character is left out. */
static const struct {
	ucs4_t variant, standard;
} twins_list[] = {
	{ 0x203e, 0xffe3 }, /* overline: 1-17 */
	{ 0x2014, 0x2015 }, /* em dash: 1-29 */
	{ 0xff5e, 0x301c }, /* fullwidth tilde: 1-33 */
	{ 0x2225, 0x2016 }, /* parallel to: 1-34 */
	{ 0x22ef, 0x2026 }, /* midline ellipsis: 1-36 */
	{ 0xff0d, 0x2212 }, /* fullwidth hyphen-minus: 1-61 */
	{ 0xa5, 0xffe5 },   /* yen sign: 1-79 */
	{ 0xffe0, 0xa2 },   /* fullwidth cent sign: 1-81 */
	{ 0xffe1, 0xa3 },   /* fullwidth pound sign: 1-82 */
	{ 0xffe2, 0xac },   /* fullwidth not sign: 2-44 */
	{ 0xa0, ' ' },
	{ 0x202f, ' ' },
	{ 0x2007, ' ' },
	{ 0xad, 0 },
	{ 0x200b, 0 },
	{ 0x200c, 0 },
	{ 0x2060, 0 },
	{ 0xfeff, 0 },
	/* Marks of direction: phones put them around numbers that are copied from their
	 * address books, and they can make a text look like another. */
	{ 0x200e, 0 },
	{ 0x200f, 0 },
	{ 0x202a, 0 },
	{ 0x202b, 0 },
	{ 0x202c, 0 },
	{ 0x202d, 0 },
	{ 0x202e, 0 },
	{ 0x2066, 0 },
	{ 0x2067, 0 },
	{ 0x2068, 0 },
	{ 0x2069, 0 },
};

static ucs4_t find_standard(ucs4_t character)
{
	for (size_t i = 0; i < sizeof(twins_list) / sizeof(twins_list[0]); i++)
		if (twins_list[i].variant == character)
			return twins_list[i].standard;
	return character;
}

char *twins_standardize(const char *utf8)
{
	GString *out = g_string_new(NULL);

	while (*utf8 != '\0') {
		ucs4_t character;

		utf8 += u8_strmbtouc(&character, (const uint8_t *)utf8);
		character = find_standard(character);
		if (character != 0)
			g_string_append_unichar(out, character);
	}
	return g_string_free(out, FALSE);
}

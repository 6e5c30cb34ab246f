/*
 * NAME
 *	script - kanji, hiragana, katakana
 *
 * DESCRIPTION
 *	Japanese sentences need hiragana; names of offices do not. So the script tells one
 *	from the other.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/script.h"

bool script_is_kanji(gunichar c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
	       c == 0x3005 || c == 0x3007;
}

bool script_is_hiragana(gunichar c)
{
	return c >= 0x3041 && c <= 0x309f;
}

bool script_is_katakana(gunichar c)
{
	return c >= 0x30a0 && c <= 0x30ff;
}

bool script_is_all(const char *text, bool (*is_kind)(gunichar c))
{
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (!is_kind(g_utf8_get_char(text)))
			return false;
	return true;
}

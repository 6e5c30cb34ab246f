/*
 * NAME
 *	charset_label - which charset a mail names
 *
 * DESCRIPTION
 *	Only charsets of a table are taken, so that a label in a mail never reaches iconv as it was
 *	written ("//TRANSLIT"). Seven bits with an escape to Japanese text are ISO-2022-JP, whether
 *	or not they say so.
 *
 * DIAGNOSTICS
 *	An unknown label is named.
 */
#include "config.h"

#include "milter/mail/charset_parts.h"

#include <glib.h>
#include <iconv.h>
#include <string.h>

static const struct charset charset_list[] = {
	{ "us-ascii", "ASCII", KIND_PLAIN },
	{ "ascii", "ASCII", KIND_PLAIN },
	{ "ansi_x3.4-1968", "ASCII", KIND_PLAIN },
	{ "utf-8", "UTF-8", KIND_UTF8 },
	{ "utf8", "UTF-8", KIND_UTF8 },
	{ "iso-2022-jp", "ISO-2022-JP", KIND_ISO2022JP },
	{ "csiso2022jp", "ISO-2022-JP", KIND_ISO2022JP },
	{ "iso-2022-jp-ms", "ISO-2022-JP", KIND_ISO2022JP },
	{ "cp50220", "ISO-2022-JP", KIND_ISO2022JP },
	{ "cp50221", "ISO-2022-JP", KIND_ISO2022JP },
	{ "cp50222", "ISO-2022-JP", KIND_ISO2022JP },
	{ "shift_jis", "CP932", KIND_PLAIN },
	{ "shift-jis", "CP932", KIND_PLAIN },
	{ "sjis", "CP932", KIND_PLAIN },
	{ "x-sjis", "CP932", KIND_PLAIN },
	{ "cp932", "CP932", KIND_PLAIN },
	{ "ms932", "CP932", KIND_PLAIN },
	{ "windows-31j", "CP932", KIND_PLAIN },
	{ "cswindows31j", "CP932", KIND_PLAIN },
	{ "csshiftjis", "CP932", KIND_PLAIN },
	{ "ms_kanji", "CP932", KIND_PLAIN },
	{ "euc-jp", "EUC-JP-MS", KIND_EUC },
	{ "x-euc-jp", "EUC-JP-MS", KIND_EUC },
	{ "x-euc", "EUC-JP-MS", KIND_EUC },
	{ "cseucpkdfmtjapanese", "EUC-JP-MS", KIND_EUC },
	{ "cp51932", "EUC-JP-MS", KIND_EUC },
	{ "windows-51932", "EUC-JP-MS", KIND_EUC },
	{ "eucjp-ms", "EUC-JP-MS", KIND_EUC },
	{ "eucjp-win", "EUC-JP-MS", KIND_EUC },
	{ "iso-8859-1", "ISO-8859-1", KIND_PLAIN },
	{ "latin1", "ISO-8859-1", KIND_PLAIN },
	{ "iso-8859-2", "ISO-8859-2", KIND_PLAIN },
	{ "iso-8859-3", "ISO-8859-3", KIND_PLAIN },
	{ "iso-8859-4", "ISO-8859-4", KIND_PLAIN },
	{ "iso-8859-5", "ISO-8859-5", KIND_PLAIN },
	{ "iso-8859-7", "ISO-8859-7", KIND_PLAIN },
	{ "iso-8859-9", "ISO-8859-9", KIND_PLAIN },
	{ "iso-8859-10", "ISO-8859-10", KIND_PLAIN },
	{ "iso-8859-13", "ISO-8859-13", KIND_PLAIN },
	{ "iso-8859-14", "ISO-8859-14", KIND_PLAIN },
	{ "iso-8859-15", "ISO-8859-15", KIND_PLAIN },
	{ "iso-8859-16", "ISO-8859-16", KIND_PLAIN },
	{ "windows-1250", "CP1250", KIND_PLAIN },
	{ "windows-1251", "CP1251", KIND_PLAIN },
	{ "windows-1252", "CP1252", KIND_PLAIN },
	{ "cp1252", "CP1252", KIND_PLAIN },
	{ "windows-1253", "CP1253", KIND_PLAIN },
	{ "windows-1254", "CP1254", KIND_PLAIN },
	{ "windows-1257", "CP1257", KIND_PLAIN },
	{ "windows-1258", "CP1258", KIND_PLAIN },
	{ "windows-874", "CP874", KIND_PLAIN },
	{ "tis-620", "TIS-620", KIND_PLAIN },
	{ "koi8-r", "KOI8-R", KIND_PLAIN },
	{ "koi8-u", "KOI8-U", KIND_PLAIN },
	{ "gb2312", "GBK", KIND_PLAIN },
	{ "gbk", "GBK", KIND_PLAIN },
	{ "gb18030", "GB18030", KIND_PLAIN },
	{ "big5", "BIG5", KIND_PLAIN },
	{ "euc-kr", "CP949", KIND_PLAIN },
	{ "ks_c_5601-1987", "CP949", KIND_PLAIN },
	{ "cp949", "CP949", KIND_PLAIN },
};

/* One for each name, the last for the way back. */
static iconv_t charset_kept[G_N_ELEMENTS(charset_list) + 1];

void charset_load(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(charset_list); i++)
		charset_kept[i] = iconv_open("UTF-8", charset_list[i].codec);
	charset_kept[G_N_ELEMENTS(charset_list)] = iconv_open("ISO-2022-JP", "UTF-8");
}

void charset_unload(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(charset_kept); i++)
		if (charset_kept[i] != (iconv_t)-1)
			(void)iconv_close(charset_kept[i]);
}

static const struct charset *find_charset(const char *label)
{
	if (label == NULL || *label == '\0')
		return &charset_list[0];
	for (size_t i = 0; i < G_N_ELEMENTS(charset_list); i++)
		if (g_ascii_strcasecmp(charset_list[i].label, label) == 0)
			return &charset_list[i];
	return NULL;
}

/* Seven bits, and an escape to Japanese text: no other charset has that. */
static bool is_plainly_jis(const unsigned char *octets, size_t length)
{
	static const char *const escapes[] = { "\033$B", "\033$@", HALF_KANA, ROMAN };
	bool found = false;

	for (size_t i = 0; i < length; i++)
		if (octets[i] >= 0x80)
			return false;
	for (size_t i = 0; i < G_N_ELEMENTS(escapes); i++)
		found = found || memmem(octets, length, escapes[i], 3) != NULL;
	return found;
}

const struct charset *charset_choose(const char *label, const unsigned char *octets,
				     size_t length)
{
	const struct charset *charset = find_charset(label);

	return charset != NULL && strcmp(charset->codec, "ASCII") == 0 &&
		       is_plainly_jis(octets, length)
		   ? find_charset("iso-2022-jp")
		   : charset;
}

bool charset_refuse_label(const char *label, struct kairan_error *error_r)
{
	char shown[33];
	size_t i;

	for (i = 0; i < sizeof(shown) - 1 && label[i] != '\0'; i++)
		shown[i] = label[i];
	shown[i] = '\0';
	for (i = 0; shown[i] != '\0'; i++)
		if (!g_ascii_isgraph(shown[i]))
			shown[i] = '?';
	return error_set(error_r, "charset \"%s\" is not known", shown);
}

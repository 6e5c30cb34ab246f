/*
 * NAME
 *	charset - octets to UTF-8, strictly
 *
 * DESCRIPTION
 *	glibc lets a few things pass that no reader would understand: unknown escapes and lines
 *	that end inside two-octet text (ISO-2022-JP), and private-use characters for gaiji
 *	(CP932). Those are looked for here.
 *
 *	Two-octet codes of ISO-2022-JP and EUC that only vendors have (NEC's
 *	row 13, IBM's and NEC's selections in rows 89-92 and 115-119) become
 *	the character that the writer saw, so that a rule can name it. So do
 *	half-width Katakana, which have an escape of their own there. JIS X
 *	0201 Roman is read as ASCII: a keyboard has \ and ~ there, and no
 *	address has an overline.
 *
 * DIAGNOSTICS
 *	Every failure names the charset, the place and the octets.
 */
#include "config.h"

#include "milter/mail/charset_parts.h"

#include <errno.h>
#include <glib.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

/* Rows 85-94 of EUC, which glibc makes private-use characters of, one after the other. */
#define EUC_PRIVATE_FIRST 0xe000u
#define EUC_PRIVATE_ROW   85u
#define ROW_CELLS         94u

/* What two octets of JIS are in CP932: rows 13, 89-92 and 115-119 are beyond JIS X 0208,
 * but on the writer's screen. 0 when it is nothing there either. */
static ucs4_t find_vendor_character(iconv_t cp932, const unsigned char *pair)
{
	const unsigned int row = pair[0] - 0x20u, cell = pair[1] - 0x20u;
	char sjis[2], *in = sjis, *out;
	char utf8[8];
	size_t in_left = sizeof(sjis), out_left = sizeof(utf8);
	ucs4_t character;

	sjis[0] = (char)((row + 1) / 2 + (row <= 62 ? 0x80 : 0xc0));
	if (row % 2 == 0)
		sjis[1] = (char)(cell + 0x9e);
	else
		sjis[1] = (char)(cell + (cell <= 63 ? 0x3f : 0x40));
	out = utf8;
	if (iconv(cp932, &in, &in_left, &out, &out_left) == (size_t)-1)
		return 0;
	(void)u8_mbtouc(&character, (const uint8_t *)utf8, sizeof(utf8) - out_left);
	return character;
}

/* Octets being decoded, and where they could not be. */
struct decoding {
	const struct charset *charset;
	const unsigned char *octets;
	size_t length;
	size_t offset;   /* of the first octet that cannot be decoded */
	bool in_pairs;   /* it is in two-octet text of ISO-2022-JP */
	const char *why; /* NULL: not in the charset */
};

static bool refuse_octets(const struct decoding *decoding, struct kairan_error *error_r)
{
	const unsigned char *bad = decoding->octets + decoding->offset;
	const size_t left = decoding->length - decoding->offset;
	size_t line = 1, start = 0;
	char hex[16] = "";

	for (size_t i = 0; i < decoding->offset; i++) {
		if (decoding->octets[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	for (size_t i = 0; i < left && i < (decoding->in_pairs ? 2 : 4); i++)
		(void)g_snprintf(hex + 3 * i, 4, " %02x", bad[i]);
	return error_set(error_r, "charset %s: line %zu, octet %zu: %s:%s",
			 decoding->charset->label, line, decoding->offset - start + 1,
			 decoding->why != NULL ? decoding->why : "not in this charset",
			 hex);
}

static bool is_pair_octet(unsigned char octet)
{
	return octet >= 0x21 && octet <= 0x7e;
}

/* Rows 115-119 are beyond what seven bits reach; Windows sends them all the same. */
static bool is_pair(const unsigned char *pair)
{
	return (is_pair_octet(pair[0]) || (pair[0] >= 0x93 && pair[0] <= 0x97)) &&
	       is_pair_octet(pair[1]);
}

/* RFC 1468: four escapes, pairs of 21-7E, and every line ends in single octets. A fifth
 * escape, of half-width Katakana, is no part of it, but what some programs send. */
static bool check_iso2022jp(struct decoding *decoding)
{
	static const char *const escapes[] = { "\033(B", "\033(J", HALF_KANA, "\033$@",
					       "\033$B" };
	const unsigned char *octets = decoding->octets;
	size_t i = 0, known;

	while (i < decoding->length) {
		decoding->offset = i;
		if (octets[i] == ESCAPE) {
			for (known = 0; known < G_N_ELEMENTS(escapes); known++)
				if (decoding->length - i >= 3 &&
				    memcmp(octets + i, escapes[known], 3) == 0)
					break;
			decoding->why = "unknown escape";
			if (known == G_N_ELEMENTS(escapes))
				return false;
			decoding->in_pairs = known >= 3;
			i += 3;
		} else if (decoding->in_pairs) {
			decoding->why = "broken two-octet text";
			if (decoding->length - i < 2 || !is_pair(octets + i)) {
				decoding->in_pairs = false;
				return false;
			}
			i += 2;
		} else {
			decoding->why = "not 7-bit text";
			if (octets[i] >= 0x80 || octets[i] == 0x0e || octets[i] == 0x0f)
				return false;
			i++;
		}
	}
	decoding->why = NULL;
	return true;
}

/* Does two-octet text go on at an offset, given that it did (was) at an earlier one? Asked
 * after check_iso2022jp() has passed. */
static bool is_in_pairs(const unsigned char *octets, size_t from, size_t offset, bool was)
{
	while (offset-- > from)
		if (octets[offset] == ESCAPE)
			return octets[offset + 1] == '$';
	return was;
}

/* One run of iconv over octets, which may stop at a vendor's pair. */
struct run {
	iconv_t codec, cp932;
	char *in, *out;
	size_t in_left, out_left;
};

/* Write the character of a pair that only vendors have, and go on behind it: a rule names it
 * later (Art. 13-2(3)). False when it is none. */
static bool pass_vendor_pair(struct run *run)
{
	const ucs4_t character =
	    run->in_left >= 2
		? find_vendor_character(run->cp932, (const unsigned char *)run->in)
		: 0;
	int length;

	if (character == 0)
		return false;
	length = u8_uctomb((uint8_t *)run->out, character, (ptrdiff_t)run->out_left);
	if (length <= 0)
		return false;
	run->out += length;
	run->out_left -= (size_t)length;
	run->in += 2;
	run->in_left -= 2;
	return true;
}

/* Write half-width Katakana up to the next escape; a rule names them later. False when it is
 * something else. */
static bool pass_half_kana(struct run *run)
{
	run->in += strlen(HALF_KANA);
	run->in_left -= strlen(HALF_KANA);
	for (; run->in_left > 0 && *run->in != ESCAPE; run->in++, run->in_left--) {
		const unsigned char octet = (unsigned char)*run->in;
		const bool kana = octet >= 0x21 && octet <= 0x5f;
		int length;

		if (!kana && memchr(" \t\r\n", octet, 4) == NULL)
			return false;
		length =
		    u8_uctomb((uint8_t *)run->out, kana ? 0xff61u + octet - 0x21u : octet,
			      (ptrdiff_t)run->out_left);
		if (length <= 0)
			return false;
		run->out += length;
		run->out_left -= (size_t)length;
	}
	return true;
}

/* Octets without half-width Katakana. */
static bool run_plain(struct decoding *decoding, struct run *run)
{
	size_t seen = (size_t)(run->in - (const char *)decoding->octets);

	while (iconv(run->codec, &run->in, &run->in_left, &run->out, &run->out_left) ==
	       (size_t)-1) {
		const size_t offset = (size_t)(run->in - (const char *)decoding->octets);

		if (decoding->charset->kind != KIND_ISO2022JP || errno != EILSEQ)
			return false;
		decoding->in_pairs =
		    is_in_pairs(decoding->octets, seen, offset, decoding->in_pairs);
		seen = offset;
		if (!decoding->in_pairs || !pass_vendor_pair(run))
			return false;
	}
	return run->in_left == 0;
}

/* glibc's codec passes the escape of half-width Katakana through as text, so it gets what
 * is before and behind them. */
static bool run_through(struct decoding *decoding, struct run *run)
{
	const char *kana;
	bool ok;

	decoding->in_pairs = false;
	do {
		const size_t whole = run->in_left;

		kana = decoding->charset->kind == KIND_ISO2022JP
			   ? memmem(run->in, whole, HALF_KANA, strlen(HALF_KANA))
			   : NULL;
		if (kana != NULL)
			run->in_left = (size_t)(kana - run->in);
		ok = run_plain(decoding, run);
		run->in_left =
		    (size_t)((const char *)decoding->octets + decoding->length - run->in);
		if (ok && kana != NULL)
			ok = pass_half_kana(run);
	} while (ok && kana != NULL);
	/* Some codecs hold a character back until they are told that nothing follows. */
	return ok &&
	       iconv(run->codec, NULL, NULL, &run->out, &run->out_left) != (size_t)-1;
}

/* Decode as far as it goes, but for at most `most` octets of UTF-8. decoding->offset says
 * how far that was. */
static bool run_iconv(struct decoding *decoding, char *utf8, size_t most)
{
	struct run run = {
		.codec = iconv_open("UTF-8", decoding->charset->codec),
		.cp932 = iconv_open("UTF-8", "CP932"),
		.in = (char *)(uintptr_t)decoding->octets,
		.out = utf8,
		.in_left = decoding->length,
		.out_left = most,
	};
	bool ok = run.codec != (iconv_t)-1 && run.cp932 != (iconv_t)-1 &&
		  run_through(decoding, &run);

	*run.out = '\0';
	decoding->offset = decoding->length - run.in_left;
	if (run.codec != (iconv_t)-1)
		(void)iconv_close(run.codec);
	if (run.cp932 != (iconv_t)-1)
		(void)iconv_close(run.cp932);
	return ok;
}

/* Rows 89-92 of EUC are NEC's, as every Windows has them. Each character takes as many octets as
 * the private-use one in whose place it is put. */
static void name_vendor_characters(char *utf8)
{
	iconv_t cp932 = iconv_open("UTF-8", "CP932");
	ucs4_t character, vendor = 0;

	for (uint8_t *at = (uint8_t *)utf8; *at != '\0'; at += u8_strmblen(at)) {
		const unsigned int place =
		    u8_strmbtouc(&character, at) > 0 ? character - EUC_PRIVATE_FIRST : 0;
		const unsigned int row = EUC_PRIVATE_ROW + place / ROW_CELLS;
		const unsigned char pair[] = { (unsigned char)(0x20u + row),
					       (unsigned char)(0x21u +
							       place % ROW_CELLS) };

		if (character < EUC_PRIVATE_FIRST || row < 89 || row > 92 ||
		    cp932 == (iconv_t)-1)
			continue;
		vendor = find_vendor_character(cp932, pair);
		if (vendor >= 0x800)
			(void)u8_uctomb(at, vendor, u8_strmblen(at));
	}
	if (cp932 != (iconv_t)-1)
		(void)iconv_close(cp932);
}

/* Gaiji: octets that mean something on one maker's machines only. */
static bool check_private_use(struct decoding *decoding, char *utf8)
{
	const char *place = utf8;
	ucs4_t character;

	for (; *place != '\0'; place += u8_strmblen((const uint8_t *)place)) {
		(void)u8_strmbtouc(&character, (const uint8_t *)place);
		if (character >= 0xe000 && character <= 0xf8ff) {
			(void)run_iconv(decoding, utf8, (size_t)(place - utf8));
			decoding->why = "private-use character";
			return false;
		}
	}
	return true;
}

static bool decode_by_iconv(struct decoding *decoding, char **utf8_r)
{
	/* No codec of the table makes more than four octets of one. */
	const size_t most = 4 * decoding->length + 16;
	char *utf8;

	if (decoding->charset->kind == KIND_ISO2022JP && !check_iso2022jp(decoding))
		return false;
	utf8 = g_malloc(most + 1);
	if (!run_iconv(decoding, utf8, most)) {
		g_free(utf8);
		return false;
	}
	if (decoding->charset->kind == KIND_EUC)
		name_vendor_characters(utf8);
	if (!check_private_use(decoding, utf8)) {
		g_free(utf8);
		return false;
	}
	*utf8_r = g_realloc(utf8, strlen(utf8) + 1);
	return true;
}

/* A new copy of the octets, in which JIS X 0201 Roman is ASCII; places stay. */
static unsigned char *make_roman_ascii(const void *octets, size_t length)
{
	unsigned char *copy = g_memdup2(octets, length), *at = copy;

	while (at != NULL && (at = memmem(at, length - (size_t)(at - copy), ROMAN,
					  strlen(ROMAN))) != NULL)
		memcpy(at, ASCII, strlen(ASCII));
	return copy;
}

static bool decode_utf8(struct decoding *decoding, char **utf8_r)
{
	const uint8_t *bad = u8_check(decoding->octets, decoding->length);

	if (bad == NULL) {
		*utf8_r = g_strndup((const char *)decoding->octets, decoding->length);
		return true;
	}
	decoding->offset = (size_t)(bad - decoding->octets);
	return false;
}

bool charset_decode(const char *charset, const void *octets, size_t length, char **utf8_r,
		    size_t *offset_r, struct kairan_error *error_r)
{
	struct decoding decoding = { .octets = length > 0 ? octets : (const void *)"",
				     .length = length };
	g_autofree unsigned char *roman = NULL;
	const unsigned char *nul;
	bool ok = false;

	if (offset_r != NULL)
		*offset_r = 0;
	decoding.charset = charset_choose(charset, decoding.octets, length);
	if (decoding.charset == NULL)
		return charset_refuse_label(charset, error_r);
	if (decoding.charset->kind == KIND_ISO2022JP) {
		roman = make_roman_ascii(decoding.octets, length);
		decoding.octets = roman != NULL ? roman : (const void *)"";
	}
	nul = memchr(decoding.octets, '\0', length);
	if (nul != NULL) {
		decoding.offset = (size_t)(nul - decoding.octets);
		decoding.why = "NUL octet";
	} else if (decoding.charset->kind == KIND_UTF8) {
		ok = decode_utf8(&decoding, utf8_r);
	} else {
		ok = decode_by_iconv(&decoding, utf8_r);
	}
	if (ok)
		return true;
	if (offset_r != NULL)
		*offset_r = decoding.offset;
	return refuse_octets(&decoding, error_r);
}

bool charset_is_emoji_at(const char *charset, const void *octets, size_t length,
			 size_t offset)
{
	const unsigned char *bad = (const unsigned char *)octets + offset;
	const struct charset *known = charset_choose(charset, octets, length);

	if (known == NULL || offset >= length)
		return false;
	if (strcmp(known->codec, "CP932") == 0)
		return *bad >= 0xf3 && *bad <= 0xfb;
	if (strcmp(known->codec, "EUC-JP-MS") == 0)
		return *bad >= 0xf5 && *bad <= 0xfe;
	if (known->kind != KIND_ISO2022JP)
		return false;
	/* Rows of two-octet text, or an escape of SoftBank's. ASCII is never refused. */
	if (*bad == ESCAPE)
		return length - offset >= 3 && bad[1] == '$' &&
		       memchr("EFGOPQ", bad[2], 6) != NULL;
	return *bad >= 0x75 && *bad <= 0x7e;
}

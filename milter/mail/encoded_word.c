/*
 * NAME
 *	encoded_word - RFC 2047, strictly
 *
 * DESCRIPTION
 *	Decoding walks over a header value. The octets of adjacent words of
 *	one charset are collected and decoded together, since clients split a
 *	character between two words. What begins like an encoded word and is
 *	none is refused: another reader might show it decoded. A line break or
 *	another control inside an encoded word is refused as well, for it
 *	would begin a header of its own if it were ever written out.
 *
 *	Encoding puts as many whole characters into a word as fit in 75
 *	octets.
 *
 * DIAGNOSTICS
 *	Errors show the word that cannot be decoded, or the place of the octet
 *	or character.
 */
#include "config.h"

#include "milter/mail/encoded_word.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "milter/mail/charset.h"
#include "milter/mail/transfer.h"
#include "policy/text.h"

#define WORD_OCTETS_MOST 75
#define LINE_OCTETS_MOST 76

#define SPACES " \t\r\n"

/* One encoded word: =?charset[*language]?B|Q?text?= */
struct word {
	char charset[64];
	char encoding;
	const char *text;
	size_t length;
	const char *end;
};

enum word_status {
	WORD_NONE, /* a "=?" that means nothing */
	WORD_GOOD,
	WORD_MALFORMED,
};

static enum word_status read_word(const char *at, struct word *word)
{
	const size_t length = strncmp(at, "=?", 2) == 0 ? strcspn(at + 2, "?" SPACES) : 0;
	const char *encoding;

	if (length == 0 || at[2 + length] != '?')
		return WORD_NONE;
	encoding = at + 2 + length + 1;
	if (encoding[0] == '\0' || encoding[1] != '?')
		return WORD_NONE;
	word->encoding = g_ascii_toupper(*encoding);
	word->text = encoding + 2;
	word->length = strcspn(word->text, "?" SPACES);
	word->end = word->text + word->length + 2;
	if ((word->encoding != 'B' && word->encoding != 'Q') ||
	    length >= sizeof(word->charset) ||
	    strncmp(word->text + word->length, "?=", 2) != 0)
		return WORD_MALFORMED;
	(void)g_strlcpy(word->charset, at + 2, length + 1);
	/* The language (RFC 2231 5). */
	word->charset[strcspn(word->charset, "*")] = '\0';
	return WORD_GOOD;
}

struct decoder {
	GString *text;   /* decoded so far */
	GString *octets; /* of the encoded words under way */
	char *charset;   /* of those; NULL when none is under way */
};

/* Decode what the encoded words so far have together. */
static bool finish_words(struct decoder *decoder, struct kairan_error *error_r)
{
	char *text = NULL;
	bool ok;

	if (decoder->charset == NULL)
		return true;
	ok = charset_decode(decoder->charset, decoder->octets->str, decoder->octets->len,
			    &text, NULL, error_r);
	if (ok)
		g_string_append(decoder->text, text);
	free(text);
	g_string_truncate(decoder->octets, 0);
	g_clear_pointer(&decoder->charset, g_free);
	return ok;
}

/* Where the padding of a word begins. Some programs write too much of it, or too little, and no
 * reader minds: the word's end says where the octets end. */
static size_t find_padding(const struct word *word)
{
	size_t length = word->length;

	while (length > 0 && word->text[length - 1] == '=')
		length--;
	return length;
}

static bool take_word(struct decoder *decoder, const struct word *word,
		      struct kairan_error *error_r)
{
	if (decoder->charset != NULL &&
	    g_ascii_strcasecmp(decoder->charset, word->charset) != 0 &&
	    !finish_words(decoder, error_r))
		return false;
	if (decoder->charset == NULL)
		decoder->charset = g_strdup(word->charset);
	if (word->encoding == 'B')
		return transfer_decode_base64(word->text, find_padding(word),
					      decoder->octets, error_r);
	return transfer_decode_q(word->text, word->length, decoder->octets, error_r);
}

/* One octet of plain text, or a line break together with the white space that makes it a
 * fold. */
static const char *take_plain(struct decoder *decoder, const char *at)
{
	if (at[0] == '\r' && at[1] == '\n')
		at++;
	if (at[0] == '\n' && (at[1] == ' ' || at[1] == '\t'))
		at++;
	g_string_append_c(decoder->text, *at);
	return at + 1;
}

static bool refuse_word(const char *value, const char *at, struct kairan_error *error_r)
{
	return error_set(error_r, "malformed encoded word at octet %zu",
			 (size_t)(at - value) + 1);
}

static bool walk(struct decoder *decoder, const char *value, struct kairan_error *error_r)
{
	const char *at = value;
	struct word word;

	while (*at != '\0') {
		const size_t spaces = decoder->charset != NULL ? strspn(at, SPACES) : 0;

		switch (read_word(at + spaces, &word)) {
		case WORD_MALFORMED:
			return refuse_word(value, at + spaces, error_r);
		case WORD_GOOD:
			if (!take_word(decoder, &word, error_r))
				return false;
			at = word.end;
			break;
		case WORD_NONE:
			if (!finish_words(decoder, error_r))
				return false;
			at = take_plain(decoder, at);
			break;
		}
	}
	return finish_words(decoder, error_r);
}

/* A tab is white space; every other control was hidden there by somebody. */
static bool check_controls(const char *utf8, struct kairan_error *error_r)
{
	ucs4_t character;
	size_t count = 1;

	for (const uint8_t *at = (const uint8_t *)utf8;
	     (at = u8_next(&character, at)) != NULL; count++)
		if (character != '\t' &&
		    (character < 0x20 || (character >= 0x7f && character < 0xa0)))
			return error_set(error_r,
					 "control character U+%04X at character %zu",
					 (unsigned int)character, count);
	return true;
}

static bool check_raw(const char *value, struct kairan_error *error_r)
{
	const uint8_t *bad = u8_check((const uint8_t *)value, strlen(value));

	if (bad == NULL)
		return true;
	return error_set(error_r, "octet %zu: %02x is neither encoded nor UTF-8",
			 (size_t)((const char *)bad - value) + 1, *bad);
}

/* ISO-2022-JP that stands there unencoded becomes UTF-8; everything else stays. */
static char *decode_raw_jis(const char *value)
{
	char *utf8 = NULL;

	if (strchr(value, '\033') != NULL &&
	    charset_decode(NULL, value, strlen(value), &utf8, NULL, NULL))
		return utf8;
	return strdup(value);
}

bool encoded_word_decode(const char *value, char **utf8_r, struct kairan_error *error_r)
{
	struct decoder decoder = { .text = g_string_new(NULL),
				   .octets = g_string_new(NULL) };
	char *trimmed = decode_raw_jis(value);
	char *utf8 = NULL;
	bool ok;

	(void)g_strchomp(trimmed);
	ok = check_raw(trimmed, error_r) && walk(&decoder, trimmed, error_r) &&
	     check_controls(decoder.text->str, error_r);
	if (ok) {
		utf8 = text_normalize(decoder.text->str);
		ok = utf8 != NULL || error_set(error_r, "out of memory");
	}
	if (ok) {
		text_fold_line(utf8);
		*utf8_r = utf8;
	}
	free(trimmed);
	(void)g_string_free(decoder.text, TRUE);
	(void)g_string_free(decoder.octets, TRUE);
	g_free(decoder.charset);
	return ok;
}

/* ---- encoding ---- */

char *encoded_word_fold(const char *ascii, int first_line_used)
{
	GString *out = g_string_new(NULL);
	size_t used = (size_t)first_line_used;

	while (*ascii != '\0') {
		/* A word, with the space before it. */
		const size_t length =
		    *ascii == ' ' ? 1 + strcspn(ascii + 1, " ") : strcspn(ascii, " ");

		if (*ascii == ' ' && used + length > LINE_OCTETS_MOST) {
			g_string_append(out, "\r\n");
			used = 0;
		}
		g_string_append_len(out, ascii, (gssize)length);
		used += length;
		ascii += length;
	}
	return g_string_free(out, FALSE);
}

/* ASCII that needs no encoding, and folds into lines of 76. */
static bool is_plain(const char *line, int first_line_used)
{
	const size_t most = (size_t)(LINE_OCTETS_MOST - MIN(first_line_used, 40));
	size_t length = 0;

	if (strstr(line, "=?") != NULL)
		return false;
	for (; *line != '\0'; line++) {
		if (*line < ' ' || *line > '~')
			return false;
		length = *line == ' ' ? 0 : length + 1;
		if (length >= most)
			return false;
	}
	return true;
}

/* One word of these characters; NULL when it would be longer than most. */
static char *make_word(const char *utf8, size_t length, enum encoded_word_charset charset,
		       size_t most)
{
	const char *name = charset == ENCODED_WORD_ISO2022JP ? "ISO-2022-JP" : "UTF-8";
	g_autofree char *piece = g_strndup(utf8, length);
	g_autofree char *encoded = NULL;
	char *jis = NULL;
	char *word;

	if (charset == ENCODED_WORD_ISO2022JP)
		jis = charset_encode_iso2022jp(piece);
	encoded = g_base64_encode((const guchar *)(jis != NULL ? jis : piece),
				  jis != NULL ? strlen(jis) : length);
	free(jis);
	word = g_strdup_printf("=?%s?B?%s?=", name, encoded);
	if (strlen(word) <= most)
		return word;
	g_free(word);
	return NULL;
}

/* The longest word from the start of the text; *used_r is how much of it that is. */
static char *longest_word(const char *utf8, enum encoded_word_charset charset,
			  size_t most, size_t *used_r)
{
	char *best = NULL;

	*used_r = 0;
	for (const char *at = utf8; *at != '\0';) {
		const char *next = at + u8_strmblen((const uint8_t *)at);
		char *word = make_word(utf8, (size_t)(next - utf8), charset, most);

		if (word == NULL)
			break;
		g_free(best);
		best = word;
		*used_r = (size_t)(next - utf8);
		at = next;
	}
	return best;
}

static void append_words(GString *out, const char *utf8,
			 enum encoded_word_charset charset, int line_used)
{
	size_t room =
	    line_used < LINE_OCTETS_MOST ? (size_t)(LINE_OCTETS_MOST - line_used) : 0;

	while (*utf8 != '\0') {
		size_t used;
		g_autofree char *word =
		    longest_word(utf8, charset, MIN(room, WORD_OCTETS_MOST), &used);

		if (word != NULL)
			g_string_append(out, word);
		utf8 += used;
		if (*utf8 != '\0')
			g_string_append(out, "\r\n ");
		room = LINE_OCTETS_MOST - 1;
	}
}

char *encoded_word_encode(const char *utf8, enum encoded_word_charset charset,
			  int first_line_used)
{
	g_autofree char *line = g_strdup(utf8);
	GString *out;

	text_fold_line(line);
	if (is_plain(line, first_line_used))
		return encoded_word_fold(line, first_line_used);
	if (charset == ENCODED_WORD_ISO2022JP && !charset_fits_iso2022jp(line))
		charset = ENCODED_WORD_UTF8;
	out = g_string_new(NULL);
	append_words(out, line, charset, first_line_used);
	return g_string_free(out, FALSE);
}

/*
 * NAME
 *	encoded_word - RFC 2047, strictly
 *
 * DESCRIPTION
 *	Decoding walks over a header value: an encoded word stands between white space or the
 *	ends of the value. The octets of adjacent words of one charset are collected and
 *	decoded together, since clients split a character between two words. What looks like
 *	an encoded word and is none is refused: another reader might show it decoded.
 *
 *	Encoding puts as many whole characters into a word as fit in 75 octets.
 *
 * DIAGNOSTICS
 *	Errors show the word that cannot be decoded.
 */
#include "config.h"

#include "milter/encoded_word.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/charset.h"
#include "milter/transfer.h"
#include "policy/text.h"

#define WORD_OCTETS_MOST 75
#define LINE_OCTETS_MOST 76

enum piece {
	PIECE_NOTHING,
	PIECE_WORD,
	PIECE_PLAIN,
};

struct decoder {
	GString *text;	     /* decoded so far */
	GString *octets;     /* of the encoded words under way */
	char *charset;	     /* of those; NULL when none is under way */
	enum piece previous; /* what stood before */
	bool space;	     /* white space has been passed since */
};

/* One encoded word: =?charset[*language]?B|Q?text?= */
struct word {
	char charset[64];
	char encoding;
	const char *text;
	size_t length;
	const char *end;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool read_word(const char *at, struct word *word)
{
	const char *charset = at + 2;
	const char *encoding = strchr(charset, '?');
	size_t length;

	if (encoding == NULL || (encoding[1] == '\0') || encoding[2] != '?')
		return false;
	word->text = encoding + 3;
	word->encoding = g_ascii_toupper(encoding[1]);
	word->length = strcspn(word->text, "? \t\r\n");
	if (strncmp(word->text + word->length, "?=", 2) != 0)
		return false;
	word->end = word->text + word->length + 2;
	length = (size_t)(encoding - charset);
	if (length == 0 || length >= sizeof(word->charset))
		return false;
	memcpy(word->charset, charset, length);
	word->charset[length] = '\0';
	word->charset[strcspn(word->charset, "*")] = '\0';
	return word->encoding == 'B' || word->encoding == 'Q';
}

static bool append_decoded(struct decoder *decoder, const char *charset, const char *octets,
			   size_t length, struct kairan_error *error_r)
{
	char *text = NULL;

	if (!charset_decode(charset, octets, length, &text, NULL, error_r))
		return false;
	g_string_append(decoder->text, text);
	free(text);
	return true;
}

/* Decode what the encoded words so far have together. */
static bool finish_words(struct decoder *decoder, struct kairan_error *error_r)
{
	bool ok = true;

	if (decoder->charset == NULL)
		return true;
	ok = append_decoded(decoder, decoder->charset, decoder->octets->str,
			    decoder->octets->len, error_r);
	g_string_truncate(decoder->octets, 0);
	g_clear_pointer(&decoder->charset, g_free);
	return ok;
}

static bool take_word(struct decoder *decoder, const struct word *word,
		      struct kairan_error *error_r)
{
	bool ok;

	if (decoder->charset != NULL && strcasecmp(decoder->charset, word->charset) != 0 &&
	    !finish_words(decoder, error_r))
		return false;
	/* White space between two encoded words is not text (RFC 2047 6.2). */
	if (decoder->previous == PIECE_PLAIN && decoder->space)
		g_string_append_c(decoder->text, ' ');
	decoder->previous = PIECE_WORD;
	decoder->space = false;
	if (decoder->charset == NULL)
		decoder->charset = g_strdup(word->charset);
	ok = word->encoding == 'B'
		 ? transfer_decode_base64(word->text, word->length, decoder->octets)
		 : transfer_decode_q(word->text, word->length, decoder->octets);
	return ok || error_set(error_r, "malformed encoded word =?%s?%c?%.*s?=", word->charset,
			       word->encoding, (int)MIN(word->length, 40), word->text);
}

static bool take_plain(struct decoder *decoder, const char *text, size_t length,
		       struct kairan_error *error_r)
{
	if (!finish_words(decoder, error_r))
		return false;
	if (decoder->previous != PIECE_NOTHING && decoder->space)
		g_string_append_c(decoder->text, ' ');
	decoder->previous = PIECE_PLAIN;
	decoder->space = false;
	return append_decoded(decoder, "utf-8", text, length, error_r);
}

/* The length of the plain text at this place: up to white space or an encoded word. */
static size_t plain_length(const char *at)
{
	size_t length = strcspn(at, " \t\r\n");
	const char *word = strstr(at, "=?");

	return word != NULL && (size_t)(word - at) < length ? (size_t)(word - at) : length;
}

static bool walk(struct decoder *decoder, const char *at, struct kairan_error *error_r)
{
	while (*at != '\0') {
		struct word word;
		size_t length = plain_length(at);

		if (is_space(*at)) {
			decoder->space = true;
			at++;
		} else if (length > 0) {
			if (!take_plain(decoder, at, length, error_r))
				return false;
			at += length;
		} else {
			if (!read_word(at, &word))
				return error_set(error_r, "malformed encoded word %.60s", at);
			if (!take_word(decoder, &word, error_r))
				return false;
			at = word.end;
		}
	}
	return finish_words(decoder, error_r);
}

bool encoded_word_decode(const char *value, char **utf8_r, struct kairan_error *error_r)
{
	struct decoder decoder = { .text = g_string_new(NULL), .octets = g_string_new(NULL) };
	bool ok = walk(&decoder, value, error_r);

	if (ok) {
		*utf8_r = text_normalize(decoder.text->str);
		ok = *utf8_r != NULL || error_set(error_r, "out of memory");
	}
	if (ok)
		text_fold_line(*utf8_r);
	(void)g_string_free(decoder.text, TRUE);
	(void)g_string_free(decoder.octets, TRUE);
	g_free(decoder.charset);
	return ok;
}

/* ---- encoding ---- */

static bool is_plain(const char *utf8)
{
	for (; *utf8 != '\0'; utf8++)
		if ((unsigned char)*utf8 < ' ' || (unsigned char)*utf8 > '~')
			return false;
	return true;
}

/* One word of these characters; NULL when it would be longer than most. */
static char *make_word(const char *utf8, size_t length, enum encoded_word_charset charset,
		       size_t most)
{
	g_autofree char *piece = g_strndup(utf8, length);
	char *octets = NULL;
	char *encoded, *word;

	if (charset == ENCODED_WORD_ISO2022JP)
		octets = charset_encode_iso2022jp(piece);
	if (octets != NULL) {
		encoded = g_base64_encode((const guchar *)octets, strlen(octets));
		word = g_strdup_printf("=?ISO-2022-JP?B?%s?=", encoded);
	} else {
		encoded = g_base64_encode((const guchar *)piece, length);
		word = g_strdup_printf("=?UTF-8?B?%s?=", encoded);
	}
	free(octets);
	g_free(encoded);
	if (strlen(word) > most) {
		g_free(word);
		return NULL;
	}
	return word;
}

/* The longest word from the start of the text; *used_r is how much of it that is. */
static char *longest_word(const char *utf8, enum encoded_word_charset charset, size_t most,
			  size_t *used_r)
{
	char *best = NULL;

	*used_r = 0;
	for (const char *at = utf8; *at != '\0';) {
		const char *next = g_utf8_next_char(at);
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

static void append_words(GString *out, const char *utf8, enum encoded_word_charset charset,
			 int line_used)
{
	size_t room = line_used < LINE_OCTETS_MOST ? (size_t)(LINE_OCTETS_MOST - line_used) : 0;

	while (*utf8 != '\0') {
		size_t used;
		char *word = longest_word(utf8, charset, MIN(room, WORD_OCTETS_MOST), &used);

		if (word == NULL) {
			g_string_append(out, "\r\n ");
		} else {
			g_string_append(out, word);
			utf8 += used;
			if (*utf8 != '\0')
				g_string_append(out, "\r\n ");
		}
		g_free(word);
		room = LINE_OCTETS_MOST - 1;
	}
}

char *encoded_word_encode(const char *utf8, enum encoded_word_charset charset,
			  int first_line_used)
{
	GString *out = g_string_new(NULL);
	g_autofree char *line = g_strdup(utf8);
	char *result;

	text_fold_line(line);
	/* A plain "=?" would be read as the beginning of an encoded word. */
	if (is_plain(line) && strstr(line, "=?") == NULL && strlen(line) <= 900)
		g_string_append(out, line);
	else
		append_words(out, line, charset, first_line_used);
	result = strdup(out->str);
	(void)g_string_free(out, TRUE);
	return result;
}

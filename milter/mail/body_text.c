/*
 * NAME
 *	body_text - the text of a part
 *
 * DESCRIPTION
 *	The order matters: a signature is found only when flowed lines have
 *	been taken apart, and white space at line ends, which the normal form
 *	drops, is what says that a line flows and what makes "-- " a
 *	signature.
 *
 * DIAGNOSTICS
 *	Errors have the line and octet where octets could not be decoded, or
 *	the line and column of a control character.
 */
#include "config.h"

#include "milter/mail/body_text.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/charset.h"
#include "milter/mail/html_source.h"
#include "milter/mail/transfer.h"
#include "policy/text.h"

bool body_text_is_plain(const char *encoding)
{
	return *encoding == '\0' || g_ascii_strcasecmp(encoding, "7bit") == 0 ||
	       g_ascii_strcasecmp(encoding, "8bit") == 0 ||
	       g_ascii_strcasecmp(encoding, "binary") == 0;
}

static bool undo_transfer(const struct body_text *body, GString *octets,
			  struct kairan_error *error_r)
{
	if (body_text_is_plain(body->encoding))
		g_string_append_len(octets, body->octets, (gssize)body->length);
	else if (g_ascii_strcasecmp(body->encoding, "base64") == 0)
		return transfer_decode_base64(body->octets, body->length, octets,
					      error_r);
	else if (g_ascii_strcasecmp(body->encoding, "quoted-printable") == 0)
		return transfer_decode_quoted(body->octets, body->length, octets,
					      error_r);
	else
		return error_set(error_r, "the transfer encoding is not known");
	return true;
}

/* CR LF, CR, and the separators that word processors put into what is copied from them. */
static void unify_line_ends(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (text_begins_with(from, "\u2028") ||
		    text_begins_with(from, "\u2029")) {
			*to++ = '\n';
			from += 2;
		} else if (*from != '\r') {
			*to++ = *from;
		} else if (from[1] != '\n') {
			*to++ = '\n';
		}
	}
	*to = '\0';
}

/* Control characters besides tab and line ends have no business in a text; some readers
 * hide what follows them. */
static bool check_controls(const char *text, struct kairan_error *error_r)
{
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);
		size_t line, column;

		if (c == '\t' || c == '\n' || !g_unichar_iscntrl(c))
			continue;
		text_place(text, (size_t)(at - text), &line, &column);
		return error_set(error_r,
				 "control character U+%04X at line %zu, column %zu", c,
				 line, column);
	}
	return true;
}

/* Marks on one character, far beyond any script: the work of the normal form grows with them much
 * faster than the text. */
#define MARKS_MOST 64

static bool check_marks(const char *text, struct kairan_error *error_r)
{
	size_t line, column, marks = 0;

	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		marks = c >= 0x300 && g_unichar_combining_class(c) != 0 ? marks + 1 : 0;
		if (marks <= MARKS_MOST)
			continue;
		text_place(text, (size_t)(at - text), &line, &column);
		return error_set(error_r,
				 "more than %d marks on one character at line %zu, "
				 "column %zu",
				 MARKS_MOST, line, column);
	}
	return true;
}

static char *make_readable(const struct body_text *body, const char *text)
{
	char *lines = body->flowed ? text_unflow(text, body->delsp) : strdup(text);
	char *readable = NULL, *below = NULL;
	const char *signature;

	if (lines != NULL) {
		signature = text_cut_signature(lines);
		below = signature != NULL ? text_normalize(signature) : NULL;
		readable = text_normalize(lines);
	}
	if (below != NULL && body->signature != NULL)
		g_string_append_printf(body->signature, "%s%s",
				       body->signature->len > 0 ? "\n" : "", below);
	free(below);
	free(lines);
	return readable;
}

/* Undo the charset; line ends to LF. */
static enum message_text_status decode_charset(const char *charset, const GString *octets,
					       char **text_r,
					       struct kairan_error *error_r)
{
	size_t bad;

	if (!charset_decode(charset, octets->str, octets->len, text_r, &bad, error_r))
		return charset_is_emoji_at(charset, octets->str, octets->len, bad)
			   ? MESSAGE_TEXT_EMOJI
			   : MESSAGE_TEXT_UNDECODABLE;
	unify_line_ends(*text_r);
	return check_controls(*text_r, error_r) && check_marks(*text_r, error_r)
		   ? MESSAGE_TEXT_OK
		   : MESSAGE_TEXT_UNDECODABLE;
}

enum message_text_status body_text_decode(const struct body_text *body, char **text_r,
					  struct kairan_error *error_r)
{
	GString *octets = g_string_new(NULL);
	enum message_text_status status = MESSAGE_TEXT_TRANSFER;
	char *text = NULL;

	if (undo_transfer(body, octets, error_r))
		status = decode_charset(body->charset, octets, &text, error_r);
	if (status == MESSAGE_TEXT_OK) {
		*text_r = make_readable(body, text);
		if (*text_r == NULL) {
			status = MESSAGE_TEXT_UNDECODABLE;
			(void)error_set(error_r, "out of memory");
		}
	}
	free(text);
	(void)g_string_free(octets, TRUE);
	return status;
}

/* ---- HTML ---- */

/* Decode as the header says. What a meta element says besides must come to the same. */
static enum message_text_status decode_html(const char *charset, const GString *octets,
					    char **text_r, struct kairan_error *error_r)
{
	g_autofree char *meta = html_source_find_charset(octets->str, octets->len);
	enum message_text_status status;
	char *other = NULL;

	if (charset == NULL || *charset == '\0')
		return decode_charset(meta, octets, text_r, error_r);
	status = decode_charset(charset, octets, text_r, error_r);
	if (meta == NULL || g_ascii_strcasecmp(meta, charset) == 0)
		return status;
	if (decode_charset(meta, octets, &other, NULL) != status ||
	    (status == MESSAGE_TEXT_OK && strcmp(*text_r, other) != 0)) {
		status = MESSAGE_TEXT_HTML_CHARSET;
		(void)error_set(error_r, "the header says charset %.40s, the HTML %.40s",
				charset, meta);
	}
	free(other);
	return status;
}

static enum message_text_status read_html(const struct body_text *body,
					  const char *source, struct html_text *html_r,
					  struct kairan_error *error_r)
{
	const struct body_text plain = { .signature = body->signature };
	char *readable;

	if (!html_text_read(source, html_r, error_r))
		return MESSAGE_TEXT_HTML_SIZE;
	if (!check_controls(html_r->text, error_r))
		return MESSAGE_TEXT_UNDECODABLE;
	readable = make_readable(&plain, html_r->text);
	if (readable == NULL) {
		(void)error_set(error_r, "out of memory");
		return MESSAGE_TEXT_UNDECODABLE;
	}
	free(html_r->text);
	html_r->text = readable;
	return MESSAGE_TEXT_OK;
}

enum message_text_status body_text_decode_html(const struct body_text *body,
					       struct html_text *html_r,
					       struct kairan_error *error_r)
{
	GString *octets = g_string_new(NULL);
	enum message_text_status status = MESSAGE_TEXT_TRANSFER;
	char *source = NULL;

	*html_r = (struct html_text){ 0 };
	if (undo_transfer(body, octets, error_r))
		status = decode_html(body->charset, octets, &source, error_r);
	if (status == MESSAGE_TEXT_OK)
		status = read_html(body, source, html_r, error_r);
	if (status != MESSAGE_TEXT_OK)
		html_text_free(html_r);
	free(source);
	(void)g_string_free(octets, TRUE);
	return status;
}

/*
 * NAME
 *	message_write - writing mail
 *
 * DESCRIPTION
 *	Writes the few kinds of mail that kairan sends, as octets with CRLF: the same draft
 *	gives the same octets, boundaries included, so that a mail that is sent again, or
 *	compared, is the same mail.
 *
 *	A UTF-8 text is base64, since Japanese in quoted-printable is three times as long and
 *	as unreadable. An original is attached as message/rfc822, 7bit or 8bit as it is (RFC
 *	2046 5.2.1 allows nothing else); one with NUL octets or lines over 998 octets could not
 *	travel so, and is attached as a base64 file original.eml.
 *
 * DIAGNOSTICS
 *	An ISO-2022-JP text with a character that has no place in it is an error.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/charset.h"
#include "milter/message.h"
#include "policy/text.h"
#include "policy/token.h"

#define LINE_MOST 998

static void add_header(GString *out, const char *name, const char *value)
{
	g_autofree char *line = NULL;

	if (value == NULL)
		return;
	line = g_strdup(value);
	text_fold_line(line);
	g_string_append_printf(out, "%s: %s\r\n", name, line);
}

static void add_unstructured(GString *out, const char *name, const char *value,
			     enum encoded_word_charset charset)
{
	char *encoded;

	if (value == NULL)
		return;
	encoded = encoded_word_encode(value, charset, (int)strlen(name) + 2);
	g_string_append_printf(out, "%s: %s\r\n", name, encoded);
	free(encoded);
}

/* A display name: a quoted string when it is plain, encoded words otherwise. */
static char *encode_name(const char *name, enum encoded_word_charset charset, int used)
{
	GString *quoted;
	char *encoded = encoded_word_encode(name, charset, used);
	char *result;

	if (strncmp(encoded, "=?", 2) == 0 || strchr(encoded, '\n') != NULL) {
		result = g_strdup(encoded);
		free(encoded);
		return result;
	}
	quoted = g_string_new("\"");
	for (const char *at = encoded; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *at);
	}
	g_string_append_c(quoted, '"');
	free(encoded);
	return g_string_free(quoted, FALSE);
}

static void add_mailbox(GString *out, const char *header, const char *name,
			const char *address, enum encoded_word_charset charset)
{
	g_autofree char *encoded = NULL;

	if (address == NULL)
		return;
	if (name == NULL || *name == '\0') {
		g_string_append_printf(out, "%s: <%s>\r\n", header, address);
		return;
	}
	encoded = encode_name(name, charset, (int)strlen(header) + 2);
	g_string_append_printf(out, "%s: %s\r\n <%s>\r\n", header, encoded, address);
}

static void add_date(GString *out, const struct message_draft *draft)
{
	static const char *const days[] = { "", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	GTimeZone *zone = g_time_zone_new_identifier(draft->date_zone);
	GDateTime *utc = g_date_time_new_from_unix_utc(draft->date);
	GDateTime *local = g_date_time_to_timezone(utc, zone != NULL ? zone : g_time_zone_new_utc());
	g_autofree char *clock = g_date_time_format(local, "%H:%M:%S %z");

	/* RFC 5322 3.3 wants English names, whatever the locale. */
	g_string_append_printf(out, "Date: %s, %d %s %d %s\r\n",
			       days[g_date_time_get_day_of_week(local)],
			       g_date_time_get_day_of_month(local),
			       months[g_date_time_get_month(local)],
			       g_date_time_get_year(local), clock);
	g_date_time_unref(local);
	g_date_time_unref(utc);
	if (zone != NULL)
		g_time_zone_unref(zone);
}

static void add_headers(GString *out, const struct message_draft *draft)
{
	add_date(out, draft);
	add_mailbox(out, "From", draft->from_name, draft->from_address, draft->charset);
	add_mailbox(out, "To", draft->to_name, draft->to_address, draft->charset);
	add_mailbox(out, "Reply-To", NULL, draft->reply_to, draft->charset);
	add_unstructured(out, "Subject", draft->subject, draft->charset);
	add_header(out, "Message-ID", draft->message_id);
	add_header(out, "In-Reply-To", draft->in_reply_to);
	add_header(out, "References", draft->references);
	add_header(out, "List-Id", draft->list_id);
	add_header(out, "List-Unsubscribe", draft->list_unsubscribe);
	add_header(out, "Auto-Submitted", draft->auto_submitted);
	add_header(out, "MIME-Version", "1.0");
}

static void add_base64(GString *out, const void *octets, size_t length)
{
	g_autofree char *encoded = g_base64_encode(octets, length);
	size_t left = strlen(encoded);

	for (const char *at = encoded; left > 0;) {
		size_t line = MIN(left, 76);

		g_string_append_len(out, at, (gssize)line);
		g_string_append(out, "\r\n");
		at += line;
		left -= line;
	}
}

/* LF to CRLF, with one at the end. */
static char *with_crlf(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	g_autofree char *joined = g_strjoinv("\r\n", lines);

	g_strfreev(lines);
	return g_strconcat(joined, g_str_has_suffix(joined, "\r\n") ? "" : "\r\n", NULL);
}

static bool add_text(GString *out, const char *subtype, const char *text,
		     enum encoded_word_charset charset, struct kairan_error *error_r)
{
	g_autofree char *lines = with_crlf(text);
	char *encoded;

	if (charset == ENCODED_WORD_UTF8) {
		g_string_append_printf(out,
				       "Content-Type: text/%s; charset=UTF-8\r\n"
				       "Content-Transfer-Encoding: base64\r\n\r\n",
				       subtype);
		add_base64(out, lines, strlen(lines));
		return true;
	}
	encoded = charset_encode_iso2022jp(lines);
	if (encoded == NULL)
		return error_set(error_r, "the text has a character outside ISO-2022-JP");
	g_string_append_printf(out,
			       "Content-Type: text/%s; charset=ISO-2022-JP\r\n"
			       "Content-Transfer-Encoding: 7bit\r\n\r\n%s",
			       subtype, encoded);
	free(encoded);
	return true;
}

/* A boundary of this mail, the same every time. */
static char *make_boundary(const struct message_draft *draft, const char *level)
{
	g_autofree char *seed = g_strdup_printf("%s %s", level, draft->message_id);
	unsigned char hash[TOKEN_HASH_OCTETS];

	token_hash_text(seed, hash);
	return g_strdup_printf("=_kairan_%02x%02x%02x%02x%02x%02x%02x%02x", hash[0], hash[1],
			       hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]);
}

static bool add_alternative(GString *out, const struct message_draft *draft,
			    struct kairan_error *error_r)
{
	g_autofree char *boundary = make_boundary(draft, "alternative");

	if (draft->html == NULL)
		return add_text(out, "plain", draft->text, draft->charset, error_r);
	g_string_append_printf(out,
			       "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n"
			       "\r\n--%s\r\n",
			       boundary, boundary);
	if (!add_text(out, "plain", draft->text, draft->charset, error_r))
		return false;
	g_string_append_printf(out, "\r\n--%s\r\n", boundary);
	if (!add_text(out, "html", draft->html, draft->charset, error_r))
		return false;
	g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
	return true;
}

/* May these octets stand in a mail as they are? *eight_bit_r: they need 8BITMIME. */
static bool may_stand(const char *octets, size_t length, bool *eight_bit_r)
{
	size_t line = 0;

	*eight_bit_r = false;
	for (size_t i = 0; i < length; i++) {
		line = octets[i] == '\n' ? 0 : line + 1;
		if (octets[i] == '\0' || line > LINE_MOST)
			return false;
		if ((unsigned char)octets[i] > 0x7f)
			*eight_bit_r = true;
	}
	return true;
}

static void add_original(GString *out, const struct message_draft *draft)
{
	bool eight_bit;

	if (may_stand(draft->original, draft->original_length, &eight_bit)) {
		g_string_append_printf(out,
				       "Content-Type: message/rfc822\r\n"
				       "Content-Disposition: attachment\r\n"
				       "Content-Transfer-Encoding: %s\r\n\r\n",
				       eight_bit ? "8bit" : "7bit");
		g_string_append_len(out, draft->original, (gssize)draft->original_length);
		return;
	}
	g_string_append(out, "Content-Type: application/octet-stream\r\n"
			     "Content-Disposition: attachment; filename=\"original.eml\"\r\n"
			     "Content-Transfer-Encoding: base64\r\n\r\n");
	add_base64(out, draft->original, draft->original_length);
}

static bool add_body(GString *out, const struct message_draft *draft,
		     struct kairan_error *error_r)
{
	g_autofree char *boundary = make_boundary(draft, "mixed");

	if (draft->original == NULL)
		return add_alternative(out, draft, error_r);
	g_string_append_printf(out,
			       "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n"
			       "\r\n--%s\r\n",
			       boundary, boundary);
	if (!add_alternative(out, draft, error_r))
		return false;
	g_string_append_printf(out, "\r\n--%s\r\n", boundary);
	add_original(out, draft);
	g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
	return true;
}

bool message_write(const struct message_draft *draft, char **octets_r, size_t *length_r,
		   struct kairan_error *error_r)
{
	GString *out = g_string_new(NULL);
	char *octets = NULL;

	add_headers(out, draft);
	if (add_body(out, draft, error_r)) {
		octets = malloc(out->len + 1);
		if (octets == NULL)
			(void)error_set(error_r, "out of memory");
	}
	if (octets != NULL) {
		memcpy(octets, out->str, out->len + 1);
		*octets_r = octets;
		*length_r = out->len;
	}
	(void)g_string_free(out, TRUE);
	return octets != NULL;
}

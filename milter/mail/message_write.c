/*
 * NAME
 *	message_write - writing mail
 *
 * DESCRIPTION
 *	Writes the few kinds of mail that kairan sends, as octets with CRLF:
 *	the same draft gives the same octets, boundaries included, so that a
 *	mail that is sent again, or compared, is the same mail.
 *
 *	A UTF-8 text is always base64: Japanese in quoted-printable is more
 *	than twice as long, and mail systems change nothing in base64, neither
 *	spaces at line ends nor lines that begin with "From ". ISO-2022-JP is
 *	7bit, for phones that know nothing else, unless a line is longer than
 *	mail allows.
 *
 *	An original is attached as message/rfc822, 7bit or 8bit as it is (RFC
 *	2046 5.2.1 allows nothing else). What could not travel so octet for
 *	octet (NUL, lines over 998 octets, line ends other than CRLF) is a
 *	base64 file original.eml instead.
 *
 *	Nothing that is put into a header can begin a line: names and the
 *	subject are folded to one line and encoded, other fields must be
 *	ASCII, and addresses are addr-specs without any character that has a
 *	meaning.
 *
 * DIAGNOSTICS
 *	The caller's mistakes are returned: an address, a zone, or text that
 *	cannot be written.
 */
#include "config.h"

#include "milter/mail/message.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "milter/mail/charset.h"
#include "policy/text.h"

#define LINE_MOST      76
#define MAIL_LINE_MOST 998

/* ---- headers ---- */

static bool is_utf8(const char *text)
{
	return u8_check((const uint8_t *)text, strlen(text)) == NULL;
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* A field of ASCII words, such as ids. */
static bool add_field(GString *out, const char *name, const char *value,
		      struct kairan_error *error_r)
{
	g_autofree char *line = NULL;
	g_autofree char *folded = NULL;

	if (value == NULL)
		return true;
	line = is_utf8(value) ? g_strdup(value) : NULL;
	if (line != NULL)
		text_fold_line(line);
	if (line == NULL || !is_ascii(line))
		return error_set(error_r, "%s: is not ASCII", name);
	folded = encoded_word_fold(line, (int)strlen(name) + 2);
	g_string_append_printf(out, "%s: %s\r\n", name, folded);
	return true;
}

static bool add_subject(GString *out, const struct message_draft *draft,
			struct kairan_error *error_r)
{
	char *encoded;

	if (draft->subject == NULL)
		return true;
	if (!is_utf8(draft->subject))
		return error_set(error_r, "Subject: is not UTF-8");
	encoded = encoded_word_encode(draft->subject, draft->charset, 9);
	g_string_append_printf(out, "Subject: %s\r\n", encoded);
	free(encoded);
	return true;
}

/* A display name: a quoted string when it is plain, encoded words otherwise. */
static char *make_phrase(const char *name, enum encoded_word_charset charset, int used)
{
	g_autofree char *line = g_strdup(name);
	g_autofree char *escaped = NULL;
	g_autofree char *quoted = NULL;
	char *encoded = encoded_word_encode(name, charset, used);

	if (strstr(encoded, "=?") != NULL)
		return encoded;
	free(encoded);
	text_fold_line(line);
	escaped = g_strescape(line, NULL);
	quoted = g_strdup_printf("\"%s\"", escaped);
	return encoded_word_fold(quoted, used);
}

static bool is_addr_spec(const char *address)
{
	const char *at = strchr(address, '@');

	return at != NULL && at != address && at[1] != '\0' &&
	       strchr(at + 1, '@') == NULL && strlen(address) <= 254 &&
	       is_ascii(address) && strpbrk(address, " <>()[],;:\\\"") == NULL;
}

/* A name and what stands in angle brackets behind it. */
static void add_phrase(GString *out, const char *field, const char *name,
		       enum encoded_word_charset charset, const char *bracketed)
{
	g_autofree char *line = g_strdup(name != NULL ? name : "");
	char *phrase;
	size_t used;

	text_fold_line(line);
	if (*line == '\0') {
		g_string_append_printf(out, "%s: %s\r\n", field, bracketed);
		return;
	}
	phrase = make_phrase(line, charset, (int)strlen(field) + 2);
	g_string_append_printf(out, "%s: %s", field, phrase);
	free(phrase);
	used = out->len - (size_t)(strrchr(out->str, '\n') + 1 - out->str);
	g_string_append_printf(out, "%s %s\r\n",
			       used + 1 + strlen(bracketed) > LINE_MOST ? "\r\n" : "",
			       bracketed);
}

static bool add_mailbox(GString *out, const char *field, const char *name,
			const char *address, enum encoded_word_charset charset,
			struct kairan_error *error_r)
{
	g_autofree char *bracketed = NULL;

	if (address == NULL)
		return true;
	if (!is_addr_spec(address))
		return error_set(error_r, "%s: the address cannot be written", field);
	if (name != NULL && !is_utf8(name))
		return error_set(error_r, "%s: the name is not UTF-8", field);
	bracketed = g_strdup_printf("<%s>", address);
	add_phrase(out, field, name, charset, bracketed);
	return true;
}

/* RFC 2919 3: a name, and the id in angle brackets. */
static bool add_list_id(GString *out, const struct message_draft *draft,
			struct kairan_error *error_r)
{
	const char *id = draft->list_id != NULL ? strrchr(draft->list_id, '<') : NULL;
	g_autofree char *name = NULL;

	if (draft->list_id == NULL)
		return true;
	if (id == NULL || !is_utf8(draft->list_id) || !is_ascii(id) ||
	    strcspn(id + 1, " <>\"") + 2 != strlen(id) || id[strlen(id) - 1] != '>')
		return error_set(error_r, "List-Id: cannot be written");
	name = g_strndup(draft->list_id, (gsize)(id - draft->list_id));
	add_phrase(out, "List-Id", name, draft->charset, id);
	return true;
}

/* The time in the zone "+hhmm" (RFC 5322 3.3), with English names whatever the locale. */
static bool add_date(GString *out, const struct message_draft *draft,
		     struct kairan_error *error_r)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const char *zone = draft->date_zone != NULL ? draft->date_zone : "+0000";
	struct tm tm;
	time_t local;
	long hhmm;

	if ((zone[0] != '+' && zone[0] != '-') || strlen(zone) != 5 ||
	    strspn(zone + 1, "0123456789") != 4)
		return error_set(error_r, "Date: the zone must be +hhmm");
	hhmm = strtol(zone + 1, NULL, 10);
	local = (hhmm / 100 * 60 + hhmm % 100) * 60;
	local = draft->date + (zone[0] == '-' ? -local : local);
	if (gmtime_r(&local, &tm) == NULL)
		return error_set(error_r, "Date: is out of range");
	g_string_append_printf(out, "Date: %s, %d %s %04d %02d:%02d:%02d %s\r\n",
			       days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
			       tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
	return true;
}

static bool add_headers(GString *out, const struct message_draft *draft,
			struct kairan_error *error_r)
{
	return add_date(out, draft, error_r) &&
	       add_mailbox(out, "From", draft->from_name, draft->from_address,
			   draft->charset, error_r) &&
	       add_mailbox(out, "To", draft->to_name, draft->to_address, draft->charset,
			   error_r) &&
	       add_mailbox(out, "Reply-To", NULL, draft->reply_to, draft->charset,
			   error_r) &&
	       add_subject(out, draft, error_r) &&
	       add_field(out, "Message-ID", draft->message_id, error_r) &&
	       add_field(out, "In-Reply-To", draft->in_reply_to, error_r) &&
	       add_field(out, "References", draft->references, error_r) &&
	       add_list_id(out, draft, error_r) &&
	       add_field(out, "List-Unsubscribe", draft->list_unsubscribe, error_r) &&
	       add_field(out, "List-Unsubscribe-Post", draft->list_unsubscribe_post,
			 error_r) &&
	       add_field(out, "List-Subscribe", draft->list_subscribe, error_r) &&
	       add_field(out, "List-Owner", draft->list_owner, error_r) &&
	       add_field(out, "List-Post", draft->list_post, error_r) &&
	       add_field(out, "Auto-Submitted", draft->auto_submitted, error_r) &&
	       add_field(out, "MIME-Version", "1.0", error_r);
}

/* ---- bodies ---- */

static void add_base64(GString *out, const void *octets, size_t length)
{
	g_autofree char *encoded = g_base64_encode(octets, length);
	const char *at = encoded;

	for (size_t left = strlen(encoded); left > 0;) {
		const size_t line = MIN(left, LINE_MOST);

		g_string_append_len(out, at, (gssize)line);
		g_string_append(out, "\r\n");
		at += line;
		left -= line;
	}
}

/* LF to CRLF, with one at the end. */
static char *with_crlf(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 2);

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			g_string_append_c(out, '\r');
		g_string_append_c(out, *text);
	}
	if (out->len > 0 && out->str[out->len - 1] != '\n')
		g_string_append(out, "\r\n");
	return g_string_free(out, FALSE);
}

static bool is_writable(const char *text)
{
	if (!is_utf8(text))
		return false;
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (*text != '\n' && *text != '\t' &&
		    g_unichar_iscntrl(g_utf8_get_char(text)))
			return false;
	return true;
}

/* May these octets stand in a mail as they are? *eight_bit_r: they need 8BITMIME. */
static bool may_stand(const char *octets, size_t length, bool *eight_bit_r)
{
	size_t line = 0;

	*eight_bit_r = false;
	for (size_t i = 0; i < length; i++) {
		if (octets[i] == '\r' && i + 1 < length && octets[i + 1] == '\n') {
			i++;
			line = 0;
			continue;
		}
		if (memchr("\r\n", octets[i], 3) != NULL || ++line > MAIL_LINE_MOST)
			return false;
		if ((unsigned char)octets[i] > 0x7f)
			*eight_bit_r = true;
	}
	return true;
}

static bool add_text(GString *out, const char *subtype, const char *text,
		     enum encoded_word_charset charset, struct kairan_error *error_r)
{
	const bool jis = charset == ENCODED_WORD_ISO2022JP;
	g_autofree char *lines = NULL;
	char *octets = NULL;
	bool as_is, eight_bit;

	if (!is_writable(text))
		return error_set(error_r,
				 "the text is not UTF-8, or has control characters");
	octets = jis ? charset_encode_iso2022jp(text) : strdup(text);
	if (octets == NULL)
		return error_set(error_r, "the text has a character outside ISO-2022-JP");
	lines = with_crlf(octets);
	free(octets);
	as_is = jis && may_stand(lines, strlen(lines), &eight_bit);
	g_string_append_printf(out,
			       "Content-Type: text/%s; charset=%s\r\n"
			       "Content-Transfer-Encoding: %s\r\n\r\n",
			       subtype, jis ? "ISO-2022-JP" : "UTF-8",
			       as_is ? "7bit" : "base64");
	if (as_is)
		g_string_append(out, lines);
	else
		add_base64(out, lines, strlen(lines));
	return true;
}

static bool is_in_originals(const struct message_draft *draft, const char *boundary)
{
	for (size_t i = 0; i < draft->original_count; i++)
		if (memmem(draft->originals[i].octets, draft->originals[i].length,
			   boundary, strlen(boundary)) != NULL)
			return true;
	return false;
}

/* The same every time, and nowhere in what it has to keep apart. */
static char *make_boundary(const struct message_draft *draft, const char *level)
{
	for (unsigned int i = 0;; i++) {
		g_autofree char *seed =
		    g_strdup_printf("%u %s %s", i, level,
				    draft->message_id != NULL ? draft->message_id : "");
		g_autofree char *hash =
		    g_compute_checksum_for_string(G_CHECKSUM_SHA256, seed, -1);
		char *boundary = g_strdup_printf("=_kairan_%.32s", hash);

		if (strstr(draft->text, boundary) == NULL &&
		    (draft->html == NULL || strstr(draft->html, boundary) == NULL) &&
		    !is_in_originals(draft, boundary))
			return boundary;
		g_free(boundary);
	}
}

static bool add_alternative(GString *out, const struct message_draft *draft,
			    struct kairan_error *error_r)
{
	g_autofree char *boundary = NULL;

	if (draft->html == NULL)
		return add_text(out, "plain", draft->text, draft->charset, error_r);
	boundary = make_boundary(draft, "alternative");
	g_string_append_printf(out,
			       "Content-Type: multipart/alternative;\r\n"
			       " boundary=\"%s\"\r\n\r\n--%s\r\n",
			       boundary, boundary);
	if (!add_text(out, "plain", draft->text, draft->charset, error_r))
		return false;
	g_string_append_printf(out, "--%s\r\n", boundary);
	if (!add_text(out, "html", draft->html, draft->charset, error_r))
		return false;
	g_string_append_printf(out, "--%s--\r\n", boundary);
	return true;
}

static void add_original(GString *out, const struct message_original *original)
{
	bool eight_bit;
	const bool as_is = may_stand(original->octets, original->length, &eight_bit);

	g_string_append_printf(out, "Content-Disposition: attachment; filename=%s\r\n",
			       original->name);
	if (as_is) {
		g_string_append_printf(out,
				       "Content-Type: message/rfc822\r\n"
				       "Content-Transfer-Encoding: %s\r\n\r\n",
				       eight_bit ? "8bit" : "7bit");
		g_string_append_len(out, original->octets, (gssize)original->length);
		/* This one belongs to the boundary. */
		g_string_append(out, "\r\n");
	} else {
		g_string_append(out, "Content-Type: application/octet-stream\r\n"
				     "Content-Transfer-Encoding: base64\r\n\r\n");
		add_base64(out, original->octets, original->length);
	}
}

/* RFC 2045 6.4: what holds an 8bit part is 8bit itself. */
static bool holds_eight_bit(const struct message_draft *draft)
{
	for (size_t i = 0; i < draft->original_count; i++) {
		const struct message_original *original = &draft->originals[i];
		bool eight_bit;

		if (may_stand(original->octets, original->length, &eight_bit) &&
		    eight_bit)
			return true;
	}
	return false;
}

static bool add_body(GString *out, const struct message_draft *draft,
		     struct kairan_error *error_r)
{
	g_autofree char *boundary = NULL;

	if (draft->original_count == 0)
		return add_alternative(out, draft, error_r);
	boundary = make_boundary(draft, "mixed");
	g_string_append_printf(out,
			       "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n"
			       "Content-Transfer-Encoding: %s\r\n\r\n--%s\r\n",
			       boundary, holds_eight_bit(draft) ? "8bit" : "7bit",
			       boundary);
	if (!add_alternative(out, draft, error_r))
		return false;
	for (size_t i = 0; i < draft->original_count; i++) {
		g_string_append_printf(out, "--%s\r\n", boundary);
		add_original(out, &draft->originals[i]);
	}
	g_string_append_printf(out, "--%s--\r\n", boundary);
	return true;
}

bool message_write(const struct message_draft *draft, char **octets_r, size_t *length_r,
		   struct kairan_error *error_r)
{
	GString *out = g_string_new(NULL);

	if (!add_headers(out, draft, error_r) || !add_body(out, draft, error_r)) {
		(void)g_string_free(out, TRUE);
		return false;
	}
	*length_r = out->len;
	*octets_r = g_string_free(out, FALSE);
	return true;
}

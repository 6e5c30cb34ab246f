/*
 * NAME
 *	message - reading mail
 *
 * DESCRIPTION
 *	GMime finds the parts of a mail and their headers. Nothing that it decodes is used: the
 *	text is taken as the octets that stand in the mail, and transfer.c and charset.c decode
 *	them strictly. Before GMime sees a mail its size and shape are bounded.
 *
 *	The parsed GMime objects belong to the struct message; message_free() drops the one
 *	reference to the top object, which owns all the others.
 *
 * DIAGNOSTICS
 *	Errors are returned, with the line and octet where octets could not be decoded.
 */
#include "config.h"

#include "milter/message.h"

#include <glib.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "milter/charset.h"
#include "milter/transfer.h"
#include "policy/text.h"

#define HEADER_LINES_MOST  10000
#define HEADER_OCTETS_MOST (256 * 1024)
#define PARTS_MOST	   200
#define LEVELS_MOST	   20

struct message {
	GMimeMessage *mail;
	bool has_nul;
};

void message_init(void)
{
	g_mime_init();
}

void message_shutdown(void)
{
	g_mime_shutdown();
}

/* ---- parsing ---- */

static bool check_header_size(const char *octets, size_t length, struct kairan_error *error_r)
{
	size_t lines = 0, at = 0;

	while (at < length) {
		const char *feed = memchr(octets + at, '\n', length - at);
		size_t line = feed != NULL ? (size_t)(feed - octets) - at : length - at;

		if (line == 0 || (line == 1 && octets[at] == '\r'))
			break;
		at += line + 1;
		if (++lines > HEADER_LINES_MOST || at > HEADER_OCTETS_MOST)
			return error_set(error_r, "the header is too large");
	}
	return true;
}

struct shape {
	int parts;
	int level;
};

/* Count parts and levels below an object; stops past the limits. */
static void measure(GMimeObject *object, int level, struct shape *shape)
{
	if (++shape->parts > PARTS_MOST || level > LEVELS_MOST) {
		shape->level = MAX(shape->level, level);
		return;
	}
	shape->level = MAX(shape->level, level);
	if (!GMIME_IS_MULTIPART(object))
		return;
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
		measure(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), level + 1, shape);
}

bool message_parse(const void *octets, size_t length, struct message **message_r,
		   struct kairan_error *error_r)
{
	struct shape shape = { 0, 0 };
	struct message *message;
	GMimeStream *stream;
	GMimeParser *parser;

	if (!check_header_size(octets, length, error_r))
		return false;
	message = g_new0(struct message, 1);
	message->has_nul = memchr(octets, '\0', length) != NULL;
	stream = g_mime_stream_mem_new_with_buffer(octets, length);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, FALSE);
	message->mail = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	if (message->mail != NULL && message->mail->mime_part != NULL)
		measure(message->mail->mime_part, 1, &shape);
	if (message->mail == NULL || shape.parts > PARTS_MOST || shape.level > LEVELS_MOST) {
		message_free(message);
		return error_set(error_r, "the mail is not a mail, or has too many parts");
	}
	*message_r = message;
	return true;
}

void message_free(struct message *message)
{
	if (message == NULL)
		return;
	if (message->mail != NULL)
		g_object_unref(message->mail);
	g_free(message);
}

/* ---- headers ---- */

/* GMime keeps the content headers of the mail with its part, in one list with the others. */
static GMimeHeader *find_header(GMimeObject *object, const char *name, size_t n)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);

	for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);

		if (strcasecmp(g_mime_header_get_name(header), name) == 0 && n-- == 0)
			return header;
	}
	return NULL;
}

static GMimeHeader *find_mail_header(const struct message *message, const char *name, size_t n)
{
	GMimeHeader *header = find_header(GMIME_OBJECT(message->mail), name, n);

	if (header == NULL && message->mail->mime_part != NULL &&
	    strncasecmp(name, "Content-", 8) == 0)
		header = find_header(message->mail->mime_part, name, n);
	return header;
}

size_t message_count_header(const struct message *message, const char *name)
{
	size_t count = 0;

	while (find_mail_header(message, name, count) != NULL)
		count++;
	return count;
}

const char *message_get_header(const struct message *message, const char *name, size_t n)
{
	GMimeHeader *header = find_mail_header(message, name, n);

	return header != NULL ? g_mime_header_get_raw_value(header) : NULL;
}

bool message_decode_subject(const struct message *message, char **subject_r,
			    struct kairan_error *error_r)
{
	const char *value = message_get_header(message, "Subject", 0);
	struct kairan_error error;

	if (message_get_header(message, "Subject", 1) != NULL)
		return error_set(error_r, "there are two Subject: headers");
	if (encoded_word_decode(value != NULL ? value : "", subject_r, &error))
		return true;
	return error_set(error_r, "Subject: %s", error.text);
}

/* ---- the text ---- */

/* What is gathered while the parts are walked. */
struct gathering {
	GPtrArray *texts;   /* GMimePart, not owned */
	GString *attachments;
	size_t attachment_count;
	bool had_html;
	bool broken;
};

static void add_attachment(struct gathering *gathering, GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *name = NULL;
	g_autofree char *type_name = g_mime_content_type_get_mime_type(type);
	g_autofree char *shown = NULL;

	if (GMIME_IS_PART(object))
		name = g_mime_part_get_filename(GMIME_PART(object));
	shown = g_utf8_make_valid(name != NULL ? name : type_name, -1);
	text_fold_line(shown);
	g_string_append_printf(gathering->attachments, "%s%s",
			       gathering->attachments->len > 0 ? ", " : "", shown);
	gathering->attachment_count++;
}

static bool is_attachment(GMimeObject *object)
{
	GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);

	if (disposition != NULL && g_mime_content_disposition_is_attachment(disposition))
		return true;
	return GMIME_IS_PART(object) && g_mime_part_get_filename(GMIME_PART(object)) != NULL;
}

static bool is_type(GMimeObject *object, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type, subtype);
}

static void gather(GMimeObject *object, bool alternative, struct gathering *gathering);

static void gather_multipart(GMimeMultipart *multipart, struct gathering *gathering)
{
	const bool alternative = is_type(GMIME_OBJECT(multipart), "multipart", "alternative");
	int count = g_mime_multipart_get_count(multipart);
	const char *boundary =
	    g_mime_object_get_content_type_parameter(GMIME_OBJECT(multipart), "boundary");

	/* The end boundary is missing where a mail was cut off on its way. */
	if (boundary == NULL || *boundary == '\0' || count == 0 ||
	    !multipart->write_end_boundary) {
		gathering->broken = true;
		return;
	}
	for (int i = 0; i < count; i++)
		gather(g_mime_multipart_get_part(multipart, i), alternative, gathering);
}

static void gather(GMimeObject *object, bool alternative, struct gathering *gathering)
{
	/* Two of these, and two readers may see two different texts. */
	if (find_header(object, "Content-Type", 1) != NULL ||
	    find_header(object, "Content-Transfer-Encoding", 1) != NULL)
		gathering->broken = true;
	if (GMIME_IS_MULTIPART(object)) {
		gather_multipart(GMIME_MULTIPART(object), gathering);
	} else if (GMIME_IS_PART(object) && is_type(object, "text", "plain") &&
		   !is_attachment(object)) {
		g_ptr_array_add(gathering->texts, object);
	} else if (is_type(object, "text", "html") && !is_attachment(object) &&
		   (alternative || gathering->texts->len == 0)) {
		gathering->had_html = true;
	} else if (!is_type(object, "application", "pgp-signature") &&
		   !is_type(object, "application", "pkcs7-signature")) {
		add_attachment(gathering, object);
	}
}

/* The octets of a part as they stand in the mail. */
static GByteArray *read_raw(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GByteArray *octets = g_byte_array_new();
	GMimeStream *memory, *source;

	if (content == NULL)
		return octets;
	source = g_mime_data_wrapper_get_stream(content);
	if (source == NULL)
		return octets;
	memory = g_mime_stream_mem_new_with_byte_array(octets);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(memory), FALSE);
	(void)g_mime_stream_reset(source);
	(void)g_mime_stream_write_to_stream(source, memory);
	g_object_unref(memory);
	return octets;
}

static bool decode_transfer(GMimePart *part, const GByteArray *raw, GString *octets,
			    struct kairan_error *error_r)
{
	GMimeHeader *header = find_header(GMIME_OBJECT(part), "Content-Transfer-Encoding", 0);
	g_autofree char *name = g_strdup(header != NULL ? g_mime_header_get_raw_value(header) : "");
	const char *text = (const char *)raw->data;

	g_strstrip(name);
	if (*name == '\0' || strcasecmp(name, "7bit") == 0 || strcasecmp(name, "8bit") == 0 ||
	    strcasecmp(name, "binary") == 0)
		g_string_append_len(octets, text != NULL ? text : "", raw->len);
	else if (strcasecmp(name, "base64") == 0)
		return transfer_decode_base64(text, raw->len, octets) ||
		       error_set(error_r, "the base64 is malformed");
	else if (strcasecmp(name, "quoted-printable") == 0)
		return transfer_decode_quoted(text, raw->len, octets) ||
		       error_set(error_r, "the quoted-printable is malformed");
	else
		return error_set(error_r, "the transfer encoding \"%.40s\" is not known", name);
	return true;
}

/* Control characters besides tab and line ends have no business in a text; some readers
 * hide what follows them. */
static bool check_controls(const char *text, struct kairan_error *error_r)
{
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		size_t line, column;

		if (c == '\t' || c == '\n' || c == '\r' || !g_unichar_iscntrl(c))
			continue;
		text_place(text, (size_t)(at - text), &line, &column);
		return error_set(error_r, "line %zu, column %zu: control character U+%04X", line,
				 column, c);
	}
	return true;
}

static char *replace_crlf(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (*from != '\r' || from[1] != '\n')
			*to++ = *from;
	*to = '\0';
	return text;
}

/* One part as UTF-8 with LF, flowed lines joined, its signature cut. */
static char *decode_part(GMimePart *part, struct kairan_error *error_r)
{
	GMimeObject *object = GMIME_OBJECT(part);
	const char *charset = g_mime_object_get_content_type_parameter(object, "charset");
	const char *format = g_mime_object_get_content_type_parameter(object, "format");
	const char *delsp = g_mime_object_get_content_type_parameter(object, "delsp");
	GByteArray *raw = read_raw(part);
	GString *octets = g_string_new(NULL);
	char *text = NULL;
	bool ok = decode_transfer(part, raw, octets, error_r) &&
		  charset_decode(charset, octets->str, octets->len, &text, NULL, error_r);

	(void)g_string_free(octets, TRUE);
	g_byte_array_unref(raw);
	if (!ok)
		return NULL;
	if (!check_controls(text, error_r)) {
		free(text);
		return NULL;
	}
	text = replace_crlf(text);
	if (format != NULL && strcasecmp(format, "flowed") == 0) {
		char *joined = text_unflow(text, delsp != NULL && strcasecmp(delsp, "yes") == 0);

		free(text);
		text = joined;
	}
	if (text != NULL)
		text_cut_signature(text);
	return text;
}

static bool join_texts(const GPtrArray *parts, char **text_r, struct kairan_error *error_r)
{
	GString *all = g_string_new(NULL);
	bool ok = true;

	for (guint i = 0; ok && i < parts->len; i++) {
		char *text = decode_part(g_ptr_array_index(parts, i), error_r);

		ok = text != NULL;
		if (ok)
			g_string_append_printf(all, "%s%s", i > 0 ? "\n" : "", text);
		free(text);
	}
	if (ok) {
		*text_r = text_normalize(all->str);
		ok = *text_r != NULL || error_set(error_r, "out of memory");
	}
	(void)g_string_free(all, TRUE);
	return ok;
}

static enum message_text_status judge_gathering(const struct message *message,
						const struct gathering *gathering,
						struct message_text *text_r,
						struct kairan_error *error_r)
{
	if (message->has_nul) {
		(void)error_set(error_r, "the mail has NUL octets");
		return MESSAGE_TEXT_BROKEN_MIME;
	}
	if (gathering->broken) {
		(void)error_set(error_r, "the MIME structure is broken");
		return MESSAGE_TEXT_BROKEN_MIME;
	}
	if (gathering->texts->len == 0)
		return MESSAGE_TEXT_NONE;
	return join_texts(gathering->texts, &text_r->text, error_r) ? MESSAGE_TEXT_OK
								     : MESSAGE_TEXT_UNDECODABLE;
}

enum message_text_status message_read_text(const struct message *message,
					   struct message_text *text_r,
					   struct kairan_error *error_r)
{
	struct gathering gathering = {
		.texts = g_ptr_array_new(),
		.attachments = g_string_new(NULL),
	};
	enum message_text_status status;

	*text_r = (struct message_text){ 0 };
	if (message->mail->mime_part != NULL)
		gather(message->mail->mime_part, false, &gathering);
	status = judge_gathering(message, &gathering, text_r, error_r);
	text_r->attachments = strdup(gathering.attachments->str);
	text_r->attachment_count = gathering.attachment_count;
	text_r->had_html = gathering.had_html;
	g_ptr_array_unref(gathering.texts);
	(void)g_string_free(gathering.attachments, TRUE);
	return status;
}

void message_text_free(struct message_text *text)
{
	if (text == NULL)
		return;
	free(text->text);
	free(text->attachments);
	*text = (struct message_text){ 0 };
}

/* ---- automatic mail ---- */

static bool header_begins(const struct message *message, const char *name, const char *word)
{
	const char *value = message_get_header(message, name, 0);

	if (value == NULL)
		return false;
	while (g_ascii_isspace(*value))
		value++;
	return g_ascii_strncasecmp(value, word, strlen(word)) == 0;
}

bool message_is_automatic(const struct message *message)
{
	static const char *const marks[] = { "List-Id",	     "X-Auto-Response-Suppress",
					     "X-Autoreply",  "X-Autorespond",
					     "X-Autoresponder" };
	static const char *const precedences[] = { "bulk", "junk", "list", "auto_reply" };

	if (message_get_header(message, "Auto-Submitted", 0) != NULL &&
	    !header_begins(message, "Auto-Submitted", "no"))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		if (message_get_header(message, marks[i], 0) != NULL)
			return true;
	for (size_t i = 0; i < G_N_ELEMENTS(precedences); i++)
		if (header_begins(message, "Precedence", precedences[i]))
			return true;
	return message->mail->mime_part != NULL &&
	       is_type(message->mail->mime_part, "multipart", "report");
}

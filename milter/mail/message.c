/*
 * NAME
 *	message - reading mail
 *
 * DESCRIPTION
 *	GMime finds the parts of a mail. The header is read by header.c; GMime
 *	gets the three fields that say what the body is, and the body.
 *
 *	Where two readers could see two different texts the mail is broken:
 *	what GMime warns of, parts without an end, one boundary used twice,
 *	fields that stand twice. It parses all the same, so that its header
 *	can be read.
 *
 *	The parsed parts belong to the struct message; message_free() drops
 *	the one reference to the top object, which owns all the others.
 *
 * DIAGNOSTICS
 *	Errors are returned. Why a mail is broken is kept for
 *	message_read_text().
 */
#include "config.h"

#include "milter/mail/message.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/body_text.h"
#include "milter/mail/header.h"
#include "milter/mail/html_text.h"
#include "milter/mail/message_parts.h"

#define PARTS_MOST  200
#define LEVELS_MOST 20

/* The fields that say what a body is. */
static const char *const message_body_fields[] = {
	"Content-Type",
	"Content-Transfer-Encoding",
	"Content-Disposition",
};

bool message_init(struct kairan_error *error_r)
{
	if (gmime_major_version != GMIME_MAJOR_VERSION ||
	    gmime_minor_version != GMIME_MINOR_VERSION ||
	    gmime_micro_version != GMIME_MICRO_VERSION)
		return error_set(error_r,
				 "this kairan was built for GMime %u.%u.%u, and this "
				 "machine has %u.%u.%u: build again, with what is here",
				 GMIME_MAJOR_VERSION, GMIME_MINOR_VERSION,
				 GMIME_MICRO_VERSION, gmime_major_version,
				 gmime_minor_version, gmime_micro_version);
	g_mime_init();
	html_text_init();
	return true;
}

void message_shutdown(void)
{
	html_text_shutdown();
	g_mime_shutdown();
}

/* ---- parsing ---- */

static void mark_broken(struct message *message, const char *why)
{
	if (!message->broken)
		(void)error_set(&message->why, "%s", why);
	message->broken = true;
}

static void take_warning(gint64 offset, GMimeParserWarning warning, const char *item,
			 gpointer user_data)
{
	static const char *const sentences[] = {
		[GMIME_WARN_INVALID_CONTENT_TYPE] = "a Content-Type cannot be read",
		[GMIME_WARN_MALFORMED_MULTIPART] = "a multipart has no end",
		[GMIME_WARN_TRUNCATED_MESSAGE] = "the mail is cut off",
		[GMIME_WARN_MALFORMED_MESSAGE] = "a part cannot be read",
		[GMIME_CRIT_INVALID_HEADER_NAME] =
		    "a line in a part's header is no header",
		[GMIME_CRIT_CONFLICTING_HEADER] = "two headers of a part contradict",
		[GMIME_CRIT_CONFLICTING_PARAMETER] =
		    "two parameters of a header contradict",
		[GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY] = "a multipart has no boundary",
		[GMIME_CRIT_NESTING_OVERFLOW] = "parts within parts are too deep",
		[GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT] = "a part has no content",
	};

	(void)offset;
	(void)item;
	if ((size_t)warning < G_N_ELEMENTS(sentences) && sentences[warning] != NULL)
		mark_broken(user_data, sentences[warning]);
}

/* A multipart and those around it. */
struct level {
	const struct level *above;
	const char *boundary;
	int depth;
};

static void check_multipart(struct message *message, GMimeMultipart *multipart,
			    const struct level *level)
{
	g_autofree char *encoding = message_parts_read_encoding(GMIME_OBJECT(multipart));

	if (level->boundary == NULL || *level->boundary == '\0')
		mark_broken(message, "a multipart has no boundary");
	else if (!multipart->write_end_boundary)
		mark_broken(message, "a multipart has no end");
	/* RFC 2045 6.4 */
	if (!body_text_is_plain(encoding))
		mark_broken(message, "a multipart has a transfer encoding");
	for (const struct level *above = level->above; above != NULL;
	     above = above->above)
		if (g_strcmp0(above->boundary, level->boundary) == 0)
			mark_broken(message, "two multiparts have one boundary");
}

/* Look at every part; false when there are too many. */
static bool check_parts(struct message *message, GMimeObject *object,
			const struct level *above, int *parts)
{
	struct level level = { .above = above,
			       .depth = above != NULL ? above->depth + 1 : 1 };

	if (++*parts > PARTS_MOST || level.depth > LEVELS_MOST)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(message_body_fields); i++)
		if (message_parts_find_header(object, message_body_fields[i], 1) != NULL)
			mark_broken(message, "a Content- header stands twice");
	if (!GMIME_IS_MULTIPART(object))
		return true;
	level.boundary = g_mime_object_get_content_type_parameter(object, "boundary");
	check_multipart(message, GMIME_MULTIPART(object), &level);
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
		if (!check_parts(message,
				 g_mime_multipart_get_part(GMIME_MULTIPART(object), i),
				 &level, parts))
			return false;
	return true;
}

/* The body with the fields that say what it is, for GMime. */
static GMimeStream *open_body(struct message *message, const char *body, size_t length)
{
	GByteArray *octets = g_byte_array_new();
	GString *fields = g_string_new("MIME-Version: 1.0\r\n");

	for (size_t i = 0; i < G_N_ELEMENTS(message_body_fields); i++) {
		const char *name = message_body_fields[i];
		const char *value = header_get(message->header, name, 0);

		if (value != NULL)
			g_string_append_printf(fields, "%s: %s\r\n", name, value);
		if (header_count(message->header, name) > 1)
			mark_broken(message, "a Content- header stands twice");
	}
	g_string_append(fields, "\r\n");
	g_byte_array_append(octets, (const guint8 *)fields->str, (guint)fields->len);
	g_byte_array_append(octets, (const guint8 *)body, (guint)length);
	(void)g_string_free(fields, TRUE);
	return g_mime_stream_mem_new_with_byte_array(octets);
}

static void set_warning_callback(GMimeParserOptions *options, struct message *message)
{
#ifdef HAVE_GMIME_NOTIFIER
	g_mime_parser_options_set_warning_callback(options, take_warning, message, NULL);
#else
	g_mime_parser_options_set_warning_callback(options, take_warning, message);
#endif
}

static void parse_body(struct message *message, const char *body, size_t length)
{
	GMimeStream *stream = open_body(message, body, length);
	GMimeParserOptions *options = g_mime_parser_options_new();
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);

	set_warning_callback(options, message);
	message->root = g_mime_parser_construct_part(parser, options);
	g_mime_parser_options_free(options);
	g_object_unref(parser);
	g_object_unref(stream);
	if (memchr(body, '\0', length) != NULL)
		mark_broken(message, "the mail has NUL octets");
}

bool message_parse(const void *octets, size_t length, struct message **message_r,
		   struct kairan_error *error_r)
{
	struct message *message;
	size_t body;
	int parts = 0;

	if (length > G_MAXINT)
		return error_set(error_r, "the mail is too large");
	message = g_new0(struct message, 1);
	if (!header_read(octets, length, &message->header, &body, error_r)) {
		message_free(message);
		return false;
	}
	parse_body(message, (const char *)octets + body, length - body);
	if (message->root == NULL || !check_parts(message, message->root, NULL, &parts)) {
		message_free(message);
		return error_set(error_r,
				 "the mail has too many parts, or parts too deep");
	}
	*message_r = message;
	return true;
}

void message_free(struct message *message)
{
	if (message == NULL)
		return;
	header_free(message->header);
	g_clear_object(&message->root);
	g_free(message);
}

/* ---- headers ---- */

size_t message_count_header(const struct message *message, const char *name)
{
	return header_count(message->header, name);
}

const char *message_get_header(const struct message *message, const char *name, size_t n)
{
	return header_get(message->header, name, n);
}

bool message_decode_subject(const struct message *message, char **subject_r,
			    struct kairan_error *error_r)
{
	const char *value = message_get_header(message, "Subject", 0);
	struct kairan_error error;

	if (message_count_header(message, "Subject") > 1)
		return error_set(error_r, "there are two Subject: headers");
	if (encoded_word_decode(value != NULL ? value : "", subject_r, &error))
		return true;
	return error_set(error_r, "Subject: %.400s", error.text);
}

static bool has_part(GMimeObject *object, const char *type, const char *subtype)
{
	if (message_parts_is_type(object, type, subtype))
		return true;
	if (!GMIME_IS_MULTIPART(object))
		return false;
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
		if (has_part(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), type,
			     subtype))
			return true;
	return false;
}

bool message_has_part(const struct message *message, const char *type,
		      const char *subtype)
{
	return has_part(message->root, type, subtype);
}

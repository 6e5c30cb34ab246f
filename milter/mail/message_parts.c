/*
 * NAME
 *	message_parts - one part of a mail
 *
 * DESCRIPTION
 *	What a part says of itself in its header, and its octets as they stand in the mail,
 *	which body_text.c decodes.
 *
 * DIAGNOSTICS
 *	Errors are returned, with the line and octet where octets could not be decoded.
 */
#include "config.h"

#include "milter/mail/message_parts.h"

#include "milter/mail/body_text.h"
#include "policy/line.h"
#include "policy/text.h"

GMimeHeader *message_parts_find_header(GMimeObject *object, const char *name, size_t n)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);

	for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);

		if (g_ascii_strcasecmp(g_mime_header_get_name(header), name) == 0 &&
		    n-- == 0)
			return header;
	}
	return NULL;
}

char *message_parts_read_encoding(GMimeObject *object)
{
	GMimeHeader *header =
	    message_parts_find_header(object, "Content-Transfer-Encoding", 0);

	return g_strstrip(
	    g_strdup(header != NULL ? g_mime_header_get_raw_value(header) : ""));
}

bool message_parts_is_type(GMimeObject *object, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type,
					   subtype);
}

static const char *find_name(GMimeObject *object)
{
	const char *name =
	    g_mime_object_get_content_disposition_parameter(object, "filename");

	return name != NULL ? name
			    : g_mime_object_get_content_type_parameter(object, "name");
}

static bool is_named(GMimeObject *object)
{
	GMimeContentDisposition *disposition =
	    g_mime_object_get_content_disposition(object);
	const char *kind = disposition != NULL
			       ? g_mime_content_disposition_get_disposition(disposition)
			       : NULL;

	if (kind != NULL && g_ascii_strcasecmp(kind, "inline") != 0)
		return true;
	return find_name(object) != NULL;
}

bool message_parts_is_text(GMimeObject *object)
{
	return GMIME_IS_PART(object) && message_parts_is_type(object, "text", "plain") &&
	       !is_named(object);
}

bool message_parts_is_html(GMimeObject *object)
{
	return GMIME_IS_PART(object) && message_parts_is_type(object, "text", "html") &&
	       !is_named(object);
}

char *message_parts_describe(GMimeObject *object)
{
	const char *name = find_name(object);
	g_autofree char *type =
	    g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
	g_autofree char *shown = g_utf8_make_valid(name != NULL ? name : type, -1);

	text_fold_line(shown);
	return *shown != '\0' ? g_steal_pointer(&shown) : g_steal_pointer(&type);
}

void message_parts_add_name(GString *names, const char *name)
{
	if (name != NULL && *name != '\0')
		g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
}

bool message_parts_is_winmail(GMimeObject *object)
{
	const char *name = find_name(object);

	return message_parts_is_type(object, "application", "ms-tnef") ||
	       message_parts_is_type(object, "application", "vnd.ms-tnef") ||
	       (name != NULL && g_ascii_strcasecmp(name, "winmail.dat") == 0);
}

bool message_parts_is_signature(GMimeObject *object)
{
	return message_parts_is_type(object, "application", "pgp-signature") ||
	       message_parts_is_type(object, "application", "pkcs7-signature") ||
	       message_parts_is_type(object, "application", "x-pkcs7-signature");
}

/* RFC 8551 3.2.2: signed-data holds the text within the signature. */
static enum message_text_status judge_smime(GMimeObject *object)
{
	const char *type = g_mime_object_get_content_type_parameter(object, "smime-type");

	return type != NULL && (g_ascii_strcasecmp(type, "enveloped-data") == 0 ||
				g_ascii_strcasecmp(type, "authEnveloped-data") == 0)
		   ? MESSAGE_TEXT_ENCRYPTED
		   : MESSAGE_TEXT_SMIME;
}

enum message_text_status message_parts_find_instead(GMimeObject *object)
{
	enum message_text_status status = MESSAGE_TEXT_NONE;

	if (message_parts_is_type(object, "multipart", "encrypted") ||
	    message_parts_is_type(object, "application", "pgp-encrypted"))
		return MESSAGE_TEXT_ENCRYPTED;
	if (message_parts_is_type(object, "application", "pkcs7-mime") ||
	    message_parts_is_type(object, "application", "x-pkcs7-mime"))
		return judge_smime(object);
	if (message_parts_is_winmail(object))
		return MESSAGE_TEXT_WINMAIL;
	if (!GMIME_IS_MULTIPART(object))
		return MESSAGE_TEXT_NONE;
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)) &&
			status == MESSAGE_TEXT_NONE;
	     i++)
		status = message_parts_find_instead(
		    g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
	return status;
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
	memory = g_mime_stream_mem_new_with_byte_array(octets);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(memory), FALSE);
	(void)g_mime_stream_reset(source);
	(void)g_mime_stream_write_to_stream(source, memory);
	g_object_unref(memory);
	return octets;
}

/* Does a parameter of the part's type have this value? */
static bool says(GMimeObject *object, const char *parameter, const char *value)
{
	const char *said = g_mime_object_get_content_type_parameter(object, parameter);

	return said != NULL && g_ascii_strcasecmp(said, value) == 0;
}

/* Decode one part, and add it to what was read. */
static enum message_text_status read_part(GMimePart *part, struct parts_text *read,
					  struct kairan_error *error_r)
{
	GMimeObject *object = GMIME_OBJECT(part);
	g_autofree char *encoding = message_parts_read_encoding(object);
	GByteArray *raw = read_raw(part);
	const struct body_text body = {
		.encoding = encoding,
		.charset = g_mime_object_get_content_type_parameter(object, "charset"),
		.flowed = says(object, "format", "flowed"),
		.delsp = says(object, "delsp", "yes"),
		.octets = raw->len > 0 ? (const char *)raw->data : "",
		.length = raw->len,
		.signature = read->signature,
	};
	struct html_text html = { 0 };
	const enum message_text_status status =
	    message_parts_is_html(object) ? body_text_decode_html(&body, &html, error_r)
					  : body_text_decode(&body, &html.text, error_r);

	g_byte_array_unref(raw);
	if (status == MESSAGE_TEXT_OK) {
		if (*html.text != '\0')
			g_string_append_printf(read->text, "%s%s",
					       read->text->len > 0 ? "\n" : "",
					       html.text);
		message_parts_add_name(read->others, html.others);
		read->other_count += html.other_count;
	}
	html_text_free(&html);
	return status;
}

enum message_text_status message_parts_read(const GPtrArray *parts,
					    struct parts_text *read_r,
					    struct kairan_error *error_r)
{
	enum message_text_status status = MESSAGE_TEXT_OK;
	struct kairan_error error;

	*read_r = (struct parts_text){ .text = g_string_new(NULL),
				       .signature = g_string_new(NULL),
				       .others = g_string_new(NULL) };
	for (guint i = 0; i < parts->len && status == MESSAGE_TEXT_OK; i++) {
		status = read_part(g_ptr_array_index(parts, i), read_r, &error);
		if (status != MESSAGE_TEXT_OK && parts->len == 1)
			(void)error_set(error_r, "%s", error.text);
		else if (status != MESSAGE_TEXT_OK)
			(void)error_set(error_r, "text part %u: %.400s", i + 1,
					error.text);
	}
	return status;
}

void message_parts_clear(struct parts_text *read)
{
	(void)g_string_free(read->text, TRUE);
	(void)g_string_free(read->signature, TRUE);
	(void)g_string_free(read->others, TRUE);
}

bool message_parts_is_empty(const struct parts_text *read)
{
	return line_is_blank(read->text->str);
}

/* A text that is there, but says nothing. */
static enum message_text_status judge_text(const struct message *message,
					   const char *text)
{
	if (text_begins_with(text, "-----BEGIN PGP MESSAGE-----"))
		return MESSAGE_TEXT_ENCRYPTED;
	return line_is_blank(text) ? message_parts_find_instead(message->root)
				   : MESSAGE_TEXT_OK;
}

enum message_text_status message_parts_conclude(const struct message *message,
						enum message_text_status status,
						bool has_text,
						const struct parts_text *read,
						struct kairan_error *error_r)
{
	static const char *const sentences[] = {
		[MESSAGE_TEXT_NONE] = "the mail has no text",
		[MESSAGE_TEXT_SMIME] = "the text is inside an S/MIME signature",
		[MESSAGE_TEXT_ENCRYPTED] = "the mail is encrypted",
		[MESSAGE_TEXT_WINMAIL] = "the text is in winmail.dat",
	};

	if (message->broken) {
		(void)error_set(error_r, "%s", message->why.text);
		return MESSAGE_TEXT_BROKEN_MIME;
	}
	if (status != MESSAGE_TEXT_OK)
		return status;
	status = judge_text(message, read->text->str);
	if (status == MESSAGE_TEXT_NONE && has_text)
		status = MESSAGE_TEXT_OK;
	if (status != MESSAGE_TEXT_OK)
		(void)error_set(error_r, "%s", sentences[status]);
	return status;
}

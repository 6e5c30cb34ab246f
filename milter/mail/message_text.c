/*
 * NAME
 *	message_text - the text of a mail, and what else is in it
 *
 * DESCRIPTION
 *	Chooses the parts that a reader is shown as text, and lists the
 *	others. Of what GMime decodes only the names of attachments are used,
 *	to be shown: the text is taken as the octets that stand in the mail,
 *	and body_text.c decodes them strictly.
 *
 *	Whenever it is not plain which text a reader is shown, the other one
 *	is listed as an attachment, so that the mail is refused and not
 *	guessed at.
 *
 * DIAGNOSTICS
 *	Errors are returned, with the line and octet where octets could not be
 *	decoded.
 */
#include "config.h"

#include "milter/mail/message.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/body_text.h"
#include "milter/mail/message_parts.h"
#include "policy/text.h"

/* What is gathered while the parts are walked. */
struct gathering {
	GPtrArray *texts; /* GMimePart, not owned */
	GString *attachments;
	size_t attachment_count;
	bool had_html;
	bool has_winmail;
};

/* Where a part stands. */
struct place {
	bool shown; /* a reader shows a text here, besides what it showed before */
	bool twin;  /* HTML here says what a text part says */
};

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

static bool is_text(GMimeObject *object)
{
	return GMIME_IS_PART(object) && message_parts_is_type(object, "text", "plain") &&
	       !is_named(object);
}

static bool has_text(GMimeObject *object)
{
	if (!GMIME_IS_MULTIPART(object))
		return is_text(object);
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
		if (has_text(g_mime_multipart_get_part(GMIME_MULTIPART(object), i)))
			return true;
	return false;
}

static bool is_winmail(GMimeObject *object)
{
	const char *name = find_name(object);

	return message_parts_is_type(object, "application", "ms-tnef") ||
	       message_parts_is_type(object, "application", "vnd.ms-tnef") ||
	       (name != NULL && g_ascii_strcasecmp(name, "winmail.dat") == 0);
}

static void add_attachment(struct gathering *gathering, GMimeObject *object)
{
	const char *name = find_name(object);
	g_autofree char *type =
	    g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
	g_autofree char *shown = g_utf8_make_valid(name != NULL ? name : type, -1);

	text_fold_line(shown);
	g_string_append_printf(gathering->attachments, "%s%s",
			       gathering->attachments->len > 0 ? ", " : "",
			       *shown != '\0' ? shown : type);
	gathering->attachment_count++;
	gathering->has_winmail = gathering->has_winmail || is_winmail(object);
}

static bool is_signature(GMimeObject *object)
{
	return message_parts_is_type(object, "application", "pgp-signature") ||
	       message_parts_is_type(object, "application", "pkcs7-signature") ||
	       message_parts_is_type(object, "application", "x-pkcs7-signature");
}

static void gather(GMimeObject *object, struct place place, struct gathering *gathering);

static void gather_multipart(GMimeObject *object, struct place place,
			     struct gathering *gathering)
{
	GMimeMultipart *multipart = GMIME_MULTIPART(object);
	const bool alternative =
	    message_parts_is_type(object, "multipart", "alternative");
	const bool related = message_parts_is_type(object, "multipart", "related");
	const bool is_signed = message_parts_is_type(object, "multipart", "signed");

	if (alternative && has_text(object))
		place.twin = true;
	for (int i = 0; i < g_mime_multipart_get_count(multipart); i++) {
		GMimeObject *part = g_mime_multipart_get_part(multipart, i);
		const guint before = gathering->texts->len;

		if (is_signed && i == 1 && is_signature(part))
			continue;
		gather(part, place, gathering);
		/* Of alternatives one is shown; of related parts the first. */
		if (related || (alternative && gathering->texts->len > before))
			place.shown = false;
	}
}

static void gather(GMimeObject *object, struct place place, struct gathering *gathering)
{
	if (GMIME_IS_MULTIPART(object))
		gather_multipart(object, place, gathering);
	else if (place.shown && is_text(object))
		g_ptr_array_add(gathering->texts, object);
	else if (place.twin && message_parts_is_type(object, "text", "html") &&
		 !is_named(object))
		gathering->had_html = true;
	else
		add_attachment(gathering, object);
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

static enum message_text_status decode_part(GMimePart *part, char **text_r,
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
	};
	const enum message_text_status status = body_text_decode(&body, text_r, error_r);

	g_byte_array_unref(raw);
	return status;
}

static enum message_text_status join_texts(const GPtrArray *parts, char **text_r,
					   struct kairan_error *error_r)
{
	GString *all = g_string_new(NULL);
	struct kairan_error error;

	for (guint i = 0; i < parts->len; i++) {
		char *text = NULL;
		const enum message_text_status status =
		    decode_part(g_ptr_array_index(parts, i), &text, &error);

		if (status != MESSAGE_TEXT_OK) {
			(void)g_string_free(all, TRUE);
			if (parts->len == 1)
				(void)error_set(error_r, "%s", error.text);
			else
				(void)error_set(error_r, "text part %u: %.400s", i + 1,
						error.text);
			return status;
		}
		if (*text != '\0')
			g_string_append_printf(all, "%s%s", all->len > 0 ? "\n" : "",
					       text);
		free(text);
	}
	*text_r = g_string_free(all, FALSE);
	return MESSAGE_TEXT_OK;
}

/* ---- what is there instead of a text ---- */

/* RFC 8551 3.2.2: signed-data holds the text within the signature. */
static enum message_text_status judge_smime(GMimeObject *object)
{
	const char *type = g_mime_object_get_content_type_parameter(object, "smime-type");

	return type != NULL && (g_ascii_strcasecmp(type, "enveloped-data") == 0 ||
				g_ascii_strcasecmp(type, "authEnveloped-data") == 0)
		   ? MESSAGE_TEXT_ENCRYPTED
		   : MESSAGE_TEXT_SMIME;
}

/* A part in which a text may be that is not read; NONE when there is no such part. */
static enum message_text_status find_instead(GMimeObject *object)
{
	enum message_text_status status = MESSAGE_TEXT_NONE;

	if (message_parts_is_type(object, "multipart", "encrypted"))
		return MESSAGE_TEXT_ENCRYPTED;
	if (message_parts_is_type(object, "application", "pkcs7-mime") ||
	    message_parts_is_type(object, "application", "x-pkcs7-mime"))
		return judge_smime(object);
	if (is_winmail(object))
		return MESSAGE_TEXT_WINMAIL;
	if (!GMIME_IS_MULTIPART(object))
		return MESSAGE_TEXT_NONE;
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)) &&
			status == MESSAGE_TEXT_NONE;
	     i++)
		status =
		    find_instead(g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
	return status;
}

/* A text that is there, but says nothing. */
static enum message_text_status judge_text(const struct message *message,
					   const char *text)
{
	enum message_text_status instead = MESSAGE_TEXT_NONE;

	if (g_str_has_prefix(text, "-----BEGIN PGP MESSAGE-----"))
		return MESSAGE_TEXT_ENCRYPTED;
	if (*text == '\0')
		instead = find_instead(message->root);
	return instead == MESSAGE_TEXT_NONE ? MESSAGE_TEXT_OK : instead;
}

static void describe_instead(enum message_text_status status,
			     struct kairan_error *error_r)
{
	static const char *const sentences[] = {
		[MESSAGE_TEXT_NONE] = "the mail has no plain text",
		[MESSAGE_TEXT_SMIME] = "the text is inside an S/MIME signature",
		[MESSAGE_TEXT_ENCRYPTED] = "the mail is encrypted",
		[MESSAGE_TEXT_WINMAIL] = "the text is in winmail.dat",
	};

	(void)error_set(error_r, "%s", sentences[status]);
}

static enum message_text_status read_texts(const struct message *message,
					   const GPtrArray *texts, char **text_r,
					   struct kairan_error *error_r)
{
	enum message_text_status status;

	if (texts->len == 0) {
		status = find_instead(message->root);
	} else {
		status = join_texts(texts, text_r, error_r);
		if (status != MESSAGE_TEXT_OK)
			return status;
		status = judge_text(message, *text_r);
	}
	if (status != MESSAGE_TEXT_OK) {
		g_clear_pointer(text_r, free);
		describe_instead(status, error_r);
	}
	return status;
}

enum message_text_status message_read_text(const struct message *message,
					   struct message_text *text_r,
					   struct kairan_error *error_r)
{
	const struct place place = { .shown = true };
	struct gathering gathering = {
		.texts = g_ptr_array_new(),
		.attachments = g_string_new(NULL),
	};
	enum message_text_status status;

	*text_r = (struct message_text){ 0 };
	gather(message->root, place, &gathering);
	if (message->broken) {
		status = MESSAGE_TEXT_BROKEN_MIME;
		(void)error_set(error_r, "%s", message->why.text);
	} else {
		status = read_texts(message, gathering.texts, &text_r->text, error_r);
	}
	text_r->attachment_count = gathering.attachment_count;
	text_r->had_html = gathering.had_html;
	text_r->has_winmail = gathering.has_winmail;
	text_r->attachments = g_string_free(gathering.attachments, FALSE);
	g_ptr_array_unref(gathering.texts);
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

enum message_text_status message_read_reply(const struct message *message,
					    struct message_text *text_r,
					    struct kairan_error *error_r)
{
	return message_read_text(message, text_r, error_r);
}

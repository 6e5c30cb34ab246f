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
 *	Without a text, or with an empty one, the text of the HTML is taken.
 *
 *	What stands in front of the first boundary or behind the last is listed
 *	as an attachment, too.
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

#include "milter/mail/message_parts.h"
#include "policy/columns.h"
#include "policy/text.h"

/* The longest prologue that programs write, in octets. */
#define PROLOGUE_MOST 400
/* So much of a text outside of all parts is shown. */
#define OUTSIDE_COLUMNS 60

/* What is gathered while the parts are walked: GMimeParts, not owned. */
struct gathering {
	GPtrArray *texts;
	GPtrArray *twins; /* HTML beside a text */
	GPtrArray *htmls; /* HTML that is shown by itself */
	GString *attachments;
	size_t attachment_count;
	bool has_winmail;
};

/* Where a part stands. */
struct place {
	bool shown; /* a reader shows a text here, besides what it showed before */
	bool twin;  /* HTML here says what a text part says */
};

static bool has_text(GMimeObject *object)
{
	if (!GMIME_IS_MULTIPART(object))
		return message_parts_is_text(object);
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
		if (has_text(g_mime_multipart_get_part(GMIME_MULTIPART(object), i)))
			return true;
	return false;
}

static void add_attachment(struct gathering *gathering, GMimeObject *object)
{
	g_autofree char *name = message_parts_describe(object);

	message_parts_add_name(gathering->attachments, name);
	gathering->attachment_count++;
	gathering->has_winmail =
	    gathering->has_winmail || message_parts_is_winmail(object);
}

static void gather(GMimeObject *object, struct place place, struct gathering *gathering);

/* Some words that programs put in front of the first boundary, for readers that know no MIME. */
static bool is_usual_prologue(const char *text)
{
	static const char *const beginnings[] = {
		"This is a multi-part message in MIME format",
		"This is a multipart message in MIME format",
		"This is a multi-part MIME message",
		"This is a multipart MIME message",
		"This is a MIME-encapsulated message",
		"This is a MIME encapsulated message",
		"This is a MIME-formatted message",
		"This is a cryptographically signed message in MIME format",
		"This is an OpenPGP/MIME ",
		"This is an S/MIME ",
		"This message is in MIME format",
	};

	if (!g_str_is_ascii(text) || strlen(text) > PROLOGUE_MOST)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (g_ascii_strncasecmp(text, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

/* Text in front of the first boundary or behind the last: a reader that knows MIME shows none of
 * it, and the writer sees it. It is listed by how it begins. */
static void add_outside(struct gathering *gathering, const char *text)
{
	g_autofree char *shown = g_utf8_make_valid(text != NULL ? text : "", -1);
	g_autofree char *name = NULL;

	text_fold_line(shown);
	if (*shown == '\0' || is_usual_prologue(shown))
		return;
	name = columns_cut(shown, OUTSIDE_COLUMNS);
	message_parts_add_name(gathering->attachments, name);
	gathering->attachment_count++;
}

static void gather_multipart(GMimeObject *object, struct place place,
			     struct gathering *gathering)
{
	GMimeMultipart *multipart = GMIME_MULTIPART(object);
	const bool alternative =
	    message_parts_is_type(object, "multipart", "alternative");
	const bool related = message_parts_is_type(object, "multipart", "related");
	const bool is_signed = message_parts_is_type(object, "multipart", "signed");

	/* Without a boundary the mail is broken, and all of it stands outside. */
	if (g_mime_multipart_get_count(multipart) > 0 &&
	    g_mime_object_get_content_type_parameter(object, "boundary") != NULL) {
		add_outside(gathering, g_mime_multipart_get_prologue(multipart));
		add_outside(gathering, g_mime_multipart_get_epilogue(multipart));
	}
	if (alternative && has_text(object))
		place.twin = true;
	for (int i = 0; i < g_mime_multipart_get_count(multipart); i++) {
		GMimeObject *part = g_mime_multipart_get_part(multipart, i);
		const guint before = gathering->texts->len + gathering->htmls->len;

		if (is_signed && i == 1 && message_parts_is_signature(part))
			continue;
		gather(part, place, gathering);
		/* Of alternatives one is shown; of related parts the first. */
		if (related || (alternative &&
				gathering->texts->len + gathering->htmls->len > before))
			place.shown = false;
	}
}

static void gather(GMimeObject *object, struct place place, struct gathering *gathering)
{
	if (GMIME_IS_MULTIPART(object))
		gather_multipart(object, place, gathering);
	else if (place.shown && message_parts_is_text(object))
		g_ptr_array_add(gathering->texts, object);
	else if (place.twin && message_parts_is_html(object))
		g_ptr_array_add(gathering->twins, object);
	else if (place.shown && message_parts_is_html(object))
		g_ptr_array_add(gathering->htmls, object);
	else
		add_attachment(gathering, object);
}

/* ---- the text ---- */

/* Read the text, or else the HTML. html_r: which HTML was read for it; NULL: none. */
static enum message_text_status read_shown(const struct gathering *gathering,
					   struct parts_text *read_r,
					   const GPtrArray **html_r,
					   struct kairan_error *error_r)
{
	const GPtrArray *html =
	    gathering->twins->len > 0 ? gathering->twins : gathering->htmls;
	enum message_text_status status =
	    message_parts_read(gathering->texts, read_r, error_r);

	if (status != MESSAGE_TEXT_OK || !message_parts_is_empty(read_r) ||
	    html->len == 0)
		return status;
	message_parts_clear(read_r);
	status = message_parts_read(html, read_r, error_r);
	*html_r = html;
	return status;
}

static void add_html(gpointer part, gpointer gathering)
{
	add_attachment(gathering, part);
}

static void clear(struct gathering *gathering)
{
	g_ptr_array_unref(gathering->texts);
	g_ptr_array_unref(gathering->twins);
	g_ptr_array_unref(gathering->htmls);
}

enum message_text_status message_read_text(const struct message *message,
					   struct message_text *text_r,
					   struct kairan_error *error_r)
{
	const struct place place = { .shown = true };
	struct gathering gathering = {
		.texts = g_ptr_array_new(),
		.twins = g_ptr_array_new(),
		.htmls = g_ptr_array_new(),
		.attachments = g_string_new(NULL),
	};
	const GPtrArray *html = NULL;
	struct parts_text read;
	enum message_text_status status;

	*text_r = (struct message_text){ 0 };
	gather(message->root, place, &gathering);
	status = read_shown(&gathering, &read, &html, error_r);
	status = message_parts_conclude(
	    message, status, gathering.texts->len > 0 || html != NULL, &read, error_r);
	if (status == MESSAGE_TEXT_OK)
		text_r->text = g_strdup(read.text->str);
	if (read.signature->len > 0)
		text_r->signature = g_strdup(read.signature->str);
	if (html != gathering.htmls)
		g_ptr_array_foreach(gathering.htmls, add_html, &gathering);
	message_parts_add_name(gathering.attachments, read.others->str);
	text_r->attachment_count = gathering.attachment_count + read.other_count;
	text_r->attachments = g_string_free(gathering.attachments, FALSE);
	text_r->had_html = gathering.twins->len > 0 && html == NULL;
	text_r->from_html = status == MESSAGE_TEXT_OK && html != NULL;
	text_r->has_winmail = gathering.has_winmail;
	message_parts_clear(&read);
	clear(&gathering);
	return status;
}

void message_text_free(struct message_text *text)
{
	if (text == NULL)
		return;
	free(text->text);
	free(text->signature);
	free(text->html_text);
	free(text->attachments);
	*text = (struct message_text){ 0 };
}

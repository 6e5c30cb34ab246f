/*
 * NAME
 *	message_reply - the text of a reply
 *
 * DESCRIPTION
 *	The first text is the person's. One that follows it at once was put there by a gateway
 *	or a mailing list; what follows behind something else, such as a picture, is the
 *	person's again, as Apple Mail takes a text apart. A text in two forms is read in both,
 *	since a client and a gateway may differ in which one they change.
 *
 * DIAGNOSTICS
 *	Errors are returned, with the line and octet where octets could not be decoded.
 */
#include "config.h"

#include "milter/mail/message.h"

#include <glib.h>
#include <string.h>

#include "milter/mail/message_parts.h"

/* A text, in one form or in two: GMimeParts, not owned. */
struct piece {
	GPtrArray *texts, *htmls;
	bool is_apart; /* something else stands before it */
};

struct reply_parts {
	GPtrArray *pieces; /* struct piece */
	GString *attachments;
	size_t attachment_count;
	bool has_winmail;
	bool is_apart; /* what comes next is, behind something else */
	/* What holds a text before any that can be read. */
	enum message_text_status instead;
};

static void free_piece(gpointer pointer)
{
	struct piece *piece = pointer;

	g_ptr_array_unref(piece->texts);
	g_ptr_array_unref(piece->htmls);
	g_free(piece);
}

static struct piece *add_piece(struct reply_parts *reply)
{
	struct piece *piece = g_new0(struct piece, 1);

	piece->texts = g_ptr_array_new();
	piece->htmls = g_ptr_array_new();
	piece->is_apart = reply->is_apart;
	reply->is_apart = false;
	g_ptr_array_add(reply->pieces, piece);
	return piece;
}

static void add_other(struct reply_parts *reply, GMimeObject *object)
{
	g_autofree char *name = message_parts_describe(object);

	message_parts_add_name(reply->attachments, name);
	reply->attachment_count++;
	reply->has_winmail = reply->has_winmail || message_parts_is_winmail(object);
	reply->is_apart = true;
	if (reply->pieces->len == 0 && reply->instead == MESSAGE_TEXT_NONE)
		reply->instead = message_parts_find_instead(object);
}

static bool add_to_piece(struct piece *piece, GMimeObject *object)
{
	if (message_parts_is_text(object))
		g_ptr_array_add(piece->texts, object);
	else if (message_parts_is_html(object))
		g_ptr_array_add(piece->htmls, object);
	else
		return false;
	return true;
}

/* The parts inside of a multipart that make up its text: of related ones the first, of signed
 * ones what is signed. */
static int count_shown(GMimeObject *object)
{
	GMimeMultipart *multipart = GMIME_MULTIPART(object);
	const int count = g_mime_multipart_get_count(multipart);

	if (message_parts_is_type(object, "multipart", "related") ||
	    (message_parts_is_type(object, "multipart", "signed") && count == 2 &&
	     message_parts_is_signature(g_mime_multipart_get_part(multipart, 1))))
		return MIN(count, 1);
	return count;
}

/* All forms of one text. */
static void collect_forms(GMimeObject *object, struct piece *piece,
			  struct reply_parts *reply)
{
	if (!GMIME_IS_MULTIPART(object)) {
		if (!add_to_piece(piece, object))
			add_other(reply, object);
		return;
	}
	for (int i = 0; i < count_shown(object); i++)
		collect_forms(g_mime_multipart_get_part(GMIME_MULTIPART(object), i),
			      piece, reply);
}

static void collect(GMimeObject *object, struct reply_parts *reply)
{
	if (message_parts_is_type(object, "multipart", "encrypted")) {
		add_other(reply, object);
	} else if (message_parts_is_type(object, "multipart", "alternative")) {
		collect_forms(object, add_piece(reply), reply);
	} else if (GMIME_IS_MULTIPART(object)) {
		for (int i = 0; i < count_shown(object); i++)
			collect(g_mime_multipart_get_part(GMIME_MULTIPART(object), i),
				reply);
	} else if (message_parts_is_text(object) || message_parts_is_html(object)) {
		(void)add_to_piece(add_piece(reply), object);
	} else {
		add_other(reply, object);
	}
}

/* ---- reading ---- */

/* What was read so far. */
struct reading {
	struct parts_text text; /* plain, or of HTML where that is all there is */
	GString *twin;          /* the other form: HTML where there is some */
	bool has_twin, is_html;
};

static void append_line(GString *text, const char *more)
{
	g_string_append_printf(text, "%s%s", text->len > 0 && *more != '\0' ? "\n" : "",
			       more);
}

/* The HTML beside a plain text. One that cannot be read says nothing. */
static void read_twin(const struct piece *piece, const char *plain,
		      struct reading *reading)
{
	struct parts_text html;
	const bool ok = piece->htmls->len > 0 &&
			message_parts_read(piece->htmls, &html, NULL) == MESSAGE_TEXT_OK;

	append_line(reading->twin, ok ? html.text->str : plain);
	reading->has_twin = reading->has_twin || ok;
	if (piece->htmls->len > 0)
		message_parts_clear(&html);
}

static enum message_text_status read_piece(const struct piece *piece,
					   struct reading *reading,
					   struct kairan_error *error_r)
{
	struct parts_text read;
	enum message_text_status status =
	    message_parts_read(piece->texts, &read, error_r);
	const bool is_html = status == MESSAGE_TEXT_OK && message_parts_is_empty(&read) &&
			     piece->htmls->len > 0;

	if (is_html) {
		message_parts_clear(&read);
		status = message_parts_read(piece->htmls, &read, error_r);
	}
	if (status == MESSAGE_TEXT_OK) {
		append_line(reading->text.text, read.text->str);
		append_line(reading->text.signature, read.signature->str);
		message_parts_add_name(reading->text.others, read.others->str);
		reading->text.other_count += read.other_count;
		reading->is_html = reading->is_html || is_html;
		if (is_html)
			append_line(reading->twin, read.text->str);
		else
			read_twin(piece, read.text->str, reading);
	}
	message_parts_clear(&read);
	return status;
}

static enum message_text_status read_pieces(const struct reply_parts *reply,
					    struct reading *reading,
					    struct kairan_error *error_r)
{
	enum message_text_status status = MESSAGE_TEXT_OK;

	for (guint i = 0; i < reply->pieces->len && status == MESSAGE_TEXT_OK; i++) {
		const struct piece *piece = g_ptr_array_index(reply->pieces, i);

		if (message_parts_is_empty(&reading->text) || piece->is_apart)
			status = read_piece(piece, reading, error_r);
	}
	return status;
}

enum message_text_status message_read_reply(const struct message *message,
					    struct message_text *text_r,
					    struct kairan_error *error_r)
{
	struct reply_parts reply = {
		.pieces = g_ptr_array_new_with_free_func(free_piece),
		.attachments = g_string_new(NULL),
		.instead = MESSAGE_TEXT_NONE,
	};
	struct reading reading = {
		.text = { .text = g_string_new(NULL),
			  .signature = g_string_new(NULL),
			  .others = g_string_new(NULL) },
		.twin = g_string_new(NULL),
	};
	enum message_text_status status;

	*text_r = (struct message_text){ 0 };
	collect(message->root, &reply);
	/* A gateway's words below what cannot be read are not the person's. */
	status = reply.instead == MESSAGE_TEXT_NONE
		     ? read_pieces(&reply, &reading, error_r)
		     : MESSAGE_TEXT_OK;
	status = message_parts_conclude(message, status, reply.pieces->len > 0,
					&reading.text, error_r);
	if (status == MESSAGE_TEXT_OK) {
		text_r->text = g_strdup(reading.text.text->str);
		if (reading.text.signature->len > 0)
			text_r->signature = g_strdup(reading.text.signature->str);
		text_r->html_text = reading.has_twin ? g_strdup(reading.twin->str) : NULL;
	}
	message_parts_add_name(reply.attachments, reading.text.others->str);
	text_r->attachment_count = reply.attachment_count + reading.text.other_count;
	text_r->attachments = g_string_free(reply.attachments, FALSE);
	text_r->had_html = reading.has_twin;
	text_r->from_html = status == MESSAGE_TEXT_OK && reading.is_html;
	text_r->has_winmail = reply.has_winmail;
	message_parts_clear(&reading.text);
	(void)g_string_free(reading.twin, TRUE);
	g_ptr_array_unref(reply.pieces);
	return status;
}

/*
 * NAME
 *	draft_reading - what is read from the mail of a draft
 *
 * DESCRIPTION
 *	From octets to a subject and a text in the form that every rule judges and every
 *	resident gets.
 *
 * DIAGNOSTICS
 *	A reason, and the place in the reading's error.
 */
#include "config.h"

#include "milter/draft/reading.h"

#include <stdlib.h>

#include "policy/draft_signature.h"
#include "policy/leftover.h"
#include "policy/line.h"
#include "policy/text.h"
#include "policy/twins.h"

enum reason draft_reading_open(struct draft_reading *reading, const void *octets,
			       size_t length)
{
	return message_parse(octets, length, &reading->message, &reading->error)
		   ? REASON_NONE
		   : REASON_BROKEN;
}

static void cut_footer(struct draft_reading *reading)
{
	char *cut = leftover_cut_footer(reading->text.text);

	if (cut == NULL)
		return;
	g_free(reading->cut_footer);
	reading->cut_footer = cut;
}

static void set_cut_signature(struct draft_reading *reading, char *cut)
{
	if (cut == NULL)
		return;
	g_free(reading->cut_signature);
	reading->cut_signature = cut;
}

/* The one below the line "-- " is out of the text already. */
static void take_below(struct draft_reading *reading)
{
	char *text = reading->text.text, *below = reading->text.signature;

	reading->text.signature = NULL;
	if (below == NULL || line_is_blank(below)) {
		free(below);
		return;
	}
	if (draft_signature_is_contact(below)) {
		reading->text.text = g_strdup_printf("%s\n--\n%s", text, below);
		free(text);
	} else {
		set_cut_signature(reading, draft_signature_get_first(below));
	}
	free(below);
}

/* As they were written: the standard form has other characters. */
static void cut_signatures(struct draft_reading *reading)
{
	take_below(reading);
	cut_footer(reading);
	set_cut_signature(reading,
			  draft_signature_cut(reading->text.text, reading->writer));
}

void draft_reading_standardize(struct draft_reading *reading)
{
	char *subject = twins_standardize(reading->subject);
	char *text, *normal;

	cut_signatures(reading);
	text = twins_standardize(reading->text.text);
	normal = text_normalize(text);
	text_fold_line(subject);
	free(reading->subject);
	reading->subject = subject;
	if (normal != NULL) {
		free(reading->text.text);
		reading->text.text = normal;
	}
	free(text);
	cut_footer(reading);
}

enum reason draft_reading_reason(enum message_text_status status)
{
	switch (status) {
	case MESSAGE_TEXT_OK:
		return REASON_NONE;
	case MESSAGE_TEXT_NONE:
	case MESSAGE_TEXT_SMIME:
	case MESSAGE_TEXT_ENCRYPTED:
	case MESSAGE_TEXT_WINMAIL:
	case MESSAGE_TEXT_HTML_SIZE:
		return REASON_NO_TEXT_PART;
	case MESSAGE_TEXT_UNDECODABLE:
	case MESSAGE_TEXT_EMOJI:
	case MESSAGE_TEXT_HTML_CHARSET:
		return REASON_UNDECODABLE;
	case MESSAGE_TEXT_TRANSFER:
	case MESSAGE_TEXT_BROKEN_MIME:
	case MESSAGE_TEXT_COUNT:
		break;
	}
	return REASON_BROKEN;
}

enum reason draft_reading_fill(struct draft_reading *reading)
{
	if (!message_decode_subject(reading->message, &reading->subject, &reading->error))
		return REASON_UNDECODABLE;
	reading->readable =
	    message_read_text(reading->message, &reading->text, &reading->error);
	if (reading->readable == MESSAGE_TEXT_OK)
		draft_reading_standardize(reading);
	return draft_reading_reason(reading->readable);
}

char *draft_reading_find_place(const char *error)
{
	const size_t line = error_find_line(error);

	if (text_begins_with(error, "Subject:"))
		return g_strdup("subject");
	return line > 0 ? g_strdup_printf("%zu", line) : NULL;
}

void draft_reading_clear(struct draft_reading *reading)
{
	message_free(reading->message);
	free(reading->subject);
	g_free(reading->cut_footer);
	g_free(reading->cut_signature);
	message_text_free(&reading->text);
	g_free(reading->whole);
	if (reading->parts != NULL)
		g_ptr_array_unref(reading->parts);
	if (reading->findings != NULL)
		g_ptr_array_unref(reading->findings);
}

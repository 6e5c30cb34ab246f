/*
 * NAME
 *	resident_pause - until when a resident's mail asks for a pause
 *
 * DESCRIPTION
 *	What is read as a date is policy/pause_date.c's. One that is not understood ends the
 *	search: another line's date may be about something else.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/intake/resident_pause.h"

#include <stdlib.h>

#include "policy/pause_date.h"
#include "policy/quote.h"

#define PAUSE_DAYS_MOST 366

static enum pause_date_status read_lines(const struct setup *setup, char *const *lines,
					 int64_t now, int64_t *until_r)
{
	enum pause_date_status status = PAUSE_DATE_NONE;

	for (; status == PAUSE_DATE_NONE && *lines != NULL; lines++)
		status =
		    pause_date_read(*lines, now, setup->zone, PAUSE_DAYS_MOST, until_r);
	return status;
}

static enum pause_date_status read_subject(const struct setup *setup,
					   const struct message *message, int64_t now,
					   int64_t *until_r)
{
	enum pause_date_status status = PAUSE_DATE_NONE;
	char *subject = NULL;

	if (message_decode_subject(message, &subject, NULL))
		status =
		    pause_date_read(subject, now, setup->zone, PAUSE_DAYS_MOST, until_r);
	free(subject);
	return status;
}

int64_t resident_pause_read(const struct setup *setup, const struct message *message,
			    int64_t now)
{
	struct message_text text = { 0 };
	int64_t until = 0;
	enum pause_date_status status = read_subject(setup, message, now, &until);

	if (status == PAUSE_DATE_NONE &&
	    message_read_reply(message, &text, NULL) == MESSAGE_TEXT_OK) {
		char **lines = quote_find_said_lines(text.text, NULL);

		status = read_lines(setup, lines, now, &until);
		g_strfreev(lines);
	}
	message_text_free(&text);
	return status == PAUSE_DATE_READ ? until : 0;
}

/*
 * NAME
 *	message_text_status - why a text cannot be read
 *
 * DESCRIPTION
 *	Each cause has a name, under which phrases.txt says what it is and what to do.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/mail/message_text_status.h"

const char *message_text_status_name(enum message_text_status status)
{
	static const char *const names[] = {
		[MESSAGE_TEXT_OK] = "ok",
		[MESSAGE_TEXT_NONE] = "none",
		[MESSAGE_TEXT_UNDECODABLE] = "undecodable",
		[MESSAGE_TEXT_EMOJI] = "emoji",
		[MESSAGE_TEXT_TRANSFER] = "transfer",
		[MESSAGE_TEXT_BROKEN_MIME] = "broken",
		[MESSAGE_TEXT_SMIME] = "smime",
		[MESSAGE_TEXT_ENCRYPTED] = "encrypted",
		[MESSAGE_TEXT_WINMAIL] = "winmail",
		[MESSAGE_TEXT_HTML_CHARSET] = "html-charset",
		[MESSAGE_TEXT_HTML_SIZE] = "html-size",
	};

	return names[status];
}

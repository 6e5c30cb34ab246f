/*
 * From the octets of a text part, as they stand in a mail, to text that can be judged.
 */
#ifndef KAIRAN_MILTER_MAIL_BODY_TEXT_H
#define KAIRAN_MILTER_MAIL_BODY_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/mail/html_text.h"
#include "milter/mail/message_text_status.h"
#include "policy/error.h"

struct body_text {
	const char *encoding; /* Content-Transfer-Encoding, "" when there is none */
	const char *charset;  /* NULL: us-ascii */
	bool flowed;          /* format=flowed (RFC 3676) */
	bool delsp;
	const void *octets;
	size_t length;
	GString
	    *signature; /* what stood below the signature line is added; NULL: unwanted */
};

/* May octets with this transfer encoding be taken as they are (7bit, 8bit, binary)? */
bool body_text_is_plain(const char *encoding);

/* Undo the transfer encoding and the charset, both strictly; line ends to LF; undo
 * format=flowed; cut the signature; normal form. A control character other than LF and
 * TAB is refused. TRANSFER, EMOJI or UNDECODABLE when that fails; all errors have a place.
 * malloc'd in *text_r. */
enum message_text_status body_text_decode(const struct body_text *body, char **text_r,
					  struct kairan_error *error_r);

/* The same of an HTML part. The charset is that of the part's header, or else of the HTML's
 * meta element; HTML_CHARSET when the text is another by the one than by the other. HTML_SIZE
 * where the parser has had enough (html_text.h). */
enum message_text_status body_text_decode_html(const struct body_text *body,
					       struct html_text *html_r,
					       struct kairan_error *error_r);

#endif

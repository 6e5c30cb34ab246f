/*
 * Whether the text of a mail could be read, and if not, why.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_TEXT_STATUS_H
#define KAIRAN_MILTER_MAIL_MESSAGE_TEXT_STATUS_H

enum message_text_status {
	MESSAGE_TEXT_OK,
	MESSAGE_TEXT_NONE, /* no part that is a text (a picture alone, an empty multipart) */
	MESSAGE_TEXT_UNDECODABLE, /* octets that are not in the charset, a charset that is not
				   known, control characters */
	MESSAGE_TEXT_EMOJI,       /* octets that only one carrier's phones know */
	MESSAGE_TEXT_TRANSFER, /* base64 or quoted-printable damaged, as by a gateway that
				   puts a text below it */
	MESSAGE_TEXT_BROKEN_MIME, /* missing boundary, truncated multipart, NUL octets,
				   Content-Type and the like twice */
	MESSAGE_TEXT_SMIME,       /* signed, and the text inside the signature (opaque) */
	MESSAGE_TEXT_ENCRYPTED,   /* S/MIME or PGP */
	MESSAGE_TEXT_WINMAIL,     /* Outlook's rich text (winmail.dat) alone */
	MESSAGE_TEXT_HTML_CHARSET, /* header and HTML name two charsets, and mean two texts */
	MESSAGE_TEXT_HTML_SIZE, /* HTML that is too large, or too deep */
	MESSAGE_TEXT_COUNT,
};

/* The status's stable ASCII name; what a person is told is the phrase "unreadable.NAME". */
const char *message_text_status_name(enum message_text_status status);

#endif

/*
 * Reading and writing mail: the only module that knows GMime. Parsing, the header and what the
 * parts are is message.c; the text is message_text.c, that of replies message_reply.c; writing
 * is message_write.c.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_H
#define KAIRAN_MILTER_MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "milter/mail/encoded_word.h"
#include "milter/mail/message_text_status.h"
#include "policy/error.h"

struct message; /* a parsed mail */

/* Call at start / end of the process. False where GMime is not the version that this was
 * built for: 3.2.14 changed a function's arguments under the same soname, so only the same
 * version is known to be safe. Nothing else here may be called then. */
bool message_init(struct kairan_error *error_r);
void message_shutdown(void);

/* Parse a whole mail (header, blank line, body; CRLF or LF). The octets are not needed
 * afterwards. Bounded: at most 10,000 header lines, 256 KiB of header, 200 MIME parts, 20
 * levels; beyond that is an error, and so is a header with lines that are no fields, NUL
 * or bare CR (milter/mail/header.h). A mail without a body, subject, or MIME header parses. */
bool message_parse(const void *octets, size_t length, struct message **message_r,
		   struct kairan_error *error_r);
void message_free(struct message *message);

/* How often a header occurs (ASCII case-insensitive), and the raw, still folded value of
 * the n-th (from 0) without the white space before it; NULL when there is none. The value
 * is owned by the message. */
size_t message_count_header(const struct message *message, const char *name);
const char *message_get_header(const struct message *message, const char *name, size_t n);

/* The decoded Subject: "" when there is none; two are an error. malloc'd. */
bool message_decode_subject(const struct message *message, char **subject_r,
			    struct kairan_error *error_r);

struct message_text {
	/* NFC, LF, signature cut, format=flowed undone; never NULL on OK */
	char *text;
	char *signature; /* what stood below the line "-- "; NULL: no such line */
	/* Of a reply in two forms, plain and HTML, what the HTML says; NULL: there is one form,
	 * or the HTML cannot be read. */
	char *html_text;
	/* Names (or types) of all parts that are neither the text nor an HTML twin of it, and of
	 * what else is in HTML that the text is from (html_text.h), ", "-joined; "" when none;
	 * decoded names have no controls. */
	char *attachments;
	size_t attachment_count;
	bool had_html;    /* an HTML part beside the text (multipart/alternative) */
	bool from_html;   /* the text is HTML's: there is no other, or an empty one */
	bool has_winmail; /* among the attachments is Outlook's rich text */
};

/* The text of the mail: the text/plain part that a reader is shown first: the mail itself,
 * or inside multipart/alternative, multipart/mixed, multipart/related and multipart/signed
 * (whose signature is not listed as an attachment). Several text/plain parts in
 * multipart/mixed without a file name (Apple Mail around a picture, list footers) are
 * joined with a line feed; one with Content-Disposition: attachment or a file name is an
 * attachment, and so is a second one in multipart/alternative. Without a text, or with an
 * empty one, the text/html part in its place is read (html_text.h); beside a text, one that is
 * no twin of it is an attachment. A mail within the mail is an attachment; broken inside, it
 * breaks the mail. Octets are taken after the transfer encoding (base64 and quoted-printable
 * checked strictly: a malformed one is TRANSFER, not skipped) and decoded by charset_decode();
 * a control character in the result is UNDECODABLE. Without a text, or with an empty one, what
 * is there instead is the status. All of text_r but the text is filled in on every status. */
enum message_text_status message_read_text(const struct message *message,
					   struct message_text *text_r,
					   struct kairan_error *error_r);

/* The text of a reply: what the person wrote, whatever a gateway has put beside it. The first
 * text that is not empty; one that follows it at once, as a part of its own, is not the
 * person's, but one behind something else (a picture) is. From HTML as above. text_r also has
 * the HTML's reading where there are both. */
enum message_text_status message_read_reply(const struct message *message,
					    struct message_text *text_r,
					    struct kairan_error *error_r);
void message_text_free(struct message_text *text);

/* Is the mail, or any part of it, of this type ("multipart", "report")? A mail within the mail is
 * not looked into. */
bool message_has_part(const struct message *message, const char *type,
		      const char *subtype);

/* ---- writing ---- */

/* A mail within a mail. */
struct message_original {
	const void *octets;
	size_t length;
	const char *name; /* of the file, ASCII without quotes: "original.eml" */
};

/* A mail of ours to one person, or the broadcast itself. All strings UTF-8 except where
 * said; addresses are plain addr-specs. Control characters in the subject and in names
 * become spaces; in the text, LF and TAB excepted, they are an error. Ids and the like must
 * be ASCII. NULL fields are left out. */
struct message_draft {
	const char *from_name;
	const char *from_address;
	const char *to_name;
	const char *to_address;
	const char *reply_to; /* addr-spec */
	const char *subject;
	const char *message_id;  /* with its angle brackets */
	const char *in_reply_to; /* with angle brackets */
	const char *references;
	const char *list_id; /* "<bosai.info.town.example>" with optional name before */
	const char *list_unsubscribe; /* "<mailto:...>", as the next two (RFC 2369) */
	const char *list_subscribe;
	const char *list_owner;
	const char *list_post;             /* "NO" */
	const char *list_unsubscribe_post; /* RFC 8058 */
	const char *auto_submitted;        /* "auto-generated", "auto-replied" */
	time_t date;
	const char *date_zone;                    /* "+0900" */
	const char *text;                         /* LF line ends */
	const char *html;                         /* NULL: no multipart/alternative */
	const struct message_original *originals; /* attached as message/rfc822 */
	size_t original_count;
	enum encoded_word_charset charset; /* ISO2022JP: text 7bit;
					      UTF8: text base64 */
};

/* Write the mail with CRLF line ends: deterministic (same draft, same octets; boundaries
 * are derived from the Message-ID). Each original is attached octet for octet as
 * message/rfc822, 7bit or 8bit as it is; one with NUL octets, lines over 998 octets or line
 * ends other than CRLF as application/octet-stream, base64. malloc'd. */
bool message_write(const struct message_draft *draft, char **octets_r, size_t *length_r,
		   struct kairan_error *error_r);

#endif

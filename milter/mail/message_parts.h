/*
 * What message.c, message_text.c and message_reply.c share: the parts of a mail as GMime has
 * them. For these files only.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_PARTS_H
#define KAIRAN_MILTER_MAIL_MESSAGE_PARTS_H

#include <gmime/gmime.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/mail/message_text_status.h"
#include "policy/error.h"

struct message {
	struct header *header;
	GMimeObject *root; /* owns all parts */
	bool broken;
	struct kairan_error why; /* it is broken */
};

/* The n-th (from 0) field of this name in the header of a part; NULL when there is none.
 */
GMimeHeader *message_parts_find_header(GMimeObject *object, const char *name, size_t n);

/* The transfer encoding as it is written; "" when there is none. For g_free(). */
char *message_parts_read_encoding(GMimeObject *object);

bool message_parts_is_type(GMimeObject *object, const char *type, const char *subtype);

/* A part that a reader shows as text: it has no file name, and is not said to be attached. */
bool message_parts_is_text(GMimeObject *object);
bool message_parts_is_html(GMimeObject *object);

bool message_parts_is_signature(GMimeObject *object);
bool message_parts_is_winmail(GMimeObject *object);

/* SMIME, ENCRYPTED or WINMAIL for the first part, this one or inside it, that holds a text
 * which is not read; NONE when there is no such part. */
enum message_text_status message_parts_find_instead(GMimeObject *object);

/* The name of its file, or its type, in valid UTF-8 on one line. For g_free(). */
char *message_parts_describe(GMimeObject *object);

/* Add a name to a list of them, ", "-joined. NULL and "" are none. */
void message_parts_add_name(GString *names, const char *name);

/* The text of some parts, and what is in their HTML that no text has (html_text.h). */
struct parts_text {
	GString *text;      /* joined with line feeds */
	GString *signature; /* what stood below signature lines, likewise */
	GString *others;
	size_t other_count;
};

/* Read these text/plain and text/html parts (GMimePart), one behind the other. read_r is to be
 * cleared on every status. */
enum message_text_status message_parts_read(const GPtrArray *parts,
					    struct parts_text *read_r,
					    struct kairan_error *error_r);
void message_parts_clear(struct parts_text *read);

/* Is there nothing visible in it? */
bool message_parts_is_empty(const struct parts_text *read);

/* The status of a mail whose text was read with this one: a broken mail has no text, and an
 * empty text may stand for one that is not read. has_text: there was a part to read. */
enum message_text_status message_parts_conclude(const struct message *message,
						enum message_text_status status,
						bool has_text,
						const struct parts_text *read,
						struct kairan_error *error_r);

#endif

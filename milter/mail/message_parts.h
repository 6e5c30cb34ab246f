/*
 * What message.c and message_text.c share: the parts of a mail as GMime has them. For
 * these two files only.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_PARTS_H
#define KAIRAN_MILTER_MAIL_MESSAGE_PARTS_H

#include <gmime/gmime.h>
#include <stdbool.h>
#include <stddef.h>

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

#endif

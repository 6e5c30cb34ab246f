/*
 * Ready texts (定型文): files that a section keeps for what it writes often, with blanks to fill in.
 */
#ifndef KAIRAN_MILTER_DRAFT_READY_TEXTS_H
#define KAIRAN_MILTER_DRAFT_READY_TEXTS_H

#include <glib.h>
#include <stdbool.h>

#include "policy/error.h"

struct ready_text {
	char *name; /* of the file, without ".txt" */
	char *subject;
	char *text;
};

/* Those of these folders (names below the setting ready_texts, NULL-terminated), then those of all
 * sections, each in the order of their names: a new array of struct ready_text. NULL, with the
 * error, when they cannot be read; a section without a folder has none. Files that are no ready text
 * are left out, with a warning in the log. */
GPtrArray *ready_texts_list(const char *root, char *const *folders,
			    struct kairan_error *error_r);

/* The one that a subject names, in whatever case and width, and whatever programs put before it;
 * NULL: none of them. */
const struct ready_text *ready_texts_find(const GPtrArray *texts, const char *subject);

/* A link (RFC 6068) that opens a mail with this in it; subject and text may be "". Free with
 * g_free(). */
char *ready_texts_link(const char *address, const char *subject, const char *text);

#endif

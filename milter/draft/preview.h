/*
 * A preview: what residents would get of a draft that is not held, and what is to be said of it,
 * on their way to its writer.
 */
#ifndef KAIRAN_MILTER_DRAFT_PREVIEW_H
#define KAIRAN_MILTER_DRAFT_PREVIEW_H

#include "milter/core/kairan.h"
#include "milter/mail/message.h"
#include "schema/directory.h"
#include "schema/store_draft.h"

struct preview {
	const struct setup *setup;
	struct draft *draft; /* with its warnings; due_at is set */
	const struct person *reader;
	int64_t subscribers; /* who would get its own text */
	int64_t *part_subscribers;
	const char *asked_at; /* the preview's own address */
	const char *not_held; /* addresses of the mail that take drafts; "" */
};

/* The facts of its notice; NULL with the error where the residents' mail cannot be written. Free
 * with free(). */
char *preview_make_facts(const struct preview *preview, struct kairan_error *error_r);

/* What is attached to the notice with these facts (a JSON object), for message_write(): a new
 * array of struct message_original, empty where there is nothing. Free with
 * g_array_unref(). */
GArray *preview_read_mails(const char *facts);

#endif

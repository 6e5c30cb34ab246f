/*
 * A notice of the outbox becomes a mail when it is sent.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_RENDER_H
#define KAIRAN_MILTER_COURIER_NOTICE_RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/core/kairan.h"
#include "schema/store_outbox.h"

/* A notice as a mail, and its envelope. Free with notice_mail_clear(). */
struct notice_mail {
	char *sender;
	char *recipient;
	char *octets;
	size_t length;
};

/* Render; reads the store, in a transaction of its own, where the notice is about a draft or an
 * incident. NO: it cannot be rendered as it should be, and the error says why; the mail is a plain
 * one then, without octets where not even that can be written (an address that is none). UNKNOWN:
 * the store could not be read. */
enum answer notice_render(const struct setup *setup, struct store *store,
			  const struct outbox_notice *notice, struct notice_mail *mail_r,
			  struct kairan_error *error_r);
void notice_mail_clear(struct notice_mail *mail);

#endif

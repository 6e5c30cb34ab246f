/*
 * Was a mail written by a person, or by a program in a person's place (RFC 3834)?
 *
 * A machine is never answered and decides nothing; a person is always answered. So what only
 * programs write is told apart from what gateways and lists also put on a person's mail. The
 * null sender is the caller's business.
 */
#ifndef KAIRAN_MILTER_MAIL_AUTOMATIC_H
#define KAIRAN_MILTER_MAIL_AUTOMATIC_H

#include <stdbool.h>

#include "milter/mail/message.h"

enum automatic {
	AUTOMATIC_NO,
	AUTOMATIC_PERHAPS, /* where it is proven who sent it, the words decide */
	AUTOMATIC_CERTAIN,
};

/* By the header and the parts alone, as with drafts and incidents, whose subjects are about
 * anything. */
enum automatic automatic_judge(const struct message *message);

/* Has a list passed it on, or a gateway that is like one? What Exchange puts on all mail says
 * nothing of that. */
bool automatic_is_passed_on(const struct message *message);

/* A reply, by its subject too. quoted: what of the subject is not the writer's, as the subject
 * of the draft and the names of its section; NULL-terminated. A subject like a machine's is
 * PERHAPS alone, and CERTAIN with any mark in the header. */
enum automatic automatic_judge_reply(const struct message *message,
				     const char *const *quoted);

/* Does a subject speak as programs do that answer for somebody who is away, that tell of a
 * mail which was opened, or of one that was not delivered? */
bool automatic_is_subject(const char *subject, const char *const *quoted);

#endif

/*
 * One connection from the MTA, and one message at a time on it: which address of ours is
 * this for, and which intake takes it. Knows nothing of libmilter. Without a message under
 * way, questions are answered 451, and what is added is ignored.
 */
#ifndef KAIRAN_MILTER_SESSION_H
#define KAIRAN_MILTER_SESSION_H

#include <stddef.h>

#include "milter/core/kairan.h"
#include "milter/intake/intake.h"

struct session;

enum session_action {
	SESSION_CONTINUE,
	SESSION_ACCEPT,  /* the message is none of our business (any more) */
	SESSION_DISCARD, /* taken, and nobody else is to get it */
	SESSION_REPLY,   /* refuse or defer, with the reply below */
};

struct session_answer {
	enum session_action action;
	const char *reply;  /* "550"; owned by the session, as is the next */
	const char *status; /* "5.7.1" */
	char text[256];     /* ASCII, one line */
};

struct session *session_new(struct kairan *kairan);
void session_free(struct session *session);

/* A new message begins (MAIL). login may be NULL, and so may the client's address. */
void session_begin(struct session *session, const char *sender, const char *login,
		   const char *host);

/* A recipient (RCPT). queue_id may be NULL while the MTA has none. */
void session_judge_recipient(struct session *session, const char *path,
			     const char *queue_id, struct session_answer *answer_r);

/* All recipients are known (DATA): SESSION_ACCEPT when none of them is ours. */
void session_judge_data(struct session *session, struct session_answer *answer_r);

void session_add_header(struct session *session, const char *name, const char *value);
void session_add_blank(struct session *session);
void session_add_body(struct session *session, const unsigned char *piece, size_t length);

/* End of message: take it in, and the message is over. When this returns anything but
 * SESSION_REPLY, what was taken is committed. */
void session_take(struct session *session, const char *queue_id,
		  const struct intake_mta *mta, struct session_answer *answer_r);

/* The message was broken off, or is none of our business. */
void session_reset(struct session *session);

#endif

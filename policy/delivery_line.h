/*
 * A line of the mail system's log: what it says of the delivery of a mail.
 *
 * Postfix (postfix-doc, qmgr(8), smtp(8)) and Sendmail (its LogLevel 9, as it comes) write one
 * line for each attempt, with the queue id before it:
 *
 *	4Xk: to=<a@b>, relay=..., dsn=2.0.0, status=sent (250 OK)
 *	5AR: to=<a@b>,<c@b>, delay=..., dsn=4.0.0, stat=Deferred: 421 too many
 */
#ifndef KAIRAN_POLICY_DELIVERY_LINE_H
#define KAIRAN_POLICY_DELIVERY_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum delivery_fate {
	DELIVERY_QUEUED,   /* a mail of this sender has this queue id */
	DELIVERY_SPLIT,    /* some of its recipients have other queue ids from now on */
	DELIVERY_REMOVED,  /* nothing more comes of this queue id */
	DELIVERY_SENT,     /* taken by where it goes to */
	DELIVERY_DEFERRED, /* tried again later */
	DELIVERY_FAILED,   /* never tried again */
};

/* A piece of the line. */
struct delivery_text {
	const char *octets; /* not terminated */
	size_t length;
};

struct delivery_line {
	enum delivery_fate fate;
	struct delivery_text queue_id;
	/* DELIVERY_QUEUED: the envelope sender, without <>. DELIVERY_SPLIT: the other ids, with
	 * "; " between them. Of a delivery: all of its recipients, from the first "<". */
	struct delivery_text who;
	struct delivery_text words; /* of a delivery: what was answered; may be empty */
};

/* Read what stands behind the time of a line (terminated, without its line end). False: it is about
 * something else. All points into the text. */
bool delivery_line_read(const char *text, struct delivery_line *line_r);

/* The next recipient of who, which moves on behind it: its address without <>. False at the end. */
bool delivery_line_next(struct delivery_text *who, struct delivery_text *address_r);

/* Is a delay or a failure with these words what the other side wants, or that it is not there? Not
 * so is what is wrong with our own mail system, or what it holds back by itself. */
bool delivery_line_is_theirs(struct delivery_text words);

#endif

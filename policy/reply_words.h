/*
 * The words of a reply decide (DESIGN.md, "The words decide"; Art. 13-1(3)).
 *
 * Input is the reply's text/plain part, already decoded to UTF-8 with LF line ends and
 * NFC. Quoted text, attribution lines, client footers and everything after an "original
 * message" separator are not the person's words. The first line that remains, and is
 * neither blank nor a greeting, a salutation, the person's own name, or a gateway's banner,
 * must begin with a decision word; anything else decides nothing. An approval whose own
 * words go on with a condition, a negation, a question, another decision, or words of
 * absence decides nothing either. Not read for that are disclaimers, the town's own lines,
 * names, offices and addresses, and what the person has once said is their signature.
 */
#ifndef KAIRAN_POLICY_REPLY_WORDS_H
#define KAIRAN_POLICY_REPLY_WORDS_H

#include <stdbool.h>

#include "policy/decision.h"
#include "policy/reply_facts.h"

/* What is kept of the words below, in octets; the rest is "...". All of them are judged. */
#define REPLY_REASON_MOST 3000
#define REPLY_FIRST_MOST  300

/* Why a reply decides nothing. Each has a sentence for the person (phrase "obstacle.NAME",
 * reply_obstacle_name()). */
enum reply_obstacle {
	REPLY_CLEAR,             /* it decides */
	REPLY_OBSTACLE_EMPTY,    /* no words of the person's own */
	REPLY_OBSTACLE_NO_WORD,  /* the first line that counts is no decision */
	REPLY_OBSTACLE_QUESTION, /* a decision word, but asked */
	REPLY_OBSTACLE_DOUBT,   /* what goes on in the line, or below, may take it back */
	REPLY_OBSTACLE_BELOW,   /* only what stands below: perhaps a signature */
	REPLY_OBSTACLE_ABSENCE, /* words of absence or of an automatic answer */
	REPLY_OBSTACLE_PARTS,   /* its plain text and its HTML differ (reply_parts.h) */
};

struct reply_words {
	enum decision decision;
	enum reply_obstacle obstacle;
	/* The line in the way, as written; "" when there is none. Never NULL, like the next. */
	char *in_the_way;
	/* The rest of the person's own words, trimmed, without what is known as a signature;
	 * "" when none. */
	char *reason;
	/* The first own line as written, for the audit row; "" when none. */
	char *first;
	/* What stands below the decision and may be a signature, as written; "" when none. */
	char *tail;
	/* The person says that the tail is a signature (承認 以下署名): it is to be kept. */
	bool teaches;
	char *tail_hash; /* where it teaches: reply_tail_hash(); else NULL */
};

/* Read a reply. Never fails: what cannot be read is DECISION_NONE. facts may be NULL. The
 * strings of words_r are owned by it and freed by reply_words_free(). */
void reply_words_read(const char *text, const struct reply_facts *facts,
		      struct reply_words *words_r);

/* The hash under which a tail is known again, however it is wrapped or spaced: hex, g_free().
 * NULL for a tail without words. */
char *reply_tail_hash(const char *tail);

/* Free the strings inside; words may be zeroed, or NULL. */
void reply_words_free(struct reply_words *words);

/* The obstacle's stable ASCII name, for the audit trail and the phrases ("empty", "no-word", ...). */
const char *reply_obstacle_name(enum reply_obstacle obstacle);

#endif

/*
 * The words of a reply decide (DESIGN.md, "The words decide"; Art. 13-1(3)).
 *
 * Input is the reply's text/plain part, already decoded to UTF-8 with LF line ends and
 * NFC. Quoted text, attribution lines, client footers and everything after an "original
 * message" separator are not the person's words. The first line that remains and is not
 * blank must begin with a decision word; anything else decides nothing. An approval whose
 * own words go on with a condition, a negation, a question or another decision decides
 * nothing either.
 */
#ifndef KAIRAN_POLICY_REPLY_WORDS_H
#define KAIRAN_POLICY_REPLY_WORDS_H

enum decision {
	DECISION_NONE,           /* nothing that decides */
	DECISION_APPROVE,        /* 承認, OK, approve */
	DECISION_APPROVE_URGENT, /* 緊急承認, approve urgent: reason asked for */
	DECISION_SEND_BACK,      /* 差戻し, 却下, reject: reason asked for */
	DECISION_STOP,           /* 停止, stop */
	DECISION_WITHDRAW, /* 取下げ, withdraw: only the author's draft+ address */
};

/* What is kept of the words below, in octets; the rest is "...". All of them are judged. */
#define REPLY_REASON_MOST 3000
#define REPLY_FIRST_MOST  300

struct reply_words {
	enum decision decision;
	/* The rest of the person's own words, trimmed; "" when none; never NULL. */
	char *reason;
	/* The first own line as written, for the audit row; "" when none. */
	char *first;
};

/* Read a reply. Never fails: what cannot be read is DECISION_NONE. The strings of
 * words_r are owned by it and freed by reply_words_free(). */
void reply_words_read(const char *text, struct reply_words *words_r);

/* Free the strings inside; words may be zeroed, or NULL. */
void reply_words_free(struct reply_words *words);

/* The word's stable ASCII name for the audit trail ("approve", "send-back", ...). */
const char *decision_name(enum decision decision);

#endif

/*
 * The words that decide, at the beginning of a line.
 */
#ifndef KAIRAN_POLICY_DECISION_H
#define KAIRAN_POLICY_DECISION_H

#include <stdbool.h>

enum decision {
	DECISION_NONE,           /* nothing that decides */
	DECISION_APPROVE,        /* 承認, OK, approve */
	DECISION_APPROVE_URGENT, /* 緊急承認, approve urgent: reason asked for */
	DECISION_SEND_BACK,      /* 差戻し, 却下, reject: reason asked for */
	DECISION_STOP,           /* 停止, stop */
	DECISION_WITHDRAW, /* 取下げ, withdraw: only the author's draft+ address */
};

/* What a line begins with. */
enum decision_start {
	DECISION_START_OTHER, /* no word */
	DECISION_START_BROKEN, /* a word that goes on and says something else: 承認しません */
	DECISION_START_ASKED, /* a word, but asked: 承認？ 承認でいいですか */
	DECISION_START_WORD,  /* a word: decision, rest */
};

struct decision_line {
	enum decision_start start;
	enum decision decision; /* NONE without a word */
	/* Also said by people who have only read the mail: it decides only when nothing but
	 * courtesies follows in its line. */
	bool acknowledges;
	const char *rest; /* what follows the word, within the line that was read */
};

/* Read a line (UTF-8, one line). */
struct decision_line decision_read_line(const char *line);

bool decision_is_approval(enum decision decision);

/* The word's stable ASCII name for the audit trail ("approve", "send-back", ...). */
const char *decision_name(enum decision decision);

#endif

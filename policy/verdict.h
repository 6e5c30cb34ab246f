/*
 * What a rule says: pass, refuse, or "not now". A refusal has a stable reason, the SMTP
 * reply that staff's client shows (short ASCII, RFC 3463 code), and the article it rests
 * on. The sentences of the explaining mail are templates, found by the reason's name.
 */
#ifndef KAIRAN_POLICY_VERDICT_H
#define KAIRAN_POLICY_VERDICT_H

#include <stdbool.h>

enum verdict_kind {
	VERDICT_PASS,
	VERDICT_REFUSE,   /* 5xx: will not be better next time */
	VERDICT_TEMPFAIL, /* 4xx: could not ask, or the directory contradicts itself */
};

enum reason {
	REASON_NONE,
	REASON_NOT_LOGGED_IN,   /* a draft or decision without SMTP AUTH */
	REASON_UNKNOWN_PERSON,  /* the login is nobody in the directory */
	REASON_NOT_STAFF,       /* Art. 2, 13-1(2) */
	REASON_APPROVER_WRITES, /* Art. 4: the approver may not also be staff */
	REASON_SENDER_FOREIGN,  /* envelope sender or From: is not the person's */
	REASON_NO_APPROVER,     /* Art. 4: no one to ask */
	REASON_DIRECTORY,       /* could not ask */
	REASON_STORE,           /* could not hold */
	REASON_EMPTY,           /* no text */
	REASON_TOO_LONG,        /* Art. 13-2(2) */
	REASON_ATTACHMENT,      /* Art. 13-2(3) */
	REASON_NO_TEXT_PART,    /* Art. 13-2(3): HTML only */
	REASON_UNDECODABLE,     /* Art. 13-2(3) */
	REASON_CHARSET,         /* Art. 13-2(3): has no place in ISO-2022-JP */
	REASON_HTML_TWIN,       /* Art. 13-2(3): HTML beside the same text */
	REASON_PROTECTED,       /* Art. 13-2(4) */
	REASON_LEAKED_TOKEN,    /* Art. 13-2(4): an address that somebody may answer to */
	REASON_NO_SUBJECT,
	REASON_PART_LINE, /* a line that parts names no list of the broadcast's */
	REASON_SEND_AT,   /* Art. 13-2(1): the time asked for cannot be read */
	REASON_SEND_AT_PAST,
	REASON_SEND_AT_QUIET,
	REASON_SEND_AT_FAR,
	REASON_BROKEN, /* not a mail that can be read */
	REASON_TOO_LARGE,
	REASON_RECALL,    /* Outlook's recall of another one */
	REASON_AUTOMATIC, /* a machine wrote it */
	REASON_FORGED_TOKEN,
	REASON_EXPIRED_TOKEN,
	REASON_BROKEN_TOKEN,     /* an address whose token is not there, or not whole */
	REASON_NO_REFERENCE,     /* to the notices' sender, and it answers none of them */
	REASON_SEVERAL_REQUESTS, /* likewise, and it answers more than one */
	REASON_WRONG_PERSON,     /* a genuine token, made for somebody else */
	REASON_NOT_APPROVER,     /* Art. 4, 13-1(3): no longer approver or delegate */
	REASON_URGENT_REASON,   /* Art. 13-2(1): 緊急承認 at night without a reason */
	REASON_OWN_DRAFT,       /* Art. 4: the author never decides */
	REASON_SUSPENDED,       /* Art. 6 */
	REASON_DELEGATE_PERIOD, /* Art. 4: the delegate's time has not come, or is over */
	REASON_DELEGATE_TIME,   /* Art. 4: and cannot be read */
	REASON_NOT_CORRECTION,  /* a decision word where a correction's text is wanted */
	REASON_OUT_OF_SERVICE,  /* Art. 7: the broadcast is suspended */
	REASON_UNKNOWN_ADDRESS,
	REASON_TOO_MANY,      /* more of our addresses than one mail may have */
	REASON_NOT_READY,     /* starting: no directory snapshot yet */
	REASON_NOT_RELEASING, /* a genuine release address, but there is nothing to release */
	REASON_BYPASS,        /* came past the milter */

	/* The directory contradicts itself about a section. */
	REASON_SEVERAL_APPROVERS, /* Art. 4 */
	REASON_BOTH_DUTIES,       /* Art. 4: an approver or delegate is staff too */
	REASON_FOREIGN_DELEGATE,  /* Art. 4: a delegate is from elsewhere */
	REASON_NO_SECTION,        /* Art. 4: the broadcast address of no section */
	REASON_MAIL_TWICE,        /* Art. 3: two people have one mail address */

	REASON_PASSWORD_OLD,     /* Art. 12 */
	REASON_PASSWORD_INITIAL, /* Art. 12: nobody but the registrar has set it */
	REASON_PASSWORD_LOCKED,  /* Art. 12 */
	REASON_PASSWORD_UNKNOWN, /* Art. 12: the directory does not know its age */

	REASON_LIMIT_DRAFTS,  /* more in an hour than one login may write */
	REASON_LIMIT_HELD,    /* more than a section may have waiting */
	REASON_LIMIT_REPLIES, /* more in an hour than one person may answer */
	REASON_CHANGED_ON_WAY, /* Art. 13-1: a broadcast is not what was approved any more */
	REASON_NOBODY_HAD,     /* Art. 13-3: what would be corrected has reached nobody */
	REASON_NOT_RESIDENT,  /* Art. 2(2): a role's address, or the town's own */
	REASON_BLANK,         /* a blank of a ready text is not filled in */
	REASON_LINK,          /* the address of a page that is not the town's */
	REASON_LINK_END,      /* text directly behind the address of a page */
	REASON_NO_DRILL_LIST, /* a drill of a broadcast that has no drill list */
	REASON_DRILL_MARK,    /* it may be meant as one, and may not */
	REASON_IS_DRILL,      /* what would be tried out is a drill itself */
	REASON_COUNT,
};

struct verdict {
	enum verdict_kind kind;
	enum reason reason;
	char text[160]; /* the SMTP reply's text, ASCII, without the codes */
};

/* Pass. */
void verdict_pass(struct verdict *verdict_r);

/* Set the reason with its usual kind; detail (ASCII, may be NULL) is added to the text. */
void verdict_set(struct verdict *verdict_r, enum reason reason, const char *detail);

/* The reason's stable name ("not-staff"), its article ("4", "" when none), and its reply
 * and enhanced status codes ("550", "5.7.1"). */
const char *reason_name(enum reason reason);
const char *reason_article(enum reason reason);
const char *reason_reply(enum reason reason);
const char *reason_status(enum reason reason);

/* The reason of a stable name; false for a name that is none. */
bool reason_find(const char *name, enum reason *reason_r);

#endif

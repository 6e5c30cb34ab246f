/*
 * What programs and gateways put before a subject.
 */
#ifndef KAIRAN_POLICY_SUBJECT_MARK_H
#define KAIRAN_POLICY_SUBJECT_MARK_H

enum subject_mark {
	SUBJECT_MARK_REFERENCE, /* "Re:", "Fwd:", "転送:" */
	SUBJECT_MARK_OUTSIDE, /* "[EXTERNAL]", "【迷惑メール】": from outside, or suspicious */
};

/* Behind the mark and the blanks that the subject (UTF-8, without blanks before it) begins
 * with, and which it is; NULL when it begins with none. */
const char *subject_mark_skip(const char *subject, enum subject_mark *mark_r);

/* Behind all of them ("Fwd: [EXTERNAL] Re: "), a pointer into the subject. */
const char *subject_mark_skip_all(const char *subject);

#endif

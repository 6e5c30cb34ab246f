/*
 * Is a draft a drill? The mark 【訓練】 at the beginning of its subject says so.
 */
#ifndef KAIRAN_POLICY_DRILL_H
#define KAIRAN_POLICY_DRILL_H

/* What stands before the subject and the text of a drill. */
#define DRILL_MARK "【訓練】"

enum drill_mark {
	DRILL_NONE, /* it is meant, as far as the beginning of its subject goes */
	DRILL_MARKED,
	DRILL_HALF, /* somebody may have meant the mark: it is neither */
};

/* Read the beginning of a subject (UTF-8): the mark in any brackets, of any width, with blanks,
 * behind marks of urgency and of replies. *marked_r, which may be NULL, is the same subject with the
 * mark before all else, to be freed with g_free(); NULL of what is not marked. */
enum drill_mark drill_read_mark(const char *subject, char **marked_r);

/* The text with a mark and the separator before it, unless it has the mark already. Free with
 * g_free(). */
char *drill_add_mark(const char *mark, const char *text, const char *separator);

#endif

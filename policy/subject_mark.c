/*
 * NAME
 *	subject_mark - what programs and gateways put before a subject
 *
 * DESCRIPTION
 *	Marks of replies and forwarded mails in the languages that programs have, with their
 *	numbers, and those that gateways and filters add: in brackets or stars, or with a
 *	colon, since the words alone may begin a subject.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/subject_mark.h"

#include <glib.h>
#include <string.h>

#include "policy/disclaimer.h"
#include "policy/folded.h"
#include "policy/line.h"
#include "policy/text.h"

/* clang-format off */
/* Folded, the longer before those that they begin with. */
static const char *const subject_references[] = {
	"fwd", "fw", "res", "re", "転送", "返信", "回复", "答复", "回覆", "转发", "轉寄",
	"轉發", "antw", "aw", "wg", "sv", "vs", "tr", "rv", "enc", "답장", "회신", "전달", NULL,
};
/* Of gateways and filters, where disclaimer.c does not know them: in brackets or stars, or
 * with a colon. */
static const char *const subject_marks[] = {
	"external email", "external mail", "external", "外部メール", "社外メール", "庁外メール",
	"suspected spam", "possible spam", "spam?", "spam", "meiwaku", "迷惑メールの可能性",
	"迷惑メールの疑い", "迷惑メール", "不審メール", "virus", "bulk", NULL,
};
/* clang-format on */

/* The text folded up to its first colon, if that comes early, and behind it; NULL without
 * one. */
static const char *split_at_colon(const char *text, char **before_r)
{
	const char *at = text;

	*before_r = NULL;
	for (int i = 0;
	     i < 20 && *at != '\0' && *at != ':' && !text_begins_with(at, "："); i++)
		at = g_utf8_next_char(at);
	if (*at != ':' && !text_begins_with(at, "："))
		return NULL;
	*before_r = text_fold_case(text, (size_t)(at - text));
	return g_utf8_next_char(at);
}

/* "Re:", "RE：", "Re[2]:", "Fwd :". */
static const char *skip_reference(const char *subject)
{
	g_autofree char *before = NULL;
	const char *behind = split_at_colon(subject, &before);
	size_t word;

	if (behind == NULL)
		return subject;
	word = line_match_start(before, subject_references);
	return word > 0 &&
		       strspn(before + word, "[]()^0123456789 ") == strlen(before + word)
		   ? behind
		   : subject;
}

/* "[SPAM] ", "***SPAM***", "External: ". */
static const char *skip_mark(const char *subject)
{
	static const char *const opens[] = { "[", "【", "(", "{", "<", "*", "#", NULL };
	static const char *const closes[] = { "]", "】", ")", "}", ">",
					      "*", "#",  ":", NULL };
	const char *known = disclaimer_skip_mark(subject);
	struct folded folded;
	const char *at;
	size_t length, word, behind = 0;

	if (known != subject)
		return known;
	folded_make(subject, &folded);
	at = folded.text;
	while ((length = line_match_start(at, opens)) > 0)
		at += length;
	word = line_match_start(at, subject_marks);
	if (word > 0) {
		const char *end = at + word;

		while ((length = line_match_start(end, closes)) > 0)
			end += length;
		if (end > at + word)
			behind = folded.origin[end - folded.text];
	}
	folded_clear(&folded);
	return subject + behind;
}

const char *subject_mark_skip(const char *subject, enum subject_mark *mark_r)
{
	const char *behind = skip_reference(subject);

	*mark_r = SUBJECT_MARK_REFERENCE;
	if (behind == subject) {
		*mark_r = SUBJECT_MARK_OUTSIDE;
		behind = skip_mark(subject);
	}
	return behind != subject ? line_skip_blank(behind) : NULL;
}

const char *subject_mark_skip_all(const char *subject)
{
	const char *at = line_skip_blank(subject), *behind;
	enum subject_mark mark;

	while ((behind = subject_mark_skip(at, &mark)) != NULL)
		at = behind;
	return at;
}

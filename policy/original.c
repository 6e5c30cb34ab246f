/*
 * NAME
 *	original - what stands between a reply and its original
 *
 * DESCRIPTION
 *	What is below an original's introduction is not read, so a person's own lines must
 *	not look like one. Words between two rulers must be known, or a block of headers must
 *	follow (header_block.c); an attribution must say who wrote (attribution.c).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/original.h"

#include <glib.h>
#include <string.h>

#include "policy/attribution.h"
#include "policy/header_block.h"
#include "policy/line.h"
#include "policy/reply_doubt.h"
#include "policy/text.h"

/* ---- separators ---- */

/* clang-format off */
static const char *const original_words[] = {
	"original message", "original mail", "original appointment", "original email",
	"forwarded message", "forwarded mail", "forward message", "reply message",
	"元のメッセージ", "元のメール", "元メール", "元メッセージ", "元の予定", "転送メッセージ",
	"転送メール", "転送されたメッセージ", "転送されたメール", "転送元メッセージ",
	"受信メッセージ", "受信メール", "返信元メッセージ", "返信元メール", "オリジナルメッセージ",
	"mensaje original", "mensaje reenviado", "messaggio originale",
	"messaggio inoltrato", "message d'origine", "message original", "message transféré",
	"ursprüngliche nachricht", "originalnachricht", "original-nachricht",
	"weitergeleitete nachricht", "oorspronkelijk bericht", "doorgestuurd bericht",
	"ursprungligt meddelande", "opprinnelig melding", "oprindelig meddelelse",
	"mensagem original", "mensagem encaminhada", "wiadomość oryginalna",
	"исходное сообщение", "пересылаемое сообщение", "原始邮件", "原始郵件", "转发邮件",
	"转发的邮件", "轉寄郵件", "轉寄的郵件", "원본 메시지", "원본 메일", "전달된 메시지", NULL,
};
static const char *const original_forwards[] = {
	"begin forwarded message", "転送されたメッセージ", "anfang der weitergeleiteten nachricht",
	"début du message transféré", NULL,
};
/* clang-format on */

/* How many equal marks of a ruler stand here. */
static size_t count_marks(const char *at)
{
	static const gunichar marks[] = {
		'-',    '_',    '=',    '*',    '~',    '+',
		0x2015, 0x2500, 0x2501, 0xff0d, 0xff3f, 0x2014
	};
	const gunichar first = g_utf8_get_char(at);
	size_t count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		if (first == marks[i])
			for (; g_utf8_get_char(at) == first; at = g_utf8_next_char(at))
				count++;
	return count;
}

/* What stands between two rulers, folded: g_free(). NULL when this is not such a line. */
static char *read_between(const char *line)
{
	const char *start = line_skip_blank(line);
	const size_t count = count_marks(start);
	char *folded, *words, *between = NULL;

	if (count < 2 || strlen(start) > 200)
		return NULL;
	folded = text_fold_case(start, strlen(start));
	words = line_strip(folded, "");
	if (count_marks(g_utf8_prev_char(words + strlen(words))) > 0) {
		while (count_marks(words) > 0)
			words = g_utf8_next_char(words);
		for (char *end = words + strlen(words);
		     end > words && count_marks(g_utf8_prev_char(end)) > 0;) {
			end = g_utf8_prev_char(end);
			*end = '\0';
		}
		between = g_strdup(line_strip(words, ":"));
	}
	g_free(folded);
	return between;
}

bool original_is_separator(const char *line)
{
	g_autofree char *between = read_between(line);
	g_autofree char *folded = NULL;
	const char *words;

	if (between != NULL)
		return line_is_any(between, original_words);
	if (strlen(line) > 200 || !line_has_colon(line))
		return false;
	folded = text_fold_case(line, strlen(line));
	words = line_strip(folded, "");
	if (!g_str_has_suffix(words, ":"))
		return false;
	return line_is_any(line_strip(folded, ":"), original_forwards);
}

/* ---- all of them ---- */

/* Where the next line that is not blank stands. */
static size_t skip_blank_lines(char *const *lines, size_t at)
{
	while (lines[at] != NULL && line_is_blank(lines[at]))
		at++;
	return at;
}

static size_t count_one(char *const *lines, const char *const *addresses)
{
	const size_t count = header_block_count_lines(lines, addresses);

	return count > 0 ? count : attribution_count_lines(lines);
}

/* Are there words between rulers, or a heading, that only a block of headers behind it makes
 * one of an original? */
static bool is_heading(const char *line, const char *next)
{
	g_autofree char *between = NULL;
	g_autofree char *folded = NULL;

	if (next == NULL || !line_has_colon(next) || strlen(line) > 200)
		return false;
	between = read_between(line);
	if (between != NULL)
		return !reply_doubt_is_found(between, false);
	folded = text_fold_case(line, strlen(line));
	return line_is_any(line_strip(folded, ":"), original_words);
}

size_t original_count_intro(char *const *lines, const char *const *addresses)
{
	size_t next, more;
	bool separator;

	if (lines[0] == NULL || line_is_blank(lines[0]) || line_is_quoted(lines[0]))
		return 0;
	separator = original_is_separator(lines[0]);
	next = skip_blank_lines(lines, 1);
	if (!separator && !is_heading(lines[0], lines[next]))
		return count_one(lines, addresses);
	more = lines[next] != NULL ? count_one(lines + next, addresses) : 0;
	if (more > 0)
		return next + more;
	return separator ? 1 : 0;
}

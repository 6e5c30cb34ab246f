/*
 * NAME
 *	decision - the words that decide
 *
 * DESCRIPTION
 *	A line decides when it begins with a word of the table. A word ends at the line's
 *	end, at white space or punctuation, or goes on politely (承認します). Comparison is
 *	after compatibility normalization and case folding, so that ＯＫ is OK.
 *
 *	Two words may stand together ("OK 承認", "NG 差戻し"): the ready replies have them, so
 *	that one of both arrives where a phone reads the link's text in the wrong character
 *	set. What then becomes of 承認 is known, see decision_garbled.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/decision.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/text.h"

/* Longer words first, where one begins with another. */
static const struct decision_word {
	const char *word;
	enum decision decision;
	bool acknowledges;
} decision_table[] = {
	{ "緊急承認", DECISION_APPROVE_URGENT, false },
	{ "緊急 承認", DECISION_APPROVE_URGENT, false },
	{ "approve urgent", DECISION_APPROVE_URGENT, false },
	{ "approved urgent", DECISION_APPROVE_URGENT, false },
	{ "承認", DECISION_APPROVE, false },
	{ "approved", DECISION_APPROVE, false },
	{ "approve", DECISION_APPROVE, false },
	{ "ok", DECISION_APPROVE, true },
	{ "差し戻し", DECISION_SEND_BACK, false },
	{ "差戻し", DECISION_SEND_BACK, false },
	{ "差し戻", DECISION_SEND_BACK, false },
	{ "差戻", DECISION_SEND_BACK, false },
	{ "却下", DECISION_SEND_BACK, false },
	{ "rejected", DECISION_SEND_BACK, false },
	{ "reject", DECISION_SEND_BACK, false },
	{ "停止", DECISION_STOP, false },
	{ "stop", DECISION_STOP, false },
	{ "取り下げ", DECISION_WITHDRAW, false },
	{ "取下げ", DECISION_WITHDRAW, false },
	{ "取り下", DECISION_WITHDRAW, false },
	{ "取下", DECISION_WITHDRAW, false },
	{ "withdraw", DECISION_WITHDRAW, false },
};

/* Decides nothing alone, but may stand before a word that sends back. */
static const struct decision_word decision_no_good = { "ng", DECISION_SEND_BACK, true };

/* How a Japanese word goes on without changing what it says; longer ones first. What follows
 * is read for doubt. 承認をお願いします is not among them: that asks somebody else to approve. */
/* clang-format off */
static const char *const decision_polite[] = {
	"でお願いいたします", "でお願い致します", "でお願いします", "させていただきますので",
	"させていただきます", "させて頂きますので", "させて頂きます", "いたしましたので",
	"いたしました", "致しましたので", "致しました", "いたしますので", "いたします",
	"致しますので", "致します", "しましたので", "しました", "しますので", "します",
	"といたします", "とします", "をいたします", "をします", "で結構です", "でいいです",
	"で大丈夫です", "で問題ありません", "で問題ないです", "する", "ですので", "です",
	"👍", "👌", NULL,
};

/* Further ways to go on for words that send nothing: there, doubt is on their side. */
static const char *const decision_requests[] = {
	"をお願いいたします", "をお願いします", "してください", "して下さい",
	"お願いします", "ました", "ます", "す", "る", NULL,
};
/* clang-format on */

/*
 * What becomes of 承認 when its octets are read in another character set, as some phones read
 * a link's text. Behind "OK" this is the ready reply, and nothing else:
 *
 * Except for one, each form holds all octets of 承認 but perhaps the last, and could not be
 * made of other words. The exception is Shift_JIS read as UTF-8, whose first three octets are
 * lost, each to the same replacement character; what else comes out as those three and an F
 * are two characters, the second of them 認 (公認, 是認; 否認 and 確認 come out otherwise), so
 * that there is neither a negation nor room for a condition. EUC-JP read as UTF-8 is not
 * here: 確認 comes out the same; nor is what is lost as a whole: 保留 comes out the same. And
 * no form counts without the "OK" before it, which arrives whole.
 */
static const char *const decision_garbled[] = {
	"謇ｿ隱\xef\xbf\xbd",    /* UTF-8 as Shift_JIS */
	"謇ｿ隱・",              /* the same, its end replaced */
	"謇ｿ隱?",               /* the same */
	"謇ｿ隱",                /* the same, its end dropped */
	"æ\xc2\x89¿èª\xc2\x8d", /* UTF-8 as ISO 8859-1 */
	"æ‰¿èª\xc2\x8d",        /* UTF-8 as Windows-1252 */
	"æ‰¿èª\xef\xbf\xbd",    /* the same */
	"æ‰¿èª",                /* the same */
	"鎵胯獚",               /* UTF-8 as GBK */
	"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	"F", /* Shift_JIS as UTF-8 */
	"\xc2\x8f³\xc2\x94"
	"F",                /* Shift_JIS as ISO 8859-1 */
	"\xc2\x8f³”F",      /* Shift_JIS as Windows-1252 */
	"\xef\xbf\xbd³”F",  /* the same */
	"ｾｵﾇｧ",             /* EUC-JP as Shift_JIS */
	"¾µÇ§",             /* EUC-JP as ISO 8859-1 */
	"\x1b$B>5G'\x1b(B", /* ISO-2022-JP as ASCII */
	"$B>5G'(B",         /* the same, without its escapes */
	NULL,
};
/* clang-format on */

/* ---- where words begin and end ---- */

/* How many octets of the text are this (folded) word; 0 when it begins otherwise. */
static size_t match_word(const char *text, const char *word)
{
	const char *end = text;

	for (glong i = 0; i <= 2 * g_utf8_strlen(word, -1) && *end != '\0'; i++) {
		g_autofree char *folded = NULL;

		end = g_utf8_next_char(end);
		folded = text_fold_case(text, (size_t)(end - text));
		if (strcmp(folded, word) == 0)
			return (size_t)(end - text);
	}
	return 0;
}

/* May a word end before this place? A closing bracket ends none: without its opening one
 * the word is the rest of somebody's sentence. Nor does a mark that can stand inside a
 * word or an address, unless a blank follows. */
static bool is_boundary(const char *at)
{
	const gunichar c = g_utf8_get_char(at);
	const GUnicodeType type = g_unichar_type(c);

	if (c == '\0' || line_is_blank_at(at))
		return true;
	if (c == '.' || c == '-')
		return at[1] == '\0' || at[1] == *at || line_is_blank_at(at + 1);
	if (c < 0x80)
		return strchr(",:;!?(", *at) != NULL;
	return g_unichar_ispunct(c) && type != G_UNICODE_CLOSE_PUNCTUATION &&
	       type != G_UNICODE_FINAL_PUNCTUATION;
}

/* Behind one of these words, if there is one. */
static const char *skip_any(const char *at, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t length = match_word(at, *words);

		if (length > 0)
			return at + length;
	}
	return at;
}

/* Behind a polite continuation, if there is one. */
static const char *skip_polite(enum decision decision, const char *at)
{
	const char *behind = skip_any(at, decision_polite);

	return behind == at && !decision_is_approval(decision)
		   ? skip_any(at, decision_requests)
		   : behind;
}

/* Behind all that stands here of these marks and blanks. */
static const char *skip_marks(const char *at, const char *marks)
{
	while (*at != '\0' && (line_is_blank_at(at) ||
			       g_utf8_strchr(marks, -1, g_utf8_get_char(at)) != NULL))
		at = g_utf8_next_char(at);
	return at;
}

static bool is_question_mark(const char *at)
{
	return *at != '\0' && g_utf8_strchr("?？⁇⁈⁉❓❔", -1, g_utf8_get_char(at)) != NULL;
}

/* Does a question mark stand among the marks right behind the word? */
static bool is_question(const char *at)
{
	for (; *at != '\0'; at = g_utf8_next_char(at)) {
		if (is_question_mark(at))
			return true;
		if (!line_is_blank_at(at) && !g_unichar_ispunct(g_utf8_get_char(at)))
			return false;
	}
	return false;
}

/* Does this, which goes on behind a word, ask? */
static bool is_asking(const char *rest)
{
	static const char *const words[] = { "ですか",         "ますか",     "でしょうか",
					     "ますでしょうか", "よろしいか", NULL };

	for (const char *at = rest; *at != '\0'; at = g_utf8_next_char(at))
		if (is_question_mark(at))
			return true;
	return line_has_any(rest, words);
}

/* Does a word end here that gives the reason for what follows: 承認しますので配信してください? */
static bool is_because(const char *line, const char *at)
{
	static const char because[] = "ので";
	const size_t length = strlen(because);

	return (size_t)(at - line) > length && strncmp(at - length, because, length) == 0;
}

/* Behind a word and what belongs to it, if a word may end there; else NULL. Whoever
 * opened a bracket before it may close it. begun_r: the line begins with the word, whatever
 * follows. */
static const char *skip_word(const char *line, const struct decision_word *word,
			     bool opened, bool *begun_r)
{
	static const char closing[] = "」』】\"”*＊";
	const size_t length = match_word(line, word->word);
	const char *rest = line + length;

	*begun_r = false;
	if (length == 0)
		return NULL;
	*begun_r = !g_ascii_isalnum(rest[-1]) || !g_ascii_isalnum(*rest);
	if (opened)
		rest = skip_marks(rest, closing);
	if (!is_boundary(rest))
		rest = skip_polite(word->decision, rest);
	if (opened)
		rest = skip_marks(rest, closing);
	return is_boundary(rest) || is_because(line, rest) ? rest : NULL;
}

/* ---- a line ---- */

static struct decision_line read_word(const char *line)
{
	struct decision_line read = { .start = DECISION_START_OTHER, .rest = line };
	const char *bullet = skip_marks(line, "・●");
	const char *start = skip_marks(bullet, "「『【\"“*＊");

	for (size_t i = 0; i < G_N_ELEMENTS(decision_table); i++) {
		const struct decision_word *word = &decision_table[i];
		bool begun;
		const char *rest = skip_word(start, word, start != bullet, &begun);

		if (rest != NULL && !is_question(rest))
			return (struct decision_line){ DECISION_START_WORD,
						       word->decision, word->acknowledges,
						       rest };
		if (rest != NULL)
			return (struct decision_line){ .start = DECISION_START_ASKED,
						       .rest = rest };
		if (begun)
			read.start = is_asking(start) ? DECISION_START_ASKED
						      : DECISION_START_BROKEN;
	}
	return read;
}

/* Behind 承認 as it arrives from a phone that could not read it; NULL when this is not it. */
static const char *skip_garbled(const char *at)
{
	const size_t length = line_match_start(at, decision_garbled);

	return length > 0 && is_boundary(at + length) ? at + length : NULL;
}

/* "OK 承認" says 承認, and its rest is read like that of 承認. "OK 差戻し" says both. */
static struct decision_line read_second(const struct decision_line *first)
{
	const char *behind = skip_marks(first->rest, ",.!、。，．！");
	struct decision_line second = read_word(behind);
	const char *garbled = skip_garbled(behind);

	if (garbled != NULL)
		return (struct decision_line){ DECISION_START_WORD, DECISION_APPROVE,
					       false, garbled };
	return second.start == DECISION_START_WORD &&
		       decision_is_approval(second.decision) && !second.acknowledges
		   ? second
		   : *first;
}

static struct decision_line read_no_good(const char *line)
{
	const struct decision_line other = { .start = DECISION_START_OTHER,
					     .rest = line };
	struct decision_line second;
	const char *rest;
	bool begun;

	line = line_skip_blank(line);
	rest = skip_word(line, &decision_no_good, false, &begun);
	if (rest == NULL)
		return other;
	second = read_word(skip_marks(rest, ",.!、。，．！"));
	return second.start == DECISION_START_WORD &&
		       second.decision == DECISION_SEND_BACK
		   ? second
		   : other;
}

/* "reject 差戻し" says one thing twice, as the ready replies do. */
static struct decision_line skip_repeated(const struct decision_line *first)
{
	const struct decision_line second =
	    read_word(skip_marks(first->rest, ",.!、。，．！"));

	return second.start == DECISION_START_WORD && second.decision == first->decision
		   ? second
		   : *first;
}

struct decision_line decision_read_line(const char *line)
{
	struct decision_line read = read_word(line);

	if (read.start == DECISION_START_WORD && read.acknowledges)
		return read_second(&read);
	if (read.start == DECISION_START_WORD && !decision_is_approval(read.decision))
		return skip_repeated(&read);
	return read.start == DECISION_START_OTHER ? read_no_good(line) : read;
}

bool decision_is_approval(enum decision decision)
{
	return decision == DECISION_APPROVE || decision == DECISION_APPROVE_URGENT;
}

const char *decision_name(enum decision decision)
{
	static const char *const names[] = {
		[DECISION_NONE] = "none",
		[DECISION_APPROVE] = "approve",
		[DECISION_APPROVE_URGENT] = "approve-urgent",
		[DECISION_SEND_BACK] = "send-back",
		[DECISION_STOP] = "stop",
		[DECISION_WITHDRAW] = "withdraw",
	};

	return names[decision];
}

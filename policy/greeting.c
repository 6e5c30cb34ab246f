/*
 * NAME
 *	greeting - what stands before a decision
 *
 * DESCRIPTION
 *	A line is taken apart into phrases, each of which must be in a table as a whole, be
 *	the person's own name with です, or a name with 様 behind it. A phrase ends at
 *	punctuation, at a blank, or at the line's end: お疲れ様ですが is none. What is not known
 *	ends the search; whoever reads the line goes on from there.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/greeting.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "policy/disclaimer.h"
#include "policy/folded.h"
#include "policy/line.h"
#include "policy/office.h"
#include "policy/reply_doubt.h"
#include "policy/script.h"
#include "policy/text.h"

/* The characters of a salutation's name, and the words in it. */
#define NAME_MOST  24
#define WORDS_MOST 4

/* Longer phrases first, where one begins with another. */
/* clang-format off */
static const char *const greeting_phrases[] = {
	"いつも大変お世話になっております", "いつもお世話になっております",
	"いつもお世話になります", "平素より大変お世話になっております",
	"平素よりお世話になっております", "平素は大変お世話になっております",
	"平素はお世話になっております", "日頃よりお世話になっております",
	"日頃より大変お世話になっております", "大変お世話になっております",
	"お世話になっております", "お世話になっています", "お世話になります", "お世話様です",
	"お世話さまです", "お疲れ様でございます", "お疲れさまでございます", "お疲れ様でした",
	"お疲れさまでした", "お疲れ様です", "お疲れさまです", "お疲れです", "お疲れ様",
	"お疲れさま", "おつかれさまです", "おつかれさまでした", "おつかれさま", "ご苦労様です",
	"ご苦労さまです", "ご苦労様でした", "ご苦労さまでした", "ご苦労様", "ご苦労さま",
	"おはようございます", "おはよう", "こんにちは", "こんにちわ", "こんばんは",
	"夜分に失礼いたします", "夜分に失礼します", "夜分にすみません", "休日に失礼します",
	"休日にすみません", "失礼いたします", "失礼します", "突然のメール失礼します",
	"返信が遅くなり申し訳ありません", "返信が遅くなりすみません",
	"返信が遅くなり申し訳ございません", "返信遅くなり申し訳ありません",
	"返信遅くなりすみません", "ご連絡が遅くなり申し訳ありません",
	"遅くなり申し訳ございません", "遅くなり申し訳ありません", "遅くなりまして申し訳ありません",
	"遅くなってすみません", "遅くなりすみません", "遅くなりました", "お待たせいたしました",
	"お待たせしました", "お待たせして申し訳ありません", "ご連絡ありがとうございます",
	"ご連絡ありがとうございました", "連絡ありがとうございます", "ご連絡いただきありがとうございます",
	"ご対応ありがとうございます", "対応ありがとうございます", "早速の対応ありがとうございます",
	"早速のご対応ありがとうございます", "起案ありがとうございます", "作成ありがとうございます",
	"原稿ありがとうございます", "修正ありがとうございます", "修正ありがとうございました",
	"ありがとうございます", "ありがとうございました", "ありがとう", "承知いたしました",
	"承知致しました", "承知しました", "承知です", "了解いたしました", "了解致しました",
	"了解しました", "了解です", "了解", "かしこまりました", "わかりました", "分かりました",
	"拝見いたしました", "拝見しました", "拝受しました", "拝受いたしました", "受け取りました",
	"内容を確認いたしました", "内容を確認致しました", "内容を確認しました",
	"内容確認いたしました", "内容確認しました", "内容確認済みです", "原稿を確認しました",
	"原稿確認しました", "文面を確認しました", "文面確認しました", "メールを確認しました",
	"修正を確認しました", "修正確認しました", "確認いたしました", "確認致しました",
	"確認しました", "確認済みです", "問題ありませんでした", "問題はありません", "問題ありません",
	"問題ございません", "問題ないです", "問題ないと思います", "問題なしです", "問題なし",
	"異議ありません", "異議なし", "異存ありません", "大丈夫です", "よろしくお願いいたします",
	"よろしくお願い致します", "よろしくお願いします", "はい", "ハイ", "ええ", "good morning",
	"good afternoon", "good evening", "hello", "hi all", "hi there", "hi", "hey",
	"thank you very much", "thank you for the draft", "thank you", "thanks a lot",
	"many thanks", "thanks", "yes please", "yes", "sure", "looks good to me",
	"looks good", "all good", "no problem", "no objections", "understood", NULL,
};
static const char *const greeting_honorifics[] = {
	"各位", "御中", "様", "さま", "さん", "殿", "どの", "先生", "くん", "君", "ちゃん", NULL,
};
static const char *const greeting_introductions[] = {
	"でございます", "と申します", "です", "より", NULL,
};
static const char *const greeting_dear[] = { "dear ", "hi ", "hello ", "hey ", NULL };
static const char *const greeting_crowds[] = {
	"all", "team", "there", "everyone", "sir", "madam", "colleagues", NULL,
};
/* No name has these words. */
static const char *const greeting_decisions[] = {
	"承認", "差戻", "差し戻", "却下", "停止", "取下", "取り下", "緊急", "approve", "approved",
	"reject", "rejected", "stop", "withdraw", "ok", "yes", "no", "ng", "send", "urgent", NULL,
};
/* clang-format on */

/* The punctuation and decoration that may stand behind a phrase. */
static const char greeting_marks[] = "。、,.!…~〜ー♪:;・-–—*＊」』)】";

/* Symbols that take something back. */
static const char greeting_refusals[] = "×✕✖❌👎❓❔🚫⛔🛑✋\xef\xbf\xbd";

static bool is_mark(const char *at)
{
	const gunichar c = g_utf8_get_char(at);

	return c != '\0' &&
	       (line_is_blank_at(at) || g_utf8_strchr(greeting_marks, -1, c) ||
		(g_unichar_type(c) == G_UNICODE_OTHER_SYMBOL &&
		 g_utf8_strchr(greeting_refusals, -1, c) == NULL));
}

static const char *skip_marks(const char *at)
{
	while (is_mark(at))
		at = g_utf8_next_char(at);
	return at;
}

static bool is_end(const char *at)
{
	return *at == '\0' || is_mark(at);
}

/* ---- phrases ---- */

/* A yes may stand right before the decision: はい承認します. */
static const char *skip_phrase(const char *at)
{
	for (size_t i = 0; greeting_phrases[i] != NULL; i++) {
		const char *end = at + strlen(greeting_phrases[i]);

		if (text_begins_with(at, greeting_phrases[i]) &&
		    (is_end(end) || (strcmp(greeting_phrases[i], "はい") == 0 &&
				     text_begins_with(end, "承認"))))
			return end;
	}
	return NULL;
}

/* ---- the person ---- */

/* "防災課の佐藤です", "防災課長 佐藤", "佐藤（防災課）です": own words, titles, and what joins
 * them. */
static const char *skip_person(const char *at, const struct own_words *own)
{
	const char *end = NULL;
	bool name;

	for (;;) {
		size_t length = own_words_match(own, at, &name);

		if (length == 0 && end != NULL)
			length = office_match_title(at);
		if (length > 0)
			end = at + length;
		else if (end != NULL &&
			 (line_is_blank_at(at) || text_begins_with(at, "の") ||
			  (*at != '\0' && strchr("()@/", *at) != NULL)))
			length = (size_t)(g_utf8_next_char(at) - at);
		if (length == 0)
			break;
		at += length;
	}
	if (end == NULL)
		return NULL;
	if (*end == ')')
		end++;
	end += line_match_start(end, greeting_introductions);
	return is_end(end) ? end : NULL;
}

/* ---- salutations ---- */

/* A part of what stands before 様. Kana and kanji mixed are a sentence's, but for ご担当者. */
static bool is_name_part(const char *part, bool last)
{
	bool hiragana = false, other = false;

	if (office_is_name(part))
		return true;
	if (line_has_any(part, greeting_decisions) || reply_doubt_is_found(part, false))
		return false;
	part += text_begins_with(part, "ご") ? strlen("ご") : 0;
	for (const char *at = part; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		if (!script_is_kanji(c) && !script_is_hiragana(c) &&
		    !script_is_katakana(c) && !g_ascii_isalnum(c))
			return false;
		hiragana = hiragana || script_is_hiragana(c);
		other = other || !script_is_hiragana(c);
	}
	return !hiragana || (last && !other);
}

/* Words with a blank or の between them. */
static bool is_name(const char *name)
{
	char **parts;
	size_t count = 0;
	bool is = true;

	parts = g_regex_split_simple("[ ]|の", name, 0, 0);
	for (size_t i = 0; is && parts[i] != NULL; i++)
		is = *parts[i] == '\0' || (is_name_part(parts[i], parts[i + 1] == NULL) &&
					   ++count <= WORDS_MOST);
	g_strfreev(parts);
	return is;
}

/* Behind "高橋さん" or "高橋課長"; NULL when there is none. Behind a title a blank is not
 * enough: "課長 承認" may report what somebody else has said. */
static const char *skip_salutation(const char *at)
{
	size_t characters = 0;

	for (const char *end = at; *end != '\0' && characters <= NAME_MOST;
	     end = g_utf8_next_char(end), characters++) {
		const size_t honorific = line_match_start(end, greeting_honorifics);
		const size_t title = honorific == 0 ? office_match_title(end) : 0;
		const char *behind = end + honorific + title;
		g_autofree char *name = NULL;

		if ((honorific == 0 && title == 0) || !is_end(behind) ||
		    (title > 0 && line_is_blank_at(behind) && !line_is_blank(behind)))
			continue;
		name = g_strndup(at, (size_t)(end - at));
		if (is_name(name))
			return behind;
	}
	return NULL;
}

/* "Dear Mr Sato," and "Hi all": words that begin with a capital letter in the line as it was
 * written, up to punctuation or the line's end. */
static const char *skip_dear(const char *at, const char *written)
{
	const size_t dear = line_match_start(at, greeting_dear);
	size_t words = 0;

	if (dear == 0)
		return NULL;
	for (at += dear, written += dear; words < WORDS_MOST; words++) {
		g_autofree char *word = NULL;
		size_t length = 0;

		while (g_ascii_isalpha(at[length]) || at[length] == '-')
			length++;
		word = g_strndup(at, length);
		if (length == 0 || line_is_any(word, greeting_decisions) ||
		    reply_doubt_is_found(word, false) ||
		    (!g_ascii_isupper(*written) && !line_is_any(word, greeting_crowds)))
			return NULL;
		at += length;
		written += length;
		if (*at == '\0' || strchr(",.:!", *at) != NULL)
			return at;
		if (*at != ' ' || at[1] == '\0')
			return *at == ' ' ? at : NULL;
		at++;
		written++;
	}
	return NULL;
}

/* ---- a line ---- */

static const char *skip_piece(const char *at, const struct folded *folded,
			      const char *line, const struct own_words *own)
{
	const char *behind = skip_phrase(at);

	if (behind == NULL)
		behind = skip_person(at, own);
	if (behind == NULL)
		behind = skip_salutation(at);
	return behind != NULL ? behind
			      : skip_dear(at, line + folded->origin[at - folded->text]);
}

const char *greeting_skip(const char *line, const struct own_words *own)
{
	const char *start = disclaimer_skip_mark(line);
	struct folded folded;
	const char *at, *behind;
	size_t origin;

	folded_make(start, &folded);
	at = line_skip_blank(folded.text);
	for (behind = skip_piece(at, &folded, start, own); behind != NULL;
	     behind = *at != '\0' ? skip_piece(at, &folded, start, own) : NULL)
		at = skip_marks(behind);
	origin = at != line_skip_blank(folded.text) ? folded.origin[at - folded.text] : 0;
	folded_clear(&folded);
	return start + origin;
}

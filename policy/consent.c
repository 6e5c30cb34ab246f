/*
 * NAME
 *	consent - a resident's reply to a confirmation
 *
 * DESCRIPTION
 *	Phones send empty replies, so the reply itself is the consent. Whoever did not ask for
 *	anything may answer that, too, and must not be registered by it: so the first two lines
 *	of the person's own are looked through for a no. What stands further down may be our
 *	own mail, which says what to do when one did not ask for it, without a mark of being
 *	quoted; it begins with other words.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/consent.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/quote.h"
#include "policy/text.h"

#define LINES_READ 2

/* Wherever they stand in the line. */
static const char *const consent_no[] = {
	"いいえ",       "キャンセル", "取り消",     "取消",           "まちがい",
	"間違",         "心当たり",   "心あたり",   "こころあたり",   "覚えがな",
	"覚えはな",     "覚えがあり", "覚えはあり", "申し込んでいま", "申込んでいま",
	"申し込んでな", "頼んでいま", "頼んでな",   "違います",       "やめておき",
	"見合わせ",     NULL,
};
static const char *const consent_no_mail[] = {
	"登録しない", "登録しません", "登録していま", "登録したくな", "登録を希望しま",
	"希望しない", "希望しません", "同意しない",   "同意しません", "同意できま",
	"いりません", "要りません",   "要らない",     "いらない",     "不要",
	"不用",       "やめます",     "やめて",       "止めて",       "停止",
	"解除",       "退会",         "拒否",         "迷惑",         "削除",
	"送らない",   "送信しない",   "配信しない",   NULL,
};
static const char *const consent_no_leaving[] = {
	"やめません", "退会しません", "退会しない", "続けます", "続けて",
	"このまま",   "休止しません", "休止しない", NULL,
};

/* As whole words, at the beginning of the line. */
#define NO_WORDS \
	"no|nope|not|never|cancel|mistake|wrong|i did ?n[o']t|i do ?n[o']t|don't|do not"
#define NO_MAIL_WORDS    "stop|unsubscribe|remove|delete|spam|leave"
#define NO_LEAVING_WORDS "keep|stay|continue"

static bool begins_with_word(const char *line, const char *words)
{
	g_autofree char *pattern = g_strdup_printf("^(?:%s)(?![a-z])", words);

	return g_regex_match_simple(pattern, line, 0, 0);
}

static bool says_no(const char *line, bool is_join)
{
	g_autofree char *folded = text_fold_case(line, strlen(line));
	const char *words = line_skip_blank(folded);

	return line_has_any(words, consent_no) || begins_with_word(words, NO_WORDS) ||
	       line_has_any(words, is_join ? consent_no_mail : consent_no_leaving) ||
	       begins_with_word(words, is_join ? NO_MAIL_WORDS : NO_LEAVING_WORDS);
}

bool consent_is_refused(const char *text, bool is_join)
{
	char **lines = quote_find_said_lines(text, NULL);
	bool refused = false;
	int read = 0;

	for (size_t i = 0; lines[i] != NULL && read < LINES_READ; i++) {
		if (line_is_blank(lines[i]))
			continue;
		refused = refused || says_no(lines[i], is_join);
		read++;
	}
	g_strfreev(lines);
	return refused;
}

/*
 * NAME
 *	signature - what signatures are made of
 *
 * DESCRIPTION
 *	A line is cut into tokens: the person's own names, offices and titles, places, numbers
 *	with what says which they are, mail and web addresses, and words that may be names. A
 *	line that has anything else in it is no part of a signature.
 *
 *	Whatever the line is, only some tokens are taken out before it is read for doubt: own
 *	names, addresses, and offices, because towns have a 修正申告係. An office whose name has
 *	a word of doubt in it must be a single word of kanji with an office's ending, so that
 *	no sentence is one.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/signature.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/office.h"
#include "policy/reply_doubt.h"
#include "policy/script.h"
#include "policy/text.h"

/* No signature's line has so many octets. */
#define LINE_MOST 400

/* Unknown words in one line that may be names. */
#define UNKNOWN_MOST 4

/* ---- words ---- */

static const char *const signature_places[] = {
	"都", "道", "府",   "県",   "市",   "区",   "町", "村",
	"郡", "字", "丁目", "番地", "地内", "ビル", "階", NULL,
};
/* What says which number, address or time it is; longer ones first. */
static const char *const signature_labels[] = {
	"電話番号",
	"電話",
	"直通電話",
	"直通",
	"代表電話",
	"代表",
	"内線番号",
	"内線",
	"携帯電話",
	"携帯",
	"ファクシミリ",
	"ファックス",
	"ファクス",
	"fax番号",
	"ip電話",
	"お問い合わせ先",
	"お問合せ先",
	"問い合わせ先",
	"問合せ先",
	"連絡先",
	"住所",
	"所在地",
	"所属",
	"氏名",
	"職名",
	"郵便番号",
	"メールアドレス",
	"メール",
	"eメール",
	"ホームページ",
	"ウェブサイト",
	"開庁時間",
	"受付時間",
	"業務時間",
	"平日",
	"〒",
	"telephone",
	"tel",
	"phone",
	"mobile",
	"cell",
	"fax",
	"ext",
	"e-mail",
	"email",
	"mail",
	"url",
	"web",
	"http",
	"hp",
	"address",
	"lgwan",
	NULL,
};
static const char *const signature_units[] = {
	"丁目", "番地", "号室", "番", "号", "階", "代", "f", NULL,
};
/* Numbers that tell when or how many, and so are none of a signature. */
static const char *const signature_counts[] = {
	"時", "分", "日", "月", "年", "人", "件", "行", "箇所",
	"通", "回", "秒", "週", "割", ":",  "%",  NULL,
};
static const char *const signature_closings[] = { "拝", "より", "です", NULL };
/* clang-format on */

/* ---- characters ---- */

static bool is_word_character(const char *at)
{
	const gunichar c = g_utf8_get_char(at);

	return c != '\0' && (g_unichar_isalnum(c) || script_is_katakana(c));
}

/* ---- tokens ---- */

enum token_kind {
	TOKEN_TEXT, /* something else */
	TOKEN_MARK, /* punctuation, decoration */
	TOKEN_UNKNOWN,
	TOKEN_LABEL,
	TOKEN_NUMBER,
	TOKEN_PLACE,
	TOKEN_OFFICE,
	TOKEN_ADDRESS,
	TOKEN_SECTION,
	TOKEN_NAME,
};

/* The octets of the word that stands here, of letters and digits of any script. */
static size_t measure_word(const char *at)
{
	const char *end = at;

	while (is_word_character(end))
		end = g_utf8_next_char(end);
	return (size_t)(end - at);
}

/* The octets of a mail or web address here; 0 when there is none. */
static size_t measure_address(const char *at)
{
	static const char *const starts[] = { "http://", "https://", "www.", NULL };
	static const char *const ends[] = { ".jp",  ".com",     ".net",
					    ".org", ".example", NULL };
	size_t length = 0, letters = 0;
	g_autofree char *run = NULL;

	while (g_ascii_isgraph(at[length]) && strchr("<>\"()[]{},;", at[length]) == NULL)
		length++;
	if (line_match_start(at, starts) > 0)
		return length;
	while (g_ascii_isalnum(at[letters]) || strchr("._%+-@", at[letters]) != NULL) {
		if (at[letters] == '\0')
			break;
		letters++;
	}
	while (letters > 0 && !g_ascii_isalnum(at[letters - 1]))
		letters--;
	run = g_strndup(at, letters);
	if (strchr(run, '@') != NULL && strchr(run, '@') > run)
		return strchr(strchr(run, '@'), '.') != NULL ? letters : 0;
	return line_match_end(run, ends) > 0 ? letters : 0;
}

/* The octets of a number that stands here, as of telephones and houses, with its unit; 0 when
 * it is none, or tells a time. digits_r: how many digits it has. */
static size_t measure_number(const char *at, size_t *digits_r)
{
	const char *end = at, *last = at;

	*digits_r = 0;
	for (; *end != '\0'; end = g_utf8_next_char(end)) {
		if (g_ascii_isdigit(*end)) {
			(*digits_r)++;
			last = end + 1;
		} else if (g_utf8_strchr("-‐−–—ー―()+#*の ", -1, g_utf8_get_char(end)) ==
			   NULL) {
			break;
		}
	}
	if (*digits_r == 0 || line_match_start(last, signature_counts) > 0)
		return 0;
	last += line_match_start(last, signature_units);
	return (size_t)(last - at);
}

/* May this unknown word be somebody's name? */
static bool is_like_a_name(const char *word)
{
	const glong length = g_utf8_strlen(word, -1);

	if (length > 12 || reply_doubt_is_found(word, false))
		return false;
	return (length <= 4 && (script_is_all(word, script_is_kanji) ||
				script_is_all(word, script_is_hiragana))) ||
	       (length <= 8 && script_is_all(word, script_is_katakana)) ||
	       g_ascii_isalpha(*word);
}

/* A word of which every part is known: 防災課長佐藤, 佐藤拝. */
static enum token_kind read_own_word(const char *word, const struct own_words *own)
{
	enum token_kind kind = TOKEN_TEXT;

	while (*word != '\0') {
		bool name = false;
		size_t length = own_words_match(own, word, &name);

		if (length > 0)
			kind = MAX(kind, name ? TOKEN_NAME : TOKEN_SECTION);
		else if (kind > TOKEN_TEXT && text_begins_with(word, "の"))
			length = strlen("の");
		else if (kind > TOKEN_TEXT)
			length = office_match_title(word);
		if (length == 0 && line_is_any(word, signature_closings) &&
		    kind > TOKEN_TEXT)
			return kind;
		if (length == 0)
			return TOKEN_TEXT;
		word += length;
	}
	return kind;
}

/* Is the person's own section or name in it? Then what stands before it is no office's. */
static bool holds_own_word(const char *word, const struct own_words *own)
{
	bool name;

	for (; *word != '\0'; word = g_utf8_next_char(word))
		if (own_words_match(own, word, &name) > 0)
			return true;
	return false;
}

static enum token_kind read_word(const char *word, const char *behind,
				 const struct own_words *own)
{
	const enum token_kind kind = read_own_word(word, own);

	const bool doubted = reply_doubt_is_found(word, false);

	if (kind > TOKEN_TEXT)
		return kind;
	if (office_is_name(word) && !(doubted && holds_own_word(word, own)))
		return TOKEN_OFFICE;
	if (doubted)
		return TOKEN_TEXT;
	if (line_has_any(word, signature_places) &&
	    !script_is_all(word, script_is_hiragana) &&
	    (g_ascii_isdigit(word[strlen(word) - 1]) || g_ascii_isdigit(*behind) ||
	     line_match_end(word, signature_places) > 0))
		return TOKEN_PLACE;
	return is_like_a_name(word) ? TOKEN_UNKNOWN : TOKEN_TEXT;
}

/* Behind a label: the number's or address's mark, and a question mark where somebody leaves
 * the number open, below a ruler. */
static size_t measure_label(const char *at, bool ruled)
{
	const size_t length = line_match_start(at, signature_labels);

	if (length == 0 ||
	    (g_ascii_isalpha(at[length - 1]) && g_ascii_isalpha(at[length])))
		return 0;
	return length + (ruled && at[length] == '?' && at[length + 1] == '\0' ? 1 : 0);
}

/* The token that begins here: its octets. */
static size_t read_token(const char *at, const struct own_words *own, bool ruled,
			 enum token_kind *kind_r, size_t *digits_r)
{
	g_autofree char *word = NULL;
	bool name = false;
	size_t length;

	*digits_r = 0;
	*kind_r = TOKEN_ADDRESS;
	length = measure_address(at);
	if (length > 0)
		return length;
	length = own_words_match(own, at, &name);
	if (length > 0 && !is_word_character(at + length)) {
		*kind_r = name ? TOKEN_NAME : TOKEN_SECTION;
		return length;
	}
	*kind_r = TOKEN_LABEL;
	length = measure_label(at, ruled);
	if (length > 0 &&
	    (!is_word_character(at + length) || g_ascii_isdigit(at[length])))
		return length;
	*kind_r = TOKEN_NUMBER;
	length = measure_number(at, digits_r);
	if (length > 0 && !is_word_character(at + length))
		return length;
	length = measure_word(at);
	word = g_strndup(at, length);
	*kind_r = length > 0 ? read_word(word, at + length, own) : TOKEN_MARK;
	if (length > 0)
		return length;
	if (g_utf8_strchr("?⁇⁈⁉❓❔×✕✖❌👎\xef\xbf\xbd", -1, g_utf8_get_char(at)) != NULL)
		*kind_r = TOKEN_TEXT;
	return (size_t)(g_utf8_next_char(at) - at);
}

/* ---- lines ---- */

struct line_tokens {
	bool text, label, number, phone, address, office, place, section, name;
	size_t unknown;
};

static void see_token(struct line_tokens *tokens, enum token_kind kind, size_t digits)
{
	tokens->text = tokens->text || kind == TOKEN_TEXT;
	tokens->label = tokens->label || kind == TOKEN_LABEL;
	tokens->number = tokens->number || kind == TOKEN_NUMBER;
	tokens->phone = tokens->phone || digits >= 9;
	tokens->address = tokens->address || kind == TOKEN_ADDRESS;
	tokens->office = tokens->office || kind == TOKEN_OFFICE;
	tokens->place = tokens->place || kind == TOKEN_PLACE;
	tokens->section = tokens->section || kind == TOKEN_SECTION;
	tokens->name = tokens->name || kind == TOKEN_NAME;
	tokens->unknown += kind == TOKEN_UNKNOWN;
}

static enum signature_kind judge_line(const struct line_tokens *tokens)
{
	if (tokens->text || tokens->unknown > UNKNOWN_MOST)
		return SIGNATURE_NONE;
	if (tokens->name)
		return SIGNATURE_NAME;
	if (tokens->section)
		return SIGNATURE_SECTION;
	if (tokens->address || tokens->phone || (tokens->label && tokens->number))
		return SIGNATURE_CONTACT;
	if (tokens->office || tokens->place || tokens->label)
		return SIGNATURE_PLACE;
	return tokens->unknown > 0 ? SIGNATURE_PERHAPS : SIGNATURE_NONE;
}

enum signature_kind signature_read_line(const char *line, const struct own_words *own,
					bool ruled, char **rest_r)
{
	struct line_tokens tokens = { 0 };
	GString *rest = g_string_new(NULL);
	char *folded;

	if (strlen(line) > LINE_MOST) {
		*rest_r = g_string_free(g_string_append(rest, line), FALSE);
		return SIGNATURE_NONE;
	}
	folded = text_fold_case(line, strlen(line));
	for (const char *at = folded; *at != '\0';) {
		enum token_kind kind;
		size_t digits, length = read_token(at, own, ruled, &kind, &digits);

		see_token(&tokens, kind, digits);
		if (kind >= TOKEN_OFFICE)
			g_string_append_c(rest, ' ');
		else if (kind != TOKEN_LABEL || at[length - 1] != '?')
			g_string_append_len(rest, at, (gssize)length);
		at += length;
	}
	g_free(folded);
	*rest_r = g_string_free(rest, FALSE);
	return judge_line(&tokens);
}

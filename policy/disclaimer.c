/*
 * NAME
 *	disclaimer - what gateways write above and below
 *
 * DESCRIPTION
 *	What is known here as a gateway's is not read for doubt, although it is full of "if"
 *	and "not". So it is known by whole sentences, each of which must begin, hold and end
 *	as such sentences do, and must speak of nothing that people write to us about. The
 *	first sentence that does not fit ends what is known; a line counts when all of its
 *	sentences fit. Sentences may run over lines, which is where they are tried to end
 *	first, so that no line of the person's becomes the rest of one.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/disclaimer.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/folded.h"
#include "policy/line.h"
#include "policy/text.h"

/* The most that is read at once. More is no gateway's sentence. */
#define PARAGRAPH_LINES  12
#define PARAGRAPH_OCTETS 2000

/* No program wraps lines that are shorter, in octets. */
#define WRAPPED_LEAST 40

/* A sentence, folded. Each of the lists is NULL-terminated; NULL is anything. */
struct disclaimer_shape {
	const char *const *begins;
	const char *const *holds;
	const char *const *and_holds;
	const char *const *ends; /* without the full stop */
	bool follows;            /* only behind another one */
};

struct disclaimer_kind {
	const char *const *marks;    /* in brackets, or alone: all by themselves */
	const char *const *headings; /* only before a sentence */
	const struct disclaimer_shape *shapes;
	size_t count;
};

/* What people write about, and gateways do not: such a sentence is a person's. */
/* clang-format off */
static const char *const disclaimer_affairs[] = {
	"承認", "差戻", "差し戻", "却下", "修正", "訂正", "直し", "直す", "直って", "待って",
	"保留", "中止", "延期", "止め", "明日", "明朝", "来週", "再送", "送り直",
	"送ってください", "送って下さい", "配信して", "配信は", "確認して", "確認し", "確認後",
	"てから", "ただし", "但し", "行目", "箇所", "段落", "文面", "原稿", "起案", "件名",
	"日付", "日時", "時刻", "場所", "加え", "書き", "入れ替", "差し替", "差替", "approv",
	"reject", " fix", " wait", " hold", " resend", " tomorrow", " later", " typo",
	" wrong", " draft", " do not send", " don't send", " line ", " lines ", " o'clock",
	NULL,
};

/* ---- above ---- */

static const char *const banner_marks[] = {
	"external", "ext", "external email", "external e-mail", "external mail",
	"external sender", "external message", "external - caution", "caution - external",
	"caution: external", "caution external", "warning: external", "外部", "外部メール",
	"外部送信", "外部発信", "外部送信者", "外部からのメール", "外部より受信", "社外",
	"社外メール", "組織外", "組織外メール", "庁外", "庁外メール", "役場外", "注意:外部メール",
	"注意: 外部メール", "外部メール注意", "インターネットメール", NULL,
};

static const char *const banner_headings[] = {
	"caution", "warning", "attention", "notice", "alert", "important", "security notice",
	"注意", "ご注意", "警告", "重要", "注意喚起", "お知らせ", "※注意※", NULL,
};

static const char *const banner_this[] = {
	"このメール", "本メール", "当メール", "このメッセージ", "本メッセージ", "この電子メール",
	"本電子メール", "外部から", "社外から", "組織外から", "庁外から", "外部の送信者",
	"外部ドメイン", NULL,
};
static const char *const banner_outside[] = {
	"外部から", "外部より", "外部の", "外部ドメイン", "外部組織", "社外", "組織外", "庁外",
	"役場外", "役所外", "組織の外", "会社の外", "インターネット", "当組織以外", "当社以外",
	NULL,
};
static const char *const banner_came[] = {
	"送信されました", "送信されています", "送信されたものです", "送信されたメールです",
	"送信されたメッセージです", "送られたメールです", "送られてきました", "送られています",
	"送られたものです", "受信しました", "受信しています", "受信したメールです",
	"受信したものです", "発信されました", "発信されています", "発信されたメールです",
	"発信されたものです", "届いています", "届いたメールです", "届きました", "届いたものです",
	"からのメールです", "からのものです", "からのメッセージです", NULL,
};
static const char *const banner_care_of[] = {
	"リンク", "添付", "url", "送信元", "送信者", "差出人", "なりすまし", "不審", "フィッシング",
	"ウイルス", "標的型", "個人情報", "パスワード", "開封", NULL,
};
static const char *const banner_care[] = {
	"ご注意ください", "ご注意下さい", "注意してください", "注意して下さい", "ご注意願います",
	"開かないでください", "開かないで下さい", "開かないようにしてください",
	"クリックしないでください", "クリックしないで下さい", "入力しないでください",
	"お気を付けください", "お気をつけください", "十分ご注意ください", NULL,
};
static const char *const banner_rare[] = {
	"からメールを受け取ることはありません", "からメールを受信することはあまりありません",
	"からメールを受け取ることはあまりありません", "これが重要である理由の詳細",
	"これが重要である理由", "これが重要な理由の詳細", NULL,
};
static const char *const banner_en_this[] = {
	"this email", "this e-mail", "this mail", "this message", "this is an external",
	"the sender of this", "external email", "external e-mail", "external sender",
	"this sender is", "you don't often get email", "you do not often get email",
	"some people who received this message", NULL,
};
static const char *const banner_en_outside[] = {
	"originated from outside", "originated outside", "originates from outside",
	"originates outside", "was sent from outside", "is from outside",
	"came from outside", "comes from outside", "from an external", "is external",
	"an external email", "an external e-mail", "an external message",
	"an external sender", "outside your organi", "outside of your organi",
	"outside the organi", "outside of the organi", "don't often get email",
	"do not often get email", NULL,
};
static const char *const banner_en_learn[] = {
	"learn why this is important", "be careful with", "be cautious", "use caution",
	"exercise caution", "please exercise caution", "please use caution",
	"do not click", "don't click", "please do not click", "do not open", "do not follow",
	"please do not open", "do not respond", "do not reply", "never click", "think before",
	"treat links", "verify the sender", "report suspicious", "please report", NULL,
};
static const char *const banner_en_about[] = {
	"link", "attachment", "sender", "suspicious", "phish", "important", "password", NULL,
};

static const struct disclaimer_shape banner_shapes[] = {
	{ banner_this, banner_outside, NULL, banner_came, false },
	{ NULL, NULL, NULL, banner_rare, false },
	{ NULL, banner_care_of, NULL, banner_care, true },
	{ banner_en_this, banner_en_outside, NULL, NULL, false },
	{ banner_en_learn, banner_en_about, NULL, NULL, true },
};

/* ---- below ---- */

static const char *const disclaimer_headings[] = {
	"confidential", "confidentiality notice", "confidentiality", "disclaimer",
	"legal disclaimer", "legal notice", "notice", "important notice", "important",
	"機密", "機密情報", "免責事項", "免責", "注意事項", "ご注意", "注意", "重要",
	"お願い", "取扱注意", "守秘義務", NULL,
};

static const char *const disclaimer_this[] = {
	"このメール", "本メール", "当メール", "この電子メール", "本電子メール", "このeメール",
	"本eメール", "このe-mail", "本e-mail", "このメッセージ", "本メッセージ", "この通信",
	"本通信", "この添付", "本添付", "この情報", NULL,
};
static const char *const disclaimer_about[] = {
	"心当たり", "宛先", "宛名", "名宛人", "受信者", "受取人", "受信され", "受信した", "機密",
	"秘密", "守秘", "親展", "秘匿", "誤って", "誤送信", "意図し", "意図され", "第三者",
	"個人情報", "著作権", "法的", NULL,
};
static const char *const disclaimer_away[] = {
	"削除", "破棄", "廃棄", "連絡", "知らせ", "一報", "開示", "複製", "複写", "転送", "利用",
	"使用", "控え", "遠慮", "返送", NULL,
};
static const char *const disclaimer_asks[] = {
	"削除してください", "削除して下さい", "削除をお願いします", "削除をお願いいたします",
	"削除をお願い致します", "削除願います", "削除くださいますようお願いいたします",
	"削除くださいますようお願いします", "削除いただけますようお願いいたします",
	"削除していただけますようお願いいたします", "削除いただきますようお願いいたします",
	"削除いただきますようお願い申し上げます", "削除ください", "削除下さい", "破棄してください",
	"破棄して下さい", "破棄願います", "破棄をお願いします", "破棄をお願いいたします",
	"破棄ください", "破棄くださいますようお願いいたします",
	"破棄していただきますようお願いいたします", "破棄いただきますようお願いいたします",
	"廃棄してください", "廃棄願います", "廃棄をお願いいたします", "ご連絡ください",
	"ご連絡下さい", "ご連絡願います", "ご連絡をお願いします", "ご連絡をお願いいたします",
	"ご連絡いただきますようお願いいたします", "お知らせください", "お知らせ下さい",
	"お知らせ願います", "ご一報ください", "ご遠慮ください", "ご遠慮願います",
	"お控えください", "お控え願います", "お願いします", "お願いいたします", "お願い致します",
	"お願い申し上げます", NULL,
};
static const char *const disclaimer_says[] = {
	"禁じられています", "禁じられております", "禁じます", "禁止します", "禁止いたします",
	"禁止されています", "禁止されております", "禁止しています", "場合があります",
	"場合がございます", "可能性があります", "可能性がございます", "恐れがあります",
	"おそれがあります", "対象としています", "対象としております", "含まれます",
	"含まれています", "含まれております", "含みます", "含んでいます", "含んでおります",
	"に限ります", "限られます", "限られています", "宛てたものです", "宛のものです",
	"あてのものです", "意図したものです", "意図しています", "目的としています",
	"保護されています", "ものではありません", "ものではございません", "責任を負いません",
	"責任は負いません", "責任を負いかねます", NULL,
};
static const char *const disclaimer_if[] = {
	"心当たり", "お心当たり", "万一", "万が一", "もし", "誤って受信", "誤って受け取",
	"誤ってお受け取", "誤って届", "誤って送信され", "誤って配信され", "誤って受領",
	"誤って本メール", "誤ってこのメール", "誤って当メール", "誤送信", "宛先以外", "宛先の方以外",
	"受信者以外", "名宛人以外", "意図しない受信", "本メールを", "このメールを",
	"お受け取りになった", "本来の受信者", NULL,
};
static const char *const disclaimer_strange[] = {
	"心当たり", "誤って受信", "誤って受け取", "誤ってお受け取", "誤って届", "誤って送信され",
	"誤って配信され", "誤って受領", "誤って本メール", "誤ってこのメール", "誤って当メール",
	"誤送信", "宛先以外の方", "宛先の方以外", "受信者以外の", "名宛人以外の", "意図しない受信",
	"本来の受信者", NULL,
};
static const char *const disclaimer_then[] = {
	"お手数ですが", "お手数をおかけしますが", "恐れ入りますが", "恐縮ですが", "速やかに",
	"すみやかに", "直ちに", "ただちに", "その場合", "その際", "その旨", "また", "なお",
	"当該", "内容の", "本メールの", "このメールの", "許可なく", "無断", "第三者", NULL,
};
static const char *const disclaimer_mail[] = {
	"メール", "発信者", "送信者", "差出人", "当方", "その旨", "第三者", "無断", "許可なく",
	NULL,
};
static const char *const disclaimer_scan[] = {
	"このメール", "本メール", "このメッセージ", "ウイルスチェック", "ウイルスフリー", "ウイルススキャン",
	"アバスト", "添付ファイルは", NULL,
};
static const char *const disclaimer_scanned[] = { "ウイルス", "マルウェア", NULL };
static const char *const disclaimer_clean[] = {
	"チェック済みです", "チェック済です", "チェック済み", "チェック済", "チェックされています",
	"チェックされました", "スキャンされています", "スキャン済みです", "検査されています",
	"検査済みです", "検査済み", "検出されませんでした", "検出されていません", "ウイルスフリー",
	"ウイルスフリー。www.avast.com", "www.avast.com", NULL,
};

static const char *const disclaimer_en_this[] = {
	"this email", "this e-mail", "this mail", "this message", "this communication",
	"this transmission", "this document", "the information", "information contained",
	"information in this", "the contents of this", "the content of this",
	"any attachment", "confidentiality", "it is intended", "it may contain",
	"the views", "the opinions", "any views", "any opinions", "views expressed",
	"views or opinions", "opinions expressed", "disclaimer", "privileged", NULL,
};
static const char *const disclaimer_en_secret[] = {
	"confidential", "privileged", "intended only", "intended solely", "intended for",
	"solely for", "sole use", "only for the use", "addressee", "recipient",
	"not necessarily", "views of the", "opinions of the", "of the author", NULL,
};
static const char *const disclaimer_en_if[] = {
	"if you", "should you", "if this email", "if this e-mail", "if this message", NULL,
};
static const char *const disclaimer_en_strange[] = {
	"intended recipient", "addressee", "received this email in error",
	"received this e-mail in error", "received this message in error",
	"received this communication in error", "received this transmission in error",
	"received this in error", "received it in error", "received this mail in error",
	"received this email by mistake", "received this e-mail by mistake",
	"received this message by mistake", NULL,
};
static const char *const disclaimer_en_then[] = {
	"please notify", "please inform", "please advise", "please contact", "please delete",
	"please destroy", "please return", "any ", "unauthorized", "unauthorised", "you must not",
	"you are hereby", "you should not", "you may not", "do not copy", "do not disclose",
	"access to", "the sender", "we ", "although", "e-mail ", "email ", "internet", NULL,
};
static const char *const disclaimer_en_about[] = {
	"sender", "delete", "destroy", "copying", "copies", "disclos", "dissemin",
	"distribut", "prohibit", "unlawful", "unauthori", "liab", "virus", "responsib",
	"guarantee", "confidential", NULL,
};
static const char *const disclaimer_en_trees[] = {
	"please consider", "think before", "consider the environment", "save paper", "save a tree",
	"before printing", NULL,
};
static const char *const disclaimer_en_print[] = { "print", "environment", NULL };
static const char *const disclaimer_en_scan[] = {
	"virus-free", "no virus found", "no viruses found", "checked by avg", "this email has been",
	"this e-mail has been", "this message has been", "this email was scanned",
	"scanned by", NULL,
};
static const char *const disclaimer_en_scanned[] = {
	"virus", "avg", "avast", "scanned", NULL
};
/* clang-format on */

static const struct disclaimer_shape disclaimer_shapes[] = {
	{ disclaimer_this, disclaimer_about, disclaimer_away, disclaimer_asks, false },
	{ disclaimer_this, disclaimer_about, NULL, disclaimer_says, false },
	{ disclaimer_if, disclaimer_strange, disclaimer_away, disclaimer_asks, false },
	{ disclaimer_if, disclaimer_strange, disclaimer_away, disclaimer_says, false },
	{ disclaimer_then, disclaimer_mail, disclaimer_away, disclaimer_asks, true },
	{ disclaimer_then, disclaimer_mail, disclaimer_away, disclaimer_says, true },
	{ disclaimer_scan, disclaimer_scanned, NULL, disclaimer_clean, false },
	{ disclaimer_en_this, disclaimer_en_secret, NULL, NULL, false },
	{ disclaimer_en_if, disclaimer_en_strange, NULL, NULL, false },
	{ disclaimer_en_then, disclaimer_en_about, NULL, NULL, true },
	{ disclaimer_en_trees, disclaimer_en_print, NULL, NULL, false },
	{ disclaimer_en_scan, disclaimer_en_scanned, NULL, NULL, false },
};

static const struct disclaimer_kind disclaimer_banner = {
	banner_marks,
	banner_headings,
	banner_shapes,
	G_N_ELEMENTS(banner_shapes),
};

static const struct disclaimer_kind disclaimer_below = {
	NULL,
	disclaimer_headings,
	disclaimer_shapes,
	G_N_ELEMENTS(disclaimer_shapes),
};

/* ---- a paragraph ---- */

/* Lines joined and folded, and where each of them ends. */
struct paragraph {
	GString *text;
	size_t ends[PARAGRAPH_LINES];
	size_t count;
};

/* Latin words are parted by a line's end, Japanese ones are not. */
static void join_line(struct paragraph *paragraph, const char *line)
{
	g_autofree char *folded = text_fold_case(line, strlen(line));
	const char *start = line_skip_blank(folded);
	GString *text = paragraph->text;

	if (text->len > 0 && (unsigned char)text->str[text->len - 1] < 0x80 &&
	    (unsigned char)*start < 0x80)
		g_string_append_c(text, ' ');
	g_string_append(text, start);
	while (text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
		g_string_truncate(text, text->len - 1);
	paragraph->ends[paragraph->count++] = text->len;
}

static void join_paragraph(char *const *lines, struct paragraph *paragraph_r)
{
	paragraph_r->text = g_string_new(NULL);
	paragraph_r->count = 0;
	for (; *lines != NULL && *line_skip_blank(*lines) != '\0' &&
	       strlen(*lines) <= PARAGRAPH_OCTETS &&
	       paragraph_r->text->len <= PARAGRAPH_OCTETS &&
	       paragraph_r->count < PARAGRAPH_LINES;
	     lines++)
		join_line(paragraph_r, *lines);
}

/* How many lines end with this place; 0 when none ends right there. */
static size_t count_lines_to(const struct paragraph *paragraph, const char *place)
{
	for (size_t i = 0; i < paragraph->count; i++)
		if (paragraph->text->str + paragraph->ends[i] == place)
			return i + 1;
	return 0;
}

/* ---- sentences ---- */

static bool has_shape(const char *sentence, const struct disclaimer_shape *shape)
{
	return (shape->begins == NULL || line_match_start(sentence, shape->begins) > 0) &&
	       (shape->ends == NULL || line_match_end(sentence, shape->ends) > 0) &&
	       (shape->holds == NULL || line_has_any(sentence, shape->holds)) &&
	       (shape->and_holds == NULL || line_has_any(sentence, shape->and_holds));
}

static bool is_known(const char *start, size_t length, const struct disclaimer_kind *kind,
		     bool behind)
{
	g_autofree char *sentence = g_strndup(start, length);

	for (size_t i = 0; i < kind->count; i++)
		if ((behind || !kind->shapes[i].follows) &&
		    has_shape(sentence, &kind->shapes[i]))
			return !line_has_any(sentence, disclaimer_affairs);
	return false;
}

/* The octets of a full stop here; 0 when there is none. A point ends a sentence only
 * before a blank. */
static size_t match_stop(const char *at)
{
	static const char *const stops[] = { "。", "．", "!", NULL };

	if (*at == '.')
		return at[1] == '\0' || at[1] == ' ' ? 1 : 0;
	for (size_t i = 0; stops[i] != NULL; i++)
		if (text_begins_with(at, stops[i]))
			return strlen(stops[i]);
	return 0;
}

/* Where the line began that ends with this place. */
static const char *find_line_start(const struct paragraph *paragraph, const char *end)
{
	const size_t line = count_lines_to(paragraph, end);

	return paragraph->text->str + (line > 1 ? paragraph->ends[line - 2] : 0);
}

/* May a sentence end with a line here? Not when it plainly goes on: the line is as long as
 * those are that programs wrap, and the next one begins with a small letter. */
static bool may_end_line(const struct paragraph *paragraph, const char *at)
{
	return *at == '\0' || !g_ascii_islower(*line_skip_blank(at)) ||
	       at - find_line_start(paragraph, at) < WRAPPED_LEAST;
}

/* Behind the sentence of this kind that begins here; NULL when there is none. */
static const char *skip_sentence(const struct paragraph *paragraph, const char *start,
				 const struct disclaimer_kind *kind, bool behind)
{
	for (const char *at = start; *at != '\0'; at = g_utf8_next_char(at)) {
		const char *next = g_utf8_next_char(at);
		const size_t stop = match_stop(at);

		if (stop > 0)
			return is_known(start, (size_t)(at - start), kind, behind)
				   ? at + stop
				   : NULL;
		if (count_lines_to(paragraph, next) > 0 &&
		    may_end_line(paragraph, next) &&
		    is_known(start, (size_t)(next - start), kind, behind))
			return next;
	}
	return NULL;
}

/* ---- marks and headings ---- */

static const char *skip_signs(const char *at, const char *signs)
{
	while (*at != '\0' && (line_is_blank_at(at) ||
			       g_utf8_strchr(signs, -1, g_utf8_get_char(at)) != NULL))
		at = g_utf8_next_char(at);
	return at;
}

static const char disclaimer_opening[] = "[【(<《「*-=#※!⚠・";
static const char disclaimer_closing[] = "]】)>》」*-=#※!⚠:";

static bool is_closing(const char *at)
{
	return *at != '\0' &&
	       g_utf8_strchr("]】)>》」*:", -1, g_utf8_get_char(at)) != NULL;
}

/* Behind one of these words with brackets or a colon around it, or alone on its line; NULL
 * when there is none. */
static const char *skip_label(const struct paragraph *paragraph, const char *at,
			      const char *const *words)
{
	const char *start = skip_signs(at, disclaimer_opening);

	for (; words != NULL && *words != NULL; words++) {
		const char *end = start + strlen(*words);
		const char *behind;

		if (!text_begins_with(start, *words))
			continue;
		behind = skip_signs(end, disclaimer_closing);
		if (count_lines_to(paragraph, end) > 0 ||
		    is_closing(line_skip_blank(end)))
			return behind;
	}
	return NULL;
}

/* How many lines from here are known whole. */
static size_t count_known(char *const *lines, const struct disclaimer_kind *kind)
{
	struct paragraph paragraph;
	const char *at, *next;
	bool begun = false;
	size_t counted = 0;

	join_paragraph(lines, &paragraph);
	for (at = paragraph.text->str; at != NULL && *at != '\0'; at = next) {
		next = skip_label(&paragraph, at, kind->marks);
		if (next != NULL) {
			begun = true;
		} else {
			next = skip_label(&paragraph, at, kind->headings);
			next = skip_signs(next != NULL ? next : at, disclaimer_opening);
			next = skip_sentence(&paragraph, next, kind, begun);
			begun = begun || next != NULL;
		}
		if (next != NULL) {
			counted = MAX(counted, count_lines_to(&paragraph, next));
			next = skip_signs(next, disclaimer_closing);
			counted = MAX(counted, count_lines_to(&paragraph, next));
		}
	}
	(void)g_string_free(paragraph.text, TRUE);
	return counted;
}

size_t disclaimer_count_banner(char *const *lines)
{
	return count_known(lines, &disclaimer_banner);
}

size_t disclaimer_count_lines(char *const *lines)
{
	return count_known(lines, &disclaimer_below);
}

/* Only what stands in brackets: "external" may begin a sentence. */
const char *disclaimer_skip_mark(const char *line)
{
	struct folded folded;
	const char *start, *behind;
	size_t origin = 0;

	folded_make(line, &folded);
	start = line_skip_blank(folded.text);
	if (g_utf8_strchr("[【(", -1, g_utf8_get_char(start)) != NULL && *start != '\0') {
		start = g_utf8_next_char(start);
		for (size_t i = 0; banner_marks[i] != NULL && origin == 0; i++) {
			behind = start + strlen(banner_marks[i]);
			if (text_begins_with(start, banner_marks[i]) && *behind != '\0' &&
			    g_utf8_strchr("]】)", -1, g_utf8_get_char(behind)) != NULL)
				origin =
				    folded.origin[g_utf8_next_char(behind) - folded.text];
		}
	}
	folded_clear(&folded);
	return line + origin;
}

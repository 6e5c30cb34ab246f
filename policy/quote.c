/*
 * NAME
 *	quote - the person's own lines of a reply
 *
 * DESCRIPTION
 *	Walks down the lines. Quote marks hide a line; what introduces an original
 *	(original.c) is hidden, and when what follows it is not marked as quoted, everything
 *	below is the original and is hidden too. So both top-posted and bottom-posted replies
 *	are read, and an unmarked original never speaks.
 *
 *	What is hidden cannot take an approval back. So a line is a footer of a mail program
 *	only when it is one as a whole, made of words that such programs write; a line of the
 *	person's that merely holds such words stays the person's.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/quote.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "policy/line.h"
#include "policy/original.h"
#include "policy/reply_doubt.h"
#include "policy/text.h"

/* A footer has at most as many characters. */
#define FOOTER_MOST 60

/* And at least as many octets. */
#define FOOTER_LEAST 12

static bool begins_with(const char *line, const char *mark, size_t length)
{
	return line != NULL && strncmp(line_skip_blank(line), mark, length) == 0;
}

/* Netiquette of old addresses a person by a mark ("＞高橋さん 時刻を直して"). No line with the
 * same mark stands next to it, and no blank follows its mark. */
static bool is_addressing(char *const *lines, size_t at)
{
	static const char *const marks[] = { ">", "＞", NULL };
	static const char *const persons[] = { "さん", "様",   "さま", "殿",
					       "課長", "係長", "部長", NULL };
	const char *start = line_skip_blank(lines[at]);
	const size_t mark = line_match_start(start, marks);
	g_autofree char *head = NULL;

	if (mark == 0 || line_is_quoted(start + mark) || line_is_blank_at(start + mark) ||
	    (at > 0 && begins_with(lines[at - 1], start, mark)) ||
	    begins_with(lines[at + 1], start, mark))
		return false;
	head = g_strndup(start, MIN(strlen(start), 40));
	return line_has_any(head, persons);
}

static bool is_signature_start(const char *line)
{
	line = line_skip_blank(line);
	return strcmp(line, "--") == 0 || strcmp(line, "-- ") == 0;
}

/* A ruler below which a signature or an original may stand: four equal marks. */
static bool is_long_ruler(const char *line)
{
	static const char *const marks[] = { "-", "_", "―", "─", "━", "－", "＿",
					     "—", "=", "*", "~", "+", NULL };
	size_t count = 0, mark;

	line = line_skip_blank(line);
	mark = line_match_start(line, marks);
	for (const char *first = line; mark > 0 && strncmp(line, first, mark) == 0;
	     line += mark)
		count++;
	return count >= 4 && *line_skip_blank(line) == '\0';
}

/* ---- what programs add by themselves ---- */

/* Without the web addresses that Outlook puts into its footer, and without blanks around;
 * folded. */
static char *read_footer(const char *line)
{
	static const char *const opens[] = { "<http", "(http", "[http", NULL };
	g_autofree char *folded = text_fold_case(line, strlen(line));
	GString *rest = g_string_new(NULL);

	for (const char *at = folded; *at != '\0';) {
		const char *close = strpbrk(at, ">)]");

		if (line_match_start(at, opens) > 0 && close != NULL) {
			at = close + 1;
		} else {
			g_string_append_c(rest, *at);
			at++;
		}
	}
	return g_strstrip(g_string_free(rest, FALSE));
}

/* clang-format off */
static const char *const footer_makers[] = {
	"iphone", "ipad", "ipod", "ios", "android", "galaxy", "xperia", "aquos", "arrows",
	"pixel", "zenfone", "oppo", "xiaomi", "redmi", "huawei", "surface", "windows", "mac",
	"outlook", "gmail", "yahoo", "icloud", "thunderbird", "k-9 mail", "k-9", "spark",
	"proton mail", "protonmail", "mymail", "bluemail", "blue mail", "typeapp", "nine",
	"newton", "airmail", "edison", "canary", "mailspring", "em client", "emclient", "zoho",
	"fairemail", "tutanota", "tuta", "samsung", "sony", "sharp", "fujitsu", "docomo",
	"softbank", "y!mobile", "ymobile", "uq mobile", "rakuten", "au ", "becky!", "shuriken",
	"aqua mail", "aquamail", "superhuman", "boomerang", "mailbird", "cosmosia",
	"blackberry", "nokia", "honor", "motorola", "lenovo", NULL,
};
static const char *const footer_devices[] = {
	"らくらくスマートフォン", "らくらくホン", "らくらくフォン", "らくらく", "スマートフォン",
	"スマホ", "携帯電話", "携帯", "タブレット", "ドコモ", "ソフトバンク", "ワイモバイル",
	"楽天モバイル", "アイフォン", "アンドロイド", "ギャラクシー", "エクスペリア", "アクオス", NULL,
};
/* What stands between makers and devices. */
static const char *const footer_fillers[] = {
	"このメールは", "このメッセージは", "本メールは", "私の", "わたしの", "デバイス", "端末",
	"アプリ", "メール", "モバイル", "セキュア", "安全な", "暗号化された", "暗号化", "無料の",
	"サービス", "ブラウザ", "ウェブ", "版", "用", "から", "の", "を使って", "を使用して", "・",
	"、", " ", NULL,
};
static const char *const footer_ends[] = {
	"から送信されたメールです", "から送信されています", "から送信しています",
	"から送信されました", "から送信しました", "から送信", "より送信されました",
	"より送信しました", "より送信", "を使用して送信されました", "を使用して送信しました",
	"を使用して送信", "を使って送信されました", "を使って送信しました", "を使って送信",
	"で送信されました", "で送信しました", "で送信", "から返信しました", "から返信",
	"を入手する", "を入手", "を取得する", "を取得", "をダウンロード", NULL,
};
static const char *const footer_excuses[] = {
	"簡潔な文面をお許しください", "簡潔な表現をお許しください", "簡素な記載をお許しください",
	"簡潔なメールをお許しください", "短い文面をお許しください", "please excuse my brevity",
	"please excuse brevity", "please excuse the brevity", "please excuse any typos",
	"please excuse typos", "please excuse brevity and typos", "excuse my brevity", NULL,
};
static const char *const footer_starts[] = {
	"sent from my ", "sent from ", "sent via ", "sent with ", "sent using ", "sent by ",
	"get outlook for ", "get bluemail for ", "get typeapp for ", "secured with ", NULL,
};
static const char *const footer_abroad[] = {
	"von meinem ", "gesendet von ", "gesendet mit ", "envoyé de mon ", "envoyé depuis ",
	"envoyé à partir de ", "enviado desde ", "enviado do meu ", "enviado de ",
	"inviato da ", "verzonden vanaf ", "verstuurd vanaf ", "skickat från ", "sendt fra ",
	"wysłane z ", "отправлено с ", "发自我的", "从我的", "來自我的", "從我的", "發自我的",
	"内 ", "내 ", "나의 ", NULL,
};
static const char *const footer_whole[] = {
	"yahoo!メール", "yahoo!メールアプリ", "yahoo! japan", "yahoo mail: search, organize, conquer",
	NULL,
};
/* clang-format on */

/* Is this Japanese head of a footer made of makers, devices and what stands between them?
 * devices_r: it has only devices, which people speak of too. */
static bool is_made_of_makers(const char *head, bool *devices_r)
{
	bool makers = false, devices = false;

	if (g_ascii_isdigit(*head))
		return false;
	while (*head != '\0') {
		const size_t maker = line_match_start(head, footer_makers);
		const size_t device = line_match_start(head, footer_devices);
		size_t length = MAX(maker, device);

		makers = makers || maker > 0;
		devices = devices || device > 0;
		if (length == 0)
			length = line_match_start(head, footer_fillers);
		if (length == 0 && (g_ascii_isalnum(*head) || strchr("!+'/&-.", *head)))
			length = 1;
		if (length == 0)
			return false;
		head += length;
	}
	*devices_r = !makers;
	return makers || devices;
}

static bool is_japanese_footer(const char *footer)
{
	static const char *const from[] = { "から送信",           "から送信しました",
					    "から送信されました", "から送信されています",
					    "より送信",           NULL };
	const size_t end = line_match_end(footer, footer_ends);
	g_autofree char *head = g_strndup(footer, strlen(footer) - end);
	bool devices = false;

	return end > 0 && is_made_of_makers(head, &devices) &&
	       (!devices || line_match_end(footer, from) > 0) &&
	       !reply_doubt_is_found(head, false);
}

/* No footer of a program takes anything back. */
static bool is_latin_footer(const char *footer)
{
	const size_t start = line_match_start(footer, footer_starts);
	const bool named = line_has_any(footer, footer_makers);
	static const char *const marks[] = { ". ", ", ", "! ", "; ", ": ", NULL };

	if (line_has_any(footer, marks))
		return false;
	return ((start > 0 && (named || text_begins_with(footer, "sent from my "))) ||
		(line_match_start(footer, footer_abroad) > 0 && named)) &&
	       !reply_doubt_is_found(footer, false);
}

bool quote_is_footer(const char *line)
{
	static const char *const stops[] = { "。", ". ", NULL };
	g_autofree char *footer = NULL;
	char *stop = NULL;

	if (strlen(line) > 1000 || strlen(line) < FOOTER_LEAST)
		return false;
	footer = read_footer(line);
	for (size_t i = 0; stops[i] != NULL && stop == NULL; i++)
		stop = strstr(footer, stops[i]);
	if (stop != NULL) {
		g_autofree char *excuse =
		    g_strdup(stop + (text_begins_with(stop, "。") ? strlen("。") : 2));

		*stop = '\0';
		if (g_str_has_suffix(excuse, "."))
			excuse[strlen(excuse) - 1] = '\0';
		if (g_str_has_suffix(excuse, "。"))
			excuse[strlen(excuse) - strlen("。")] = '\0';
		if (*excuse != '\0' &&
		    (line_match_start(excuse, footer_excuses) != strlen(excuse)))
			return false;
	} else if (g_str_has_suffix(footer, ".")) {
		footer[strlen(footer) - 1] = '\0';
	}
	if (*footer == '\0' || g_utf8_strlen(footer, -1) > FOOTER_MOST)
		return false;
	return line_match_start(footer, footer_whole) == strlen(footer) ||
	       is_japanese_footer(footer) || is_latin_footer(footer);
}

/* ---- the walk ---- */

enum quote_keeps {
	QUOTE_KEEPS_BELOW_RULERS = 1 << 0,
	QUOTE_KEEPS_FOOTERS = 1 << 1,
};

static char **find_lines(const char *text, const char *const *addresses,
			 unsigned int keeps)
{
	char **lines = g_strsplit(text, "\n", -1);
	GPtrArray *own = g_ptr_array_new();

	for (size_t i = 0; lines[i] != NULL; i++) {
		const size_t intro = original_count_intro(lines + i, addresses);

		if (is_signature_start(lines[i]) ||
		    ((keeps & QUOTE_KEEPS_BELOW_RULERS) == 0 && is_long_ruler(lines[i])))
			break;
		if (intro > 0) {
			if (!line_is_quote_next(lines + i + intro))
				break;
			i += intro - 1;
		} else if ((!line_is_quoted(lines[i]) || is_addressing(lines, i)) &&
			   ((keeps & QUOTE_KEEPS_FOOTERS) != 0 ||
			    !quote_is_footer(lines[i]))) {
			g_ptr_array_add(own, g_strdup(lines[i]));
		}
	}
	g_ptr_array_add(own, NULL);
	g_strfreev(lines);
	return (char **)g_ptr_array_free(own, FALSE);
}

char **quote_find_written_lines(const char *text)
{
	return find_lines(text, NULL, QUOTE_KEEPS_FOOTERS);
}

char **quote_find_said_lines(const char *text, const char *const *addresses)
{
	return find_lines(text, addresses, QUOTE_KEEPS_BELOW_RULERS);
}

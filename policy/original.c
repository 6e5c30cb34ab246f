/*
 * NAME
 *	original - what stands between a reply and its original
 *
 * DESCRIPTION
 *	What is below an original's introduction is not read, so a person's own lines must
 *	not look like one. A block of headers has a sender with an address, or a date, and no
 *	sentence where those belong; in a language that is not in the table it has an address
 *	of ours between brackets and a year as well. An attribution says who wrote, and when
 *	or from which address. Words between two rulers must be known, or a block of headers
 *	must follow.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/original.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/reply_doubt.h"
#include "policy/text.h"

/* The lines of a block that are looked at. */
#define BLOCK_LINES 12

/* The sender stands in one of the first lines of a block: in the first two where it is to be
 * known by our address alone. */
#define FROM_LINES 5
#define OURS_LINES 2

/* The characters of a header's name. */
#define LABEL_MOST 24

/* ---- words ---- */

/* Without blanks and these ASCII marks at both ends; in place. */
static char *strip(char *text, const char *marks)
{
	char *end;

	while (*text != '\0' && (line_is_blank_at(text) || strchr(marks, *text) != NULL))
		text = g_utf8_next_char(text);
	for (end = text + strlen(text); end > text;) {
		const char *last = g_utf8_prev_char(end);

		if (!line_is_blank_at(last) && strchr(marks, *last) == NULL)
			break;
		end = text + (last - text);
	}
	*end = '\0';
	return text;
}

/* Most lines have none, and need not be folded. */
static bool has_colon(const char *line)
{
	return strchr(line, ':') != NULL || strstr(line, "：") != NULL;
}

/* Is there a year of this century? */
static bool has_year(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (at[0] == '2' && at[1] == '0' && g_ascii_isdigit(at[2]) &&
		    g_ascii_isdigit(at[3]))
			return true;
	return false;
}

/* Or a time of day? */
static bool has_date(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (at > text && *at == ':' && g_ascii_isdigit(at[-1]) &&
		    g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2]))
			return true;
	return has_year(text);
}

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
	words = strip(folded, "");
	if (count_marks(g_utf8_prev_char(words + strlen(words))) > 0) {
		while (count_marks(words) > 0)
			words = g_utf8_next_char(words);
		for (char *end = words + strlen(words);
		     end > words && count_marks(g_utf8_prev_char(end)) > 0;) {
			end = g_utf8_prev_char(end);
			*end = '\0';
		}
		between = g_strdup(strip(words, ":"));
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
	if (strlen(line) > 200 || !has_colon(line))
		return false;
	folded = text_fold_case(line, strlen(line));
	words = strip(folded, "");
	if (!g_str_has_suffix(words, ":"))
		return false;
	return line_is_any(strip(folded, ":"), original_forwards);
}

/* ---- a block of headers ---- */

enum label {
	LABEL_NONE,
	LABEL_UNKNOWN, /* a line "word: value" */
	LABEL_FROM,
	LABEL_DATE,
	LABEL_OTHER,
};

/* clang-format off */
static const char *const original_from[] = {
	"from", "差出人", "送信者", "送信元", "発信者", "発信元", "von", "de", "da", "van", "från",
	"fra", "lähettäjä", "od", "feladó", "kimden", "от", "mittente", "remitente",
	"expéditeur", "absender", "afzender", "发件人", "寄件者", "寄件人", "发送人", "보낸 사람",
	"보낸사람", "발신", "จาก", "dari", "từ", NULL,
};
static const char *const original_date[] = {
	"sent", "date", "日時", "送信日時", "日付", "送信日", "受信日時", "送信時刻", "gesendet",
	"datum", "envoyé", "envoyé le", "enviado", "enviado el", "enviada em", "fecha",
	"inviato", "data", "verzonden", "skickat", "sendt", "dato", "wysłano", "odesláno",
	"отправлено", "дата", "发送时间", "日期", "寄件日期", "傳送時間", "时间", "보낸 날짜",
	"날짜", "lähetetty", "gönderme tarihi", "tarih", NULL,
};
static const char *const original_other[] = {
	"to", "cc", "bcc", "subject", "reply-to", "importance", "attachments", "宛先", "件名",
	"表題", "題名", "ccの宛先", "返信先", "重要度", "添付ファイル", "an", "betreff", "kopie",
	"à", "objet", "para", "asunto", "assunto", "a", "oggetto", "aan", "onderwerp", "till",
	"ämne", "til", "emne", "do", "temat", "komu", "předmět", "кому", "тема", "копия",
	"收件人", "收件者", "主题", "主旨", "抄送", "副本", "받는 사람", "받는사람", "제목", "참조",
	"kime", "konu", "vastaanottaja", "aihe", NULL,
};
/* clang-format on */

/* Labels in kana or kanji are known or are none: people note times and places like that. */
static bool is_japanese(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		const gunichar c = g_utf8_get_char(text);

		if ((c >= 0x3040 && c <= 0x30ff) || (c >= 0x4e00 && c <= 0x9fff))
			return true;
	}
	return false;
}

static enum label read_label(const char *label)
{
	if (line_is_any(label, original_from))
		return LABEL_FROM;
	if (line_is_any(label, original_date))
		return LABEL_DATE;
	if (line_is_any(label, original_other))
		return LABEL_OTHER;
	return *label != '\0' && g_utf8_strlen(label, -1) <= LABEL_MOST &&
		       !is_japanese(label)
		   ? LABEL_UNKNOWN
		   : LABEL_NONE;
}

/* Is this line "word: value", perhaps with the word in bold ("*From:*") or a blank before the
 * colon? Its value is folded: g_free(). */
static enum label read_header(const char *line, char **value_r)
{
	g_autofree char *folded = NULL;
	enum label label;
	char *colon;

	*value_r = NULL;
	line = line_skip_blank(line);
	if (strlen(line) > 1000 || !has_colon(line))
		return LABEL_NONE;
	folded = text_fold_case(line, strlen(line));
	colon = strchr(folded, ':');
	if (colon == NULL)
		return LABEL_NONE;
	*colon = '\0';
	label = read_label(strip(folded, "*"));
	*value_r = g_strdup(colon + 1);
	return label;
}

/* What has been seen of a block. */
struct block {
	size_t lines; /* up to its last header */
	size_t known; /* headers that are in the tables */
	bool from, sent, address, date, year, ours;
};

static bool has_ours(const char *value, const char *const *addresses)
{
	const char *open = strpbrk(value, "<[(");

	for (; open != NULL && addresses != NULL && *addresses != NULL; addresses++) {
		g_autofree char *folded = text_fold_case(*addresses, strlen(*addresses));

		if (*folded != '\0' && strstr(open, folded) != NULL)
			return true;
	}
	return false;
}

static void see_header(struct block *block, enum label label, const char *value,
		       const char *const *addresses)
{
	const bool address = strchr(value, '@') != NULL;

	block->known += label != LABEL_UNKNOWN;
	block->from = block->from || label == LABEL_FROM;
	block->sent = block->sent || label == LABEL_DATE;
	block->address = block->address || (label == LABEL_FROM && address);
	block->date = block->date || (label == LABEL_DATE && has_date(value));
	block->year = block->year || has_year(value);
	block->ours =
	    block->ours || (block->lines < OURS_LINES && has_ours(value, addresses));
}

/* Does a sentence stand where only a name or a date belongs? */
static bool has_sentence(char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		g_autofree char *value = NULL;
		const enum label label = read_header(lines[i], &value);

		if (((label == LABEL_FROM && strchr(value, '@') == NULL) ||
		     label == LABEL_DATE) &&
		    reply_doubt_is_found(value, false))
			return true;
	}
	return false;
}

/* Headers of the tables, with at most one line of something else between two of them, below
 * the sender's. */
static struct block read_known_block(char *const *lines)
{
	struct block block = { 0 };

	for (size_t i = 0; i < BLOCK_LINES && lines[i] != NULL; i++) {
		g_autofree char *value = NULL;
		const enum label label = read_header(lines[i], &value);

		if ((block.from && label == LABEL_FROM) ||
		    (!block.from && i >= FROM_LINES))
			break;
		if (label > LABEL_UNKNOWN) {
			see_header(&block, label, value, NULL);
			block.lines = i + 1;
		} else if (i > block.lines || !block.from) {
			break;
		}
	}
	return block;
}

/* Lines "word: value" on end, whatever the words. */
static struct block read_shaped_block(char *const *lines, const char *const *addresses)
{
	struct block block = { 0 };

	for (size_t i = 0; i < BLOCK_LINES && lines[i] != NULL; i++) {
		g_autofree char *value = NULL;
		const enum label label = read_header(lines[i], &value);

		if (label == LABEL_NONE || (i == OURS_LINES && !block.ours))
			break;
		see_header(&block, label, value, addresses);
		block.lines = i + 1;
	}
	return block;
}

/* A sender with an address, or a date; or all four that Outlook writes, where its dates are
 * words. */
static bool is_evident(const struct block *block, enum label first)
{
	return (block->known >= (first == LABEL_FROM ? 2 : 3) &&
		(block->address || block->date)) ||
	       (block->known >= 4 && block->sent);
}

/* A single header above the sender's may be the person's ("件名: 訓練に変更"). */
static bool is_from(const char *line)
{
	g_autofree char *value = NULL;

	return line != NULL && read_header(line, &value) == LABEL_FROM;
}

static size_t count_headers(char *const *lines, const char *const *addresses)
{
	g_autofree char *value = NULL;
	const enum label first = read_header(lines[0], &value);
	struct block block;

	if (first == LABEL_NONE || (first != LABEL_FROM && is_from(lines[1])))
		return 0;
	block = read_known_block(lines);
	if (block.from && is_evident(&block, first) && !has_sentence(lines, block.lines))
		return block.lines;
	block = read_shaped_block(lines, addresses);
	return block.lines >= 3 && block.ours && block.year && !block.from ? block.lines
									   : 0;
}

/* ---- the table of old Notes ---- */

#define TABLE_LINES  16
#define TABLE_INDENT 8

/* Within so many lines its recipient stands. */
#define TABLE_TO_LINES 6

static size_t count_indent(const char *line)
{
	size_t count = 0;

	for (; *line != '\0' && line_is_blank_at(line); line = g_utf8_next_char(line))
		count++;
	return count;
}

/* Sender and date stand on the left, the recipients and their headings, without a colon, far
 * on the right; all lines are deep indented. */
static size_t count_table(char *const *lines)
{
	static const char *const to[] = { " to", "宛先", "\tto", NULL };
	static const char *const subject[] = { " subject", "件名", "\tsubject", NULL };
	bool dated = false, addressed = false, has_to = false;

	for (size_t i = 0; i < TABLE_LINES && lines[i] != NULL; i++) {
		g_autofree char *folded = NULL;

		if (line_is_blank(lines[i]))
			continue;
		if (count_indent(lines[i]) < TABLE_INDENT || strlen(lines[i]) > 400)
			return 0;
		folded = text_fold_case(lines[i], strlen(lines[i]));
		dated = dated || has_date(folded);
		addressed = addressed || strchr(folded, '@') != NULL;
		g_strchomp(folded);
		has_to = has_to || line_match_end(folded, to) > 0;
		if (line_match_end(folded, subject) > 0 && has_to && (dated || addressed))
			return i + 1;
		if (i >= TABLE_TO_LINES && !has_to)
			return 0;
	}
	return 0;
}

/* ---- attributions ---- */

/* clang-format off */
static const char *const original_wrote[] = { " wrote", " writes", ">wrote", NULL };
static const char *const original_wrote_ja[] = {
	"書きました", "書き込みました", "書かれました", "と書いています", NULL,
};
static const char *const original_mails[] = { "のメール", "のメッセージ", ">", NULL };
static const char *const original_quotes[] = {
	"引用 ", "引用:", "quoting ", "quote from ", "zitat von ", "citando ", "citat ", NULL,
};
static const char *const original_quotes_ja[] = {
	"から引用", "より引用", "からの引用", "を引用", NULL,
};
static const char *const original_wrote_abroad[] = {
	" schrieb", " a écrit", " escribió", " ha scritto", " escreveu", " schreef", " skrev",
	" kirjoitti", " napsal", " napisał", " írta", " yazdı", " написал", "写道", "寫道",
	"님이 작성", NULL,
};
/* clang-format on */

/* Does it (folded, without a colon at its end) say who wrote, and when or from where? */
static bool says_who_wrote(const char *saying)
{
	const bool evident = has_date(saying) || strchr(saying, '@') != NULL;

	if (line_match_end(saying, original_wrote) > 0 || strcmp(saying, "wrote") == 0)
		return evident || g_str_has_prefix(saying, "on ");
	if (line_match_end(saying, original_wrote_ja) > 0)
		return evident || strstr(saying, "さん") != NULL;
	if (line_match_start(saying, original_quotes) > 0)
		return strchr(saying, '@') != NULL;
	if (line_match_end(saying, original_quotes_ja) > 0 ||
	    line_has_any(saying, original_wrote_abroad))
		return evident;
	return line_match_end(saying, original_mails) > 0 && has_year(saying) &&
	       (strchr(saying, '@') != NULL || !g_str_has_suffix(saying, ">"));
}

/* Is this a sentence of the person's? A date in it does not count. */
static bool is_sentence(const char *saying)
{
	static const char *const requests[] = { "ください", "下さい", "お願い", "please ",
						NULL };
	g_autofree char *words = g_strdup(saying);

	for (char *at = words; *at != '\0'; at++)
		if (g_ascii_isdigit(*at))
			*at = ' ';
	return line_has_any(words, requests) || reply_doubt_is_found(words, false);
}

/* Is this an attribution, where perhaps quoted lines follow? Then it may do without its
 * colon, when nothing in it is a sentence of the person's. */
static bool is_attribution(const char *text, bool quote_follows)
{
	g_autofree char *folded = NULL;
	char *saying;
	bool colon;

	if (strlen(text) > 600 || (!quote_follows && !has_colon(text)))
		return false;
	folded = text_fold_case(text, strlen(text));
	saying = strip(folded, "");
	colon = g_str_has_suffix(saying, ":");
	saying = strip(folded, ":");
	if (!colon && (!quote_follows || is_sentence(saying)))
		return false;
	return says_who_wrote(saying);
}

/* A date at the start of a line, from which an attribution may run over lines. */
static bool is_attribution_start(const char *line)
{
	static const char *const starts[] = { "on ", "at ", "am ", "le ",  "el ",  "il ",
					      "op ", "em ", "w ",  "den ", "dne ", NULL };
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri",
					    "sat", "sun", "jan", "feb", "mar",
					    "apr", "may", "jun", "jul", "aug",
					    "sep", "oct", "nov", "dec", NULL };
	char start[24];

	line = line_skip_blank(line);
	for (size_t i = 0; i < sizeof(start); i++) {
		start[i] = g_ascii_tolower(line[i]);
		if (line[i] == '\0')
			break;
	}
	start[sizeof(start) - 1] = '\0';
	if (line_match_start(start, starts) > 0) {
		const char *behind = strchr(start, ' ') + 1;

		return strpbrk(behind, "0123456789") != NULL ||
		       line_match_start(behind, days) > 0;
	}
	for (int i = 0; i < 4; i++)
		if (!g_ascii_isdigit(line[i]))
			return false;
	return true;
}

/* How many lines from here are an attribution; 0 when none is. A second start, a blank
 * line or a quoted line ends the search. */
static size_t count_attribution(char *const *lines)
{
	GString *joined;
	size_t count = 0;

	if (is_attribution(lines[0], line_is_quote_next(lines + 1)))
		return 1;
	if (!is_attribution_start(lines[0]))
		return 0;
	joined = g_string_new(lines[0]);
	for (size_t i = 1;
	     count == 0 && i <= 2 && lines[i] != NULL && !line_is_quoted(lines[i]) &&
	     !line_is_blank(lines[i]) && !is_attribution_start(lines[i]);
	     i++) {
		g_string_append_printf(joined, " %s", lines[i]);
		if (has_date(joined->str) &&
		    is_attribution(joined->str, line_is_quote_next(lines + i + 1)))
			count = i + 1;
	}
	(void)g_string_free(joined, TRUE);
	return count;
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
	size_t count = count_headers(lines, addresses);

	if (count == 0)
		count = count_table(lines);
	return count > 0 ? count : count_attribution(lines);
}

/* Are there words between rulers, or a heading, that only a block of headers behind it makes
 * one of an original? */
static bool is_heading(const char *line, const char *next)
{
	g_autofree char *between = NULL;
	g_autofree char *folded = NULL;

	if (next == NULL || !has_colon(next) || strlen(line) > 200)
		return false;
	between = read_between(line);
	if (between != NULL)
		return !reply_doubt_is_found(between, false);
	folded = text_fold_case(line, strlen(line));
	return line_is_any(strip(folded, ":"), original_words);
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

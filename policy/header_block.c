/*
 * NAME
 *	header_block - "From: / Sent: / To:" above an original
 *
 * DESCRIPTION
 *	A block of headers has a sender with an address, or a date, and no sentence where
 *	those belong. In a language that is not in the tables it has an address of ours
 *	between brackets, and a year as well. Old Notes draws a table.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/header_block.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "policy/line.h"
#include "policy/reply_doubt.h"
#include "policy/script.h"
#include "policy/text.h"

/* The lines of a block that are looked at. */
#define BLOCK_LINES 12

/* The sender stands in one of the first lines of a block: in the first two where it is to be
 * known by our address alone. */
#define FROM_LINES 5
#define OURS_LINES 2

/* The characters of a header's name. */
#define LABEL_MOST 24

/* ---- a block of headers ---- */

enum label {
	LABEL_NONE,
	LABEL_UNKNOWN, /* a line "word: value" */
	LABEL_FROM,
	LABEL_DATE,
	LABEL_OTHER,
};

/* clang-format off */
static const char *const header_block_from[] = {
	"from", "差出人", "送信者", "送信元", "発信者", "発信元", "von", "de", "da", "van", "från",
	"fra", "lähettäjä", "od", "feladó", "kimden", "от", "mittente", "remitente",
	"expéditeur", "absender", "afzender", "发件人", "寄件者", "寄件人", "发送人", "보낸 사람",
	"보낸사람", "발신", "จาก", "dari", "từ", NULL,
};
static const char *const header_block_date[] = {
	"sent", "date", "日時", "送信日時", "日付", "送信日", "受信日時", "送信時刻", "gesendet",
	"datum", "envoyé", "envoyé le", "enviado", "enviado el", "enviada em", "fecha",
	"inviato", "data", "verzonden", "skickat", "sendt", "dato", "wysłano", "odesláno",
	"отправлено", "дата", "发送时间", "日期", "寄件日期", "傳送時間", "时间", "보낸 날짜",
	"날짜", "lähetetty", "gönderme tarihi", "tarih", NULL,
};
static const char *const header_block_other[] = {
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

		if (script_is_kanji(c) || script_is_hiragana(c) || script_is_katakana(c))
			return true;
	}
	return false;
}

static enum label read_label(const char *label)
{
	if (line_is_any(label, header_block_from))
		return LABEL_FROM;
	if (line_is_any(label, header_block_date))
		return LABEL_DATE;
	if (line_is_any(label, header_block_other))
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
	if (strlen(line) > 1000 || !line_has_colon(line))
		return LABEL_NONE;
	folded = text_fold_case(line, strlen(line));
	colon = strchr(folded, ':');
	if (colon == NULL)
		return LABEL_NONE;
	*colon = '\0';
	label = read_label(line_strip(folded, "*"));
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
	block->date = block->date || (label == LABEL_DATE && line_has_date(value));
	block->year = block->year || line_has_year(value);
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
		dated = dated || line_has_date(folded);
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

size_t header_block_count_lines(char *const *lines, const char *const *addresses)
{
	const size_t count = count_headers(lines, addresses);

	return count > 0 ? count : count_table(lines);
}

/*
 * NAME
 *	draft_signature - a signature at the end of a draft
 *
 * DESCRIPTION
 *	The telephone number of an office is what residents need, and a signature has one, too. So
 *	only what its writer has said is a signature, to the letter, is cut, and that only where
 *	it stands apart: below a ruler or a blank line, and not below words that lead to it
 *	(問い合わせ先). It must have a ruler or the writer's name, for a mere office may be the
 *	notice's last line.
 *
 *	What looks like a signature stands below the last ruler, and every line of it is made of
 *	names, offices, numbers and addresses; beside the writer's own name one line may say
 *	something else, as a town's motto does.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/draft_signature.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/own_words.h"
#include "policy/signature.h"
#include "policy/tail.h"
#include "policy/text.h"

/* What is looked at: no signature that anybody is to read is longer. */
#define LINES_MOST 12

/* clang-format off */
/* Words that lead residents to somebody; folded (NFKC, lower case). */
static const char *const contact_words[] = {
	"問い合わせ", "問合せ", "問合わせ", "問い合せ", "お尋ね", "申し込み", "申込み", "申込先", "申込",
	"連絡先", "連絡は", "ご連絡", "お電話", "電話で", "inquir", "enquir", "contact", "for information", "for details",
	"questions", NULL,
};
/* clang-format on */

/* ---- lines ---- */

struct lines {
	char **all;
	size_t count; /* without the blank ones at the end */
};

static struct lines split(const char *text)
{
	struct lines lines = { g_strsplit(text, "\n", -1), 0 };

	lines.count = g_strv_length(lines.all);
	while (lines.count > 0 && line_is_blank(lines.all[lines.count - 1]))
		lines.count--;
	return lines;
}

/* People draw with the mark of a long vowel, too, which is a letter. */
static bool is_ruler(const char *line)
{
	const char *at = line_skip_blank(line);
	size_t count = 0;

	for (; g_utf8_get_char(at) == 0x30fc; at = g_utf8_next_char(at))
		count++;
	return (count > 2 && line_is_blank(at)) || line_is_ruler(line);
}

static size_t skip_blank_up(const struct lines *lines, size_t count)
{
	while (count > 0 && line_is_blank(lines->all[count - 1]))
		count--;
	return count;
}

/* A copy without blanks around it. */
static char *trim(const char *line)
{
	g_autofree char *copy = g_strdup(line);

	return g_strdup(line_strip(copy, ""));
}

static char *get_written(const struct lines *lines, size_t from)
{
	while (from < lines->count &&
	       (line_is_blank(lines->all[from]) || is_ruler(lines->all[from])))
		from++;
	return trim(from < lines->count ? lines->all[from] : "");
}

bool draft_signature_is_contact(const char *text)
{
	g_autofree char *folded = text_fold_case(text, strlen(text));

	return line_has_any(folded, contact_words);
}

const char *draft_signature_skip_ruler(const char *text)
{
	while (*text != '\0') {
		const size_t length = strcspn(text, "\n");
		g_autofree char *line = g_strndup(text, length);

		if (!line_is_blank(line) && !is_ruler(line))
			break;
		text += length + (text[length] == '\n' ? 1 : 0);
	}
	return text;
}

char *draft_signature_get_first(const char *text)
{
	struct lines lines = split(text);
	char *first = get_written(&lines, 0);

	g_strfreev(lines.all);
	return first;
}

/* ---- what is known ---- */

/* What the lines up to the end have of a signature. */
struct evidence {
	size_t lines, others; /* that are signature-like, and that are not */
	bool name, section, place, contact, mail, is_for_residents;
};

static struct evidence look_at(const struct lines *lines, size_t from,
			       const struct own_words *own)
{
	struct evidence evidence = { 0 };

	for (size_t i = from; i < lines->count; i++) {
		const char *line = lines->all[i];
		g_autofree char *rest = NULL;
		enum signature_kind kind;

		if (line_is_blank(line) || is_ruler(line))
			continue;
		kind = signature_read_line(line, own, true, &rest);
		evidence.lines++;
		evidence.others += kind == SIGNATURE_NONE;
		evidence.name = evidence.name || kind == SIGNATURE_NAME;
		evidence.section = evidence.section || kind == SIGNATURE_SECTION;
		evidence.place = evidence.place || kind == SIGNATURE_PLACE;
		evidence.contact = evidence.contact || kind == SIGNATURE_CONTACT;
		evidence.mail = evidence.mail || strchr(line, '@') != NULL ||
				strstr(line, "＠") != NULL;
		evidence.is_for_residents =
		    evidence.is_for_residents || draft_signature_is_contact(line);
	}
	return evidence;
}

static bool is_learned(const struct lines *lines, size_t from,
		       const char *const *signatures)
{
	GString *text = g_string_new(NULL);
	g_autofree char *hash = NULL;
	bool found = false;

	for (size_t i = from; i < lines->count; i++)
		g_string_append_printf(text, "%s\n", lines->all[i]);
	g_string_truncate(text, text->len > 0 ? text->len - 1 : 0);
	hash = tail_hash(text->str);
	for (size_t i = 0; hash != NULL && !found && signatures[i] != NULL; i++)
		found = strcmp(hash, signatures[i]) == 0;
	(void)g_string_free(text, TRUE);
	return found;
}

/* Where a signature begins that was learned, in lines that are the end of the text; the count of
 * lines when there is none. The longest one counts. */
static size_t find_learned(const struct lines *lines, const char *const *signatures)
{
	const size_t first =
	    lines->count > TAIL_LINES_MOST ? lines->count - TAIL_LINES_MOST : 0;

	for (size_t i = first; i < lines->count; i++)
		if (!line_is_blank(lines->all[i]) && is_learned(lines, i, signatures))
			return i;
	return lines->count;
}

/* Does the line above lead to what follows? */
static bool leads_on(const struct lines *lines, size_t count)
{
	static const char *const ends[] = { ":", "：", "は", "、", ",", NULL };
	g_autofree char *line = count > 0 ? trim(lines->all[count - 1]) : g_strdup("");

	return line_match_end(line, ends) > 0 ||
	       (g_utf8_strlen(line, -1) <= 20 && draft_signature_is_contact(line));
}

/* Where the cut begins for what was learned from this line on; the count of lines when it may be
 * meant for residents. */
static size_t find_cut(const struct lines *lines, size_t from,
		       const struct reply_facts *facts)
{
	struct own_words *own = own_words_new(facts);
	const struct evidence evidence = look_at(lines, from, own);
	size_t above = skip_blank_up(lines, from);
	const bool apart = above < from || is_ruler(lines->all[from]);
	bool ruled = is_ruler(lines->all[from]);

	own_words_free(own);
	if (above > 0 && is_ruler(lines->all[above - 1])) {
		ruled = true;
		above = skip_blank_up(lines, above - 1);
	}
	if (above == 0 || !(apart || ruled) || !(ruled || evidence.name) ||
	    evidence.is_for_residents || leads_on(lines, above))
		return lines->count;
	return above;
}

/* The length of the first lines, without the last one's line feed. */
static size_t measure(const struct lines *lines, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += strlen(lines->all[i]) + (i > 0 ? 1 : 0);
	return length;
}

char *draft_signature_cut(char *text, const struct reply_facts *facts)
{
	struct lines lines;
	size_t from, cut;
	char *written = NULL;

	if (facts == NULL || facts->signatures == NULL || facts->signatures[0] == NULL)
		return NULL;
	lines = split(text);
	from = find_learned(&lines, facts->signatures);
	cut = from < lines.count ? find_cut(&lines, from, facts) : lines.count;
	if (cut < lines.count) {
		written = get_written(&lines, from);
		text[measure(&lines, cut)] = '\0';
	}
	g_strfreev(lines.all);
	return written;
}

/* ---- what looks like one ---- */

/* The ruler that parts the last lines from the text; the count of lines when there is none. A
 * ruler may close them, too. */
static size_t find_ruler(const struct lines *lines)
{
	size_t end = lines->count, looked = 0;

	while (end > 0 &&
	       (line_is_blank(lines->all[end - 1]) || is_ruler(lines->all[end - 1])))
		end--;
	for (; end > 0 && looked <= LINES_MOST; end--) {
		if (is_ruler(lines->all[end - 1]))
			return end - 1;
		looked += !line_is_blank(lines->all[end - 1]);
	}
	return lines->count;
}

static bool is_signature(const struct evidence *evidence)
{
	if (evidence->is_for_residents)
		return false;
	if (evidence->name)
		return evidence->others <= 1;
	return evidence->others == 0 && evidence->lines >= 2 && evidence->contact &&
	       (evidence->section || (evidence->place && evidence->mail));
}

bool draft_signature_find(const char *text, const struct reply_facts *facts,
			  struct draft_signature *found_r)
{
	struct own_words *own = own_words_new(facts);
	struct lines lines = split(text);
	const size_t ruler = find_ruler(&lines);
	struct evidence evidence = { 0 };
	bool found = false;

	if (ruler < lines.count && skip_blank_up(&lines, ruler) > 0) {
		evidence = look_at(&lines, ruler, own);
		found = is_signature(&evidence);
	}
	if (found)
		*found_r = (struct draft_signature){
			.line = ruler + 1,
			.lines = lines.count - ruler,
			.written = get_written(&lines, ruler),
		};
	g_strfreev(lines.all);
	own_words_free(own);
	return found;
}

char *draft_signature_leave_out(const char *text, size_t line)
{
	struct lines lines = split(text);
	const size_t kept = skip_blank_up(&lines, MIN(lines.count, line - 1));
	char *rest = g_strndup(text, measure(&lines, kept));

	g_strfreev(lines.all);
	return rest;
}

/* ---- the reply ---- */

/* clang-format off */
/* Folded; longer ones first. The ready reply says it in both languages. */
static const char *const unwanted_words[] = {
	"without the signature", "without my signature", "without signature", "no signature", "署名なし", "署名無し",
	"署名無", "署名抜き", "署名不要", "署名は不要", "署名を除いて", "署名を除く", "署名を取り除いて", "署名を取り除く",
	"署名を外して", "署名を外す", "署名を削除", NULL,
};
static const char *const unwanted_ends[] = {
	"でお願いします", "お願いします", "でお願い致します", "お願い致します", "してください", "ください", "下さい",
	"でよいです", "で配信", "です", "します", "please", "で", NULL,
};
/* clang-format on */

bool draft_signature_is_unwanted(const char *line)
{
	g_autofree char *folded = text_fold_case(line, strlen(line));
	const char *at = line_skip_blank(folded);
	bool found = false;
	size_t length;

	while ((length = line_match_start(at, unwanted_words)) > 0) {
		found = true;
		at = line_skip_blank(at + length);
	}
	while (found && *at != '\0') {
		length = line_match_start(at, unwanted_ends);
		if (length == 0 &&
		    g_utf8_strchr("。.、,!", -1, g_utf8_get_char(at)) != NULL)
			length = (size_t)(g_utf8_next_char(at) - at);
		if (length == 0)
			return false;
		at = line_skip_blank(at + length);
	}
	return found;
}

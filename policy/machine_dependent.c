/*
 * NAME
 *	machine_dependent - what to write instead of a machine-dependent character
 *
 * DESCRIPTION
 *	Most answers are Unicode's decompositions (NFKC), with brackets around
 *	what was in a circle. A table has what those do not know: Kanji whose common form is
 *	another character, and abbreviations that want their dot.
 *
 *	Which characters are machine-dependent is not judged here, but by iconv.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/machine_dependent.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>
#include <unistr.h>

/* Pairs of one character and what to write instead. */
static const char *const suggestions[][2] = {
	{ "№", "No." },  { "℡", "TEL" }, { "㏍", "K.K." },  { "☎", "電話" },
	{ "☏", "電話" }, { "℻", "FAX" }, { "€", "ユーロ" }, { "©", "(C)" },
	{ "®", "(R)" },  { "•", "・" },  { "·", "・" },     { "–", "-" },
	{ "✕", "×" },    { "✖", "×" },   { "❗", "！" },     { "❓", "？" },
	{ "➡", "→" },    { "⬅", "←" },   { "⬆", "↑" },      { "⬇", "↓" },
	{ "➔", "→" },    { "⇨", "→" },   { "✓", "○" },      { "✔", "○" },
	{ "俠", "侠" },  { "倂", "併" }, { "剝", "剥" },    { "卽", "即" },
	{ "噓", "嘘" },  { "囊", "嚢" }, { "塡", "填" },    { "增", "増" },
	{ "寬", "寛" },  { "屛", "屏" }, { "巢", "巣" },    { "幷", "并" },
	{ "彅", "弥" },  { "德", "徳" }, { "搔", "掻" },    { "摑", "掴" },
	{ "攢", "攅" },  { "敎", "教" }, { "晚", "晩" },    { "曻", "昇" },
	{ "栁", "柳" },  { "桒", "桑" }, { "橫", "横" },    { "步", "歩" },
	{ "每", "毎" },  { "淸", "清" }, { "渴", "渇" },    { "濵", "浜" },
	{ "濱", "浜" },  { "瀨", "瀬" }, { "焰", "焔" },    { "瘦", "痩" },
	{ "硏", "研" },  { "禱", "祷" }, { "穗", "穂" },    { "簞", "箪" },
	{ "綠", "緑" },  { "緖", "緒" }, { "繡", "繍" },    { "繫", "繋" },
	{ "萊", "莱" },  { "蔣", "蒋" }, { "薰", "薫" },    { "虛", "虚" },
	{ "蟬", "蝉" },  { "蠟", "蝋" }, { "說", "説" },    { "賴", "頼" },
	{ "軀", "躯" },  { "郞", "郎" }, { "鄕", "郷" },    { "醬", "醤" },
	{ "銳", "鋭" },  { "錄", "録" }, { "閒", "間" },    { "靑", "青" },
	{ "靜", "静" },  { "頰", "頬" }, { "顚", "顛" },    { "驒", "騨" },
	{ "髙", "高" },  { "鷗", "鴎" }, { "鹼", "鹸" },    { "麴", "麹" },
	{ "黃", "黄" },  { "黑", "黒" }, { "﨑", "崎" },    { "﨟", "臈" },
	{ "𠮟", "叱" },  { "𠮷", "吉" },
};

/* Numbers in black circles and other circles that have no decomposition. */
static const struct {
	ucs4_t first, last;
	int number; /* of the first */
} circled_numbers[] = {
	{ 0x24eb, 0x24f4, 11 },  { 0x24f5, 0x24fe, 1 }, { 0x24ff, 0x24ff, 0 },
	{ 0x2776, 0x277f, 1 },   { 0x2780, 0x2789, 1 }, { 0x278a, 0x2793, 1 },
	{ 0x1f10b, 0x1f10c, 0 },
};

/* They choose between two looks of the character before them. */
static bool is_selector(ucs4_t character)
{
	return (character >= 0xfe00 && character <= 0xfe0f) ||
	       (character >= 0xe0100 && character <= 0xe01ef);
}

static const char *find_suggestion(ucs4_t character)
{
	for (size_t i = 0; i < G_N_ELEMENTS(suggestions); i++) {
		ucs4_t known;

		(void)u8_strmbtouc(&known, (const uint8_t *)suggestions[i][0]);
		if (known == character)
			return suggestions[i][1];
	}
	return NULL;
}

static bool append_circled_number(GString *out, ucs4_t character)
{
	for (size_t i = 0; i < G_N_ELEMENTS(circled_numbers); i++) {
		if (character < circled_numbers[i].first ||
		    character > circled_numbers[i].last)
			continue;
		g_string_append_printf(out, "(%d)",
				       circled_numbers[i].number +
					   (int)(character - circled_numbers[i].first));
		return true;
	}
	return false;
}

static void append_suggestion(GString *out, ucs4_t character)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	const char *known;
	int tag = -1;

	/* A second code for a character is that character; it may want a common form, too. */
	if (uc_canonical_decomposition(character, parts) == 1)
		character = parts[0];
	known = find_suggestion(character);
	if (known != NULL) {
		g_string_append(out, known);
	} else if (!append_circled_number(out, character)) {
		const bool circled = uc_decomposition(character, &tag, parts) >= 0 &&
				     tag == UC_DECOMP_CIRCLE;

		g_string_append_printf(out, "%s", circled ? "(" : "");
		g_string_append_unichar(out, character);
		g_string_append_printf(out, "%s", circled ? ")" : "");
	}
}

char *machine_dependent_suggest(const char *utf8, size_t length)
{
	GString *out = g_string_new(NULL);
	char *folded;

	for (size_t i = 0; i < length;) {
		ucs4_t character;

		i += (size_t)u8_mbtouc(&character, (const uint8_t *)utf8 + i, length - i);
		/* A joiner at the end joins nothing. */
		if (!is_selector(character) && (character != 0x200d || i < length))
			append_suggestion(out, character);
	}
	folded = g_utf8_normalize(out->str, (gssize)out->len, G_NORMALIZE_ALL_COMPOSE);
	(void)g_string_free(out, TRUE);
	if (folded != NULL && strlen(folded) == length &&
	    memcmp(folded, utf8, length) == 0) {
		g_free(folded);
		return NULL;
	}
	/* U+2044 stands between the numbers of a fraction. */
	if (folded != NULL && strstr(folded, "⁄") != NULL) {
		char **parts = g_strsplit(folded, "⁄", -1);

		g_free(folded);
		folded = g_strjoinv("/", parts);
		g_strfreev(parts);
	}
	return folded;
}

char *machine_dependent_name_second_code(const char *utf8)
{
	ucs4_t character, parts[UC_DECOMPOSITION_MAX_LENGTH];
	const int length = u8_strmbtouc(&character, (const uint8_t *)utf8);

	if (length <= 0 || utf8[length] != '\0' ||
	    uc_canonical_decomposition(character, parts) != 1)
		return NULL;
	return g_strdup_printf("U+%04X", (unsigned int)character);
}

bool machine_dependent_is_half_kana(const char *utf8, size_t length)
{
	ucs4_t character;

	(void)u8_mbtouc(&character, (const uint8_t *)utf8, length);
	return character >= 0xff61 && character <= 0xff9f;
}

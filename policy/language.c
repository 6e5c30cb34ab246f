/*
 * NAME
 *	language - languages that a town writes to its residents in
 *
 * DESCRIPTION
 *	One table: tag (RFC 5646, lower case; "ja-easy" is やさしい日本語), names, and the
 *	marks of a correction and of a drill. A list may be in a language that the table does not have; then its tag
 *	is all that names it.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/language.h"

#include <glib.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "policy/text.h"

static const struct language {
	const char *tag;
	const char *japanese, *english, *own;
	const char *correction, *drill;
	bool is_of_jis;
} languages[] = {
	{ "ja", "日本語", "Japanese", "日本語", "【訂正】", "【訓練】", true },
	{ "ja-easy", "やさしい日本語", "Easy Japanese", "やさしいにほんご", "【訂正】",
	  "【訓練】", true },
	{ "en", "英語", "English", "English", "[Correction] ", "[Drill] ", true },
	{ "zh", "中国語", "Chinese", "中文", "【更正】", "【演习】", false },
	{ "zh-hans", "中国語（簡体字）", "Simplified Chinese", "简体中文", "【更正】",
	  "【演习】", false },
	{ "zh-hant", "中国語（繁体字）", "Traditional Chinese", "繁體中文", "【更正】",
	  "【演習】", false },
	{ "ko", "韓国語", "Korean", "한국어", "[정정] ", "[훈련] ", false },
	{ "pt", "ポルトガル語", "Portuguese", "Português", "[Correção] ", "[Simulado] ",
	  false },
	{ "es", "スペイン語", "Spanish", "Español", "[Corrección] ", "[Simulacro] ",
	  false },
	{ "vi", "ベトナム語", "Vietnamese", "Tiếng Việt", "[Đính chính] ", "[Diễn tập] ",
	  false },
	{ "tl", "タガログ語", "Tagalog", "Filipino", "[Pagtutuwid] ", "[Drill] ", true },
	{ "id", "インドネシア語", "Indonesian", "Bahasa Indonesia", "[Ralat] ",
	  "[Latihan] ", true },
	{ "th", "タイ語", "Thai", "ภาษาไทย", "[แก้ไข] ", "[ฝึกซ้อม] ", false },
	{ "my", "ミャンマー語", "Burmese", "မြန်မာ", "[Correction] ", "[Drill] ", false },
	{ "ne", "ネパール語", "Nepali", "नेपाली", "[Correction] ", "[Drill] ", false },
	{ "si", "シンハラ語", "Sinhala", "සිංහල", "[Correction] ", "[Drill] ", false },
	{ "mn", "モンゴル語", "Mongolian", "Монгол", "[Correction] ", "[Drill] ", false },
	{ "ru", "ロシア語", "Russian", "Русский", "[Исправление] ", "[Учения] ", true },
	{ "uk", "ウクライナ語", "Ukrainian", "Українська", "[Виправлення] ",
	  "[Навчання] ", false },
	{ "fr", "フランス語", "French", "Français", "[Rectification] ", "[Exercice] ",
	  false },
	{ "de", "ドイツ語", "German", "Deutsch", "[Korrektur] ", "[Übung] ", false },
};

bool language_is_tag(const char *text)
{
	size_t part = 0, parts = 0;

	if (strlen(text) >= LANGUAGE_OCTETS)
		return false;
	for (const char *at = text;; at++) {
		if (*at == '-' || *at == '\0') {
			if (part > 8 || part < (parts == 0 ? 2 : 1) ||
			    (parts == 0 && part > 3))
				return false;
			if (*at == '\0')
				return true;
			part = 0;
			parts++;
		} else if (g_ascii_islower(*at) || (parts > 0 && g_ascii_isdigit(*at))) {
			part++;
		} else {
			return false;
		}
	}
}

/* For comparing: of one case and width, and without blanks. Free with g_free(). */
static char *fold(const char *word)
{
	char *folded = text_fold_case(word, strlen(word));
	GString *out = g_string_new(NULL);

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (!g_unichar_isspace(g_utf8_get_char(at)))
			g_string_append_unichar(out, g_utf8_get_char(at));
	free(folded);
	return g_string_free(out, FALSE);
}

static bool is_same(const char *folded, const char *name)
{
	g_autofree char *other = fold(name);

	return strcmp(folded, other) == 0;
}

const char *language_find(const char *word)
{
	g_autofree char *folded = fold(word);

	for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
		const struct language *language = &languages[i];

		if (is_same(folded, language->tag) ||
		    is_same(folded, language->japanese) ||
		    is_same(folded, language->english) || is_same(folded, language->own))
			return language->tag;
	}
	return NULL;
}

static const struct language *find_tag(const char *tag)
{
	for (size_t i = 0; i < G_N_ELEMENTS(languages); i++)
		if (strcmp(languages[i].tag, tag) == 0)
			return &languages[i];
	return NULL;
}

const char *language_name(const char *tag, const char *reader)
{
	const struct language *language = find_tag(tag);

	if (language == NULL)
		return tag;
	return strcmp(reader, LANGUAGE_JAPANESE) == 0 ? language->japanese
						      : language->english;
}

const char *language_correction(const char *tag)
{
	const struct language *language = find_tag(tag);

	return language != NULL ? language->correction : "[Correction] ";
}

const char *language_drill(const char *tag)
{
	const struct language *language = find_tag(tag);

	return language != NULL ? language->drill : "[Drill] ";
}

bool language_is_japanese(const char *tag)
{
	return text_begins_with(tag, LANGUAGE_JAPANESE);
}

bool language_is_of_jis(const char *tag)
{
	const struct language *language = find_tag(tag);

	return language != NULL && language->is_of_jis;
}

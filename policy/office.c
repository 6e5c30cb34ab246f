/*
 * NAME
 *	office - names of offices, and titles
 *
 * DESCRIPTION
 *	A word is an office by its ending. One whose name has a word of doubt in it (towns have
 *	a 修正申告係) must be nothing but an office: a single word of kanji with one such word,
 *	no longer than offices are, so that no sentence is one.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/office.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/reply_doubt.h"
#include "policy/script.h"

/* No office's name has so many octets. */
#define OFFICE_MOST 200

/* The characters of an office whose name has a word of doubt in it. */
#define DOUBTFUL_OFFICE_LEAST 3
#define DOUBTFUL_OFFICE_MOST  12

/* clang-format off */
/* clang-format off */
static const char *const office_titles[] = {
	"課長補佐", "課長代理", "副課長", "課長", "係長", "副部長", "部長", "次長", "局長", "室長",
	"副室長", "班長", "副主幹", "主幹", "主査", "副主査", "主任主事", "主任技師", "主任",
	"主事補", "主事", "技師", "技監", "参事", "参与", "専門員", "専門監", "書記", "係員",
	"担当者", "担当", "防災監", "危機管理監", "危機管理官", "副町長", "町長", "副市長", "市長",
	"副村長", "村長", "所長", "館長", "園長", "校長", "会長", "支所長", "事務局長",
	"統括監", "理事", "補佐", "代理", "長", NULL,
};
static const char *const office_endings[] = {
	"課", "係", "局", "室", "班", "部", "署", "所", "館", "園", "校", "院", "庁",
	"センター", "役場", "委員会", "協議会", "グループ", "チーム", "担当", "窓口", "町", "市",
	"村", "区", "県", "府", "都", "本部", "会社", "組合", "財団", "隊", "団", NULL,
};
/* Endings of what can be nothing but an office, whatever stands before them, and words that
 * end in the same way. */
static const char *const office_sure_endings[] = { "課", "係", "局", "室", "班", NULL };
static const char *const office_no_endings[] = {
	"関係", "連係", "結局", "日課", "教室", "全室", "各課", "各係", "各局", "同課", NULL,
};
static const char *const office_no_starts[] = {
	"要", "再", "未", "仮", "但", "非", "不", "無", "若", "尚", NULL,
};
/* clang-format on */

size_t office_match_title(const char *text)
{
	return line_match_start(text, office_titles);
}

/* Without a title at its end: 総務課長 is 総務課. */
static char *drop_title(const char *word)
{
	for (size_t i = 0; office_titles[i] != NULL; i++)
		if (g_str_has_suffix(word, office_titles[i]) &&
		    strlen(word) > strlen(office_titles[i])) {
			char *office =
			    g_strndup(word, strlen(word) - strlen(office_titles[i]));

			if (line_match_end(office, office_endings) > 0)
				return office;
			g_free(office);
		}
	return g_strdup(word);
}

/* Offices are written in kanji, and now and then in katakana. */
static bool is_of_office(gunichar c)
{
	return script_is_kanji(c) || script_is_katakana(c);
}

/* Are there two words of doubt in it? One is the office's; the other is what should be done
 * there (時刻変更修正申告係). */
static bool is_doubted_twice(const char *office)
{
	for (const char *at = office; *at != '\0'; at = g_utf8_next_char(at)) {
		g_autofree char *before = g_strndup(office, (size_t)(at - office));

		if (reply_doubt_is_found(before, false))
			return reply_doubt_is_found(at, false);
	}
	return false;
}

/* 課長 has 課 before 長, so an office may have lost it: 修正申告課長補佐. */
static bool is_sure_office(const char *office)
{
	const glong length = g_utf8_strlen(office, -1);

	return line_match_end(office, office_sure_endings) > 0 &&
	       line_match_end(office, office_no_endings) == 0 &&
	       line_match_start(office, office_no_starts) == 0 &&
	       length >= DOUBTFUL_OFFICE_LEAST && length <= DOUBTFUL_OFFICE_MOST &&
	       script_is_all(office, is_of_office) &&
	       !reply_doubt_is_found(office, true) && !is_doubted_twice(office);
}

static bool is_doubtful_office(const char *word)
{
	g_autofree char *office = drop_title(word);

	if (is_sure_office(office))
		return true;
	/* A title that begins with the office's own ending: 修正課 and 課長. */
	for (size_t i = 0; office_titles[i] != NULL; i++) {
		g_autofree char *longer = NULL;
		const size_t title = strlen(office_titles[i]);

		if (!g_str_has_suffix(word, office_titles[i]) ||
		    line_match_start(office_titles[i], office_sure_endings) == 0)
			continue;
		longer = g_strndup(word, strlen(word) - title + strlen("課"));
		if (is_sure_office(longer))
			return true;
	}
	return false;
}

bool office_is_name(const char *word)
{
	g_autofree char *office = NULL;

	if (*word == '\0' || strlen(word) > OFFICE_MOST)
		return false;
	if (reply_doubt_is_found(word, false))
		return is_doubtful_office(word);
	office = drop_title(word);
	return line_is_any(word, office_titles) ||
	       (line_match_end(office, office_endings) > 0 &&
		g_utf8_strlen(office, -1) >= 2) ||
	       line_match_end(word, office_titles) > strlen("長");
}

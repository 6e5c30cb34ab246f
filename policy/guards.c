/*
 * NAME
 *	guards - what an approver should look at twice
 *
 * DESCRIPTION
 *	The same text sent again, a date that has passed, a weekday that is wrong, a word that
 *	speaks of a drill. All of them may be meant, so they only warn.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/guards.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/day.h"
#include "policy/text.h"

#define HALF_YEAR_DAYS 180
#define REIWA_BEFORE   2018 /* 令和1年 is 2019 */

/* ---- likeness ---- */

/* Characters have 21 bits: a pair is a number, and the numbers are in order. */
struct guards_pairs {
	GArray *numbers; /* uint64_t */
	char *text;      /* as it was folded */
};

static int compare_numbers(const void *one, const void *other)
{
	const uint64_t left = *(const uint64_t *)one, right = *(const uint64_t *)other;

	return (left > right) - (left < right);
}

struct guards_pairs *guards_pairs_count(const char *text)
{
	struct guards_pairs *pairs = g_new0(struct guards_pairs, 1);
	uint64_t before = 0;

	pairs->text = text_fold_case(text, strlen(text));
	pairs->numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	for (const char *at = pairs->text; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar now = g_utf8_get_char(at);
		const uint64_t pair = before << 21 | now;

		if (g_unichar_isspace(now))
			continue;
		if (before != 0)
			g_array_append_val(pairs->numbers, pair);
		before = now;
	}
	if (pairs->numbers->len > 0)
		qsort(pairs->numbers->data, pairs->numbers->len, sizeof(uint64_t),
		      compare_numbers);
	return pairs;
}

void guards_pairs_free(struct guards_pairs *pairs)
{
	if (pairs == NULL)
		return;
	g_array_unref(pairs->numbers);
	g_free(pairs->text);
	g_free(pairs);
}

int guards_measure_likeness(const struct guards_pairs *one,
			    const struct guards_pairs *other)
{
	const uint64_t *left = (const uint64_t *)(void *)one->numbers->data;
	const uint64_t *right = (const uint64_t *)(void *)other->numbers->data;
	const uint64_t total = (uint64_t)one->numbers->len + other->numbers->len;
	uint64_t shared = 0;

	for (guint i = 0, j = 0; i < one->numbers->len && j < other->numbers->len;) {
		const int order = compare_numbers(&left[i], &right[j]);

		shared += order == 0;
		i += order <= 0;
		j += order >= 0;
	}
	if (total == 0)
		return strcmp(one->text, other->text) == 0 ? 100 : 0;
	return (int)(200 * shared / total);
}

/* ---- dates ---- */

static const char guards_date_pattern[] =
    "(?<![0-9/.-])"
    "(?:(?:令和 ?(?<reiwa>[0-9]{1,2}|元)年 ?|(?<year>[0-9]{4})年 ?)?"
    "(?<month>[0-9]{1,2})月 ?(?<day>[0-9]{1,2})日"
    "|(?<yearb>[0-9]{4})[/-](?<monthb>[0-9]{1,2})[/-](?<dayb>[0-9]{1,2})(?![0-9/-])"
    "|(?<monthc>[0-9]{1,2})/(?<dayc>[0-9]{1,2})(?![0-9/]))"
    "(?: ?\\((?<weekday>[日月火水木金土])(?:曜日?)?\\))?";

/* The number of the first of some groups that took part; 0 when none did. */
static int read_group(const GMatchInfo *match, const char *const *names)
{
	for (; *names != NULL; names++) {
		g_autofree char *text = g_match_info_fetch_named(match, *names);

		if (text != NULL && strcmp(text, "元") == 0)
			return 1;
		if (text != NULL && *text != '\0')
			return (int)strtol(text, NULL, 10);
	}
	return 0;
}

static int read_year(const GMatchInfo *match)
{
	static const char *const western[] = { "year", "yearb", NULL };
	static const char *const reiwa[] = { "reiwa", NULL };
	const int year = read_group(match, western);
	const int era = read_group(match, reiwa);

	return year != 0 ? year : era != 0 ? REIWA_BEFORE + era : 0;
}

/* A date without a year: the one that is nearest to a day. False when there is none. */
static bool find_nearest(int month, int day_of_month, int64_t day, int64_t *found_r)
{
	const int year = day_find_year(day);
	bool found = false;

	for (int y = year - 1; y <= year + 1; y++) {
		int64_t candidate;

		if (!day_is_valid(y, month, day_of_month))
			continue;
		candidate = day_count(y, month, day_of_month);
		if (!found || llabs(candidate - day) < llabs(*found_r - day))
			*found_r = candidate;
		found = true;
	}
	return found;
}

/* Which day a match means, and whether it is past; false when it is no date. */
static bool read_match(const GMatchInfo *match, int64_t day, int64_t *found_r,
		       bool *past_r)
{
	static const char *const months[] = { "month", "monthb", "monthc", NULL };
	static const char *const days[] = { "day", "dayb", "dayc", NULL };
	const int year = read_year(match);
	const int month = read_group(match, months);
	const int day_of_month = read_group(match, days);

	if (year != 0) {
		if (!day_is_valid(year, month, day_of_month))
			return false;
		*found_r = day_count(year, month, day_of_month);
		*past_r = *found_r < day;
		return true;
	}
	if (!find_nearest(month, day_of_month, day, found_r))
		return false;
	*past_r = *found_r < day && day - *found_r <= HALF_YEAR_DAYS;
	return true;
}

static bool has_wrong_weekday(const GMatchInfo *match, int64_t day)
{
	static const char *const names[] = { "日", "月", "火", "水", "木", "金", "土" };
	g_autofree char *weekday = g_match_info_fetch_named(match, "weekday");

	return weekday != NULL && *weekday != '\0' &&
	       strcmp(weekday, names[day_find_weekday(day)]) != 0;
}

static void free_finding(void *pointer)
{
	struct guards_date_finding *finding = pointer;

	g_free(finding->written);
	g_free(finding);
}

static void add_finding(GPtrArray *findings, enum guards_date kind,
			const GMatchInfo *match)
{
	struct guards_date_finding *finding = g_new0(struct guards_date_finding, 1);

	finding->kind = kind;
	finding->written = g_match_info_fetch(match, 0);
	g_ptr_array_add(findings, finding);
}

GPtrArray *guards_find_dates(const char *text, int64_t day)
{
	GPtrArray *findings = g_ptr_array_new_with_free_func(free_finding);
	g_autofree char *folded = text_fold_case(text, strlen(text));
	GRegex *regex = g_regex_new(guards_date_pattern, G_REGEX_OPTIMIZE, 0, NULL);
	GMatchInfo *match = NULL;

	(void)g_regex_match(regex, folded, 0, &match);
	while (g_match_info_matches(match)) {
		int64_t found = 0;
		bool past;

		if (read_match(match, day, &found, &past)) {
			if (past)
				add_finding(findings, GUARDS_DATE_PAST, match);
			if (has_wrong_weekday(match, found))
				add_finding(findings, GUARDS_DATE_WEEKDAY, match);
		}
		(void)g_match_info_next(match, NULL);
	}
	g_match_info_free(match);
	g_regex_unref(regex);
	return findings;
}

/* ---- words ---- */

char *guards_find_word(const char *text, const char *words)
{
	g_autofree char *folded = text_fold_case(text, strlen(text));
	char **list = g_strsplit(words, ",", -1);
	char *found = NULL;

	for (size_t i = 0; found == NULL && list[i] != NULL; i++) {
		const char *word = g_strstrip(list[i]);
		g_autofree char *folded_word = text_fold_case(word, strlen(word));

		if (*word != '\0' && strstr(folded, folded_word) != NULL)
			found = g_strdup(word);
	}
	g_strfreev(list);
	return found;
}

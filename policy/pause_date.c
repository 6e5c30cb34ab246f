/*
 * NAME
 *	pause_date - until when a resident wants no mail
 *
 * DESCRIPTION
 *	One table of patterns over the line in compatibility normal form. What one pattern has
 *	found is taken out before the next one looks, so that 2026/12/31 is not read as 26/12
 *	as well. A line with two dates could mean either, and is not read at all: whoever asks
 *	for a pause until a day must not be left out beyond it.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/pause_date.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/day.h"
#include "policy/text.h"

#define MONTHS                                                                      \
	"(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|" \
	"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\b\\.?"
/* Each at its number; "a" is the other word for one. */
static const char *const count_words[][2] = {
	{ "一", "one" },  { "二", "two" }, { "三", "three" }, { "四", "four" },
	{ "五", "five" }, { "六", "six" }, { "七", "seven" }, { "八", "eight" },
	{ "九", "nine" }, { "十", "ten" },
};
#define COUNT_WORDS                                                                 \
	"(?<![一二三四五六七八九十百])[一二三四五六七八九十]|" \
	"\\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten)\\b"
#define DAY_OF_MONTH "(?<day>\\d{1,2})(?:st|nd|rd|th)?"

/* Named groups: era (years are its), year, month or name, day; or count and a unit. */
static const char *const pause_patterns[] = {
	"(?<era>令和|\\br)\\s*(?<year>元|\\d{1,2})\\s*[-./年]\\s*(?<month>\\d{1,2})\\s*"
	"[-./月]\\s*(?<day>\\d{1,2})(?!\\d)\\s*日?",
	"(?<!\\d)(?<year>\\d{4})\\s*[-./年]\\s*(?<month>\\d{1,2})\\s*[-./月]\\s*"
	"(?<day>\\d{1,2})(?!\\d)\\s*日?",
	"\\b" MONTHS "\\s*" DAY_OF_MONTH "\\b(?:\\s*,?\\s*(?<year>\\d{4}))?(?!\\d)",
	"(?<!\\d)" DAY_OF_MONTH "\\s*(?:of\\s+)?\\b" MONTHS
	"(?:\\s*,?\\s*(?<year>\\d{4}))?(?!\\d)",
	"(?<![\\d/])(?<month>\\d{1,2})\\s*[/月]\\s*(?<day>\\d{1,2})(?![\\d/])\\s*日?",
	"(?<!\\d)(?<year>20\\d{2})(?<month>\\d{2})(?<day>\\d{2})(?!\\d)",
	"(?<!\\d)(?<count>\\d{1,3}|" COUNT_WORDS ")\\s*(?:(?<days>日間|days?\\b)|"
	"(?<weeks>週間?|weeks?\\b)|(?<months>(?:か|ヶ|ヵ|カ|ケ|箇|ヶ)月間?|months?\\b))",
};

static int read_number(GMatchInfo *match, const char *group)
{
	g_autofree char *text = g_match_info_fetch_named(match, group);

	if (text == NULL || *text == '\0')
		return 0;
	for (size_t i = 0; i < G_N_ELEMENTS(count_words); i++)
		if (strcmp(text, count_words[i][0]) == 0 ||
		    strcmp(text, count_words[i][1]) == 0)
			return (int)i + 1;
	return strcmp(text, "元") == 0 || *text == 'a' ? 1 : (int)strtol(text, NULL, 10);
}

static bool has_group(GMatchInfo *match, const char *group)
{
	g_autofree char *text = g_match_info_fetch_named(match, group);

	return text != NULL && *text != '\0';
}

static int read_month(GMatchInfo *match)
{
	static const char *const names[] = { "jan", "feb", "mar", "apr", "may", "jun",
					     "jul", "aug", "sep", "oct", "nov", "dec" };
	g_autofree char *name = g_match_info_fetch_named(match, "name");

	for (int i = 0; name != NULL && i < 12; i++)
		if (text_begins_with(name, names[i]))
			return i + 1;
	return read_number(match, "month");
}

/* A day as the calendar has it. */
struct date {
	int year, month, day;
};

static struct date find_date(int64_t day)
{
	struct date date = { .year = day_find_year(day), .month = 12 };

	while (day_count(date.year, date.month, 1) > day)
		date.month--;
	date.day = (int)(day - day_count(date.year, date.month, 1)) + 1;
	return date;
}

/* The day that is so many months after today; the last of its month where that is shorter. */
static int64_t add_months(int64_t today, int months)
{
	struct date date = find_date(today);

	date.year += (date.month - 1 + months) / 12;
	date.month = (date.month - 1 + months) % 12 + 1;
	while (!day_is_valid(date.year, date.month, date.day))
		date.day--;
	return day_count(date.year, date.month, date.day);
}

static int64_t add_length(GMatchInfo *match, int64_t today)
{
	const int count = read_number(match, "count");

	if (has_group(match, "months"))
		return add_months(today, count);
	return today + count * (has_group(match, "weeks") ? 7 : 1);
}

/* The day that was found; false when there is no such day. */
static bool find_day(GMatchInfo *match, int64_t today, int64_t *day_r)
{
	const int month = read_month(match), day = read_number(match, "day");
	int year = read_number(match, "year");

	if (has_group(match, "count")) {
		*day_r = add_length(match, today);
		return true;
	}
	if (has_group(match, "era"))
		year += 2018;
	if (year != 0) {
		if (!day_is_valid(year, month, day))
			return false;
		*day_r = day_count(year, month, day);
		return true;
	}
	/* The next one, of this year or of one that has such a day. */
	for (int i = 0; i < 9; i++) {
		year = day_find_year(today) + i;
		if (day_is_valid(year, month, day) &&
		    day_count(year, month, day) >= today) {
			*day_r = day_count(year, month, day);
			return true;
		}
	}
	return false;
}

/* Look for one pattern, and put a mark in the place of what it found. */
static int take_pattern(const char *pattern, char **line, int64_t today, int64_t *day_r,
			bool *exists)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_DUPNAMES, 0, NULL);
	GMatchInfo *match = NULL;
	char *rest = NULL;
	int count = 0;

	if (regex == NULL)
		return 0;
	g_regex_match(regex, *line, 0, &match);
	for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
		*exists = find_day(match, today, day_r) && *exists;
		count++;
	}
	g_match_info_free(match);
	rest = g_regex_replace_literal(regex, *line, -1, 0, " | ", 0, NULL);
	if (rest != NULL) {
		g_free(*line);
		*line = rest;
	}
	return count;
}

static int64_t find_midnight(int64_t day, GTimeZone *zone)
{
	const struct date date = find_date(day);
	GDateTime *start =
	    g_date_time_new(zone, date.year, date.month, date.day, 0, 0, 0);
	const int64_t at = g_date_time_to_unix(start);

	g_date_time_unref(start);
	return at;
}

enum pause_date_status pause_date_read(const char *line, int64_t now, GTimeZone *zone,
				       int days_most, int64_t *until_r)
{
	const int64_t today = day_of_time(now, zone);
	char *rest = text_fold_case(line, strlen(line));
	int64_t day = 0;
	bool exists = true;
	int count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(pause_patterns); i++)
		count += take_pattern(pause_patterns[i], &rest, today, &day, &exists);
	g_free(rest);
	if (count == 0)
		return PAUSE_DATE_NONE;
	if (count > 1 || !exists)
		return PAUSE_DATE_UNREADABLE;
	if (day <= today)
		return PAUSE_DATE_PAST;
	if (day > today + days_most)
		return PAUSE_DATE_FAR;
	*until_r = find_midnight(day + 1, zone);
	return PAUSE_DATE_READ;
}

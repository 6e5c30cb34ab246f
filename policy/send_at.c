/*
 * NAME
 *	send_at - the time that a draft asks to be sent at
 *
 * DESCRIPTION
 *	The first line is brought to compatibility normal form, so that full-width digits are
 *	digits. It must be read to its end: a time that was understood by half would go out at
 *	the wrong one. A line that looks like one and is none, or stands further down, is not
 *	text either: it would go out to the residents, and at once.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/send_at.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/day.h"
#include "policy/text.h"

#define DAY_SECONDS ((int64_t)86400)

/* A date and a time as they stand in the line. */
struct written_time {
	int year, month, day, hour, minute;
};

static const char *skip_spaces(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* Behind one of these words; NULL when none stands here. */
static const char *skip_any(const char *at, const char *const *words)
{
	at = skip_spaces(at);
	for (; *words != NULL; words++)
		if (text_begins_with(at, *words))
			return at + strlen(*words);
	return NULL;
}

/* Behind a number of at most that many digits; NULL when there is none. */
static const char *read_number(const char *at, int digits, int *number_r)
{
	const char *start = at = skip_spaces(at);

	*number_r = 0;
	for (; g_ascii_isdigit(*at) && at - start < digits; at++)
		*number_r = *number_r * 10 + (*at - '0');
	return at > start && !g_ascii_isdigit(*at) ? at : NULL;
}

/* Behind a year, written as such or in the era that officials write. */
static const char *read_year(const char *at, int *year_r)
{
	static const char *const eras[] = { "令和", "r", NULL };
	static const char *const first[] = { "元", NULL };
	const char *behind = skip_any(at, eras);

	if (behind == NULL)
		return read_number(at, 4, year_r);
	at = skip_any(behind, first);
	*year_r = 1;
	if (at == NULL)
		at = read_number(behind, 2, year_r);
	*year_r += 2018;
	return at;
}

static const char *read_date(const char *at, struct written_time *time_r)
{
	static const char *const years[] = { "-", "/", ".", "年", NULL };
	static const char *const months[] = { "-", "/", ".", "月", NULL };

	at = read_year(at, &time_r->year);
	at = at != NULL ? skip_any(at, years) : NULL;
	at = at != NULL ? read_number(at, 2, &time_r->month) : NULL;
	at = at != NULL ? skip_any(at, months) : NULL;
	at = at != NULL ? read_number(at, 2, &time_r->day) : NULL;
	if (at != NULL && text_begins_with(skip_spaces(at), "日"))
		at = skip_spaces(at) + strlen("日");
	return at;
}

static const char *const send_at_colon[] = { ":", NULL };

/* Minutes behind "9:", and the seconds that some programs write, which must be none. */
static const char *read_minutes(const char *at, struct written_time *time_r)
{
	const char *behind;
	int seconds = 0;

	at = read_number(at, 2, &time_r->minute);
	behind = at != NULL ? skip_any(at, send_at_colon) : NULL;
	if (behind != NULL)
		at = read_number(behind, 2, &seconds);
	return seconds == 0 ? at : NULL;
}

/* What follows the number of an hour: ":30", "時", "時30分" or "時半". */
static const char *read_rest_of_clock(const char *at, struct written_time *time_r)
{
	static const char *const hour[] = { "時", NULL };
	static const char *const half[] = { "半", NULL };
	static const char *const minute[] = { "分", NULL };
	const char *behind = skip_any(at, send_at_colon);

	if (behind != NULL)
		return read_minutes(behind, time_r);
	at = skip_any(at, hour);
	if (at == NULL || *skip_spaces(at) == '\0')
		return at;
	behind = skip_any(at, half);
	if (behind != NULL) {
		time_r->minute = 30;
		return behind;
	}
	at = read_number(at, 2, &time_r->minute);
	return at != NULL ? skip_any(at, minute) : NULL;
}

static const char *read_clock(const char *at, struct written_time *time_r)
{
	static const char *const morning[] = { "午前", NULL };
	static const char *const afternoon[] = { "午後", NULL };
	const char *am = skip_any(at, morning);
	const char *pm = skip_any(at, afternoon);

	at = read_number(am != NULL ? am : pm != NULL ? pm : at, 2, &time_r->hour);
	if (at == NULL)
		return NULL;
	if (am != NULL || pm != NULL) {
		/* People do not agree on what "12" is here, so it is no time. */
		if (time_r->hour > 11)
			return NULL;
		time_r->hour += pm != NULL ? 12 : 0;
	}
	return read_rest_of_clock(at, time_r);
}

static bool is_valid(const struct written_time *time)
{
	return day_is_valid(time->year, time->month, time->day) && time->hour <= 23 &&
	       time->minute <= 59;
}

static int64_t find_offset(GTimeZone *zone, int64_t at)
{
	return g_time_zone_get_offset(
	    zone, g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, at));
}

/* The one time at which the zone's clocks show this; false when there is none, or two. */
static bool find_instant(const struct written_time *time, GTimeZone *zone, int64_t *at_r)
{
	const int64_t local =
	    day_count(time->year, time->month, time->day) * DAY_SECONDS +
	    time->hour * 3600 + time->minute * 60;
	const int64_t before = find_offset(zone, local - DAY_SECONDS);
	const int64_t after = find_offset(zone, local + DAY_SECONDS);
	const bool fits_before = find_offset(zone, local - before) == before;
	const bool fits_after = find_offset(zone, local - after) == after;

	*at_r = local - (fits_before ? before : after);
	return before == after ? fits_before : fits_before != fits_after;
}

/* Behind "(火)" or "(火曜日)", if it stands there and is the date's; NULL when it is another
 * day's. */
static const char *skip_weekday(const char *at, const struct written_time *time)
{
	static const char *const names[] = { "日", "月", "火", "水", "木", "金", "土" };
	static const char *const ends[] = { "曜日)", "曜)", ")", NULL };
	const int64_t day = day_count(time->year, time->month, time->day);
	const char *name = names[day_find_weekday(day)];

	if (*skip_spaces(at) != '(')
		return at;
	at = skip_spaces(at) + 1;
	return text_begins_with(at, name) ? skip_any(at + strlen(name), ends) : NULL;
}

static bool read_line(const char *line, GTimeZone *zone, int64_t *at_r)
{
	struct written_time time = { 0 };
	const char *at = read_date(line, &time);

	if (at == NULL || !is_valid(&time))
		return false;
	at = skip_weekday(at, &time);
	/* 2026-12-01T09:00 (ISO 8601) */
	if (at != NULL && *at == 't')
		at++;
	at = at != NULL ? read_clock(at, &time) : NULL;
	return at != NULL && *skip_spaces(at) == '\0' && is_valid(&time) &&
	       find_instant(&time, zone, at_r);
}

/* Behind "配信日時:" in a folded line, or "【配信日時】", or the word with a time right behind
 * it; NULL when the line says something else, such as 配信日時は未定です. */
static const char *skip_key(const char *line)
{
	static const char *const openings[] = { "【", "「", "[",  "(", "<",
						"■",  "●",  "・", "*", NULL };
	static const char *const keys[] = { "配信日時", "配信希望日時", "配信予定日時",
					    "送信日時", "send-at",      NULL };
	static const char *const closings[] = { "】", "」", "]", ")", ">", "*", NULL };
	const char *opened = skip_any(line, openings);
	const char *at = skip_any(opened != NULL ? opened : line, keys);
	const char *closed = at != NULL && opened != NULL ? skip_any(at, closings) : NULL;
	const char *colon;

	if (at == NULL)
		return NULL;
	if (closed != NULL)
		at = closed;
	colon = skip_any(at, send_at_colon);
	if (colon != NULL)
		return colon;
	at = skip_spaces(at);
	return closed != NULL || g_ascii_isdigit(*at) || text_begins_with(at, "令和")
		   ? at
		   : NULL;
}

/* Does a line below the first ask for a time, which would go out as text? */
static bool asks_too_late(const char *text)
{
	while (*(text += strcspn(text, "\n")) != '\0') {
		g_autofree char *line = text_fold_case(text + 1, strcspn(text + 1, "\n"));

		if (skip_key(line) != NULL)
			return true;
		text++;
	}
	return false;
}

enum send_at_status send_at_read(const char *text, GTimeZone *zone, int64_t *at_r,
				 const char **rest_r)
{
	const size_t length = strcspn(text, "\n");
	g_autofree char *line = text_fold_case(text, length);
	const char *at = skip_key(line);

	*rest_r = text;
	if (asks_too_late(text))
		return SEND_AT_UNREADABLE;
	if (at == NULL)
		return SEND_AT_NONE;
	*rest_r = text + length;
	while (**rest_r == '\n')
		(*rest_r)++;
	return read_line(at, zone, at_r) ? SEND_AT_READ : SEND_AT_UNREADABLE;
}

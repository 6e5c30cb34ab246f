/*
 * NAME
 *	send_at - the time that a draft asks to be sent at
 *
 * DESCRIPTION
 *	The first line is brought to compatibility normal form, so that full-width digits are
 *	digits. It must be read to its end: a time that was understood by half would go out at
 *	the wrong one.
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
		if (g_str_has_prefix(at, *words))
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

static const char *read_date(const char *at, struct written_time *time_r)
{
	static const char *const years[] = { "-", "/", "年", NULL };
	static const char *const months[] = { "-", "/", "月", NULL };

	at = read_number(at, 4, &time_r->year);
	at = at != NULL ? skip_any(at, years) : NULL;
	at = at != NULL ? read_number(at, 2, &time_r->month) : NULL;
	at = at != NULL ? skip_any(at, months) : NULL;
	at = at != NULL ? read_number(at, 2, &time_r->day) : NULL;
	if (at != NULL && g_str_has_prefix(skip_spaces(at), "日"))
		at = skip_spaces(at) + strlen("日");
	return at;
}

static const char *read_clock(const char *at, struct written_time *time_r)
{
	static const char *const colon[] = { ":", NULL };
	static const char *const hour[] = { "時", NULL };
	static const char *const minute[] = { "分", NULL };
	const char *behind;

	at = read_number(at, 2, &time_r->hour);
	if (at == NULL)
		return NULL;
	behind = skip_any(at, colon);
	if (behind != NULL)
		return read_number(behind, 2, &time_r->minute);
	at = skip_any(at, hour);
	if (at == NULL || *skip_spaces(at) == '\0')
		return at;
	at = read_number(at, 2, &time_r->minute);
	return at != NULL ? skip_any(at, minute) : NULL;
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
	return g_str_has_prefix(at, name) ? skip_any(at + strlen(name), ends) : NULL;
}

static bool read_line(const char *line, GTimeZone *zone, int64_t *at_r)
{
	struct written_time time = { 0 };
	const char *at = read_date(line, &time);

	if (at == NULL || !is_valid(&time))
		return false;
	at = skip_weekday(at, &time);
	at = at != NULL ? read_clock(at, &time) : NULL;
	return at != NULL && *skip_spaces(at) == '\0' && is_valid(&time) &&
	       find_instant(&time, zone, at_r);
}

enum send_at_status send_at_read(const char *text, GTimeZone *zone, int64_t *at_r,
				 const char **rest_r)
{
	static const char *const keys[] = { "配信日時", "send-at", NULL };
	static const char *const colon[] = { ":", NULL };
	const size_t length = strcspn(text, "\n");
	g_autofree char *line = text_fold_case(text, length);
	const char *at = skip_any(line, keys);

	*rest_r = text;
	at = at != NULL ? skip_any(at, colon) : NULL;
	if (at == NULL)
		return SEND_AT_NONE;
	*rest_r = text + length;
	while (**rest_r == '\n')
		(*rest_r)++;
	return read_line(at, zone, at_r) ? SEND_AT_READ : SEND_AT_UNREADABLE;
}

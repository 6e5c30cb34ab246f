/*
 * NAME
 *	delegation - the period of a delegate
 *
 * DESCRIPTION
 *	A period that cannot be read says neither that its delegate may decide nor that they may
 *	not.
 *
 * DIAGNOSTICS
 *	None: what cannot be read is garbled.
 */
#include "policy/delegation.h"

#include <string.h>

#include "policy/day.h"

enum delegation_state delegation_find_state(const struct delegation *delegation,
					    int64_t now)
{
	if (delegation->is_garbled)
		return DELEGATION_GARBLED;
	if (delegation->from != 0 && now < delegation->from)
		return DELEGATION_EARLY;
	return delegation->until != 0 && now >= delegation->until ? DELEGATION_OVER
								  : DELEGATION_CURRENT;
}

/* So many digits, as a number; -1 when they are not there. */
static int read_digits(const char **text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++, (*text)++) {
		if (!g_ascii_isdigit(**text))
			return -1;
		number = number * 10 + (**text - '0');
	}
	return number;
}

/* Year, month and day; a day that exists. */
static bool read_date(const char **text, int date[3])
{
	const bool dashed = strlen(*text) > 4 && (*text)[4] == '-';
	static const int digits[] = { 4, 2, 2 };

	for (int i = 0; i < 3; i++) {
		if (dashed && i > 0 && *(*text)++ != '-')
			return false;
		date[i] = read_digits(text, digits[i]);
		if (date[i] < 0)
			return false;
	}
	return day_is_valid(date[0], date[1], date[2]) && (!dashed || **text == '\0');
}

/* "Z", or "+0900", or "+09": what is to be taken off. */
static bool read_offset(const char *text, int *seconds_r)
{
	const int sign = *text == '-' ? -1 : 1;
	int hours, minutes = 0;

	*seconds_r = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	hours = read_digits(&text, 2);
	if (*text != '\0')
		minutes = read_digits(&text, 2);
	*seconds_r = sign * (hours * 60 + minutes) * 60;
	return hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59 &&
	       *text == '\0';
}

static const char *skip_fraction(const char *text)
{
	if (*text != '.' && *text != ',')
		return text;
	text++;
	return g_ascii_isdigit(*text) ? text + strspn(text, "0123456789") : NULL;
}

/* Hours, perhaps minutes and seconds, and the zone. */
static bool read_clock(const char *text, int *seconds_r)
{
	static const int most[] = { 23, 59, 59 };
	int parts[3] = { 0 }, offset;

	for (int i = 0; i < 3 && (i == 0 || g_ascii_isdigit(*text)); i++) {
		parts[i] = read_digits(&text, 2);
		if (parts[i] < 0 || parts[i] > most[i])
			return false;
	}
	text = skip_fraction(text);
	if (text == NULL || !read_offset(text, &offset))
		return false;
	*seconds_r = (parts[0] * 60 + parts[1]) * 60 + parts[2] - offset;
	return true;
}

#define DAY_SECONDS 86400

static int64_t find_midnight(const int date[3], GTimeZone *zone)
{
	GDateTime *at = g_date_time_new(zone, date[0], date[1], date[2], 0, 0, 0);
	const int64_t seconds = g_date_time_to_unix(at);

	g_date_time_unref(at);
	return seconds;
}

/* Make it the next day. */
static void move_on(int date[3])
{
	date[2]++;
	if (day_is_valid(date[0], date[1], date[2]))
		return;
	date[2] = 1;
	date[1] = date[1] == 12 ? 1 : date[1] + 1;
	date[0] += date[1] == 1;
}

static bool read_time(const char *text, bool is_end, GTimeZone *zone, int64_t *at_r)
{
	int date[3], seconds;

	if (!read_date(&text, date))
		return false;
	if (*text == '\0') {
		if (is_end)
			move_on(date);
		*at_r = find_midnight(date, zone);
		return true;
	}
	if (!read_clock(text, &seconds))
		return false;
	*at_r = day_count(date[0], date[1], date[2]) * DAY_SECONDS + seconds;
	return true;
}

struct delegation delegation_read(const char *from, const char *until, GTimeZone *zone)
{
	struct delegation delegation = { 0 };

	delegation.is_garbled =
	    (from != NULL && !read_time(from, false, zone, &delegation.from)) ||
	    (until != NULL && !read_time(until, true, zone, &delegation.until)) ||
	    (from != NULL && until != NULL && delegation.until <= delegation.from);
	return delegation;
}

/*
 * The time that a draft asks to be sent at, in the first line of its text.
 */
#ifndef KAIRAN_POLICY_SEND_AT_H
#define KAIRAN_POLICY_SEND_AT_H

#include <glib.h>
#include <stdint.h>

enum send_at_status {
	SEND_AT_NONE,       /* no line asks for a time */
	SEND_AT_READ,       /* a time */
	SEND_AT_UNREADABLE, /* a line does, but not the first, or by no time that exists */
};

/* Read "配信日時: 2026-12-01 09:00" or "Send-At: 2026-12-01 09:00" from the first line of a
 * text (UTF-8, LF). Full-width digits and marks are taken as well, the words in brackets or
 * without the colon, dates written as 2026/12/1, 2026年12月1日 or 令和8年12月1日, times as 9:00,
 * 9時, 9時30分, 9時半 or 午後3時. A time that the zone's clocks skip or show twice is unreadable. *at_r: seconds since the epoch; *rest_r: the text behind the
 * line and the blank lines that follow it (the whole text for SEND_AT_NONE). */
enum send_at_status send_at_read(const char *text, GTimeZone *zone, int64_t *at_r,
				 const char **rest_r);

#endif

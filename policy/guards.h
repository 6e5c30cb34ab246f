/*
 * What an approver should look at twice: nothing that forbids a broadcast, but slips that
 * people make.
 */
#ifndef KAIRAN_POLICY_GUARDS_H
#define KAIRAN_POLICY_GUARDS_H

#include <glib.h>
#include <stdint.h>

/* The pairs of neighbouring characters of a text, in compatibility normal form and without case,
 * white space left out. Free with guards_pairs_free(). */
struct guards_pairs *guards_pairs_count(const char *text);
void guards_pairs_free(struct guards_pairs *pairs);

/* How alike two texts are, in per cent: the pairs that they share (Dice). Two without a pair are 100
 * when they are the same, else 0. */
int guards_measure_likeness(const struct guards_pairs *one,
			    const struct guards_pairs *other);

/* From here on a text counts as sent before. */
#define GUARDS_LIKENESS_LIMIT 85

enum guards_date {
	GUARDS_DATE_PAST,    /* before the day it goes out */
	GUARDS_DATE_WEEKDAY, /* the weekday beside it is another day's */
};

struct guards_date_finding {
	enum guards_date kind;
	char *written; /* as it stands in the text, after compatibility normal form */
};

/* Dates in a text that cannot be meant, given the day it goes out (policy/day.h): 12月1日,
 * 2026年12月1日, 令和8年12月1日, 12/1, 2026/12/1, 2026-12-01. One without a year is the nearest
 * to that day, and past when it is up to half a year before it. An array of struct
 * guards_date_finding, perhaps empty; free with g_ptr_array_unref(). */
GPtrArray *guards_find_dates(const char *text, int64_t day);

/* The first of some words (separated by commas) that stands in the text; NULL when none does.
 * Case and width do not matter. Free with g_free(). */
char *guards_find_word(const char *text, const char *words);

#endif

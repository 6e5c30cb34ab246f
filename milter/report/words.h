/*
 * How the monthly report writes things, in the reader's language.
 */
#ifndef KAIRAN_MILTER_REPORT_WORDS_H
#define KAIRAN_MILTER_REPORT_WORDS_H

#include <stdint.h>

#include "milter/mail/template.h"

struct report_words {
	const struct templates *templates;
	const char *language; /* "ja" or "en" */
	const char *zone;     /* IANA name */
};

/* The phrase report.KEY, borrowed from the templates. */
const char *report_words_get(const struct report_words *words, const char *key);

/* The others are to be freed with g_free(). A phrase with up to two facts put in, NULL for the
 * second when there is one. */
char *report_words_fill(const struct report_words *words, const char *key,
			const char *name, const char *value, const char *name2,
			const char *value2);

/* A number, in groups of three digits. */
char *report_words_number(int64_t number);

/* A time, a day, and a month: "2026年11月25日 09:00", "2026年11月25日", "2026年11月". */
char *report_words_time(const struct report_words *words, int64_t at);
char *report_words_day(const struct report_words *words, int64_t at);
char *report_words_month(const struct report_words *words, int64_t at);

/* The days of a week by their dates ("2026-11-02", "2026-11-08"): "2-8日". */
char *report_words_week(const struct report_words *words, const char *from,
			const char *to);

/* A duration in its two largest units, seconds only when it is shorter than a minute. */
char *report_words_span(const struct report_words *words, int64_t seconds);

/* "13-2(3)" as people cite it; "" has a phrase of its own. */
char *report_words_article(const struct report_words *words, const char *article);

/* What a reason says, without what to do about it. */
char *report_words_reason(const struct report_words *words, const char *reason);

#endif

/*
 * NAME
 *	report_words - how the monthly report writes things
 *
 * DESCRIPTION
 *	Times, durations, articles and reasons, by the phrases of the reader's language.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/report/words.h"

#include <string.h>

#include "conf/clock.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

const char *report_words_get(const struct report_words *words, const char *key)
{
	g_autofree char *whole = g_strconcat("report.", key, NULL);

	return template_get_phrase(words->templates, words->language, whole);
}

char *report_words_fill(const struct report_words *words, const char *key,
			const char *name, const char *value, const char *name2,
			const char *value2)
{
	g_autofree char *whole = g_strconcat("report.", key, NULL);
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);
	char *filled;

	g_hash_table_insert(facts, (char *)name, (char *)value);
	if (name2 != NULL)
		g_hash_table_insert(facts, (char *)name2, (char *)value2);
	filled = template_fill_phrase(words->templates, words->language, whole, facts);
	g_hash_table_destroy(facts);
	return filled;
}

char *report_words_number(int64_t number)
{
	GString *out = g_string_new(NULL);

	g_string_printf(out, "%lld", (long long)number);
	for (gssize place = (gssize)out->len - 3; place > (number < 0 ? 1 : 0);
	     place -= 3)
		g_string_insert_c(out, place, ',');
	return g_string_free(out, FALSE);
}

static char *write_time(const struct report_words *words, int64_t at, const char *ja,
			const char *en)
{
	char text[64];

	clock_format(at, words->zone, strcmp(words->language, "ja") == 0 ? ja : en, text,
		     sizeof(text));
	return g_strdup(text);
}

char *report_words_time(const struct report_words *words, int64_t at)
{
	return write_time(words, at, "%Y年%-m月%-d日 %H:%M", "%Y-%m-%d %H:%M");
}

char *report_words_day(const struct report_words *words, int64_t at)
{
	return write_time(words, at, "%Y年%-m月%-d日", "%Y-%m-%d");
}

char *report_words_month(const struct report_words *words, int64_t at)
{
	return write_time(words, at, "%Y年%-m月", "%Y-%m");
}

/* "2026-11-02" is "2". */
static char *write_day_of_month(const char *date)
{
	const char *last = strrchr(date, '-');

	return g_strdup_printf("%d", last != NULL ? atoi(last + 1) : 0);
}

char *report_words_week(const struct report_words *words, const char *from,
			const char *to)
{
	g_autofree char *first = write_day_of_month(from);
	g_autofree char *last = write_day_of_month(to);

	return strcmp(first, last) == 0
		   ? report_words_fill(words, "one-day", "from", first, NULL, NULL)
		   : report_words_fill(words, "days", "from", first, "to", last);
}

char *report_words_span(const struct report_words *words, int64_t seconds)
{
	static const struct {
		int64_t unit;
		int64_t part;
		const char *key;
	} units[] = {
		{ DAY, HOUR, "span-days" },
		{ HOUR, MINUTE, "span-hours" },
		{ MINUTE, MINUTE, "span-minutes" },
		{ 1, 1, "span-seconds" },
	};
	size_t i = 0;
	g_autofree char *whole = NULL;
	g_autofree char *rest = NULL;

	while (i + 1 < G_N_ELEMENTS(units) && seconds < units[i].unit)
		i++;
	whole = g_strdup_printf("%lld", (long long)(seconds / units[i].unit));
	rest =
	    g_strdup_printf("%lld", (long long)(seconds % units[i].unit / units[i].part));
	return report_words_fill(words, units[i].key, "number", whole, "rest", rest);
}

char *report_words_article(const struct report_words *words, const char *article)
{
	const size_t digits = strspn(article, "0123456789");
	g_autofree char *number = g_strndup(article, digits);

	if (*article == '\0')
		return g_strdup(report_words_get(words, "no-article"));
	return report_words_fill(words, "article", "number", number, "rest",
				 article + digits);
}

char *report_words_reason(const struct report_words *words, const char *reason)
{
	static const char *const ends[] = { "。", ". ", "（運用規程", " (Art." };
	g_autofree char *key = g_strconcat("reason.", reason, NULL);
	const char *sentence =
	    template_get_phrase(words->templates, words->language, key);
	size_t length = strlen(sentence);

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		const char *end = strstr(sentence, ends[i]);

		if (end != NULL)
			length = MIN(length, (size_t)(end - sentence));
	}
	return g_strndup(sentence, length);
}

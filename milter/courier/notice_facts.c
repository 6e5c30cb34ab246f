/*
 * NAME
 *	notice_facts - what a notice's template is filled with
 *
 * DESCRIPTION
 *	Numbers, times and phrases become text in the reader's language.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/courier/notice_facts.h"

#include <string.h>

#include "conf/clock.h"
#include "milter/core/notice.h"
#include "policy/text.h"

struct notice_facts notice_facts_make(const struct setup *setup, const char *language)
{
	return (struct notice_facts){
		.table = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free),
		.setup = setup,
		.language = language,
		.is_japanese = strcmp(language, "ja") == 0,
	};
}

void notice_facts_clear(struct notice_facts *facts)
{
	g_hash_table_destroy(facts->table);
}

const char *notice_facts_get(const struct notice_facts *facts, const char *name)
{
	return g_hash_table_lookup(facts->table, name);
}

/* Takes over the value. */
static void put_own(struct notice_facts *facts, const char *name, char *value)
{
	g_hash_table_replace(facts->table, (char *)name, value);
}

void notice_facts_put(struct notice_facts *facts, const char *name, const char *value)
{
	char *clean = notice_clean_text(value != NULL ? value : "");

	/* A line that somebody's subject or name begins would be read as one of ours. */
	if (strpbrk(clean, "\n\t") != NULL &&
	    (strcmp(name, "subject") == 0 || g_str_has_suffix(name, "_name")))
		text_fold_line(clean);
	put_own(facts, name, clean);
}

void notice_facts_put_number(struct notice_facts *facts, const char *name, int64_t number)
{
	put_own(facts, name, g_strdup_printf("%lld", (long long)number));
}

void notice_facts_put_time(struct notice_facts *facts, const char *name, int64_t when)
{
	char text[64] = "";

	if (when != 0)
		clock_format(when, facts->setup->settings->time_zone,
			     facts->is_japanese ? "%Y年%-m月%-d日 %H:%M"
						: "%Y-%m-%d %H:%M %Z",
			     text, sizeof(text));
	notice_facts_put(facts, name, text);
}

void notice_facts_put_duration(struct notice_facts *facts, const char *name, int64_t from,
			       int64_t to)
{
	const long long seconds = from != 0 && to > from ? to - from : 0;

	if (from == 0 || to == 0)
		notice_facts_put(facts, name, "");
	else
		put_own(facts, name,
			g_strdup_printf("%lld:%02lld:%02lld", seconds / 3600,
					seconds / 60 % 60, seconds % 60));
}

void notice_facts_put_phrase(struct notice_facts *facts, const char *name,
			     const char *group, const char *word)
{
	g_autofree char *key = g_strdup_printf("%s.%s", group, word);

	notice_facts_put(
	    facts, name,
	    template_get_phrase(facts->setup->templates, facts->language, key));
}

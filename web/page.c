/*
 * NAME
 *	page - the pages of kairan-web
 *
 * DESCRIPTION
 *	One template, conf/templates/LANG/web.html, without scripts or anything that is loaded
 *	besides; its words are phrases. The button's line is left out where there is none.
 *
 * DIAGNOSTICS
 *	page_load() returns what is wrong with the templates.
 */
#include "config.h"

#include "web/page.h"

#include <glib.h>
#include <string.h>

#include "milter/core/own_address.h"

#define PAGE_TEMPLATE "web"

static const char *const page_template_list[] = { PAGE_TEMPLATE, NULL };
static const char *const page_name_list[] = { "title", "text", "button", "other", NULL };

bool page_load(const struct settings *settings, struct templates **templates_r,
	       struct kairan_error *error_r)
{
	return template_load_all(settings->template_dir, page_template_list,
				 page_name_list, templates_r, error_r);
}

/* What a phrase may name. */
static GHashTable *make_facts(const struct settings *settings, const struct page *page)
{
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	if (page->list == NULL)
		return facts;
	g_hash_table_insert(facts, (char *)"list", g_strdup(page->list));
	g_hash_table_insert(
	    facts, (char *)"leave_address",
	    g_strdup_printf("leave-%s@%s", page->list, settings->service_domain));
	return facts;
}

/* NULL: there is no such phrase. */
static char *fill(const struct templates *templates, const struct page *page,
		  const char *what, GHashTable *facts)
{
	static const char *const kinds[] = {
		[PAGE_LEAVE] = "leave",
		[PAGE_LEFT] = "left",
		[PAGE_UNKNOWN] = "unknown",
		[PAGE_LATER] = "later",
	};
	g_autofree char *key = g_strdup_printf("web.%s-%s", kinds[page->kind], what);

	if (template_get_phrase(templates, page->language, key) == key)
		return NULL;
	return template_fill_phrase(templates, page->language, key, facts);
}

char *page_write(const struct templates *templates, const struct settings *settings,
		 const struct page *page, bool is_html)
{
	GHashTable *facts = make_facts(settings, page);
	GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	struct template_mail filled = { 0 };
	struct kairan_error error;
	char *written = NULL;

	for (size_t i = 0; i < 3; i++) {
		const char *name = page_name_list[i];

		g_hash_table_insert(words, (char *)name,
				    fill(templates, page, name, facts));
	}
	if (page->kind == PAGE_LEAVE)
		g_hash_table_insert(words, (char *)"other",
				    g_strdup(template_get_phrase(
					templates, page->language, "web.other")));
	if (template_fill(templates, page->language, PAGE_TEMPLATE, words, &filled,
			  &error))
		written = g_strdup(is_html ? filled.html : filled.text);
	template_mail_clear(&filled);
	g_hash_table_destroy(words);
	g_hash_table_destroy(facts);
	return written != NULL ? written : g_strdup("");
}

static const char *find_language(const char *text)
{
	if (g_ascii_strncasecmp(text, "ja", 2) == 0)
		return "ja";
	return g_ascii_strncasecmp(text, "en", 2) == 0 ? "en" : NULL;
}

const char *page_choose_language(const struct settings *settings, const char *wanted,
				 const char *accepted)
{
	const char *found = wanted != NULL ? find_language(wanted) : NULL;

	/* Browsers name what they like best first. */
	while (found == NULL && accepted != NULL && *accepted != '\0') {
		accepted += strspn(accepted, ", ");
		found = find_language(accepted);
		accepted += strcspn(accepted, ",");
	}
	return found != NULL ? found : find_language(settings->language);
}

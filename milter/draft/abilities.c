/*
 * NAME
 *	abilities - what one person may do
 *
 * DESCRIPTION
 *	Whoever is staff writes, whoever approves decides and corrects, and everybody in the
 *	directory reports incidents (Art. 9). What somebody may not do now (Art. 4, 6, 12) is
 *	said with its reason, in the place of how it is done. Who has no duty is told how the
 *	section head applies for one (Art. 10).
 *
 *	The sentences are the phrases help.*, of which none begins with a decision word.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/draft/abilities.h"

#include <string.h>

#include "milter/core/own_address.h"
#include "policy/service_address.h"

/* More of them would be another screen. */
#define SECTIONS_MOST  3
#define ADDRESSES_MOST 5

static void free_ability(void *context)
{
	struct ability *ability = context;

	g_free(ability->section);
	g_free(ability);
}

struct abilities *abilities_new(const char *language)
{
	struct abilities *abilities = g_new0(struct abilities, 1);

	abilities->language = language;
	abilities->duties = g_ptr_array_new_with_free_func(free_ability);
	abilities->folders = g_ptr_array_new_with_free_func(g_free);
	abilities->addresses = g_ptr_array_new_with_free_func(g_free);
	abilities->password = REASON_NONE;
	return abilities;
}

void abilities_free(struct abilities *abilities)
{
	if (abilities == NULL)
		return;
	g_ptr_array_unref(abilities->duties);
	g_ptr_array_unref(abilities->folders);
	g_ptr_array_unref(abilities->addresses);
	g_free(abilities);
}

void abilities_add(struct abilities *abilities, enum duty duty, const char *section,
		   enum reason obstacle)
{
	struct ability *ability = g_new0(struct ability, 1);

	ability->duty = duty;
	ability->section = g_strdup(section);
	ability->obstacle = obstacle;
	g_ptr_array_add(abilities->duties, ability);
}

/* ---- writing ---- */

struct page {
	const struct abilities *abilities;
	const struct setup *setup;
	GHashTable *facts; /* of the phrases; names are literals, values are owned */
	GString *text;
};

static bool is_japanese(const struct abilities *abilities)
{
	return strcmp(abilities->language, "ja") == 0;
}

static void put(const struct page *page, const char *name, const char *value)
{
	g_hash_table_insert(page->facts, (char *)name, g_strdup(value));
}

static char *fill(const struct page *page, const char *key)
{
	return template_fill_phrase(page->setup->templates, page->abilities->language,
				    key, page->facts);
}

static void add_line(const struct page *page, const char *key)
{
	g_autofree char *line = fill(page, key);

	g_string_append_printf(page->text, "%s%s", page->text->len > 0 ? "\n" : "", line);
}

/* A heading has a blank line before it. */
static void add_heading(const struct page *page, const char *key)
{
	if (page->text->len > 0)
		g_string_append_c(page->text, '\n');
	add_line(page, key);
}

static void put_address(const struct page *page, enum service_kind kind)
{
	g_autofree char *address = own_address_make(page->setup->settings, kind, "");

	put(page, "service_address", address);
}

static const char *name_duty(const struct page *page, enum duty duty)
{
	g_autofree char *key = g_strdup_printf("role.%s", duty_name(duty));

	return template_get_phrase(page->setup->templates, page->abilities->language,
				   key);
}

static void add_count(const struct page *page, GString *list, guint count)
{
	g_autofree char *number = g_strdup_printf("%u", count);
	g_autofree char *more = NULL;

	put(page, "count", number);
	more = fill(page, "help.more");
	g_string_append(list, more);
}

/* The sections in which the person has one of these duties and may act on it; false: there is
 * none. */
static bool put_sections(const struct page *page, enum duty one, enum duty other)
{
	const bool ja = is_japanese(page->abilities);
	GString *list = g_string_new(NULL);
	guint count = 0;

	for (guint i = 0; i < page->abilities->duties->len; i++) {
		const struct ability *ability =
		    g_ptr_array_index(page->abilities->duties, i);

		if (ability->obstacle != REASON_NONE ||
		    (ability->duty != one && ability->duty != other))
			continue;
		if (count < SECTIONS_MOST)
			g_string_append_printf(list, "%s%s",
					       count == 0 ? ""
					       : ja       ? "、"
							  : ", ",
					       ability->section);
		count++;
	}
	if (count > SECTIONS_MOST)
		add_count(page, list, count - SECTIONS_MOST);
	put(page, "section_name", list->str);
	(void)g_string_free(list, TRUE);
	return count > 0;
}

static void add_addresses(const struct page *page)
{
	const GPtrArray *addresses = page->abilities->addresses;
	g_autoptr(GString) more = g_string_new("\n ");

	for (guint i = 0; i < addresses->len && i < ADDRESSES_MOST; i++)
		g_string_append_printf(page->text, "\n  %s",
				       (const char *)g_ptr_array_index(addresses, i));
	if (addresses->len <= ADDRESSES_MOST)
		return;
	add_count(page, more, addresses->len - ADDRESSES_MOST);
	g_string_append(page->text, more->str);
}

/* The preview's address for the first of theirs. */
static void add_preview(const struct page *page)
{
	const GPtrArray *addresses = page->abilities->addresses;
	const struct settings *settings = page->setup->settings;
	const char *first = addresses->len > 0 ? g_ptr_array_index(addresses, 0) : "";
	const char *at = strchr(first, '@');
	const size_t domain = strlen(settings->service_domain);
	g_autofree char *list = at != NULL ? g_strndup(first, (gsize)(at - first)) : NULL;
	g_autofree char *address = NULL;

	/* Of another domain's the name before the '@' says nothing. */
	if (list == NULL || strncmp(at + 1, settings->service_domain, domain) != 0 ||
	    at[1 + domain] != ' ')
		return;
	address = own_address_make(settings, SERVICE_PREVIEW, list);
	put(page, "service_address", address);
	add_line(page, "help.preview");
}

static void add_writing(const struct page *page)
{
	g_autofree char *limit =
	    g_strdup_printf("%lld", (long long)page->setup->settings->character_limit);

	if (!put_sections(page, DUTY_STAFF, DUTY_STAFF))
		return;
	put(page, "limit", limit);
	add_heading(page, "help.write");
	add_line(page, page->abilities->addresses->len > 0 ? "help.write-how"
							   : "help.write-nowhere");
	add_addresses(page);
	add_line(page, "help.write-urgent");
	add_preview(page);
	add_line(page, "help.withdraw");
	if (*page->setup->settings->ready_texts == '\0')
		return;
	put_address(page, SERVICE_TEMPLATE);
	add_line(page, "help.ready");
}

static void add_deciding(const struct page *page)
{
	static const char *const lines[] = { "help.decide-how", "help.decide-yes",
					     "help.decide-no", "help.decide-urgent",
					     "help.decide-stop" };

	if (!put_sections(page, DUTY_APPROVER, DUTY_DELEGATE))
		return;
	add_heading(page, "help.decide");
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		add_line(page, lines[i]);
}

/* Whoever writes or decides corrects (Art. 13-3). */
static void add_correcting(const struct page *page)
{
	if (put_sections(page, DUTY_STAFF, DUTY_APPROVER) ||
	    put_sections(page, DUTY_DELEGATE, DUTY_DELEGATE))
		add_heading(page, "help.correct");
}

static void add_reason(const struct page *page, enum reason reason)
{
	g_autofree char *key = g_strdup_printf("reason.%s", reason_name(reason));

	put(page, "reason_text",
	    template_get_phrase(page->setup->templates, page->abilities->language, key));
	add_line(page, "help.obstacle");
}

static void add_obstacles(const struct page *page)
{
	const GPtrArray *duties = page->abilities->duties;
	bool any = false;

	for (guint i = 0; i < duties->len; i++) {
		const struct ability *ability = g_ptr_array_index(duties, i);

		if (ability->obstacle == REASON_NONE)
			continue;
		if (!any)
			add_heading(page, "help.obstacles");
		any = true;
		put(page, "duty_name", name_duty(page, ability->duty));
		put(page, "section_name", ability->section);
		add_reason(page, ability->obstacle);
	}
}

char *abilities_name_duties(const struct abilities *abilities, const struct setup *setup)
{
	const struct page page = { abilities, setup, NULL, g_string_new(NULL) };
	const char *separator = is_japanese(abilities) ? "、" : ", ";
	bool seen[DUTY_DELEGATE + 1] = { false };

	for (guint i = 0; i < abilities->duties->len; i++) {
		const struct ability *ability = g_ptr_array_index(abilities->duties, i);

		if (seen[ability->duty])
			continue;
		seen[ability->duty] = true;
		g_string_append_printf(page.text, "%s%s",
				       page.text->len > 0 ? separator : "",
				       name_duty(&page, ability->duty));
	}
	if (abilities->is_administrator)
		g_string_append_printf(
		    page.text, "%s%s", page.text->len > 0 ? separator : "",
		    template_get_phrase(setup->templates, abilities->language,
					"help.administrator"));
	return g_string_free(page.text, FALSE);
}

char *abilities_write(const struct abilities *abilities, const struct setup *setup)
{
	const struct page page = { abilities, setup,
				   g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
							 g_free),
				   g_string_new(NULL) };

	if (abilities->password != REASON_NONE) {
		g_autofree char *key =
		    g_strdup_printf("reason.%s", reason_name(abilities->password));

		put(&page, "reason_text",
		    template_get_phrase(setup->templates, abilities->language, key));
		add_line(&page, "help.password");
	}
	add_writing(&page);
	add_deciding(&page);
	add_correcting(&page);
	add_obstacles(&page);
	if (abilities->duties->len == 0 && !abilities->is_administrator)
		add_heading(&page, "help.none");
	if (abilities->is_administrator)
		add_heading(&page, "help.administer");
	put_address(&page, SERVICE_INCIDENT);
	add_heading(&page, "help.incident");
	g_hash_table_destroy(page.facts);
	return g_string_free(page.text, FALSE);
}

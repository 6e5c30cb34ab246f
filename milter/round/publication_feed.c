/*
 * NAME
 *	publication_feed - Atom feeds of what went out
 *
 * DESCRIPTION
 *	One of all, and one of each broadcast address; of each one more in every language that
 *	its entries have. An entry is a broadcast with its corrections and its stop: its id
 *	stays, its text is the latest, and updated is the time of that. The newest feed_entries
 *	are in a feed, and of those whose text is kept.
 *
 *	A feed is made anew from the store each time, so nothing is lost with a file. One that
 *	has no entry any more is removed.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/round/publication_feed.h"

#include <string.h>

#include "milter/mail/xml.h"
#include "milter/round/publication_file.h"
#include "milter/round/publication_told.h"
#include "policy/language.h"

#define ATOM "http://www.w3.org/2005/Atom"
#define ALL  "all"
/* RFC 4151: a name that is unique, at a time when the domain was the town's; always the same. */
#define TAG "tag:%s,2026:%s"

/* An event and its texts, for all feeds that it stands in. */
struct entry {
	struct told *told;
	int64_t first_at;
	GPtrArray *texts;
};

/* One feed, in all its languages. */
struct feed {
	const char *broadcast; /* ""; of all */
	char *name;            /* of its files, without what stands behind */
	GPtrArray *entries;    /* newest first */
};

static void free_entry(void *data)
{
	struct entry *entry = data;

	told_free(entry->told);
	g_ptr_array_unref(entry->texts);
	g_free(entry);
}

/* ---- reading ---- */

static enum answer read_entry(struct store *store, const struct setup *setup,
			      const struct publication *publication, GPtrArray *entries,
			      struct kairan_error *error_r)
{
	struct told *told = NULL;
	struct entry *entry;
	const enum answer answer = told_find(store, publication, &told, error_r);

	if (answer != ANSWER_YES)
		return answer;
	if (*told->draft->text == '\0') {
		told_free(told);
		return ANSWER_NO;
	}
	entry = g_new0(struct entry, 1);
	entry->told = told;
	entry->texts = told_list_texts(setup, told);
	g_ptr_array_add(entries, entry);
	return store_publication_first_at(store, publication, &entry->first_at, error_r)
		   ? ANSWER_YES
		   : ANSWER_UNKNOWN;
}

static bool read_feed(struct store *store, const struct setup *setup, struct feed *feed,
		      struct kairan_error *error_r)
{
	GArray *latest =
	    store_publication_list_latest(store, PUBLICATION_FEED, feed->broadcast,
					  setup->settings->feed_entries, error_r);
	bool ok = latest != NULL;

	for (guint i = 0; ok && i < latest->len; i++)
		ok = read_entry(store, setup,
				&g_array_index(latest, struct publication, i),
				feed->entries, error_r) != ANSWER_UNKNOWN;
	if (latest != NULL)
		g_array_unref(latest);
	return ok;
}

/* An address as the name of a file, which is as good in a URL. */
static char *make_name(const char *broadcast)
{
	GString *name = g_string_new(NULL);

	if (*broadcast == '\0')
		g_string_append(name, ALL);
	for (const char *at = broadcast; *at != '\0'; at++) {
		if (g_ascii_isalnum(*at) || strchr("-_.@", *at) != NULL)
			g_string_append_c(name, g_ascii_tolower(*at));
		else
			g_string_append_printf(name, "=%02x", (unsigned char)*at);
	}
	return g_string_free(name, FALSE);
}

static struct feed *add_feed(GPtrArray *feeds, const char *broadcast)
{
	struct feed *feed = g_new0(struct feed, 1);

	feed->broadcast = broadcast;
	feed->name = make_name(broadcast);
	feed->entries = g_ptr_array_new_with_free_func(free_entry);
	g_ptr_array_add(feeds, feed);
	return feed;
}

static void free_feed(void *data)
{
	struct feed *feed = data;

	g_ptr_array_unref(feed->entries);
	g_free(feed->name);
	g_free(feed);
}

/* ---- writing ---- */

/* The entry's text in a language ("": the drafts' own); NULL: it has none. */
static const struct told_text *find_text(const struct entry *entry, const char *part)
{
	for (guint i = 0; i < entry->texts->len; i++) {
		const struct told_text *text = g_ptr_array_index(entry->texts, i);

		if (strcmp(text->part, part) == 0)
			return text;
	}
	return NULL;
}

/* A name within the feed: "broadcast/123.0a1b2c3d/en". */
static void put_id(struct xml *xml, const struct settings *settings, const char *what,
		   const char *which, const char *part)
{
	g_autofree char *name =
	    g_strconcat(what, "/", which, *part != '\0' ? "/" : "", part, NULL);
	g_autofree char *id = g_strdup_printf(TAG, settings->service_domain, name);

	xml_put(xml, "id", id);
}

static void put_time(struct xml *xml, const struct settings *settings, const char *name,
		     int64_t at)
{
	g_autofree char *time = told_time(settings, at);

	xml_put(xml, name, time);
}

static void put_author(struct xml *xml, const char *name)
{
	xml_open(xml, "author");
	xml_put(xml, "name", name);
	xml_close(xml);
}

static void put_category(struct xml *xml, const char *term, const char *label)
{
	xml_open(xml, "category");
	xml_put_attribute(xml, "term", term);
	if (label != NULL)
		xml_put_attribute(xml, "label", label);
	xml_close(xml);
}

static void put_entry(struct xml *xml, const struct settings *settings,
		      const struct entry *entry, const struct told_text *text)
{
	const struct publication *publication = &entry->told->publication;
	const struct draft *draft = entry->told->draft;

	xml_open(xml, "entry");
	put_id(xml, settings, "broadcast", publication->entry, text->part);
	xml_put(xml, "title", text->subject);
	put_time(xml, settings, "updated", publication->at);
	put_time(xml, settings, "published", entry->first_at);
	put_author(xml, text->section);
	put_category(xml, draft->broadcast, text->broadcast);
	if (draft->urgent)
		put_category(xml, "urgent", NULL);
	if (draft->corrects != 0)
		put_category(xml, "correction", NULL);
	if (publication->event == PUBLICATION_STOP)
		put_category(xml, "stopped", NULL);
	xml_open(xml, "content");
	xml_put_attribute(xml, "type", "text");
	xml_put_attribute(xml, "xml:lang", text->language);
	xml_put_text(xml, text->text);
	xml_close(xml);
	xml_close(xml);
}

/* "all.en.atom" */
static char *make_file_name(const struct feed *feed, const char *part)
{
	return g_strconcat(feed->name, *part != '\0' ? "." : "", part, ".atom", NULL);
}

static void put_self(struct xml *xml, const struct settings *settings, const char *file)
{
	g_autofree char *url = g_strconcat(settings->feed_url, "/", file, NULL);

	xml_open(xml, "link");
	xml_put_attribute(xml, "rel", "self");
	xml_put_attribute(xml, "type", "application/atom+xml");
	xml_put_attribute(xml, "href", url);
	xml_close(xml);
}

/* What stands above the entries; first is the newest of them, and updated the latest. */
static void put_head(struct xml *xml, const struct settings *settings,
		     const struct feed *feed, const struct told_text *first,
		     int64_t updated)
{
	const bool ja = language_is_japanese(first->language);
	const char *service = ja ? settings->notice_name_ja : settings->notice_name_en;
	g_autofree char *file = make_file_name(feed, first->part);

	xml_put_attribute(xml, "xml:lang", first->language);
	put_id(xml, settings, "feed", feed->name, first->part);
	xml_put(xml, "title", *feed->broadcast != '\0' ? first->broadcast : service);
	put_time(xml, settings, "updated", updated);
	put_author(xml, service);
	xml_put(xml, "generator", PACKAGE_NAME);
	if (*settings->feed_url != '\0')
		put_self(xml, settings, file);
}

/* NULL: it has no entry, or there is no memory. */
static char *make_document(const struct settings *settings, const struct feed *feed,
			   const char *part)
{
	struct xml *xml = NULL;
	int64_t updated = 0;

	for (guint i = 0; i < feed->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(feed->entries, i);

		if (find_text(entry, part) != NULL)
			updated = MAX(updated, entry->told->publication.at);
	}
	for (guint i = 0; i < feed->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(feed->entries, i);
		const struct told_text *text = find_text(entry, part);

		if (text == NULL)
			continue;
		if (xml == NULL) {
			xml = xml_new("feed", ATOM);
			if (xml == NULL)
				return NULL;
			put_head(xml, settings, feed, text, updated);
		}
		put_entry(xml, settings, entry, text);
	}
	return xml != NULL ? xml_end(xml) : NULL;
}

static bool has_language(const struct feed *feed, const char *part)
{
	for (guint i = 0; i < feed->entries->len; i++)
		if (find_text(g_ptr_array_index(feed->entries, i), part) != NULL)
			return true;
	return false;
}

static bool write_document(const struct settings *settings, const struct feed *feed,
			   const char *part, struct kairan_error *error_r)
{
	g_autofree char *name = make_file_name(feed, part);
	g_autofree char *document = NULL;

	if (!has_language(feed, part))
		return publication_file_remove(settings->feed_folder, name, error_r);
	document = make_document(settings, feed, part);
	if (document == NULL)
		return error_set(error_r, "%s: out of memory", name);
	return publication_file_write(settings->feed_folder, name, document, error_r);
}

/* The language of one of the feed's files; NULL: it is none of them. Free with g_free(). */
static char *find_file_language(const struct feed *feed, const char *file)
{
	g_autofree char *language = NULL;
	const size_t before = strlen(feed->name);

	if (strncmp(file, feed->name, before) != 0 || file[before] != '.' ||
	    !g_str_has_suffix(file + before + 1, ".atom"))
		return NULL;
	language =
	    g_strndup(file + before + 1, strlen(file + before + 1) - strlen(".atom"));
	return language_is_tag(language) ? g_steal_pointer(&language) : NULL;
}

/* Files in a language that no entry has any more. */
static bool remove_files(const struct settings *settings, const struct feed *feed,
			 struct kairan_error *error_r)
{
	GDir *folder = g_dir_open(settings->feed_folder, 0, NULL);
	const char *file;
	bool ok = true;

	if (folder == NULL)
		return error_set(error_r, "%s: is no folder that can be read",
				 settings->feed_folder);
	while (ok && (file = g_dir_read_name(folder)) != NULL) {
		g_autofree char *language = find_file_language(feed, file);

		if (language != NULL && !has_language(feed, language))
			ok =
			    publication_file_remove(settings->feed_folder, file, error_r);
	}
	g_dir_close(folder);
	return ok;
}

static bool write_feed(const struct settings *settings, const struct feed *feed,
		       struct kairan_error *error_r)
{
	GHashTable *parts = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter each;
	void *part;
	bool ok = true;

	g_hash_table_add(parts, "");
	for (guint i = 0; i < feed->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(feed->entries, i);

		for (guint n = 0; n < entry->texts->len; n++) {
			const struct told_text *text = g_ptr_array_index(entry->texts, n);

			g_hash_table_add(parts, (char *)text->part);
		}
	}
	g_hash_table_iter_init(&each, parts);
	while (ok && g_hash_table_iter_next(&each, &part, NULL))
		ok = write_document(settings, feed, part, error_r);
	g_hash_table_unref(parts);
	return ok && remove_files(settings, feed, error_r);
}

bool publication_feed_write(struct kairan *kairan, const struct setup *setup,
			    struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	GPtrArray *feeds = g_ptr_array_new_with_free_func(free_feed);
	GPtrArray *broadcasts = NULL;
	bool ok = store_begin(store, error_r);

	if (ok) {
		broadcasts =
		    store_publication_list_broadcasts(store, PUBLICATION_FEED, error_r);
		ok = broadcasts != NULL &&
		     read_feed(store, setup, add_feed(feeds, ""), error_r);
		for (guint i = 0; ok && i < broadcasts->len; i++)
			ok = read_feed(store, setup,
				       add_feed(feeds, g_ptr_array_index(broadcasts, i)),
				       error_r);
		store_rollback(store);
	}
	for (guint i = 0; ok && i < feeds->len; i++)
		ok = write_feed(setup->settings, g_ptr_array_index(feeds, i), error_r);
	g_ptr_array_unref(feeds);
	if (broadcasts != NULL)
		g_ptr_array_unref(broadcasts);
	return ok;
}

/*
 * NAME
 *	publication_told - what is told of a release beside the mail
 *
 * DESCRIPTION
 *	The texts are the draft's, as they were approved. Of what was stopped nobody is to go by
 *	the text any more, so a sentence stands in its place, and its subject says so.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/round/publication_told.h"

#include <string.h>

#include "conf/clock.h"
#include "policy/language.h"
#include "policy/part.h"

enum answer told_find(struct store *store, const struct publication *publication,
		      struct told **told_r, struct kairan_error *error_r)
{
	struct draft *draft = NULL;
	const enum answer answer =
	    store_draft_find(store, publication->draft, &draft, error_r);

	if (answer != ANSWER_YES)
		return answer;
	*told_r = g_new0(struct told, 1);
	(*told_r)->publication = *publication;
	(*told_r)->draft = draft;
	return ANSWER_YES;
}

void told_free(struct told *told)
{
	if (told == NULL)
		return;
	draft_free(told->draft);
	g_free(told);
}

void told_write_entry(const struct draft *draft, char entry_r[PUBLICATION_ENTRY_OCTETS])
{
	(void)g_snprintf(entry_r, PUBLICATION_ENTRY_OCTETS, "%lld.%02x%02x%02x%02x",
			 (long long)draft->id, draft->submit_key[0], draft->submit_key[1],
			 draft->submit_key[2], draft->submit_key[3]);
}

/* ---- texts ---- */

static void free_text(void *data)
{
	struct told_text *text = data;

	g_free(text->subject);
	g_free(text->text);
	g_free(text);
}

/* Names, and what kairan says itself, are there in two languages. */
static const char *find_said(const char *language)
{
	return language_is_japanese(language) ? "ja" : "en";
}

static const char *choose_name(const char *said, const char *ja, const char *en)
{
	return strcmp(said, "ja") == 0 || *en == '\0' ? ja : en;
}

static void put_stopped(const struct setup *setup, const char *said,
			struct told_text *text)
{
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);
	char *subject;

	g_hash_table_insert(facts, "subject", text->subject);
	subject = template_fill_phrase(setup->templates, said,
				       "publication.stopped-subject", facts);
	g_hash_table_destroy(facts);
	g_free(text->subject);
	g_free(text->text);
	text->subject = subject;
	text->text =
	    g_strdup(template_get_phrase(setup->templates, said, "publication.stopped"));
}

static void add_text(GPtrArray *texts, const struct setup *setup, const struct told *told,
		     const struct part *part)
{
	const struct draft *draft = told->draft;
	struct told_text *text = g_new0(struct told_text, 1);
	const char *said;

	text->part = part != NULL ? part->language : "";
	text->language = part != NULL ? part->language : LANGUAGE_JAPANESE;
	text->list = part != NULL ? part->list : draft->list;
	said = find_said(text->language);
	text->broadcast = choose_name(said, draft->broadcast_ja, draft->broadcast_en);
	text->section = choose_name(said, draft->section_ja, draft->section_en);
	text->subject = g_strdup(part != NULL && *part->subject != '\0' ? part->subject
									: draft->subject);
	text->text = g_strdup(part != NULL ? part->text : draft->text);
	if (told->publication.event == PUBLICATION_STOP)
		put_stopped(setup, said, text);
	g_ptr_array_add(texts, text);
}

GPtrArray *told_list_texts(const struct setup *setup, const struct told *told)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(free_text);

	add_text(texts, setup, told, NULL);
	for (guint i = 0; i < told->draft->parts->len; i++)
		add_text(texts, setup, told, g_ptr_array_index(told->draft->parts, i));
	return texts;
}

char *told_time(const struct settings *settings, int64_t at)
{
	char day[32], zone[16];

	clock_format(at, settings->time_zone, "%Y-%m-%dT%H:%M:%S", day, sizeof(day));
	clock_format(at, settings->time_zone, "%:z", zone, sizeof(zone));
	/* CAP 1.2 wants it so of UTC (section 3.3.2), and RFC 3339 has it, too. */
	return g_strconcat(day, strcmp(zone, "+00:00") == 0 ? "-00:00" : zone, NULL);
}

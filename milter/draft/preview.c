/*
 * NAME
 *	preview - a draft as residents would get it
 *
 * DESCRIPTION
 *	The mails themselves, one for each language, octet for octet as they would go out but for
 *	what they have from the number of a draft, are kept with the notice as base64: it is about
 *	no draft of the store. Above them stands in the reader's language what the approver would
 *	be shown, for phones that open no mail within a mail.
 *
 * DIAGNOSTICS
 *	A mail that cannot be written is returned.
 */
#include "config.h"

#include "milter/draft/preview.h"

#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/notice.h"
#include "milter/draft/broadcast_mail.h"
#include "milter/draft/parts.h"
#include "milter/draft/schedule.h"
#include "milter/draft/warnings.h"
#include "policy/language.h"
#include "policy/part.h"

/* The fact that has the mails. */
#define MAILS "preview_mails"

static bool is_japanese(const struct preview *preview)
{
	return strcmp(preview->reader->language, "ja") == 0;
}

static const char *say(const struct preview *preview, const char *key)
{
	return template_get_phrase(preview->setup->templates, preview->reader->language,
				   key);
}

/* ---- the mails ---- */

static bool add_mail(const struct preview *preview, const char *language, json_t *mails,
		     struct kairan_error *error_r)
{
	struct shard shard = { 0 };
	const struct broadcast_copy copy = { preview->draft, &shard, NULL };
	g_autofree char *name =
	    g_strdup_printf("preview%s%s.eml", *language != '\0' ? "-" : "", language);
	g_autofree char *encoded = NULL;
	char *octets = NULL;
	size_t length = 0;

	(void)g_strlcpy(shard.language, language, sizeof(shard.language));
	if (!broadcast_mail_write(preview->setup->settings, &copy, &octets, &length,
				  error_r))
		return false;
	encoded = g_base64_encode((const guchar *)octets, length);
	free(octets);
	(void)json_array_append_new(
	    mails, json_pack("{s:s, s:s}", "name", name, "mail", encoded));
	return true;
}

/* NULL: one cannot be written. */
static char *pack_mails(const struct preview *preview, struct kairan_error *error_r)
{
	json_t *mails = json_array();
	const GPtrArray *parts = preview->draft->parts;
	bool ok = add_mail(preview, "", mails, error_r);
	char *packed = NULL;

	for (guint i = 0; ok && i < parts->len; i++)
		ok = add_mail(
		    preview, ((const struct part *)g_ptr_array_index(parts, i))->language,
		    mails, error_r);
	if (ok)
		packed = json_dumps(mails, JSON_COMPACT);
	json_decref(mails);
	return packed;
}

static void clear_original(void *context)
{
	struct message_original *original = context;

	g_free((void *)original->octets);
	g_free((char *)original->name);
}

GArray *preview_read_mails(const char *facts)
{
	GArray *originals = g_array_new(FALSE, FALSE, sizeof(struct message_original));
	json_t *object = json_loads(facts, 0, NULL);
	const char *packed = json_string_value(json_object_get(object, MAILS));
	json_t *mails = packed != NULL ? json_loads(packed, 0, NULL) : NULL;
	json_t *mail;
	size_t i;

	g_array_set_clear_func(originals, clear_original);
	json_array_foreach(mails, i, mail)
	{
		const char *name = json_string_value(json_object_get(mail, "name"));
		const char *encoded = json_string_value(json_object_get(mail, "mail"));
		struct message_original original;

		if (name == NULL || encoded == NULL)
			continue;
		original.octets = g_base64_decode(encoded, &original.length);
		original.name = g_strdup(name);
		g_array_append_val(originals, original);
	}
	json_decref(mails);
	json_decref(object);
	return originals;
}

/* ---- what is said of them ---- */

static const char *name_charset(const struct preview *preview, const char *language)
{
	return broadcast_mail_charset(preview->setup->settings, preview->draft,
				      language) == ENCODED_WORD_ISO2022JP
		   ? "ISO-2022-JP"
		   : "UTF-8";
}

static void put_number(GHashTable *table, const char *name, int64_t number)
{
	g_hash_table_insert(table, (char *)name,
			    g_strdup_printf("%lld", (long long)number));
}

/* A line for each text in another language. */
static char *write_languages(const struct preview *preview)
{
	const struct draft *draft = preview->draft;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);
		GHashTable *facts =
		    g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
		g_autofree char *line = NULL;

		g_hash_table_insert(
		    facts, (char *)"language",
		    g_strdup(language_name(part->language, preview->reader->language)));
		g_hash_table_insert(facts, (char *)"list", g_strdup(part->list));
		g_hash_table_insert(facts, (char *)"charset",
				    g_strdup(name_charset(preview, part->language)));
		put_number(facts, "subscribers", preview->part_subscribers[i]);
		put_number(facts, "characters", part->characters);
		put_number(facts, "limit",
			   preview->setup->settings->twin_character_limit);
		line = template_fill_phrase(preview->setup->templates,
					    preview->reader->language, "languages.held",
					    facts);
		g_string_append_printf(text, "%s  %s (%s)", text->len > 0 ? "\n" : "",
				       line, name_charset(preview, part->language));
		g_hash_table_destroy(facts);
	}
	return g_string_free(text, FALSE);
}

/* When it would go out, were it approved now. */
static char *write_time(const struct preview *preview)
{
	struct draft *draft = preview->draft;
	char when[64] = "";
	int64_t at;

	(void)draft_schedule_find_plain(preview->setup, draft, &at);
	draft->due_at = at;
	if (at <= clock_now())
		return g_strdup(say(preview, "goes-out.now"));
	clock_format(at, preview->setup->settings->time_zone,
		     is_japanese(preview) ? "%Y年%-m月%-d日 %H:%M" : "%Y-%m-%d %H:%M %Z",
		     when, sizeof(when));
	return g_strconcat(
	    when,
	    say(preview, at == draft->send_at ? "goes-out.asked" : "goes-out.quiet"),
	    NULL);
}

/* That the broadcast's own address, too, has got no draft. */
static char *write_not_held(const struct preview *preview)
{
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);
	char *text;

	if (*preview->not_held == '\0') {
		g_hash_table_destroy(facts);
		return g_strdup("");
	}
	g_hash_table_insert(facts, (char *)"broadcast", (char *)preview->not_held);
	g_hash_table_insert(facts, (char *)"service_address", (char *)preview->asked_at);
	text = template_fill_phrase(preview->setup->templates, preview->reader->language,
				    "preview.not-held", facts);
	g_hash_table_destroy(facts);
	return text;
}

static char *write_drill(const struct preview *preview)
{
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);
	char *text;

	g_hash_table_insert(facts, (char *)"list", preview->draft->list);
	text = preview->draft->is_drill
		   ? template_fill_phrase(preview->setup->templates,
					  preview->reader->language, "drill.note", facts)
		   : g_strdup("");
	g_hash_table_destroy(facts);
	return text;
}

static char *make_facts(const struct preview *preview, const char *time,
			const char *mails)
{
	const struct setup *setup = preview->setup;
	const struct draft *draft = preview->draft;
	const char *language = preview->reader->language;
	g_autofree char *text =
	    draft_parts_write(setup->settings->part_line, language, draft, true);
	g_autofree char *languages = write_languages(preview);
	g_autofree char *not_held = write_not_held(preview);
	g_autofree char *drill = write_drill(preview);
	g_autofree char *warnings =
	    draft_warnings_write(setup, language, draft, WARNINGS_PREVIEW);
	g_autofree char *notes = draft_warnings_write_notes(setup, language, draft);
	g_autofree char *characters =
	    g_strdup_printf("%lld", (long long)draft->characters);
	g_autofree char *limit =
	    g_strdup_printf("%lld", (long long)setup->settings->character_limit);
	g_autofree char *subscribers =
	    g_strdup_printf("%lld", (long long)preview->subscribers);

	return notice_make_facts(
	    "subject", draft->subject, "text", text, "broadcast", draft->broadcast,
	    "broadcast_name",
	    is_japanese(preview) ? draft->broadcast_ja : draft->broadcast_en,
	    "subscribers", subscribers, "characters", characters, "limit", limit,
	    "charset", name_charset(preview, ""), "languages", languages, "goes_out",
	    time, "urgent_mark", draft->urgent ? say(preview, "mark.urgent") : "",
	    "reply_to", draft->reply_to, "warnings", warnings, "warning_mark",
	    *warnings != '\0' ? say(preview, "warning.mark") : "", "draft_notes", notes,
	    "preview_note", not_held, "drill_note", drill, MAILS, mails, NULL);
}

char *preview_make_facts(const struct preview *preview, struct kairan_error *error_r)
{
	g_autofree char *time = write_time(preview);
	char *mails = pack_mails(preview, error_r);
	char *facts = mails != NULL ? make_facts(preview, time, mails) : NULL;

	free(mails);
	return facts;
}

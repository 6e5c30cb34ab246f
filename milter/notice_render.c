/*
 * NAME
 *	notice_render - a notice becomes a mail
 *
 * DESCRIPTION
 *	Collects the facts of the draft and of the reader, signs the address that the reader may
 *	answer to, fills the template in the reader's language, and writes the mail. The same
 *	notice gives the same Message-ID at every try.
 *
 * DIAGNOSTICS
 *	All failures are returned. The courier keeps the notice and tries again.
 */
#include "config.h"

#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/message.h"
#include "milter/notice.h"
#include "schema/store_release.h"
#include "schema/store_subscriber.h"
#include "schema/store_suspension.h"

/* What is read from the store for one notice. */
struct notice_material {
	struct draft *draft;  /* NULL: about no draft */
	struct party *reader; /* NULL: not a person of the draft */
	GPtrArray *parties;   /* NULL without a draft */
	int64_t subscribers;
	struct release_count count;
	struct suspension *suspension; /* NULL: none that is in force */
	char *original;
	size_t original_length;
};

static void clear_material(struct notice_material *material)
{
	draft_free(material->draft);
	party_free(material->reader);
	if (material->parties != NULL)
		g_ptr_array_unref(material->parties);
	suspension_free(material->suspension);
	g_free(material->original);
}

/* How far the draft's release is, and what holds it up. */
static bool read_progress(struct store *store, struct notice_material *material,
			  struct kairan_error *error_r)
{
	const struct draft *draft = material->draft;

	if (!store_release_count(store, draft->id, &material->count, error_r))
		return false;
	/* Recipients are counted when the release begins; before, it is the list. */
	if (draft->recipients == 0)
		material->count.unserved = material->subscribers;
	return store_suspension_find(store, draft->broadcast, clock_now(),
				     &material->suspension, error_r) != ANSWER_UNKNOWN;
}

static bool read_material(struct store *store, const struct outbox_notice *notice,
			  struct notice_material *material, struct kairan_error *error_r)
{
	if (notice->draft == 0)
		return true;
	if (store_draft_find(store, notice->draft, &material->draft, error_r) !=
	    ANSWER_YES)
		return error_set(error_r, "notice %lld: draft %lld cannot be read",
				 (long long)notice->id, (long long)notice->draft);
	if (notice->party >= 0 &&
	    store_draft_find_party(store, notice->draft, notice->party, &material->reader,
				   error_r) != ANSWER_YES)
		return error_set(error_r, "notice %lld: its reader cannot be read",
				 (long long)notice->id);
	material->parties = store_draft_list_parties(store, notice->draft, error_r);
	if (material->parties == NULL ||
	    !store_subscriber_count(store, material->draft->list, &material->subscribers,
				    error_r) ||
	    !read_progress(store, material, error_r))
		return false;
	return strcmp(notice->kind, NOTICE_REQUEST) != 0 ||
	       store_draft_find_original(store, notice->draft, &material->original,
					 &material->original_length,
					 error_r) == ANSWER_YES;
}

static void put(GHashTable *facts, const char *name, const char *value)
{
	g_hash_table_replace(facts, (char *)name, g_strdup(value != NULL ? value : ""));
}

static void put_number(GHashTable *facts, const char *name, int64_t number)
{
	g_hash_table_replace(facts, (char *)name,
			     g_strdup_printf("%lld", (long long)number));
}

static void put_time(GHashTable *facts, const char *name, const struct setup *setup,
		     const char *language, int64_t when)
{
	char text[64] = "";

	if (when != 0)
		clock_format(when, setup->settings->time_zone,
			     strcmp(language, "ja") == 0 ? "%Y年%-m月%-d日 %H:%M"
							 : "%Y-%m-%d %H:%M %Z",
			     text, sizeof(text));
	put(facts, name, text);
}

static void put_phrase(GHashTable *facts, const char *name, const struct setup *setup,
		       const char *language, const char *group, const char *word)
{
	g_autofree char *key = g_strdup_printf("%s.%s", group, word);

	put(facts, name, template_get_phrase(setup->templates, language, key));
}

/* The people who were asked: "name (role), name (role)". */
static char *list_asked(const struct setup *setup, const char *language,
			const GPtrArray *parties)
{
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);
		g_autofree char *key = g_strdup_printf("role.%s", party->role);

		if (party->number == DRAFT_AUTHOR)
			continue;
		g_string_append_printf(
		    list, "%s%s (%s)", list->len > 0 ? ", " : "", party->name,
		    template_get_phrase(setup->templates, language, key));
	}
	return g_string_free(list, FALSE);
}

static void put_duration(GHashTable *facts, const struct draft *draft)
{
	int64_t seconds = draft->released_at > draft->decided_at && draft->decided_at != 0
			      ? draft->released_at - draft->decided_at
			      : 0;

	g_hash_table_replace(
	    facts, (char *)"duration",
	    g_strdup_printf("%lld:%02lld:%02lld", (long long)(seconds / 3600),
			    (long long)(seconds / 60 % 60), (long long)(seconds % 60)));
}

static void put_draft(GHashTable *facts, const struct setup *setup, const char *language,
		      const struct notice_material *material)
{
	const struct draft *draft = material->draft;
	const bool ja = strcmp(language, "ja") == 0;
	const struct party *author = g_ptr_array_index(material->parties, DRAFT_AUTHOR);
	g_autofree char *quoted = notice_quote_text(draft->text);
	g_autofree char *asked = list_asked(setup, language, material->parties);

	put_number(facts, "draft", draft->id);
	put(facts, "subject", draft->subject);
	put(facts, "text", draft->text);
	put(facts, "quoted_text", quoted);
	put(facts, "broadcast", draft->broadcast);
	put(facts, "broadcast_name", ja ? draft->broadcast_ja : draft->broadcast_en);
	put(facts, "section_name", ja ? draft->section_ja : draft->section_en);
	put(facts, "author_name", author->name);
	put(facts, "author_mail", author->mail);
	put_number(facts, "characters", draft->characters);
	put_number(facts, "limit", setup->settings->character_limit);
	put_number(facts, "subscribers", material->subscribers);
	put_time(facts, "submitted_at", setup, language, draft->submitted_at);
	put_time(facts, "expires_at", setup, language, draft->expires_at);
	put_time(facts, "released_at", setup, language, draft->released_at);
	put_time(facts, "decided_at", setup, language, draft->decided_at);
	put_number(facts, "recipients", draft->recipients);
	put_duration(facts, draft);
	put_phrase(facts, "state", setup, language, "state",
		   lifecycle_name(draft->state));
	put(facts, "decider_name", draft->decided_name);
	put(facts, "reason", draft->reason);
	put(facts, "asked", asked);
}

static void put_progress(GHashTable *facts, const struct setup *setup,
			 const char *language, const struct notice_material *material)
{
	const struct suspension *suspension = material->suspension;

	put_number(facts, "served", material->count.served);
	put_number(facts, "unknown", material->count.unknown);
	put_number(facts, "unserved", material->count.unserved);
	if (suspension == NULL)
		return;
	put_time(facts, "suspended_until", setup, language, suspension->until);
	put(facts, "suspended_reason", suspension->reason);
}

static char *make_link(const char *address, const char *subject, const char *word)
{
	/* RFC 6068: '+' is allowed as it is, but some clients read it as a space. */
	char **pieces = g_strsplit(address, "+", 2);
	g_autofree char *to = g_strjoinv("%2B", pieces);
	g_autofree char *escaped_subject = g_uri_escape_string(subject, NULL, false);
	g_autofree char *escaped_word = g_uri_escape_string(word, NULL, false);

	g_strfreev(pieces);
	return g_strdup_printf("mailto:%s?subject=%s&body=%s", to, escaped_subject,
			       escaped_word);
}

static void put_link(GHashTable *facts, const char *name, const struct setup *setup,
		     const char *language, const char *address, const char *word)
{
	g_autofree char *key = g_strdup_printf("word.%s", word);
	const char *said = template_get_phrase(setup->templates, language, key);
	g_autofree char *subject = g_strdup_printf(
	    "Re: %s", (const char *)g_hash_table_lookup(facts, "subject"));
	g_autofree char *link = make_link(address, subject, said);

	put(facts, name, link);
}

/* The signed address that this reader may answer to. */
static bool put_reply_address(GHashTable *facts, const struct setup *setup,
			      const char *language,
			      const struct notice_material *material,
			      struct kairan_error *error_r)
{
	const struct draft *draft = material->draft;
	const struct party *reader = material->reader;
	const bool author = reader->number == DRAFT_AUTHOR;
	const struct token_key *key = keyring_current(setup->keyring);
	unsigned char hash[TOKEN_HASH_OCTETS];
	char text[TOKEN_TEXT_MAX + 1];
	const struct token token = {
		.key_id = key->id,
		.draft = draft->id,
		.party = (uint16_t)reader->number,
		.expires = draft->expires_at,
	};
	const struct token_facts token_facts = {
		.purpose = author ? TOKEN_DRAFT : TOKEN_DECIDE,
		.person = reader->uid,
		.text_hash = hash,
	};
	g_autofree char *address = NULL;

	token_hash_text(draft->text, hash);
	if (!token_make(&token, key, &token_facts, text))
		return error_set(error_r, "notice: no token for draft %lld",
				 (long long)draft->id);
	address = g_strdup_printf("%s+%s@%s", author ? "draft" : "decide", text,
				  setup->settings->service_domain);
	put(facts, "reply_address", address);
	if (author) {
		put_link(facts, "withdraw_link", setup, language, address, "withdraw");
	} else {
		put_link(facts, "approve_link", setup, language, address, "approve");
		put_link(facts, "send_back_link", setup, language, address, "send-back");
	}
	return true;
}

static bool put_stored(GHashTable *facts, const struct setup *setup, const char *language,
		       const char *stored, struct kairan_error *error_r)
{
	json_error_t json_error;
	json_t *object = json_loads(stored, 0, &json_error);
	const char *name;
	json_t *value;

	if (object == NULL)
		return error_set(error_r, "notice: its facts are not JSON: %s",
				 json_error.text);
	json_object_foreach(object, name, value)
	{
		/* The table's keys are the strings of notice_names(), which outlive the JSON. */
		for (const char *const *known = notice_names(); *known != NULL; known++)
			if (strcmp(*known, name) == 0)
				put(facts, *known, json_string_value(value));
		if (strcmp(name, "reason_key") == 0)
			put_phrase(facts, "reason_text", setup, language, "reason",
				   json_string_value(value));
	}
	json_decref(object);
	return true;
}

static bool collect_facts(const struct setup *setup, const struct outbox_notice *notice,
			  const struct notice_material *material, GHashTable *facts,
			  struct kairan_error *error_r)
{
	put(facts, "reader_name", notice->name);
	if (material->draft != NULL) {
		put_draft(facts, setup, notice->language, material);
		put_progress(facts, setup, notice->language, material);
	}
	if (material->reader != NULL) {
		put_phrase(facts, "reader_role", setup, notice->language, "role",
			   material->reader->role);
		if (!put_reply_address(facts, setup, notice->language, material, error_r))
			return false;
	}
	return put_stored(facts, setup, notice->language, notice->facts, error_r);
}

static bool write_mail(const struct setup *setup, const struct outbox_notice *notice,
		       const struct notice_material *material, GHashTable *facts,
		       const struct template_mail *filled, struct notice_mail *mail_r,
		       struct kairan_error *error_r)
{
	const struct settings *settings = setup->settings;
	const bool ja = strcmp(notice->language, "ja") == 0;
	g_autofree char *from =
	    g_strdup_printf("%s@%s", settings->notice_sender, settings->service_domain);
	g_autofree char *id =
	    g_strdup_printf("<notice.%lld.%lld@%s>", (long long)notice->id,
			    (long long)notice->created_at, settings->service_domain);
	char zone[8];
	struct message_draft draft = {
		.from_name = ja ? settings->notice_name_ja : settings->notice_name_en,
		.from_address = from,
		.to_name = notice->name,
		.to_address = notice->mail,
		.reply_to = g_hash_table_lookup(facts, "reply_address"),
		.subject = filled->subject,
		.message_id = id,
		.auto_submitted = "auto-generated",
		.date = notice->created_at,
		.date_zone = zone,
		.text = filled->text,
		.html = filled->html,
		.original = material->original,
		.original_length = material->original_length,
		.charset = ENCODED_WORD_UTF8,
	};

	clock_format(notice->created_at, settings->time_zone, "%z", zone, sizeof(zone));
	if (!message_write(&draft, &mail_r->octets, &mail_r->length, error_r))
		return false;
	mail_r->sender = g_strdup_printf("bounce+n%lld@%s", (long long)notice->id,
					 settings->service_domain);
	mail_r->recipient = g_strdup(notice->mail);
	return true;
}

bool notice_render(const struct setup *setup, struct store *store,
		   const struct outbox_notice *notice, struct notice_mail *mail_r,
		   struct kairan_error *error_r)
{
	struct notice_material material = { 0 };
	struct template_mail filled = { NULL, NULL, NULL };
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	bool ok;

	*mail_r = (struct notice_mail){ 0 };
	ok = store_begin(store, error_r);
	if (ok) {
		ok = read_material(store, notice, &material, error_r);
		store_rollback(store);
	}
	ok = ok && collect_facts(setup, notice, &material, facts, error_r) &&
	     template_fill(setup->templates, notice->language, notice->kind, facts,
			   &filled, error_r) &&
	     write_mail(setup, notice, &material, facts, &filled, mail_r, error_r);
	template_mail_clear(&filled);
	g_hash_table_destroy(facts);
	clear_material(&material);
	return ok;
}

void notice_mail_clear(struct notice_mail *mail)
{
	g_free(mail->sender);
	g_free(mail->recipient);
	free(mail->octets);
	*mail = (struct notice_mail){ 0 };
}

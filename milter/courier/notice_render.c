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

#include "milter/courier/notice_render.h"

#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/notice.h"
#include "milter/draft/findings.h"
#include "milter/draft/schedule.h"
#include "milter/draft/warnings.h"
#include "milter/mail/message.h"
#include "milter/report/report.h"
#include "schema/store_release.h"
#include "schema/store_subscriber.h"
#include "schema/store_suspension.h"

/* What is read from the store for one notice. */
struct notice_material {
	struct draft *draft;     /* NULL: about no draft */
	struct draft *corrected; /* NULL: it is no correction */
	struct party *reader;    /* NULL: not a person of the draft */
	GPtrArray *parties;      /* NULL without a draft */
	struct release_summary release;
	int64_t subscribers;
	struct suspension *suspension; /* NULL: none that is in force */
	char *original;
	size_t original_length;
};

static void clear_material(struct notice_material *material)
{
	draft_free(material->draft);
	release_summary_clear(&material->release);
	draft_free(material->corrected);
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

	if (!store_release_summarize(store, draft->id, &material->release, error_r))
		return false;
	/* Recipients are counted when the release begins; before, it is the list. */
	if (draft->recipients == 0)
		material->release.unserved = material->subscribers;
	return store_suspension_find(store, draft->broadcast, clock_now(),
				     &material->suspension, error_r) != ANSWER_UNKNOWN;
}

static bool read_draft(struct store *store, const struct outbox_notice *notice,
		       struct notice_material *material, struct kairan_error *error_r)
{
	if (store_draft_find(store, notice->draft, &material->draft, error_r) !=
	    ANSWER_YES)
		return error_set(error_r, "notice %lld: draft %lld cannot be read",
				 (long long)notice->id, (long long)notice->draft);
	if (notice->party >= 0 &&
	    store_draft_find_party(store, notice->draft, notice->party, &material->reader,
				   error_r) != ANSWER_YES)
		return error_set(error_r, "notice %lld: its reader cannot be read",
				 (long long)notice->id);
	if (material->draft->corrects != 0 &&
	    store_draft_find(store, material->draft->corrects, &material->corrected,
			     error_r) != ANSWER_YES)
		return error_set(error_r, "notice %lld: what it corrects cannot be read",
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

/* What is about no draft is written without the store, which may be what it is about. */
static bool read_material(struct store *store, const struct outbox_notice *notice,
			  struct notice_material *material, struct kairan_error *error_r)
{
	bool ok;

	if (notice->draft == 0)
		return true;
	if (!store_begin_grouped(store, error_r))
		return false;
	ok = read_draft(store, notice, material, error_r);
	store_rollback(store);
	return ok;
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

/* The people who were asked: "name (role), name (role)", with the language's marks. */
static char *list_asked(const struct setup *setup, const char *language,
			const GPtrArray *parties)
{
	const bool ja = strcmp(language, "ja") == 0;
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);
		g_autofree char *key = g_strdup_printf("role.%s", party->role);

		if (party->number == DRAFT_AUTHOR)
			continue;
		g_string_append_printf(
		    list, ja ? "%s%s（%s）" : "%s%s (%s)",
		    list->len == 0 ? ""
		    : ja           ? "、"
				   : ", ",
		    party->name, template_get_phrase(setup->templates, language, key));
	}
	return g_string_free(list, FALSE);
}

/* From one time to a later one, as h:mm:ss; nothing when either is not known. */
static void put_duration(GHashTable *facts, const char *name, int64_t from, int64_t to)
{
	const long long seconds = from != 0 && to > from ? to - from : 0;

	if (from == 0 || to == 0)
		put(facts, name, "");
	else
		g_hash_table_replace(facts, (char *)name,
				     g_strdup_printf("%lld:%02lld:%02lld", seconds / 3600,
						     seconds / 60 % 60, seconds % 60));
}

static void put_warnings(GHashTable *facts, const struct setup *setup,
			 const char *language, const struct draft *draft)
{
	g_autofree char *warnings = draft_warnings_write(setup, language, draft);

	put(facts, "warnings", warnings);
	if (*warnings != '\0')
		put_phrase(facts, "warning_mark", setup, language, "warning", "mark");
}

/* "time (why then)", or that it goes out without waiting. */
static void put_goes_out(GHashTable *facts, const struct setup *setup,
			 const char *language, const struct draft *draft)
{
	const bool held = draft->state == DRAFT_HELD;
	int64_t at = draft->due_at;
	const char *why;

	if (held)
		(void)draft_schedule_find(setup, draft, DECISION_APPROVE, false, &at);
	put_time(facts, "goes_out", setup, language, at);
	if (at <= clock_now())
		why = held ? "now" : "soon";
	else
		why = at == draft->send_at ? "asked" : "quiet";
	put_phrase(facts, "goes_out_why", setup, language, "goes-out", why);
	if (at <= clock_now())
		put(facts, "goes_out", "");
	if (draft->urgent)
		put_phrase(facts, "urgent_mark", setup, language, "mark", "urgent");
}

/* How far the release is, and how it went when there is one. */
static void put_release(GHashTable *facts, const struct release_summary *release)
{
	put_number(facts, "served", release->served);
	put_number(facts, "unknown", release->unknown);
	put_number(facts, "unserved", release->unserved);
	if (release->shards == 0)
		return;
	put_number(facts, "shards", release->shards);
	put(facts, "queue_ids", release->queue_ids);
	if (release->repeated > 0)
		put_number(facts, "repeated", release->repeated);
}

/* What a correction corrects (Art. 13-3), and how long the error has stood. */
static void put_corrected(GHashTable *facts, const struct setup *setup,
			  const char *language, const struct draft *draft,
			  const struct draft *corrected)
{
	const int64_t until = draft->released_at != 0 ? draft->released_at : clock_now();
	g_autofree char *text = notice_quote_text(corrected->text);

	put_number(facts, "corrects", corrected->id);
	put_time(facts, "corrected_at", setup, language, draft_sent_at(corrected));
	put_duration(facts, "correction_delay", draft_sent_at(corrected), until);
	put(facts, "corrected_text", text);
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
	put_duration(facts, "duration", draft->decided_at, draft->released_at);
	put_goes_out(facts, setup, language, draft);
	put_warnings(facts, setup, language, draft);
	put_release(facts, &material->release);
	if (material->corrected != NULL)
		put_corrected(facts, setup, language, draft, material->corrected);
	put_phrase(facts, "state", setup, language, "state",
		   lifecycle_name(draft->state));
	put(facts, "decider_name", draft->decided_name);
	put(facts, "reason", draft->reason);
	if (draft->state == DRAFT_SENT_BACK && *draft->reason == '\0')
		put_phrase(facts, "reason", setup, language, "note", "no-reason");
	put(facts, "asked", asked);
}

/* What holds the draft up (Art. 7). */
static void put_suspension(GHashTable *facts, const struct setup *setup,
			   const char *language, const struct suspension *suspension)
{
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

/* What the approver of an urgent draft may answer while it would otherwise wait. */
static void put_urgent_answer(GHashTable *facts, const struct setup *setup,
			      const char *language, const struct draft *draft,
			      const char *address)
{
	int64_t at;

	if (draft_schedule_find(setup, draft, DECISION_APPROVE, false, &at) !=
	    DUE_WAITS_URGENT)
		return;
	put_phrase(facts, "urgent_how", setup, language, "mark", "urgent-how");
	put_phrase(facts, "urgent_label", setup, language, "mark", "urgent-label");
	put_link(facts, "urgent_link", setup, language, address, "approve-urgent");
}

/* What the reader of a notice may do by answering it, and until when. */
struct answering {
	enum token_purpose purpose;
	const char *prefix;
	int64_t expires;
};

static struct answering find_answering(const struct setup *setup,
				       const struct notice_material *material)
{
	const struct draft *draft = material->draft;

	if (lifecycle_was_sent(draft->state))
		return (struct answering){ TOKEN_CORRECT, "correct",
					   draft_sent_at(draft) +
					       setup->settings->correction_window };
	if (material->reader->number == DRAFT_AUTHOR)
		return (struct answering){ TOKEN_DRAFT, "draft", draft->expires_at };
	return (struct answering){ TOKEN_DECIDE, "decide", draft->expires_at };
}

/* A signed address for this reader; NULL when it cannot be made. */
static char *make_address(const struct setup *setup, const struct answering *answering,
			  const struct notice_material *material)
{
	const struct token_key *key = keyring_current(setup->keyring);
	unsigned char hash[TOKEN_HASH_OCTETS];
	char text[TOKEN_TEXT_MAX + 1];
	const struct token token = {
		.key_id = key->id,
		.draft = material->draft->id,
		.party = (uint16_t)material->reader->number,
		.expires = answering->expires,
	};
	const struct token_facts token_facts = {
		.purpose = answering->purpose,
		.person = material->reader->uid,
		.text_hash = hash,
	};

	token_hash_text(material->draft->text, hash);
	if (!token_make(&token, key, &token_facts, text))
		return NULL;
	return g_strdup_printf("%s+%s@%s", answering->prefix, text,
			       setup->settings->service_domain);
}

/* How the reader of this notice may still call off what is approved. */
static void put_cancel(GHashTable *facts, const struct setup *setup, const char *language,
		       const struct answering *answering, enum draft_state state)
{
	if (answering->purpose == TOKEN_DRAFT && state == DRAFT_APPROVED)
		put_phrase(facts, "cancel_how", setup, language, "mark", "withdraw-how");
	if (answering->purpose == TOKEN_DECIDE &&
	    (state == DRAFT_APPROVED || state == DRAFT_RELEASING))
		put_phrase(facts, "cancel_how", setup, language, "mark", "stop-how");
}

/* The signed address that this reader may answer to, and ready answers. */
static bool put_reply_address(GHashTable *facts, const struct setup *setup,
			      const struct outbox_notice *notice,
			      const struct notice_material *material,
			      struct kairan_error *error_r)
{
	const struct answering answering = find_answering(setup, material);
	g_autofree char *address = make_address(setup, &answering, material);
	const char *language = notice->language;

	if (address == NULL)
		return error_set(error_r, "notice: no token for draft %lld",
				 (long long)material->draft->id);
	put(facts, "reply_address", address);
	put_cancel(facts, setup, language, &answering, material->draft->state);
	if (answering.purpose == TOKEN_CORRECT) {
		put_time(facts, "correct_until", setup, language, answering.expires);
	} else if (answering.purpose == TOKEN_DRAFT) {
		put_link(facts, "withdraw_link", setup, language, address, "withdraw");
	} else {
		put_link(facts, "approve_link", setup, language, address, "approve");
		put_link(facts, "send_back_link", setup, language, address, "send-back");
		put_urgent_answer(facts, setup, language, material->draft, address);
	}
	return true;
}

/* A fact that is the key of a phrase. */
static void put_keyed(GHashTable *facts, const struct setup *setup, const char *language,
		      const char *name, const char *value)
{
	static const struct {
		const char *name;
		const char *fact;
		const char *group;
	} keys[] = {
		{ "note_key", "note_text", "note" },
		{ "alarm_key", "alarm_text", "alarm" },
		{ "advice_key", "advice_text", "advice" },
		{ "reason_key", "reason_text", "reason" },
		{ "duty_key", "duty_name", "role" },
		{ "change_key", "change_text", "change" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			put_phrase(facts, keys[i].fact, setup, language, keys[i].group,
				   value);
}

static bool put_stored(GHashTable *facts, const struct setup *setup, const char *language,
		       const char *stored, struct kairan_error *error_r)
{
	static const char *const times[] = { "password_until", "noted_at",
					     "suspended_until" };
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
		put_keyed(facts, setup, language, name, json_string_value(value));
		if (strcmp(name, "quoted_text") == 0 && *json_string_value(value) != '\0')
			put_phrase(facts, "sent_heading", setup, language, "refused",
				   "sent");
		if (strcmp(name, "report") == 0)
			report_put_facts(facts, setup, language, value);
		if (strcmp(name, "findings") == 0) {
			g_autofree char *places = draft_findings_write(
			    setup, language, json_string_value(value));

			put(facts, "places", places);
		}
		for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
			if (strcmp(name, times[i]) == 0)
				put_time(
				    facts, times[i], setup, language,
				    g_ascii_strtoll(json_string_value(value), NULL, 10));
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
		put_suspension(facts, setup, notice->language, material->suspension);
	}
	if (material->reader != NULL) {
		put_phrase(facts, "reader_role", setup, notice->language, "role",
			   material->reader->role);
		if (!put_reply_address(facts, setup, notice, material, error_r))
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
	ok = read_material(store, notice, &material, error_r) &&
	     collect_facts(setup, notice, &material, facts, error_r) &&
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

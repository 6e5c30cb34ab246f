/*
 * NAME
 *	delivery_tally - some lines of the mail system's log, counted
 *
 * DESCRIPTION
 *	A release's mail is known by its envelope sender, whose seal nobody can make who has not had
 *	that release. From there on its queue id is followed: what Sendmail parts into several
 *	mails, and what comes back from a content filter under another id, too.
 *
 *	Lines are read outside of the transaction, and counted in it. Recipients are counted by their
 *	domains; addresses do not come into the store.
 *
 * DIAGNOSTICS
 *	Failures are returned.
 */
#include "config.h"

#include "milter/round/delivery_tally.h"

#include <string.h>

#include "conf/clock.h"
#include "milter/core/own_address.h"
#include "policy/address.h"
#include "policy/bounce.h"
#include "policy/bounce_address.h"
#include "policy/delivery_line.h"
#include "policy/delivery_time.h"
#include "policy/service_address.h"
#include "schema/store_delivery.h"

#define WORDS_MOST 300

struct event {
	int64_t at;
	struct delivery_line line;
};

/* Of a release and a domain. */
struct news {
	struct delivery_news it;
	char *domain;
	char *words;
};

struct delivery_tally {
	const struct setup *setup;
	int64_t offset;    /* of kairan's clock to the machine's, which the log has */
	GArray *events;    /* struct event */
	GHashTable *news;  /* "DRAFT DOMAIN" -> struct news */
	GHashTable *times; /* "DRAFT STEP" -> int64_t recipients */
	/* What was found last: a mail's lines stand together. */
	char *queue_id;
	int64_t draft, due;
	bool is_release;
};

static void free_news(void *context)
{
	struct news *news = context;

	g_free(news->domain);
	g_free(news->words);
	g_free(news);
}

struct delivery_tally *delivery_tally_new(const struct setup *setup)
{
	struct delivery_tally *tally = g_new0(struct delivery_tally, 1);

	tally->setup = setup;
	tally->offset = clock_now() - clock_unmoved();
	tally->events = g_array_new(FALSE, FALSE, sizeof(struct event));
	tally->news = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_news);
	tally->times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return tally;
}

void delivery_tally_free(struct delivery_tally *tally)
{
	if (tally == NULL)
		return;
	g_array_unref(tally->events);
	g_hash_table_unref(tally->news);
	g_hash_table_unref(tally->times);
	g_free(tally->queue_id);
	g_free(tally);
}

void delivery_tally_take(int64_t at, const char *text, void *context)
{
	struct delivery_tally *tally = context;
	struct event event = { .at = at + tally->offset };

	if (delivery_line_read(text, &event.line))
		g_array_append_val(tally->events, event);
}

/* ---- which release ---- */

static void forget_last(struct delivery_tally *tally)
{
	g_free(tally->queue_id);
	tally->queue_id = NULL;
}

/* The release of an envelope sender; 0: it is of none. */
static int64_t find_draft(const struct delivery_tally *tally, struct delivery_text sender)
{
	const struct settings *settings = tally->setup->settings;
	g_autofree char *text = g_strndup(sender.octets, sender.length);
	struct address address;
	struct service_address service;
	struct bounce_address bounce;

	if (!address_read(text, &address, NULL))
		return 0;
	service_address_read(&address, settings->service_domain, settings->notice_sender,
			     &service);
	if (service.kind != SERVICE_BOUNCE || service.token == NULL ||
	    !bounce_address_read(service.token, service.token_length, &bounce) ||
	    bounce.shard == 0)
		return 0;
	return own_address_is_sealed(&bounce, tally->setup->keyring) ? bounce.number : 0;
}

static bool note_queue(struct delivery_tally *tally, struct store *store,
		       const struct event *event, const char *queue_id,
		       struct kairan_error *error_r)
{
	const int64_t draft = find_draft(tally, event->line.who);

	return draft == 0 ||
	       store_delivery_note_queue(store, queue_id, draft, event->at, error_r);
}

/* The queue id's release, kept for the lines that follow. */
static bool find_release(struct delivery_tally *tally, struct store *store,
			 const char *queue_id, struct kairan_error *error_r)
{
	enum answer answer;

	if (g_strcmp0(tally->queue_id, queue_id) == 0)
		return true;
	answer = store_delivery_find_queue(store, queue_id, &tally->draft, &tally->due,
					   error_r);
	tally->is_release = answer == ANSWER_YES;
	forget_last(tally);
	if (answer != ANSWER_UNKNOWN)
		tally->queue_id = g_strdup(queue_id);
	return answer != ANSWER_UNKNOWN;
}

static bool split(struct delivery_tally *tally, struct store *store,
		  const struct event *event, struct kairan_error *error_r)
{
	g_autofree char *ids = g_strndup(event->line.who.octets, event->line.who.length);
	g_auto(GStrv) each = g_strsplit(ids, "; ", -1);
	bool ok = true;

	for (size_t i = 0; ok && tally->is_release && each[i] != NULL; i++)
		ok = store_delivery_note_queue(store, each[i], tally->draft, event->at,
					       error_r);
	return ok;
}

/* ---- counting ---- */

static struct news *find_news(struct delivery_tally *tally, const char *domain)
{
	g_autofree char *key =
	    g_strdup_printf("%lld %s", (long long)tally->draft, domain);
	struct news *news = g_hash_table_lookup(tally->news, key);

	if (news != NULL)
		return news;
	news = g_new0(struct news, 1);
	news->domain = g_strdup(domain);
	news->it.draft = tally->draft;
	news->it.domain = news->domain;
	news->it.words = "";
	(void)g_hash_table_insert(tally->news, g_steal_pointer(&key), news);
	return news;
}

static void count_sent(struct delivery_tally *tally, struct news *news, int64_t at)
{
	char *key = g_strdup_printf("%lld %lld", (long long)tally->draft,
				    (long long)delivery_time_step(at - tally->due));
	int64_t *count = g_hash_table_lookup(tally->times, key);

	if (count == NULL) {
		count = g_new0(int64_t, 1);
		(void)g_hash_table_insert(tally->times, key, count);
	} else {
		g_free(key);
	}
	++*count;
	news->it.sent++;
	news->it.first_at = news->it.first_at == 0 ? at : MIN(news->it.first_at, at);
	news->it.last_at = MAX(news->it.last_at, at);
	news->it.took = true;
	news->it.refused = 0;
}

static void count_refused(struct news *news, const struct event *event)
{
	char *words;

	if (event->line.fate == DELIVERY_FAILED)
		news->it.failed++;
	if (!delivery_line_is_theirs(event->line.words))
		return;
	if (news->it.refused++ == 0)
		news->it.refused_since = event->at;
	words = g_utf8_make_valid(event->line.words.octets,
				  (gssize)MIN(event->line.words.length, WORDS_MOST));
	bounce_drop_addresses(words);
	g_free(news->words);
	news->words = words;
	news->it.words = words;
}

static void count(struct delivery_tally *tally, const struct event *event)
{
	struct delivery_text who = event->line.who, address;

	while (delivery_line_next(&who, &address)) {
		g_autofree char *text =
		    g_ascii_strdown(address.octets, (gssize)address.length);
		const char *at = strrchr(text, '@');

		/* Receipts come back to ourselves. */
		if (at == NULL || at[1] == '\0' ||
		    g_ascii_strcasecmp(at + 1, tally->setup->settings->service_domain) ==
			0)
			continue;
		if (event->line.fate == DELIVERY_SENT)
			count_sent(tally, find_news(tally, at + 1), event->at);
		else
			count_refused(find_news(tally, at + 1), event);
	}
}

static bool write_event(struct delivery_tally *tally, struct store *store,
			const struct event *event, struct kairan_error *error_r)
{
	const struct delivery_line *line = &event->line;
	g_autofree char *queue_id =
	    g_strndup(line->queue_id.octets, line->queue_id.length);

	if (line->fate == DELIVERY_QUEUED) {
		forget_last(tally);
		return note_queue(tally, store, event, queue_id, error_r);
	}
	if (!find_release(tally, store, queue_id, error_r))
		return false;
	if (!tally->is_release)
		return true;
	if (line->fate == DELIVERY_SPLIT)
		return split(tally, store, event, error_r);
	if (line->fate == DELIVERY_REMOVED) {
		forget_last(tally);
		return store_delivery_drop_queue(store, queue_id, error_r);
	}
	count(tally, event);
	return true;
}

/* ---- into the store ---- */

static bool write_times(const struct delivery_tally *tally, struct store *store,
			struct kairan_error *error_r)
{
	GHashTableIter all;
	void *key, *value;
	bool ok = true;

	g_hash_table_iter_init(&all, tally->times);
	while (ok && g_hash_table_iter_next(&all, &key, &value)) {
		char *step = NULL;
		const int64_t draft = g_ascii_strtoll(key, &step, 10);

		ok =
		    store_delivery_add_time(store, draft, g_ascii_strtoll(step, NULL, 10),
					    *(const int64_t *)value, error_r);
	}
	return ok;
}

bool delivery_tally_write(struct delivery_tally *tally, struct store *store,
			  struct kairan_error *error_r)
{
	GHashTableIter all;
	void *news;
	bool ok = true;

	for (guint i = 0; ok && i < tally->events->len; i++)
		ok = write_event(tally, store,
				 &g_array_index(tally->events, struct event, i), error_r);
	g_hash_table_iter_init(&all, tally->news);
	while (ok && g_hash_table_iter_next(&all, NULL, &news))
		ok = store_delivery_add(store, &((const struct news *)news)->it, error_r);
	return ok && write_times(tally, store, error_r);
}

void delivery_tally_visit_taking(const struct delivery_tally *tally,
				 void (*visit)(int64_t draft, const char *domain,
					       void *context),
				 void *context)
{
	GHashTableIter all;
	void *value;

	g_hash_table_iter_init(&all, tally->news);
	while (g_hash_table_iter_next(&all, NULL, &value)) {
		const struct news *news = value;

		if (news->it.took && news->it.refused == 0)
			visit(news->it.draft, news->domain, context);
	}
}

/*
 * NAME
 *	tally - refusals of strangers, counted
 *
 * DESCRIPTION
 *	A row in the audit trail is a commit, for which the disk is waited for. Three hundred
 *	invented addresses in one connection would be three hundred of them, in the way of
 *	everybody's drafts. So of what one client is refused for one reason within an hour the first
 *	rows stand each by itself, and the others become one row a minute, with their number.
 *
 * DIAGNOSTICS
 *	Warning: who is being counted, once an hour. Error: the store cannot be written; what was
 *	counted is kept.
 */
#include "config.h"

#include "milter/intake/tally.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "conf/log.h"
#include "policy/verdict.h"

#define WINDOW_SECONDS 3600
#define ROWS_MOST      10
#define FLUSH_SECONDS  60
/* Each further answer is so much later than the one before, up to a second. */
#define DELAY_STEP_MS 5
#define DELAY_MOST_MS 1000
/* Clients that are known by their addresses; all others are one. */
#define CLIENTS_MOST 1000

struct tally {
	char *client, *action, *outcome;
	int64_t since; /* the first one */
	int64_t seen;
	int64_t counted; /* that no row tells of yet */
};

static pthread_mutex_t tally_lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *tally_table; /* "CLIENT ACTION OUTCOME" -> struct tally */

static void free_tally(void *data)
{
	struct tally *tally = data;

	g_free(tally->client);
	g_free(tally->action);
	g_free(tally->outcome);
	g_free(tally);
}

static struct tally *find(const char *client, const struct audit_event *event)
{
	g_autofree char *key = NULL;
	struct tally *tally;

	if (tally_table == NULL)
		tally_table =
		    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_tally);
	if (g_hash_table_size(tally_table) >= CLIENTS_MOST)
		client = "elsewhere";
	key = g_strdup_printf("%s %s %s", client, event->action, event->outcome);
	tally = g_hash_table_lookup(tally_table, key);
	if (tally != NULL)
		return tally;
	tally = g_new0(struct tally, 1);
	tally->client = g_strdup(client);
	tally->action = g_strdup(event->action);
	tally->outcome = g_strdup(event->outcome);
	tally->since = event->at;
	g_hash_table_insert(tally_table, g_steal_pointer(&key), tally);
	return tally;
}

/* How many there were within the hour, with this one. */
static int64_t count(const char *client, const struct audit_event *event)
{
	struct tally *tally;
	int64_t seen;

	pthread_mutex_lock(&tally_lock);
	tally = find(client, event);
	/* Also where the clock has gone back. */
	if (event->at - tally->since >= WINDOW_SECONDS || event->at < tally->since) {
		tally->since = event->at;
		tally->seen = 0;
	}
	seen = ++tally->seen;
	if (seen > ROWS_MOST)
		tally->counted++;
	pthread_mutex_unlock(&tally_lock);
	return seen;
}

static void wait_for(int64_t many)
{
	const int64_t ms = MIN(many * DELAY_STEP_MS, DELAY_MOST_MS);
	const struct timespec pause = { .tv_sec = (time_t)(ms / 1000),
					.tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&pause, NULL);
}

bool tally_takes(const struct envelope *envelope, const struct audit_event *event)
{
	enum reason reason;
	int64_t seen;

	if (*envelope->login != '\0' || event->outcome == NULL || event->draft != 0 ||
	    !reason_find(event->outcome, &reason))
		return false;
	seen = count(envelope->host, event);
	if (seen <= ROWS_MOST)
		return false;
	if (seen == ROWS_MOST + 1)
		log_warning("%s is refused again and again (%s): from now on counted",
			    envelope->host, event->outcome);
	wait_for(seen - ROWS_MOST);
	return true;
}

/* ---- rows ---- */

static bool append(struct store *store, const struct tally *tally, int64_t now,
		   struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf(
	    "%lld more from %s", (long long)tally->counted, tally->client);
	const struct audit_event event = {
		.at = now,
		.action = tally->action,
		.outcome = tally->outcome,
		.detail = detail,
	};

	if (!store_begin(store, error_r))
		return false;
	return store_end(store, store_audit_append(store, &event, error_r), error_r);
}

/* One that has something to tell, as a copy; those whose hour is over go. NULL: none. */
static struct tally *take_next(int64_t now)
{
	struct tally *next = NULL;
	GHashTableIter iter;
	void *value;

	pthread_mutex_lock(&tally_lock);
	if (tally_table != NULL) {
		g_hash_table_iter_init(&iter, tally_table);
		while (next == NULL && g_hash_table_iter_next(&iter, NULL, &value)) {
			struct tally *tally = value;

			if (tally->counted > 0) {
				next = g_memdup2(tally, sizeof(*tally));
				next->client = g_strdup(tally->client);
				next->action = g_strdup(tally->action);
				next->outcome = g_strdup(tally->outcome);
				tally->counted = 0;
			} else if (now - tally->since >= WINDOW_SECONDS) {
				g_hash_table_iter_remove(&iter);
			}
		}
	}
	pthread_mutex_unlock(&tally_lock);
	return next;
}

static void give_back(const struct tally *told)
{
	const struct audit_event event = { .at = told->since,
					   .action = told->action,
					   .outcome = told->outcome };

	pthread_mutex_lock(&tally_lock);
	find(told->client, &event)->counted += told->counted;
	pthread_mutex_unlock(&tally_lock);
}

int64_t tally_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };
	struct tally *tally;
	bool ok = true;

	(void)setup;
	while (ok && (tally = take_next(now)) != NULL) {
		ok = append(store, tally, now, &error);
		if (!ok) {
			give_back(tally);
			log_error("refusals that were counted: %s", error.text);
		}
		free_tally(tally);
	}
	return now + FLUSH_SECONDS;
}

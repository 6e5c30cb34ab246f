/*
 * NAME
 *	snapshot - the broadcast addresses in memory
 *
 * DESCRIPTION
 *	Read from LDAP at start and every snapshot_refresh seconds, kept in the store when it
 *	changed, and taken from there when LDAP does not answer at a start. It only says
 *	whether an address is a broadcast; who may use it is always asked afresh.
 *
 * DIAGNOSTICS
 *	Warning, once until it works again: LDAP could not be asked. While nothing is known,
 *	every recipient is deferred (451), since any of them might be a broadcast.
 */
#include "config.h"

#include "milter/core/snapshot.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "schema/store_position.h"
#include "schema/store_snapshot.h"

struct snapshot {
	pthread_mutex_t lock;
	GHashTable *broadcasts; /* address -> struct broadcast; NULL: nothing known yet */
	char *digest;           /* of what is in force */
	bool failing;
};

struct snapshot *snapshot_new(void)
{
	struct snapshot *snapshot = g_new0(struct snapshot, 1);

	pthread_mutex_init(&snapshot->lock, NULL);
	return snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	if (snapshot->broadcasts != NULL)
		g_hash_table_destroy(snapshot->broadcasts);
	g_free(snapshot->digest);
	pthread_mutex_destroy(&snapshot->lock);
	g_free(snapshot);
}

static struct broadcast *copy_broadcast(const struct broadcast *broadcast)
{
	struct broadcast *copy = g_new0(struct broadcast, 1);

	copy->mail = g_strdup(broadcast->mail);
	copy->name_ja = g_strdup(broadcast->name_ja);
	copy->name_en = g_strdup(broadcast->name_en);
	copy->list = g_strdup(broadcast->list);
	copy->sections = g_strdupv(broadcast->sections);
	copy->quiet_hours = g_strdup(broadcast->quiet_hours);
	copy->urgent = broadcast->urgent;
	return copy;
}

enum answer snapshot_find(struct snapshot *snapshot, const struct address *address,
			  struct broadcast **broadcast_r)
{
	struct address key = *address;
	const struct broadcast *found;
	enum answer answer = ANSWER_UNKNOWN;

	address_fold(&key);
	pthread_mutex_lock(&snapshot->lock);
	if (snapshot->broadcasts != NULL) {
		found = g_hash_table_lookup(snapshot->broadcasts, key.spec);
		answer = found != NULL ? ANSWER_YES : ANSWER_NO;
		if (found != NULL)
			*broadcast_r = copy_broadcast(found);
	}
	pthread_mutex_unlock(&snapshot->lock);
	return answer;
}

static int compare_broadcasts(const void *one, const void *other)
{
	return strcmp((*(struct broadcast *const *)one)->mail,
		      (*(struct broadcast *const *)other)->mail);
}

/* One text of everything, to see whether something changed. */
static char *digest_broadcasts(struct broadcast **broadcasts)
{
	GString *all = g_string_new(NULL);
	size_t count = 0;

	while (broadcasts[count] != NULL)
		count++;
	qsort(broadcasts, count, sizeof(struct broadcast *), compare_broadcasts);
	for (size_t i = 0; i < count; i++) {
		g_autofree char *sections = g_strjoinv("\t", broadcasts[i]->sections);

		g_string_append_printf(
		    all, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n", broadcasts[i]->mail,
		    broadcasts[i]->list, broadcasts[i]->name_ja, broadcasts[i]->name_en,
		    sections, broadcasts[i]->quiet_hours, broadcasts[i]->urgent);
	}
	return g_string_free(all, FALSE);
}

static void free_broadcast(void *broadcast)
{
	broadcast_free(broadcast);
}

/* Put new broadcasts in force (takes them over). */
static void take_broadcasts(struct snapshot *snapshot, struct broadcast **broadcasts)
{
	GHashTable *table =
	    g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_broadcast);
	char *digest = digest_broadcasts(broadcasts);
	GHashTable *old;

	for (size_t i = 0; broadcasts[i] != NULL; i++)
		g_hash_table_replace(table, broadcasts[i]->mail, broadcasts[i]);
	g_free(broadcasts);
	pthread_mutex_lock(&snapshot->lock);
	old = snapshot->broadcasts;
	snapshot->broadcasts = table;
	g_free(snapshot->digest);
	snapshot->digest = digest;
	snapshot->failing = false;
	pthread_mutex_unlock(&snapshot->lock);
	if (old != NULL)
		g_hash_table_destroy(old);
}

void snapshot_restore(struct kairan *kairan)
{
	struct store *store = kairan_get_store(kairan);
	struct broadcast **broadcasts = NULL;
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin(store, &error)) {
		answer = store_snapshot_load(store, &broadcasts, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_YES)
		take_broadcasts(kairan_get_snapshot(kairan), broadcasts);
	else if (answer == ANSWER_UNKNOWN)
		log_warning("broadcast addresses of the last run: %s", error.text);
}

static void keep_in_store(struct store *store, struct broadcast *const *broadcasts)
{
	struct kairan_error error;

	if (!store_begin(store, &error) ||
	    !store_end(store, store_snapshot_save(store, broadcasts, &error), &error))
		log_warning("broadcast addresses could not be kept: %s", error.text);
}

/* `kairanctl status` tells how old the snapshot is. */
static void note_time(struct store *store)
{
	struct kairan_error error = { "" };

	if (!store_position_keep_time(store, STORE_POSITION_SNAPSHOT, clock_now(),
				      &error))
		log_warning("the time of the look at the directory: %s", error.text);
}

static bool differs(struct snapshot *snapshot, struct broadcast **broadcasts)
{
	g_autofree char *digest = digest_broadcasts(broadcasts);
	bool different;

	pthread_mutex_lock(&snapshot->lock);
	different = g_strcmp0(snapshot->digest, digest) != 0;
	pthread_mutex_unlock(&snapshot->lock);
	return different;
}

void snapshot_refresh(struct kairan *kairan)
{
	struct snapshot *snapshot = kairan_get_snapshot(kairan);
	struct setup *setup = kairan_get_setup(kairan);
	struct broadcast **broadcasts;
	struct kairan_error error;

	if (directory_list_broadcasts(setup->directory, &broadcasts, NULL, &error)) {
		if (differs(snapshot, broadcasts)) {
			keep_in_store(kairan_get_store(kairan), broadcasts);
			log_info("broadcast addresses read from the directory");
		}
		take_broadcasts(snapshot, broadcasts);
		note_time(kairan_get_store(kairan));
	} else if (!snapshot->failing) {
		snapshot->failing = true;
		log_warning("broadcast addresses stay as they were: %s", error.text);
	}
	setup_unref(setup);
}

void *snapshot_run(void *context)
{
	struct kairan *kairan = context;
	int64_t next;

	do {
		struct setup *setup = kairan_get_setup(kairan);

		next = clock_now() + setup->settings->snapshot_refresh;
		setup_unref(setup);
		snapshot_refresh(kairan);
	} while (waker_wait_until(kairan_get_waker(kairan, KAIRAN_SNAPSHOT), next));
	return NULL;
}

/*
 * NAME
 *	snapshot - the broadcast addresses in memory
 *
 * DESCRIPTION
 *	A table that milter/round/snapshot_round.c fills and every mail looks into. It only
 *	says whether an address is a broadcast; who may use it is always asked afresh.
 *
 * DIAGNOSTICS
 *	None. While nothing is known, the answer is that it is unknown, and every recipient
 *	is deferred (451), since any of them might be a broadcast.
 */
#include "config.h"

#include "milter/core/snapshot.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

#include "policy/part.h"

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
	copy->footer = g_strdup(broadcast->footer);
	copy->reply_to = g_strdup(broadcast->reply_to);
	copy->twins = g_strdupv(broadcast->twins);
	copy->drill = g_strdup(broadcast->drill);
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

static bool has_list(const struct broadcast *broadcast, const char *list)
{
	g_autofree char *language = twin_find_language(broadcast->twins, list);

	return language != NULL || g_ascii_strcasecmp(broadcast->list, list) == 0;
}

/* As the broadcast of that list. */
static void use_list(struct broadcast *broadcast, const char *list)
{
	g_autofree char *language = twin_find_language(broadcast->twins, list);

	if (language == NULL)
		return;
	g_free(broadcast->list);
	broadcast->list = g_strdup(twin_find_list(broadcast->twins, language));
}

static const struct broadcast *find_list(const struct snapshot *snapshot,
					 const char *list)
{
	const struct broadcast *found = NULL;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, snapshot->broadcasts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct broadcast *other = value;

		if (has_list(other, list) &&
		    (found == NULL || strcmp(other->mail, found->mail) < 0))
			found = other;
	}
	return found;
}

enum answer snapshot_find_list(struct snapshot *snapshot, const char *list,
			       struct broadcast **broadcast_r)
{
	const struct broadcast *found;
	enum answer answer = ANSWER_UNKNOWN;

	pthread_mutex_lock(&snapshot->lock);
	if (snapshot->broadcasts != NULL) {
		found = find_list(snapshot, list);
		answer = found != NULL ? ANSWER_YES : ANSWER_NO;
		if (found != NULL) {
			*broadcast_r = copy_broadcast(found);
			use_list(*broadcast_r, list);
		}
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
		g_autofree char *twins = g_strjoinv("\t", broadcasts[i]->twins);

		g_string_append_printf(
		    all, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n",
		    broadcasts[i]->mail, broadcasts[i]->list, broadcasts[i]->name_ja,
		    broadcasts[i]->name_en, sections, broadcasts[i]->quiet_hours,
		    broadcasts[i]->urgent, broadcasts[i]->footer, broadcasts[i]->reply_to,
		    twins, broadcasts[i]->drill);
	}
	return g_string_free(all, FALSE);
}

static void free_broadcast(void *broadcast)
{
	broadcast_free(broadcast);
}

void snapshot_take(struct snapshot *snapshot, struct broadcast **broadcasts)
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

bool snapshot_differs(struct snapshot *snapshot, struct broadcast **broadcasts)
{
	g_autofree char *digest = digest_broadcasts(broadcasts);
	bool different;

	pthread_mutex_lock(&snapshot->lock);
	different = g_strcmp0(snapshot->digest, digest) != 0;
	pthread_mutex_unlock(&snapshot->lock);
	return different;
}

bool snapshot_fail(struct snapshot *snapshot)
{
	bool first;

	pthread_mutex_lock(&snapshot->lock);
	first = !snapshot->failing;
	snapshot->failing = true;
	pthread_mutex_unlock(&snapshot->lock);
	return first;
}

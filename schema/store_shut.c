/*
 * NAME
 *	store_shut - a store that is away, or is not what it was
 *
 * DESCRIPTION
 *	A disk that is not mounted, a file that was removed, replaced or damaged: the daemon lives
 *	without a store then. Whoever wants a transaction is told why there is none, which their
 *	mail hears as "try again", and mail that is not ours passes. When the store is back its file
 *	is put into the same struct, under those who hold it.
 *
 * DIAGNOSTICS
 *	The caller logs why a store is shut.
 */
#include "config.h"

#include "schema/store_lock.h"
#include "schema/store_mark.h"
#include "schema/store_parts.h"

struct store *store_new_shut(const struct store_shut *shut)
{
	struct store *store = g_new0(struct store, 1);

	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->group_done, NULL);
	store->statements = g_hash_table_new(g_direct_hash, g_direct_equal);
	store->audit_lines = g_ptr_array_new_with_free_func(g_free);
	store->shut_reason = shut->reason;
	store_note_failure(store, shut->why);
	return store;
}

void store_shut(struct store *store, const struct store_shut *shut)
{
	pthread_mutex_lock(&store->lock);
	store_finish_group(store);
	if (store->db != NULL) {
		g_hash_table_remove_all(store->statements);
		store->db->driver->close(store->db);
		store->db = NULL;
	}
	store_lock_free(store->lock_file);
	store->lock_file = NULL;
	store->shut_reason = shut->reason;
	store_note_failure(store, shut->why);
	pthread_mutex_unlock(&store->lock);
}

const char *store_shut_reason(struct store *store)
{
	const char *reason;

	pthread_mutex_lock(&store->lock);
	reason = store->shut_reason;
	pthread_mutex_unlock(&store->lock);
	return reason;
}

void store_take_over(struct store *store, struct store *fresh)
{
	GHashTable *empty;

	pthread_mutex_lock(&store->lock);
	g_assert(store->db == NULL);
	store->db = g_steal_pointer(&fresh->db);
	empty = store->statements;
	store->statements = fresh->statements;
	fresh->statements = empty;
	g_free(store->path);
	store->path = g_steal_pointer(&fresh->path);
	store->data_version = fresh->data_version;
	store->changes = fresh->changes;
	keyring_free(store->seals);
	store->seals = g_steal_pointer(&fresh->seals);
	store->audit_sink = fresh->audit_sink;
	store->lock_file = g_steal_pointer(&fresh->lock_file);
	g_free(store->mark);
	store->mark = g_steal_pointer(&fresh->mark);
	g_free(store->known);
	store->known = g_steal_pointer(&fresh->known);
	store->watch = fresh->watch;
	store->is_lost = false;
	store->shut_reason = NULL;
	store->failing_since = 0;
	pthread_mutex_unlock(&store->lock);
	store_close(fresh);
}

bool store_is_in_place(struct store *store, struct kairan_error *error_r)
{
	bool is_in_place;

	pthread_mutex_lock(&store->lock);
	is_in_place = store_check_place(store, error_r);
	pthread_mutex_unlock(&store->lock);
	return is_in_place;
}

enum answer store_be_alone(struct store *store, struct kairan_error *error_r)
{
	const enum answer answer = store->db->driver->be_alone(store->db);

	if (answer == ANSWER_UNKNOWN)
		(void)store_fail(store, error_r, "its lock");
	else if (answer == ANSWER_NO)
		(void)error_set(error_r,
				"store: another kairan works with %s (a daemon, "
				"or kairanctl restore); there can be only one",
				store->path);
	return answer;
}

void store_set_lock(struct store *store, struct store_lock *lock)
{
	store_lock_free(store->lock_file);
	store->lock_file = lock;
}

void store_set_mark(struct store *store, const struct store_mark *mark)
{
	g_free(store->mark);
	store->mark = g_memdup2(mark, sizeof(*mark));
}

const struct store_mark *store_get_mark(const struct store *store)
{
	return store->mark;
}

/*
 * NAME
 *	alarm_board - the names of the alarms that stand
 *
 * DESCRIPTION
 *	A set of names under a lock, kept beside the store's rows by alarm.c.
 *
 * DIAGNOSTICS
 *	alarm_board_load() returns what the store says.
 */
#include "config.h"

#include "milter/core/alarm_board.h"

#include <glib.h>
#include <pthread.h>

#include "schema/store_alarm.h"

struct alarm_board {
	pthread_mutex_t lock;
	GHashTable *names;
};

struct alarm_board *alarm_board_new(void)
{
	struct alarm_board *board = g_new0(struct alarm_board, 1);

	pthread_mutex_init(&board->lock, NULL);
	board->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return board;
}

void alarm_board_free(struct alarm_board *board)
{
	if (board == NULL)
		return;
	g_hash_table_destroy(board->names);
	pthread_mutex_destroy(&board->lock);
	g_free(board);
}

bool alarm_board_load(struct alarm_board *board, struct store *store,
		      struct kairan_error *error_r)
{
	GPtrArray *alarms = NULL;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = store_alarm_list(store, &alarms, error_r);
	store_rollback(store);
	if (!ok)
		return false;
	for (guint i = 0; i < alarms->len; i++) {
		const struct alarm *alarm = g_ptr_array_index(alarms, i);

		alarm_board_put(board, alarm->name);
	}
	g_ptr_array_unref(alarms);
	return true;
}

bool alarm_board_has(struct alarm_board *board, const char *name)
{
	bool has;

	pthread_mutex_lock(&board->lock);
	has = g_hash_table_contains(board->names, name);
	pthread_mutex_unlock(&board->lock);
	return has;
}

void alarm_board_put(struct alarm_board *board, const char *name)
{
	pthread_mutex_lock(&board->lock);
	(void)g_hash_table_add(board->names, g_strdup(name));
	pthread_mutex_unlock(&board->lock);
}

void alarm_board_remove(struct alarm_board *board, const char *name)
{
	pthread_mutex_lock(&board->lock);
	(void)g_hash_table_remove(board->names, name);
	pthread_mutex_unlock(&board->lock);
}

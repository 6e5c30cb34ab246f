/*
 * NAME
 *	kairan - what the daemon's parts share
 *
 * DESCRIPTION
 *	Holds the store, the snapshot, the wakers, and the setup in force. The setup is
 *	counted by references, so that a reload does not pull it from under a mail.
 *
 * DIAGNOSTICS
 *	setup_load() returns what settings, keys, templates and patterns found wrong.
 */
#include "config.h"

#include "milter/core/kairan.h"

#include <glib.h>
#include <pthread.h>

#include "conf/clock.h"
#include "conf/patterns.h"
#include "milter/core/leave_token.h"
#include "milter/core/notice.h"
#include "milter/core/snapshot.h"

struct kairan {
	pthread_mutex_t lock;
	struct setup *setup;
	struct store *store;
	struct snapshot *snapshot;
	struct alarm_board *alarm_board;
	struct waker *wakers[KAIRAN_THREADS];
	bool directory_changed[KAIRAN_THREADS];
};

static bool load_patterns(struct setup *setup, struct kairan_error *error_r)
{
	const struct settings *settings = setup->settings;

	return patterns_load(settings->protected_patterns, &setup->patterns, error_r) &&
	       patterns_load_lines("reply_banners", settings->reply_banners,
				   &setup->banners, error_r) &&
	       patterns_load_lines("reply_footers", settings->reply_footers,
				   &setup->footers, error_r);
}

static void unref_array(GPtrArray *array)
{
	if (array != NULL)
		g_ptr_array_unref(array);
}

bool setup_load(const char *path, struct setup **setup_r, struct kairan_error *error_r)
{
	struct setup *setup = g_new0(struct setup, 1);

	setup->references = 1;
	if (!settings_load(path, &setup->settings, error_r) ||
	    !keyring_load("key_file", setup->settings->key_file, &setup->keyring,
			  error_r) ||
	    !leave_token_load_keys(setup->settings, &setup->leave_keys, error_r) ||
	    !template_load_all(setup->settings->template_dir, notice_kinds(),
			       notice_names(), &setup->templates, error_r) ||
	    !load_patterns(setup, error_r)) {
		setup_unref(setup);
		return false;
	}
	setup->directory = directory_new(setup->settings);
	setup->zone = clock_open_zone(setup->settings->time_zone);
	*setup_r = setup;
	return true;
}

void setup_unref(struct setup *setup)
{
	if (setup == NULL ||
	    __atomic_sub_fetch(&setup->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	directory_free(setup->directory);
	if (setup->zone != NULL)
		g_time_zone_unref(setup->zone);
	unref_array(setup->patterns);
	unref_array(setup->banners);
	unref_array(setup->footers);
	template_free_all(setup->templates);
	keyring_free(setup->keyring);
	keyring_free(setup->leave_keys);
	settings_free(setup->settings);
	g_free(setup);
}

struct kairan *kairan_new(struct setup *setup, struct store *store)
{
	struct kairan *kairan = g_new0(struct kairan, 1);

	pthread_mutex_init(&kairan->lock, NULL);
	kairan->setup = setup;
	kairan->store = store;
	kairan->snapshot = snapshot_new();
	kairan->alarm_board = alarm_board_new();
	for (size_t i = 0; i < KAIRAN_THREADS; i++)
		kairan->wakers[i] = waker_new();
	return kairan;
}

void kairan_free(struct kairan *kairan)
{
	if (kairan == NULL)
		return;
	for (size_t i = 0; i < KAIRAN_THREADS; i++)
		waker_free(kairan->wakers[i]);
	alarm_board_free(kairan->alarm_board);
	snapshot_free(kairan->snapshot);
	setup_unref(kairan->setup);
	store_close(kairan->store);
	pthread_mutex_destroy(&kairan->lock);
	g_free(kairan);
}

struct setup *kairan_get_setup(struct kairan *kairan)
{
	struct setup *setup;

	pthread_mutex_lock(&kairan->lock);
	setup = kairan->setup;
	(void)__atomic_add_fetch(&setup->references, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&kairan->lock);
	return setup;
}

void kairan_set_setup(struct kairan *kairan, struct setup *setup)
{
	struct setup *old;

	pthread_mutex_lock(&kairan->lock);
	old = kairan->setup;
	kairan->setup = setup;
	pthread_mutex_unlock(&kairan->lock);
	/* Whoever still asks there does not keep a stop, or a new server, waiting. */
	directory_hurry(old->directory);
	setup_unref(old);
}

struct store *kairan_get_store(struct kairan *kairan)
{
	return kairan->store;
}

struct snapshot *kairan_get_snapshot(struct kairan *kairan)
{
	return kairan->snapshot;
}

struct alarm_board *kairan_get_alarm_board(struct kairan *kairan)
{
	return kairan->alarm_board;
}

struct waker *kairan_get_waker(struct kairan *kairan, enum kairan_thread thread)
{
	return kairan->wakers[thread];
}

void kairan_note_directory(struct kairan *kairan)
{
	for (size_t i = 0; i < KAIRAN_THREADS; i++)
		__atomic_store_n(&kairan->directory_changed[i], true, __ATOMIC_RELEASE);
	waker_wake(kairan->wakers[KAIRAN_ROUNDS]);
	waker_wake(kairan->wakers[KAIRAN_SNAPSHOT]);
	waker_wake(kairan->wakers[KAIRAN_SLOW_ROUNDS]);
}

bool kairan_take_directory(struct kairan *kairan, enum kairan_thread thread)
{
	return __atomic_exchange_n(&kairan->directory_changed[thread], false,
				   __ATOMIC_ACQ_REL);
}

void kairan_wake_all(struct kairan *kairan)
{
	for (size_t i = 0; i < KAIRAN_THREADS; i++)
		waker_wake(kairan->wakers[i]);
}

void kairan_stop_all(struct kairan *kairan)
{
	struct setup *setup = kairan_get_setup(kairan);

	directory_hurry(setup->directory);
	setup_unref(setup);
	for (size_t i = 0; i < KAIRAN_THREADS; i++)
		waker_stop(kairan->wakers[i]);
}

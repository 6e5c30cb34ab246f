/*
 * NAME
 *	waker - wait for a time or an event
 *
 * DESCRIPTION
 *	A condition variable with a flag, so that a wake-up between two waits is not lost.
 *	Waiting is on the monotonic clock; the time to wait is taken from clock_now(), and
 *	whoever moves that clock wakes everybody. An eventfd says the same to those who wait for
 *	a socket as well.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/core/waker.h"

#include <glib.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "conf/clock.h"

struct waker {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool woken;
	int64_t by; /* when somebody wants it to wake; INT64_MAX: nobody */
	bool stopped;
	int descriptor;
};

struct waker *waker_new(void)
{
	struct waker *waker = g_new0(struct waker, 1);
	pthread_condattr_t attributes;

	waker->by = INT64_MAX;
	waker->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&waker->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&waker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return waker;
}

void waker_free(struct waker *waker)
{
	if (waker == NULL)
		return;
	pthread_cond_destroy(&waker->changed);
	pthread_mutex_destroy(&waker->lock);
	if (waker->descriptor >= 0)
		(void)close(waker->descriptor);
	g_free(waker);
}

/* Seconds from now, and the same as a time of the monotonic clock. */
static int64_t make_deadline(int64_t at, struct timespec *deadline_r)
{
	const int64_t seconds = at - clock_now();

	clock_gettime(CLOCK_MONOTONIC, deadline_r);
	deadline_r->tv_sec += (time_t)MAX(seconds, 0);
	return seconds;
}

bool waker_wait_until(struct waker *waker, int64_t at)
{
	struct timespec deadline;
	eventfd_t count;
	bool go_on;
	int timed_out = 0;

	pthread_mutex_lock(&waker->lock);
	while (!waker->woken && !waker->stopped && timed_out == 0 &&
	       make_deadline(MIN(at, waker->by), &deadline) > 0)
		timed_out =
		    pthread_cond_timedwait(&waker->changed, &waker->lock, &deadline);
	waker->woken = false;
	if (!waker->stopped)
		(void)eventfd_read(waker->descriptor, &count);
	waker->by = INT64_MAX;
	go_on = !waker->stopped;
	pthread_mutex_unlock(&waker->lock);
	return go_on;
}

void waker_wake(struct waker *waker)
{
	pthread_mutex_lock(&waker->lock);
	waker->woken = true;
	(void)eventfd_write(waker->descriptor, 1);
	pthread_cond_signal(&waker->changed);
	pthread_mutex_unlock(&waker->lock);
}

void waker_wake_by(struct waker *waker, int64_t at)
{
	pthread_mutex_lock(&waker->lock);
	if (at < waker->by) {
		waker->by = at;
		pthread_cond_signal(&waker->changed);
	}
	pthread_mutex_unlock(&waker->lock);
}

int waker_get_descriptor(const struct waker *waker)
{
	return waker->descriptor;
}

bool waker_is_stopped(struct waker *waker)
{
	bool stopped;

	pthread_mutex_lock(&waker->lock);
	stopped = waker->stopped;
	pthread_mutex_unlock(&waker->lock);
	return stopped;
}

void waker_stop(struct waker *waker)
{
	pthread_mutex_lock(&waker->lock);
	waker->stopped = true;
	(void)eventfd_write(waker->descriptor, 1);
	pthread_cond_broadcast(&waker->changed);
	pthread_mutex_unlock(&waker->lock);
}

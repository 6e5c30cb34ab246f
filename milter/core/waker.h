/*
 * A thread's alarm clock: wait until a time, a wake-up or the end.
 */
#ifndef KAIRAN_MILTER_CORE_WAKER_H
#define KAIRAN_MILTER_CORE_WAKER_H

#include <stdbool.h>
#include <stdint.h>

struct waker;

struct waker *waker_new(void);
void waker_free(struct waker *waker);

/* Wait until clock_now() reaches a time, or somebody wakes. A wake-up that came since the
 * last wait counts. Returns false when the thread shall end. */
bool waker_wait_until(struct waker *waker, int64_t at);

/* Wake now (from any thread). */
void waker_wake(struct waker *waker);

/* See that the wait ends at that time at the latest (from any thread). */
void waker_wake_by(struct waker *waker, int64_t at);

/* A descriptor that is readable while a wake-up has not been waited for, and after the end: for
 * poll(). -1: there is none. */
int waker_get_descriptor(const struct waker *waker);

/* Has it been stopped? For who waits for something else meanwhile. */
bool waker_is_stopped(struct waker *waker);

/* Wake for the last time: every later wait returns false at once. */
void waker_stop(struct waker *waker);

#endif

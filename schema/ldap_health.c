/*
 * NAME
 *	ldap_health - whether it is of use to ask the LDAP server now
 *
 * DESCRIPTION
 *	After a question that was not answered in time, the server is left alone for a moment:
 *	those who waited for it have more to ask, and would wait again one after the other. A
 *	server that refuses at once may be asked at once.
 *
 * DIAGNOSTICS
 *	None of its own: it repeats the last failure.
 */
#include "config.h"

#include "schema/ldap_health.h"

#include <glib.h>
#include <pthread.h>

#define REST_MICROSECONDS    G_USEC_PER_SEC
#define HURRIED_MICROSECONDS G_USEC_PER_SEC

struct ldap_health {
	pthread_mutex_t lock;
	unsigned failures;
	unsigned connections;
	struct kairan_error failure; /* the last one */
	bool is_failing;             /* and nothing has succeeded since */
	/* Microseconds of the monotonic clock. */
	int64_t failed_at;
	int64_t rests_until;
	int64_t hurried_at; /* 0: there is time */
};

struct ldap_health *ldap_health_new(void)
{
	struct ldap_health *health = g_new0(struct ldap_health, 1);

	pthread_mutex_init(&health->lock, NULL);
	return health;
}

void ldap_health_free(struct ldap_health *health)
{
	if (health == NULL)
		return;
	pthread_mutex_destroy(&health->lock);
	g_free(health);
}

void ldap_health_hurry(struct ldap_health *health)
{
	pthread_mutex_lock(&health->lock);
	health->hurried_at = g_get_monotonic_time();
	pthread_mutex_unlock(&health->lock);
}

int64_t ldap_health_find_deadline(struct ldap_health *health, int64_t begun,
				  int64_t seconds)
{
	int64_t deadline = begun + seconds * G_USEC_PER_SEC;

	pthread_mutex_lock(&health->lock);
	if (health->hurried_at != 0)
		deadline =
		    MIN(deadline, MAX(begun, health->hurried_at) + HURRIED_MICROSECONDS);
	pthread_mutex_unlock(&health->lock);
	return deadline;
}

unsigned ldap_health_count_failures(struct ldap_health *health)
{
	unsigned failures;

	pthread_mutex_lock(&health->lock);
	failures = health->failures;
	pthread_mutex_unlock(&health->lock);
	return failures;
}

void ldap_health_note_connection(struct ldap_health *health)
{
	pthread_mutex_lock(&health->lock);
	health->connections++;
	pthread_mutex_unlock(&health->lock);
}

unsigned ldap_health_count_connections(struct ldap_health *health)
{
	unsigned connections;

	pthread_mutex_lock(&health->lock);
	connections = health->connections;
	pthread_mutex_unlock(&health->lock);
	return connections;
}

bool ldap_health_may_ask(struct ldap_health *health, unsigned failures,
			 struct kairan_error *error_r)
{
	bool is_late, may;

	pthread_mutex_lock(&health->lock);
	is_late = health->hurried_at != 0 && health->failed_at >= health->hurried_at;
	may = health->failures == failures &&
	      !(health->is_failing &&
		(is_late || g_get_monotonic_time() < health->rests_until));
	if (!may)
		*error_r = health->failure;
	pthread_mutex_unlock(&health->lock);
	return may;
}

void ldap_health_note_failure(struct ldap_health *health, int64_t begun,
			      const struct kairan_error *error)
{
	const int64_t now = g_get_monotonic_time();

	pthread_mutex_lock(&health->lock);
	health->failures++;
	health->failure = *error;
	health->is_failing = true;
	health->failed_at = now;
	if (now - begun >= REST_MICROSECONDS)
		health->rests_until = now + REST_MICROSECONDS;
	pthread_mutex_unlock(&health->lock);
}

void ldap_health_note_success(struct ldap_health *health)
{
	pthread_mutex_lock(&health->lock);
	health->is_failing = false;
	pthread_mutex_unlock(&health->lock);
}

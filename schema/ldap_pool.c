/*
 * NAME
 *	ldap_pool - some LDAP connections for many threads
 *
 * DESCRIPTION
 *	A stack of links: the one that was given back last is taken first, so that those beyond
 *	the need of the hour stay unconnected. With one link for all, each draft would wait for
 *	every question of the others, and for the daemon's own long looks at the directory.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "schema/ldap_pool.h"

#include <glib.h>
#include <pthread.h>

#define LINKS_COUNT 4

struct ldap_pool {
	struct ldap_health *health;
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct ldap_link *free[LINKS_COUNT];
	size_t count; /* of free ones */
};

struct ldap_pool *ldap_pool_new(const struct settings *settings,
				struct ldap_health *health)
{
	struct ldap_pool *pool = g_new0(struct ldap_pool, 1);

	pool->health = health;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->given, NULL);
	while (pool->count < LINKS_COUNT)
		pool->free[pool->count++] = ldap_link_new(settings, health);
	return pool;
}

void ldap_pool_free(struct ldap_pool *pool)
{
	if (pool == NULL)
		return;
	while (pool->count > 0)
		ldap_link_free(pool->free[--pool->count]);
	pthread_cond_destroy(&pool->given);
	pthread_mutex_destroy(&pool->lock);
	g_free(pool);
}

struct ldap_link *ldap_pool_take(struct ldap_pool *pool)
{
	const unsigned failures = ldap_health_count_failures(pool->health);
	struct ldap_link *link;

	pthread_mutex_lock(&pool->lock);
	while (pool->count == 0)
		pthread_cond_wait(&pool->given, &pool->lock);
	link = pool->free[--pool->count];
	pthread_mutex_unlock(&pool->lock);
	ldap_link_begin(link, failures);
	return link;
}

void ldap_pool_give(struct ldap_pool *pool, struct ldap_link *link)
{
	pthread_mutex_lock(&pool->lock);
	pool->free[pool->count++] = link;
	pthread_cond_signal(&pool->given);
	pthread_mutex_unlock(&pool->lock);
}

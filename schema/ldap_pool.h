/*
 * Some LDAP connections for many threads.
 */
#ifndef KAIRAN_SCHEMA_LDAP_POOL_H
#define KAIRAN_SCHEMA_LDAP_POOL_H

#include "schema/ldap_link.h"

struct ldap_pool;

/* Nothing is connected until the first question. What is passed must outlive the pool. */
struct ldap_pool *ldap_pool_new(const struct settings *settings,
				struct ldap_health *health);
void ldap_pool_free(struct ldap_pool *pool);

/* A link that nobody else uses until it is given back; its results are read before that. Waits
 * while all are taken; whoever waits while the server does not answer gets that failure as well,
 * so that nobody waits for the time-outs of others one after the other. */
struct ldap_link *ldap_pool_take(struct ldap_pool *pool);
void ldap_pool_give(struct ldap_pool *pool, struct ldap_link *link);

#endif

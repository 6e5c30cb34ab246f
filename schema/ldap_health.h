/*
 * Whether it is of use to ask the LDAP server now: shared by all connections to it, so that one
 * that does not answer is waited for once, and not by each in turn.
 */
#ifndef KAIRAN_SCHEMA_LDAP_HEALTH_H
#define KAIRAN_SCHEMA_LDAP_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/error.h"

struct ldap_health;

struct ldap_health *ldap_health_new(void);
void ldap_health_free(struct ldap_health *health);

/* There is no time any more: answers are waited for no longer than a second from now, and
 * nothing is asked after a question that was not answered since. */
void ldap_health_hurry(struct ldap_health *health);

/* Until when to wait for an answer, by g_get_monotonic_time(): begun is when the wait began,
 * seconds how long it may take where there is time. */
int64_t ldap_health_find_deadline(struct ldap_health *health, int64_t begun,
				  int64_t seconds);

/* How often the server could not be reached so far. */
unsigned ldap_health_count_failures(struct ldap_health *health);

/* May it be asked? failures is what was counted when the asker began to wait for a connection;
 * a failure since then is the asker's too. False with the last failure. */
bool ldap_health_may_ask(struct ldap_health *health, unsigned failures,
			 struct kairan_error *error_r);

/* A connection was made, or tried: the server may be another one, or have been given another's
 * data, since the one before. How often so far. */
void ldap_health_note_connection(struct ldap_health *health);
unsigned ldap_health_count_connections(struct ldap_health *health);

/* What became of a question. begun: g_get_monotonic_time() when it was asked. */
void ldap_health_note_failure(struct ldap_health *health, int64_t begun,
			      const struct kairan_error *error);
void ldap_health_note_success(struct ldap_health *health);

#endif

/*
 * What came of a release, in the end. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_RESULT_H
#define KAIRAN_SCHEMA_STORE_RESULT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/bounce_kind.h"
#include "schema/store.h"

/* A draft that was released before a time, and whose report is not completed. */
enum answer store_result_find_due(struct store *store, int64_t before, int64_t *draft_r,
				  struct kairan_error *error_r);

/* When the first of these was released. */
enum answer store_result_next(struct store *store, int64_t *released_r,
			      struct kairan_error *error_r);

bool store_result_record(struct store *store, int64_t draft, int64_t now,
			 struct kairan_error *error_r);

/* How many failed in a domain, with what was said most often of them. */
struct result_domain {
	char *domain;
	int64_t recipients;
	int64_t failures;
	int64_t kinds[BOUNCE_KINDS]; /* of each kind */
};

/* Of a draft: how many failed in all, and the domains with most of them, at most that many: a
 * new array of struct result_domain; NULL with the error. */
GPtrArray *store_result_list(struct store *store, int64_t draft, int64_t limit,
			     int64_t *failures_r, struct kairan_error *error_r);

#endif

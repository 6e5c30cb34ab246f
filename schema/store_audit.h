/*
 * The audit trail (Art. 8): when, and which user id, for every operation.
 */
#ifndef KAIRAN_SCHEMA_STORE_AUDIT_H
#define KAIRAN_SCHEMA_STORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/audit_row.h"
#include "schema/store.h"

/* One operation. NULL strings are stored as "". */
struct audit_event {
	int64_t at;
	const char *uid;     /* user id; "" for mail systems, "kairan" for the clock */
	const char *role;    /* staff, approver, delegate, administrator, system */
	int64_t draft;       /* 0: none */
	const char *action;  /* submit, approve, send-back, release, ... */
	const char *outcome; /* done, or the reason's name */
	const char *detail;
	const char *queue_id;
};

/* Append a row, chained to the one before, in the transaction that makes the change. */
bool store_audit_append(struct store *store, const struct audit_event *event,
			struct kairan_error *error_r);

/* The row that the next one will follow, which may have been removed; 0: there was none. In a
 * transaction. */
bool store_audit_find_end(struct store *store, int64_t *seq_r,
			  unsigned char hash_r[AUDIT_HASH_OCTETS],
			  struct kairan_error *error_r);

/* Call visit for each row of a draft in order; it may not use the store. */
bool store_audit_visit_draft(struct store *store, int64_t draft,
			     void (*visit)(const struct audit_row *row, void *context),
			     void *context, struct kairan_error *error_r);

/* When this user id last did something as approver, delegate or staff; NO: never. */
enum answer store_audit_find_last(struct store *store, const char *uid, int64_t *at_r,
				  struct kairan_error *error_r);

/* How many refusals since a time: of a user id (NULL: any) with an outcome (NULL: any but those
 * of what was taken). */
struct audit_refusals {
	int64_t since;
	const char *uid;
	const char *outcome;
};
bool store_audit_count_refusals(struct store *store, const struct audit_refusals *wanted,
				int64_t *count_r, struct kairan_error *error_r);

/* Which rows: at or after since, before until (0: no end), of a user id or an action (NULL:
 * any), of a draft (0: any). */
struct audit_filter {
	int64_t since;
	int64_t until;
	const char *uid;
	int64_t draft;
	const char *action;
};

/* A part of them: long trails are read page by page, each in a transaction of its own, so that
 * the daemon need not wait. */
struct audit_page {
	const struct audit_filter *filter;
	int64_t after; /* seq of the last row before it */
	int64_t limit;
};

/* Call visit for the rows of the page, in order; it may not use the store. */
bool store_audit_visit_page(struct store *store, const struct audit_page *page,
			    void (*visit)(const struct audit_row *row, void *context),
			    void *context, struct kairan_error *error_r);

/* How many rows there are that a filter names. */
bool store_audit_count(struct store *store, const struct audit_filter *filter,
		       int64_t *count_r, struct kairan_error *error_r);

/* The row whose hash begins with these hexadecimal digits. */
enum answer store_audit_find_hash(struct store *store, const char *hex, int64_t *seq_r,
				  struct kairan_error *error_r);

#endif

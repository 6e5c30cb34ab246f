/*
 * The audit trail (Art. 8): when, and which user id, for every operation.
 */
#ifndef KAIRAN_SCHEMA_STORE_AUDIT_H
#define KAIRAN_SCHEMA_STORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

#define AUDIT_HASH_OCTETS 32

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

/* A row as it is kept. Free with audit_row_clear(). */
struct audit_row {
	int64_t seq;
	int64_t at;
	char *uid;
	char *role;
	int64_t draft;
	char *action;
	char *outcome;
	char *detail;
	char *queue_id;
};

/* Append a row, chained to the one before, in the transaction that makes the change. */
bool store_audit_append(struct store *store, const struct audit_event *event,
			struct kairan_error *error_r);

/* Call visit for each row of a draft in order; it may not use the store. */
bool store_audit_visit_draft(struct store *store, int64_t draft,
			     void (*visit)(const struct audit_row *row, void *context),
			     void *context, struct kairan_error *error_r);

/* Walk the whole chain: YES when whole, NO with the first bad sequence number, UNKNOWN
 * when it could not be read. */
enum answer store_audit_check_chain(struct store *store, int64_t *bad_seq_r,
				    struct kairan_error *error_r);

#endif

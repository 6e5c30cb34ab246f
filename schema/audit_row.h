/*
 * A row of the audit trail, as it is kept.
 */
#ifndef KAIRAN_SCHEMA_AUDIT_ROW_H
#define KAIRAN_SCHEMA_AUDIT_ROW_H

#include <stdint.h>

#define AUDIT_HASH_OCTETS 32

struct sql_stmt;

/* Strings are never NULL. Free with audit_row_clear(). */
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

void audit_row_clear(struct audit_row *row);

/* From nine columns, seq to queue_id; for the files of schema/. */
void audit_row_read(struct sql_stmt *stmt, struct audit_row *row_r);

#endif

/*
 * NAME
 *	audit_row - a row of the audit trail
 *
 * DESCRIPTION
 *	What store_audit.c appends and reads, and audit_seal.c makes a hash of.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "schema/audit_row.h"

#include <glib.h>

#include "schema/sql.h"

void audit_row_clear(struct audit_row *row)
{
	g_free(row->uid);
	g_free(row->role);
	g_free(row->action);
	g_free(row->outcome);
	g_free(row->detail);
	g_free(row->queue_id);
}

void audit_row_read(struct sql_stmt *stmt, struct audit_row *row_r)
{
	row_r->seq = sql_int(stmt, 0);
	row_r->at = sql_int(stmt, 1);
	row_r->uid = sql_text(stmt, 2);
	row_r->role = sql_text(stmt, 3);
	row_r->draft = sql_int(stmt, 4);
	row_r->action = sql_text(stmt, 5);
	row_r->outcome = sql_text(stmt, 6);
	row_r->detail = sql_text(stmt, 7);
	row_r->queue_id = sql_text(stmt, 8);
}

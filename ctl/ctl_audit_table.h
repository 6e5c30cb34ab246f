/*
 * Rows of the audit trail, as a table.
 */
#ifndef KAIRAN_CTL_CTL_AUDIT_TABLE_H
#define KAIRAN_CTL_CTL_AUDIT_TABLE_H

#include "ctl/ctl_table.h"
#include "schema/store_audit.h"

struct ctl_table *ctl_audit_table_new(const struct settings *settings);

/* Add one; context is the table. */
void ctl_audit_table_add(const struct audit_row *row, void *context);

/* Add all of a draft. */
bool ctl_audit_table_fill(struct store *store, int64_t draft, struct ctl_table *table,
			  struct kairan_error *error_r);

#endif

/*
 * NAME
 *	store_subscriber - the lists
 *
 * DESCRIPTION
 *	One row for each address of a list. The key is the address in lower case, so that one
 *	mailbox written in two ways receives a broadcast once; the mail goes to the address as
 *	it was registered.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_subscriber.h"

#include "schema/sql.h"

enum answer store_subscriber_add(struct store *store, const char *list,
				 const struct address *address, int64_t now,
				 struct kairan_error *error_r)
{
	struct address key = *address;

	address_fold(&key);
	if (!sql_run(store, error_r,
		     "INSERT INTO subscriber (list, address_key, address, domain, state,"
		     " joined_at) VALUES (?,?,?,?,1,?)"
		     " ON CONFLICT (list, address_key) DO UPDATE SET state = 1,"
		     " joined_at = excluded.joined_at WHERE state <> 1",
		     "ssssi", list, key.spec, address->spec, address_domain(&key), now))
		return ANSWER_UNKNOWN;
	return sql_changes(store) > 0 ? ANSWER_YES : ANSWER_NO;
}

bool store_subscriber_count(struct store *store, const char *list, int64_t *count_r,
			    struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;

	if (sql_first(store, error_r, &stmt,
		      "SELECT count(*) FROM subscriber WHERE list = ? AND state = 1", "s",
		      list) != ANSWER_YES)
		return false;
	*count_r = sqlite3_column_int64(stmt, 0);
	sql_done(stmt);
	return true;
}

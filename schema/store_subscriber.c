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

const char *subscriber_state_name(enum subscriber_state state)
{
	static const char *const names[] = {
		[SUBSCRIBER_ACTIVE] = "active",
		[SUBSCRIBER_SUSPENDED] = "suspended",
		[SUBSCRIBER_LEFT] = "left",
	};

	return state >= SUBSCRIBER_ACTIVE && state <= SUBSCRIBER_LEFT ? names[state]
								      : "unknown";
}

bool store_subscriber_visit_page(struct store *store, const struct subscriber_page *page,
				 void (*visit)(const struct subscriber *subscriber,
					       void *context),
				 void *context, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT address, address_key, state, joined_at FROM subscriber"
		      " WHERE list = ?1 AND address_key > ?2 AND (?3 = 0 OR state = ?3)"
		      " ORDER BY address_key LIMIT ?4",
		      "ssii", page->list, page->after, (int64_t)page->state, page->limit);

	while (answer == ANSWER_YES) {
		const struct subscriber subscriber = {
			.list = page->list,
			.address = (const char *)sqlite3_column_text(stmt, 0),
			.key = (const char *)sqlite3_column_text(stmt, 1),
			.state = (enum subscriber_state)sqlite3_column_int(stmt, 2),
			.joined_at = sqlite3_column_int64(stmt, 3),
		};

		visit(&subscriber, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

enum answer store_subscriber_enter(struct store *store, const char *list,
				   const struct address *address,
				   enum subscriber_state state, int64_t now,
				   struct kairan_error *error_r)
{
	struct address key = *address;

	address_fold(&key);
	if (!sql_run(store, error_r,
		     "UPDATE subscriber SET state = ?1, joined_at = CASE WHEN ?1 = 1 AND"
		     " state = 3 THEN ?2 ELSE joined_at END"
		     " WHERE list = ?3 AND address_key = ?4 AND state <> ?1",
		     "iiss", (int64_t)state, now, list, key.spec))
		return ANSWER_UNKNOWN;
	return sql_changes(store) > 0 ? ANSWER_YES : ANSWER_NO;
}

enum answer store_subscriber_remove(struct store *store, const char *list,
				    const struct address *address,
				    struct kairan_error *error_r)
{
	struct address key = *address;

	address_fold(&key);
	if (!sql_run(store, error_r,
		     "DELETE FROM subscriber WHERE list = ? AND address_key = ?", "ss",
		     list, key.spec))
		return ANSWER_UNKNOWN;
	return sql_changes(store) > 0 ? ANSWER_YES : ANSWER_NO;
}

bool store_subscriber_note_change(struct store *store, const char *list, int64_t joined,
				  int64_t gone, int64_t now, struct kairan_error *error_r)
{
	if (joined == 0 && gone == 0)
		return true;
	return sql_run(store, error_r,
		       "INSERT INTO subscriber_change (at, list, joined, gone)"
		       " VALUES (?, ?, ?, ?)",
		       "isii", now, list, joined, gone);
}

bool store_subscriber_visit_counts(struct store *store,
				   void (*visit)(const struct subscriber_count *count,
						 void *context),
				   void *context, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT list, sum(state = 1), sum(state = 2), sum(state = 3)"
		      " FROM subscriber GROUP BY list ORDER BY list",
		      "");

	while (answer == ANSWER_YES) {
		const struct subscriber_count count = {
			.list = (const char *)sqlite3_column_text(stmt, 0),
			.active = sqlite3_column_int64(stmt, 1),
			.suspended = sqlite3_column_int64(stmt, 2),
			.left = sqlite3_column_int64(stmt, 3),
		};

		visit(&count, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

/*
 * NAME
 *	store_forget_file - who was forgotten in the store that this one takes the place of
 *
 * DESCRIPTION
 *	A restored file is older than the requests that came since. SQLite alone has files that are
 *	put back: it reads both at once, by ATTACH.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include <glib.h>
#include <sys/stat.h>

#include "schema/sql.h"
#include "schema/store_forget.h"

static bool copy_hashes(struct store *store, struct kairan_error *error_r)
{
	int64_t has = 0;

	if (!sql_number(
		store, error_r, &has,
		"SELECT count(*) FROM before.sqlite_schema WHERE name = 'forgotten'", ""))
		return false;
	return has == 0 || sql_run(store, error_r,
				   "INSERT INTO forgotten (hash, seal_key, at)"
				   " SELECT hash, seal_key, at FROM before.forgotten"
				   " WHERE true ON CONFLICT (hash) DO NOTHING",
				   "");
}

static bool forget_known(struct store *store, const char *text, int64_t now,
			 int64_t *count, struct kairan_error *error_r)
{
	struct address key;
	int64_t lists;
	enum answer known;

	if (!address_read(text, &key, NULL))
		return true;
	address_fold(&key);
	known = store_forget_knows(store, "", &key, error_r);
	if (known == ANSWER_YES) {
		++*count;
		return store_forget_begin(store, &key, now, &lists, error_r);
	}
	return known == ANSWER_NO;
}

/* All addresses that something goes, went or was to go to. */
static bool forget_all_known(struct store *store, int64_t now, int64_t *count,
			     struct kairan_error *error_r)
{
	enum answer answer = ANSWER_YES;
	int64_t row = 0;
	bool ok = sql_run(store, error_r,
			  "CREATE TEMP TABLE known AS SELECT address_key AS address FROM"
			  " subscriber UNION SELECT address FROM shard_recipient UNION"
			  " SELECT address_key FROM resident_request UNION"
			  " SELECT address_key FROM bounce UNION SELECT mail FROM outbox"
			  " WHERE draft IS NULL",
			  "");

	while (ok && answer == ANSWER_YES) {
		g_autofree char *text = NULL;
		struct sql_stmt *stmt;

		answer = sql_first(store, error_r, &stmt,
				   "SELECT rowid, address FROM known WHERE rowid > ?"
				   " ORDER BY rowid LIMIT 1",
				   "i", row);
		if (answer != ANSWER_YES)
			break;
		row = sql_int(stmt, 0);
		text = sql_text(stmt, 1);
		sql_done(stmt);
		ok = forget_known(store, text, now, count, error_r);
	}
	return ok && answer == ANSWER_NO &&
	       sql_run(store, error_r, "DROP TABLE known", "");
}

static bool take_over(struct store *store, int64_t now, int64_t *count_r,
		      struct kairan_error *error_r)
{
	if (!store_begin(store, error_r))
		return false;
	return store_end(store,
			 copy_hashes(store, error_r) &&
			     forget_all_known(store, now, count_r, error_r),
			 error_r);
}

bool store_forget_take_over(struct store *store, const char *path, int64_t now,
			    int64_t *count_r, struct kairan_error *error_r)
{
	struct stat status;
	bool ok;

	*count_r = 0;
	if (stat(path, &status) != 0 || status.st_size == 0)
		return true;
	if (!sql_run(store, error_r, "ATTACH DATABASE ? AS before", "s", path))
		return false;
	ok = take_over(store, now, count_r, error_r);
	return sql_run(store, ok ? error_r : NULL, "DETACH DATABASE before", "") && ok;
}

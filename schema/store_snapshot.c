/*
 * NAME
 *	store_snapshot - broadcast addresses that outlive a restart
 *
 * DESCRIPTION
 *	One row a broadcast; its sections one DN a line, its twins likewise.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_snapshot.h"

#include <glib.h>

#include "schema/sql.h"

bool store_snapshot_save(struct store *store, struct broadcast *const *broadcasts,
			 struct kairan_error *error_r)
{
	if (!sql_run(store, error_r, "DELETE FROM snapshot", ""))
		return false;
	for (size_t i = 0; broadcasts[i] != NULL; i++) {
		const struct broadcast *one = broadcasts[i];
		g_autofree char *sections = g_strjoinv("\n", one->sections);
		g_autofree char *twins = g_strjoinv("\n", one->twins);

		if (!sql_run(
			store, error_r,
			"INSERT INTO snapshot (mail, list, name_ja, name_en,"
			" sections, quiet_hours, urgent, footer, reply_to, twins,"
			" drill)"
			" VALUES (?,?,?,?,?,coalesce(?, ''),?,coalesce(?, ''),coalesce(?, ''),?,"
			"coalesce(?, ''))"
			" ON CONFLICT (mail) DO UPDATE SET list = excluded.list,"
			" name_ja = excluded.name_ja, name_en = excluded.name_en,"
			" sections = excluded.sections, quiet_hours = excluded.quiet_hours,"
			" urgent = excluded.urgent, footer = excluded.footer,"
			" reply_to = excluded.reply_to, twins = excluded.twins,"
			" drill = excluded.drill",
			"ssssssissss", one->mail, one->list, one->name_ja, one->name_en,
			sections, one->quiet_hours, (int64_t)one->urgent, one->footer,
			one->reply_to, twins, one->drill))
			return false;
	}
	return true;
}

enum answer store_snapshot_load(struct store *store, struct broadcast ***broadcasts_r,
				struct kairan_error *error_r)
{
	GPtrArray *all = g_ptr_array_new();
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT mail, list, name_ja, name_en, sections, quiet_hours, urgent, footer,"
	    " reply_to, twins, drill FROM snapshot",
	    "");

	while (answer == ANSWER_YES) {
		struct broadcast *one = g_new0(struct broadcast, 1);
		g_autofree char *sections = sql_text(stmt, 4);
		g_autofree char *twins = sql_text(stmt, 9);

		one->mail = sql_text(stmt, 0);
		one->list = sql_text(stmt, 1);
		one->name_ja = sql_text(stmt, 2);
		one->name_en = sql_text(stmt, 3);
		one->sections = g_strsplit(sections, "\n", -1);
		one->quiet_hours = sql_text(stmt, 5);
		one->urgent = sql_int(stmt, 6) != 0;
		one->footer = sql_text(stmt, 7);
		one->reply_to = sql_text(stmt, 8);
		one->twins = g_strsplit(twins, "\n", -1);
		one->drill = sql_text(stmt, 10);
		g_ptr_array_add(all, one);
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO && all->len > 0)
		answer = ANSWER_YES;
	g_ptr_array_add(all, NULL);
	*broadcasts_r = (struct broadcast **)g_ptr_array_free(all, FALSE);
	if (answer != ANSWER_YES) {
		broadcasts_free(*broadcasts_r);
		*broadcasts_r = NULL;
	}
	return answer;
}

/*
 * NAME
 *	store_bounce - what came back of a release
 *
 * DESCRIPTION
 *	One row for each recipient of a draft of whom something was reported, however often that
 *	was. It names the list and the address, and goes with them.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_bounce.h"

#include "schema/sql.h"

/* Who is suspended in the draft's list may be active in its twin. */
enum answer store_bounce_find_list(struct store *store,
				   const struct bounce_recipient *recipient,
				   char **list_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT list FROM subscriber WHERE list = ?1 AND address_key = ?2 AND state = 1"
	    " UNION ALL SELECT list FROM subscriber AS s WHERE address_key = ?2"
	    "  AND list <> ?1 AND state = 1 AND EXISTS (SELECT 1 FROM shard_recipient"
	    "  WHERE draft = ?3 AND shard = ?4 AND address = s.address)"
	    " UNION ALL SELECT list FROM subscriber WHERE list = ?1 AND address_key = ?2"
	    " LIMIT 1",
	    "ssii", recipient->list, recipient->key, recipient->draft, recipient->shard);

	if (answer == ANSWER_YES) {
		*list_r = sql_text(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_bounce_add(struct store *store, const struct bounce_row *row,
			     struct kairan_error *error_r)
{
	if (!sql_run(
		store, error_r,
		"INSERT INTO bounce (draft, address_key, list, domain, at, kind, status,"
		" words, proven) VALUES (?,?,?,?,?,?,?,?,?)"
		" ON CONFLICT (draft, address_key) DO NOTHING",
		"isssiissi", row->draft, row->key, row->list, row->domain, row->at,
		(int64_t)row->kind, row->status, row->words, (int64_t)row->is_proven))
		return ANSWER_UNKNOWN;
	if (sql_changes(store) > 0)
		return ANSWER_YES;
	return sql_run(store, error_r,
		       "UPDATE bounce SET proven = greatest(proven, ?3)"
		       " WHERE draft = ?1 AND address_key = ?2",
		       "isi", row->draft, row->key, (int64_t)row->is_proven)
		   ? ANSWER_NO
		   : ANSWER_UNKNOWN;
}

/* ---- judging ---- */

bool store_bounce_visit(struct store *store, int64_t draft,
			void (*visit)(const char *key, enum bounce_kind kind,
				      void *context),
			void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT address_key, kind FROM bounce WHERE draft = ?"
		      " ORDER BY address_key",
		      "i", draft);

	while (answer == ANSWER_YES) {
		g_autofree char *key = sql_text(stmt, 0);

		visit(key, (enum bounce_kind)sql_int(stmt, 1), context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

void bounce_group_clear(struct bounce_group *group)
{
	g_free(group->list);
	g_free(group->domain);
	*group = (struct bounce_group){ 0 };
}

static struct bounce_group read_group(struct sql_stmt *stmt)
{
	return (struct bounce_group){ sql_int(stmt, 0), sql_text(stmt, 1),
				      sql_text(stmt, 2) };
}

enum answer store_bounce_find_due(struct store *store, int64_t before,
				  struct bounce_group *group_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT draft, list, domain FROM bounce"
		      " WHERE judged = 0 AND at <= ? ORDER BY at LIMIT 1",
		      "i", before);

	if (answer == ANSWER_YES) {
		*group_r = read_group(stmt);
		sql_done(stmt);
	}
	return answer;
}

bool store_bounce_list_many(struct store *store, int64_t least, GArray *groups,
			    struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT draft, list, domain FROM bounce WHERE judged = 0"
		      " GROUP BY draft, list, domain HAVING count(*) >= ?",
		      "i", least);

	while (answer == ANSWER_YES) {
		const struct bounce_group group = read_group(stmt);

		g_array_append_val(groups, group);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

/* One kind after the other, and the words of the first report. */
static bool write_said(struct store *store, const struct bounce_group *group,
		       int64_t *failures_r, char **said_r, struct kairan_error *error_r)
{
	GString *said = g_string_new(NULL);
	g_autofree char *words = NULL;
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT kind, count(*), max(words) FROM bounce"
		      " WHERE draft = ? AND domain = ? GROUP BY kind ORDER BY 2 DESC",
		      "is", group->draft, group->domain);

	*failures_r = 0;
	while (answer == ANSWER_YES) {
		const int64_t count = sql_int(stmt, 1);

		*failures_r += count;
		g_string_append_printf(
		    said, "%s%s %lld", said->len > 0 ? ", " : "",
		    bounce_kind_name((enum bounce_kind)sql_int(stmt, 0)),
		    (long long)count);
		if (words == NULL)
			words = sql_text(stmt, 2);
		answer = sql_next(store, error_r, stmt);
	}
	if (words != NULL && *words != '\0')
		g_string_append_printf(said, ": %s", words);
	*said_r = g_string_free(said, FALSE);
	return answer == ANSWER_NO;
}

bool store_bounce_count_domain(struct store *store, const struct bounce_group *group,
			       struct bounce_domain_facts *facts_r, char **said_r,
			       struct kairan_error *error_r)
{
	g_autofree char *end = g_strconcat("@", group->domain, NULL);

	return write_said(store, group, &facts_r->failures, said_r, error_r) &&
	       sql_number(
		   store, error_r, &facts_r->recipients,
		   "SELECT count(*) FROM shard_recipient WHERE draft = ?1"
		   " AND lower(substr(address, length(address) - length(?2) + 1)) = ?2",
		   "is", group->draft, end);
}

bool store_bounce_judge_refused(struct store *store, const struct bounce_group *group,
				struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE bounce SET judged = 2 WHERE draft = ? AND domain = ?",
		       "is", group->draft, group->domain);
}

static bool mark_judged(struct store *store, int64_t draft, const GPtrArray *keys,
			struct kairan_error *error_r)
{
	for (guint i = 0; i < keys->len; i++)
		if (!sql_run(store, error_r,
			     "UPDATE bounce SET judged = 1"
			     " WHERE draft = ? AND address_key = ?",
			     "is", draft, g_ptr_array_index(keys, i)))
			return false;
	return true;
}

GPtrArray *store_bounce_judge_page(struct store *store, const struct bounce_group *group,
				   int64_t before, int64_t limit,
				   struct kairan_error *error_r)
{
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT address_key FROM bounce WHERE draft = ? AND domain = ?"
		      " AND judged = 0 AND at <= ? ORDER BY address_key LIMIT ?",
		      "isii", group->draft, group->domain, before, limit);

	while (answer == ANSWER_YES) {
		g_ptr_array_add(keys, sql_text(stmt, 0));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO && mark_judged(store, group->draft, keys, error_r))
		return keys;
	g_ptr_array_unref(keys);
	return NULL;
}

bool store_bounce_count_failures(struct store *store, const char *list, const char *key,
				 int64_t since, struct bounce_tally *tally_r,
				 struct kairan_error *error_r)
{
	struct sql_stmt *stmt;

	if (sql_first(store, error_r, &stmt,
		      "SELECT count(*), coalesce(min(at), 0), coalesce(max(at), 0),"
		      " count(*) FILTER (WHERE kind = 2), coalesce(max(proven), 0)"
		      " FROM bounce JOIN subscriber USING (list, address_key)"
		      " WHERE list = ? AND address_key = ? AND judged = 1"
		      " AND " BOUNCE_PERMANENT
		      " AND state = 1 AND at >= greatest(changed_at, ?)",
		      "ssi", list, key, since) != ANSWER_YES)
		return false;
	*tally_r = (struct bounce_tally){
		.failures = sql_int(stmt, 0),
		.first = sql_int(stmt, 1),
		.last = sql_int(stmt, 2),
		.no_user = sql_int(stmt, 3),
		.is_proven = sql_int(stmt, 4) != 0,
	};
	sql_done(stmt);
	return true;
}

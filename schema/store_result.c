/*
 * NAME
 *	store_result - what came of a release, in the end
 *
 * DESCRIPTION
 *	Counts over what mail systems reported (store_bounce.c).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_result.h"

#include "schema/sql.h"

static enum answer take_number(enum answer answer, struct sql_stmt *stmt,
			       int64_t *number_r)
{
	if (answer == ANSWER_YES) {
		*number_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_result_find_due(struct store *store, int64_t before, int64_t *draft_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id FROM draft WHERE state = 4 AND completed_at = 0"
		      " AND released_at <= ? ORDER BY released_at LIMIT 1",
		      "i", before);

	return take_number(answer, stmt, draft_r);
}

enum answer store_result_next(struct store *store, int64_t *released_r,
			      struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT min(released_at) FROM draft WHERE state = 4"
		      " AND completed_at = 0 HAVING count(*) > 0",
		      "");

	return take_number(answer, stmt, released_r);
}

bool store_result_record(struct store *store, int64_t draft, int64_t now,
			 struct kairan_error *error_r)
{
	return sql_run(store, error_r, "UPDATE draft SET completed_at = ? WHERE id = ?",
		       "ii", now, draft);
}

static void free_domain(void *context)
{
	struct result_domain *domain = context;

	g_free(domain->domain);
	g_free(domain);
}

static bool list_domains(struct store *store, int64_t draft, int64_t limit,
			 GPtrArray *domains, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT domain, count(*) FROM bounce WHERE draft = ?"
		      " GROUP BY domain ORDER BY 2 DESC, domain LIMIT ?",
		      "ii", draft, limit);

	while (answer == ANSWER_YES) {
		struct result_domain *domain = g_new0(struct result_domain, 1);

		domain->domain = sql_text(stmt, 0);
		domain->failures = sql_int(stmt, 1);
		g_ptr_array_add(domains, domain);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

static bool count_kinds(struct store *store, int64_t draft, struct result_domain *domain,
			struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT kind, count(*) FROM bounce WHERE draft = ? AND domain = ?"
		      " GROUP BY kind",
		      "is", draft, domain->domain);

	while (answer == ANSWER_YES) {
		const int kind = (int)sql_int(stmt, 0);

		if (kind > 0 && kind < BOUNCE_KINDS)
			domain->kinds[kind] = sql_int(stmt, 1);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

static bool count_domain(struct store *store, int64_t draft, struct result_domain *domain,
			 struct kairan_error *error_r)
{
	g_autofree char *end = g_strconcat("@", domain->domain, NULL);

	return count_kinds(store, draft, domain, error_r) &&
	       sql_number(
		   store, error_r, &domain->recipients,
		   "SELECT count(*) FROM shard_recipient WHERE draft = ?1"
		   " AND lower(substr(address, length(address) - length(?2) + 1)) = ?2",
		   "is", draft, end);
}

GPtrArray *store_result_list(struct store *store, int64_t draft, int64_t limit,
			     int64_t *failures_r, struct kairan_error *error_r)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(free_domain);
	bool ok = list_domains(store, draft, limit, domains, error_r) &&
		  sql_number(store, error_r, failures_r,
			     "SELECT count(*) FROM bounce WHERE draft = ?", "i", draft);

	for (guint i = 0; ok && i < domains->len; i++)
		ok = count_domain(store, draft, g_ptr_array_index(domains, i), error_r);
	if (ok)
		return domains;
	g_ptr_array_unref(domains);
	return NULL;
}

/*
 * NAME
 *	store_delivery - what the mail system's log says of releases
 *
 * DESCRIPTION
 *	A row for each domain of a release, and one for each step of time. How many recipients a
 *	release has in a domain is counted once, when it is asked for.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_delivery.h"

#include "policy/delivery_time.h"
#include "schema/sql.h"

bool store_delivery_note_queue(struct store *store, const char *queue_id, int64_t draft,
			       int64_t at, struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "INSERT INTO delivery_queue (queue_id, draft, at)"
	    " SELECT ?1, id, ?3 FROM draft WHERE id = ?2"
	    " ON CONFLICT (queue_id) DO UPDATE SET draft = excluded.draft, at = excluded.at",
	    "sii", queue_id, draft, at);
}

enum answer store_delivery_find_queue(struct store *store, const char *queue_id,
				      int64_t *draft_r, int64_t *due_r,
				      struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT q.draft, coalesce(d.due_at, q.at) FROM delivery_queue AS q"
		      " JOIN draft AS d ON d.id = q.draft WHERE q.queue_id = ?",
		      "s", queue_id);

	if (answer == ANSWER_YES) {
		*draft_r = sql_int(stmt, 0);
		*due_r = sql_int(stmt, 1);
		sql_done(stmt);
	}
	return answer;
}

bool store_delivery_drop_queue(struct store *store, const char *queue_id,
			       struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM delivery_queue WHERE queue_id = ?",
		       "s", queue_id);
}

bool store_delivery_drop_old(struct store *store, int64_t before,
			     struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM delivery_queue WHERE at < ?", "i",
		       before);
}

bool store_delivery_add(struct store *store, const struct delivery_news *news,
			struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "INSERT INTO delivery_domain AS had (draft, domain, sent, failed, first_at,"
	    " last_at, refused, refused_since, words)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	    " ON CONFLICT (draft, domain) DO UPDATE SET sent = had.sent + ?3,"
	    " failed = had.failed + ?4, first_at = CASE WHEN had.first_at = 0 OR"
	    "  (?5 > 0 AND ?5 < had.first_at) THEN ?5 ELSE had.first_at END,"
	    " last_at = greatest(had.last_at, ?6),"
	    " refused = CASE WHEN ?10 <> 0 THEN 0 ELSE had.refused END + ?7,"
	    " refused_since = CASE WHEN ?10 <> 0 OR had.refused = 0 THEN ?8"
	    "  ELSE had.refused_since END,"
	    " told = CASE WHEN ?10 <> 0 THEN 0 ELSE had.told END,"
	    " words = CASE WHEN ?7 > 0 THEN ?9 ELSE had.words END",
	    "isiiiiiisi", news->draft, news->domain, news->sent, news->failed,
	    news->first_at, news->last_at, news->refused, news->refused_since,
	    news->words, (int64_t)news->took);
}

bool store_delivery_add_time(struct store *store, int64_t draft, int64_t step,
			     int64_t recipients, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "INSERT INTO delivery_time AS had (draft, step, recipients)"
		       " VALUES (?1, ?2, ?3) ON CONFLICT (draft, step) DO UPDATE SET"
		       " recipients = had.recipients + ?3",
		       "iii", draft, step, recipients);
}

/* ---- a release ---- */

static bool read_steps(struct store *store, int64_t draft, GArray *steps,
		       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       "SELECT step, recipients FROM delivery_time"
				       " WHERE draft = ? ORDER BY step",
				       "i", draft);

	while (answer == ANSWER_YES) {
		const struct delivery_step step = { sql_int(stmt, 0), sql_int(stmt, 1) };

		g_array_append_val(steps, step);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

static bool read_times(struct store *store, int64_t draft,
		       struct delivery_summary *summary_r, struct kairan_error *error_r)
{
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct delivery_step));
	const bool ok = read_steps(store, draft, steps, error_r);
	const struct delivery_step *all = (const struct delivery_step *)steps->data;

	summary_r->median = delivery_time_find(all, steps->len, DELIVERY_MEDIAN);
	summary_r->most = delivery_time_find(all, steps->len, DELIVERY_MOST);
	g_array_unref(steps);
	return ok;
}

bool store_delivery_summarize(struct store *store, int64_t draft,
			      struct delivery_summary *summary_r,
			      struct kairan_error *error_r)
{
	struct sql_stmt *stmt;

	*summary_r = (struct delivery_summary){ 0 };
	if (sql_first(store, error_r, &stmt,
		      "SELECT coalesce(sum(sent), 0), greatest(coalesce(sum(failed), 0),"
		      " (SELECT count(*) FROM bounce WHERE draft = ?1)),"
		      " coalesce(min(nullif(first_at, 0)), 0), coalesce(max(last_at), 0)"
		      " FROM delivery_domain WHERE draft = ?1",
		      "i", draft) != ANSWER_YES)
		return false;
	summary_r->sent = sql_int(stmt, 0);
	summary_r->failed = sql_int(stmt, 1);
	summary_r->first_at = sql_int(stmt, 2);
	summary_r->last_at = sql_int(stmt, 3);
	sql_done(stmt);
	return read_times(store, draft, summary_r, error_r);
}

enum answer store_delivery_find_newest(struct store *store, int64_t *draft_r,
				       int64_t *due_r, int64_t *recipients_r,
				       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id, due_at, recipients FROM draft WHERE id ="
		      " (SELECT max(draft) FROM delivery_domain)",
		      "");

	if (answer == ANSWER_YES) {
		*draft_r = sql_int(stmt, 0);
		*due_r = sql_int(stmt, 1);
		*recipients_r = sql_int(stmt, 2);
		sql_done(stmt);
	}
	return answer;
}

GArray *store_delivery_list_due(struct store *store, int64_t since, int64_t until,
				struct kairan_error *error_r)
{
	GArray *releases = g_array_new(FALSE, FALSE, sizeof(struct delivery_release));
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id, due_at FROM draft WHERE due_at >= ? AND due_at < ?"
		      " AND EXISTS (SELECT 1 FROM delivery_domain AS d"
		      "  WHERE d.draft = draft.id)"
		      " ORDER BY id",
		      "ii", since, until);

	while (answer == ANSWER_YES) {
		const struct delivery_release release = { sql_int(stmt, 0),
							  sql_int(stmt, 1) };

		g_array_append_val(releases, release);
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return releases;
	g_array_unref(releases);
	return NULL;
}

/* ---- its domains ---- */

void delivery_domain_free(struct delivery_domain *domain)
{
	g_free(domain->domain);
	g_free(domain->words);
	g_free(domain);
}

static void free_domain(void *domain)
{
	delivery_domain_free(domain);
}

static bool take_domains(struct store *store, enum answer answer, struct sql_stmt *stmt,
			 GPtrArray *domains, struct kairan_error *error_r)
{
	while (answer == ANSWER_YES) {
		struct delivery_domain *domain = g_new0(struct delivery_domain, 1);

		domain->draft = sql_int(stmt, 0);
		domain->domain = sql_text(stmt, 1);
		domain->recipients = sql_int(stmt, 2);
		domain->sent = sql_int(stmt, 3);
		domain->failed = sql_int(stmt, 4);
		domain->refused = sql_int(stmt, 5);
		domain->refused_since = sql_int(stmt, 6);
		domain->words = sql_text(stmt, 7);
		g_ptr_array_add(domains, domain);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

#define DOMAIN_COLUMNS                                                            \
	"SELECT draft, domain, recipients, sent, failed, refused, refused_since," \
	" words FROM delivery_domain "

static bool count_recipients(struct store *store, struct delivery_domain *domain,
			     struct kairan_error *error_r)
{
	g_autofree char *end = g_strconcat("@", domain->domain, NULL);

	if (domain->recipients > 0)
		return true;
	return sql_number(
	    store, error_r, &domain->recipients,
	    "SELECT count(*) FROM shard_recipient WHERE draft = ?1"
	    " AND lower(substr(address, length(address) - length(?2) + 1)) = ?2",
	    "is", domain->draft, end);
}

/* It is asked for every few seconds, and looks at all of the release. */
static bool keep_recipients(struct store *store, const GPtrArray *domains,
			    struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < domains->len; i++) {
		const struct delivery_domain *domain = g_ptr_array_index(domains, i);

		ok = sql_run(store, error_r,
			     "UPDATE delivery_domain SET recipients = ?1"
			     " WHERE draft = ?2 AND domain = ?3 AND recipients <> ?1",
			     "iis", domain->recipients, domain->draft, domain->domain);
	}
	return ok;
}

/* What was found, with the recipients of each. Takes over the array where it fails. */
static GPtrArray *complete(struct store *store, bool ok, GPtrArray *domains,
			   struct kairan_error *error_r)
{
	for (guint i = 0; ok && i < domains->len; i++)
		ok = count_recipients(store, g_ptr_array_index(domains, i), error_r);
	if (ok)
		return domains;
	g_ptr_array_unref(domains);
	return NULL;
}

GPtrArray *store_delivery_list_waiting(struct store *store, int64_t draft, int64_t limit,
				       struct kairan_error *error_r)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(free_domain);
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      DOMAIN_COLUMNS "WHERE draft = ? AND refused > 0"
				     " ORDER BY refused DESC, domain LIMIT ?",
		      "ii", draft, limit);

	return complete(store, take_domains(store, answer, stmt, domains, error_r),
			domains, error_r);
}

GPtrArray *store_delivery_list(struct store *store, int64_t draft,
			       struct kairan_error *error_r)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(free_domain);
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      DOMAIN_COLUMNS "WHERE draft = ? ORDER BY domain", "i", draft);

	if (take_domains(store, answer, stmt, domains, error_r))
		return domains;
	g_ptr_array_unref(domains);
	return NULL;
}

GPtrArray *store_delivery_list_refusing(struct store *store, int64_t least,
					struct kairan_error *error_r)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(free_domain);
	struct sql_stmt *stmt;
	const enum answer answer = sql_first(
	    store, error_r, &stmt,
	    DOMAIN_COLUMNS "WHERE refused > 0 AND refused >= ? AND told = 0", "i", least);

	domains = complete(store, take_domains(store, answer, stmt, domains, error_r),
			   domains, error_r);
	if (domains == NULL || keep_recipients(store, domains, error_r))
		return domains;
	g_ptr_array_unref(domains);
	return NULL;
}

GPtrArray *store_delivery_list_told(struct store *store, int64_t draft,
				    struct kairan_error *error_r)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(free_domain);
	struct sql_stmt *stmt;
	const enum answer answer = sql_first(
	    store, error_r, &stmt,
	    DOMAIN_COLUMNS "WHERE draft = ? AND told = 1 AND refused > 0", "i", draft);

	if (take_domains(store, answer, stmt, domains, error_r))
		return domains;
	g_ptr_array_unref(domains);
	return NULL;
}

bool store_delivery_mark_told(struct store *store, const struct delivery_domain *domain,
			      struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE delivery_domain SET told = 1"
		       " WHERE draft = ? AND domain = ?",
		       "is", domain->draft, domain->domain);
}

enum answer store_delivery_is_awaited(struct store *store, struct kairan_error *error_r)
{
	return sql_has(store, error_r,
		       "SELECT 1 WHERE EXISTS (SELECT 1 FROM draft WHERE state = 3)"
		       " OR EXISTS (SELECT 1 FROM draft WHERE state = 4"
		       " AND completed_at = 0)",
		       "");
}

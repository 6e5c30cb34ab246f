/*
 * NAME
 *	store_release - shards and their recipients
 *
 * DESCRIPTION
 *	When a release falls due its recipients are copied from the list in one transaction,
 *	so ordered that the MTA finds neighbours for one destination together.
 *	From then on, changes to the list do not touch the release, and a shard that is
 *	handed over again has the same recipients.
 *
 *	Urgent releases go first, and while a shard of theirs is for now or with a courier all others
 *	pause. One that waits for its next try holds up nobody: the mail system may refuse it
 *	for days.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_release.h"

#include <glib.h>
#include <stdio.h>

#include "policy/token.h"
#include "schema/sql.h"
#include "schema/store_bounce.h"
#include "schema/store_suspension.h"

/* Parameters: list, had, language, draft, personal. */
#define HAS_PERSONAL "(?5 = ' * ' OR strpos(?5, ' ' || domain || ' ') > 0)"

/* Further parameters: the number that the second has one more than, shard size, most shards, size
 * and number of the first.
 *
 * n is a recipient's place by domain, r the one within the domain. Each shard, and the small first
 * one too, takes from all of the order, so from each domain its part. Within a shard each domain has
 * a block of some 100 in turn, which fill transactions to it; so what is left for the end is of
 * the largest ones, and an MTA that reads the queue file as it gets rid of what it has
 * read finds all others before one large domain that is slow has filled its memory. */
#define COPY_SHARED(audience)                                                                            \
	"INSERT INTO shard_recipient (draft, shard, position, address)"                                  \
	" SELECT ?4, CASE shard WHEN 0 THEN ?10 ELSE ?6 + shard END,"                                    \
	" 1 + n + r / (100 * count) * total, address FROM"                                               \
	" (SELECT *, CASE WHEN first = 0 THEN n % count"                                                 \
	"   WHEN (n + 1) * first / total > n * first / total THEN 0"                                     \
	"   ELSE 1 + (n - n * first / total) % count END AS shard FROM"                                  \
	" (SELECT *, (total - first + size - 1) / size AS count FROM"                                    \
	"  (SELECT address, total, size, CASE WHEN ?9 < least(size, total) THEN ?9 ELSE 0 END AS first," \
	"   row_number() OVER (ORDER BY domain, address_key) - 1 AS n,"                                  \
	"   row_number() OVER (PARTITION BY domain ORDER BY address_key) - 1 AS r FROM"                  \
	"   " audience                                                                                   \
	", (SELECT total, greatest(?7, (total + ?8 - 1) / ?8) AS size FROM"                              \
	"    (SELECT count(*) AS total FROM " audience " WHERE NOT " HAS_PERSONAL                        \
	") AS counted) AS sized WHERE NOT " HAS_PERSONAL                                                 \
	") AS placed) AS cut) AS numbered"

/* Those with copies of their own, numbered; the same at every reading. Further parameter: shards
 * before these. */
#define PERSONAL(audience)                                                       \
	"(SELECT address, address_key, ?6 + row_number() OVER (ORDER BY domain," \
	" address_key) AS number FROM " audience " WHERE " HAS_PERSONAL ") AS p"
#define COPY_PERSONAL(audience)                                         \
	"INSERT INTO shard_recipient (draft, shard, position, address)" \
	" SELECT ?4, number, 1, address FROM " PERSONAL(audience)
/* An id that somebody else has by chance is not given: such a copy has a leaver at the next
 * release. */
#define MAKE_LEAVERS(audience)                                 \
	"INSERT INTO leaver (id, list, address_key)"           \
	" SELECT random_id(), ?1, address_key FROM " PERSONAL( \
	    audience) " WHERE true ON CONFLICT DO NOTHING"
/* Further parameters: now, key. */
#define MAKE_PERSONAL(audience)                                                      \
	"INSERT INTO shard (draft, number, state, recipients, changed_at, next_try," \
	" language, leaver, leave_key) SELECT ?4, number, 1, 1, ?7, ?7, ?3,"         \
	" coalesce(leaver.id, 0), ?8 FROM " PERSONAL(                                \
	    audience) " LEFT JOIN leaver"                                            \
		      " ON leaver.list = ?1 AND leaver.address_key = p.address_key"

#define FOR_AUDIENCE(cut, statement)                            \
	((cut)->audience.had == 0 ? statement(AUDIENCE_OF_LIST) \
				  : statement(AUDIENCE_OF_DRAFT))

/* Of the queue ids that a release is told with. */
#define QUEUE_IDS_MOST 20

/* What was reported before is not looked into any more. */
#define SUSPECT_SECONDS (90 * (int64_t)86400)

/* Of whom it was reported that they are not there, but by nobody who must know, get a hand-over
 * of their own: a report to its envelope sender, which nobody else has, proves it. Parameters:
 * draft, list, since, most shards, the last number before these, the first's. */
#define PART_SUSPECTS                                                                    \
	"UPDATE shard_recipient SET shard = suspect.number FROM"                         \
	" (SELECT r.shard AS shard, r.position AS position,"                             \
	"  row_number() OVER (ORDER BY r.position) +"                                    \
	"  (SELECT greatest(?5, max(shard)) FROM shard_recipient"                        \
	"   WHERE draft = ?1) AS number"                                                 \
	"  FROM (SELECT address_key, max(at) AS last FROM bounce"                        \
	"   WHERE list = ?2 AND judged = 1 AND " BOUNCE_PERMANENT " AND at >= ?3"        \
	"   GROUP BY address_key HAVING max(proven) = 0) AS b"                           \
	"  JOIN subscriber AS s ON s.list = ?2 AND s.address_key = b.address_key"        \
	"   AND s.state = 1 AND b.last >= s.changed_at"                                  \
	"  JOIN shard_recipient AS r ON r.draft = ?1 AND (r.shard > ?5 OR r.shard = ?6)" \
	"   AND r.address = s.address LIMIT 100) AS suspect"                             \
	" WHERE shard_recipient.draft = ?1 AND shard_recipient.shard = suspect.shard"    \
	" AND shard_recipient.position = suspect.position AND suspect.number <= ?4"

static bool part_suspects(struct store *store, const struct shard_cut *cut,
			  int64_t before, int64_t first, struct kairan_error *error_r)
{
	int64_t has_suspects;

	return sql_number(store, error_r, &has_suspects,
			  "SELECT EXISTS (SELECT 1 FROM bounce WHERE list = ?"
			  " AND proven = 0 AND judged = 1)",
			  "s", cut->audience.list) &&
	       (has_suspects == 0 ||
		sql_run(store, error_r, PART_SUSPECTS, "isiiii", cut->draft,
			cut->audience.list, cut->now - SUSPECT_SECONDS,
			(int64_t)TOKEN_PARTY_MOST, before, first));
}

/* The last number there is; 0: none. */
static bool count_shards(struct store *store, int64_t draft, int64_t *count_r,
			 struct kairan_error *error_r)
{
	return sql_number(store, error_r, count_r,
			  "SELECT coalesce(max(number), 0) FROM shard WHERE draft = ?",
			  "i", draft);
}

static bool cut_shared(struct store *store, const struct shard_cut *cut,
		       const char *personal, int64_t *recipients_r,
		       struct kairan_error *error_r)
{
	const struct audience *to = &cut->audience;
	const int64_t first = 1 + cut->text;
	int64_t before;

	if (!count_shards(store, cut->draft, &before, error_r))
		return false;
	before = MAX(before, cut->texts);
	if (!sql_run(store, error_r, FOR_AUDIENCE(cut, COPY_SHARED), "sisisiiiii",
		     to->list, to->had, to->language, cut->draft, personal, before,
		     cut->shard_size,
		     (int64_t)TOKEN_PARTY_MOST / cut->texts - (cut->first_size > 0),
		     cut->first_size, first))
		return false;
	*recipients_r = sql_changes(store);
	return part_suspects(store, cut, before, first, error_r) &&
	       sql_run(store, error_r,
		       "INSERT INTO shard (draft, number, state, recipients, changed_at,"
		       " next_try, language) SELECT ?1, shard, 1, count(*), ?2, ?2, ?3"
		       " FROM shard_recipient WHERE draft = ?1"
		       " AND (shard > ?4 OR shard = ?5) GROUP BY shard",
		       "iisii", cut->draft, cut->now, to->language, before, first);
}

static bool cut_personal(struct store *store, const struct shard_cut *cut,
			 const char *personal, int64_t *recipients_r,
			 struct kairan_error *error_r)
{
	const struct audience *to = &cut->audience;
	int64_t before;

	if (!count_shards(store, cut->draft, &before, error_r))
		return false;
	if (cut->texts > 1)
		before = MAX(before, cut->texts);
	if (!sql_run(store, error_r, FOR_AUDIENCE(cut, COPY_PERSONAL), "sisisi", to->list,
		     to->had, to->language, cut->draft, personal, before))
		return false;
	*recipients_r = sql_changes(store);
	return sql_run(store, error_r, FOR_AUDIENCE(cut, MAKE_LEAVERS), "sisisi",
		       to->list, to->had, to->language, cut->draft, personal, before) &&
	       sql_run(store, error_r, FOR_AUDIENCE(cut, MAKE_PERSONAL), "sisisiii",
		       to->list, to->had, to->language, cut->draft, personal, before,
		       cut->now, (int64_t)cut->leave_key);
}

bool store_release_count_language(struct store *store, int64_t draft,
				  const char *language, int64_t *count_r,
				  struct kairan_error *error_r)
{
	return sql_number(store, error_r, count_r,
			  "SELECT coalesce(sum(recipients), 0) FROM shard WHERE draft = ?"
			  " AND language = ?",
			  "is", draft, language);
}

bool store_release_cut(struct store *store, const struct shard_cut *cut,
		       int64_t *recipients_r, struct kairan_error *error_r)
{
	const char *personal = cut->personal != NULL ? cut->personal : "";
	int64_t before = 0, own = 0;

	if (!store_release_count_language(store, cut->draft, cut->audience.language,
					  &before, error_r))
		return false;
	/* Nobody gets it twice, whatever the caller believes. */
	if (before > 0)
		return error_set(error_r, "store: draft %lld is cut already",
				 (long long)cut->draft);
	if (!cut_shared(store, cut, personal, recipients_r, error_r) ||
	    (*personal != '\0' && !cut_personal(store, cut, personal, &own, error_r)))
		return false;
	*recipients_r += own;
	return true;
}

bool store_release_count_begun(struct store *store, const char *broadcast,
			       int64_t *count_r, struct kairan_error *error_r)
{
	return sql_number(
	    store, error_r, count_r,
	    "SELECT count(*) FROM draft WHERE broadcast = ? AND recipients > 0", "s",
	    broadcast);
}

enum answer store_release_find_recipient(struct store *store, int64_t draft,
					 int64_t shard, char **address_r,
					 struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT min(address) FROM shard_recipient WHERE draft = ? AND shard = ?"
	    " HAVING count(*) = 1",
	    "ii", draft, shard);

	if (answer == ANSWER_YES) {
		*address_r = sql_text(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

static enum answer take_shard(enum answer answer, struct sql_stmt *stmt,
			      struct shard *shard_r)
{
	if (answer != ANSWER_YES)
		return answer;
	shard_r->draft = sql_int(stmt, 0);
	shard_r->number = sql_int(stmt, 1);
	shard_r->state = (enum shard_state)sql_int(stmt, 2);
	shard_r->recipients = sql_int(stmt, 3);
	shard_r->tries = sql_int(stmt, 4);
	shard_r->next_try = sql_int(stmt, 5);
	(void)snprintf(shard_r->queue_id, sizeof(shard_r->queue_id), "%s",
		       sql_peek(stmt, 6));
	shard_r->leaver = sql_int(stmt, 7);
	shard_r->leave_key = (unsigned int)sql_int(stmt, 8);
	(void)snprintf(shard_r->language, sizeof(shard_r->language), "%s",
		       sql_peek(stmt, 9));
	sql_done(stmt);
	return ANSWER_YES;
}

#define SHARD_COLUMNS                                                          \
	"SELECT draft, number, state, recipients, tries, next_try, queue_id, " \
	"leaver, leave_key, language FROM shard "

/* A release that was stopped, or is suspended (Art. 7), hands over no further shard. */
#define SHARD_RELEASING                                                         \
	" AND EXISTS (SELECT 1 FROM draft WHERE id = shard.draft AND state = 3" \
	" AND NOT " SUSPENSION_STANDS("draft.broadcast") ")"

#define URGENT_RELEASING                             \
	" FROM draft WHERE state = 3 AND urgent = 1" \
	" AND NOT " SUSPENSION_STANDS("draft.broadcast")

/* The urgent release that has a shard for now or, *is_due_r false, one with a courier at this moment.
 * The state says whether it may go on. */
static enum answer find_urgent(struct store *store, int64_t now, int64_t *draft_r,
			       bool *is_due_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT id, is_due FROM (SELECT id,"
	    " EXISTS (SELECT 1 FROM shard WHERE draft = draft.id"
	    "  AND state IN (1, 2) AND next_try <= ?1) AS is_due,"
	    " EXISTS (SELECT 1 FROM shard WHERE draft = draft.id"
	    "  AND state IN (1, 2) AND next_try > ?1 AND held_until > ?1) AS is_held" URGENT_RELEASING
	    ") AS urgent WHERE is_due OR is_held"
	    " ORDER BY is_due DESC, id LIMIT 1",
	    "i", now);

	if (answer == ANSWER_YES) {
		*draft_r = sql_int(stmt, 0);
		*is_due_r = sql_int(stmt, 1) != 0;
		sql_done(stmt);
	}
	return answer;
}

static enum answer find_due_of(struct store *store, int64_t draft, int64_t now,
			       struct shard *shard_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT * FROM (SELECT * FROM (" SHARD_COLUMNS
	    "WHERE draft = ?1 AND state = 1 AND next_try <= ?2"
	    " ORDER BY next_try, number LIMIT 1) AS ready UNION ALL SELECT * FROM (" SHARD_COLUMNS
	    "WHERE draft = ?1 AND state = 2 AND next_try <= ?2"
	    " ORDER BY next_try, number LIMIT 1) AS offered) AS first"
	    " ORDER BY state, next_try, number LIMIT 1",
	    "ii", draft, now);

	return take_shard(answer, stmt, shard_r);
}

static enum answer find_due_of_any(struct store *store, int64_t now,
				   struct shard *shard_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	/* Of each state the first by the index: a release of personal copies has as many as
	 * recipients. */
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT * FROM (SELECT * FROM (" SHARD_COLUMNS
	    "WHERE state = 1 AND next_try <= ?1" SHARD_RELEASING
	    " ORDER BY next_try, draft, number LIMIT 1) AS ready UNION ALL SELECT * FROM (" SHARD_COLUMNS
	    "WHERE state = 2 AND next_try <= ?1" SHARD_RELEASING
	    " ORDER BY next_try, draft, number LIMIT 1) AS offered) AS first"
	    " ORDER BY next_try, draft, number LIMIT 1",
	    "i", now);

	return take_shard(answer, stmt, shard_r);
}

enum answer store_release_find_due(struct store *store, enum shard_scope scope,
				   int64_t now, struct shard *shard_r,
				   struct kairan_error *error_r)
{
	int64_t draft = 0;
	bool is_due = false;

	switch (find_urgent(store, now, &draft, &is_due, error_r)) {
	case ANSWER_YES:
		return is_due ? find_due_of(store, draft, now, shard_r, error_r)
			      : ANSWER_NO;
	case ANSWER_NO:
		return scope == SHARDS_URGENT
			   ? ANSWER_NO
			   : find_due_of_any(store, now, shard_r, error_r);
	case ANSWER_UNKNOWN:
		break;
	}
	return ANSWER_UNKNOWN;
}

enum answer store_release_claim_due(struct store *store, enum shard_scope scope,
				    int64_t now, int64_t lease, struct shard *shard_r,
				    struct kairan_error *error_r)
{
	enum answer answer = store_release_find_due(store, scope, now, shard_r, error_r);

	if (answer == ANSWER_YES &&
	    !sql_run(
		store, error_r,
		"UPDATE shard SET next_try = ?1, held_until = ?1,"
		" repeated = repeated + CASE WHEN state = 2 THEN 1 ELSE 0 END, claimed = claimed + 1"
		" WHERE draft = ?2 AND number = ?3",
		"iii", lease, shard_r->draft, shard_r->number))
		return ANSWER_UNKNOWN;
	return answer;
}

bool store_release_free_claims(struct store *store, int64_t now, int64_t receipt_wait,
			       struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "UPDATE shard SET next_try = least(next_try, CASE WHEN state = 1 THEN ?1 ELSE ?1 + ?2 END),"
	    " held_until = 0"
	    " WHERE state IN (1, 2)",
	    "ii", now, receipt_wait);
}

enum answer store_release_next_due(struct store *store, enum shard_scope scope,
				   int64_t *at_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    scope == SHARDS_URGENT
		? sql_first(store, error_r, &stmt,
			    "SELECT min(next_try) FROM shard WHERE state IN (1, 2)"
			    " AND draft IN (SELECT id" URGENT_RELEASING
			    ") HAVING count(*) > 0",
			    "")
		: sql_first(
		      store, error_r, &stmt,
		      "SELECT min(next_try) FROM shard WHERE state IN (1, 2)" SHARD_RELEASING
		      " HAVING count(*) > 0",
		      "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_release_find_shard(struct store *store, int64_t draft, int64_t number,
				     struct shard *shard_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       SHARD_COLUMNS "WHERE draft = ? AND number = ?",
				       "ii", draft, number);

	return take_shard(answer, stmt, shard_r);
}

bool store_release_record(struct store *store, const struct shard *shard,
			  const struct shard_step *step, struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "UPDATE shard SET state = ?1, changed_at = ?2, next_try = ?3,"
	    " held_until = 0,"
	    " tries = tries + CASE WHEN ?1 <> 4 THEN 1 ELSE 0 END, response = ?4,"
	    " queue_id = CASE WHEN ?5 = '' THEN queue_id ELSE ?5 END"
	    " WHERE draft = ?6 AND number = ?7 AND state < 4"
	    " AND (state < 3 OR ?1 = 4)",
	    "iiissii", (int64_t)step->to, step->now, step->next_try, step->response,
	    shard->queue_id, shard->draft, shard->number);
}

enum answer store_release_offer(struct store *store, const struct shard *shard,
				int64_t now, int64_t next_try,
				struct kairan_error *error_r)
{
	return sql_change(
	    store, error_r,
	    "UPDATE shard SET state = 2, changed_at = ?, next_try = ?,"
	    " tries = tries + 1, response = '', queue_id = ?, offered = claimed"
	    " WHERE draft = ? AND number = ? AND state IN (1, 2)"
	    " AND offered < claimed" SHARD_RELEASING,
	    "iisii", now, next_try, shard->queue_id, shard->draft, shard->number);
}

bool store_release_cut_wait(struct store *store, const struct shard *shard,
			    int64_t next_try, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE shard SET next_try = least(next_try, ?) WHERE draft = ?"
		       " AND number = ? AND state = 2 AND queue_id = ?",
		       "iiis", next_try, shard->draft, shard->number, shard->queue_id);
}

const char *shard_state_name(enum shard_state state)
{
	switch (state) {
	case SHARD_READY:
		return "not sent";
	case SHARD_OFFERED:
		return "may be sent";
	case SHARD_ACCEPTED:
	case SHARD_CONFIRMED:
		break;
	}
	return "sent";
}

bool store_release_visit_shards(struct store *store, int64_t draft,
				void (*visit)(const struct shard *shard, void *context),
				void *context, struct kairan_error *error_r)
{
	struct shard shard = { .draft = draft };
	enum answer answer = ANSWER_YES;

	while (answer == ANSWER_YES) {
		struct sql_stmt *stmt;

		answer = sql_first(store, error_r, &stmt,
				   SHARD_COLUMNS "WHERE draft = ? AND number > ?"
						 " ORDER BY number LIMIT 1",
				   "ii", draft, shard.number);
		answer = take_shard(answer, stmt, &shard);
		if (answer == ANSWER_YES)
			visit(&shard, context);
	}
	return answer == ANSWER_NO;
}

enum answer store_release_find_complete(struct store *store, int64_t *draft_r,
					struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT id FROM draft WHERE state = 3 AND NOT EXISTS"
	    " (SELECT 1 FROM shard WHERE shard.draft = draft.id AND shard.state < 3) LIMIT 1",
	    "");

	if (answer == ANSWER_YES) {
		*draft_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_release_visit_page(struct store *store, struct shard_page *page,
			      void (*visit)(const char *address, void *context),
			      void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT position, address FROM shard_recipient"
	    " WHERE draft = ? AND shard = ? AND position > ? ORDER BY position LIMIT ?",
	    "iiii", page->shard->draft, page->shard->number, page->last, page->limit);

	while (answer == ANSWER_YES) {
		page->last = sql_int(stmt, 0);
		visit(sql_peek(stmt, 1), context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

/* The first that there are, and whether there are more shards than that. */
static bool list_queue_ids(struct store *store, int64_t draft,
			   struct release_summary *summary, struct kairan_error *error_r)
{
	GString *ids = g_string_new(NULL);
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT queue_id FROM shard WHERE draft = ? AND queue_id <> ''"
		      " ORDER BY number LIMIT ?",
		      "ii", draft, (int64_t)QUEUE_IDS_MOST);

	while (answer == ANSWER_YES) {
		g_string_append_printf(ids, "%s%s", ids->len > 0 ? " " : "",
				       sql_peek(stmt, 0));
		answer = sql_next(store, error_r, stmt);
	}
	if (ids->len > 0 && summary->shards > QUEUE_IDS_MOST)
		g_string_append(ids, " ...");
	summary->queue_ids = g_string_free(ids, FALSE);
	return answer == ANSWER_NO;
}

bool store_release_summarize(struct store *store, int64_t draft,
			     struct release_summary *summary_r,
			     struct kairan_error *error_r)
{
	struct sql_stmt *stmt;

	*summary_r = (struct release_summary){ 0 };
	if (sql_first(store, error_r, &stmt,
		      "SELECT count(*), count(*) FILTER (WHERE state >= 3),"
		      " coalesce(sum(recipients) FILTER (WHERE state >= 3), 0),"
		      " coalesce(sum(recipients) FILTER (WHERE state = 2), 0),"
		      " coalesce(sum(recipients) FILTER (WHERE state = 1), 0),"
		      " coalesce(sum(recipients) FILTER (WHERE repeated > 0), 0)"
		      " FROM shard WHERE draft = ?",
		      "i", draft) != ANSWER_YES)
		return false;
	summary_r->shards = sql_int(stmt, 0);
	summary_r->shards_done = sql_int(stmt, 1);
	summary_r->served = sql_int(stmt, 2);
	summary_r->unknown = sql_int(stmt, 3);
	summary_r->unserved = sql_int(stmt, 4);
	summary_r->repeated = sql_int(stmt, 5);
	sql_done(stmt);
	return list_queue_ids(store, draft, summary_r, error_r);
}

void release_summary_clear(struct release_summary *summary)
{
	g_free(summary->queue_ids);
	*summary = (struct release_summary){ 0 };
}

/*
 * NAME
 *	store_audit - the audit trail, row by row
 *
 * DESCRIPTION
 *	Rows are appended to the chain (audit_seal.c says how), and read. What is appended is
 *	also given to the audit sink, once it is on the disk.
 *
 * DIAGNOSTICS
 *	Failures are returned; the caller rolls back the change that could not be recorded.
 */
#include "config.h"

#include "schema/store_audit.h"

#include <glib.h>
#include <string.h>

#include "schema/audit_seal.h"
#include "schema/sql.h"

/* The last row that there is. NO: none. */
static enum answer find_last_row(struct store *store, struct audit_mark *last_r,
				 struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", "");

	if (answer != ANSWER_YES)
		return answer;
	last_r->seq = sql_int(stmt, 0);
	if (sql_octets(stmt, 1) == AUDIT_HASH_OCTETS) {
		memcpy(last_r->hash, sql_blob(stmt, 1), AUDIT_HASH_OCTETS);
	} else {
		(void)error_set(error_r, "audit: the last row's hash has a wrong length");
		answer = ANSWER_UNKNOWN;
	}
	sql_done(stmt);
	return answer;
}

/* The row that the next one follows: the one that was appended last, also where somebody has
 * removed it. A row in its place would hide that. */
static bool read_last(struct store *store, struct audit_mark *last_r,
		      struct kairan_error *error_r)
{
	struct audit_mark mark;
	enum answer row = find_last_row(store, last_r, error_r);
	enum answer end = ANSWER_UNKNOWN;

	if (row != ANSWER_UNKNOWN)
		end = audit_mark_read(store, AUDIT_MARK_END, &mark, error_r);
	if (end == ANSWER_UNKNOWN)
		return false;
	if (end == ANSWER_YES && (row == ANSWER_NO || mark.seq > last_r->seq))
		*last_r = mark;
	/* None, and no end: all of them were let go, or this is the first. */
	return row == ANSWER_YES || end == ANSWER_YES ||
	       audit_mark_read(store, AUDIT_MARK_START, last_r, error_r) !=
		   ANSWER_UNKNOWN;
}

bool store_audit_find_end(struct store *store, int64_t *seq_r,
			  unsigned char hash_r[AUDIT_HASH_OCTETS],
			  struct kairan_error *error_r)
{
	struct audit_mark last;

	if (!read_last(store, &last, error_r))
		return false;
	*seq_r = last.seq;
	memcpy(hash_r, last.hash, sizeof(last.hash));
	return true;
}

static char *copy_text(const char *text)
{
	return text != NULL ? g_utf8_make_valid(text, -1) : g_strdup("");
}

static void note(struct store *store, const struct audit_row *row,
		 const unsigned char hash[AUDIT_HASH_OCTETS])
{
	GString *line = g_string_new(NULL);

	g_string_printf(line, "audit %lld: uid=%s role=%s action=%s outcome=%s",
			(long long)row->seq, row->uid, row->role, row->action,
			row->outcome);
	if (row->draft != 0)
		g_string_append_printf(line, " draft=%lld", (long long)row->draft);
	if (*row->queue_id != '\0')
		g_string_append_printf(line, " queue-id=%s", row->queue_id);
	if (*row->detail != '\0')
		g_string_append_printf(line, " detail=%s", row->detail);
	/* Enough of it to compare a log of another machine with the store. */
	g_string_append(line, " hash=");
	for (int i = 0; i < 8; i++)
		g_string_append_printf(line, "%02x", hash[i]);
	sql_note_audit(store, g_string_free(line, FALSE));
}

static bool insert(struct store *store, const struct audit_row *row,
		   const unsigned char previous[AUDIT_HASH_OCTETS],
		   struct kairan_error *error_r)
{
	struct audit_mark end = { .seq = row->seq };
	struct audit_seal seal;

	if (!audit_hash_row(previous, row, end.hash))
		return error_set(error_r, "audit: SHA-256 failed");
	audit_seal_make(store, end.hash, &seal);
	if (!sql_run(store, error_r,
		     "INSERT INTO audit (seq, at, uid, role, draft, action, outcome,"
		     " detail, queue_id, previous, hash, seal_key, seal)"
		     " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
		     "iississssbbib", row->seq, row->at, row->uid, row->role, row->draft,
		     row->action, row->outcome, row->detail, row->queue_id, previous,
		     (size_t)AUDIT_HASH_OCTETS, end.hash, sizeof(end.hash),
		     (int64_t)seal.key, seal.octets, seal.length))
		return false;
	note(store, row, end.hash);
	return audit_mark_write(store, AUDIT_MARK_END, &end, error_r);
}

bool store_audit_append(struct store *store, const struct audit_event *event,
			struct kairan_error *error_r)
{
	struct audit_mark last;
	bool ok;

	if (!read_last(store, &last, error_r))
		return false;
	struct audit_row row = {
		.seq = last.seq + 1,
		.at = event->at,
		.uid = copy_text(event->uid),
		.role = copy_text(event->role),
		.draft = event->draft,
		.action = copy_text(event->action),
		.outcome = copy_text(event->outcome),
		.detail = copy_text(event->detail),
		.queue_id = copy_text(event->queue_id),
	};
	ok = insert(store, &row, last.hash, error_r);
	audit_row_clear(&row);
	return ok;
}

static bool visit_all(struct store *store, enum answer answer, struct sql_stmt *stmt,
		      void (*visit)(const struct audit_row *row, void *context),
		      void *context, struct kairan_error *error_r)
{
	while (answer == ANSWER_YES) {
		struct audit_row row;

		audit_row_read(stmt, &row);
		visit(&row, context);
		audit_row_clear(&row);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

#define AUDIT_COLUMNS \
	"SELECT seq, at, uid, role, draft, action, outcome, detail, queue_id FROM audit "

bool store_audit_visit_draft(struct store *store, int64_t draft,
			     void (*visit)(const struct audit_row *row, void *context),
			     void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	enum answer answer =
	    sql_first(store, error_r, &stmt, AUDIT_COLUMNS "WHERE draft = ? ORDER BY seq",
		      "i", draft);

	return visit_all(store, answer, stmt, visit, context, error_r);
}

#define AUDIT_FILTERED                                                  \
	"at >= ?2 AND (?3 = 0 OR at < ?3) AND (?4 IS NULL OR uid = ?4)" \
	" AND (?5 = 0 OR draft = ?5) AND (?6 IS NULL OR action = ?6)"

bool store_audit_visit_page(struct store *store, const struct audit_page *page,
			    void (*visit)(const struct audit_row *row, void *context),
			    void *context, struct kairan_error *error_r)
{
	const struct audit_filter *filter = page->filter;
	struct sql_stmt *stmt = NULL;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    AUDIT_COLUMNS "WHERE seq > ?1 AND " AUDIT_FILTERED " ORDER BY seq LIMIT ?7",
	    "iiisisi", page->after, filter->since, filter->until, filter->uid,
	    filter->draft, filter->action, page->limit);

	return visit_all(store, answer, stmt, visit, context, error_r);
}

bool store_audit_count(struct store *store, const struct audit_filter *filter,
		       int64_t *count_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;

	if (sql_first(store, error_r, &stmt,
		      "SELECT count(*) FROM audit WHERE seq > ?1 AND " AUDIT_FILTERED,
		      "iiisis", INT64_C(0), filter->since, filter->until, filter->uid,
		      filter->draft, filter->action) != ANSWER_YES)
		return false;
	*count_r = sql_int(stmt, 0);
	sql_done(stmt);
	return true;
}

/* The first or last octets that begin with these digits. False: they are none, or too many. */
static bool read_digits(const char *hex, char rest,
			unsigned char octets_r[AUDIT_HASH_OCTETS])
{
	const size_t length = strlen(hex);

	if (length > 2 * AUDIT_HASH_OCTETS)
		return false;
	for (size_t i = 0; i < 2 * AUDIT_HASH_OCTETS; i++) {
		const int digit = g_ascii_xdigit_value(i < length ? hex[i] : rest);

		if (digit < 0)
			return false;
		octets_r[i / 2] =
		    (unsigned char)(i % 2 == 0 ? digit << 4 : octets_r[i / 2] | digit);
	}
	return true;
}

enum answer store_audit_find_hash(struct store *store, const char *hex, int64_t *seq_r,
				  struct kairan_error *error_r)
{
	unsigned char first[AUDIT_HASH_OCTETS], last[AUDIT_HASH_OCTETS];
	struct sql_stmt *stmt;
	enum answer answer;

	if (!read_digits(hex, '0', first) || !read_digits(hex, 'f', last))
		return ANSWER_NO;
	answer = sql_first(store, error_r, &stmt,
			   "SELECT seq FROM audit WHERE hash BETWEEN ? AND ?"
			   " ORDER BY seq LIMIT 1",
			   "bb", first, sizeof(first), last, sizeof(last));
	if (answer == ANSWER_YES) {
		*seq_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_audit_find_last(struct store *store, const char *uid, int64_t *at_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT at FROM audit WHERE uid = ? AND role IN"
		      " ('approver', 'delegate', 'staff') ORDER BY seq DESC LIMIT 1",
		      "s", uid);

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_audit_count_refusals(struct store *store, const struct audit_refusals *wanted,
				int64_t *count_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;

	/* The latest rows are enough, and the trail is long. */
	if (sql_first(
		store, error_r, &stmt,
		"SELECT count(*) FROM (SELECT * FROM audit ORDER BY seq DESC LIMIT 1000) AS latest"
		" WHERE at > ?1 AND (?2 IS NULL OR uid = ?2)"
		" AND (?3 IS NULL OR outcome = ?3) AND action IN ('submit', 'reply',"
		" 'incident') AND outcome NOT IN ('held', 'again', 'automatic',"
		" 'reported')",
		"iss", wanted->since, wanted->uid, wanted->outcome) != ANSWER_YES)
		return false;
	*count_r = sql_int(stmt, 0);
	sql_done(stmt);
	return true;
}

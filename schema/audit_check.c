/*
 * NAME
 *	audit_check - is the audit trail whole?
 *
 * DESCRIPTION
 *	Walks from the mark of the start, or from nothing, to the mark of the end. Each row must
 *	have the number that follows, the hash of the row before it, the hash of its own fields,
 *	and a good seal; rows from before there were seals may come first.
 *
 * DIAGNOSTICS
 *	The first fault is told; behind it nothing can be said.
 */
#include "config.h"

#include "schema/audit_check.h"

#include <glib.h>
#include <string.h>

#include "schema/audit_seal.h"
#include "schema/sql.h"
#include "schema/store_mark.h"

#define PAGE_ROWS 1000

/* Columns of the types they were written with, and no text behind a NUL: SQLite would
 * convert the one and C cut the other off, and the hash not see it. Asked before the
 * columns are read, which may convert them. */
static bool columns_are_plain(struct sql_stmt *stmt)
{
	static const char types[] = "iississssbbib";

	for (int i = 0; types[i] != '\0'; i++) {
		const enum sql_type type = sql_type(stmt, i);

		if (type != (types[i] == 'i'   ? SQL_INT
			     : types[i] == 's' ? SQL_TEXT
					       : SQL_BLOB))
			return false;
		if (type == SQL_TEXT && strlen(sql_peek(stmt, i)) != sql_octets(stmt, i))
			return false;
	}
	return true;
}

static bool has_hash(struct sql_stmt *stmt, int column, const unsigned char *hash)
{
	return sql_octets(stmt, column) == AUDIT_HASH_OCTETS &&
	       memcmp(sql_blob(stmt, column), hash, AUDIT_HASH_OCTETS) == 0;
}

static enum audit_fault judge_seal(const struct store *store, struct audit_check *check,
				   struct sql_stmt *stmt)
{
	switch (audit_seal_judge(store, check->previous, stmt, 11)) {
	case AUDIT_SEAL_GOOD:
		check->sealed = true;
		return AUDIT_WHOLE;
	case AUDIT_SEAL_NONE:
		check->unsealed++;
		return check->sealed ? AUDIT_UNSEALED : AUDIT_WHOLE;
	case AUDIT_SEAL_NO_KEY:
		return AUDIT_NO_KEY;
	case AUDIT_SEAL_BAD:
		break;
	}
	return AUDIT_FORGED;
}

/* Is it another row than that which the store's mark has? */
static bool is_another(const struct store *store, struct sql_stmt *stmt, int64_t seq)
{
	const struct store_mark *mark = store_get_mark(store);

	return mark != NULL && mark->seq == seq && !has_hash(stmt, 10, mark->hash);
}

/* check->previous becomes the row's hash. */
static enum audit_fault judge_row(const struct store *store, struct audit_check *check,
				  struct sql_stmt *stmt)
{
	const bool plain = columns_are_plain(stmt);
	unsigned char hash[AUDIT_HASH_OCTETS] = { 0 };
	enum audit_fault fault = AUDIT_WHOLE;
	struct audit_row row;

	audit_row_read(stmt, &row);
	check->seq = row.seq;
	if (row.seq > check->next)
		fault = AUDIT_MISSING;
	else if (row.seq < check->next || !has_hash(stmt, 9, check->previous) ||
		 is_another(store, stmt, row.seq))
		fault = AUDIT_INSERTED;
	else if (!plain || !audit_hash_row(check->previous, &row, hash) ||
		 !has_hash(stmt, 10, hash))
		fault = AUDIT_CHANGED;
	audit_row_clear(&row);
	memcpy(check->previous, hash, sizeof(hash));
	return fault != AUDIT_WHOLE ? fault : judge_seal(store, check, stmt);
}

/* What an administrator has accepted as it is ends with a row whose hash the mark has. */
static bool skip_accepted(const struct store *store, struct audit_check *check)
{
	const struct store_mark *mark = store_get_mark(store);

	if (mark == NULL || mark->accepted < check->next)
		return false;
	check->accepted = mark->accepted;
	check->next = mark->accepted + 1;
	memcpy(check->previous, mark->accepted_hash, sizeof(mark->accepted_hash));
	return true;
}

bool audit_check_begin(struct store *store, struct audit_check *check,
		       struct kairan_error *error_r)
{
	enum audit_seal_state seal = AUDIT_SEAL_NONE;
	struct audit_mark start;
	enum answer answer =
	    audit_mark_judge(store, AUDIT_MARK_START, &start, &seal, error_r);

	*check = (struct audit_check){ .next = start.seq + 1 };
	memcpy(check->previous, start.hash, sizeof(start.hash));
	if (answer != ANSWER_UNKNOWN && skip_accepted(store, check))
		return true;
	if (answer == ANSWER_YES &&
	    (seal == AUDIT_SEAL_BAD || seal == AUDIT_SEAL_NO_KEY ||
	     (seal == AUDIT_SEAL_NONE && store_seals(store)))) {
		check->fault = AUDIT_NO_START;
		check->seq = start.seq;
	}
	return answer != ANSWER_UNKNOWN;
}

/* Is the last row the one that was appended last? */
static bool check_end(struct store *store, struct audit_check *check,
		      struct kairan_error *error_r)
{
	enum audit_seal_state seal = AUDIT_SEAL_NONE;
	struct audit_mark end;
	enum answer answer =
	    audit_mark_judge(store, AUDIT_MARK_END, &end, &seal, error_r);

	if (answer == ANSWER_UNKNOWN)
		return false;
	check->seq = check->next;
	if ((answer == ANSWER_NO && check->sealed) ||
	    (store_get_mark(store) != NULL && store_get_mark(store)->seq >= check->next))
		check->fault = AUDIT_NO_END;
	/* Whoever seals the mark has sealed the last row. */
	if (answer == ANSWER_YES && seal == AUDIT_SEAL_GOOD &&
	    store_seals(store) != NULL && check->rows > 0 && !check->sealed) {
		check->fault = AUDIT_UNSEALED;
		check->seq = check->next - 1;
		return true;
	}
	if (answer == ANSWER_YES &&
	    (end.seq != check->next - 1 || seal == AUDIT_SEAL_BAD ||
	     seal == AUDIT_SEAL_NO_KEY ||
	     (seal == AUDIT_SEAL_NONE && store_seals(store) != NULL) ||
	     memcmp(end.hash, check->previous, AUDIT_HASH_OCTETS) != 0))
		check->fault = AUDIT_NO_END;
	return true;
}

enum answer audit_check_page(struct store *store, struct audit_check *check,
			     int64_t limit, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer;

	if (check->fault != AUDIT_WHOLE)
		return ANSWER_NO;
	answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT seq, at, uid, role, draft, action, outcome, detail, queue_id,"
	    " previous, hash, seal_key, seal FROM audit WHERE seq >= ? ORDER BY seq LIMIT ?",
	    "ii", check->rows == 0 && check->accepted == 0 ? INT64_MIN : check->next,
	    limit);
	if (answer == ANSWER_NO)
		return check_end(store, check, error_r) ? ANSWER_NO : ANSWER_UNKNOWN;
	while (answer == ANSWER_YES) {
		check->fault = judge_row(store, check, stmt);
		if (check->fault != AUDIT_WHOLE) {
			sql_done(stmt);
			return ANSWER_NO;
		}
		check->rows++;
		check->next++;
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO ? ANSWER_YES : ANSWER_UNKNOWN;
}

enum answer audit_check_all(struct store *store, struct audit_check *check_r,
			    struct kairan_error *error_r)
{
	enum answer answer;

	if (!audit_check_begin(store, check_r, error_r))
		return ANSWER_UNKNOWN;
	do {
		answer = audit_check_page(store, check_r, PAGE_ROWS, error_r);
	} while (answer == ANSWER_YES);
	if (answer == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	return check_r->fault == AUDIT_WHOLE ? ANSWER_YES : ANSWER_NO;
}

enum answer audit_check_walk(struct store *store, struct audit_check *check_r,
			     struct kairan_error *error_r)
{
	enum answer answer = ANSWER_YES;
	bool begun = false;

	while (answer == ANSWER_YES) {
		if (!store_begin(store, error_r))
			return ANSWER_UNKNOWN;
		if (!begun && !audit_check_begin(store, check_r, error_r))
			answer = ANSWER_UNKNOWN;
		else
			answer = audit_check_page(store, check_r, PAGE_ROWS, error_r);
		begun = true;
		store_rollback(store);
	}
	if (answer == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	return check_r->fault == AUDIT_WHOLE ? ANSWER_YES : ANSWER_NO;
}

const char *audit_fault_name(enum audit_fault fault)
{
	static const char *const names[] = {
		[AUDIT_WHOLE] = "",
		[AUDIT_MISSING] = "missing",
		[AUDIT_INSERTED] = "inserted",
		[AUDIT_CHANGED] = "changed",
		[AUDIT_UNSEALED] = "unsealed",
		[AUDIT_FORGED] = "forged",
		[AUDIT_NO_KEY] = "no-key",
		[AUDIT_NO_START] = "no-start",
		[AUDIT_NO_END] = "no-end",
	};

	return names[fault];
}

char *audit_check_describe(const struct audit_check *check)
{
	static const char *const faults[] = {
		[AUDIT_WHOLE] = "whole",
		[AUDIT_INSERTED] = "was put in, or stands in another row's place",
		[AUDIT_CHANGED] = "was changed",
		[AUDIT_UNSEALED] = "has no seal, though older rows have",
		[AUDIT_FORGED] = "has a wrong seal: it was written without the key",
		[AUDIT_NO_KEY] = "is sealed with a key that audit_key_file does not have",
		[AUDIT_NO_START] = "is where the trail begins, and that mark is wrong",
		[AUDIT_NO_END] = "and what followed were removed from the end",
	};

	if (check->fault == AUDIT_WHOLE)
		return g_strdup(faults[AUDIT_WHOLE]);
	if (check->fault == AUDIT_MISSING)
		return g_strdup_printf("rows %lld to %lld were removed",
				       (long long)check->next, (long long)check->seq - 1);
	return g_strdup_printf("row %lld %s", (long long)check->seq,
			       faults[check->fault]);
}

/* The last row that may go: all before it are as old. NO: none. */
static enum answer find_last_old(struct store *store, int64_t before, int64_t limit,
				 struct audit_mark *mark_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT seq, hash FROM (SELECT seq, hash FROM audit WHERE seq <"
	    " coalesce((SELECT min(seq) FROM audit WHERE at >= ?1), 9223372036854775807)"
	    " ORDER BY seq LIMIT ?2) AS old ORDER BY seq DESC LIMIT 1",
	    "ii", before, limit);

	if (answer != ANSWER_YES)
		return answer;
	mark_r->seq = sql_int(stmt, 0);
	if (sql_octets(stmt, 1) == AUDIT_HASH_OCTETS)
		memcpy(mark_r->hash, sql_blob(stmt, 1), AUDIT_HASH_OCTETS);
	sql_done(stmt);
	return ANSWER_YES;
}

bool audit_check_prune(struct store *store, int64_t before, int64_t limit,
		       int64_t *gone_r, struct kairan_error *error_r)
{
	struct audit_mark start = { 0 };
	enum answer answer = find_last_old(store, before, limit, &start, error_r);

	*gone_r = 0;
	if (answer != ANSWER_YES)
		return answer == ANSWER_NO;
	if (!audit_mark_write(store, AUDIT_MARK_START, &start, error_r) ||
	    !sql_run(store, error_r, "DELETE FROM audit WHERE seq <= ?", "i", start.seq))
		return false;
	*gone_r = sql_changes(store);
	return true;
}

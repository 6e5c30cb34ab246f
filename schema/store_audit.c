/*
 * NAME
 *	store_audit - the chained audit trail
 *
 * DESCRIPTION
 *	A row's hash is SHA-256 over the hash of the row before it (32 zero octets for the
 *	first) followed by the row's fields, each as a netstring (length in decimal, ':',
 *	octets, ','), in the order seq, at, uid, role, draft, action, outcome, detail,
 *	queue_id; numbers in decimal. So a changed, removed or reordered row is seen by
 *	whoever walks the chain.
 *
 * DIAGNOSTICS
 *	Failures are returned; the caller rolls back the change that could not be recorded.
 */
#include "config.h"

#include "schema/store_audit.h"

#include <glib.h>
#include <openssl/evp.h>
#include <string.h>

#include "schema/sql.h"

static const unsigned char audit_start[AUDIT_HASH_OCTETS];

static void add_text(GString *octets, const char *text)
{
	g_string_append_printf(octets, "%zu:%s,", strlen(text), text);
}

static void add_number(GString *octets, int64_t number)
{
	char text[24];

	(void)g_snprintf(text, sizeof(text), "%lld", (long long)number);
	add_text(octets, text);
}

static bool hash_row(const unsigned char *previous, const struct audit_row *row,
		     unsigned char hash_r[AUDIT_HASH_OCTETS])
{
	GString *octets = g_string_new_len((const char *)previous, AUDIT_HASH_OCTETS);
	bool ok;

	add_number(octets, row->seq);
	add_number(octets, row->at);
	add_text(octets, row->uid);
	add_text(octets, row->role);
	add_number(octets, row->draft);
	add_text(octets, row->action);
	add_text(octets, row->outcome);
	add_text(octets, row->detail);
	add_text(octets, row->queue_id);
	ok = EVP_Digest(octets->str, octets->len, hash_r, NULL, EVP_sha256(), NULL) == 1;
	(void)g_string_free(octets, TRUE);
	return ok;
}

static bool read_last(struct store *store, int64_t *seq_r, unsigned char *hash_r,
		      struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;

	switch (sql_first(store, error_r, &stmt,
			  "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", "")) {
	case ANSWER_UNKNOWN:
		return false;
	case ANSWER_NO:
		*seq_r = 0;
		memcpy(hash_r, audit_start, AUDIT_HASH_OCTETS);
		return true;
	case ANSWER_YES:
		break;
	}
	*seq_r = sqlite3_column_int64(stmt, 0);
	if (sqlite3_column_bytes(stmt, 1) != AUDIT_HASH_OCTETS) {
		sql_done(stmt);
		return error_set(error_r,
				 "audit: the last row's hash has a wrong length");
	}
	memcpy(hash_r, sqlite3_column_blob(stmt, 1), AUDIT_HASH_OCTETS);
	sql_done(stmt);
	return true;
}

static char *copy_text(const char *text)
{
	return text != NULL ? g_utf8_make_valid(text, -1) : g_strdup("");
}

static void clear_row(struct audit_row *row)
{
	g_free(row->uid);
	g_free(row->role);
	g_free(row->action);
	g_free(row->outcome);
	g_free(row->detail);
	g_free(row->queue_id);
}

bool store_audit_append(struct store *store, const struct audit_event *event,
			struct kairan_error *error_r)
{
	unsigned char previous[AUDIT_HASH_OCTETS], hash[AUDIT_HASH_OCTETS];
	int64_t last;
	bool ok;

	if (!read_last(store, &last, previous, error_r))
		return false;
	struct audit_row row = {
		.seq = last + 1,
		.at = event->at,
		.uid = copy_text(event->uid),
		.role = copy_text(event->role),
		.draft = event->draft,
		.action = copy_text(event->action),
		.outcome = copy_text(event->outcome),
		.detail = copy_text(event->detail),
		.queue_id = copy_text(event->queue_id),
	};
	if (!hash_row(previous, &row, hash)) {
		clear_row(&row);
		return error_set(error_r, "audit: SHA-256 failed");
	}
	ok = sql_run(
	    store, error_r,
	    "INSERT INTO audit (seq, at, uid, role, draft, action, outcome, detail,"
	    " queue_id, previous, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
	    "iississssbb", row.seq, row.at, row.uid, row.role, row.draft, row.action,
	    row.outcome, row.detail, row.queue_id, previous, sizeof(previous), hash,
	    sizeof(hash));
	clear_row(&row);
	return ok;
}

static void read_row(sqlite3_stmt *stmt, struct audit_row *row_r)
{
	row_r->seq = sqlite3_column_int64(stmt, 0);
	row_r->at = sqlite3_column_int64(stmt, 1);
	row_r->uid = sql_text(stmt, 2);
	row_r->role = sql_text(stmt, 3);
	row_r->draft = sqlite3_column_int64(stmt, 4);
	row_r->action = sql_text(stmt, 5);
	row_r->outcome = sql_text(stmt, 6);
	row_r->detail = sql_text(stmt, 7);
	row_r->queue_id = sql_text(stmt, 8);
}

bool store_audit_visit_draft(struct store *store, int64_t draft,
			     void (*visit)(const struct audit_row *row, void *context),
			     void *context, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer;

	answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT seq, at, uid, role, draft, action, outcome, detail, queue_id"
	    " FROM audit WHERE draft = ? ORDER BY seq",
	    "i", draft);
	while (answer == ANSWER_YES) {
		struct audit_row row;

		read_row(stmt, &row);
		visit(&row, context);
		clear_row(&row);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

/* Columns of the types they were written with, and no text behind a NUL: SQLite would
 * convert the one and C cut the other off, and the hash not see it. Asked before the
 * columns are read, which may convert them. */
static bool columns_are_plain(sqlite3_stmt *stmt)
{
	static const char types[] = "iississssbb";

	for (int i = 0; types[i] != '\0'; i++) {
		const int type = sqlite3_column_type(stmt, i);

		if (type != (types[i] == 'i'   ? SQLITE_INTEGER
			     : types[i] == 's' ? SQLITE_TEXT
					       : SQLITE_BLOB))
			return false;
		if (type == SQLITE_TEXT &&
		    strlen((const char *)sqlite3_column_text(stmt, i)) !=
			(size_t)sqlite3_column_bytes(stmt, i))
			return false;
	}
	return true;
}

static bool row_is_whole(sqlite3_stmt *stmt, int64_t expected_seq,
			 unsigned char previous[AUDIT_HASH_OCTETS])
{
	unsigned char hash[AUDIT_HASH_OCTETS] = { 0 };
	const bool plain = columns_are_plain(stmt);
	struct audit_row row;
	bool whole;

	read_row(stmt, &row);
	whole = plain && row.seq == expected_seq && hash_row(previous, &row, hash) &&
		sqlite3_column_bytes(stmt, 9) == AUDIT_HASH_OCTETS &&
		memcmp(sqlite3_column_blob(stmt, 9), previous, AUDIT_HASH_OCTETS) == 0 &&
		sqlite3_column_bytes(stmt, 10) == AUDIT_HASH_OCTETS &&
		memcmp(sqlite3_column_blob(stmt, 10), hash, AUDIT_HASH_OCTETS) == 0;
	clear_row(&row);
	memcpy(previous, hash, AUDIT_HASH_OCTETS);
	return whole;
}

enum answer store_audit_check_chain(struct store *store, int64_t *bad_seq_r,
				    struct kairan_error *error_r)
{
	unsigned char previous[AUDIT_HASH_OCTETS] = { 0 };
	sqlite3_stmt *stmt;
	int64_t expected = 1;
	enum answer answer;

	answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT seq, at, uid, role, draft, action, outcome, detail, queue_id,"
	    " previous, hash FROM audit ORDER BY seq",
	    "");
	while (answer == ANSWER_YES) {
		if (!row_is_whole(stmt, expected, previous)) {
			*bad_seq_r = expected;
			sql_done(stmt);
			return ANSWER_NO;
		}
		expected++;
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO ? ANSWER_YES : ANSWER_UNKNOWN;
}

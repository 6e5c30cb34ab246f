/*
 * NAME
 *	store_signature - what people have said is their signature
 *
 * DESCRIPTION
 *	One row for each person and text, kept as a hash: the text itself is in the mail, and
 *	kairan needs no copy of anybody's telephone number. Somebody whose login was changed
 *	keeps what they taught; somebody who gets the login of another does not.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_signature.h"

#include "schema/sql.h"

/* The rows of ?1 (login) and ?2 (person): by login only where one side knows no better. */
#define SIGNATURE_IS_OF                                                      \
	"((person_id = ?2 AND ?2 <> '') OR (uid = ?1 AND (person_id = '' OR" \
	" ?2 = '')))"

void signature_free(struct signature *signature)
{
	if (signature == NULL)
		return;
	g_free(signature->uid);
	g_free(signature->person_id);
	g_free(signature->hash);
	g_free(signature->first_line);
	g_free(signature->queue_id);
	g_free(signature);
}

static void free_signature(void *signature)
{
	signature_free(signature);
}

static char *cut_first_line(const char *line)
{
	g_autofree char *start = NULL;

	if (g_utf8_strlen(line, -1) <= SIGNATURE_FIRST_LINE_MOST)
		return g_strdup(line);
	start = g_utf8_substring(line, 0, SIGNATURE_FIRST_LINE_MOST);
	return g_strconcat(start, "...", NULL);
}

enum answer store_signature_learn(struct store *store, const struct signature *signature,
				  struct kairan_error *error_r)
{
	g_autofree char *first_line = cut_first_line(signature->first_line);

	return sql_change(
	    store, error_r,
	    "INSERT INTO signature (uid, person_id, hash, first_line, lines,"
	    " learned_at, draft, queue_id)"
	    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS"
	    " (SELECT 1 FROM signature WHERE hash = ?3 AND " SIGNATURE_IS_OF ")",
	    "ssssiiis", signature->uid, signature->person_id, signature->hash, first_line,
	    signature->lines, signature->learned_at, signature->draft,
	    signature->queue_id);
}

bool store_signature_list_hashes(struct store *store, const struct signature_owner *owner,
				 char ***hashes_r, struct kairan_error *error_r)
{
	GPtrArray *hashes = g_ptr_array_new_with_free_func(g_free);
	struct sql_stmt *stmt;
	enum answer answer = sql_first(store, error_r, &stmt,
				       "SELECT hash FROM signature WHERE " SIGNATURE_IS_OF
				       " ORDER BY hash",
				       "ss", owner->uid, owner->person_id);

	while (answer == ANSWER_YES) {
		g_ptr_array_add(hashes, sql_text(stmt, 0));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_UNKNOWN) {
		g_ptr_array_unref(hashes);
		return false;
	}
	g_ptr_array_add(hashes, NULL);
	*hashes_r = (char **)g_ptr_array_free(hashes, FALSE);
	return true;
}

static struct signature *read_signature(struct sql_stmt *stmt)
{
	struct signature *signature = g_new0(struct signature, 1);

	signature->uid = sql_text(stmt, 0);
	signature->person_id = sql_text(stmt, 1);
	signature->hash = sql_text(stmt, 2);
	signature->first_line = sql_text(stmt, 3);
	signature->lines = sql_int(stmt, 4);
	signature->learned_at = sql_int(stmt, 5);
	signature->draft = sql_int(stmt, 6);
	signature->queue_id = sql_text(stmt, 7);
	return signature;
}

bool store_signature_list(struct store *store, const char *uid, GPtrArray **signatures_r,
			  struct kairan_error *error_r)
{
	GPtrArray *signatures = g_ptr_array_new_with_free_func(free_signature);
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT uid, person_id, hash, first_line, lines, learned_at, draft, queue_id"
	    " FROM signature WHERE ?1 IS NULL OR uid = ?1"
	    " ORDER BY uid, learned_at, hash",
	    "s", uid);

	while (answer == ANSWER_YES) {
		g_ptr_array_add(signatures, read_signature(stmt));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		*signatures_r = signatures;
	else
		g_ptr_array_unref(signatures);
	return answer == ANSWER_NO;
}

bool store_signature_forget(struct store *store, const struct signature *signature,
			    struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "DELETE FROM signature"
		       " WHERE uid = ? AND person_id = ? AND hash = ?",
		       "sss", signature->uid, signature->person_id, signature->hash);
}

bool store_signature_note_line(struct store *store, const char *hash, const char *uid,
			       int64_t now, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "INSERT INTO line_below (hash, uid, seen_at) VALUES (?1, ?2, ?3)"
		       " ON CONFLICT (hash, uid) DO UPDATE SET seen_at = ?3",
		       "ssi", hash, uid, now);
}

bool store_signature_count_people(struct store *store, const char *hash, int64_t *count_r,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;

	if (sql_first(store, error_r, &stmt,
		      "SELECT count(*) FROM line_below WHERE hash = ?", "s",
		      hash) != ANSWER_YES)
		return false;
	*count_r = sql_int(stmt, 0);
	sql_done(stmt);
	return true;
}

bool store_signature_forget_lines(struct store *store, int64_t before,
				  struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM line_below WHERE seen_at < ?", "i",
		       before);
}

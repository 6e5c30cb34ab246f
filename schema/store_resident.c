/*
 * NAME
 *	store_resident - what residents asked for by mail
 *
 * DESCRIPTION
 *	A row for each mail that was answered, with what a token of policy/token.h stands for.
 *	The rows of a day and of an hour are what limits are counted from. They are residents'
 *	data, and go when the tokens' time is over.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_resident.h"

#include <glib.h>

#include "schema/sql.h"

#define DAY_SECONDS  86400
#define HOUR_SECONDS 3600

bool store_resident_add(struct store *store, const struct resident_request *request,
			int64_t *id_r, struct kairan_error *error_r)
{
	if (!sql_run(
		store, error_r,
		"INSERT INTO resident_request (state, kind, list, address_key, address,"
		" language, terms, until, host, mail_id, made_at)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?)",
		"iisssssissi", (int64_t)request->state, (int64_t)request->kind,
		request->list, request->key, request->address, request->language,
		request->terms, request->until, request->host, request->mail_id,
		request->made_at))
		return false;
	*id_r = sql_last_id(store);
	return true;
}

enum answer store_resident_find(struct store *store, int64_t id,
				struct resident_request **request_r,
				struct kairan_error *error_r)
{
	struct resident_request *request;
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT state, kind, list, address_key, address, language, terms,"
		      " until, host, mail_id, made_at FROM resident_request WHERE id = ?",
		      "i", id);

	if (answer != ANSWER_YES)
		return answer;
	request = g_new0(struct resident_request, 1);
	request->id = id;
	request->state = (enum resident_state)sql_int(stmt, 0);
	request->kind = (enum resident_kind)sql_int(stmt, 1);
	request->list = sql_text(stmt, 2);
	request->key = sql_text(stmt, 3);
	request->address = sql_text(stmt, 4);
	request->language = sql_text(stmt, 5);
	request->terms = sql_text(stmt, 6);
	request->until = sql_int(stmt, 7);
	request->host = sql_text(stmt, 8);
	request->mail_id = sql_text(stmt, 9);
	request->made_at = sql_int(stmt, 10);
	sql_done(stmt);
	*request_r = request;
	return ANSWER_YES;
}

static void free_request(void *request)
{
	resident_request_free(request);
}

bool store_resident_list_unagreed(struct store *store,
				  const struct resident_unagreed *wanted,
				  GPtrArray **requests_r, struct kairan_error *error_r)
{
	GPtrArray *requests = g_ptr_array_new_with_free_func(free_request);
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT address, address_key, language FROM subscriber AS s WHERE list = ?1"
	    " AND address_key > ?2 AND state IN (1, 4) AND terms <> ?3"
	    " AND (source = 1 OR ?4 <> 0) AND NOT EXISTS (SELECT 1 FROM resident_request AS r"
	    " WHERE r.address_key = s.address_key AND r.made_at > ?5 AND r.list = ?1"
	    " AND r.kind = 6 AND r.state = 1 AND r.terms = ?3)"
	    " ORDER BY address_key LIMIT ?6",
	    "sssiii", wanted->list, wanted->after, wanted->terms, (int64_t)wanted->is_all,
	    wanted->since, wanted->limit);

	while (answer == ANSWER_YES) {
		struct resident_request *request = g_new0(struct resident_request, 1);

		request->state = RESIDENT_WAITS;
		request->kind = RESIDENT_TERMS;
		request->list = g_strdup(wanted->list);
		request->address = sql_text(stmt, 0);
		request->key = sql_text(stmt, 1);
		request->language = sql_text(stmt, 2);
		request->terms = g_strdup(wanted->terms);
		request->host = g_strdup("");
		request->mail_id = g_strdup("");
		g_ptr_array_add(requests, request);
		answer = sql_next(store, error_r, stmt);
	}
	*requests_r = requests;
	if (answer == ANSWER_NO)
		return true;
	g_ptr_array_unref(requests);
	return false;
}

enum answer store_resident_has(struct store *store,
			       const struct resident_request *request,
			       struct kairan_error *error_r)
{
	return sql_has(
	    store, error_r,
	    "SELECT 1 FROM resident_request WHERE address_key = ?1"
	    " AND kind = ?2 AND list = ?3 AND mail_id = ?4 AND ?4 <> '' LIMIT 1",
	    "siss", request->key, (int64_t)request->kind, request->list,
	    request->mail_id);
}

bool store_resident_count(struct store *store, const struct resident_request *request,
			  struct resident_counts *counts_r, struct kairan_error *error_r)
{
	const int64_t day = request->made_at - DAY_SECONDS;
	const int64_t hour = request->made_at - HOUR_SECONDS;

	return sql_number(
		   store, error_r, &counts_r->unconfirmed,
		   "SELECT count(*) FROM resident_request WHERE address_key = ?1"
		   " AND made_at > ?2 AND state NOT IN (2, 4, 5)"
		   " AND greatest(kind, 3) = greatest(?3, 3) AND (kind <> 4 OR (list = '') = (?4 = ''))",
		   "siis", request->key, day, (int64_t)request->kind, request->list) &&
	       sql_number(store, error_r, &counts_r->address,
			  "SELECT count(*) FROM resident_request WHERE address_key = ?"
			  " AND made_at > ? AND kind <> 6",
			  "si", request->key, day) &&
	       sql_number(store, error_r, &counts_r->host,
			  "SELECT count(*) FROM resident_request WHERE host = ?1"
			  " AND made_at > ?2 AND ?1 <> ''",
			  "si", request->host, hour) &&
	       sql_number(store, error_r, &counts_r->all,
			  "SELECT count(*) FROM resident_request WHERE made_at > ?"
			  " AND kind <> 6",
			  "i", hour);
}

enum answer store_resident_is_asked(struct store *store,
				    const struct resident_request *request,
				    struct kairan_error *error_r)
{
	return sql_has(store, error_r,
		       "SELECT 1 FROM resident_request WHERE address_key = ?"
		       " AND made_at > ? AND kind = ? AND list = ? AND until = ? LIMIT 1",
		       "siisi", request->key, request->made_at - DAY_SECONDS,
		       (int64_t)request->kind, request->list, request->until);
}

enum answer store_resident_find_held(struct store *store, const char *key, int64_t since,
				     struct resident_request **request_r,
				     struct kairan_error *error_r)
{
	int64_t id = 0;

	if (!sql_number(
		store, error_r, &id,
		"SELECT coalesce(min(id), 0) FROM resident_request AS held"
		" WHERE address_key = ? AND made_at >= ? AND state = 4 AND NOT EXISTS"
		" (SELECT 1 FROM resident_request AS later"
		" WHERE later.address_key = held.address_key AND later.id > held.id"
		" AND later.kind = held.kind AND later.list = held.list)",
		"si", key, since))
		return ANSWER_UNKNOWN;
	return id != 0 ? store_resident_find(store, id, request_r, error_r) : ANSWER_NO;
}

enum answer store_resident_take_up(struct store *store,
				   const struct resident_request *request,
				   struct kairan_error *error_r)
{
	return sql_change(store, error_r,
			  "UPDATE resident_request SET state = 1, made_at = ?, terms = ?"
			  " WHERE id = ? AND state = 4",
			  "isi", request->made_at, request->terms, request->id);
}

bool store_resident_return(struct store *store, const char *address,
			   struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE resident_request SET state = 5 WHERE address = ?"
		       " AND state = 1 AND kind <> 6",
		       "s", address);
}

enum answer store_resident_close(struct store *store, int64_t id,
				 enum resident_state state, struct kairan_error *error_r)
{
	return sql_change(
	    store, error_r,
	    "UPDATE resident_request SET state = ? WHERE id = ? AND state IN (1, 5)",
	    "ii", (int64_t)state, id);
}

enum answer store_resident_forget(struct store *store, int64_t before,
				  struct kairan_error *error_r)
{
	return sql_change(
	    store, error_r,
	    "DELETE FROM resident_request WHERE id IN (SELECT id FROM"
	    " resident_request WHERE made_at < ? ORDER BY made_at LIMIT 500)",
	    "i", before);
}

enum answer store_resident_find_oldest(struct store *store, int64_t *made_at_r,
				       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT made_at FROM resident_request ORDER BY made_at LIMIT 1", "");

	if (answer == ANSWER_YES) {
		*made_at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

void resident_request_free(struct resident_request *request)
{
	if (request == NULL)
		return;
	g_free(request->list);
	g_free(request->key);
	g_free(request->address);
	g_free(request->language);
	g_free(request->terms);
	g_free(request->host);
	g_free(request->mail_id);
	g_free(request);
}

/*
 * NAME
 *	store_forget - residents who have asked to be forgotten
 *
 * DESCRIPTION
 *	The first transaction removes the subscriptions and notes the address in a table of those
 *	that are to be found elsewhere; each further one clears a draft or the remaining places,
 *	and the last takes the address from that table. A program that is stopped in between leaves
 *	the address there, and the daemon goes on. A release under way keeps its recipients, so
 *	the address stays noted until that has ended.
 *
 *	A hash without a key would tell anybody who has the store and a list of addresses who they
 *	are; the key is that of the seals (audit_key_file).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_forget.h"

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "conf/fault.h"
#include "schema/sql.h"
#include "schema/store_trace.h"

#define HASH_OCTETS 32

/* Of an address on a list ("": on all). */
struct name {
	const char *list;
	struct address key;
};

static bool hash(const struct store *store, unsigned int id, const struct name *name,
		 unsigned char hash_r[HASH_OCTETS])
{
	static const struct token_key zeros;
	const struct keyring *keys = store_seals(store);
	const struct token_key *secret =
	    id == 0 || keys == NULL ? &zeros : keyring_find(keys, id);
	g_autofree char *octets =
	    g_strconcat("forgotten ", name->list, " ", name->key.spec, NULL);

	return secret != NULL &&
	       HMAC(EVP_sha256(), secret->secret, TOKEN_KEY_OCTETS,
		    (const unsigned char *)octets, strlen(octets), hash_r, NULL) != NULL;
}

/* ---- begin ---- */

static bool keep_hash(struct store *store, const struct name *name, int64_t now,
		      struct kairan_error *error_r)
{
	const struct keyring *keys = store_seals(store);
	const unsigned int id = keys != NULL ? keyring_current(keys)->id : 0;
	unsigned char octets[HASH_OCTETS];

	if (!hash(store, id, name, octets))
		return error_set(error_r, "an address cannot be hashed");
	return sql_run(store, error_r,
		       "INSERT INTO forgotten (hash, seal_key, at) VALUES (?, ?, ?)"
		       " ON CONFLICT (hash) DO NOTHING",
		       "bii", octets, sizeof(octets), (int64_t)id, now);
}

static bool remove_subscriptions(struct store *store, const struct address *key,
				 int64_t now, int64_t *lists_r,
				 struct kairan_error *error_r)
{
	/* Who had left was counted then. */
	if (!sql_run(store, error_r,
		     "INSERT INTO subscriber_change (at, list, joined, gone)"
		     " SELECT ?2, list, 0, 1 FROM subscriber"
		     " WHERE address_key = ?1 AND state <> 3",
		     "si", key->spec, now) ||
	    !sql_run(store, error_r, "DELETE FROM subscriber WHERE address_key = ?", "s",
		     key->spec))
		return false;
	*lists_r = sql_changes(store);
	return true;
}

bool store_forget_begin(struct store *store, const struct address *key, int64_t now,
			int64_t *lists_r, struct kairan_error *error_r)
{
	const struct name name = { "", *key };

	return keep_hash(store, &name, now, error_r) &&
	       remove_subscriptions(store, key, now, lists_r, error_r) &&
	       sql_run(store, error_r,
		       "INSERT INTO forgetting (address_key, at) VALUES (?, ?)"
		       " ON CONFLICT (address_key) DO NOTHING",
		       "si", key->spec, now);
}

/* ---- the hashes ---- */

/* The hash by each key that some row was made with. */
static enum answer find_hash(struct store *store, const struct name *name,
			     unsigned char hash_r[HASH_OCTETS],
			     struct kairan_error *error_r)
{
	int64_t id = -1;

	for (;;) {
		struct sql_stmt *stmt;
		enum answer answer =
		    sql_first(store, error_r, &stmt,
			      "SELECT seal_key FROM forgotten WHERE seal_key > ?"
			      " ORDER BY seal_key LIMIT 1",
			      "i", id);
		int64_t count = 0;

		if (answer != ANSWER_YES)
			return answer;
		id = sql_int(stmt, 0);
		sql_done(stmt);
		if (!hash(store, (unsigned int)id, name, hash_r))
			continue;
		if (!sql_number(store, error_r, &count,
				"SELECT count(*) FROM forgotten WHERE hash = ?", "b",
				hash_r, (size_t)HASH_OCTETS))
			return ANSWER_UNKNOWN;
		if (count > 0)
			return ANSWER_YES;
	}
}

enum answer store_forget_knows(struct store *store, const char *list,
			       const struct address *address,
			       struct kairan_error *error_r)
{
	struct name name = { "", *address };
	unsigned char octets[HASH_OCTETS];
	enum answer answer;

	address_fold(&name.key);
	answer = find_hash(store, &name, octets, error_r);
	if (answer != ANSWER_NO || *list == '\0')
		return answer;
	name.list = list;
	return find_hash(store, &name, octets, error_r);
}

static enum answer undo(struct store *store, const struct name *name,
			struct kairan_error *error_r)
{
	unsigned char octets[HASH_OCTETS];
	const enum answer answer = find_hash(store, name, octets, error_r);

	if (answer == ANSWER_YES &&
	    !sql_run(store, error_r, "DELETE FROM forgotten WHERE hash = ?", "b", octets,
		     sizeof(octets)))
		return ANSWER_UNKNOWN;
	return answer;
}

enum answer store_forget_undo(struct store *store, const struct address *key,
			      struct kairan_error *error_r)
{
	g_autofree char *list = g_strdup("");
	enum answer undone = ANSWER_NO, more = ANSWER_YES;

	while (more == ANSWER_YES) {
		const struct name name = { list, *key };
		const enum answer answer = undo(store, &name, error_r);
		struct sql_stmt *stmt;

		if (answer == ANSWER_UNKNOWN)
			return ANSWER_UNKNOWN;
		if (answer == ANSWER_YES)
			undone = ANSWER_YES;
		more = sql_first(store, error_r, &stmt,
				 "SELECT min(list) FROM subscriber_change WHERE list > ?"
				 " HAVING count(*) > 0",
				 "s", list);
		if (more == ANSWER_YES) {
			g_free(list);
			list = sql_text(stmt, 0);
			sql_done(stmt);
		}
	}
	return more == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : undone;
}

/* ---- who has left ---- */

static void free_name(gpointer name)
{
	g_free((char *)((struct name *)name)->list);
	g_free(name);
}

static GPtrArray *list_left(struct store *store, int64_t before, int64_t limit,
			    struct kairan_error *error_r)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(free_name);
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT list, address_key FROM subscriber WHERE state = 3"
		      " AND changed_at < ? LIMIT ?",
		      "ii", before, limit);

	while (answer == ANSWER_YES) {
		struct name *name = g_new0(struct name, 1);

		name->list = sql_text(stmt, 0);
		(void)g_strlcpy(name->key.spec, sql_peek(stmt, 1),
				sizeof(name->key.spec));
		g_ptr_array_add(names, name);
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return names;
	g_ptr_array_unref(names);
	return NULL;
}

bool store_forget_left(struct store *store, int64_t before, int64_t limit,
		       int64_t *gone_r, struct kairan_error *error_r)
{
	GPtrArray *names = list_left(store, before, limit, error_r);
	bool ok = names != NULL;

	for (guint i = 0; ok && i < names->len; i++) {
		const struct name *name = g_ptr_array_index(names, i);

		ok = keep_hash(store, name, before, error_r) &&
		     sql_run(store, error_r,
			     "DELETE FROM subscriber WHERE list = ? AND address_key = ?",
			     "ss", name->list, name->key.spec);
	}
	*gone_r = ok ? names->len : 0;
	if (names != NULL)
		g_ptr_array_unref(names);
	return ok;
}

/* ---- what is left ---- */

/* YES: there may be more drafts. */
static enum answer clear_draft(struct store *store, const struct address *key,
			       struct trace_draft *draft, int64_t *under_way_r,
			       struct kairan_error *error_r)
{
	enum answer answer, cleared = ANSWER_YES;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_trace_next_draft(store, key, draft, error_r);
	if (answer == ANSWER_YES && draft->is_recipient)
		cleared = store_trace_clear_release(store, key, draft, error_r);
	if (cleared == ANSWER_NO)
		*under_way_r = draft->id;
	if (cleared == ANSWER_UNKNOWN)
		answer = ANSWER_UNKNOWN;
	answer = store_finish(store, answer, error_r);
	fault_point("forget.draft");
	return answer;
}

static bool finish(struct store *store, const struct address *key, bool is_done,
		   struct kairan_error *error_r)
{
	if (!store_begin(store, error_r))
		return false;
	return store_end(
	    store,
	    store_trace_clear_places(store, key, error_r) &&
		(!is_done ||
		 sql_run(store, error_r, "DELETE FROM forgetting WHERE address_key = ?",
			 "s", key->spec)),
	    error_r);
}

enum answer store_forget_walk(struct store *store, const struct address *key,
			      int64_t *draft_r, struct kairan_error *error_r)
{
	struct trace_draft draft = { 0 };
	enum answer answer;

	*draft_r = 0;
	do {
		answer = clear_draft(store, key, &draft, draft_r, error_r);
	} while (answer == ANSWER_YES);
	trace_draft_clear(&draft);
	if (answer == ANSWER_UNKNOWN || !finish(store, key, *draft_r == 0, error_r))
		return ANSWER_UNKNOWN;
	return *draft_r == 0 ? ANSWER_YES : ANSWER_NO;
}

enum answer store_forget_next(struct store *store, const char *after,
			      struct address *key_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = sql_first(store, error_r, &stmt,
			   "SELECT address_key FROM forgetting WHERE address_key > ?"
			   " ORDER BY address_key LIMIT 1",
			   "s", after);
	if (answer == ANSWER_YES) {
		if (!address_read(sql_peek(stmt, 0), key_r, error_r))
			answer = ANSWER_UNKNOWN;
		sql_done(stmt);
	}
	store_rollback(store);
	return answer;
}

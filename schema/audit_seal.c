/*
 * NAME
 *	audit_seal - the chain of the audit trail, and its seals
 *
 * DESCRIPTION
 *	A row's hash is SHA-256 over the hash of the row before it (32 zero octets for the
 *	first) followed by the row's fields, each as a netstring (length in decimal, ':',
 *	octets, ','), in the order seq, at, uid, role, draft, action, outcome, detail,
 *	queue_id; numbers in decimal. So a changed, removed or reordered row is seen by
 *	whoever walks the chain.
 *
 *	Whoever can write to the store could make a new chain. So each hash is sealed:
 *	HMAC-SHA256 over it with a key from audit_key_file, which is not in the store. A mark
 *	is sealed over its name, a NUL, its seq in decimal, a NUL, and its hash.
 *
 * DIAGNOSTICS
 *	Failures are returned.
 */
#include "config.h"

#include "schema/audit_seal.h"

#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "schema/sql.h"

/* ---- hashes ---- */

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

bool audit_hash_row(const unsigned char *previous, const struct audit_row *row,
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

/* ---- seals ---- */

bool audit_seal_octets(const struct token_key *key, const void *octets, size_t length,
		       unsigned char seal_r[AUDIT_SEAL_OCTETS])
{
	return HMAC(EVP_sha256(), key->secret, TOKEN_KEY_OCTETS, octets, length, seal_r,
		    NULL) != NULL;
}

static void make(const struct store *store, const void *octets, size_t length,
		 struct audit_seal *seal_r)
{
	const struct keyring *seals = store_seals(store);

	*seal_r = (struct audit_seal){ 0 };
	if (seals == NULL ||
	    !audit_seal_octets(keyring_current(seals), octets, length, seal_r->octets))
		return;
	seal_r->key = keyring_current(seals)->id;
	seal_r->length = AUDIT_SEAL_OCTETS;
}

void audit_seal_make(const struct store *store,
		     const unsigned char hash[AUDIT_HASH_OCTETS],
		     struct audit_seal *seal_r)
{
	make(store, hash, AUDIT_HASH_OCTETS, seal_r);
}

static enum audit_seal_state judge(const struct store *store, const void *octets,
				   size_t length, struct sql_stmt *stmt, int column)
{
	const struct keyring *seals = store_seals(store);
	const int64_t id = sql_int(stmt, column);
	const struct token_key *key;
	unsigned char wanted[AUDIT_SEAL_OCTETS];

	if (id == 0 && sql_octets(stmt, column + 1) == 0)
		return AUDIT_SEAL_NONE;
	if (seals == NULL)
		return AUDIT_SEAL_GOOD;
	key = id > 0 && id <= 255 ? keyring_find(seals, (unsigned int)id) : NULL;
	if (key == NULL)
		return AUDIT_SEAL_NO_KEY;
	if (!audit_seal_octets(key, octets, length, wanted) ||
	    sql_octets(stmt, column + 1) != AUDIT_SEAL_OCTETS ||
	    CRYPTO_memcmp(sql_blob(stmt, column + 1), wanted, AUDIT_SEAL_OCTETS) != 0)
		return AUDIT_SEAL_BAD;
	return AUDIT_SEAL_GOOD;
}

enum audit_seal_state audit_seal_judge(const struct store *store,
				       const unsigned char hash[AUDIT_HASH_OCTETS],
				       struct sql_stmt *stmt, int column)
{
	return judge(store, hash, AUDIT_HASH_OCTETS, stmt, column);
}

/* ---- marks ---- */

static GString *write_mark(const char *name, const struct audit_mark *mark)
{
	GString *octets = g_string_new(name);

	g_string_append_c(octets, '\0');
	g_string_append_printf(octets, "%lld", (long long)mark->seq);
	g_string_append_c(octets, '\0');
	return g_string_append_len(octets, (const char *)mark->hash, AUDIT_HASH_OCTETS);
}

enum answer audit_mark_judge(struct store *store, const char *name,
			     struct audit_mark *mark_r, enum audit_seal_state *seal_r,
			     struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT seq, hash, seal_key, seal FROM audit_mark WHERE name = ?", "s", name);
	GString *octets;

	*mark_r = (struct audit_mark){ 0 };
	if (answer != ANSWER_YES)
		return answer;
	mark_r->seq = sql_int(stmt, 0);
	if (sql_octets(stmt, 1) == AUDIT_HASH_OCTETS)
		memcpy(mark_r->hash, sql_blob(stmt, 1), AUDIT_HASH_OCTETS);
	octets = write_mark(name, mark_r);
	*seal_r = judge(store, octets->str, octets->len, stmt, 2);
	(void)g_string_free(octets, TRUE);
	sql_done(stmt);
	return ANSWER_YES;
}

enum answer audit_mark_read(struct store *store, const char *name,
			    struct audit_mark *mark_r, struct kairan_error *error_r)
{
	enum audit_seal_state seal;

	return audit_mark_judge(store, name, mark_r, &seal, error_r);
}

bool audit_mark_write(struct store *store, const char *name,
		      const struct audit_mark *mark, struct kairan_error *error_r)
{
	GString *octets = write_mark(name, mark);
	struct audit_seal seal;

	make(store, octets->str, octets->len, &seal);
	(void)g_string_free(octets, TRUE);
	return sql_run(store, error_r,
		       "INSERT INTO audit_mark (name, seq, hash, seal_key, seal)"
		       " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE SET"
		       " seq = ?2, hash = ?3, seal_key = ?4, seal = ?5",
		       "sibib", name, mark->seq, mark->hash, sizeof(mark->hash),
		       (int64_t)seal.key, seal.octets, seal.length);
}

/*
 * How the rows of the audit trail are chained and sealed; for the files of schema/ that do it.
 */
#ifndef KAIRAN_SCHEMA_AUDIT_SEAL_H
#define KAIRAN_SCHEMA_AUDIT_SEAL_H

#include <stddef.h>

#include "schema/audit_row.h"
#include "schema/store.h"

#define AUDIT_SEAL_OCTETS 32

/* Over a hash, by the key of this id; length 0 and key 0 without keys. */
struct audit_seal {
	unsigned int key;
	unsigned char octets[AUDIT_SEAL_OCTETS];
	size_t length;
};

/* Where the chain begins, and where it ends. */
#define AUDIT_MARK_START "start"
#define AUDIT_MARK_END   "end"

struct audit_mark {
	int64_t seq;
	unsigned char hash[AUDIT_HASH_OCTETS];
};

enum audit_seal_state {
	AUDIT_SEAL_GOOD,
	AUDIT_SEAL_NONE,
	AUDIT_SEAL_NO_KEY,
	AUDIT_SEAL_BAD
};

bool audit_hash_row(const unsigned char *previous, const struct audit_row *row,
		    unsigned char hash_r[AUDIT_HASH_OCTETS]);

/* The seal itself, over any octets. */
bool audit_seal_octets(const struct token_key *key, const void *octets, size_t length,
		       unsigned char seal_r[AUDIT_SEAL_OCTETS]);

void audit_seal_make(const struct store *store,
		     const unsigned char hash[AUDIT_HASH_OCTETS],
		     struct audit_seal *seal_r);

/* Read the seal from two columns, and judge it; good without keys to judge it by. */
enum audit_seal_state audit_seal_judge(const struct store *store,
				       const unsigned char hash[AUDIT_HASH_OCTETS],
				       struct sql_stmt *stmt, int column);

/* NO without such a mark: seq is 0 and the hash 32 zero octets then. *seal_r, where it is not
 * NULL, is what its seal is worth. */
enum answer audit_mark_judge(struct store *store, const char *name,
			     struct audit_mark *mark_r, enum audit_seal_state *seal_r,
			     struct kairan_error *error_r);
enum answer audit_mark_read(struct store *store, const char *name,
			    struct audit_mark *mark_r, struct kairan_error *error_r);
bool audit_mark_write(struct store *store, const char *name,
		      const struct audit_mark *mark, struct kairan_error *error_r);

#endif

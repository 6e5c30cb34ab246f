/*
 * What was last known of the store, kept beside the key that seals its audit trail, which is not
 * where the store is: a store that was emptied, or is an older one or another's, is found out.
 */
#ifndef KAIRAN_SCHEMA_STORE_MARK_H
#define KAIRAN_SCHEMA_STORE_MARK_H

#include "schema/store_audit.h"

#define STORE_ID_OCTETS 32 /* hexadecimal digits */

struct store_mark {
	char id[STORE_ID_OCTETS + 1];
	/* A row that the trail had. */
	int64_t seq;
	unsigned char hash[AUDIT_HASH_OCTETS];
	/* Up to this row it was accepted as it is; 0: nothing was. */
	int64_t accepted;
	unsigned char accepted_hash[AUDIT_HASH_OCTETS];
	/* A number that is drawn whenever an administrator says what the store is (init, accept,
	 * restore); 0: nobody has. */
	int64_t said;
	/* By how many commits daemons had changed it (store_known.h). */
	int64_t commits;
};

/* The mark's file: beside audit_key_file, with ".mark". Free with g_free(). */
char *store_mark_path(const char *audit_key_file);

/* NO: there is no such file. UNKNOWN: it cannot be read, or has no seal by these keys. */
enum answer store_mark_read(const char *path, const struct keyring *seals,
			    struct store_mark *mark_r, struct kairan_error *error_r);

/* An administrator's word: write it over what the file has, with another number for said, on the
 * disk when it returns true. A file that is not there is made, and given to whom the key beside it
 * is. */
bool store_mark_write(const char *path, const struct keyring *seals,
		      const struct store_mark *mark, struct kairan_error *error_r);

/* The store's id, made where it has none, the trail's last row, and the commits. In a transaction. */
bool store_mark_take(struct store *store, struct store_mark *mark_r,
		     struct kairan_error *error_r);

/* Is the store that of the mark, and not older? NO: *error_r says what is wrong. In a
 * transaction. */
enum answer store_mark_judge(struct store *store, const struct store_mark *mark,
			     struct kairan_error *error_r);

/* What it says of a store whose trail has all rows that it had, row seq being the last, and which is
 * older all the same; ANSWER_NO. */
enum answer store_mark_say_lacks(int64_t seq, struct kairan_error *error_r);

/* The daemon's number of commits. In a transaction. */
bool store_mark_count(struct store *store, int64_t commits, struct kairan_error *error_r);

/* Has anything ever been done with this store? In a transaction. */
enum answer store_mark_is_used(struct store *store, struct kairan_error *error_r);

/* Bring the file forward to the trail's last row; what was accepted stays. A file that is not
 * there is made, where that is possible. Outside of a transaction. */
bool store_mark_advance(struct store *store, const char *path,
			struct kairan_error *error_r);

/* The same to what was known of the store, which may be away. */
bool store_mark_raise(const char *path, const struct keyring *seals,
		      const struct store_mark *now_is, struct kairan_error *error_r);

#endif

/*
 * Signatures that people have said are theirs (Art. 13-1(3)), and lines that stand below the
 * replies of several people. Hashes are those of reply_tail_hash(). All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_SIGNATURE_H
#define KAIRAN_SCHEMA_STORE_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "schema/store.h"

/* What is kept of a signature's first line, in characters; the rest is "...". */
#define SIGNATURE_FIRST_LINE_MOST 60

/* Whose: a person is found again by what stays when they are renamed, and where the directory
 * does not say that, by the login. */
struct signature_owner {
	const char *uid;
	const char *person_id; /* "": unknown */
};

/* Strings are owned by one that was read (signature_free()), borrowed in one that is learned. */
struct signature {
	char *uid;
	char *person_id;
	char *hash;
	char *first_line; /* cut when it is stored */
	int64_t lines;
	int64_t learned_at;
	int64_t draft;
	char *queue_id;
};

void signature_free(struct signature *signature);

/* Keep one. NO: the person has it already, and nothing was changed. */
enum answer store_signature_learn(struct store *store, const struct signature *signature,
				  struct kairan_error *error_r);

/* The hashes of a person: a NULL-terminated vector, perhaps empty; free with g_strfreev(). */
bool store_signature_list_hashes(struct store *store, const struct signature_owner *owner,
				 char ***hashes_r, struct kairan_error *error_r);

/* Those of a login, or of all (uid NULL), by login and time: a new array of struct signature. */
bool store_signature_list(struct store *store, const char *uid, GPtrArray **signatures_r,
			  struct kairan_error *error_r);

/* Forget one that was listed. */
bool store_signature_forget(struct store *store, const struct signature *signature,
			    struct kairan_error *error_r);

/* Note that a line stands below a person's reply. */
bool store_signature_note_line(struct store *store, const char *hash, const char *uid,
			       int64_t now, struct kairan_error *error_r);

/* Below the replies of how many people has this line stood? */
bool store_signature_count_people(struct store *store, const char *hash, int64_t *count_r,
				  struct kairan_error *error_r);

/* Forget the lines that were not seen since a time. */
bool store_signature_forget_lines(struct store *store, int64_t before,
				  struct kairan_error *error_r);

#endif

/*
 * The keys that sign tokens (key_file) or seal the audit trail (audit_key_file): one "ID HEX" a line (ID 1..255, 64 hex
 * digits), '#' begins a comment. The last line's key signs; all verify, so that replies
 * under way survive a rotation.
 */
#ifndef KAIRAN_CONF_KEYRING_H
#define KAIRAN_CONF_KEYRING_H

#include <stdbool.h>

#include "policy/error.h"
#include "policy/token.h"

struct keyring;

/* Read the file that a setting names. Errors have the setting and the line; a file that others
 * may read is refused. */
bool keyring_load(const char *setting, const char *path, struct keyring **keyring_r,
		  struct kairan_error *error_r);
void keyring_free(struct keyring *keyring);

/* The key that signs now. */
const struct token_key *keyring_current(const struct keyring *keyring);

/* The first key, or the one behind this one; NULL: there is no more. */
const struct token_key *keyring_next(const struct keyring *keyring,
				     const struct token_key *key);

/* The key of an id; NULL when it is not there (any more). */
const struct token_key *keyring_find(const struct keyring *keyring, unsigned int id);

/* Make a new file with one fresh key, mode 0600. A file that exists is an error: keys are
 * never overwritten. */
bool keyring_make_file(const char *path, struct kairan_error *error_r);

/* Add a fresh key to a file, in one step: who reads it finds the old keys or all of them. The
 * new one signs from then on; *id_r is its id. Of more than 16 keys the oldest is left out. */
bool keyring_rotate_file(const char *path, unsigned int *id_r,
			 struct kairan_error *error_r);

#endif

/*
 * The keys that sign tokens, from key_file: one "ID HEX" a line (ID 1..255, 64 hex
 * digits), '#' begins a comment. The last line's key signs; all verify, so that replies
 * under way survive a rotation.
 */
#ifndef KAIRAN_CONF_KEYRING_H
#define KAIRAN_CONF_KEYRING_H

#include <stdbool.h>

#include "policy/error.h"
#include "policy/token.h"

struct keyring;

/* Read the file. Errors name the line; a file that others may read is refused. */
bool keyring_load(const char *path, struct keyring **keyring_r,
		  struct kairan_error *error_r);
void keyring_free(struct keyring *keyring);

/* The key that signs now. */
const struct token_key *keyring_current(const struct keyring *keyring);

/* The key of an id; NULL when it is not there (any more). */
const struct token_key *keyring_find(const struct keyring *keyring, unsigned int id);

/* Make a new file with one fresh key, mode 0600. A file that exists is an error: keys are
 * never overwritten. */
bool keyring_make_file(const char *path, struct kairan_error *error_r);

#endif

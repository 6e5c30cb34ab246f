/*
 * The tokens of signed leave addresses and links.
 */
#ifndef KAIRAN_MILTER_CORE_LEAVE_TOKEN_H
#define KAIRAN_MILTER_CORE_LEAVE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/keyring.h"
#include "conf/settings.h"
#include "policy/token.h"

/* The keys of leave_key_file. They may be missing as long as nothing is signed with them: *keys_r
 * is NULL then. False: they are needed (copies = personal), or are there and cannot be read. */
bool leave_token_load_keys(const struct settings *settings, struct keyring **keys_r,
			   struct kairan_error *error_r);

/* Whose right it is to leave which list. */
struct leave_right {
	int64_t leaver; /* schema/store_leaver.h */
	const char *list;
};

/* Sign with the key of that id, or, if it is not there any more, with the current one. It has no
 * end: whoever finds an old mail leaves by it, as long as they are registered. */
bool leave_token_make(const struct keyring *keys, unsigned int key_id,
		      const struct leave_right *right, char text_r[TOKEN_TEXT_MAX + 1]);

/* Is it a token of ours, for this list? keys may be NULL: none is then. */
bool leave_token_is_genuine(const struct keyring *keys, const char *text, size_t length,
			    const char *list);

#endif

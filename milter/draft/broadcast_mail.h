/*
 * The mail that residents get.
 */
#ifndef KAIRAN_MILTER_DRAFT_BROADCAST_MAIL_H
#define KAIRAN_MILTER_DRAFT_BROADCAST_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/core/kairan.h"
#include "milter/mail/encoded_word.h"
#include "schema/store_draft.h"
#include "schema/store_release.h"

/* The Message-ID of a draft's broadcast in a language ("": its own text), with its angle brackets.
 * Free with g_free(). */
char *broadcast_mail_id(const struct settings *settings, const struct draft *draft,
			const char *language);

/* What goes out: the draft's mail in the language of a shard, to all of it. */
struct broadcast_copy {
	const struct draft *draft;
	const struct shard *shard;
	const struct keyring *leave_keys; /* of personal copies; else it may be NULL */
};

/* Write it: the same octets every time for the same copy and settings. malloc'd. False
 * as well where the draft has no text in that language. */
bool broadcast_mail_write(const struct settings *settings,
			  const struct broadcast_copy *copy, char **octets_r,
			  size_t *length_r, struct kairan_error *error_r);

/* The charset that it has in a language ("": its own text), which the draft has a text in. */
enum encoded_word_charset broadcast_mail_charset(const struct settings *settings,
						 const struct draft *draft,
						 const char *language);

/* The envelope of a shard: its sender, and the release+ and receipt+ addresses that are
 * signed for it. Addr-specs, to be freed with g_free(). */
char *broadcast_mail_sender(const struct setup *setup, const struct draft *draft,
			    const struct shard *shard);
char *broadcast_mail_address(const struct setup *setup, const struct draft *draft,
			     const struct shard *shard, enum token_purpose purpose);

#endif

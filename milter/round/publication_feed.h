/*
 * Atom feeds (RFC 4287) of what went out.
 */
#ifndef KAIRAN_MILTER_ROUND_PUBLICATION_FEED_H
#define KAIRAN_MILTER_ROUND_PUBLICATION_FEED_H

#include "milter/core/kairan.h"

/* Write all feeds into the folder of the setting feed_folder, as the store has them; files that are
 * so already are left alone. */
bool publication_feed_write(struct kairan *kairan, const struct setup *setup,
			    struct kairan_error *error_r);

#endif

/*
 * To be told when the directory changes: content synchronization (RFC 4533).
 *
 * It only says that something changed; what it is now is always asked afresh (directory.h). So
 * nothing depends on it but how soon a change is seen.
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_FOLLOW_H
#define KAIRAN_SCHEMA_DIRECTORY_FOLLOW_H

#include "schema/directory.h"

struct directory_follower; /* a connection of its own; for one thread */

enum follow_news {
	FOLLOW_STARTED, /* from now on: it may have changed until now */
	FOLLOW_CHANGED, /* a section, broadcast, person or administrators' group did */
	FOLLOW_QUIET,   /* nothing in that time */
	FOLLOW_WOKEN,   /* the descriptor is readable */
	FOLLOW_REFUSED, /* the server does not offer it for this base */
	FOLLOW_LOST,    /* the connection, or the server ended it: error_r says why */
};

/* YES, with a follower that directory_follower_free() frees; it must not outlive the
 * directory. NO: the server does not offer it. UNKNOWN: could not ask. */
enum answer directory_follower_open(struct directory *directory,
				    struct directory_follower **follower_r,
				    struct kairan_error *error_r);

/* Wait for news: at most so many milliseconds (-1: without end), and until the descriptor,
 * which somebody else writes to, is readable. */
enum follow_news directory_follower_wait(struct directory_follower *follower,
					 int descriptor, int milliseconds,
					 struct kairan_error *error_r);

/* Accepts NULL. */
void directory_follower_free(struct directory_follower *follower);

#endif

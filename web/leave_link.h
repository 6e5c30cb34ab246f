/*
 * The link in a personal copy by which its reader leaves a list.
 */
#ifndef KAIRAN_WEB_LEAVE_LINK_H
#define KAIRAN_WEB_LEAVE_LINK_H

#include <stdbool.h>

#include "conf/keyring.h"
#include "conf/settings.h"

struct leave_link {
	char *list;
	char *token;
};

/* Read what stands behind the host of a link, decoded: anything, then "/leave/LIST/TOKEN". False: it
 * is no link that was signed with these keys. Clear with leave_link_clear(). */
bool leave_link_read(const char *path, const struct keyring *keys,
		     struct leave_link *link_r);
void leave_link_clear(struct leave_link *link);

enum leave_outcome {
	LEAVE_DONE,    /* left, now or before */
	LEAVE_UNKNOWN, /* not registered any more */
	LEAVE_LATER,   /* it could not be asked */
};

/* Have the daemon do it. May take as long as the MTA's answer, 20 seconds at most. */
enum leave_outcome leave_link_follow(const struct leave_link *link,
				     const struct settings *settings);

#endif

/*
 * Addresses from another system: the rows of its file, or what else it says.
 */
#ifndef KAIRAN_CTL_CTL_ADDRESSES_H
#define KAIRAN_CTL_CTL_ADDRESSES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"
#include "policy/address.h"

/* Where they stand, and what was found. Zero all but the first three. */
struct ctl_addresses {
	const struct settings *settings; /* refused_roles, refused_domains */
	const char *path;                /* the file, or what else names the source */
	const char *column; /* the heading above them, or a number; NULL: the first */
	GArray *found;      /* struct address, each once (case folded) */
	GHashTable *keys;   /* of these */
	int64_t bad, empty, twice;
	int64_t inactive; /* kairanctl's own export says that they are */
};

/* Take one address that stands at this line (0: not in a file). What is none, or may be no
 * subscriber's, is told and counted as bad. */
void ctl_addresses_take(struct ctl_addresses *addresses, const char *text, size_t line);

/* All are taken: EX_OK, or EX_DATAERR where one was bad, after having said so. */
int ctl_addresses_judge(const struct ctl_addresses *addresses);

/* Read the file. EX_OK, or another exit status after having said why not; bad lines are
 * EX_DATAERR. Free with ctl_addresses_clear() in any case. */
int ctl_addresses_read_file(struct ctl_addresses *addresses);

/* Say of the source what was left out, where something was. */
void ctl_addresses_tell(const struct ctl_addresses *addresses);

void ctl_addresses_init(struct ctl_addresses *addresses, const struct settings *settings,
			const char *path);
void ctl_addresses_clear(struct ctl_addresses *addresses);

#endif

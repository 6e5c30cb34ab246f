/*
 * Sendmail's configuration, sendmail.cf.
 */
#ifndef KAIRAN_CTL_CHECK_SENDMAIL_H
#define KAIRAN_CTL_CHECK_SENDMAIL_H

#include <stdbool.h>

#include "policy/error.h"

struct sendmail;

/* False: the file cannot be read. */
bool sendmail_read(const char *path, struct sendmail **sendmail_r,
		   struct kairan_error *error_r);
void sendmail_free(struct sendmail *sendmail);

/* The first line that begins so and has this in it; NULL: there is none. */
const char *sendmail_find_line(const struct sendmail *sendmail, const char *prefix,
			       const char *part);

/* The value of an option, "" without it. */
const char *sendmail_get_option(const struct sendmail *sendmail, const char *name);

#endif

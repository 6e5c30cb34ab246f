/*
 * One question of a check: a row of the table (ctl/check/table.c).
 */
#ifndef KAIRAN_CTL_CHECK_ROW_H
#define KAIRAN_CTL_CHECK_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "policy/error.h"

/* What the administrator has said; NULL: nothing. */
struct check_options {
	const char *login; /* of a person, to try it */
	const char *password_file;
	const char *submission; /* URL of the submission service */
	const char *mta_config; /* Postfix's folder, or sendmail.cf */
	const char *nameserver; /* IPv4 address, perhaps with a port */
	int64_t wait;           /* seconds for a mail to come back */
};

struct check; /* what has been seen: ctl/check/facts.h */

/* What is said beside an answer. */
struct check_words {
	GString *found; /* what was seen: settings, addresses, servers' words */
	GString *cure;  /* besides the row's: a record to publish, a line to write */
	bool is_advice; /* the answer no is no more than advice this time */
};

/* Who has to keep it? */
enum check_applies { CHECK_ALWAYS, CHECK_POSTFIX, CHECK_SENDMAIL };

/* What a no is: a promise that is broken, or something to look at. */
enum check_weight { CHECK_PROMISE, CHECK_ADVICE };

/* One question. */
struct check_row {
	const char *name;
	enum check_applies applies;
	enum check_weight weight;
	const char *asked_en; /* what is so when the answer is yes */
	const char *asked_ja;
	const char *cure_en;
	const char *cure_ja;
	/* YES: it is so. UNKNOWN: could not ask; found says why. */
	enum answer (*ask)(struct check *check, struct check_words *said);
};

#endif

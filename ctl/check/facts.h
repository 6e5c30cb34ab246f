/*
 * What a check has seen, for the rows' questions.
 */
#ifndef KAIRAN_CTL_CHECK_FACTS_H
#define KAIRAN_CTL_CHECK_FACTS_H

#include "ctl/check/postfix.h"
#include "ctl/check/probes.h"
#include "ctl/check/row.h"
#include "ctl/check/sendmail.h"
#include "milter/core/kairan.h"
#include "milter/round/mta_log.h"

struct check {
	struct setup *setup;
	struct store *store;
	const struct check_options *options;
	GPtrArray *probes;         /* struct check_probe */
	struct postfix *postfix;   /* NULL: it is not Postfix */
	struct sendmail *sendmail; /* NULL: it is not Sendmail */
	struct kairan_error mta_error;
	struct mta_log
	    *log; /* from before the probes on; NULL: there is none, or log_error */
	struct kairan_error log_error;
};

/* By which transport Postfix sends, by the sender. */
#define CHECK_SENDER_MAPS "sender_dependent_default_transport_maps"

/* What a table of Postfix's says of a key, such as "transport:host", to be freed with g_free(). NO:
 * nothing. UNKNOWN: found says why (rows_maps.c). */
enum answer check_find_route(const struct check *check, struct check_words *said,
			     const char *name, const char *key, char **route_r);

#endif

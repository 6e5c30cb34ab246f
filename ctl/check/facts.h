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

#endif

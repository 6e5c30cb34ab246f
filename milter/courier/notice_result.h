/*
 * What came of a release, domain by domain, in a notice.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_RESULT_H
#define KAIRAN_MILTER_COURIER_NOTICE_RESULT_H

#include "milter/courier/notice_facts.h"

/* Put result_domains, of the rows as the round packed them: "DOMAIN RECIPIENTS FAILURES KIND COUNT
 * KIND COUNT", one a line. */
void notice_result_put(struct notice_facts *facts, const char *packed);

#endif

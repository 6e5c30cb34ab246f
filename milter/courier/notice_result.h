/*
 * What came of a release, domain by domain, in a notice.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_RESULT_H
#define KAIRAN_MILTER_COURIER_NOTICE_RESULT_H

#include "milter/courier/notice_facts.h"

/* Put result_domains, of the rows as the round packed them: "DOMAIN RECIPIENTS FAILURES KIND COUNT
 * KIND COUNT", one a line. */
void notice_result_put(struct notice_facts *facts, const char *packed);

/* What the mail system's log says of it. Put delivery_sent, and delivery_first, delivery_median,
 * delivery_most and delivery_last with how long after the release was due: of "DUE SENT FIRST MEDIAN
 * MOST LAST" (seconds), "": nothing is known. */
void notice_result_put_times(struct notice_facts *facts, const char *packed);

/* Put delivery_waiting, of "DOMAIN WAITING RECIPIENTS WORDS", one a line. */
void notice_result_put_waiting(struct notice_facts *facts, const char *packed);

#endif

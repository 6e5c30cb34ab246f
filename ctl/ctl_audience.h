/*
 * The recipients of a release, one after another.
 */
#ifndef KAIRAN_CTL_CTL_AUDIENCE_H
#define KAIRAN_CTL_CTL_AUDIENCE_H

#include "ctl/ctl_store.h"
#include "schema/store_release.h"

/* Called for each; it may not use the store. */
typedef void (*ctl_audience_visitor)(const struct shard *shard, const char *address,
				     void *context);

/* Visit all recipients of a draft, page by page, each page a transaction: there may be a million,
 * and nobody is to wait for that. Returns EX_OK, or an exit status after having said what is wrong
 * (EX_NOINPUT: no such draft). Nobody is visited before the release has begun. */
int ctl_audience_visit(struct store *store, long long draft, ctl_audience_visitor visit,
		       void *context);

/* EX_NOINPUT, with the sentence: there is no such draft. */
int ctl_audience_find_no_draft(long long id, struct kairan_error *error_r);

#endif

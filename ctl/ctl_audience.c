/*
 * NAME
 *	ctl_audience - the recipients of a release, one after another
 *
 * DESCRIPTION
 *	For drafts stop --list and drafts recipients. Whoever shows what is visited here records
 *	that first (ctl_reading.h).
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no such draft. EX_UNAVAILABLE: the store cannot be read.
 */
#include "config.h"

#include "ctl/ctl_audience.h"

#include <glib.h>
#include <sysexits.h>

#include "ctl/ctl_say.h"
#include "schema/store_draft.h"

#define RECIPIENTS_AT 1000 /* read at once */

struct audience_walk {
	long long draft;
	ctl_audience_visitor visit;
	void *context;
	GArray *shards;
	struct shard_page page;
};

int ctl_audience_find_no_draft(long long id, struct kairan_error *error_r)
{
	(void)error_set(error_r, ctl_say("there is no draft %lld"), id);
	return EX_NOINPUT;
}

static void add_shard(const struct shard *shard, void *context)
{
	g_array_append_vals(context, shard, 1);
}

static int find_shards(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct audience_walk *walk = context;
	struct draft *draft = NULL;
	const enum answer answer = store_draft_find(store, walk->draft, &draft, error_r);

	draft_free(draft);
	if (answer == ANSWER_NO)
		return ctl_audience_find_no_draft(walk->draft, error_r);
	return answer == ANSWER_YES &&
		       store_release_visit_shards(store, walk->draft, add_shard,
						  walk->shards, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static void visit_address(const char *address, void *context)
{
	const struct audience_walk *walk = context;

	walk->visit(walk->page.shard, address, walk->context);
}

static int visit_page(struct store *store, void *context, struct kairan_error *error_r)
{
	struct audience_walk *walk = context;

	return store_release_visit_page(store, &walk->page, visit_address, walk, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static int visit_shard(struct store *store, struct audience_walk *walk)
{
	int64_t last = -1;
	int status = EX_OK;

	while (status == EX_OK && walk->page.last != last) {
		last = walk->page.last;
		status = ctl_store_work(store, visit_page, walk);
	}
	return status;
}

int ctl_audience_visit(struct store *store, long long draft, ctl_audience_visitor visit,
		       void *context)
{
	struct audience_walk walk = { .draft = draft,
				      .visit = visit,
				      .context = context };
	int status;

	walk.shards = g_array_new(FALSE, FALSE, sizeof(struct shard));
	status = ctl_store_work(store, find_shards, &walk);
	for (guint i = 0; status == EX_OK && i < walk.shards->len; i++) {
		walk.page = (struct shard_page){
			.shard = &g_array_index(walk.shards, struct shard, i),
			.limit = RECIPIENTS_AT,
		};
		status = visit_shard(store, &walk);
	}
	g_array_unref(walk.shards);
	return status;
}

/*
 * NAME
 *	likeness - a text like one that went out a few days ago
 *
 * DESCRIPTION
 *	The store is nobody's while texts are compared. What others approve meanwhile is seen all the
 *	same: the transaction that keeps the draft asks once more what there is, and what is new is
 *	compared before the draft is kept. Only approvals make a pass more, one each at most.
 *
 *	Of the earlier texts so many are in memory at a time as make a megabyte.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/likeness.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "policy/guards.h"

/* How many earlier drafts a text is compared with. */
#define EARLIER_MOST 50

/* Octets that are read in one transaction. */
#define GATHER_MOST (1024 * 1024)

struct compared {
	int64_t id;
	int percent;
};

struct likeness {
	const struct setup *setup;
	const struct draft *draft;
	struct guards_pairs *pairs; /* the draft's; NULL: not counted yet */
	GPtrArray *gathered;        /* struct draft: read, and not compared yet */
	GArray *compared;           /* struct compared */
	GArray *earlier; /* ids, as the store had them when it was last asked */
};

static void free_draft(void *draft)
{
	draft_free(draft);
}

struct likeness *likeness_new(const struct setup *setup, const struct draft *draft)
{
	struct likeness *likeness = g_new0(struct likeness, 1);

	likeness->setup = setup;
	likeness->draft = draft;
	likeness->gathered = g_ptr_array_new_with_free_func(free_draft);
	likeness->compared = g_array_new(FALSE, FALSE, sizeof(struct compared));
	return likeness;
}

void likeness_free(struct likeness *likeness)
{
	if (likeness == NULL)
		return;
	guards_pairs_free(likeness->pairs);
	g_ptr_array_unref(likeness->gathered);
	g_array_unref(likeness->compared);
	if (likeness->earlier != NULL)
		g_array_unref(likeness->earlier);
	g_free(likeness);
}

/* -1: they have not been compared. */
static int find_percent(const struct likeness *likeness, int64_t id)
{
	for (guint i = 0; i < likeness->compared->len; i++) {
		const struct compared *compared =
		    &g_array_index(likeness->compared, struct compared, i);

		if (compared->id == id)
			return compared->percent;
	}
	return -1;
}

static bool list_earlier(struct likeness *likeness, struct store *store,
			 struct kairan_error *error_r)
{
	const struct draft_filter filter = {
		.broadcast = likeness->draft->broadcast,
		.is_drill = likeness->draft->is_drill,
		.since = clock_now() - likeness->setup->settings->duplicate_window,
		.limit = EARLIER_MOST,
	};

	if (likeness->earlier != NULL)
		g_array_unref(likeness->earlier);
	likeness->earlier = store_draft_list_approved(store, &filter, error_r);
	return likeness->earlier != NULL;
}

enum answer likeness_gather(struct likeness *likeness, struct store *store,
			    struct kairan_error *error_r)
{
	size_t octets = 0;

	g_ptr_array_set_size(likeness->gathered, 0);
	if (!list_earlier(likeness, store, error_r))
		return ANSWER_UNKNOWN;
	for (guint i = 0; i < likeness->earlier->len && octets < GATHER_MOST; i++) {
		const int64_t id = g_array_index(likeness->earlier, int64_t, i);
		struct draft *earlier = NULL;

		/* A correction is meant to be like what it corrects. */
		if (id == likeness->draft->corrects || find_percent(likeness, id) >= 0)
			continue;
		switch (store_draft_find(store, id, &earlier, error_r)) {
		case ANSWER_YES:
			octets += strlen(earlier->text);
			g_ptr_array_add(likeness->gathered, earlier);
			break;
		case ANSWER_NO:
			break;
		case ANSWER_UNKNOWN:
			return ANSWER_UNKNOWN;
		}
	}
	return likeness->gathered->len == 0 ? ANSWER_YES : ANSWER_NO;
}

void likeness_compare(struct likeness *likeness)
{
	if (likeness->pairs == NULL && likeness->gathered->len > 0)
		likeness->pairs = guards_pairs_count(likeness->draft->text);
	for (guint i = 0; i < likeness->gathered->len; i++) {
		const struct draft *earlier = g_ptr_array_index(likeness->gathered, i);
		struct guards_pairs *pairs = guards_pairs_count(earlier->text);
		const struct compared compared = {
			.id = earlier->id,
			.percent = guards_measure_likeness(likeness->pairs, pairs),
		};

		guards_pairs_free(pairs);
		g_array_append_val(likeness->compared, compared);
	}
	g_ptr_array_set_size(likeness->gathered, 0);
}

enum answer likeness_find(const struct likeness *likeness, struct store *store,
			  struct draft **earlier_r, int *percent_r,
			  struct kairan_error *error_r)
{
	int64_t id = 0;

	*percent_r = GUARDS_LIKENESS_LIMIT - 1;
	for (guint i = 0; i < likeness->earlier->len; i++) {
		const int64_t one = g_array_index(likeness->earlier, int64_t, i);
		const int percent = find_percent(likeness, one);

		if (percent > *percent_r) {
			*percent_r = percent;
			id = one;
		}
	}
	return id == 0 ? ANSWER_NO : store_draft_find(store, id, earlier_r, error_r);
}

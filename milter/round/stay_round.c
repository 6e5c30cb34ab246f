/*
 * NAME
 *	stay_round - alarms for approved drafts that stay
 *
 * DESCRIPTION
 *	The alarms follow what the store says of the drafts. So they are right after a stop in
 *	the middle, and whoever ends a stay, by a decision or by putting the directory right,
 *	need not know of them.
 *
 * DIAGNOSTICS
 *	Alarms: see alarm.c. Error: the store cannot be read.
 */
#include "config.h"

#include "milter/round/stay_round.h"

#include <glib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "policy/text.h"
#include "schema/store_alarm.h"
#include "schema/store_draft.h"

struct staying {
	GPtrArray *drafts; /* struct draft */
	GPtrArray *alarms; /* struct alarm */
};

static void free_draft(void *draft)
{
	draft_free(draft);
}

static bool read_drafts(struct store *store, struct staying *staying,
			struct kairan_error *error_r)
{
	GArray *ids = store_draft_list_staying(store, error_r);
	bool ok = ids != NULL;

	for (guint i = 0; ok && i < ids->len; i++) {
		struct draft *draft = NULL;

		ok = store_draft_find(store, g_array_index(ids, int64_t, i), &draft,
				      error_r) == ANSWER_YES;
		if (ok)
			g_ptr_array_add(staying->drafts, draft);
	}
	if (ids != NULL)
		g_array_unref(ids);
	return ok;
}

static bool read_all(struct store *store, struct staying *staying,
		     struct kairan_error *error_r)
{
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = read_drafts(store, staying, error_r) &&
	     store_alarm_list(store, &staying->alarms, error_r);
	store_rollback(store);
	return ok;
}

static bool is_raised(const struct staying *staying, const char *id, const char *reason)
{
	g_autofree char *name = g_strconcat(ALARM_STAYS " ", id, NULL);

	for (guint i = 0; i < staying->alarms->len; i++) {
		const struct alarm *alarm = g_ptr_array_index(staying->alarms, i);

		if (strcmp(alarm->name, name) == 0 && strcmp(alarm->reason, reason) == 0)
			return true;
	}
	return false;
}

/* Once for each reason: what stays does so until it goes on, and not once for each look. */
static void raise_one(struct kairan *kairan, const struct staying *staying,
		      const struct draft *draft)
{
	g_autofree char *id = g_strdup_printf("%lld", (long long)draft->id);
	g_autofree char *reason = g_strdup_printf("stays-%s", draft->stays);
	g_autofree char *detail =
	    g_strdup_printf("%s (%s): %s", draft->broadcast, draft->list, draft->subject);

	if (!is_raised(staying, id, reason))
		alarm_raise(kairan, ALARM_STAYS, id, reason, detail);
}

static bool stays(const struct staying *staying, const char *id)
{
	const int64_t number = g_ascii_strtoll(id, NULL, 10);

	for (guint i = 0; i < staying->drafts->len; i++) {
		const struct draft *draft = g_ptr_array_index(staying->drafts, i);

		if (draft->id == number)
			return true;
	}
	return false;
}

static void clear_others(struct kairan *kairan, const struct staying *staying)
{
	for (guint i = 0; i < staying->alarms->len; i++) {
		const struct alarm *alarm = g_ptr_array_index(staying->alarms, i);
		const char *id = alarm->name + strlen(ALARM_STAYS " ");

		if (text_begins_with(alarm->name, ALARM_STAYS " ") && !stays(staying, id))
			alarm_clear(kairan, ALARM_STAYS, id);
	}
}

void stay_round_walk(struct kairan *kairan)
{
	struct staying staying = { g_ptr_array_new_with_free_func(free_draft), NULL };
	struct kairan_error error = { "" };

	if (read_all(kairan_get_store(kairan), &staying, &error)) {
		for (guint i = 0; i < staying.drafts->len; i++)
			raise_one(kairan, &staying, g_ptr_array_index(staying.drafts, i));
		clear_others(kairan, &staying);
	} else {
		log_error("drafts that stay: %s", error.text);
	}
	g_ptr_array_unref(staying.drafts);
	if (staying.alarms != NULL)
		g_ptr_array_unref(staying.alarms);
}

/*
 * NAME
 *	duty_round - who was registered, changed, suspended or removed
 *
 * DESCRIPTION
 *	Reads all sections and compares who has which duty (duty_holders.h) with what the store
 *	keeps of the last look (store_duty.h). Each difference is recorded and told
 *	(duty_change.h). The very first look only keeps what it finds.
 *
 *	A directory that suddenly shows nobody, not even an administrator, has lost its rules of
 *	access, or its data, and not its people: then everything stays as it was. Somebody
 *	whose entry was renamed, and whom no section names by the new name yet, stays too: the
 *	server's refint is on its way.
 *
 *	While the sections are at hand, each is read with its people, so that contradictions
 *	raise their alarms before a draft meets them. An LDAP that stays silent raises one too.
 *
 * DIAGNOSTICS
 *	Warning: LDAP could not be asked, or shows nobody. Error: the store cannot be written. All
 *	are tried again.
 */
#include "config.h"

#include "milter/round/duty_round.h"

#include <glib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/draft/duty_holders.h"
#include "milter/round/duty_change.h"
#include "schema/store_position.h"

#define POSITION "duties"
#define SILENCE  "directory-silent"

/* ---- all of them ---- */

/* Does the section still name the holder by the DN, in this duty? */
static bool is_named(const struct duty_look *look, const struct duty_holder *holder)
{
	const struct section *section = duty_look_find_section(look, holder);
	char **dns;

	if (section == NULL)
		return false;
	if (strcmp(holder->duty, duty_name(DUTY_APPROVER)) == 0)
		dns = section->approvers;
	else if (strcmp(holder->duty, duty_name(DUTY_DELEGATE)) == 0)
		dns = section->delegates;
	else
		dns = section->staff;
	return g_strv_contains((const char *const *)dns, holder->person);
}

/* Has this one, who was not seen now, the duty no longer? NO: the section names the entry,
 * which lives on under another name. */
static enum answer has_ended(const struct duty_look *look,
			     const struct duty_holder *holder,
			     struct kairan_error *error_r)
{
	enum answer lives = ANSWER_NO;

	if (*holder->person_id != '\0' && is_named(look, holder))
		lives =
		    directory_find_id(look->setup->directory, holder->person_id, error_r);
	if (lives == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	return lives == ANSWER_YES ? ANSWER_NO : ANSWER_YES;
}

static bool keep_quietly(const struct duty_look *look, const struct duty_holder *before,
			 const struct duty_holder *after, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(look->kairan);
	const struct duty_change change = { "", before, after };

	if (!store_begin(store, error_r))
		return false;
	return store_end(store, duty_change_keep(store, &change, error_r), error_r);
}

/* Each change keeps only what it tells, so that none is lost between two of them. */
static bool compare_one(const struct duty_look *look, const struct duty_holder *before,
			const struct duty_holder *after, struct kairan_error *error_r)
{
	struct duty_holder step = *before;

	step.status = after->status;
	step.status_facts = after->status_facts;
	/* A suspension that got another end, or its reason, is told again. */
	if ((strcmp(before->status, after->status) != 0 ||
	     strcmp(before->status_facts, after->status_facts) != 0) &&
	    !duty_change_record(
		look, &(struct duty_change){ after->status, before, &step }, error_r))
		return false;
	if (duty_holder_was_changed(before, after))
		return duty_change_record(
		    look, &(struct duty_change){ "changed", &step, after }, error_r);
	return !duty_holder_differs(before, after) ||
	       keep_quietly(look, before, after, error_r);
}

static bool compare(const struct duty_look *look, const GPtrArray *after,
		    struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < look->before->len; i++) {
		const struct duty_holder *holder = g_ptr_array_index(look->before, i);
		enum answer ended = ANSWER_NO;

		if (duty_holders_find(after, holder, look->before) == NULL)
			ended = has_ended(look, holder, error_r);
		ok = ended != ANSWER_UNKNOWN &&
		     (ended == ANSWER_NO ||
		      duty_change_record(
			  look, &(struct duty_change){ "ended", holder, NULL }, error_r));
	}
	for (guint i = 0; ok && i < after->len; i++) {
		const struct duty_holder *holder = g_ptr_array_index(after, i);
		const struct duty_holder *old =
		    duty_holders_find(look->before, holder, after);

		ok = old != NULL
			 ? compare_one(look, old, holder, error_r)
			 : duty_change_record(
			       look, &(struct duty_change){ "registered", NULL, holder },
			       error_r);
	}
	return ok;
}

static bool keep_all(struct store *store, const GPtrArray *holders,
		     struct kairan_error *error_r)
{
	bool ok = store_begin(store, error_r);

	if (!ok)
		return false;
	for (guint i = 0; ok && i < holders->len; i++)
		ok = duty_change_keep(
		    store,
		    &(struct duty_change){ .after = g_ptr_array_index(holders, i) },
		    error_r);
	return store_end(
	    store, ok && store_position_put(store, POSITION, "kept", error_r), error_r);
}

static bool read_before(struct store *store, GPtrArray **before_r, bool *is_first_r,
			struct kairan_error *error_r)
{
	char *kept = NULL;
	enum answer answer = ANSWER_UNKNOWN;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = store_duty_list(store, before_r, error_r);
	if (ok)
		answer = store_position_find(store, POSITION, &kept, error_r);
	store_rollback(store);
	*is_first_r = answer == ANSWER_NO;
	g_free(kept);
	if (ok && answer == ANSWER_UNKNOWN)
		g_ptr_array_unref(*before_r);
	return ok && answer != ANSWER_UNKNOWN;
}

/* Can nobody be seen where somebody was? Whoever ends the last section leaves administrators. */
static bool is_blind(const struct duty_look *look, const GPtrArray *after,
		     struct kairan_error *error_r)
{
	GPtrArray *administrators = NULL;
	bool blind;

	if (after->len > 0 || look->before->len == 0)
		return false;
	if (!directory_list_administrators(look->setup->directory, &administrators,
					   error_r))
		return true;
	blind = administrators->len == 0;
	g_ptr_array_unref(administrators);
	if (blind)
		(void)error_set(error_r, "LDAP: neither sections nor administrators can "
					 "be read; the duties stay as they were");
	return blind;
}

static bool look_at_all(struct duty_look *look, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(look->kairan);
	GPtrArray *before = NULL, *after;
	bool is_first = false, ok;

	if (!read_before(store, &before, &is_first, error_r))
		return false;
	look->before = before;
	after = duty_holders_read(look->kairan, look->setup, look->sections, error_r);
	ok = after != NULL && !is_blind(look, after, error_r) &&
	     (is_first ? keep_all(store, after, error_r) : compare(look, after, error_r));
	g_ptr_array_unref(before);
	if (after != NULL)
		g_ptr_array_unref(after);
	return ok;
}

/* ---- LDAP itself ---- */

/* Since when does it not answer? now, when this is the first time. */
static int64_t note_silence(struct store *store, int64_t now)
{
	struct kairan_error error = { "" };
	g_autofree char *text = g_strdup_printf("%lld", (long long)now);
	char *since = NULL;
	int64_t at = now;

	if (!store_begin(store, &error))
		return now;
	if (store_position_find(store, SILENCE, &since, &error) == ANSWER_YES &&
	    *since != '\0') {
		at = g_ascii_strtoll(since, NULL, 10);
		store_rollback(store);
	} else if (!store_position_put(store, SILENCE, text, &error)) {
		store_rollback(store);
	} else {
		(void)store_commit(store, &error);
	}
	g_free(since);
	return at;
}

static void watch_silence(struct kairan *kairan, const struct setup *setup, int64_t now,
			  const struct kairan_error *error)
{
	if (now - note_silence(kairan_get_store(kairan), now) >=
	    setup->settings->stuck_after)
		alarm_raise(kairan, ALARM_DIRECTORY, "ldap", "directory-silent",
			    error->text);
}

/* It answers. Most of the time it did before. */
static void end_silence(struct kairan *kairan)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };
	char *since = NULL;

	alarm_clear(kairan, ALARM_DIRECTORY, "ldap");
	if (!store_begin(store, &error))
		return;
	if (store_position_find(store, SILENCE, &since, &error) == ANSWER_YES &&
	    *since != '\0' && store_position_put(store, SILENCE, "", &error))
		(void)store_commit(store, &error);
	else
		store_rollback(store);
	g_free(since);
}

int64_t duty_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct duty_look look = { .kairan = kairan, .setup = setup, .now = now };
	GPtrArray *sections = NULL, *bad = NULL;
	struct kairan_error error = { "" };

	/* A section that cannot be understood is not one whose people were all removed. */
	if (!directory_list_sections(setup->directory, &sections, &bad, &error)) {
		log_warning("the directory will be looked at later: %s", error.text);
		watch_silence(kairan, setup, now, &error);
		return now + setup->settings->snapshot_refresh;
	}
	end_silence(kairan);
	look.sections = sections;
	if (bad->len > 0)
		log_warning("the directory's duties stay as they were: %s",
			    (const char *)g_ptr_array_index(bad, 0));
	else if (!look_at_all(&look, &error))
		log_warning("the directory will be looked at later: %s", error.text);
	g_ptr_array_unref(sections);
	g_ptr_array_unref(bad);
	waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	return now + setup->settings->snapshot_refresh;
}

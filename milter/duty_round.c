/*
 * NAME
 *	duty_round - who was registered, changed, suspended or removed
 *
 * DESCRIPTION
 *	Reads all sections and compares who has which duty with what the store keeps of the last
 *	look (store_duty.h). Each difference is one transaction: an audit row, a notice to the
 *	section's head, the approver (Art. 10, 11), and to an approver who is one no longer; and
 *	the new state. The very first look only keeps what it finds.
 *
 *	While the sections are at hand, each is read with its people, so that contradictions
 *	raise their alarms before a draft meets them. An LDAP that stays silent raises one too.
 *
 * DIAGNOSTICS
 *	Info: each change. Warning: LDAP could not be asked. Error: the store cannot be written.
 *	Both are tried again.
 */
#include "config.h"

#include "milter/duty_round.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/alarm.h"
#include "milter/notice.h"
#include "milter/standing.h"
#include "schema/store_duty.h"
#include "schema/store_position.h"

#define POSITION "duties"
#define SILENCE  "directory-silent"

struct look {
	struct kairan *kairan;
	const struct setup *setup;
	int64_t now;
	GPtrArray *sections;
	bool is_first;
};

static void free_holder(void *holder)
{
	duty_holder_free(holder);
}

/* ---- what the directory says ---- */

static const char *status_name(const struct section *section)
{
	static const char *const names[] = {
		[APPROVER_ACTIVE] = "active",
		[APPROVER_SUSPENDED] = "suspended",
		[APPROVER_REVOKED] = "revoked",
	};

	return names[section->status];
}

static void add_holder(const struct section *section, const struct standing *standing,
		       enum duty duty, const char *dn, GPtrArray *holders)
{
	const struct person *person = section_people_find(standing->people, dn);
	struct duty_holder *holder = duty_holder_new();

	holder->section = g_strdup(section->dn);
	holder->duty = g_strdup(duty_name(duty));
	holder->person = g_strdup(dn);
	holder->section_ja = g_strdup(section->name_ja);
	holder->section_en = g_strdup(section->name_en);
	holder->uid = g_strdup(person != NULL ? person->uid : dn);
	holder->name = g_strdup(person != NULL ? person->name : dn);
	holder->status = g_strdup(duty == DUTY_APPROVER ? status_name(section) : "");
	g_ptr_array_add(holders, holder);
}

static bool read_section(const struct look *look, const struct section *section,
			 GPtrArray *holders, struct kairan_error *error_r)
{
	struct standing standing;
	enum answer answer =
	    standing_read(look->kairan, look->setup, section->dn, "", &standing, error_r);

	if (answer == ANSWER_YES && section->approver != NULL)
		add_holder(section, &standing, DUTY_APPROVER, section->approver, holders);
	for (size_t i = 0; answer == ANSWER_YES && section->delegates[i] != NULL; i++)
		add_holder(section, &standing, DUTY_DELEGATE, section->delegates[i],
			   holders);
	for (size_t i = 0; answer == ANSWER_YES && section->staff[i] != NULL; i++)
		add_holder(section, &standing, DUTY_STAFF, section->staff[i], holders);
	standing_clear(&standing);
	return answer != ANSWER_UNKNOWN;
}

static GPtrArray *read_directory(const struct look *look, struct kairan_error *error_r)
{
	GPtrArray *holders = g_ptr_array_new_with_free_func(free_holder);

	for (guint i = 0; i < look->sections->len; i++) {
		if (!read_section(look, g_ptr_array_index(look->sections, i), holders,
				  error_r)) {
			g_ptr_array_unref(holders);
			return NULL;
		}
	}
	return holders;
}

/* ---- one difference ---- */

static const struct duty_holder *find_holder(const GPtrArray *holders,
					     const struct duty_holder *wanted)
{
	for (guint i = 0; i < holders->len; i++) {
		const struct duty_holder *holder = g_ptr_array_index(holders, i);

		if (strcmp(holder->section, wanted->section) == 0 &&
		    strcmp(holder->duty, wanted->duty) == 0 &&
		    strcmp(holder->person, wanted->person) == 0)
			return holder;
	}
	return NULL;
}

static const struct section *find_section(const struct look *look, const char *dn)
{
	for (guint i = 0; i < look->sections->len; i++) {
		const struct section *section = g_ptr_array_index(look->sections, i);

		if (strcmp(section->dn, dn) == 0)
			return section;
	}
	return NULL;
}

static bool tell(struct store *store, const struct look *look,
		 const struct duty_holder *holder, const char *change,
		 const struct person *reader, struct kairan_error *error_r)
{
	const bool ja = strcmp(reader->language, "ja") == 0;
	g_autofree char *at = g_strdup_printf("%lld", (long long)look->now);
	char *facts = notice_make_facts(
	    "section_name", ja ? holder->section_ja : holder->section_en, "person_name",
	    holder->name, "person_login", holder->uid, "duty_key", holder->duty,
	    "change_key", change, "noted_at", at, NULL);
	bool ok = notice_add_person(store, NOTICE_DUTY_CHANGED, 0, reader, facts,
				    look->now, error_r);

	free(facts);
	return ok;
}

/* Who is told: the section's head, and an approver who is one no longer. People who cannot be
 * found now are left out. */
static GPtrArray *find_readers(const struct look *look, const struct duty_holder *holder,
			       struct kairan_error *error_r)
{
	const struct section *section = find_section(look, holder->section);
	const char *const dns[] = {
		section != NULL ? section->approver : NULL,
		strcmp(holder->duty, duty_name(DUTY_APPROVER)) == 0 ? holder->person
								    : NULL,
	};
	GPtrArray *readers = g_ptr_array_new_with_free_func((GDestroyNotify)person_free);

	for (size_t i = 0; i < G_N_ELEMENTS(dns); i++) {
		struct person *person = NULL;
		enum answer answer = ANSWER_NO;

		if (dns[i] != NULL && (i == 0 || g_strcmp0(dns[0], dns[i]) != 0))
			answer = directory_find_person_by_dn(look->setup->directory,
							     dns[i], &person, error_r);
		if (answer == ANSWER_UNKNOWN) {
			g_ptr_array_unref(readers);
			return NULL;
		}
		if (answer == ANSWER_YES)
			g_ptr_array_add(readers, person);
	}
	return readers;
}

static bool write_change(struct store *store, const struct look *look,
			 const struct duty_holder *holder, const char *change,
			 const GPtrArray *readers, struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf(
	    "%s: %s (%s) of %s", change, holder->uid, holder->duty, holder->section);
	const struct audit_event event = {
		.at = look->now,
		.uid = "kairan",
		.role = "system",
		.action = "duty",
		.outcome = change,
		.detail = detail,
	};
	bool ok = store_audit_append(store, &event, error_r);

	for (guint i = 0; ok && i < readers->len; i++)
		ok = tell(store, look, holder, change, g_ptr_array_index(readers, i),
			  error_r);
	if (!ok)
		return false;
	return strcmp(change, "ended") == 0 ? store_duty_remove(store, holder, error_r)
					    : store_duty_put(store, holder, error_r);
}

static bool record_change(const struct look *look, const struct duty_holder *holder,
			  const char *change, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(look->kairan);
	GPtrArray *readers = find_readers(look, holder, error_r);
	bool ok = readers != NULL && store_begin(store, error_r);

	if (ok) {
		ok = write_change(store, look, holder, change, readers, error_r);
		if (ok)
			ok = store_commit(store, error_r);
		else
			store_rollback(store);
	}
	if (readers != NULL)
		g_ptr_array_unref(readers);
	if (ok)
		log_info("duty %s: %s (%s) of %s", change, holder->uid, holder->duty,
			 holder->section);
	return ok;
}

/* ---- all of them ---- */

static bool compare(const struct look *look, const GPtrArray *before,
		    const GPtrArray *after, struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < before->len; i++) {
		const struct duty_holder *holder = g_ptr_array_index(before, i);

		if (find_holder(after, holder) == NULL)
			ok = record_change(look, holder, "ended", error_r);
	}
	for (guint i = 0; ok && i < after->len; i++) {
		const struct duty_holder *holder = g_ptr_array_index(after, i);
		const struct duty_holder *old = find_holder(before, holder);

		if (old == NULL)
			ok = record_change(look, holder, "registered", error_r);
		else if (strcmp(old->status, holder->status) != 0)
			ok = record_change(look, holder, holder->status, error_r);
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
		ok = store_duty_put(store, g_ptr_array_index(holders, i), error_r);
	if (ok && store_position_put(store, POSITION, "kept", error_r))
		return store_commit(store, error_r);
	store_rollback(store);
	return false;
}

static bool read_before(struct store *store, struct look *look, GPtrArray **before_r,
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
	look->is_first = answer == ANSWER_NO;
	g_free(kept);
	if (ok && answer == ANSWER_UNKNOWN)
		g_ptr_array_unref(*before_r);
	return ok && answer != ANSWER_UNKNOWN;
}

static bool look_at_all(struct look *look, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(look->kairan);
	GPtrArray *before = NULL, *after;
	bool ok;

	if (!read_before(store, look, &before, error_r))
		return false;
	after = read_directory(look, error_r);
	ok = after != NULL && (look->is_first ? keep_all(store, after, error_r)
					      : compare(look, before, after, error_r));
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
	struct look look = { .kairan = kairan, .setup = setup, .now = now };
	GPtrArray *bad = NULL;
	struct kairan_error error = { "" };

	/* A section that cannot be understood is not one whose people were all removed. */
	if (!directory_list_sections(setup->directory, &look.sections, &bad, &error)) {
		log_warning("the directory will be looked at later: %s", error.text);
		watch_silence(kairan, setup, now, &error);
		return now + setup->settings->snapshot_refresh;
	}
	end_silence(kairan);
	if (bad->len > 0)
		log_warning("the directory's duties stay as they were: %s",
			    (const char *)g_ptr_array_index(bad, 0));
	else if (!look_at_all(&look, &error))
		log_warning("the directory will be looked at later: %s", error.text);
	g_ptr_array_unref(look.sections);
	g_ptr_array_unref(bad);
	waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	return now + setup->settings->snapshot_refresh;
}

/*
 * NAME
 *	duty_change - one change of somebody's duty
 *
 * DESCRIPTION
 *	An audit row, a notice to the section's head, the approver (Art. 10, 11), and to whom
 *	it concerns, and the new state are one transaction. Somebody who is registered and has
 *	a first password still is told where it is changed (Art. 12). The head of a
 *	section that is there no longer is who was its approver. That an approver is suspended
 *	or revoked (Art. 6), or is so no longer, is told to the delegates and the staff as well.
 *
 * DIAGNOSTICS
 *	Info: each change. Failures are returned.
 */
#include "config.h"

#include "milter/round/duty_change.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "policy/duties.h"
#include "policy/password.h"

/* ---- who is told ---- */

const struct section *duty_look_find_section(const struct duty_look *look,
					     const struct duty_holder *holder)
{
	for (guint i = 0; i < look->sections->len; i++) {
		const struct section *section = g_ptr_array_index(look->sections, i);

		if (strcmp(section->dn, holder->section) == 0 ||
		    (*section->id != '\0' &&
		     strcmp(section->id, holder->section_id) == 0))
			return section;
	}
	return NULL;
}

static bool is_approver(const struct duty_holder *holder)
{
	return strcmp(holder->duty, duty_name(DUTY_APPROVER)) == 0;
}

static void add_once(GPtrArray *dns, char *dn)
{
	for (guint i = 0; i < dns->len; i++)
		if (strcmp(g_ptr_array_index(dns, i), dn) == 0)
			return;
	g_ptr_array_add(dns, dn);
}

static void add_all(GPtrArray *dns, char **more)
{
	for (; *more != NULL; more++)
		add_once(dns, *more);
}

static bool is_of_person(const struct duty_change *change)
{
	return strcmp(change->name, "changed") == 0;
}

/* Suspended, revoked, or not any more (Art. 6). */
static bool is_of_status(const struct duty_change *change)
{
	return change->before != NULL && change->after != NULL && !is_of_person(change);
}

/* Whose duty it is. */
static const struct duty_holder *find_holder(const struct duty_change *change)
{
	return change->after != NULL ? change->after : change->before;
}

/* DNs, borrowed. */
static GPtrArray *list_readers(const struct duty_look *look,
			       const struct duty_change *change)
{
	const struct duty_holder *holder = find_holder(change);
	const struct section *section = duty_look_find_section(look, holder);
	GPtrArray *dns = g_ptr_array_new();

	for (char **dn = section != NULL ? section->approvers : NULL;
	     dn != NULL && *dn != NULL; dn++)
		add_once(dns, *dn);
	for (guint i = 0; section == NULL && i < look->before->len; i++) {
		const struct duty_holder *other = g_ptr_array_index(look->before, i);

		if (is_approver(other) && strcmp(other->section, holder->section) == 0)
			add_once(dns, other->person);
	}
	add_once(dns, holder->person);
	/* Whose drafts wait, and who may not decide them either. */
	if (section != NULL && is_of_status(change)) {
		add_all(dns, section->delegates);
		add_all(dns, section->staff);
	}
	return dns;
}

/* People who cannot be found now are left out. NULL: could not ask. */
static GPtrArray *find_readers(const struct duty_look *look,
			       const struct duty_change *change,
			       struct kairan_error *error_r)
{
	GPtrArray *readers = g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
	GPtrArray *dns = list_readers(look, change);
	enum answer answer = ANSWER_NO;

	for (guint i = 0; answer != ANSWER_UNKNOWN && i < dns->len; i++) {
		struct person *person = NULL;

		answer = directory_find_person_by_dn(
		    look->setup->directory, g_ptr_array_index(dns, i), &person, error_r);
		if (answer == ANSWER_YES)
			g_ptr_array_add(readers, person);
	}
	g_ptr_array_unref(dns);
	if (answer != ANSWER_UNKNOWN)
		return readers;
	g_ptr_array_unref(readers);
	return NULL;
}

/* ---- recording and telling ---- */

static char *describe(const struct duty_holder *holder)
{
	return g_strdup_printf("%s (%s%s%s)", holder->name, holder->uid,
			       *holder->mails != '\0' ? ", " : "", holder->mails);
}

static char *write_detail(const struct duty_change *change)
{
	const struct duty_holder *holder = find_holder(change);
	GString *detail = g_string_new(NULL);

	g_string_printf(detail, "%s: %s (%s) of %s", change->name, holder->uid,
			holder->duty, holder->section);
	if (is_of_person(change)) {
		g_autofree char *was = describe(change->before);
		g_autofree char *is = describe(change->after);

		g_string_append_printf(detail, ": %s -> %s", was, is);
	}
	if (is_of_status(change) && *holder->status_facts != '\0')
		g_string_append_printf(detail, ": %s", holder->status_facts);
	return g_string_free(detail, FALSE);
}

/* Nobody has lifted it: its end has come. */
static bool is_over(const struct duty_look *look, const struct duty_change *change,
		    const struct section *section)
{
	return section != NULL && strcmp(change->name, "active") == 0 &&
	       section->status_until != 0 && section->status_until <= look->now;
}

/* Art. 6: what was decided, by which item, why, until when, and what follows. */
static bool tell_status(struct store *store, const struct duty_look *look,
			const struct duty_change *change, const struct person *reader,
			struct kairan_error *error_r)
{
	const struct duty_holder *holder = find_holder(change);
	const struct section *section = duty_look_find_section(look, holder);
	const bool ja = strcmp(reader->language, "ja") == 0;
	const bool stands = section != NULL && strcmp(change->name, "active") != 0;
	const bool ends =
	    stands && section->status == APPROVER_SUSPENDED && section->status_until != 0;
	g_autofree char *at = g_strdup_printf("%lld", (long long)look->now);
	g_autofree char *until =
	    g_strdup_printf("%lld", ends ? (long long)section->status_until : 0LL);
	g_autofree char *item =
	    g_strdup_printf("item-%d", stands ? section->status_item : 0);
	g_autofree char *note =
	    g_strdup_printf("approver-%s%s", change->name, ends ? "-until" : "");
	char *facts = notice_make_facts(
	    "section_name", ja ? holder->section_ja : holder->section_en, "person_name",
	    holder->name, "person_login", holder->uid, "change_key", change->name,
	    "note_key", note, "standing_key",
	    is_over(look, change, section) ? "over" : "decided", "reason",
	    stands ? section->status_reason : NULL, "item_key",
	    stands && section->status_item != 0 ? item : "", "standing_until", until,
	    "noted_at", at, NULL);
	bool ok = notice_add_person(
	    store, &(struct notice){ NOTICE_STANDING, 0, facts, look->now }, reader,
	    error_r);

	free(facts);
	return ok;
}

/* The key of what a new person is told of the password; "" for others. */
static const char *find_password_key(const struct duty_look *look,
				     const struct duty_change *change,
				     const struct person *reader)
{
	const struct password_rule rule = {
		.max_age = look->setup->settings->password_max_age,
	};
	struct verdict verdict;

	if (change->before != NULL || strcmp(change->after->person, reader->dn) != 0)
		return "";
	password_judge(&reader->password, &rule, look->now, &verdict);
	return verdict.reason == REASON_PASSWORD_INITIAL ? "first" : "";
}

static bool tell(struct store *store, const struct duty_look *look,
		 const struct duty_change *change, const struct person *reader,
		 struct kairan_error *error_r)
{
	const struct duty_holder *holder = find_holder(change);
	const bool ja = strcmp(reader->language, "ja") == 0;
	const char *password = find_password_key(look, change, reader);
	g_autofree char *at = g_strdup_printf("%lld", (long long)look->now);
	g_autofree char *was =
	    is_of_person(change) ? describe(change->before) : g_strdup("");
	char *facts = notice_make_facts(
	    "section_name", ja ? holder->section_ja : holder->section_en, "person_name",
	    holder->name, "person_login", holder->uid, "person_mail", holder->mails,
	    "person_before", was, "duty_key", holder->duty, "change_key", change->name,
	    "noted_at", at, *password != '\0' ? "password_key" : NULL, password, NULL);
	bool ok = notice_add_person(
	    store, &(struct notice){ NOTICE_DUTY_CHANGED, 0, facts, look->now }, reader,
	    error_r);

	free(facts);
	return ok;
}

bool duty_change_keep(struct store *store, const struct duty_change *change,
		      struct kairan_error *error_r)
{
	return (change->before == NULL ||
		store_duty_remove(store, change->before, error_r)) &&
	       (change->after == NULL || store_duty_put(store, change->after, error_r));
}

static bool write_all(struct store *store, const struct duty_look *look,
		      const struct duty_change *change, const GPtrArray *readers,
		      struct kairan_error *error_r)
{
	g_autofree char *detail = write_detail(change);
	const struct audit_event event = {
		.at = look->now,
		.uid = "kairan",
		.role = "system",
		.action = "duty",
		.outcome = change->name,
		.detail = detail,
	};
	bool ok = store_audit_append(store, &event, error_r);

	for (guint i = 0; ok && i < readers->len; i++)
		ok = (is_of_status(change) ? tell_status : tell)(
		    store, look, change, g_ptr_array_index(readers, i), error_r);
	if (!ok || !duty_change_keep(store, change, error_r))
		return false;
	log_info("duty %s%s", detail,
		 readers->len == 0 ? "; there is nobody to tell" : "");
	return true;
}

bool duty_change_record(const struct duty_look *look, const struct duty_change *change,
			struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(look->kairan);
	GPtrArray *readers = find_readers(look, change, error_r);
	bool ok = readers != NULL && store_begin(store, error_r);

	if (ok) {
		ok = write_all(store, look, change, readers, error_r);
		ok = store_end(store, ok, error_r);
	}
	if (readers != NULL)
		g_ptr_array_unref(readers);
	return ok;
}

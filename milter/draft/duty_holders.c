/*
 * NAME
 *	duty_holders - who has which duty
 *
 * DESCRIPTION
 *	Reads each section with its people. Whoever is named but has no entry holds nothing:
 *	somebody whose entry was removed has lost their duties, also where the server does not
 *	take the name out of the section (slapo-refint(5)).
 *
 *	A person is known again by the id of the entry, or else by the DN. A DN alone does not
 *	do where the entry that had it before lives on under another one.
 *
 * DIAGNOSTICS
 *	Could not ask: returned.
 */
#include "config.h"

#include "milter/draft/duty_holders.h"

#include <string.h>

#include "milter/draft/standing.h"

static void free_holder(void *holder)
{
	duty_holder_free(holder);
}

static const char *status_name(const struct section *section)
{
	static const char *const names[] = {
		[APPROVER_ACTIVE] = "active",
		[APPROVER_SUSPENDED] = "suspended",
		[APPROVER_REVOKED] = "revoked",
	};

	return names[section->status];
}

/* For the trail, and to see what was changed. */
static char *describe_status(const struct section *section)
{
	GString *text = g_string_new(NULL);

	if (section->status == APPROVER_ACTIVE)
		return g_string_free(text, FALSE);
	if (section->status_item != 0)
		g_string_append_printf(text, "Art.6-1(%d)", section->status_item);
	if (section->status_until != 0)
		g_string_append_printf(text, "%suntil %lld", text->len > 0 ? ", " : "",
				       (long long)section->status_until);
	if (section->status_reason != NULL)
		g_string_append_printf(text, "%s%s", text->len > 0 ? ": " : "",
				       section->status_reason);
	return g_string_free(text, FALSE);
}

static void add_holder(const struct section *section, const struct standing *standing,
		       enum duty duty, const char *dn, GPtrArray *holders)
{
	const struct person *person = section_people_find(standing->people, dn);
	struct duty_holder *holder;

	if (person == NULL)
		return;
	holder = duty_holder_new();
	holder->section = g_strdup(section->dn);
	holder->section_id = g_strdup(section->id);
	holder->duty = g_strdup(duty_name(duty));
	holder->person = g_strdup(dn);
	holder->person_id = g_strdup(person->id);
	holder->section_ja = g_strdup(section->name_ja);
	holder->section_en = g_strdup(section->name_en);
	holder->uid = g_strdup(person->uid);
	holder->name = g_strdup(person->name);
	holder->mails = g_strjoinv(" ", person->mails);
	holder->status = g_strdup(duty == DUTY_APPROVER ? status_name(section) : "");
	holder->status_facts =
	    duty == DUTY_APPROVER ? describe_status(section) : g_strdup("");
	g_ptr_array_add(holders, holder);
}

static bool read_section(struct kairan *kairan, const struct setup *setup,
			 const struct section *section, GPtrArray *holders,
			 struct kairan_error *error_r)
{
	const struct {
		enum duty duty;
		char **dns;
	} lists[] = {
		{ DUTY_APPROVER, section->approvers },
		{ DUTY_DELEGATE, section->delegates },
		{ DUTY_STAFF, section->staff },
	};
	struct standing standing;
	enum answer answer =
	    standing_read(kairan, setup, section->dn, "", &standing, error_r);

	for (size_t i = 0; answer == ANSWER_YES && i < G_N_ELEMENTS(lists); i++)
		for (char **dn = lists[i].dns; *dn != NULL; dn++)
			add_holder(section, &standing, lists[i].duty, *dn, holders);
	standing_clear(&standing);
	return answer != ANSWER_UNKNOWN;
}

GPtrArray *duty_holders_read(struct kairan *kairan, const struct setup *setup,
			     const GPtrArray *sections, struct kairan_error *error_r)
{
	GPtrArray *holders = g_ptr_array_new_with_free_func(free_holder);

	for (guint i = 0; i < sections->len; i++) {
		if (!read_section(kairan, setup, g_ptr_array_index(sections, i), holders,
				  error_r)) {
			g_ptr_array_unref(holders);
			return NULL;
		}
	}
	return holders;
}

/* ---- known again ---- */

static bool is_same_id(const char *one, const char *other)
{
	return *one != '\0' && strcmp(one, other) == 0;
}

static bool is_same_duty(const struct duty_holder *one, const struct duty_holder *other)
{
	return strcmp(one->duty, other->duty) == 0 &&
	       (strcmp(one->section, other->section) == 0 ||
		is_same_id(one->section_id, other->section_id));
}

static const struct duty_holder *find_by_id(const GPtrArray *holders,
					    const struct duty_holder *wanted)
{
	for (guint i = 0; i < holders->len; i++) {
		const struct duty_holder *holder = g_ptr_array_index(holders, i);

		if (is_same_duty(holder, wanted) &&
		    is_same_id(holder->person_id, wanted->person_id))
			return holder;
	}
	return NULL;
}

static const struct duty_holder *find_by_dn(const GPtrArray *holders,
					    const struct duty_holder *wanted)
{
	for (guint i = 0; i < holders->len; i++) {
		const struct duty_holder *holder = g_ptr_array_index(holders, i);

		if (is_same_duty(holder, wanted) &&
		    strcmp(holder->person, wanted->person) == 0)
			return holder;
	}
	return NULL;
}

const struct duty_holder *duty_holders_find(const GPtrArray *others,
					    const struct duty_holder *holder,
					    const GPtrArray *mine)
{
	const struct duty_holder *found = find_by_id(others, holder);

	if (found != NULL)
		return found;
	found = find_by_dn(others, holder);
	return found != NULL && find_by_id(mine, found) == NULL ? found : NULL;
}

bool duty_holder_was_changed(const struct duty_holder *before,
			     const struct duty_holder *after)
{
	return strcmp(before->uid, after->uid) != 0 ||
	       strcmp(before->name, after->name) != 0 ||
	       (strcmp(before->mails, after->mails) != 0 && *before->mails != '\0');
}

bool duty_holder_differs(const struct duty_holder *before,
			 const struct duty_holder *after)
{
	return strcmp(before->section, after->section) != 0 ||
	       strcmp(before->section_id, after->section_id) != 0 ||
	       strcmp(before->person, after->person) != 0 ||
	       strcmp(before->person_id, after->person_id) != 0 ||
	       strcmp(before->mails, after->mails) != 0 ||
	       strcmp(before->section_ja, after->section_ja) != 0 ||
	       strcmp(before->section_en, after->section_en) != 0;
}

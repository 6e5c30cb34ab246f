/*
 * NAME
 *	standing - how a section stands at this moment
 *
 * DESCRIPTION
 *	Brings together the section, its people and the rules about them, for a submission, a
 *	decision, and the round that asks people who were named later. All of them see the
 *	same contradictions (policy/contradiction.c), so this is where alarms about a section
 *	are raised and cleared.
 *
 * DIAGNOSTICS
 *	Warning: people who are not asked, and why. Alarms: see alarm.c.
 */
#include "config.h"

#include "milter/draft/standing.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "policy/contradiction.h"

/* The section's name and the entries, for administrators. */
static char *describe_entries(const struct standing *standing,
			      const struct contradiction *contradiction)
{
	GString *text = g_string_new(standing->section->name_ja);

	if (contradiction->entry != NULL)
		g_string_append_printf(text, ": %s", contradiction->entry);
	if (contradiction->other != NULL)
		g_string_append_printf(text, " = %s", contradiction->other);
	return g_string_free(text, FALSE);
}

/* A delegate of whom nobody knows whether they may decide: the others do. */
static bool find_garbled(const struct standing *standing,
			 struct contradiction *contradiction_r)
{
	*contradiction_r = (struct contradiction){
		.reason = REASON_DELEGATE_TIME,
		.entry = duty_people_find_garbled(&standing->duties),
	};
	return contradiction_r->entry != NULL;
}

static void watch(struct kairan *kairan, const struct standing *standing)
{
	struct contradiction contradiction;
	const char *dn = standing->section->dn;

	if (contradiction_find(&standing->duties, &contradiction) ||
	    find_garbled(standing, &contradiction)) {
		g_autofree char *entries = describe_entries(standing, &contradiction);

		alarm_raise(kairan, ALARM_SECTION, dn, reason_name(contradiction.reason),
			    entries);
	} else {
		alarm_clear(kairan, ALARM_SECTION, dn);
	}
	if (standing->section->status == APPROVER_ACTIVE)
		alarm_clear(kairan, ALARM_SUSPENDED, dn);
}

enum answer standing_look(const struct setup *setup, const char *section,
			  const char *author, struct standing *standing_r,
			  struct kairan_error *error_r)
{
	enum answer answer;

	*standing_r = (struct standing){ 0 };
	answer =
	    directory_find_staffed(setup->directory, section, author,
				   &standing_r->section, &standing_r->people, error_r);
	if (answer == ANSWER_YES)
		standing_r->duties =
		    section_people_as_duties(standing_r->section, standing_r->people);
	return answer;
}

enum answer standing_read(struct kairan *kairan, const struct setup *setup,
			  const char *section, const char *author,
			  struct standing *standing_r, struct kairan_error *error_r)
{
	enum answer answer = standing_look(setup, section, author, standing_r, error_r);

	if (answer == ANSWER_YES)
		watch(kairan, standing_r);
	return answer;
}

void standing_clear(struct standing *standing)
{
	section_free(standing->section);
	section_people_free(standing->people);
	*standing = (struct standing){ 0 };
}

char *standing_describe(const struct standing *standing)
{
	struct contradiction contradiction;
	g_autofree char *entries = NULL;

	if (!contradiction_find(&standing->duties, &contradiction))
		return g_strdup("");
	entries = describe_entries(standing, &contradiction);
	return g_strdup_printf("%s: %s", reason_name(contradiction.reason), entries);
}

void standing_alarm_suspended(struct kairan *kairan, const struct standing *standing)
{
	alarm_raise(kairan, ALARM_SUSPENDED, standing->section->dn,
		    reason_name(REASON_SUSPENDED), standing->section->name_ja);
}

void standing_judge_decision(const struct standing *standing, const struct setup *setup,
			     const char *person, const struct decided_draft *draft,
			     struct verdict *verdict_r)
{
	if (draft->is_correction)
		duties_judge_confirmation(&standing->duties, person, draft->author,
					  setup->settings->correction_by_other != 0,
					  verdict_r);
	else
		duties_judge_decision(&standing->duties, person, draft->author,
				      verdict_r);
}

struct party *standing_make_party(const struct person *person, int64_t number,
				  enum duty duty)
{
	struct party *party = party_new();

	party->number = number;
	party->role = g_strdup(duty_name(duty));
	party->uid = g_strdup(person->uid);
	party->dn = g_strdup(person->dn);
	party->mail = g_strdup(person->mails[0]);
	party->name = g_strdup(person->name);
	party->language = g_strdup(person->language);
	return party;
}

static void free_party(void *party)
{
	party_free(party);
}

static bool has_dn(const GPtrArray *parties, const char *dn)
{
	for (guint i = 0; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		if (strcmp(party->dn, dn) == 0)
			return true;
	}
	return false;
}

/* Why somebody is not asked; NULL when they are. */
static const char *find_obstacle(const struct standing *standing,
				 const struct setup *setup, const char *dn,
				 const struct decided_draft *draft)
{
	const struct person *person = section_people_find(standing->people, dn);
	struct verdict verdict;

	if (person == NULL)
		return "there is no such entry";
	standing_judge_decision(standing, setup, dn, draft, &verdict);
	if (verdict.kind != VERDICT_PASS)
		return reason_name(verdict.reason);
	return person->mails[0] == NULL ? "has no mail address" : NULL;
}

static void add_decider(const struct standing *standing, const struct setup *setup,
			const char *dn, const struct decided_draft *draft,
			const char *queue_id, GPtrArray *parties)
{
	const char *obstacle = find_obstacle(standing, setup, dn, draft);

	if (has_dn(parties, dn))
		return;
	if (obstacle == NULL)
		g_ptr_array_add(parties, standing_make_party(
					     section_people_find(standing->people, dn),
					     (int64_t)parties->len + 1,
					     duties_find_duty(&standing->duties, dn)));
	else if (queue_id != NULL)
		log_event(LOG_LEVEL_WARNING, queue_id, 0, "%s is not asked: %s", dn,
			  obstacle);
}

void standing_drop_delegates(GPtrArray *parties)
{
	const struct party *first =
	    parties->len > 0 ? g_ptr_array_index(parties, 0) : NULL;

	if (first == NULL || strcmp(first->role, duty_name(DUTY_APPROVER)) != 0)
		return;
	g_ptr_array_set_size(parties, 1);
}

char *standing_describe_period(const struct standing *standing, const struct setup *setup,
			       const char *dn)
{
	const struct person *person = section_people_find(standing->people, dn);
	const char *zone = setup->settings->time_zone;
	char from[64] = "", until[64] = "";

	if (person == NULL)
		return g_strdup("");
	if (person->delegation.from != 0)
		clock_format(person->delegation.from, zone, "%Y-%m-%d %H:%M", from,
			     sizeof(from));
	/* Its last second: the end of a day is in it. */
	if (person->delegation.until != 0)
		clock_format(person->delegation.until - 1, zone, "%Y-%m-%d %H:%M", until,
			     sizeof(until));
	return g_strdup_printf("%s – %s", from, until);
}

GPtrArray *standing_list_deciders(const struct standing *standing,
				  const struct setup *setup,
				  const struct decided_draft *draft, const char *queue_id)
{
	const struct section *section = standing->section;
	GPtrArray *parties = g_ptr_array_new_with_free_func(free_party);

	if (section->approver != NULL)
		add_decider(standing, setup, section->approver, draft, queue_id, parties);
	for (size_t i = 0; section->delegates[i] != NULL; i++)
		add_decider(standing, setup, section->delegates[i], draft, queue_id,
			    parties);
	return parties;
}

/*
 * NAME
 *	desk_help - what the directory says that somebody may do
 *
 * DESCRIPTION
 *	The sections that name the person, each as it stands at this moment, the broadcasts that
 *	they may write to, their password (Art. 12), and whether they are an administrator. What
 *	cannot be asked is no answer: "you have no duty" is never said for a directory that is
 *	away, nor while a section's entry cannot be understood and no other one names the person.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/intake/desk.h"

#include <string.h>

#include "milter/core/notice.h"
#include "milter/draft/abilities.h"

static bool is_named(const struct section *section, const char *dn)
{
	return g_strv_contains((const char *const *)section->approvers, dn) ||
	       g_strv_contains((const char *const *)section->delegates, dn) ||
	       g_strv_contains((const char *const *)section->staff, dn);
}

static const char *pick(const struct abilities *abilities, const char *ja, const char *en)
{
	return strcmp(abilities->language, "ja") == 0 ? ja : en;
}

/* How the section stands, and what the person is in it. */
static bool add_section(const struct intake_context *context, const struct person *person,
			const struct section *section, struct abilities *abilities,
			struct kairan_error *error_r)
{
	struct standing standing;
	struct verdict verdict;
	enum duty duty;
	const enum answer answer = standing_read(
	    context->kairan, context->setup, section->dn, person->dn, &standing, error_r);

	if (answer == ANSWER_YES) {
		duty = duties_find_duty(&standing.duties, person->dn);
		duties_judge_correction(&standing.duties, person->dn, &verdict);
		/* Of several approvers all are, and none may. */
		if (duty == DUTY_NONE && is_named(standing.section, person->dn))
			duty = DUTY_APPROVER;
		if (duty != DUTY_NONE)
			abilities_add(abilities, duty,
				      pick(abilities, section->name_ja, section->name_en),
				      verdict.reason);
	}
	standing_clear(&standing);
	return answer != ANSWER_UNKNOWN;
}

/* The value by which an entry is named. */
static char *name_folder(const char *dn)
{
	const char *value = strchr(dn, '=');

	return value != NULL ? g_strndup(value + 1, strcspn(value + 1, ",+"))
			     : g_strdup("");
}

static bool add_sections(const struct intake_context *context,
			 const struct person *person, struct abilities *abilities,
			 GPtrArray *written, struct kairan_error *error_r)
{
	GPtrArray *sections = NULL, *bad = NULL;
	bool ok =
	    directory_list_sections(context->setup->directory, &sections, &bad, error_r);

	for (guint i = 0; ok && i < sections->len; i++) {
		const struct section *section = g_ptr_array_index(sections, i);
		const guint before = abilities->duties->len;
		const struct ability *added;

		if (!is_named(section, person->dn))
			continue;
		ok = add_section(context, person, section, abilities, error_r);
		if (abilities->duties->len == before)
			continue;
		g_ptr_array_add(abilities->folders, name_folder(section->dn));
		added = g_ptr_array_index(abilities->duties, before);
		if (added->duty == DUTY_STAFF && added->obstacle == REASON_NONE)
			g_ptr_array_add(written, g_strdup(section->dn));
	}
	if (ok && abilities->duties->len == 0 && bad->len > 0)
		ok = error_set(error_r, "%s", (const char *)g_ptr_array_index(bad, 0));
	if (sections != NULL)
		g_ptr_array_unref(sections);
	if (bad != NULL)
		g_ptr_array_unref(bad);
	return ok;
}

static bool is_of_sections(const struct broadcast *broadcast, const GPtrArray *written)
{
	for (char **dn = broadcast->sections; *dn != NULL; dn++)
		if (g_ptr_array_find_with_equal_func((GPtrArray *)written, *dn,
						     g_str_equal, NULL))
			return true;
	return false;
}

/* The broadcasts of the sections (DNs) that the person writes for. */
static bool add_addresses(const struct intake_context *context, const GPtrArray *written,
			  struct abilities *abilities, struct kairan_error *error_r)
{
	struct broadcast **broadcasts = NULL;

	if (written->len == 0)
		return true;
	if (!directory_list_broadcasts(context->setup->directory, &broadcasts, NULL,
				       error_r))
		return false;
	for (struct broadcast **at = broadcasts; *at != NULL; at++)
		if (is_of_sections(*at, written))
			g_ptr_array_add(abilities->addresses,
					g_strdup_printf("%s %s", (*at)->mail,
							pick(abilities, (*at)->name_ja,
							     (*at)->name_en)));
	broadcasts_free(broadcasts);
	return true;
}

static bool find_administrator(const struct intake_context *context,
			       const struct person *person, struct abilities *abilities,
			       struct kairan_error *error_r)
{
	GPtrArray *administrators = NULL;

	if (!directory_list_administrators(context->setup->directory, &administrators,
					   error_r))
		return false;
	for (guint i = 0; i < administrators->len; i++) {
		const struct person *one = g_ptr_array_index(administrators, i);

		if (strcmp(one->dn, person->dn) == 0)
			abilities->is_administrator = true;
	}
	g_ptr_array_unref(administrators);
	return true;
}

static bool collect(const struct intake_context *context, const struct person *person,
		    struct abilities *abilities, struct kairan_error *error_r)
{
	GPtrArray *written = g_ptr_array_new_with_free_func(g_free);
	struct verdict verdict;
	bool ok = add_sections(context, person, abilities, written, error_r) &&
		  add_addresses(context, written, abilities, error_r) &&
		  find_administrator(context, person, abilities, error_r);

	g_ptr_array_unref(written);
	intake_judge_password(context, person, &verdict);
	if (ok && verdict.kind == VERDICT_TEMPFAIL)
		ok = error_set(error_r, "%s", verdict.text);
	abilities->password = verdict.reason;
	return ok;
}

struct abilities *desk_find_abilities(const struct intake_context *context,
				      const struct person *person,
				      struct kairan_error *error_r)
{
	struct abilities *abilities = abilities_new(person->language);

	if (collect(context, person, abilities, error_r))
		return abilities;
	abilities_free(abilities);
	return NULL;
}

bool desk_help_answer(const struct intake_context *context,
		      const struct desk_question *question, struct desk_answer *answer_r,
		      struct kairan_error *error_r)
{
	struct abilities *abilities =
	    desk_find_abilities(context, question->person, error_r);
	g_autofree char *duties = NULL, *text = NULL;

	if (abilities == NULL)
		return false;
	duties = abilities_name_duties(abilities, context->setup);
	text = abilities_write(abilities, context->setup);
	answer_r->kind = NOTICE_HELP;
	answer_r->facts = notice_make_facts("help_text", text, "duties", duties, NULL);
	abilities_free(abilities);
	return true;
}

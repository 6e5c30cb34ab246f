/*
 * NAME
 *	explain_people - may this author write to this broadcast now?
 *
 * DESCRIPTION
 *	Asks LDAP as a draft would, and prints what each rule says.
 *
 * DIAGNOSTICS
 *	What could not be asked is a line that says so.
 */
#include "config.h"

#include "ctl/explain_people.h"

#include <glib.h>

#include "conf/clock.h"
#include "ctl/ctl_say.h"
#include "policy/password.h"
#include "schema/directory_people.h"
#include "schema/store_suspension.h"

static void explain_password(struct explanation *explanation)
{
	const struct settings *settings = explanation->setup->settings;
	const struct password_rule rule = {
		.max_age = settings->password_max_age,
		.refuse_unknown = settings->password_unknown == HANDLING_REFUSE,
	};
	char changed[64];
	g_autofree char *facts = NULL;
	struct verdict verdict;

	(void)g_strlcpy(changed, ctl_say("unknown"), sizeof(changed));
	if (explanation->person->password.changed_at != 0)
		clock_format(explanation->person->password.changed_at,
			     settings->time_zone, "%Y-%m-%d %H:%M", changed,
			     sizeof(changed));
	facts = g_strdup_printf(ctl_say("changed %s"), changed);
	password_judge(&explanation->person->password, &rule, clock_now(), &verdict);
	explain_conclude(explanation, "12", "password", &verdict, facts);
}

/* May the author write as From: says (Art. 14)? is_shared: it is an address of a section that
 * they may write for. */
static void explain_from(struct explanation *explanation, const struct address *from,
			 bool is_shared)
{
	const bool is_own = from != NULL && person_has_mail(explanation->person, from);
	g_autofree char *facts = g_strdup_printf(
	    "From: %s%s", from != NULL ? from->spec : ctl_say("cannot be read"),
	    !is_own && is_shared ? ctl_say(", which the section shares") : "");

	explain_conclude_reason(explanation, "14", "sender",
				is_own || is_shared ? REASON_NONE : REASON_SENDER_FOREIGN,
				facts);
}

/* False when the section could not be asked about. *is_shared_r is set when the author may
 * write for it, and as from. */
static bool explain_section(struct explanation *explanation, const char *dn,
			    const struct address *from, bool *is_shared_r,
			    struct kairan_error *error_r)
{
	struct directory *directory = explanation->setup->directory;
	struct section *section = NULL;
	struct section_people *people = NULL;
	struct section_duties duties;
	struct verdict verdict;
	enum answer answer = directory_find_section(directory, dn, &section, error_r);
	g_autofree char *facts = NULL;

	if (answer == ANSWER_NO)
		explain_conclude_reason(explanation, "4", "section", REASON_NO_SECTION,
					dn);
	if (answer != ANSWER_YES)
		return answer == ANSWER_NO;
	if (!directory_find_people(directory, section, explanation->person->dn, &people,
				   error_r)) {
		section_free(section);
		return false;
	}
	duties = section_people_as_duties(section, people);
	duties_judge_draft(&duties, explanation->person->dn, &verdict);
	facts = g_strdup_printf(
	    ctl_say("%s is %s of %s, whose approver is %s"), explanation->person->uid,
	    ctl_say(duty_name(duties_find_duty(&duties, explanation->person->dn))),
	    section->name_ja,
	    section->approver != NULL ? section->approver : ctl_say("nobody"));
	explain_conclude(explanation, "4, 13-1", "duties", &verdict, facts);
	if (verdict.kind == VERDICT_PASS && from != NULL &&
	    section_has_mail(section, from))
		*is_shared_r = true;
	section_people_free(people);
	section_free(section);
	return true;
}

void explain_people(struct explanation *explanation)
{
	const struct message *message = explanation->reading.message;
	char **sections = explanation->broadcast->sections;
	struct kairan_error error = { "" };
	struct address from;
	const bool has_from =
	    message_count_header(message, "From") == 1 &&
	    address_read_from(message_get_header(message, "From", 0), &from, NULL);
	bool is_shared = false;

	explain_password(explanation);
	if (*sections == NULL)
		explain_conclude_reason(explanation, "4", "section", REASON_NO_SECTION,
					explanation->broadcast->mail);
	for (size_t i = 0; sections[i] != NULL; i++)
		if (!explain_section(explanation, sections[i], has_from ? &from : NULL,
				     &is_shared, &error))
			explain_conclude_reason(explanation, "4, 13-1", "duties",
						REASON_DIRECTORY, error.text);
	explain_from(explanation, has_from ? &from : NULL, is_shared);
}

static enum answer find_suspension(const struct explanation *explanation,
				   struct suspension **suspension_r,
				   struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(explanation->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_suspension_find(explanation->store, explanation->broadcast->mail,
				       clock_now(), suspension_r, error_r);
	store_rollback(explanation->store);
	return answer;
}

void explain_suspension(struct explanation *explanation)
{
	struct suspension *suspension = NULL;
	struct kairan_error error = { "" };

	switch (find_suspension(explanation, &suspension, &error)) {
	case ANSWER_YES:
		explain_conclude_reason(explanation, "7", "suspension",
					REASON_OUT_OF_SERVICE, suspension->reason);
		break;
	case ANSWER_NO:
		explain_conclude_reason(explanation, "7", "suspension", REASON_NONE,
					ctl_say("none"));
		break;
	case ANSWER_UNKNOWN:
		explain_conclude_reason(explanation, "7", "suspension", REASON_STORE,
					error.text);
		break;
	}
	suspension_free(suspension);
}

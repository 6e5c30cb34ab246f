/*
 * NAME
 *	calls - nobody answers
 *
 * DESCRIPTION
 *	Two steps. At the first one those who may decide are asked again, and the author and
 *	the administrators get their telephone numbers. At the second one the people of the
 *	duty list are asked to call them, and the author hears of it. What a step did, and that it
 *	was taken, is one transaction, so that no step is taken twice.
 *
 *	Nobody gets two mails of one step, whatever they are beside.
 *
 * DIAGNOSTICS
 *	Warning: somebody on the duty list who does not exist. Could not ask: returned.
 */
#include "config.h"

#include "milter/draft/calls.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/administrators.h"
#include "milter/core/notice.h"
#include "milter/draft/contacts.h"
#include "milter/draft/reminders.h"
#include "schema/store_reminder.h"

#define STEP_ASK_AGAIN 0
#define STEP_DUTY_LIST 1

/* ---- whom ---- */

static void free_person(void *person)
{
	person_free(person);
}

static bool add_duty(struct directory *directory, char *const *dns, GPtrArray *duty,
		     struct kairan_error *error_r)
{
	for (; *dns != NULL; dns++) {
		struct person *person = NULL;

		switch (directory_find_person_by_dn(directory, *dns, &person, error_r)) {
		case ANSWER_YES:
			g_ptr_array_add(duty, person);
			break;
		case ANSWER_NO:
			log_warning("%s is on the duty list, and does not exist", *dns);
			break;
		case ANSWER_UNKNOWN:
			return false;
		}
	}
	return true;
}

static bool find_duty(struct directory *directory, const struct section *section,
		      GPtrArray *duty, struct kairan_error *error_r)
{
	char **dns = NULL;
	bool ok;

	if (section != NULL && section->duty_list[0] != NULL)
		return add_duty(directory, section->duty_list, duty, error_r);
	if (!directory_list_duty(directory, &dns, error_r))
		return false;
	ok = add_duty(directory, dns, duty, error_r);
	g_strfreev(dns);
	return ok;
}

bool calls_find_people(struct kairan *kairan, const struct setup *setup,
		       const struct standing *standing, struct call_people *people_r,
		       struct kairan_error *error_r)
{
	*people_r = (struct call_people){
		.standing = standing,
		.duty = g_ptr_array_new_with_free_func(free_person),
	};
	if (find_duty(setup->directory, standing->section, people_r->duty, error_r) &&
	    administrators_find(kairan, setup, &people_r->administrators, error_r))
		return true;
	calls_clear_people(people_r);
	return false;
}

void calls_clear_people(struct call_people *people)
{
	if (people->administrators != NULL)
		g_ptr_array_unref(people->administrators);
	if (people->duty != NULL)
		g_ptr_array_unref(people->duty);
	*people = (struct call_people){ 0 };
}

/* ---- when ---- */

int64_t calls_find_next(const struct setup *setup, const struct draft *draft,
			int64_t after)
{
	struct quiet_hours quiet;
	const struct waiting_facts facts = reminders_make_facts(setup, draft, &quiet);

	return waiting_find_call(&facts, after);
}

/* ---- one step ---- */

struct step {
	const struct asking *asking;
	const struct call_people *people;
	GHashTable *told; /* mail addresses */
	GString *logins;  /* for the audit row */
	char *contacts[2];
};

/* In the reader's language. */
static const char *get_contacts(struct step *step, const char *language)
{
	const bool ja = strcmp(language, "ja") == 0;

	if (step->contacts[ja] == NULL)
		step->contacts[ja] = contacts_write(
		    step->asking, step->people->standing,
		    step->asking->draft->calls == STEP_DUTY_LIST ? step->people->duty
								 : NULL,
		    language);
	return step->contacts[ja];
}

/* Is this the first mail to the address? */
static bool note(struct step *step, const char *mail, const char *uid)
{
	if (mail == NULL || !g_hash_table_add(step->told, g_ascii_strdown(mail, -1)))
		return false;
	g_string_append_printf(step->logins, "%s%s", step->logins->len > 0 ? " " : "",
			       *uid != '\0' ? uid : mail);
	return true;
}

static char *make_facts(struct step *step, const char *language, const char *note)
{
	return notice_make_facts("contacts", get_contacts(step, language), "note_key",
				 note, NULL);
}

static bool call(struct step *step, const struct person *person, const char *note_key,
		 struct kairan_error *error_r)
{
	const struct asking *asking = step->asking;
	char *facts;
	bool ok;

	if (!note(step, person->mails[0], person->uid))
		return true;
	facts = make_facts(step, person->language, note_key);
	ok = notice_add_person(
	    asking->store,
	    &(struct notice){ NOTICE_CALL, asking->draft->id, facts, asking->now },
	    person, error_r);
	free(facts);
	return ok;
}

static bool ask_again(struct step *step, const struct party *party,
		      struct kairan_error *error_r)
{
	const struct asking *asking = step->asking;

	/* Whoever is asked for the first time now needs no second mail. */
	if (!note(step, party->mail, party->uid) || party->number >= asking->first_new)
		return true;
	return notice_add_party(
	    asking->store,
	    &(struct notice){ NOTICE_ASK_AGAIN, asking->draft->id, NULL, asking->now },
	    party, error_r);
}

static bool tell_author(struct step *step, const char *note_key,
			struct kairan_error *error_r)
{
	const struct asking *asking = step->asking;
	struct party *author = NULL;
	char *facts = NULL;
	bool ok = store_draft_find_party(asking->store, asking->draft->id, DRAFT_AUTHOR,
					 &author, error_r) == ANSWER_YES;

	if (ok && note(step, author->mail, author->uid)) {
		facts = make_facts(step, author->language, note_key);
		ok = notice_add_party(asking->store,
				      &(struct notice){ NOTICE_UNANSWERED,
							asking->draft->id, facts,
							asking->now },
				      author, error_r);
	}
	free(facts);
	party_free(author);
	return ok;
}

static bool ask_all_again(struct step *step, struct kairan_error *error_r)
{
	const GPtrArray *deciders = step->asking->deciders;
	const GPtrArray *administrators = step->people->administrators;
	bool ok = true;

	for (guint i = 0; ok && i < deciders->len; i++)
		ok = ask_again(step, g_ptr_array_index(deciders, i), error_r);
	ok = ok &&
	     tell_author(step, deciders->len > 0 ? "unanswered" : "unanswered-nobody",
			 error_r);
	for (guint i = 0; ok && i < administrators->len; i++)
		ok = call(step, g_ptr_array_index(administrators, i),
			  deciders->len > 0 ? "call-administrator" : "call-nobody",
			  error_r);
	return ok;
}

static bool call_duty_list(struct step *step, struct kairan_error *error_r)
{
	const GPtrArray *duty = step->people->duty;
	bool ok = true;

	for (guint i = 0; ok && i < duty->len; i++) {
		const struct person *person = g_ptr_array_index(duty, i);
		const struct party *decider =
		    asking_find_decider(step->asking, person->uid);

		ok = decider != NULL
			 ? ask_again(step, decider, error_r)
			 : call(step, person,
				step->asking->deciders->len > 0 ? "call-duty"
								: "call-nobody",
				error_r);
	}
	return ok && (duty->len == 0 || tell_author(step, "unanswered-duty", error_r));
}

static bool record(const struct step *step, int64_t call_at, struct kairan_error *error_r)
{
	const struct asking *asking = step->asking;
	const int64_t calls = asking->draft->calls;
	const struct audit_event event = {
		.at = asking->now,
		.uid = asking->uid,
		.role = asking->role,
		.draft = asking->draft->id,
		.action = "call",
		.outcome = calls == STEP_ASK_AGAIN ? "asked again" : "duty list",
		.detail = step->logins->str,
	};

	return (step->logins->len == 0 ||
		store_audit_append(asking->store, &event, error_r)) &&
	       store_reminder_record_calls(asking->store, asking->draft->id, calls + 1,
					   call_at, error_r);
}

static bool take(const struct asking *asking, const struct call_people *people,
		 int64_t call_at, bool *called_r, struct kairan_error *error_r)
{
	struct step step = {
		.asking = asking,
		.people = people,
		.told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.logins = g_string_new(NULL),
	};
	bool ok = asking->draft->calls == STEP_ASK_AGAIN ? ask_all_again(&step, error_r)
							 : call_duty_list(&step, error_r);

	ok = ok && record(&step, call_at, error_r);
	*called_r = step.logins->len > 0;
	g_hash_table_destroy(step.told);
	(void)g_string_free(step.logins, TRUE);
	g_free(step.contacts[0]);
	g_free(step.contacts[1]);
	return ok;
}

bool calls_take_step(const struct asking *asking, const struct call_people *people,
		     bool *called_r, struct kairan_error *error_r)
{
	const struct draft *draft = asking->draft;
	struct quiet_hours quiet;
	const struct waiting_facts facts =
	    reminders_make_facts(asking->setup, draft, &quiet);
	const int64_t opening = waiting_find_opening(&facts, asking->own);

	*called_r = false;
	if (opening > asking->own)
		return store_reminder_record_calls(asking->store, draft->id, draft->calls,
						   opening, error_r);
	return take(
	    asking, people,
	    draft->calls == STEP_ASK_AGAIN ? waiting_find_call(&facts, asking->own) : 0,
	    called_r, error_r);
}

/*
 * NAME
 *	apply_check - what an application would contradict
 *
 * DESCRIPTION
 *	The section is put together as it is to be, its people as they are and as they would be,
 *	and policy/contradiction.c judges it as for every draft. Addresses are compared with all
 *	people, sections and broadcasts. Everything that is found is said, each with its article.
 *
 * DIAGNOSTICS
 *	Complaints on standard error. EX_UNAVAILABLE: LDAP could not be asked.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/apply_parts.h"
#include "milter/round/directory_check.h"
#include "ctl/ctl_say.h"
#include "policy/contradiction.h"
#include "policy/service_address.h"
#include "schema/directory_people.h"

#define CONTRADICTIONS_MOST 32

void apply_complain(struct application *application, const char *article, char *text)
{
	fprintf(stderr,
		ctl_is_japanese() ? "kairanctl: 第%s条: %s\n" : "kairanctl: Art.%s: %s\n",
		article, text);
	g_free(text);
	application->complaints++;
}

static int fail(const struct kairan_error *error)
{
	return ctl_fail(EX_UNAVAILABLE, "%s", error->text);
}

/* ---- the section and its people ---- */

/* The people there are, and those to come. Rows point into both. */
static struct duty_person *make_rows(const struct application *application,
				     const struct duty_people *people, size_t *count_r,
				     const char *(*mails)[2])
{
	static const char *const nothing[] = { NULL };
	struct duty_person *rows =
	    g_new0(struct duty_person, people->count + application->people->len);
	size_t count = people->count;

	for (size_t i = 0; i < people->count; i++)
		rows[i] = people->persons[i];
	for (guint i = 0; i < application->people->len; i++) {
		const struct applied_person *person =
		    g_ptr_array_index(application->people, i);

		mails[i][0] = person->mail;
		mails[i][1] = NULL;
		if (person->person == NULL)
			rows[count++] = (struct duty_person){ .dn = person->dn,
							      .mails = mails[i],
							      .sections = nothing };
	}
	*count_r = count;
	return rows;
}

static void complain_of(struct application *application,
			const struct contradiction *contradiction)
{
	const struct directory_finding finding = { .kind = FINDING_CONTRADICTION,
						   .reason = contradiction->reason };
	const bool pair = contradiction->other != NULL;

	apply_complain(
	    application, directory_finding_article(&finding),
	    g_strdup_printf(
		"%s: %s%s%s%s%s", directory_finding_name(&finding),
		contradiction->entry != NULL ? contradiction->entry : "",
		pair ? " = " : "", pair ? contradiction->other : "",
		contradiction->entry != NULL ? ": " : "",
		directory_finding_mend(&finding, ctl_is_japanese() ? "ja" : "en")));
}

static void find_contradictions(struct application *application,
				const struct section *planned,
				const struct section_people *people)
{
	struct section_duties duties = section_people_as_duties(planned, people);
	struct duty_people all = *duties.people;
	const char *(*mails)[2] =
	    g_malloc0((application->people->len + 1) * sizeof(*mails));
	g_autofree struct duty_person *rows =
	    make_rows(application, duties.people, &all.count, mails);
	struct contradiction garbled = { .reason = REASON_DELEGATE_TIME };
	struct contradiction found[CONTRADICTIONS_MOST];
	size_t count;

	all.persons = rows;
	duties.people = &all;
	count = contradiction_list(&duties, found, G_N_ELEMENTS(found));
	for (size_t i = 0; i < count; i++)
		complain_of(application, &found[i]);
	garbled.entry = duty_people_find_garbled(&duties);
	if (garbled.entry != NULL)
		complain_of(application, &garbled);
	g_free(mails);
}

int apply_check_section(struct application *application, const struct section *planned)
{
	struct section_people *people = NULL;
	struct kairan_error error = { "" };

	if (!directory_find_people(application->setup->directory, planned, "", &people,
				   &error))
		return fail(&error);
	find_contradictions(application, planned, people);
	section_people_free(people);
	return EX_OK;
}

/* ---- who applies ---- */

void apply_check_applicant(struct application *application, const struct section *section,
			   const struct applied_person *new_head)
{
	static const char *const articles[] = { "10", "11", "12" };
	const struct applied_person *applicant = application->applicant;
	const bool is_head = section != NULL && section->approver != NULL &&
			     strcmp(section->approver, applicant->dn) == 0;

	if (!is_head && applicant != new_head)
		apply_complain(
		    application, articles[application->form - 1],
		    g_strdup_printf(
			ctl_say("the section's head, its approver, applies: not %s"),
			applicant->login));
}

/* ---- addresses ---- */

static bool is_broadcast(struct broadcast *const *broadcasts, const char *address)
{
	for (size_t i = 0; broadcasts[i] != NULL; i++)
		if (g_ascii_strcasecmp(broadcasts[i]->mail, address) == 0)
			return true;
	return false;
}

static const struct section *find_sharer(const struct application *application,
					 const struct address *address)
{
	for (guint i = 0; i < application->sections->len; i++) {
		const struct section *section =
		    g_ptr_array_index(application->sections, i);

		if (section != application->section && section_has_mail(section, address))
			return section;
	}
	return NULL;
}

static void judge_address(struct application *application, const struct address *address,
			  struct broadcast *const *broadcasts, char *const *dns)
{
	const struct settings *settings = application->settings;
	const struct section *sharer = find_sharer(application, address);
	struct service_address service;

	service_address_read(address, settings->service_domain, settings->notice_sender,
			     &service);
	if (service.kind != SERVICE_NONE && service.kind != SERVICE_UNKNOWN)
		apply_complain(
		    application, "15",
		    g_strdup_printf(ctl_say("%s is an address of kairan's own"),
				    address->spec));
	if (is_broadcast(broadcasts, address->spec))
		apply_complain(
		    application, "3",
		    g_strdup_printf(ctl_say("%s is in use: a broadcast has it"),
				    address->spec));
	for (; *dns != NULL; dns++)
		apply_complain(application, "3",
			       g_strdup_printf(ctl_say("%s is in use: %s has it"),
					       address->spec, *dns));
	if (sharer != NULL)
		apply_complain(application, "3",
			       g_strdup_printf(ctl_say("%s is in use: %s has it"),
					       address->spec, sharer->dn));
}

int apply_check_address(struct application *application, const char *text)
{
	struct broadcast **broadcasts = NULL;
	struct address address;
	struct kairan_error error = { "" };
	GPtrArray *bad = NULL;
	char **dns = NULL;
	bool ok;

	if (!address_read(text, &address, &error)) {
		apply_complain(application, "3",
			       g_strdup_printf("%s: %s", text, error.text));
		return EX_OK;
	}
	ok = directory_list_broadcasts(application->setup->directory, &broadcasts, &bad,
				       &error) &&
	     directory_list_logins(application->setup->directory, address.spec, &dns,
				   &error);
	if (ok)
		judge_address(application, &address, broadcasts, dns);
	g_strfreev(dns);
	broadcasts_free(broadcasts);
	if (bad != NULL)
		g_ptr_array_unref(bad);
	return ok ? EX_OK : fail(&error);
}

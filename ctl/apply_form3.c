/*
 * NAME
 *	apply_form3 - a new password (form 3, Art. 12)
 *
 * DESCRIPTION
 *	The head of a section of the person's applies; for a system administrator without a
 *	section, one of the administrators. The new password is good for nothing but changing
 *	it, and ends a lock.
 *
 * DIAGNOSTICS
 *	As apply_people.c and apply_check.c.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/apply_parts.h"

static bool names(const struct section *section, const char *dn)
{
	return g_strv_contains((const char *const *)section->approvers, dn) ||
	       g_strv_contains((const char *const *)section->delegates, dn) ||
	       g_strv_contains((const char *const *)section->staff, dn);
}

static bool is_one_of(const GPtrArray *people, const char *dn)
{
	for (guint i = 0; i < people->len; i++) {
		const struct person *person = g_ptr_array_index(people, i);

		if (strcmp(person->dn, dn) == 0)
			return true;
	}
	return false;
}

static int check_administrator(struct application *application)
{
	GPtrArray *administrators = NULL;
	struct kairan_error error = { "" };

	if (!directory_list_administrators(application->setup->directory, &administrators,
					   &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (!is_one_of(administrators, application->person->dn))
		apply_complain(application, "12",
			       g_strdup_printf(ctl_say("%s has no duty in any section"),
					       application->person->login));
	else if (!is_one_of(administrators, application->applicant->dn))
		apply_complain(
		    application, "12",
		    g_strdup_printf(ctl_say("an administrator applies for one: not %s"),
				    application->applicant->login));
	g_ptr_array_unref(administrators);
	return EX_OK;
}

/* The section whose head applies, or the first that there is. */
static void find_section(struct application *application)
{
	for (guint i = 0; i < application->sections->len; i++) {
		struct section *section = g_ptr_array_index(application->sections, i);

		if (!names(section, application->person->dn))
			continue;
		if (application->section == NULL ||
		    g_strcmp0(section->approver, application->applicant->dn) == 0)
			application->section = section;
	}
	if (application->section != NULL)
		apply_set_title(application, application->section->name_ja,
				application->section->name_en);
}

static int make_changes(struct application *application)
{
	const struct settings *settings = application->settings;
	struct directory_edit *edit = application->edit;
	struct applied_person *person = (struct applied_person *)application->person;
	g_autofree char *comment = NULL;

	person->password = apply_people_make_password();
	if (person->password == NULL)
		return ctl_fail(EX_OSERR, "the system has no random octets");
	comment = g_strdup_printf("%s (%s): %s", person->name_ja, person->login,
				  person->password);
	directory_edit_begin(edit, EDIT_MODIFY, person->dn);
	directory_edit_comment(edit, comment);
	directory_edit_put(edit, EDIT_PUT_REPLACE, "userPassword", person->password);
	directory_edit_put(edit, EDIT_PUT_REPLACE, settings->ldap_password_reset, "TRUE");
	return EX_OK;
}

static int find_people(struct application *application)
{
	g_autofree char *login = apply_want(application, application->options.person,
					    "パスワードを初期化する人の利用者 ID",
					    "login of whose password it is");
	int status;

	if (*login == '\0' || strchr(login, ':') != NULL)
		return ctl_fail(EX_USAGE, "%s wants a login", "--person");
	status = apply_people_find(application, login, &application->person);
	return status == EX_OK ? apply_people_find_applicant(application) : status;
}

int apply_form3(struct application *application)
{
	int status = find_people(application);

	if (status != EX_OK)
		return status;
	find_section(application);
	if (application->options.refuse != NULL)
		return EX_OK;
	if (application->section != NULL)
		apply_check_applicant(application, application->section, NULL);
	else
		status = check_administrator(application);
	if (status == EX_OK && application->complaints > 0)
		status = EX_DATAERR;
	return status == EX_OK ? make_changes(application) : status;
}

/*
 * NAME
 *	apply_form2 - the end of use (form 2, Art. 11)
 *
 * DESCRIPTION
 *	Some people of a section, or some of its addresses, end; or all of it where none are
 *	named. People stay in the directory, who may have other duties. An address that other
 *	sections use too only loses this one.
 *
 * DIAGNOSTICS
 *	As apply_people.c and apply_check.c. Complaints: drafts that wait still, people and
 *	addresses that are not the section's.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/apply_parts.h"
#include "ctl/ctl_say.h"
#include "ctl/ctl_store.h"
#include "schema/store_draft.h"

struct form2 {
	struct application *application;
	struct broadcast **broadcasts; /* all there are */
	char **dns;                    /* their entries */
	char **ended; /* addresses that end; NULL: those of the section */
	bool is_all;  /* the section itself ends */
};

static bool is_named(char *const *list, const char *text)
{
	for (; list != NULL && *list != NULL; list++)
		if (g_ascii_strcasecmp(g_strstrip(*list), text) == 0)
			return true;
	return false;
}

/* Is it this section's, and does it end? */
static bool ends(const struct form2 *form, const struct broadcast *broadcast)
{
	const char *section = form->application->section->dn;

	if (!g_strv_contains((const char *const *)broadcast->sections, section))
		return false;
	return form->is_all || is_named(form->ended, broadcast->mail);
}

/* ---- drafts that wait ---- */

static void complain_of_draft(const struct draft *draft, void *context)
{
	const struct form2 *form = context;
	bool concerned = false;

	if (draft->state != DRAFT_HELD && draft->state != DRAFT_APPROVED &&
	    draft->state != DRAFT_RELEASING)
		return;
	for (size_t i = 0; form->broadcasts[i] != NULL; i++)
		concerned =
		    concerned ||
		    (strcmp(form->broadcasts[i]->mail, draft->broadcast) == 0 &&
		     strcmp(form->application->section->dn, draft->section) == 0 &&
		     ends(form, form->broadcasts[i]));
	if (concerned)
		apply_complain(
		    form->application, "11",
		    g_strdup_printf(ctl_say("draft %lld (%s) is not done with yet"),
				    (long long)draft->id, draft->subject));
}

static int look_at_drafts(struct store *store, void *context,
			  struct kairan_error *error_r)
{
	const struct draft_filter filter = { .limit = INT64_MAX };

	return store_draft_visit(store, &filter, complain_of_draft, context, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

/* ---- whom and what it names ---- */

static int find_people(struct application *application, const char *text, GPtrArray *list,
		       char *const *have)
{
	int status = apply_people_find_all(application, text != NULL ? text : "", list);

	for (guint i = 0; status == EX_OK && i < list->len; i++) {
		const struct applied_person *person = g_ptr_array_index(list, i);

		if (!g_strv_contains((const char *const *)have, person->dn))
			apply_complain(
			    application, "11",
			    g_strdup_printf(
				ctl_say("%s does not have that duty in this section"),
				person->login));
	}
	return status;
}

static void check_addresses(const struct form2 *form)
{
	for (char **ended = form->ended; ended != NULL && *ended != NULL; ended++) {
		bool found = false;

		for (size_t i = 0; form->broadcasts[i] != NULL; i++)
			found = found || (g_ascii_strcasecmp(form->broadcasts[i]->mail,
							     g_strstrip(*ended)) == 0 &&
					  ends(form, form->broadcasts[i]));
		if (!found)
			apply_complain(
			    form->application, "11",
			    g_strdup_printf(ctl_say("%s is no address of this section"),
					    *ended));
	}
}

/* ---- the changes ---- */

static void put_broadcasts(struct form2 *form)
{
	struct application *application = form->application;
	const struct settings *settings = application->settings;
	GString *about = g_string_new(NULL);

	for (size_t i = 0; form->broadcasts[i] != NULL; i++) {
		const struct broadcast *broadcast = form->broadcasts[i];

		if (!ends(form, broadcast))
			continue;
		g_string_append_printf(about, "%s%s", about->len > 0 ? ", " : "",
				       broadcast->mail);
		if (g_strv_length(broadcast->sections) > 1) {
			directory_edit_begin(application->edit, EDIT_MODIFY,
					     broadcast->dn);
			directory_edit_put(application->edit, EDIT_PUT_REMOVE,
					   settings->ldap_broadcast_section,
					   application->section->dn);
		} else {
			directory_edit_begin(application->edit, EDIT_DELETE,
					     broadcast->dn);
		}
	}
	application->about = g_string_free(about, FALSE);
}

static void put_people(struct application *application, const char *attribute,
		       const GPtrArray *people)
{
	for (guint i = 0; i < people->len; i++) {
		const struct applied_person *person = g_ptr_array_index(people, i);

		directory_edit_put(application->edit, EDIT_PUT_REMOVE, attribute,
				   person->dn);
	}
}

/* The addresses first: one without its section would have mail deferred. */
static void make_changes(struct form2 *form)
{
	struct application *application = form->application;

	put_broadcasts(form);
	directory_edit_begin(application->edit, form->is_all ? EDIT_DELETE : EDIT_MODIFY,
			     application->section->dn);
	if (form->is_all)
		return;
	put_people(application, application->settings->ldap_delegate,
		   application->delegates);
	put_people(application, application->settings->ldap_staff, application->staff);
}

/* ---- all of it ---- */

static int find_all(struct form2 *form)
{
	struct application *application = form->application;
	const struct apply_options *options = &application->options;
	struct kairan_error error = { "" };
	int status;

	form->is_all = options->delegates == NULL && options->staff == NULL &&
		       options->broadcasts == NULL;
	form->ended =
	    options->broadcasts != NULL ? g_strsplit(options->broadcasts, ",", -1) : NULL;
	status = find_people(application, options->delegates, application->delegates,
			     application->section->delegates);
	if (status == EX_OK)
		status = find_people(application, options->staff, application->staff,
				     application->section->staff);
	if (status == EX_OK)
		status = apply_people_find_applicant(application);
	if (status == EX_OK && options->refuse != NULL && options->broadcasts != NULL)
		application->about = g_strdup(options->broadcasts);
	if (status != EX_OK || options->refuse != NULL)
		return status;
	if (!directory_list_broadcasts(application->setup->directory, &form->broadcasts,
				       NULL, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	apply_check_applicant(application, application->section, NULL);
	check_addresses(form);
	return ctl_store_run(application->call, look_at_drafts, form);
}

int apply_form2(struct application *application)
{
	struct form2 form = { .application = application };
	g_autofree char *name =
	    apply_want(application, application->options.section, "課の ID", "section");
	int status;

	application->section = apply_find_section(application, name);
	if (application->section == NULL)
		return ctl_fail(EX_NOINPUT, "Art.11: there is no section \"%s\"", name);
	apply_set_title(application, application->section->name_ja,
			application->section->name_en);
	status = find_all(&form);
	if (status == EX_OK && application->complaints > 0)
		status = EX_DATAERR;
	if (status == EX_OK && application->options.refuse == NULL)
		make_changes(&form);
	broadcasts_free(form.broadcasts);
	g_strfreev(form.ended);
	return status;
}

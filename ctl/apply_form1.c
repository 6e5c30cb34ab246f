/*
 * NAME
 *	apply_form1 - use of the service (form 1, Art. 10)
 *
 * DESCRIPTION
 *	A new section with its approver, delegates, staff and a broadcast address; or more of them
 *	for one that is there, or another approver. People who are not in the directory yet are
 *	registered with a first password, which is good for nothing but changing it (Art. 12).
 *
 * DIAGNOSTICS
 *	As apply_people.c and apply_check.c.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/apply_parts.h"

struct form1 {
	char *section; /* RDN value of a new one */
	char *section_dn;
	char *section_name;
	char *broadcast; /* "": none */
	char *broadcast_name;
	char **shared;
	const struct applied_person *approver; /* NULL: stays who it is */
};

/* ---- asking ---- */

/* Somebody new may be named elsewhere by the login alone. */
static int find_new_people(struct application *application)
{
	const struct apply_options *options = &application->options;
	const char *const lists[] = { options->approver, options->delegates,
				      options->staff };
	int status = EX_OK;

	for (size_t i = 0; status == EX_OK && i < G_N_ELEMENTS(lists); i++) {
		g_auto(GStrv) parts =
		    g_strsplit(lists[i] != NULL ? lists[i] : "", ",", -1);

		for (size_t j = 0; status == EX_OK && parts[j] != NULL; j++) {
			const struct applied_person *person;

			if (strchr(parts[j], ':') != NULL)
				status =
				    apply_people_find(application, parts[j], &person);
		}
	}
	return status;
}

static int find_people(struct application *application, struct form1 *form)
{
	const struct apply_options *options = &application->options;
	const bool is_new = application->section == NULL;
	g_autofree char *approver =
	    is_new ? apply_want(application, options->approver,
				"配信責任者（課長）の利用者 ID",
				"login of the approver, its head")
		   : g_strdup(options->approver != NULL ? options->approver : "");
	g_autofree char *delegates = NULL;
	g_autofree char *staff = NULL;
	int status = EX_OK;

	if (*approver != '\0') {
		status = apply_people_find(application, approver, &form->approver);
		if (status == EX_OK)
			g_ptr_array_add(application->approvers, (void *)form->approver);
	}
	if (status != EX_OK)
		return status;
	delegates = apply_want(application, options->delegates,
			       "委任を受けた者の利用者 ID（, で区切る。なければ空）",
			       "logins of delegates, with commas between (may be empty)");
	status = apply_people_find_all(application, delegates, application->delegates);
	if (status != EX_OK)
		return status;
	staff = apply_want(application, options->staff,
			   "配信担当者の利用者 ID（, で区切る。なければ空）",
			   "logins of staff, with commas between (may be empty)");
	return apply_people_find_all(application, staff, application->staff);
}

/* A new section's name is of a DN and of the shell. */
static int ask_section(struct application *application, struct form1 *form)
{
	const struct apply_options *options = &application->options;
	g_autofree char *name =
	    apply_want(application, options->section, "課の ID（英小文字）",
		       "section (in small letters)");
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	g_auto(GStrv) names = NULL;

	application->section = apply_find_section(application, name);
	if (application->section != NULL) {
		apply_set_title(application, application->section->name_ja,
				application->section->name_en);
		form->section_dn = g_strdup(application->section->dn);
		form->section_name = g_strdup("");
		form->section = g_strdup(name);
		return EX_OK;
	}
	form->section = g_ascii_strdown(name, -1);
	if (*name == '\0' || strspn(form->section, letters) != strlen(form->section))
		return ctl_fail(
		    EX_USAGE,
		    "--section \"%s\": a new section's is letters, digits and '-'", name);
	form->section_dn = directory_edit_make_dn(
	    "ou", form->section, application->settings->ldap_sections_base, "sections",
	    application->settings);
	form->section_name = apply_want(application, options->section_name,
					"課の名前（英語名は : のあと）",
					"the section's name (JAPANESE:ENGLISH)");
	names = g_strsplit(form->section_name, ":", 2);
	apply_set_title(application, names[0] != NULL ? names[0] : name,
			names[0] != NULL ? names[1] : NULL);
	return *form->section_name != '\0' || options->refuse != NULL
		   ? EX_OK
		   : ctl_fail(EX_USAGE, "%s is missing", "--section-name");
}

static int ask_broadcast(struct application *application, struct form1 *form)
{
	const struct apply_options *options = &application->options;

	form->broadcast = apply_want(application, options->broadcasts,
				     "配信用アドレス（増やさないときは空）",
				     "broadcast address (empty: no new one)");
	if (*form->broadcast == '\0') {
		form->broadcast_name = g_strdup("");
		application->list = g_strdup("");
		return EX_OK;
	}
	form->broadcast_name =
	    apply_want(application, options->broadcast_name,
		       "配信の名前（英語名は : のあと）", "its name (JAPANESE:ENGLISH)");
	application->list =
	    apply_want(application, options->list, "利用者リスト（空: 課の ID と同じ）",
		       "subscriber list (empty: as the section)");
	if (*application->list == '\0') {
		g_free(application->list);
		application->list = g_strdup(form->section);
	}
	return *form->broadcast_name != '\0'
		   ? EX_OK
		   : ctl_fail(EX_USAGE, "%s is missing", "--broadcast-name");
}

/* ---- checking ---- */

static char **join(char *const *have, const GPtrArray *more)
{
	GPtrArray *all = g_ptr_array_new();

	for (; have != NULL && *have != NULL; have++)
		g_ptr_array_add(all, g_strdup(*have));
	for (guint i = 0; i < more->len; i++) {
		const struct applied_person *person = g_ptr_array_index(more, i);

		if (!g_ptr_array_find_with_equal_func(all, person->dn, g_str_equal, NULL))
			g_ptr_array_add(all, g_strdup(person->dn));
	}
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

/* The section as it is to be. */
static struct section *plan(const struct application *application,
			    const struct form1 *form)
{
	const struct section *now = application->section;
	const bool replaces = application->options.replaces_approver;
	struct section *planned = g_new0(struct section, 1);

	planned->dn = g_strdup(form->section_dn);
	planned->approvers = join(
	    now != NULL && !(replaces && form->approver != NULL) ? now->approvers : NULL,
	    application->approvers);
	planned->delegates =
	    join(now != NULL ? now->delegates : NULL, application->delegates);
	planned->staff = join(now != NULL ? now->staff : NULL, application->staff);
	planned->shared_mails = g_new0(char *, 1);
	planned->approver = g_strdup(planned->approvers[0]);
	planned->has_several_approvers = g_strv_length(planned->approvers) > 1;
	return planned;
}

static int check_addresses(struct application *application, const struct form1 *form)
{
	int status = EX_OK;

	if (*form->broadcast != '\0')
		status = apply_check_address(application, form->broadcast);
	for (size_t i = 0; status == EX_OK && form->shared[i] != NULL; i++)
		if (*g_strstrip(form->shared[i]) != '\0')
			status = apply_check_address(application, form->shared[i]);
	for (guint i = 0; status == EX_OK && i < application->people->len; i++) {
		const struct applied_person *person =
		    g_ptr_array_index(application->people, i);

		if (person->person == NULL)
			status = apply_check_address(application, person->mail);
	}
	return status;
}

static int check(struct application *application, const struct form1 *form)
{
	struct section *planned = plan(application, form);
	int status = apply_check_section(application, planned);

	apply_check_applicant(application, application->section, form->approver);
	if (planned->has_several_approvers && application->section != NULL)
		fprintf(stderr, "%s\n",
			ctl_is_japanese()
			    ? "（配信責任者が替わるときは --replace-approver）"
			    : "(--replace-approver, where another one takes over)");
	if (status == EX_OK)
		status = check_addresses(application, form);
	section_free(planned);
	return status;
}

/* ---- the changes ---- */

static void put_people(struct application *application, const char *attribute,
		       const GPtrArray *people, char *const *have)
{
	for (guint i = 0; i < people->len; i++) {
		const struct applied_person *person = g_ptr_array_index(people, i);

		if (have == NULL ||
		    !g_strv_contains((const char *const *)have, person->dn))
			directory_edit_put(application->edit, EDIT_PUT_ADD, attribute,
					   person->dn);
	}
}

/* What a new section and one that is there have alike. */
static void put_members(struct application *application, const struct form1 *form)
{
	const struct settings *settings = application->settings;
	const struct section *now = application->section;

	put_people(application, settings->ldap_delegate, application->delegates,
		   now != NULL ? now->delegates : NULL);
	put_people(application, settings->ldap_staff, application->staff,
		   now != NULL ? now->staff : NULL);
	for (size_t i = 0; form->shared[i] != NULL; i++)
		directory_edit_put(application->edit, EDIT_PUT_ADD,
				   settings->ldap_shared_mail, form->shared[i]);
}

static void put_new_section(struct application *application, const struct form1 *form)
{
	const struct settings *settings = application->settings;
	struct directory_edit *edit = application->edit;
	g_autofree char *class =
	    directory_edit_find_class(settings->ldap_section_filter, "kairanSection");
	char **names = g_strsplit(form->section_name, ":", 2);

	directory_edit_begin(edit, EDIT_ADD, form->section_dn);
	directory_edit_put(edit, EDIT_PUT_ADD, "objectClass", class);
	directory_edit_put(edit, EDIT_PUT_ADD, "ou", form->section);
	directory_edit_put_name(edit, EDIT_PUT_ADD, settings->ldap_display_name, "ja",
				names[0]);
	directory_edit_put_name(edit, EDIT_PUT_ADD, settings->ldap_display_name, "en",
				names[1]);
	put_people(application, settings->ldap_approver, application->approvers, NULL);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_approver_status, "active");
	put_members(application, form);
	g_strfreev(names);
}

static void put_changed_section(struct application *application, const struct form1 *form)
{
	const struct settings *settings = application->settings;
	const struct section *now = application->section;
	const bool changes_approver =
	    form->approver != NULL && g_strcmp0(now->approver, form->approver->dn) != 0;

	if (!changes_approver && application->delegates->len == 0 &&
	    application->staff->len == 0 && form->shared[0] == NULL)
		return;
	directory_edit_begin(application->edit, EDIT_MODIFY, now->dn);
	if (changes_approver) {
		directory_edit_put(application->edit, EDIT_PUT_REPLACE,
				   settings->ldap_approver, form->approver->dn);
		directory_edit_put(application->edit, EDIT_PUT_REPLACE,
				   settings->ldap_approver_status, "active");
	}
	put_members(application, form);
}

static int make_changes(struct application *application, const struct form1 *form)
{
	for (guint i = 0; i < application->people->len; i++) {
		const struct applied_person *person =
		    g_ptr_array_index(application->people, i);

		if (person->person == NULL)
			apply_put_person(application, person);
	}
	if (application->section == NULL)
		put_new_section(application, form);
	else
		put_changed_section(application, form);
	if (*form->broadcast != '\0')
		apply_put_broadcast(application, form->section_dn, form->broadcast,
				    form->broadcast_name);
	return directory_edit_count(application->edit) == 0
		   ? ctl_fail(
			 EX_USAGE, "%s",
			 ctl_is_japanese()
			     ? "登録することがありません。すでに、そのとおりです"
			     : "there is nothing to register: all of that is so already")
		   : EX_OK;
}

static int prepare(struct application *application, struct form1 *form)
{
	int status = ask_section(application, form);

	if (status == EX_OK)
		status = find_new_people(application);
	if (status == EX_OK)
		status = find_people(application, form);
	if (status == EX_OK && application->options.refuse == NULL)
		status = ask_broadcast(application, form);
	if (status == EX_OK)
		status = apply_people_find_applicant(application);
	form->shared = g_strsplit(application->options.shared_mails != NULL
				      ? application->options.shared_mails
				      : "",
				  ",", -1);
	if (status != EX_OK || application->options.refuse != NULL)
		return status;
	status = check(application, form);
	if (status == EX_OK && application->complaints > 0)
		return EX_DATAERR;
	return status == EX_OK ? make_changes(application, form) : status;
}

int apply_form1(struct application *application)
{
	struct form1 form = { .section = NULL };
	const int status = prepare(application, &form);

	application->about = g_strdup(form.broadcast != NULL ? form.broadcast : "");
	g_free(form.section);
	g_free(form.section_dn);
	g_free(form.section_name);
	g_free(form.broadcast);
	g_free(form.broadcast_name);
	g_strfreev(form.shared);
	return status;
}

/*
 * NAME
 *	ctl_apply - kairanctl apply form1, form2, form3
 *
 * DESCRIPTION
 *	An application of a section's head (Art. 10, 11, 12) is checked against every
 *	contradiction, decided, recorded and told, and becomes changes of the directory: LDIF on
 *	standard output, or carried out with --bind DN or --external. What is missing is asked
 *	for on a terminal.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: something contradicts the regulation; all of it is said, and nothing is
 *	recorded. The others are those of the apply_*.c.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "ctl/apply_parts.h"
#include "ctl/commands.h"
#include "ctl/ctl_options.h"

/* A form has the options that its row in main.c names. */
static bool read_options(const struct ctl_call *call, struct apply_options *to)
{
	const struct ctl_option all[] = {
		{ "applicant", &to->applicant, NULL },
		{ "refuse", &to->refuse, NULL },
		{ "bind", &to->bind, NULL },
		{ "bind-password", &to->bind_password, NULL },
		{ "external", NULL, &to->is_external },
		{ "dry-run", NULL, &to->is_dry_run },
		{ "person", &to->person, NULL },
		{ "section", &to->section, NULL },
		{ "delegate", &to->delegates, NULL },
		{ "staff", &to->staff, NULL },
		{ "broadcast", &to->broadcasts, NULL },
		{ "section-name", &to->section_name, NULL },
		{ "approver", &to->approver, NULL },
		{ "replace-approver", NULL, &to->replaces_approver },
		{ "shared-mail", &to->shared_mails, NULL },
		{ "broadcast-name", &to->broadcast_name, NULL },
		{ "list", &to->list, NULL },
	};
	struct ctl_option options[G_N_ELEMENTS(all)];
	size_t count = 0;
	int rest;

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		g_autofree char *word = g_strdup_printf("--%s%s", all[i].name,
							all[i].value != NULL ? " " : "]");

		if (strstr(call->command->arguments, word) != NULL)
			options[count++] = all[i];
	}
	return ctl_options_read(call, options, count, &rest) && rest == call->argc &&
	       (to->refuse == NULL || *to->refuse != '\0') &&
	       (to->refuse == NULL || strpbrk(to->refuse, "\r\n") == NULL);
}

static void clear(struct application *application)
{
	directory_edit_free(application->edit);
	g_ptr_array_unref(application->approvers);
	g_ptr_array_unref(application->delegates);
	g_ptr_array_unref(application->staff);
	g_ptr_array_unref(application->people);
	if (application->sections != NULL)
		g_ptr_array_unref(application->sections);
	g_free(application->list);
	g_free(application->about);
	g_free(application->title_ja);
	g_free(application->title_en);
	setup_unref(application->setup);
}

static int apply(const struct ctl_call *call, int form,
		 int (*prepare)(struct application *application))
{
	struct application application = { .call = call,
					   .settings = call->settings,
					   .form = form };
	struct kairan_error error = { "" };
	int status;

	if (!read_options(call, &application.options))
		return ctl_usage(call);
	if (!setup_load(call->path, &application.setup, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	application.may_ask = isatty(STDIN_FILENO) != 0;
	application.people = g_ptr_array_new_with_free_func(apply_people_free);
	application.approvers = g_ptr_array_new();
	application.delegates = g_ptr_array_new();
	application.staff = g_ptr_array_new();
	application.edit = directory_edit_new();
	status = directory_list_sections(application.setup->directory,
					 &application.sections, NULL, &error)
		     ? prepare(&application)
		     : ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (status == EX_OK)
		status = apply_end(&application);
	clear(&application);
	return status;
}

int ctl_apply_form1(const struct ctl_call *call)
{
	return apply(call, 1, apply_form1);
}

int ctl_apply_form2(const struct ctl_call *call)
{
	return apply(call, 2, apply_form2);
}

int ctl_apply_form3(const struct ctl_call *call)
{
	return apply(call, 3, apply_form3);
}

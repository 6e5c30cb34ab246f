/*
 * NAME
 *	apply_end - an application is decided
 *
 * DESCRIPTION
 *	The decision is an audit row with applicant, content and reason (Art. 8), and a mail to
 *	the section's head and whom it concerns, in one transaction. With --bind the changes are
 *	carried out before it, so that nothing is told that did not come to pass, after a row that
 *	says that they are begun, so that nothing comes to pass without a row. Without it
 *	they are printed for ldapmodify(1), and the mail says that they are yet to come; the daemon
 *	tells of them once they are there. People whose duties begin or end hear of that from the
 *	daemon, too.
 *
 * DIAGNOSTICS
 *	EX_UNAVAILABLE: the directory or the store does not take it, and nothing was
 *	changed; where it is the directory, the trail says so ("failed").
 *	Who could not be told, for want of an address, is named.
 */
#include "config.h"

#include <glib.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "ctl/apply_parts.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_say.h"
#include "ctl/ctl_store.h"
#include "milter/core/notice.h"
#include "schema/ldap_password.h"
#include "schema/store_audit.h"

struct ending {
	struct application *application;
	struct directory_editor editor;
	struct person
	    *head; /* of the section, where somebody else applied; NULL: nobody */
	bool is_carried_out;
};

static bool is_refused(const struct application *application)
{
	return application->options.refuse != NULL;
}

/* ---- recording ---- */

static void append_logins(GString *text, const char *role, const GPtrArray *people)
{
	for (guint i = 0; i < people->len; i++) {
		const struct applied_person *person = g_ptr_array_index(people, i);

		g_string_append_printf(text, "%s%s", i == 0 ? role : ",", person->login);
	}
}

static char *write_detail(const struct application *application)
{
	GString *text = g_string_new(NULL);

	g_string_printf(text, "form%d: applicant %s; ", application->form,
			application->applicant->login);
	if (application->title_ja != NULL)
		g_string_append_printf(text, "section %s", application->title_ja);
	append_logins(text, ", approver ", application->approvers);
	append_logins(text, ", delegate ", application->delegates);
	append_logins(text, ", staff ", application->staff);
	if (application->person != NULL)
		g_string_append_printf(text, ", password of %s",
				       application->person->login);
	if (application->about != NULL && *application->about != '\0')
		g_string_append_printf(text, ", address %s", application->about);
	if (is_refused(application))
		g_string_append_printf(text, ": %s", application->options.refuse);
	return g_string_free(text, FALSE);
}

static bool record(struct store *store, const struct ending *ending, const char *outcome,
		   struct kairan_error *error_r)
{
	g_autofree char *detail = write_detail(ending->application);
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "apply",
		.outcome = outcome,
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r);
}

/* ---- telling ---- */

static void append_names(GString *text, const char *language, const GPtrArray *people)
{
	const bool ja = strcmp(language, "ja") == 0;

	for (guint i = 0; i < people->len; i++) {
		const struct applied_person *person = g_ptr_array_index(people, i);

		g_string_append_printf(text, ja ? "%s%s（%s）" : "%s%s (%s)",
				       text->len == 0 ? ""
				       : ja           ? "、"
						      : ", ",
				       ja ? person->name_ja : person->name_en,
				       person->login);
	}
}

static char *write_about(const struct application *application, const char *language)
{
	GString *text = g_string_new(NULL);
	GPtrArray *person = g_ptr_array_new();

	append_names(text, language, application->approvers);
	append_names(text, language, application->delegates);
	append_names(text, language, application->staff);
	if (application->person != NULL)
		g_ptr_array_add(person, (void *)application->person);
	append_names(text, language, person);
	g_ptr_array_unref(person);
	if (application->about != NULL && *application->about != '\0')
		g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
				       application->about);
	return g_string_free(text, FALSE);
}

static bool tell(struct store *store, const struct ending *ending,
		 const struct applied_person *person, struct kairan_error *error_r)
{
	const struct application *application = ending->application;
	char *mails[] = { person->mail, NULL };
	const struct person reader = {
		.mails = mails,
		.name = person->name_ja,
		.language = person->person != NULL ? person->person->language
						   : application->settings->language,
	};
	const bool ja = strcmp(reader.language, "ja") == 0;
	const int64_t now = clock_now();
	g_autofree char *about = write_about(application, reader.language);
	g_autofree char *at = g_strdup_printf("%lld", (long long)now);
	g_autofree char *form = g_strdup_printf("%d", application->form);
	const bool is_reset = person == application->person && !is_refused(application);
	char *facts = notice_make_facts(
	    "form_key", form, "decision_key",
	    is_refused(application)  ? "refused"
	    : ending->is_carried_out ? "done"
				     : "granted",
	    "applicant_name", application->applicant->name_ja, "section_name",
	    ja ? application->title_ja : application->title_en, "detail", about, "reason",
	    application->options.refuse, "noted_at", at, is_reset ? "password_key" : NULL,
	    "reset", NULL);
	bool ok = true;

	if (*person->mail != '\0')
		ok = notice_add_person(
		    store, &(struct notice){ NOTICE_APPLICATION, 0, facts, now }, &reader,
		    error_r);
	else
		fprintf(stderr, "kairanctl: %s has no mail address, and is not told\n",
			person->login);
	free(facts);
	return ok;
}

/* The section's head, where somebody else applied. */
static bool find_head(struct ending *ending, struct kairan_error *error_r)
{
	struct application *application = ending->application;
	const struct section *section = application->section;

	if (section == NULL || section->approver == NULL ||
	    strcmp(section->approver, application->applicant->dn) == 0 ||
	    (application->person != NULL &&
	     strcmp(section->approver, application->person->dn) == 0))
		return true;
	return directory_find_person_by_dn(application->setup->directory,
					   section->approver, &ending->head,
					   error_r) != ANSWER_UNKNOWN;
}

static bool tell_head(struct store *store, const struct ending *ending,
		      struct kairan_error *error_r)
{
	struct person *person = ending->head;
	struct applied_person head = { .person = person };

	if (person == NULL)
		return true;
	head.login = person->uid;
	head.mail = person->mails[0] != NULL ? person->mails[0] : (char *)"";
	head.name_ja = head.name_en = person->name;
	return tell(store, ending, &head, error_r);
}

static bool tell_all(struct store *store, const struct ending *ending,
		     struct kairan_error *error_r)
{
	const struct application *application = ending->application;

	return tell(store, ending, application->applicant, error_r) &&
	       (application->person == NULL ||
		application->person == application->applicant ||
		tell(store, ending, application->person, error_r)) &&
	       tell_head(store, ending, error_r);
}

/* ---- who carries it out ---- */

static int find_editor(const struct application *application, char **dn_r)
{
	const char *bind = application->options.bind;
	struct person *person = NULL;
	struct kairan_error error = { "" };

	if (strchr(bind, '=') != NULL) {
		*dn_r = g_strdup(bind);
		return EX_OK;
	}
	if (directory_find_person(application->setup->directory, bind, &person, &error) !=
	    ANSWER_YES)
		return *error.text != '\0'
			   ? ctl_fail(EX_UNAVAILABLE, "--bind %s: %s", bind, error.text)
			   : ctl_fail(EX_NOUSER,
				      "--bind %s: there is nobody with that login", bind);
	*dn_r = g_strdup(person->dn);
	person_free(person);
	return EX_OK;
}

static int find_password(const struct application *application, char **password_r)
{
	const char *path = application->options.bind_password;
	char text[LDAP_PASSWORD_SIZE];
	struct kairan_error error = { "" };

	if (path != NULL) {
		if (!ldap_password_read_file("--bind-password", path, text, &error))
			return ctl_fail(EX_NOINPUT, "%s", error.text);
		*password_r = g_strdup(text);
		OPENSSL_cleanse(text, sizeof(text));
		return EX_OK;
	}
	if (!application->may_ask)
		return ctl_fail(
		    EX_USAGE,
		    "%s asks for the password on a terminal; else --bind-password FILE has it",
		    "--bind");
	*password_r =
	    apply_ask_secret(ctl_is_japanese() ? "LDAP パスワード" : "LDAP password");
	/* Servers take a bind without a password for an anonymous one (RFC 4513, 5.1.2). */
	return **password_r != '\0'
		   ? EX_OK
		   : ctl_fail(EX_NOPERM, "%s",
			      ctl_is_japanese() ? "パスワードがありません"
						: "no password");
}

/* ---- the end ---- */

static int keep_begin(struct store *store, void *context, struct kairan_error *error_r)
{
	return record(store, context, "begun", error_r) ? EX_OK : EX_UNAVAILABLE;
}

static int keep_failure(struct store *store, void *context, struct kairan_error *error_r)
{
	return record(store, context, "failed", error_r) ? EX_OK : EX_UNAVAILABLE;
}

static int keep_end(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct ending *ending = context;

	return record(store, ending,
		      is_refused(ending->application) ? "refused" : "granted", error_r) &&
		       tell_all(store, ending, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

/* The directory may take its time, and others want the store: the trail says before that it is
 * begun, so that no change of the directory is without a row, whatever stops in between. */
static int change_directory(struct store *store, struct ending *ending)
{
	const struct application *application = ending->application;
	struct kairan_error error = { "" };
	int status = ctl_store_work(store, keep_begin, ending);

	if (status != EX_OK)
		return status;
	fault_point("apply.begun");
	if (directory_edit_apply(application->edit, application->settings,
				 &ending->editor, &error))
		return EX_OK;
	(void)ctl_store_work(store, keep_failure, ending);
	return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
}

static int carry_out(struct ending *ending)
{
	struct kairan_error error = { "" };
	struct store *store = NULL;
	int status;

	if (!find_head(ending, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	status = ctl_store_open(ending->application->call, &store);
	if (status == EX_OK && ending->is_carried_out)
		status = change_directory(store, ending);
	if (status == EX_OK)
		status = ctl_store_work(store, keep_end, ending);
	store_close(store);
	return status;
}

/* What is handed to each person, and to nobody else. */
static void print_passwords(const struct application *application)
{
	bool first = true;

	for (guint i = 0; i < application->people->len; i++) {
		const struct applied_person *person =
		    g_ptr_array_index(application->people, i);

		if (person->password == NULL)
			continue;
		if (first)
			puts(ctl_is_japanese()
				 ? "はじめのパスワード（本人だけに渡す。第12条）:"
				 : "passwords, for each person alone (Art. 12):");
		first = false;
		printf("  %s  %s  %s\n", person->login, person->password,
		       person->name_ja);
	}
}

static void print_result(const struct ending *ending)
{
	const struct application *application = ending->application;

	if (is_refused(application)) {
		puts(ctl_is_japanese() ? "否として記録し、知らせました"
				       : "refused; it is recorded and told");
	} else if (ending->is_carried_out) {
		g_autofree char *said = g_strdup_printf(
		    ctl_say(
			"granted; it is recorded, and %zu entries of the directory are changed"),
		    directory_edit_count(application->edit));

		puts(said);
		print_passwords(application);
	} else {
		directory_edit_print(application->edit, stdout);
		fputs(
		    ctl_is_japanese()
			? "諾として記録しました。この LDIF は、システム管理者として "
			  "ldapmodify で読み込みます\n"
			: "granted, and recorded; an administrator loads this LDIF with "
			  "ldapmodify\n",
		    stderr);
	}
}

static int conclude(struct ending *ending)
{
	const struct application *application = ending->application;
	g_autofree char *dn = NULL;
	char *password = NULL;
	int status = EX_OK;

	if (ending->is_carried_out && !application->options.is_external) {
		status = find_editor(application, &dn);
		if (status == EX_OK)
			status = find_password(application, &password);
		ending->editor = (struct directory_editor){ dn, password };
	}
	if (status == EX_OK)
		status = carry_out(ending);
	if (password != NULL)
		OPENSSL_cleanse(password, strlen(password));
	g_free(password);
	return status;
}

int apply_end(struct application *application)
{
	const struct apply_options *options = &application->options;
	struct ending ending = { .application = application };
	int status;

	ending.is_carried_out =
	    !is_refused(application) && (options->bind != NULL || options->is_external);
	if (options->is_dry_run) {
		directory_edit_print(application->edit, stdout);
		return EX_OK;
	}
	status = conclude(&ending);
	if (status == EX_OK)
		print_result(&ending);
	person_free(ending.head);
	return status;
}

/*
 * NAME
 *	apply_people - the people whom an application names
 *
 * DESCRIPTION
 *	Everybody is looked up by login. Who is not in the directory yet wants a mail address and
 *	a name, from the command line or the terminal, and gets a first password. Somebody who is
 *	named twice is one person.
 *
 * DIAGNOSTICS
 *	EX_USAGE: what is no login, address or name. EX_NOUSER: somebody of whom nothing but the
 *	login is known. EX_UNAVAILABLE: LDAP could not be asked.
 */
#include "config.h"

#include <glib.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>

#include "ctl/apply_parts.h"
#include "policy/address.h"

/* No two that look alike. */
#define LETTERS         "abcdefghjkmnpqrstuvwxyz23456789"
#define GROUPS          3
#define GROUP_LETTERS   5
#define PASSWORD_OCTETS (GROUPS * (GROUP_LETTERS + 1))

void apply_people_free(void *context)
{
	struct applied_person *person = context;

	person_free(person->person);
	g_free(person->login);
	g_free(person->dn);
	g_free(person->mail);
	g_free(person->name_ja);
	g_free(person->name_en);
	if (person->password != NULL)
		OPENSSL_cleanse(person->password, strlen(person->password));
	g_free(person->password);
	g_free(person);
}

/* Octets past the last whole multiple of the letters would favour some of them. */
static bool draw_letter(char *letter_r)
{
	const unsigned count = sizeof(LETTERS) - 1;
	unsigned char octet;

	do {
		if (getrandom(&octet, 1, 0) != 1)
			return false;
	} while (octet >= 256 / count * count);
	*letter_r = LETTERS[octet % count];
	return true;
}

char *apply_people_make_password(void)
{
	char *password = g_malloc(PASSWORD_OCTETS);

	for (size_t i = 0; i < PASSWORD_OCTETS; i++) {
		password[i] = '-';
		if ((i + 1) % (GROUP_LETTERS + 1) != 0 && !draw_letter(&password[i])) {
			g_free(password);
			return NULL;
		}
	}
	password[PASSWORD_OCTETS - 1] = '\0';
	return password;
}

/* ---- what stands in an entry ---- */

/* Of what a DN needs no escape for. */
static bool is_login(const char *text)
{
	return *text != '\0' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(text);
}

static bool is_name(const char *text)
{
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
		if (g_unichar_iscntrl(g_utf8_get_char(at)))
			return false;
	return *text != '\0';
}

/* Ask for what the command line has not. */
static void fill_in(const struct application *application, struct applied_person *person)
{
	if (!application->may_ask || *person->mail != '\0')
		return;
	g_free(person->mail);
	g_free(person->name_ja);
	g_free(person->name_en);
	fprintf(stderr, "%s: %s\n", person->login,
		ctl_is_japanese() ? "名簿にない人です。新しく登録します。"
				  : "is not in the directory, and is registered");
	person->mail =
	    apply_ask(ctl_is_japanese() ? "  メールアドレス" : "  mail address");
	person->name_ja = apply_ask(ctl_is_japanese() ? "  氏名" : "  name");
	person->name_en =
	    apply_ask(ctl_is_japanese() ? "  氏名（ローマ字。なければ空のまま）"
					: "  name in Latin letters (may be empty)");
}

static int judge_new(const struct applied_person *person)
{
	struct address address;
	struct kairan_error error = { "" };

	if (*person->mail == '\0' || *person->name_ja == '\0')
		return ctl_fail(
		    EX_NOUSER,
		    "Art.3: nobody has the login \"%s\"; a new person is %s:MAIL:NAME[:NAME IN LATIN LETTERS]",
		    person->login, person->login);
	if (!address_read(person->mail, &address, &error))
		return ctl_fail(EX_USAGE, "%s: %s: %s", person->login, person->mail,
				error.text);
	if (!g_utf8_validate(person->name_ja, -1, NULL) ||
	    !g_utf8_validate(person->name_en, -1, NULL) || !is_name(person->name_ja) ||
	    !is_name(person->name_en))
		return ctl_fail(EX_USAGE, "%s: a name is one line of UTF-8",
				person->login);
	return EX_OK;
}

static int complete_new(const struct application *application,
			struct applied_person *person)
{
	int status;

	if (application->form != 1 && application->options.refuse == NULL)
		return ctl_fail(EX_NOUSER, "Art.3: nobody has the login \"%s\"",
				person->login);
	if (application->options.refuse == NULL)
		fill_in(application, person);
	if (*person->name_ja == '\0') {
		g_free(person->name_ja);
		person->name_ja =
		    g_strdup(application->options.refuse != NULL ? person->login : "");
	}
	if (*person->name_en == '\0') {
		g_free(person->name_en);
		person->name_en = g_strdup(person->name_ja);
	}
	person->dn = directory_edit_make_dn(
	    application->settings->ldap_uid, person->login,
	    application->settings->ldap_people_base, "people", application->settings);
	/* Who is refused need not be known. */
	if (application->options.refuse != NULL)
		return EX_OK;
	status = judge_new(person);
	if (status == EX_OK)
		person->password = apply_people_make_password();
	if (status == EX_OK && person->password == NULL)
		status = ctl_fail(EX_OSERR, "the system has no random octets");
	return status;
}

static int complete_known(struct applied_person *person, bool has_more)
{
	if (has_more)
		return ctl_fail(EX_DATAERR,
				"Art.3: the login %s is in the directory already: %s",
				person->login, person->person->dn);
	person->dn = g_strdup(person->person->dn);
	g_free(person->login);
	g_free(person->mail);
	g_free(person->name_ja);
	g_free(person->name_en);
	person->login = g_strdup(person->person->uid);
	person->mail =
	    g_strdup(person->person->mails[0] != NULL ? person->person->mails[0] : "");
	person->name_ja = g_strdup(person->person->name);
	person->name_en = g_strdup(person->person->name);
	return EX_OK;
}

/* ---- finding them ---- */

static struct applied_person *find_named(const struct application *application,
					 const char *login)
{
	for (guint i = 0; i < application->people->len; i++) {
		struct applied_person *person = g_ptr_array_index(application->people, i);

		if (strcmp(person->login, login) == 0)
			return person;
	}
	return NULL;
}

static struct applied_person *read_person(const char *text, bool *has_more_r)
{
	char **parts = g_strsplit(text, ":", 4);
	const guint count = g_strv_length(parts);
	struct applied_person *person = g_new0(struct applied_person, 1);

	person->login = g_ascii_strdown(count > 0 ? g_strstrip(parts[0]) : "", -1);
	person->mail = g_strdup(count > 1 ? g_strstrip(parts[1]) : "");
	person->name_ja = g_strdup(count > 2 ? g_strstrip(parts[2]) : "");
	person->name_en = g_strdup(count > 3 ? g_strstrip(parts[3]) : "");
	*has_more_r = count > 1;
	g_strfreev(parts);
	return person;
}

static int look_up(const struct application *application, struct applied_person *person,
		   bool has_more)
{
	struct kairan_error error = { "" };

	switch (directory_find_person(application->setup->directory, person->login,
				      &person->person, &error)) {
	case ANSWER_YES:
		return complete_known(person, has_more);
	case ANSWER_NO:
		return is_login(person->login)
			   ? complete_new(application, person)
			   : ctl_fail(
				 EX_USAGE,
				 "\"%s\": a login is letters, digits, '.', '-' and '_'",
				 person->login);
	case ANSWER_UNKNOWN:
	default:
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	}
}

int apply_people_find(struct application *application, const char *text,
		      const struct applied_person **person_r)
{
	bool has_more;
	struct applied_person *person = read_person(text, &has_more);
	struct applied_person *known = find_named(application, person->login);
	int status;

	if (known != NULL) {
		apply_people_free(person);
		*person_r = known;
		return EX_OK;
	}
	status = look_up(application, person, has_more);
	if (status != EX_OK) {
		apply_people_free(person);
		return status;
	}
	/* By an address, they may be among those named already. */
	known = find_named(application, person->login);
	if (known != NULL)
		apply_people_free(person);
	else
		g_ptr_array_add(application->people, person);
	*person_r = known != NULL ? known : person;
	return EX_OK;
}

int apply_people_find_all(struct application *application, const char *text,
			  GPtrArray *list)
{
	char **parts = g_strsplit(text, ",", -1);
	int status = EX_OK;

	for (size_t i = 0; status == EX_OK && parts[i] != NULL; i++) {
		const struct applied_person *person = NULL;

		if (*g_strstrip(parts[i]) == '\0')
			continue;
		status = apply_people_find(application, parts[i], &person);
		if (status == EX_OK && !g_ptr_array_find(list, person, NULL))
			g_ptr_array_add(list, (void *)person);
	}
	g_strfreev(parts);
	return status;
}

int apply_people_find_applicant(struct application *application)
{
	g_autofree char *text = apply_want(application, application->options.applicant,
					   "申請者（課長）の利用者 ID",
					   "login of who applies, the section's head");

	if (*text == '\0')
		return ctl_fail(EX_USAGE, "%s is missing", "--applicant");
	return apply_people_find(application, text, &application->applicant);
}

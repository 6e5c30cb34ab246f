/*
 * NAME
 *	directory - people, sections and broadcasts in LDAP
 *
 * DESCRIPTION
 *	Builds the filters from the settings, with every value from a mail escaped (RFC
 *	4515), and turns entries into structs. Names are taken with the language tag of the
 *	reader (;lang-ja, ;lang-en), or without one.
 *
 * DIAGNOSTICS
 *	Warning: a broadcast entry that cannot be understood, by its DN. Could not ask: no
 *	connection, a refused bind, a time-out, two entries for one login, a DN or a status
 *	that cannot be understood. The error names the entry.
 */
#include "config.h"

#include "schema/directory.h"

#include <glib.h>
#include <ldap.h>
#include <string.h>
#include <strings.h>

#include "conf/log.h"
#include "policy/hours.h"
#include "schema/ldap_link.h"

struct directory {
	const struct settings *settings;
	struct ldap_link *link;
};

struct directory *directory_new(const struct settings *settings)
{
	struct directory *directory = g_new0(struct directory, 1);

	directory->settings = settings;
	directory->link = ldap_link_new(settings);
	return directory;
}

void directory_free(struct directory *directory)
{
	if (directory == NULL)
		return;
	ldap_link_free(directory->link);
	g_free(directory);
}

/* RFC 4515 section 3. */
static char *escape_value(const char *text)
{
	GString *escaped = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		if (strchr("*()\\", *text) != NULL || (unsigned char)*text < ' ' ||
		    (unsigned char)*text >= 0x7f)
			g_string_append_printf(escaped, "\\%02x", (unsigned char)*text);
		else
			g_string_append_c(escaped, *text);
	}
	return g_string_free(escaped, FALSE);
}

/* Canonical form of a DN; NULL when it is none. */
static char *canonical_dn(const char *text)
{
	LDAPDN parsed = NULL;
	char *written = NULL;
	char *folded = NULL;

	if (ldap_str2dn(text, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS &&
	    ldap_dn2str(parsed, &written, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
		folded = g_utf8_validate(written, -1, NULL)
			     ? g_utf8_casefold(written, -1)
			     : g_ascii_strdown(written, -1);
	if (parsed != NULL)
		ldap_dnfree(parsed);
	ldap_memfree(written);
	return folded;
}

/* All values of an attribute; a new NULL-terminated vector, perhaps empty. */
static char **read_values(LDAP *ld, LDAPMessage *entry, const char *attribute)
{
	struct berval **values = NULL;
	GPtrArray *texts = g_ptr_array_new();

	if (*attribute != '\0')
		values = ldap_get_values_len(ld, entry, attribute);
	for (size_t i = 0; values != NULL && values[i] != NULL; i++)
		g_ptr_array_add(texts, g_strndup(values[i]->bv_val, values[i]->bv_len));
	ldap_value_free_len(values);
	g_ptr_array_add(texts, NULL);
	return (char **)g_ptr_array_free(texts, FALSE);
}

static char *read_first(LDAP *ld, LDAPMessage *entry, const char *attribute)
{
	char **values = read_values(ld, entry, attribute);
	char *first = g_strdup(values[0]);

	g_strfreev(values);
	return first;
}

/* A name in a language, or without a tag, or the fallback. */
static char *read_name(LDAP *ld, LDAPMessage *entry, const char *attribute,
		       const char *language, const char *fallback)
{
	g_autofree char *tagged = g_strdup_printf("%s;lang-%s", attribute, language);
	char *name = read_first(ld, entry, tagged);

	if (name == NULL)
		name = read_first(ld, entry, attribute);
	if (name == NULL || !g_utf8_validate(name, -1, NULL)) {
		g_free(name);
		name = g_strdup(fallback);
	}
	return name;
}

/* DN values in canonical form; NULL when one is not a DN. */
static char **read_dns(LDAP *ld, LDAPMessage *entry, const char *attribute,
		       struct kairan_error *error_r)
{
	char **values = read_values(ld, entry, attribute);

	for (size_t i = 0; values[i] != NULL; i++) {
		char *dn = canonical_dn(values[i]);

		if (dn == NULL) {
			(void)error_set(error_r, "LDAP: %s: not a DN: %s", attribute,
					values[i]);
			g_strfreev(values);
			return NULL;
		}
		g_free(values[i]);
		values[i] = dn;
	}
	return values;
}

static char *read_entry_dn(LDAP *ld, LDAPMessage *entry)
{
	char *text = ldap_get_dn(ld, entry);
	char *dn = canonical_dn(text != NULL ? text : "");

	ldap_memfree(text);
	return dn;
}

static char **join_mails(char **mails, char **aliases)
{
	GPtrArray *all = g_ptr_array_new();

	for (size_t i = 0; mails[i] != NULL; i++)
		g_ptr_array_add(all, mails[i]);
	for (size_t i = 0; aliases[i] != NULL; i++)
		g_ptr_array_add(all, aliases[i]);
	g_ptr_array_add(all, NULL);
	g_free(mails);
	g_free(aliases);
	return (char **)g_ptr_array_free(all, FALSE);
}

static struct person *read_person(const struct settings *settings, LDAP *ld,
				  LDAPMessage *entry)
{
	struct person *person = g_new0(struct person, 1);
	g_autofree char *uid = read_first(ld, entry, settings->ldap_uid);
	g_autofree char *language = read_first(ld, entry, settings->ldap_language);

	if (language == NULL || *language == '\0')
		person->language = g_strdup(settings->language);
	else
		person->language =
		    g_strdup(g_ascii_strncasecmp(language, "ja", 2) == 0 ? "ja" : "en");
	person->dn = read_entry_dn(ld, entry);
	person->uid = g_ascii_strdown(uid != NULL ? uid : "", -1);
	person->name =
	    read_name(ld, entry, settings->ldap_name, person->language, person->uid);
	person->mails = join_mails(read_values(ld, entry, settings->ldap_mail),
				   read_values(ld, entry, settings->ldap_mail_alias));
	return person;
}

static enum answer find_person(struct directory *directory, const char *base, int scope,
			       const char *filter, struct person **person_r,
			       struct kairan_error *error_r)
{
	LDAPMessage *result = NULL;
	enum answer answer;
	LDAP *ld;
	int count;

	ldap_link_lock(directory->link);
	answer = ldap_link_search(directory->link, base, scope, filter, NULL, &result,
				  error_r);
	ld = ldap_link_handle(directory->link);
	count = answer == ANSWER_YES ? ldap_count_entries(ld, result) : 0;
	if (answer == ANSWER_YES && count == 0)
		answer = ANSWER_NO;
	if (count > 1) {
		(void)error_set(error_r, "LDAP: %d entries match %s below %s", count,
				filter, base);
		answer = ANSWER_UNKNOWN;
	}
	if (answer == ANSWER_YES) {
		*person_r =
		    read_person(directory->settings, ld, ldap_first_entry(ld, result));
		if ((*person_r)->dn == NULL || *(*person_r)->uid == '\0') {
			person_free(*person_r);
			(void)error_set(error_r,
					"LDAP: an entry that matches %s has no %s",
					filter, directory->settings->ldap_uid);
			answer = ANSWER_UNKNOWN;
		}
	}
	(void)ldap_msgfree(result);
	ldap_link_unlock(directory->link);
	return answer;
}

enum answer directory_find_person(struct directory *directory, const char *login,
				  struct person **person_r, struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	g_autofree char *value = escape_value(login);
	GString *filter = g_string_new(NULL);
	enum answer answer;

	g_string_printf(filter, "(&%s(|(%s=%s)(%s=%s)", settings->ldap_person_filter,
			settings->ldap_uid, value, settings->ldap_mail, value);
	if (*settings->ldap_mail_alias != '\0')
		g_string_append_printf(filter, "(%s=%s)", settings->ldap_mail_alias,
				       value);
	g_string_append(filter, "))");
	answer = find_person(directory, settings->ldap_base, LDAP_SCOPE_SUBTREE,
			     filter->str, person_r, error_r);
	(void)g_string_free(filter, TRUE);
	return answer;
}

enum answer directory_find_person_by_dn(struct directory *directory, const char *dn,
					struct person **person_r,
					struct kairan_error *error_r)
{
	return find_person(directory, dn, LDAP_SCOPE_BASE,
			   directory->settings->ldap_person_filter, person_r, error_r);
}

static bool read_status(LDAP *ld, LDAPMessage *entry, const char *attribute,
			enum approver_status *status_r)
{
	static const char *const words[] = {
		[APPROVER_ACTIVE] = "active",
		[APPROVER_SUSPENDED] = "suspended",
		[APPROVER_REVOKED] = "revoked",
	};
	g_autofree char *text = read_first(ld, entry, attribute);

	*status_r = APPROVER_ACTIVE;
	if (text == NULL)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcasecmp(words[i], text) == 0) {
			*status_r = (enum approver_status)i;
			return true;
		}
	}
	return false;
}

static struct section *read_section(const struct settings *settings, LDAP *ld,
				    LDAPMessage *entry, struct kairan_error *error_r)
{
	struct section *section = g_new0(struct section, 1);
	char **approvers = read_dns(ld, entry, settings->ldap_approver, error_r);

	section->dn = read_entry_dn(ld, entry);
	section->staff = read_dns(ld, entry, settings->ldap_staff, error_r);
	section->delegates = read_dns(ld, entry, settings->ldap_delegate, error_r);
	if (section->dn == NULL || approvers == NULL || section->staff == NULL ||
	    section->delegates == NULL)
		goto failed;
	if (approvers[0] != NULL && approvers[1] != NULL) {
		(void)error_set(error_r, "LDAP: Art.4: %s has more than one approver",
				section->dn);
		goto failed;
	}
	if (!read_status(ld, entry, settings->ldap_approver_status, &section->status)) {
		(void)error_set(error_r,
				"LDAP: %s: %s is not active, suspended or revoked",
				section->dn, settings->ldap_approver_status);
		goto failed;
	}
	section->approver = g_strdup(approvers[0]);
	section->name_ja =
	    read_name(ld, entry, settings->ldap_display_name, "ja", section->dn);
	section->name_en =
	    read_name(ld, entry, settings->ldap_display_name, "en", section->name_ja);
	g_strfreev(approvers);
	return section;
failed:
	g_strfreev(approvers);
	section_free(section);
	return NULL;
}

enum answer directory_find_section(struct directory *directory, const char *dn,
				   struct section **section_r,
				   struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	LDAPMessage *result = NULL;
	LDAPMessage *entry;
	enum answer answer;
	LDAP *ld;

	ldap_link_lock(directory->link);
	answer = ldap_link_search(directory->link, dn, LDAP_SCOPE_BASE,
				  settings->ldap_section_filter, NULL, &result, error_r);
	ld = ldap_link_handle(directory->link);
	entry = answer == ANSWER_YES ? ldap_first_entry(ld, result) : NULL;
	if (answer == ANSWER_YES && entry == NULL)
		answer = ANSWER_NO;
	if (answer == ANSWER_YES) {
		*section_r = read_section(settings, ld, entry, error_r);
		if (*section_r == NULL)
			answer = ANSWER_UNKNOWN;
	}
	(void)ldap_msgfree(result);
	ldap_link_unlock(directory->link);
	return answer;
}

static bool read_hours(const struct settings *settings, LDAP *ld, LDAPMessage *entry,
		       struct broadcast *broadcast)
{
	struct quiet_hours hours;
	g_autofree char *urgency =
	    read_first(ld, entry, settings->ldap_broadcast_urgency);

	broadcast->urgent = urgency != NULL && g_ascii_strcasecmp(urgency, "urgent") == 0;
	broadcast->quiet_hours =
	    read_first(ld, entry, settings->ldap_broadcast_quiet_hours);
	if (broadcast->quiet_hours == NULL)
		broadcast->quiet_hours = g_strdup("");
	return *broadcast->quiet_hours == '\0' ||
	       hours_read(broadcast->quiet_hours, &hours);
}

static struct broadcast *read_broadcast(const struct settings *settings, LDAP *ld,
					LDAPMessage *entry, struct kairan_error *error_r)
{
	struct broadcast *broadcast = g_new0(struct broadcast, 1);
	g_autofree char *mail = read_first(ld, entry, settings->ldap_broadcast_mail);
	g_autofree char *dn = read_entry_dn(ld, entry);
	struct address address;

	if (mail == NULL || !address_read(mail, &address, NULL)) {
		(void)error_set(error_r, "LDAP: %s: %s is not a mail address",
				dn != NULL ? dn : "?", settings->ldap_broadcast_mail);
		goto failed;
	}
	address_fold(&address);
	broadcast->mail = g_strdup(address.spec);
	broadcast->list = read_first(ld, entry, settings->ldap_broadcast_list);
	broadcast->sections =
	    read_dns(ld, entry, settings->ldap_broadcast_section, error_r);
	if (broadcast->sections == NULL)
		goto failed;
	if (broadcast->list == NULL) {
		(void)error_set(error_r, "LDAP: %s has no %s", dn != NULL ? dn : "?",
				settings->ldap_broadcast_list);
		goto failed;
	}
	if (!read_hours(settings, ld, entry, broadcast)) {
		(void)error_set(error_r, "LDAP: %s: %s \"%s\" is not like 21:00-07:00",
				dn != NULL ? dn : "?",
				settings->ldap_broadcast_quiet_hours,
				broadcast->quiet_hours);
		goto failed;
	}
	broadcast->name_ja =
	    read_name(ld, entry, settings->ldap_display_name, "ja", broadcast->mail);
	broadcast->name_en =
	    read_name(ld, entry, settings->ldap_display_name, "en", broadcast->name_ja);
	return broadcast;
failed:
	broadcast_free(broadcast);
	return NULL;
}

/* An entry that cannot be understood is left out with a warning: one slip in one section
 * must not stop another section's evacuation order. Mail to it is refused further on. */
static struct broadcast **read_broadcasts(const struct settings *settings, LDAP *ld,
					  LDAPMessage *result)
{
	GPtrArray *all = g_ptr_array_new();
	LDAPMessage *entry;

	for (entry = ldap_first_entry(ld, result); entry != NULL;
	     entry = ldap_next_entry(ld, entry)) {
		struct kairan_error error;
		struct broadcast *broadcast = read_broadcast(settings, ld, entry, &error);

		if (broadcast != NULL)
			g_ptr_array_add(all, broadcast);
		else
			log_warning("%s; this broadcast is left out", error.text);
	}
	g_ptr_array_add(all, NULL);
	return (struct broadcast **)g_ptr_array_free(all, FALSE);
}

bool directory_list_broadcasts(struct directory *directory,
			       struct broadcast ***broadcasts_r,
			       struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	LDAPMessage *result = NULL;
	struct broadcast **broadcasts = NULL;

	ldap_link_lock(directory->link);
	switch (ldap_link_search(directory->link, settings->ldap_base, LDAP_SCOPE_SUBTREE,
				 settings->ldap_broadcast_filter, NULL, &result,
				 error_r)) {
	case ANSWER_YES:
		broadcasts =
		    read_broadcasts(settings, ldap_link_handle(directory->link), result);
		break;
	case ANSWER_NO:
		(void)error_set(error_r, "LDAP: ldap_base %s does not exist",
				settings->ldap_base);
		break;
	case ANSWER_UNKNOWN:
		break;
	}
	(void)ldap_msgfree(result);
	ldap_link_unlock(directory->link);
	*broadcasts_r = broadcasts;
	return broadcasts != NULL;
}

/* The DNs of all members of the administrators' groups. */
static enum answer list_members(struct directory *directory, char ***members_r,
				struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	GPtrArray *all = g_ptr_array_new();
	LDAPMessage *result = NULL;
	enum answer answer;
	LDAP *ld;

	ldap_link_lock(directory->link);
	answer =
	    ldap_link_search(directory->link, settings->ldap_base, LDAP_SCOPE_SUBTREE,
			     settings->ldap_admin_filter, NULL, &result, error_r);
	ld = ldap_link_handle(directory->link);
	for (LDAPMessage *entry = answer == ANSWER_YES ? ldap_first_entry(ld, result)
						       : NULL;
	     entry != NULL; entry = ldap_next_entry(ld, entry)) {
		char **some = read_values(ld, entry, settings->ldap_admin_member);

		for (size_t i = 0; some[i] != NULL; i++)
			g_ptr_array_add(all, some[i]);
		g_free(some);
	}
	(void)ldap_msgfree(result);
	ldap_link_unlock(directory->link);
	g_ptr_array_add(all, NULL);
	*members_r = (char **)g_ptr_array_free(all, FALSE);
	return answer;
}

static void free_person(void *person)
{
	person_free(person);
}

bool directory_list_administrators(struct directory *directory,
				   GPtrArray **administrators_r,
				   struct kairan_error *error_r)
{
	GPtrArray *administrators = g_ptr_array_new_with_free_func(free_person);
	char **members = NULL;
	bool ok = list_members(directory, &members, error_r) != ANSWER_UNKNOWN;

	for (size_t i = 0; ok && members[i] != NULL; i++) {
		struct person *person = NULL;
		enum answer answer =
		    directory_find_person_by_dn(directory, members[i], &person, error_r);

		if (answer == ANSWER_YES)
			g_ptr_array_add(administrators, person);
		ok = answer != ANSWER_UNKNOWN;
	}
	g_strfreev(members);
	if (ok)
		*administrators_r = administrators;
	else
		g_ptr_array_unref(administrators);
	return ok;
}

bool person_has_mail(const struct person *person, const struct address *address)
{
	for (size_t i = 0; person->mails[i] != NULL; i++)
		if (strcasecmp(person->mails[i], address->spec) == 0)
			return true;
	return false;
}

struct section_duties section_as_duties(const struct section *section)
{
	return (struct section_duties){
		.approver = section->approver,
		.status = section->status,
		.staff = (const char *const *)section->staff,
		.delegates = (const char *const *)section->delegates,
	};
}

void person_free(struct person *person)
{
	if (person == NULL)
		return;
	g_free(person->dn);
	g_free(person->uid);
	g_free(person->name);
	g_free(person->language);
	g_strfreev(person->mails);
	g_free(person);
}

void section_free(struct section *section)
{
	if (section == NULL)
		return;
	g_free(section->dn);
	g_free(section->name_ja);
	g_free(section->name_en);
	g_free(section->approver);
	g_strfreev(section->staff);
	g_strfreev(section->delegates);
	g_free(section);
}

void broadcast_free(struct broadcast *broadcast)
{
	if (broadcast == NULL)
		return;
	g_free(broadcast->mail);
	g_free(broadcast->name_ja);
	g_free(broadcast->name_en);
	g_free(broadcast->list);
	g_strfreev(broadcast->sections);
	g_free(broadcast->quiet_hours);
	g_free(broadcast);
}

void broadcasts_free(struct broadcast **broadcasts)
{
	for (size_t i = 0; broadcasts != NULL && broadcasts[i] != NULL; i++)
		broadcast_free(broadcasts[i]);
	g_free(broadcasts);
}

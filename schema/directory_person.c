/*
 * NAME
 *	directory_person - a person in LDAP
 *
 * DESCRIPTION
 *	Finds people by login or DN, and the system administrators, with the state of their
 *	passwords (Art. 12). That is kept in operational attributes, which servers give only
 *	when they are asked for by name.
 *
 * DIAGNOSTICS
 *	Warning: a password's state that cannot be understood, by the DN. Could not ask: as in
 *	directory.c; two entries for one login.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

#include "conf/log.h"
#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

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

void directory_list_attributes(const struct settings *settings,
			       char *attributes_r[DIRECTORY_PERSON_ATTRIBUTES + 1])
{
	char *const all[DIRECTORY_PERSON_ATTRIBUTES] = {
		settings->ldap_uid,
		settings->ldap_mail,
		settings->ldap_mail_alias,
		settings->ldap_name,
		settings->ldap_language,
		settings->ldap_person_section,
		settings->ldap_password_changed,
		settings->ldap_password_reset,
		settings->ldap_password_locked,
		settings->ldap_created,
		settings->ldap_entry_id,
	};
	size_t count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (*all[i] != '\0')
			attributes_r[count++] = all[i];
	attributes_r[count] = NULL;
}

/* A time; 0 where the entry has none. False: it cannot be understood. */
static bool read_time(LDAP *ld, LDAPMessage *entry, const char *attribute, int64_t *at_r)
{
	g_autofree char *text = ldap_entry_first(ld, entry, attribute);

	*at_r = 0;
	return text == NULL || ldap_entry_read_time(text, at_r);
}

/* A boolean (RFC 4517 3.3.3); false where the entry has none. */
static bool read_boolean(LDAP *ld, LDAPMessage *entry, const char *attribute,
			 bool *value_r)
{
	g_autofree char *text = ldap_entry_first(ld, entry, attribute);

	*value_r = text != NULL && g_ascii_strcasecmp(text, "TRUE") == 0;
	return text == NULL || *value_r || g_ascii_strcasecmp(text, "FALSE") == 0;
}

static struct password_facts read_password(const struct settings *settings, LDAP *ld,
					   LDAPMessage *entry)
{
	struct password_facts facts = { 0 };
	/* Any value locks: servers write the time, or year 0 for a lock without an end. */
	g_autofree char *locked =
	    ldap_entry_first(ld, entry, settings->ldap_password_locked);

	facts.is_locked = locked != NULL;
	facts.is_garbled =
	    !read_time(ld, entry, settings->ldap_password_changed, &facts.changed_at) ||
	    !read_time(ld, entry, settings->ldap_created, &facts.registered_at) ||
	    !read_boolean(ld, entry, settings->ldap_password_reset, &facts.is_reset);
	return facts;
}

struct person *directory_read_person(const struct settings *settings, LDAP *ld,
				     LDAPMessage *entry)
{
	struct person *person = g_new0(struct person, 1);
	g_autofree char *uid = ldap_entry_first(ld, entry, settings->ldap_uid);
	g_autofree char *language = ldap_entry_first(ld, entry, settings->ldap_language);

	if (language == NULL || *language == '\0')
		person->language = g_strdup(settings->language);
	else
		person->language =
		    g_strdup(g_ascii_strncasecmp(language, "ja", 2) == 0 ? "ja" : "en");
	person->dn = ldap_entry_dn(ld, entry);
	person->id = ldap_entry_id(ld, entry, settings);
	person->uid = g_ascii_strdown(uid != NULL ? uid : "", -1);
	person->name = ldap_entry_name(ld, entry, settings->ldap_name, person->language,
				       person->uid);
	person->mails =
	    join_mails(ldap_entry_values(ld, entry, settings->ldap_mail),
		       ldap_entry_values(ld, entry, settings->ldap_mail_alias));
	person->sections = ldap_entry_values(ld, entry, settings->ldap_person_section);
	person->password = read_password(settings, ld, entry);
	if (person->password.is_garbled)
		log_warning("LDAP: %s: the state of the password cannot be understood",
			    person->dn != NULL ? person->dn : "?");
	return person;
}

static enum answer find_person(struct directory *directory, const char *base, int scope,
			       const char *filter, struct person **person_r,
			       struct kairan_error *error_r)
{
	char *attributes[DIRECTORY_PERSON_ATTRIBUTES + 1];
	LDAPMessage *result = NULL;
	enum answer answer;
	LDAP *ld;
	int count;

	directory_list_attributes(directory->settings, attributes);
	ldap_link_lock(directory->link);
	answer = ldap_link_search(directory->link, base, scope, filter, attributes,
				  &result, error_r);
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
		*person_r = directory_read_person(directory->settings, ld,
						  ldap_first_entry(ld, result));
		if (scope == LDAP_SCOPE_BASE && *(*person_r)->uid == '\0') {
			/* Named, but nobody who could log in: as if there were no entry. */
			log_warning("LDAP: %s has no %s", base,
				    directory->settings->ldap_uid);
			person_free(*person_r);
			answer = ANSWER_NO;
		} else if ((*person_r)->dn == NULL || *(*person_r)->uid == '\0') {
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

/* The filter of a person by login: the uid, or one of their addresses. */
static char *make_login_filter(const struct settings *settings, const char *login)
{
	g_autofree char *value = ldap_entry_escape(login);
	GString *filter = g_string_new(NULL);

	g_string_printf(filter, "(&%s(|(%s=%s)(%s=%s)", settings->ldap_person_filter,
			settings->ldap_uid, value, settings->ldap_mail, value);
	if (*settings->ldap_mail_alias != '\0')
		g_string_append_printf(filter, "(%s=%s)", settings->ldap_mail_alias,
				       value);
	g_string_append(filter, "))");
	return g_string_free(filter, FALSE);
}

enum answer directory_find_person(struct directory *directory, const char *login,
				  struct person **person_r, struct kairan_error *error_r)
{
	g_autofree char *filter = make_login_filter(directory->settings, login);

	return find_person(directory, directory->settings->ldap_base, LDAP_SCOPE_SUBTREE,
			   filter, person_r, error_r);
}

bool directory_list_logins(struct directory *directory, const char *login, char ***dns_r,
			   struct kairan_error *error_r)
{
	static char *nothing[] = { (char *)LDAP_NO_ATTRS, NULL };
	g_autofree char *filter = make_login_filter(directory->settings, login);
	GPtrArray *dns = g_ptr_array_new();
	LDAPMessage *result = NULL;
	enum answer answer;
	LDAP *ld;

	ldap_link_lock(directory->link);
	answer = ldap_link_search(directory->link, directory->settings->ldap_base,
				  LDAP_SCOPE_SUBTREE, filter, nothing, &result, error_r);
	ld = ldap_link_handle(directory->link);
	for (LDAPMessage *entry = answer == ANSWER_YES ? ldap_first_entry(ld, result)
						       : NULL;
	     entry != NULL; entry = ldap_next_entry(ld, entry))
		g_ptr_array_add(dns, ldap_entry_dn(ld, entry));
	(void)ldap_msgfree(result);
	ldap_link_unlock(directory->link);
	g_ptr_array_add(dns, NULL);
	*dns_r = (char **)g_ptr_array_free(dns, FALSE);
	return answer != ANSWER_UNKNOWN;
}

enum answer directory_find_person_by_dn(struct directory *directory, const char *dn,
					struct person **person_r,
					struct kairan_error *error_r)
{
	return find_person(directory, dn, LDAP_SCOPE_BASE,
			   directory->settings->ldap_person_filter, person_r, error_r);
}

enum answer directory_find_id(struct directory *directory, const char *id,
			      struct kairan_error *error_r)
{
	static char *nothing[] = { (char *)LDAP_NO_ATTRS, NULL };
	const struct settings *settings = directory->settings;
	g_autofree char *value = ldap_entry_escape(id);
	g_autofree char *filter =
	    g_strdup_printf("(%s=%s)", settings->ldap_entry_id, value);
	LDAPMessage *result = NULL;
	enum answer answer;

	ldap_link_lock(directory->link);
	answer = ldap_link_search(directory->link, settings->ldap_base,
				  LDAP_SCOPE_SUBTREE, filter, nothing, &result, error_r);
	if (answer == ANSWER_YES &&
	    ldap_count_entries(ldap_link_handle(directory->link), result) == 0)
		answer = ANSWER_NO;
	(void)ldap_msgfree(result);
	ldap_link_unlock(directory->link);
	return answer;
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
		char **some = ldap_entry_values(ld, entry, settings->ldap_admin_member);

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

void person_free(struct person *person)
{
	if (person == NULL)
		return;
	g_free(person->dn);
	g_free(person->id);
	g_free(person->uid);
	g_free(person->name);
	g_free(person->language);
	g_strfreev(person->mails);
	g_strfreev(person->sections);
	g_free(person);
}

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

static void add_attributes(GPtrArray *all, const char *list)
{
	char **names = g_strsplit_set(list, ", ", -1);

	for (size_t i = 0; names[i] != NULL; i++)
		if (*names[i] != '\0')
			g_ptr_array_add(all, g_strdup(names[i]));
	g_strfreev(names);
}

char **directory_list_attributes(const struct settings *settings, bool writes)
{
	const char *const single[] = {
		settings->ldap_uid,
		settings->ldap_mail,
		settings->ldap_mail_alias,
		settings->ldap_name,
		settings->ldap_language,
		settings->ldap_person_section,
		settings->ldap_delegate_from,
		settings->ldap_delegate_until,
		settings->ldap_password_changed,
		settings->ldap_password_reset,
		settings->ldap_password_locked,
		settings->ldap_created,
		settings->ldap_entry_id,
	};
	GPtrArray *all = g_ptr_array_new();

	for (size_t i = 0; i < G_N_ELEMENTS(single); i++)
		if (*single[i] != '\0')
			g_ptr_array_add(all, g_strdup(single[i]));
	add_attributes(all, settings->ldap_phones);
	if (writes) {
		add_attributes(all, settings->ldap_name_parts);
		add_attributes(all, settings->ldap_contacts);
	}
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
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

static struct delegation read_delegation(const struct settings *settings, LDAP *ld,
					 LDAPMessage *entry)
{
	g_autofree char *from = ldap_entry_first(ld, entry, settings->ldap_delegate_from);
	g_autofree char *until =
	    ldap_entry_first(ld, entry, settings->ldap_delegate_until);
	struct delegation delegation = { 0 };
	GTimeZone *zone;

	if (from == NULL && until == NULL)
		return delegation;
	zone = g_time_zone_new_identifier(settings->time_zone);
	delegation = delegation_read(from, until, zone);
	g_time_zone_unref(zone);
	return delegation;
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
	person->phones = ldap_entry_all_values(ld, entry, settings->ldap_phones);
	person->delegation = read_delegation(settings, ld, entry);
	person->password = read_password(settings, ld, entry);
	if (person->password.is_garbled)
		log_warning("LDAP: %s: the state of the password cannot be understood",
			    person->dn != NULL ? person->dn : "?");
	return person;
}

/* What somebody who writes signs with. */
static void read_signing(const struct settings *settings, LDAP *ld, LDAPMessage *entry,
			 struct person *person)
{
	g_autofree char *names =
	    g_strconcat(settings->ldap_name, ",", settings->ldap_name_parts, NULL);

	person->names = ldap_entry_all_values(ld, entry, names);
	person->contacts = ldap_entry_all_values(ld, entry, settings->ldap_contacts);
}

/* One person of a search for a login. */
static enum answer take_found(struct directory *directory, LDAP *ld, LDAPMessage *result,
			      const char *filter, struct person **person_r,
			      struct kairan_error *error_r)
{
	const int count = ldap_count_entries(ld, result);
	LDAPMessage *entry = ldap_first_entry(ld, result);
	struct person *person;

	if (count == 0)
		return ANSWER_NO;
	if (count > 1) {
		(void)error_set(error_r, "LDAP: %d entries match %s below %s", count,
				filter, directory->settings->ldap_base);
		return ANSWER_UNKNOWN;
	}
	person = directory_read_person(directory->settings, ld, entry);
	read_signing(directory->settings, ld, entry, person);
	if (person->dn == NULL || *person->uid == '\0') {
		person_free(person);
		(void)error_set(error_r, "LDAP: an entry that matches %s has no %s",
				filter, directory->settings->ldap_uid);
		return ANSWER_UNKNOWN;
	}
	*person_r = person;
	return ANSWER_YES;
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
	g_auto(GStrv) attributes = directory_list_attributes(directory->settings, true);
	const struct ldap_question question = { directory->settings->ldap_base,
						LDAP_SCOPE_SUBTREE, filter, attributes };
	LDAPMessage *result = NULL;
	struct ldap_link *link;
	enum answer answer;

	link = ldap_pool_take(directory->pool);
	answer = ldap_link_search(link, &question, &result, error_r);
	if (answer == ANSWER_YES)
		answer = take_found(directory, ldap_link_handle(link), result, filter,
				    person_r, error_r);
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	return answer;
}

bool directory_list_logins(struct directory *directory, const char *login, char ***dns_r,
			   struct kairan_error *error_r)
{
	static char *nothing[] = { (char *)LDAP_NO_ATTRS, NULL };
	g_autofree char *filter = make_login_filter(directory->settings, login);
	const struct ldap_question question = { directory->settings->ldap_base,
						LDAP_SCOPE_SUBTREE, filter, nothing };
	GPtrArray *dns = g_ptr_array_new();
	LDAPMessage *result = NULL;
	struct ldap_link *link;
	enum answer answer;
	LDAP *ld;

	link = ldap_pool_take(directory->pool);
	answer = ldap_link_search(link, &question, &result, error_r);
	ld = ldap_link_handle(link);
	for (LDAPMessage *entry = answer == ANSWER_YES ? ldap_first_entry(ld, result)
						       : NULL;
	     entry != NULL; entry = ldap_next_entry(ld, entry)) {
		char *dn = ldap_entry_dn(ld, entry);

		if (dn != NULL)
			g_ptr_array_add(dns, dn);
	}
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	g_ptr_array_add(dns, NULL);
	*dns_r = (char **)g_ptr_array_free(dns, FALSE);
	return answer != ANSWER_UNKNOWN;
}

/* What was asked of one DN; *person_r is NULL when there is nobody. */
static bool take_named(struct directory *directory, LDAP *ld, LDAPMessage *result,
		       const char *dn, struct person **person_r,
		       struct kairan_error *error_r)
{
	LDAPMessage *entry = result != NULL ? ldap_first_entry(ld, result) : NULL;
	struct person *person;

	*person_r = NULL;
	if (entry == NULL)
		return true;
	person = directory_read_person(directory->settings, ld, entry);
	if (*person->uid == '\0') {
		/* Named, but nobody who could log in: as if there were no entry. */
		log_warning("LDAP: %s has no %s", dn, directory->settings->ldap_uid);
		person_free(person);
		return true;
	}
	if (person->dn == NULL) {
		person_free(person);
		return error_set(error_r, "LDAP: the DN of %s cannot be understood", dn);
	}
	*person_r = person;
	return true;
}

static bool add_some(struct directory *directory, const char *const *dns, size_t count,
		     GPtrArray *persons, struct kairan_error *error_r)
{
	LDAPMessage *results[LDAP_LINK_QUESTIONS_MOST];
	struct ldap_question questions[LDAP_LINK_QUESTIONS_MOST];
	g_auto(GStrv) attributes = directory_list_attributes(directory->settings, false);
	struct ldap_link *link;
	bool ok;

	for (size_t i = 0; i < count; i++)
		questions[i] =
		    (struct ldap_question){ dns[i], LDAP_SCOPE_BASE,
					    directory->settings->ldap_person_filter,
					    attributes };
	link = ldap_pool_take(directory->pool);
	ok = ldap_link_search_all(link, questions, count, results, error_r);
	for (size_t i = 0; i < count; i++) {
		struct person *person = NULL;

		ok = ok && take_named(directory, ldap_link_handle(link), results[i],
				      dns[i], &person, error_r);
		if (person != NULL)
			g_ptr_array_add(persons, person);
		(void)ldap_msgfree(results[i]);
	}
	ldap_pool_give(directory->pool, link);
	return ok;
}

bool directory_add_persons(struct directory *directory, const char *const *dns,
			   size_t count, GPtrArray *persons, struct kairan_error *error_r)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i += LDAP_LINK_QUESTIONS_MOST)
		ok = add_some(directory, dns + i,
			      MIN(count - i, LDAP_LINK_QUESTIONS_MOST), persons, error_r);
	return ok;
}

enum answer directory_find_person_by_dn(struct directory *directory, const char *dn,
					struct person **person_r,
					struct kairan_error *error_r)
{
	GPtrArray *persons = g_ptr_array_new();
	enum answer answer = ANSWER_UNKNOWN;

	if (directory_add_persons(directory, &dn, 1, persons, error_r))
		answer = persons->len > 0 ? ANSWER_YES : ANSWER_NO;
	if (answer == ANSWER_YES)
		*person_r = g_ptr_array_index(persons, 0);
	g_ptr_array_unref(persons);
	return answer;
}

enum answer directory_find_id(struct directory *directory, const char *id,
			      struct kairan_error *error_r)
{
	static char *nothing[] = { (char *)LDAP_NO_ATTRS, NULL };
	const struct settings *settings = directory->settings;
	g_autofree char *value = ldap_entry_escape(id);
	g_autofree char *filter =
	    g_strdup_printf("(%s=%s)", settings->ldap_entry_id, value);
	const struct ldap_question question = { settings->ldap_base, LDAP_SCOPE_SUBTREE,
						filter, nothing };
	LDAPMessage *result = NULL;
	struct ldap_link *link;
	enum answer answer;

	link = ldap_pool_take(directory->pool);
	answer = ldap_link_search(link, &question, &result, error_r);
	if (answer == ANSWER_YES &&
	    ldap_count_entries(ldap_link_handle(link), result) == 0)
		answer = ANSWER_NO;
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	return answer;
}

/* The DNs that an attribute names in all entries that a filter finds. */
static enum answer list_dns(struct directory *directory, const char *filter,
			    const char *attribute, char ***dns_r,
			    struct kairan_error *error_r)
{
	const struct ldap_question question = { directory->settings->ldap_base,
						LDAP_SCOPE_SUBTREE, filter, NULL };
	GPtrArray *all = g_ptr_array_new();
	LDAPMessage *result = NULL;
	struct ldap_link *link;
	enum answer answer;
	LDAP *ld;

	link = ldap_pool_take(directory->pool);
	answer = ldap_link_search(link, &question, &result, error_r);
	ld = ldap_link_handle(link);
	for (LDAPMessage *entry = answer == ANSWER_YES ? ldap_first_entry(ld, result)
						       : NULL;
	     entry != NULL; entry = ldap_next_entry(ld, entry)) {
		char **some = ldap_entry_dns(ld, entry, attribute, error_r);

		if (some == NULL)
			answer = ANSWER_UNKNOWN;
		for (size_t i = 0; some != NULL && some[i] != NULL; i++)
			g_ptr_array_add(all, some[i]);
		g_free(some);
	}
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	g_ptr_array_add(all, NULL);
	*dns_r = (char **)g_ptr_array_free(all, FALSE);
	return answer;
}

bool directory_list_duty(struct directory *directory, char ***dns_r,
			 struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	enum answer answer;

	*dns_r = NULL;
	if (*settings->ldap_duty_list == '\0') {
		*dns_r = g_new0(char *, 1);
		return true;
	}
	answer = list_dns(directory, settings->ldap_service_filter,
			  settings->ldap_duty_list, dns_r, error_r);
	if (answer != ANSWER_UNKNOWN)
		return true;
	g_clear_pointer(dns_r, g_strfreev);
	return false;
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
	const struct settings *settings = directory->settings;
	char **members = NULL;
	bool ok =
	    list_dns(directory, settings->ldap_admin_filter, settings->ldap_admin_member,
		     &members, error_r) != ANSWER_UNKNOWN;

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
	g_strfreev(person->phones);
	g_strfreev(person->names);
	g_strfreev(person->contacts);
	g_free(person);
}

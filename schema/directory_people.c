/*
 * NAME
 *	directory_people - the people of a section in LDAP
 *
 * DESCRIPTION
 *	Three kinds of questions: the people by their DNs; then, in one turn, one for all who have
 *	an address of these people, and one for the other sections that name a delegate. What was
 *	found may be shared by several threads (schema/directory_staffed.c), and never changes.
 *
 * DIAGNOSTICS
 *	Warning: a section that cannot be understood, when all are walked. Could not ask: as in
 *	directory.c.
 */
#include "config.h"

#include "schema/directory_people.h"

#include <glib.h>
#include <ldap.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

struct section_people {
	gint references;          /* atomic */
	GPtrArray *persons;       /* struct person */
	struct duty_person *rows; /* the same, as policy wants them */
	char **elsewhere;
	struct duty_people people;
};

static void free_person(void *person)
{
	person_free(person);
}

/* A search below the base, and what to do with each entry that it finds. */
struct walk {
	const char *filter;
	char **attributes;
	void (*visit)(LDAP *ld, LDAPMessage *entry, void *context);
	void *context;
};

static void visit_all(const struct walk *walk, LDAP *ld, LDAPMessage *result)
{
	for (LDAPMessage *entry = result != NULL ? ldap_first_entry(ld, result) : NULL;
	     entry != NULL; entry = ldap_next_entry(ld, entry))
		walk->visit(ld, entry, walk->context);
}

#define WALKS_MOST 2

/* Some walks in one turn. They hold the link, so visit may not ask anything itself. */
static bool walk_entries(struct directory *directory, const struct walk *walks,
			 size_t count, struct kairan_error *error_r)
{
	struct ldap_question questions[WALKS_MOST];
	LDAPMessage *results[WALKS_MOST];
	struct ldap_link *link;
	bool ok;

	for (size_t i = 0; i < count; i++)
		questions[i] =
		    (struct ldap_question){ directory->settings->ldap_base,
					    LDAP_SCOPE_SUBTREE, walks[i].filter,
					    walks[i].attributes };
	link = ldap_pool_take(directory->pool);
	ok = ldap_link_search_all(link, questions, count, results, error_r);
	for (size_t i = 0; i < count; i++) {
		visit_all(&walks[i], ldap_link_handle(link), results[i]);
		(void)ldap_msgfree(results[i]);
	}
	ldap_pool_give(directory->pool, link);
	return ok;
}

static bool has_person(const GPtrArray *persons, const char *dn)
{
	for (guint i = 0; i < persons->len; i++) {
		const struct person *person = g_ptr_array_index(persons, i);

		if (strcmp(person->dn, dn) == 0)
			return true;
	}
	return false;
}

/* DNs to ask for, each once, without those whom persons has. Borrows the DNs. */
static void want_persons(GPtrArray *wanted, const GPtrArray *persons, char *const *dns)
{
	for (; *dns != NULL; dns++)
		if (**dns != '\0' && !has_person(persons, *dns) &&
		    !g_ptr_array_find_with_equal_func(wanted, *dns, g_str_equal, NULL))
			g_ptr_array_add(wanted, *dns);
}

static bool add_wanted(struct directory *directory, const GPtrArray *wanted,
		       GPtrArray *persons, struct kairan_error *error_r)
{
	return directory_add_persons(directory, (const char *const *)wanted->pdata,
				     wanted->len, persons, error_r);
}

/* Whom the section names, and the author. */
static bool add_named(struct directory *directory, const struct section *section,
		      const char *author, GPtrArray *persons,
		      struct kairan_error *error_r)
{
	g_autofree char *copy = g_strdup(author);
	char *const authors[] = { copy, NULL };
	GPtrArray *wanted = g_ptr_array_new();
	bool ok;

	want_persons(wanted, persons, section->approvers);
	want_persons(wanted, persons, section->delegates);
	want_persons(wanted, persons, section->staff);
	want_persons(wanted, persons, authors);
	ok = add_wanted(directory, wanted, persons, error_r);
	g_ptr_array_unref(wanted);
	return ok;
}

/* ---- who else has these addresses ---- */

struct sharers {
	const struct settings *settings;
	GPtrArray *persons;
};

static void add_sharer(LDAP *ld, LDAPMessage *entry, void *context)
{
	const struct sharers *sharers = context;
	struct person *person = directory_read_person(sharers->settings, ld, entry);

	if (person->dn != NULL && !has_person(sharers->persons, person->dn))
		g_ptr_array_add(sharers->persons, person);
	else
		person_free(person);
}

static void append_mails(const struct settings *settings, const struct person *person,
			 GString *filter)
{
	for (size_t i = 0; person->mails[i] != NULL; i++) {
		g_autofree char *value = ldap_entry_escape(person->mails[i]);

		g_string_append_printf(filter, "(%s=%s)", settings->ldap_mail, value);
		if (*settings->ldap_mail_alias != '\0')
			g_string_append_printf(filter, "(%s=%s)",
					       settings->ldap_mail_alias, value);
	}
}

/* The filter for all who have an address of these people; NULL where these have none. */
static char *make_sharers_filter(const struct settings *settings,
				 const GPtrArray *persons)
{
	GString *mails = g_string_new(NULL);
	char *filter = NULL;

	for (guint i = 0; i < persons->len; i++)
		append_mails(settings, g_ptr_array_index(persons, i), mails);
	/* Not every server takes an OR of nothing (RFC 4526). */
	if (mails->len > 0)
		filter = g_strdup_printf("(&%s(|%s))", settings->ldap_person_filter,
					 mails->str);
	(void)g_string_free(mails, TRUE);
	return filter;
}

/* ---- whom other sections name ---- */

struct elsewhere {
	const struct settings *settings;
	const struct section *section;
	GPtrArray *found; /* copies of DNs */
};

static bool entry_names(LDAP *ld, LDAPMessage *entry, const char *attribute,
			const char *dn)
{
	char **values = ldap_entry_values(ld, entry, attribute);
	bool found = false;

	for (size_t i = 0; !found && values[i] != NULL; i++) {
		g_autofree char *value = ldap_entry_canonical_dn(values[i]);

		found = value != NULL && strcmp(value, dn) == 0;
	}
	g_strfreev(values);
	return found;
}

static void note_elsewhere(LDAP *ld, LDAPMessage *entry, void *context)
{
	struct elsewhere *elsewhere = context;
	const struct settings *settings = elsewhere->settings;
	g_autofree char *dn = ldap_entry_dn(ld, entry);

	if (dn != NULL && strcmp(dn, elsewhere->section->dn) == 0)
		return;
	for (size_t i = 0; elsewhere->section->delegates[i] != NULL; i++) {
		char *delegate = elsewhere->section->delegates[i];

		if (entry_names(ld, entry, settings->ldap_approver, delegate) ||
		    entry_names(ld, entry, settings->ldap_staff, delegate) ||
		    entry_names(ld, entry, settings->ldap_delegate, delegate))
			g_ptr_array_add(elsewhere->found, g_strdup(delegate));
	}
}

/* The filter for the sections that name a delegate of this one; NULL where it has none. */
static char *make_elsewhere_filter(const struct settings *settings,
				   const struct section *section)
{
	GString *filter = g_string_new(NULL);

	if (section->delegates[0] == NULL)
		return g_string_free(filter, TRUE);
	g_string_printf(filter, "(&%s(|", settings->ldap_section_filter);
	for (size_t i = 0; section->delegates[i] != NULL; i++) {
		g_autofree char *value = ldap_entry_escape(section->delegates[i]);

		g_string_append_printf(
		    filter, "(%s=%s)(%s=%s)(%s=%s)", settings->ldap_approver, value,
		    settings->ldap_staff, value, settings->ldap_delegate, value);
	}
	g_string_append(filter, "))");
	return g_string_free(filter, FALSE);
}

/* Who else has these people's addresses, and whom other sections name, in one turn. */
static bool find_others(struct directory *directory, const struct section *section,
			GPtrArray *persons, char ***elsewhere_r,
			struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	struct sharers sharers = { settings, persons };
	struct elsewhere elsewhere = { settings, section, g_ptr_array_new() };
	g_auto(GStrv) attributes = directory_list_attributes(settings, false);
	g_autofree char *shared = make_sharers_filter(settings, persons);
	g_autofree char *named = make_elsewhere_filter(settings, section);
	struct walk walks[2];
	size_t count = 0;
	bool ok;

	if (shared != NULL)
		walks[count++] =
		    (struct walk){ shared, attributes, add_sharer, &sharers };
	if (named != NULL)
		walks[count++] = (struct walk){ named, NULL, note_elsewhere, &elsewhere };
	ok = count == 0 || walk_entries(directory, walks, count, error_r);
	g_ptr_array_add(elsewhere.found, NULL);
	*elsewhere_r = (char **)g_ptr_array_free(elsewhere.found, FALSE);
	return ok;
}

/* ---- all of it ---- */

static void make_rows(struct section_people *people)
{
	people->rows = g_new0(struct duty_person, people->persons->len);
	for (guint i = 0; i < people->persons->len; i++) {
		const struct person *person = g_ptr_array_index(people->persons, i);

		people->rows[i] = (struct duty_person){
			.dn = person->dn,
			.mails = (const char *const *)person->mails,
			.sections = (const char *const *)person->sections,
			.delegation = person->delegation,
		};
	}
	people->people = (struct duty_people){
		.persons = people->rows,
		.count = people->persons->len,
		.elsewhere = (const char *const *)people->elsewhere,
	};
}

bool directory_find_people(struct directory *directory, const struct section *section,
			   const char *author, struct section_people **people_r,
			   struct kairan_error *error_r)
{
	struct section_people *people = g_new0(struct section_people, 1);

	people->references = 1;
	people->persons = g_ptr_array_new_with_free_func(free_person);
	if (!add_named(directory, section, author, people->persons, error_r) ||
	    !find_others(directory, section, people->persons, &people->elsewhere,
			 error_r)) {
		section_people_free(people);
		return false;
	}
	make_rows(people);
	*people_r = people;
	return true;
}

struct section_people *section_people_share(struct section_people *people)
{
	g_atomic_int_inc(&people->references);
	return people;
}

void section_people_free(struct section_people *people)
{
	if (people == NULL || !g_atomic_int_dec_and_test(&people->references))
		return;
	g_ptr_array_unref(people->persons);
	g_free(people->rows);
	g_strfreev(people->elsewhere);
	g_free(people);
}

const struct person *section_people_find(const struct section_people *people,
					 const char *dn)
{
	for (guint i = 0; i < people->persons->len; i++) {
		const struct person *person = g_ptr_array_index(people->persons, i);

		if (strcmp(person->dn, dn) == 0)
			return person;
	}
	return NULL;
}

struct section_duties section_people_as_duties(const struct section *section,
					       const struct section_people *people)
{
	struct section_duties duties = section_as_duties(section);

	duties.people = &people->people;
	duties.now = clock_now();
	return duties;
}

/* ---- everybody ---- */

struct named {
	const struct settings *settings;
	GPtrArray *dns;
};

static void note_named(LDAP *ld, LDAPMessage *entry, void *context)
{
	const struct named *named = context;
	const char *const attributes[] = { named->settings->ldap_approver,
					   named->settings->ldap_delegate,
					   named->settings->ldap_staff };

	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
		struct kairan_error error = { "" };
		char **dns = ldap_entry_dns(ld, entry, attributes[i], &error);

		if (dns == NULL)
			log_warning("%s; its people are left out", error.text);
		for (size_t j = 0; dns != NULL && dns[j] != NULL; j++)
			g_ptr_array_add(named->dns, dns[j]);
		g_free(dns);
	}
}

/* Add to people (takes it over) everybody whom a section names. */
static bool add_holders(struct directory *directory, GPtrArray *people,
			GPtrArray **people_r, struct kairan_error *error_r)
{
	struct named named = { directory->settings,
			       g_ptr_array_new_with_free_func(g_free) };
	GPtrArray *wanted = g_ptr_array_new();
	const struct walk walk = { directory->settings->ldap_section_filter, NULL,
				   note_named, &named };
	bool ok = walk_entries(directory, &walk, 1, error_r);

	g_ptr_array_add(named.dns, NULL);
	want_persons(wanted, people, (char *const *)named.dns->pdata);
	ok = ok && add_wanted(directory, wanted, people, error_r);
	g_ptr_array_unref(wanted);
	g_ptr_array_unref(named.dns);
	if (ok)
		*people_r = people;
	else
		g_ptr_array_unref(people);
	return ok;
}

bool directory_list_holders(struct directory *directory, GPtrArray **people_r,
			    struct kairan_error *error_r)
{
	return add_holders(directory, g_ptr_array_new_with_free_func(free_person),
			   people_r, error_r);
}

bool directory_list_people(struct directory *directory, GPtrArray **people_r,
			   struct kairan_error *error_r)
{
	GPtrArray *people = NULL;

	return directory_list_administrators(directory, &people, error_r) &&
	       add_holders(directory, people, people_r, error_r);
}

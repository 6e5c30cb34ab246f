/*
 * NAME
 *	contacts - whom to call
 *
 * DESCRIPTION
 *	Names, duties and the numbers that the directory has (ldap_phones).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/draft/contacts.h"

#include <glib.h>
#include <string.h>

struct contacts {
	const struct setup *setup;
	const char *language;
	bool ja;
	GString *text;
};

static const char *get_phrase(const struct contacts *contacts, const char *group,
			      const char *word)
{
	g_autofree char *key = g_strdup_printf("%s.%s", group, word);

	return template_get_phrase(contacts->setup->templates, contacts->language, key);
}

static void add_line(struct contacts *contacts, const char *name, const char *role,
		     char *const *phones)
{
	g_autofree char *numbers =
	    phones != NULL && phones[0] != NULL
		? g_strjoinv(contacts->ja ? "、" : ", ", (char **)phones)
		: g_strdup(get_phrase(contacts, "contacts", "no-number"));

	if (contacts->text->len == 0)
		g_string_append(contacts->text,
				get_phrase(contacts, "contacts", "heading"));
	g_string_append_printf(contacts->text,
			       contacts->ja ? "\n  ・%s%s%s%s  %s" : "\n  - %s%s%s%s  %s",
			       name,
			       *role == '\0'  ? ""
			       : contacts->ja ? "（"
					      : " (",
			       role,
			       *role == '\0'  ? ""
			       : contacts->ja ? "）"
					      : ")",
			       numbers);
}

char *contacts_write(const struct asking *asking, const struct standing *standing,
		     const GPtrArray *duty, const char *language)
{
	struct contacts contacts = { asking->setup, language, strcmp(language, "ja") == 0,
				     g_string_new(NULL) };
	const struct section *section = standing->section;

	for (guint i = 0; i < asking->deciders->len; i++) {
		const struct party *party = g_ptr_array_index(asking->deciders, i);
		const struct person *person =
		    section_people_find(standing->people, party->dn);

		add_line(&contacts, party->name,
			 get_phrase(&contacts, "role", party->role),
			 person != NULL ? person->phones : NULL);
	}
	if (section != NULL && section->phones[0] != NULL)
		add_line(&contacts, contacts.ja ? section->name_ja : section->name_en, "",
			 section->phones);
	for (guint i = 0; duty != NULL && i < duty->len; i++) {
		const struct person *person = g_ptr_array_index(duty, i);

		if (asking_find_decider(asking, person->uid) == NULL)
			add_line(&contacts, person->name,
				 get_phrase(&contacts, "role", "duty"), person->phones);
	}
	return g_string_free(contacts.text, FALSE);
}

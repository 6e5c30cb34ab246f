/*
 * NAME
 *	apply_entries - the entries that an application makes
 *
 * DESCRIPTION
 *	Attributes are those that the settings name, classes those that their filters ask for, so
 *	that kairan finds again what it has made.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "ctl/apply_parts.h"

/* Which of the two a name in Japanese is that has blanks in it: the first. */
static char *find_surname(const struct applied_person *person)
{
	const bool has_latin = strcmp(person->name_en, person->name_ja) != 0;
	const char *last = strrchr(person->name_en, ' ');

	if (has_latin)
		return g_strdup(last != NULL ? last + 1 : person->name_en);
	return g_strndup(person->name_ja, strcspn(person->name_ja, " "));
}

void apply_put_person(struct application *application,
		      const struct applied_person *person)
{
	const struct settings *settings = application->settings;
	struct directory_edit *edit = application->edit;
	g_autofree char *surname = find_surname(person);
	g_autofree char *class =
	    directory_edit_find_class(settings->ldap_person_filter, "inetOrgPerson");
	g_autofree char *comment = g_strdup_printf("%s (%s): %s", person->name_ja,
						   person->login, person->password);

	directory_edit_begin(edit, EDIT_ADD, person->dn);
	directory_edit_comment(edit, comment);
	directory_edit_put(edit, EDIT_PUT_ADD, "objectClass", class);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_uid, person->login);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_name, person->name_en);
	if (strcmp(person->name_en, person->name_ja) != 0)
		directory_edit_put_name(edit, EDIT_PUT_ADD, settings->ldap_name, "ja",
					person->name_ja);
	directory_edit_put(edit, EDIT_PUT_ADD, "sn", surname);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_mail, person->mail);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_language,
			   settings->language);
	directory_edit_put(edit, EDIT_PUT_ADD, "userPassword", person->password);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_password_reset, "TRUE");
}

/* The local part, as far as a DN needs no escape for it. */
static char *make_name(const char *address)
{
	char *name = g_ascii_strdown(address, (gssize)strcspn(address, "@"));

	return g_strcanon(name, "abcdefghijklmnopqrstuvwxyz0123456789._-", '-');
}

void apply_put_broadcast(struct application *application, const char *section_dn,
			 const char *address, const char *name)
{
	const struct settings *settings = application->settings;
	struct directory_edit *edit = application->edit;
	g_autofree char *local = make_name(address);
	g_autofree char *dn = directory_edit_make_dn(
	    "cn", local, settings->ldap_broadcasts_base, "broadcasts", settings);
	g_autofree char *class =
	    directory_edit_find_class(settings->ldap_broadcast_filter, "kairanBroadcast");
	char **names = g_strsplit(name, ":", 2);

	directory_edit_begin(edit, EDIT_ADD, dn);
	directory_edit_put(edit, EDIT_PUT_ADD, "objectClass", class);
	directory_edit_put(edit, EDIT_PUT_ADD, "cn", local);
	directory_edit_put_name(edit, EDIT_PUT_ADD, settings->ldap_display_name, "ja",
				names[0]);
	if (names[0] != NULL)
		directory_edit_put_name(edit, EDIT_PUT_ADD, settings->ldap_display_name,
					"en", names[1]);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_broadcast_mail, address);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_broadcast_section,
			   section_dn);
	directory_edit_put(edit, EDIT_PUT_ADD, settings->ldap_broadcast_list,
			   application->list);
	g_strfreev(names);
}

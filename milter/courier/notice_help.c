/*
 * NAME
 *	notice_help - whom a notice says to ask
 *
 * DESCRIPTION
 *	The settings help_contact and password_help are the town's words, put in as they are.
 *	Without them the administrators are named by postmaster@ the service domain, which
 *	needs no directory to be known, and reaches them (milter/intake/role.c).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/courier/notice_help.h"

void notice_help_put(struct notice_facts *facts)
{
	const struct settings *settings = facts->setup->settings;
	g_autofree char *administrators = NULL;

	if (*settings->help_contact != '\0') {
		notice_facts_put(facts, "help_contact", settings->help_contact);
		return;
	}
	administrators =
	    g_strdup_printf("%s <postmaster@%s>",
			    template_get_phrase(facts->setup->templates, facts->language,
						"help.administrators"),
			    settings->service_domain);
	notice_facts_put(facts, "help_contact", administrators);
}

void notice_help_put_password(struct notice_facts *facts)
{
	const char *place = facts->setup->settings->password_help;
	g_autofree char *how = NULL;

	notice_facts_put(facts, "password_help", place);
	how = template_fill_phrase(facts->setup->templates, facts->language,
				   *place != '\0' ? "password.where" : "password.ask",
				   facts->table);
	notice_facts_put(facts, "password_how", how);
}

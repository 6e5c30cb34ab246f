/*
 * NAME
 *	rows_directory - what kairan's account may see of the directory
 *
 * DESCRIPTION
 *	Puts the settings' attributes together, and asks schema/directory_rights.c.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include "conf/clock.h"
#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"
#include "schema/directory_rights.h"

#define CLOCK_SECONDS 120

static enum answer ask(struct check *check, const char *filter,
		       const char *const *attributes, struct check_words *said)
{
	const struct directory_look look = { filter, attributes };
	struct kairan_error found = { "" };
	const enum answer answer =
	    directory_may_read(check->setup->directory, &look, &found);

	if (answer != ANSWER_YES)
		g_string_append(said->found, found.text);
	return answer;
}

enum answer check_ask_people(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	const char *const attributes[] = {
		settings->ldap_uid,
		settings->ldap_mail,
		settings->ldap_name,
		settings->ldap_mail_alias,
		settings->ldap_name_parts,
		settings->ldap_contacts,
		settings->ldap_language,
		settings->ldap_person_section,
		settings->ldap_delegate_from,
		settings->ldap_delegate_until,
		settings->ldap_entry_id,
		settings->ldap_created,
		NULL,
	};

	return ask(check, settings->ldap_person_filter, attributes, said);
}

enum answer check_ask_passwords(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	const char *const attributes[] = { settings->ldap_password_changed,
					   settings->ldap_password_reset,
					   settings->ldap_password_locked, NULL };
	struct kairan_error found = { "" };
	enum answer answer = ask(check, settings->ldap_person_filter, attributes, said);

	if (answer != ANSWER_YES || *settings->ldap_password_changed == '\0')
		return answer;
	answer = directory_shows(check->setup->directory, settings->ldap_password_changed,
				 &found);
	if (answer == ANSWER_UNKNOWN)
		g_string_append(said->found, found.text);
	if (answer == ANSWER_NO)
		g_string_append_printf(said->found, check_say("nobody has %s"),
				       settings->ldap_password_changed);
	return answer;
}

enum answer check_ask_sections(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	const char *const attributes[] = {
		settings->ldap_approver,    settings->ldap_approver_status,
		settings->ldap_staff,       settings->ldap_delegate,
		settings->ldap_shared_mail, settings->ldap_display_name,
		settings->ldap_entry_id,    NULL,
	};

	return ask(check, settings->ldap_section_filter, attributes, said);
}

enum answer check_ask_broadcasts(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	const char *const attributes[] = {
		settings->ldap_broadcast_mail,        settings->ldap_broadcast_section,
		settings->ldap_broadcast_list,        settings->ldap_broadcast_urgency,
		settings->ldap_broadcast_quiet_hours, settings->ldap_broadcast_footer,
		settings->ldap_broadcast_reply_to,    NULL,
	};

	return ask(check, settings->ldap_broadcast_filter, attributes, said);
}

enum answer check_ask_administrators(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	const char *const attributes[] = { settings->ldap_admin_member, NULL };

	return ask(check, settings->ldap_admin_filter, attributes, said);
}

enum answer check_ask_secret(struct check *check, struct check_words *said)
{
	struct kairan_error found = { "" };

	switch (directory_shows(check->setup->directory, "userPassword", &found)) {
	case ANSWER_NO:
		return ANSWER_YES;
	case ANSWER_YES:
		g_string_append_printf(said->found, check_say("%s reads userPassword"),
				       check->setup->settings->ldap_bind_dn);
		return ANSWER_NO;
	case ANSWER_UNKNOWN:
		break;
	}
	g_string_append(said->found, found.text);
	return ANSWER_UNKNOWN;
}

enum answer check_ask_accesslog(struct check *check, struct check_words *said)
{
	struct kairan_error found = { "" };
	enum answer answer;

	if (*check->setup->settings->ldap_accesslog_base == '\0') {
		g_string_append(said->found, check_say("ldap_accesslog_base is not set"));
		said->is_advice = true;
		return ANSWER_NO;
	}
	answer = directory_may_read_writes(check->setup->directory, &found);
	if (answer != ANSWER_YES)
		g_string_append(said->found, found.text);
	return answer;
}

enum answer check_ask_directory_clock(struct check *check, struct check_words *said)
{
	struct kairan_error found = { "" };

	switch (directory_has_later(check->setup->directory, clock_now() + CLOCK_SECONDS,
				    &found)) {
	case ANSWER_NO:
		return ANSWER_YES;
	case ANSWER_YES:
		g_string_append(said->found,
				check_say("something was written later than now"));
		return ANSWER_NO;
	case ANSWER_UNKNOWN:
		break;
	}
	g_string_append(said->found, found.text);
	return ANSWER_UNKNOWN;
}

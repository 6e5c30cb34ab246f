/*
 * NAME
 *	rows_login - questions about a person's login
 *
 * DESCRIPTION
 *	Was the mail taken, and whose did the filter take it for?
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <string.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"

enum answer check_ask_login(struct check *check, struct check_words *said)
{
	const struct check_probe *probe = check_probes_find_login(check->probes);

	if (probe == NULL) {
		g_string_append(said->found,
				check_say("not tried: --login UID --password-file FILE"));
		said->is_advice = true;
		return ANSWER_NO;
	}
	if (probe->result.outcome == SMTP_ACCEPTED)
		return ANSWER_YES;
	g_string_append(said->found, probe->result.response);
	return check_probe_has_reply(probe) ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* Whose login the filter was told of may be a uid or a mail address. */
static enum answer judge_told(struct check *check, const struct check_probe *probe,
			      struct check_words *said)
{
	const char *told = probe->sights[PROBE_LOGIN].login;
	struct kairan_error error = { "" };
	struct person *person = NULL;
	enum answer answer;

	if (*told == '\0') {
		g_string_append(said->found, check_say("no {auth_authen} came"));
		return ANSWER_NO;
	}
	answer = directory_find_person(check->setup->directory, told, &person, &error);
	if (answer == ANSWER_UNKNOWN)
		g_string_append(said->found, error.text);
	if (answer == ANSWER_YES && strcmp(person->uid, probe->login_uid) != 0)
		answer = ANSWER_NO;
	if (answer == ANSWER_NO)
		g_string_append_printf(said->found, "{auth_authen} is %s", told);
	person_free(person);
	return answer;
}

enum answer check_ask_login_told(struct check *check, struct check_words *said)
{
	const struct check_probe *probe = check_probes_find_login(check->probes);

	if (probe == NULL) {
		g_string_append(said->found,
				check_say("not tried: --login UID --password-file FILE"));
		said->is_advice = true;
		return ANSWER_NO;
	}
	if (probe->seen[PROBE_LOGIN] == ANSWER_YES)
		return judge_told(check, probe, said);
	if (probe->seen[PROBE_PAST] == ANSWER_YES) {
		g_string_append_printf(said->found,
				       check_say("a mail came past the filter (%s)"),
				       probe->sights[PROBE_PAST].queue_id);
		return ANSWER_NO;
	}
	g_string_append(said->found, check_say("no mail came to the filter"));
	return probe->result.outcome == SMTP_ACCEPTED ? ANSWER_NO : ANSWER_UNKNOWN;
}

/*
 * NAME
 *	intake - what all intakes share
 *
 * DESCRIPTION
 *	Recording what happened, and finding out who is writing.
 *
 * DIAGNOSTICS
 *	Warning: LDAP could not be asked. Error: the store cannot be written.
 */
#include "config.h"

#include "milter/intake/intake.h"

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/snapshot.h"
#include "milter/intake/refusals.h"
#include "milter/intake/tally.h"
#include "policy/password.h"
#include "schema/store_audit.h"
#include "schema/store_clock.h"

struct audit_event intake_event(const struct intake_context *context, const char *action)
{
	return (struct audit_event){
		.at = clock_now(),
		.action = action,
		.queue_id = context->envelope->queue_id,
	};
}

void intake_record(const struct intake_context *context, const struct audit_event *event,
		   struct verdict *verdict)
{
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error;

	if (tally_takes(context->envelope, event))
		return;
	if (store_begin_grouped(store, &error)) {
		if (!store_audit_append(store, event, &error))
			store_rollback(store);
		else if (store_commit(store, &error)) {
			refusals_watch(context->kairan, event);
			return;
		}
	}
	log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, event->draft, "%s",
		  error.text);
	verdict_set(verdict, REASON_STORE, NULL);
}

/* Somebody else has the address that this person logs in with: say who, and tell the
 * administrators. False when that is not it. */
static bool report_ambiguity(const struct intake_context *context, const char *login)
{
	struct kairan_error error;
	char **dns = NULL;
	bool ambiguous =
	    directory_list_logins(context->setup->directory, login, &dns, &error) &&
	    g_strv_length(dns) > 1;

	if (ambiguous) {
		g_autofree char *entries = g_strjoinv(" = ", dns);

		alarm_raise(context->kairan, ALARM_LOGIN, login,
			    reason_name(REASON_MAIL_TWICE), entries);
	}
	g_strfreev(dns);
	return ambiguous;
}

enum answer intake_find_login(const struct intake_context *context, const char *login,
			      struct person **person_r, struct verdict *verdict_r)
{
	struct kairan_error error;
	enum answer answer =
	    directory_find_person(context->setup->directory, login, person_r, &error);

	if (answer == ANSWER_NO)
		verdict_set(verdict_r, REASON_UNKNOWN_PERSON, NULL);
	if (answer == ANSWER_UNKNOWN) {
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
			  "login %s could not be looked up: %s", login, error.text);
		verdict_set(verdict_r,
			    report_ambiguity(context, login) ? REASON_MAIL_TWICE
							     : REASON_DIRECTORY,
			    NULL);
	} else {
		alarm_clear(context->kairan, ALARM_LOGIN, login);
	}
	return answer;
}

/* By how many seconds the clock is ahead of the one that was believed before (store_clock.h). */
static enum answer find_ahead(const struct intake_context *context, int64_t *ahead_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin_grouped(store, &error)) {
		answer = store_clock_find_jump(store, ahead_r, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_UNKNOWN)
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
	return answer;
}

void intake_judge_password(const struct intake_context *context,
			   const struct person *person, struct verdict *verdict_r)
{
	const struct settings *settings = context->setup->settings;
	const struct password_rule rule = {
		.max_age = settings->password_max_age,
		.refuse_unknown = settings->password_unknown == HANDLING_REFUSE,
	};
	int64_t ahead = 0;

	password_judge(&person->password, &rule, clock_now(), verdict_r);
	if (verdict_r->reason != REASON_PASSWORD_OLD)
		return;
	/* A clock that has jumped does not make it old. */
	switch (find_ahead(context, &ahead)) {
	case ANSWER_YES:
		password_judge(&person->password, &rule, clock_now() - MAX(ahead, 0),
			       verdict_r);
		break;
	case ANSWER_NO:
		break;
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_STORE, NULL);
		break;
	}
}

enum answer intake_find_standing(const struct intake_context *context,
				 const char *section, const char *author,
				 struct standing *standing_r, struct verdict *verdict_r)
{
	const char *queue_id = context->envelope->queue_id;
	struct kairan_error error = { "" };
	enum answer answer = standing_read(context->kairan, context->setup, section,
					   author, standing_r, &error);
	g_autofree char *slip = NULL;

	if (answer == ANSWER_UNKNOWN) {
		log_event(LOG_LEVEL_WARNING, queue_id, 0,
			  "section %s could not be read: %s", section, error.text);
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
	}
	if (answer != ANSWER_YES)
		return answer;
	slip = standing_describe(standing_r);
	if (*slip != '\0')
		log_event(LOG_LEVEL_WARNING, queue_id, 0,
			  "section %s contradicts itself: %s", section, slip);
	return answer;
}

enum answer intake_find_broadcast(const struct intake_context *context, const char *mail,
				  struct recipient *recipient)
{
	struct address address;

	if (!address_read(mail, &address, NULL))
		return ANSWER_NO;
	return snapshot_find(kairan_get_snapshot(context->kairan), &address,
			     &recipient->broadcast);
}

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

#include "milter/intake.h"

#include "conf/clock.h"
#include "conf/log.h"
#include "schema/store_audit.h"

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

	if (store_begin(store, &error)) {
		if (!store_audit_append(store, event, &error))
			store_rollback(store);
		else if (store_commit(store, &error))
			return;
	}
	log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, event->draft, "%s",
		  error.text);
	verdict_set(verdict, REASON_STORE, NULL);
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
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
	}
	return answer;
}

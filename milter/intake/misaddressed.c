/*
 * NAME
 *	misaddressed - who answered to the wrong address is told which is the right one
 *
 * DESCRIPTION
 *	Mail programs answer From: where Reply-To: was meant, gateways cut addresses, and people
 *	copy them. The SMTP reply is one line in English that phones do not show, so whoever is
 *	known gets a mail in their language.
 *
 *	A rule of a mail program may answer every mail from a person's own login, this one too.
 *	So there is one mail a message, also where a client submits it again, and past five an
 *	hour for one reason the administrators are told instead.
 *
 * DIAGNOSTICS
 *	Error: the store cannot be written.
 */
#include "config.h"

#include "milter/intake/misaddressed.h"

#include <stdlib.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "milter/intake/answers.h"
#include "milter/intake/refusals.h"
#include "milter/intake/tally.h"

#define WATCH_SECONDS 3600
#define TOLD_MOST     5

static bool is_endless(const struct audit_event *event, struct store *store,
		       bool *endless_r, struct kairan_error *error_r)
{
	const struct audit_refusals wanted = {
		.since = event->at - WATCH_SECONDS,
		.uid = event->uid,
		.outcome = event->outcome,
	};
	int64_t seen;

	if (!store_audit_count_refusals(store, &wanted, &seen, error_r))
		return false;
	*endless_r = seen >= TOLD_MOST;
	return true;
}

static bool add_notice(struct store *store, const struct misaddressed *misaddressed,
		       const struct person *person, const struct audit_event *event,
		       struct kairan_error *error_r)
{
	char *facts =
	    notice_make_facts("subject", misaddressed->subject, "detail",
			      misaddressed->address, "reason_key", event->outcome, NULL);
	const bool ok = notice_add_person(
	    store, &(struct notice){ NOTICE_MISADDRESSED, 0, facts, event->at }, person,
	    error_r);

	free(facts);
	return ok;
}

/* Is there a mail to the person? */
static enum answers judge(struct store *store, const struct misaddressed *misaddressed,
			  const struct person *person, const struct audit_event *event,
			  struct kairan_error *error_r)
{
	/* The end is counted by reasons, below. */
	const struct answers_reply described = {
		.person = person,
		.id = misaddressed->id,
		.words = misaddressed->address,
		.most = INT64_MAX,
	};
	enum answers answers = ANSWERS_DUE;
	bool endless = false;

	if (misaddressed->id != NULL)
		answers = answers_find(store, &described, event->at, error_r);
	if (answers != ANSWERS_DUE)
		return answers;
	if (!is_endless(event, store, &endless, error_r))
		return ANSWERS_UNKNOWN;
	return endless ? ANSWERS_ENDLESS : ANSWERS_DUE;
}

/* The audit row, and the mail where one is due. Without a person (NULL) none is. */
static enum answers record(struct store *store, const struct misaddressed *misaddressed,
			   const struct person *person, const struct audit_event *event,
			   struct kairan_error *error_r)
{
	struct audit_event kept = *event;
	enum answers answers = ANSWERS_GIVEN;
	bool ok;

	if (!store_begin_grouped(store, error_r))
		return ANSWERS_UNKNOWN;
	if (person != NULL) {
		answers = judge(store, misaddressed, person, event, error_r);
		if (answers == ANSWERS_GIVEN)
			kept.outcome = "again";
	}
	ok = answers != ANSWERS_UNKNOWN && store_audit_append(store, &kept, error_r) &&
	     (answers != ANSWERS_DUE ||
	      add_notice(store, misaddressed, person, event, error_r));
	return store_end(store, ok, error_r) ? answers : ANSWERS_UNKNOWN;
}

void misaddressed_tell(const struct intake_context *context,
		       const struct misaddressed *misaddressed,
		       const struct person *person, const struct audit_event *event,
		       struct verdict *verdict)
{
	struct envelope *envelope = context->envelope;
	const struct person *reader = envelope->told ? NULL : person;
	struct kairan_error error;
	enum answers answers;

	if (tally_takes(envelope, event))
		return;
	answers = record(kairan_get_store(context->kairan), misaddressed, reader, event,
			 &error);
	if (answers == ANSWERS_UNKNOWN) {
		log_event(LOG_LEVEL_ERROR, envelope->queue_id, 0, "%s", error.text);
		verdict_set(verdict, REASON_STORE, NULL);
		return;
	}
	refusals_watch(context->kairan, event);
	if (answers == ANSWERS_ENDLESS)
		alarm_raise(context->kairan, ALARM_REFUSALS, event->uid, "refusals",
			    event->uid);
	if (reader == NULL)
		return;
	envelope->told = true;
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
}

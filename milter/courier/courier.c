/*
 * NAME
 *	courier - from the outbox to the MTA
 *
 * DESCRIPTION
 *	One thread for notices, some for shards, and one for urgent shards alone, which waits for
 *	no ordinary one that is being handed over; all in one loop: take what is due, hand it
 *	over, record what became of it, wait for the next. Nothing is removed before the MTA
 *	has said 250.
 *
 *	What the MTA refuses for good at RCPT is about the person, who cannot be reached. At any
 *	other stage, or where its code says that it is a rule against the sender or the client, it
 *	is about the mail, for a filter or a limit that somebody mends: then it is tried again, and a
 *	request at once without the draft's original.
 *
 *	A notice goes out at least once: a crash between the 250 and its record repeats it
 *	with the same Message-ID. A shard is more careful. The milter records it as offered
 *	before the MTA can answer 250, so after a crash or a lost answer the courier finds it
 *	offered, waits receipt_wait for the receipt that comes back when the MTA has really
 *	queued it, and only then hands it over again.
 *
 *	Urgent releases go first: schema/store_release.c says in which order.
 *
 *	Pauses between tries double from retry_first to retry_most, with up to a quarter of
 *	jitter.
 *
 * DIAGNOSTICS
 *	Warning: a hand-over that will be tried again. Error: a notice that the MTA refused for
 *	good; a store that cannot be written. The administrators are told of people who cannot
 *	be reached, and of a release that is stuck for stuck_after.
 */
#include "config.h"

#include "milter/courier/courier.h"

#include <glib.h>
#include <limits.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "milter/core/retry.h"
#include "milter/courier/notice_render.h"
#include "milter/courier/smtp.h"
#include "milter/draft/broadcast_mail.h"
#include "schema/store_release.h"

/* How long to wait when nothing is due, or when the store cannot be read. */
#define SMTP_CODE_LENGTH        3
#define COURIER_IDLE_SECONDS    3600
#define COURIER_TROUBLE_SECONDS 5
/* How often is looked whether an urgent release has been handed over, for which the others wait. */
#define COURIER_URGENT_SECONDS 1

/* ---- notices ---- */

/* The audit trail is about administrators, approvers and staff (Art. 8), and outlives what residents
 * may have deleted: it does not name them. */
static bool is_for_trail(const struct outbox_notice *notice, enum outbox_state state)
{
	return state != OUTBOX_WAITING && !notice_is_for_resident(notice->kind);
}

/* The next try is planned by the clock as it is within the transaction: clock_round.c has brought
 * back what was written before. */
static bool record_notice(struct store *store, const struct outbox_notice *notice,
			  enum outbox_state state, int64_t pause,
			  const struct smtp_result *result, struct kairan_error *error_r)
{
	struct audit_event event = {
		.uid = "kairan",
		.role = "system",
		.draft = notice->draft,
		.action = "notice",
		.outcome = state == OUTBOX_ACCEPTED ? "sent" : "refused",
		.detail = notice->mail,
	};

	if (!store_begin_grouped(store, error_r))
		return false;
	event.at = clock_now();
	return store_end(store,
			 store_outbox_record(store, notice->id, state, event.at + pause,
					     result->response, error_r) &&
			     (!is_for_trail(notice, state) ||
			      store_audit_append(store, &event, error_r)),
			 error_r);
}

static void log_notice(const struct outbox_notice *notice, enum outbox_state state,
		       const struct smtp_result *result)
{
	static const struct {
		enum log_level level;
		const char *outcome;
	} lines[] = {
		[OUTBOX_ACCEPTED] = { LOG_LEVEL_INFO, "sent" },
		[OUTBOX_WAITING] = { LOG_LEVEL_WARNING, "will be tried again" },
		[OUTBOX_REFUSED] = { LOG_LEVEL_ERROR, "refused by the MTA" },
	};
	const bool is_resident = notice_is_for_resident(notice->kind);

	/* Which resident it was, the MTA's log says; its answer may name them, too. */
	log_event(is_resident && state == OUTBOX_REFUSED ? LOG_LEVEL_INFO
							 : lines[state].level,
		  NULL, notice->draft, "notice %lld (%s) to %s: %s: %.*s",
		  (long long)notice->id, notice->kind,
		  is_resident ? "a resident" : notice->mail, lines[state].outcome,
		  is_resident ? SMTP_CODE_LENGTH : INT_MAX, result->response);
}

/* Somebody who cannot be reached will not decide; a resident does not, and may be an address that
 * somebody made up. Raised before the refusal is recorded, so
 * that a crash in between has it refused and raised once more. */
static void watch_reader(struct kairan *kairan, const struct outbox_notice *notice,
			 enum outbox_state state)
{
	if (notice_is_for_resident(notice->kind))
		return;
	if (state == OUTBOX_REFUSED)
		alarm_raise(kairan, ALARM_MAIL, notice->mail, "unreachable",
			    notice->mail);
	else if (state == OUTBOX_ACCEPTED)
		alarm_clear(kairan, ALARM_MAIL, notice->mail);
}

/* Some filter on the way takes no mail of this kind, which is no fault of the person's: it is tried
 * again until it goes out, and the alarm is over when none is left. */
static bool watch_mail(struct kairan *kairan, enum outbox_state state,
		       struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	enum answer left;

	if (state != OUTBOX_ACCEPTED ||
	    !alarm_board_has(kairan_get_alarm_board(kairan), ALARM_UNSENT " mail"))
		return true;
	if (!store_begin_grouped(store, error_r))
		return false;
	left = store_outbox_has_refused_mail(store, error_r);
	store_rollback(store);
	if (left == ANSWER_NO)
		alarm_clear(kairan, ALARM_UNSENT, "mail");
	return left != ANSWER_UNKNOWN;
}

/* The mail, as well as it can be made. What is wrong with a notice is not mended by trying again:
 * a plain mail tells its reader, and the alarm the administrators. */
static void render_and_send(struct kairan *kairan, struct smtp *smtp,
			    const struct setup *setup, const struct outbox_notice *notice,
			    struct smtp_result *result_r)
{
	struct kairan_error error = { "" };
	struct notice_mail mail;
	const enum answer rendered =
	    notice_render(setup, kairan_get_store(kairan), notice, &mail, &error);

	*result_r = (struct smtp_result){ .outcome = SMTP_TEMPORARY };
	if (mail.octets != NULL) {
		smtp_send(smtp, setup->settings,
			  &(struct smtp_mail){ mail.sender, mail.recipient, mail.octets,
					       mail.length },
			  result_r);
	} else {
		(void)g_strlcpy(result_r->response, error.text,
				sizeof(result_r->response));
		/* Nor can there be another mail to this person. */
		if (rendered == ANSWER_NO) {
			result_r->outcome = SMTP_REFUSED;
			result_r->is_of_person = true;
		}
	}
	notice_mail_clear(&mail);
	if (rendered == ANSWER_NO)
		alarm_raise(kairan, ALARM_NOTICE, notice->kind, "notice-plain",
			    error.text);
}

/* A resident's address may be an invention: where none is let through, that has no end either, and
 * whoever is right asks again. */
static bool is_final(const struct outbox_notice *notice, const struct smtp_result *result)
{
	return result->outcome == SMTP_REFUSED &&
	       (result->is_of_person ||
		(result->at_recipient && notice_is_for_resident(notice->kind)));
}

static bool send_notice(struct kairan *kairan, struct smtp *smtp,
			const struct setup *setup, struct outbox_notice *notice,
			struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct smtp_result result;
	enum outbox_state state = OUTBOX_WAITING;

	render_and_send(kairan, smtp, setup, notice, &result);
	/* Too large, or the writer's mail in it displeases a filter: who decides needs it least. */
	if (result.outcome == SMTP_REFUSED && !result.is_of_person &&
	    strcmp(notice->kind, NOTICE_REQUEST) == 0) {
		notice->is_bare = true;
		render_and_send(kairan, smtp, setup, notice, &result);
	}
	if (result.outcome == SMTP_ACCEPTED)
		state = OUTBOX_ACCEPTED;
	else if (is_final(notice, &result))
		state = OUTBOX_REFUSED;
	log_notice(notice, state, &result);
	watch_reader(kairan, notice, state);
	if (result.outcome == SMTP_REFUSED && state == OUTBOX_WAITING)
		alarm_raise(kairan, ALARM_UNSENT, "mail", "unsent", result.response);
	return record_notice(store, notice, state,
			     retry_pause(setup->settings, notice->tries), &result,
			     error_r) &&
	       watch_mail(kairan, state, error_r);
}

/* A store that has failed has to take something before a mail goes out: a notice whose end cannot
 * be recorded would be sent every few seconds, as long as the disk is full. */
static bool try_store(struct store *store, const struct outbox_notice *notice,
		      struct kairan_error *error_r)
{
	if (store_failing_since(store, NULL) == 0)
		return true;
	if (!store_begin(store, error_r))
		return false;
	return store_end(store,
			 store_outbox_record(store, notice->id, OUTBOX_WAITING,
					     clock_now(), "", error_r),
			 error_r);
}

/* Send the first notice that is due. YES: there may be more; NO: *next_r says when. */
static enum answer step_notices(struct kairan *kairan, struct smtp *smtp,
				const struct setup *setup, int64_t *next_r,
				struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct outbox_notice *notice = NULL;
	enum answer found;

	/* Those whose drafts come in at this moment need not commit first: what they wrote is
	 * seen here, and is on the disk when this returns. */
	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	found = store_outbox_find_due(store, clock_now(), &notice, error_r);
	if (found == ANSWER_NO &&
	    store_outbox_next_due(store, next_r, error_r) == ANSWER_UNKNOWN)
		found = ANSWER_UNKNOWN;
	if (!store_commit(store, error_r))
		found = ANSWER_UNKNOWN;
	if (found == ANSWER_YES && !try_store(store, notice, error_r))
		found = ANSWER_UNKNOWN;
	if (found == ANSWER_YES && !send_notice(kairan, smtp, setup, notice, error_r))
		found = ANSWER_UNKNOWN;
	outbox_notice_free(notice);
	return found;
}

/* ---- shards ---- */

/* What a hand-over means for the shard, given that the milter may have offered it. */
static enum shard_state shard_outcome(enum smtp_outcome outcome)
{
	switch (outcome) {
	case SMTP_ACCEPTED:
		return SHARD_ACCEPTED;
	case SMTP_UNKNOWN:
		return SHARD_OFFERED;
	case SMTP_TEMPORARY:
	case SMTP_REFUSED:
		break;
	}
	return SHARD_READY;
}

static bool record_shard(struct store *store, const struct setup *setup,
			 const struct shard *shard, const struct smtp_result *result,
			 struct kairan_error *error_r)
{
	struct shard now_is = *shard;
	struct shard_step step = {
		.to = shard_outcome(result->outcome),
		.response = result->response,
	};
	int64_t pause = step.to == SHARD_OFFERED
			    ? setup->settings->receipt_wait
			    : retry_pause(setup->settings, shard->tries);

	/* The queue id is the milter's to note; an empty one leaves it as it is. */
	now_is.queue_id[0] = '\0';
	if (!store_begin_grouped(store, error_r))
		return false;
	step.now = clock_now();
	step.next_try = step.now + pause;
	return store_end(store, store_release_record(store, &now_is, &step, error_r),
			 error_r);
}

static void log_shard(const struct shard *shard, const struct smtp_result *result)
{
	static const struct {
		enum log_level level;
		const char *text;
	} outcomes[] = {
		[SMTP_ACCEPTED] = { LOG_LEVEL_INFO, "accepted" },
		[SMTP_TEMPORARY] = { LOG_LEVEL_WARNING, "will be tried again" },
		[SMTP_REFUSED] = { LOG_LEVEL_ERROR,
				   "refused by the MTA, will be tried again" },
		[SMTP_UNKNOWN] = { LOG_LEVEL_WARNING,
				   "no answer, waiting for its receipt" },
	};

	log_event(outcomes[result->outcome].level, NULL, shard->draft,
		  "shard %lld of %lld recipients: %s: %s", (long long)shard->number,
		  (long long)shard->recipients, outcomes[result->outcome].text,
		  result->response);
}

/* Some filter does not like what the broadcast contains, which no waiting mends. Not at the first
 * time: it may have been stopped in this moment, and was refused by us. */
static bool is_disliked(const struct shard *shard, const struct smtp_result *result)
{
	return result->outcome == SMTP_REFUSED && !result->is_of_person &&
	       shard->tries > 0;
}

/* A release that the MTA does not take is told to the administrators after a while, with its own
 * words. */
static void watch_release(struct kairan *kairan, const struct setup *setup,
			  const struct draft *draft, const struct shard *shard,
			  const struct smtp_result *result)
{
	g_autofree char *id = g_strdup_printf("%lld", (long long)draft->id);
	g_autofree char *detail =
	    g_strdup_printf("%s: %s", draft->subject, result->response);

	if (result->outcome == SMTP_ACCEPTED)
		alarm_clear(kairan, ALARM_RELEASE, id);
	else if (is_disliked(shard, result))
		alarm_raise(kairan, ALARM_RELEASE, id, "release-refused", detail);
	else if (clock_now() - draft->due_at >= setup->settings->stuck_after)
		alarm_raise(kairan, ALARM_RELEASE, id, "stuck", detail);
}

static bool hand_over(struct kairan *kairan, struct smtp *smtp, const struct setup *setup,
		      const struct draft *draft, const struct shard *shard,
		      struct kairan_error *error_r)
{
	g_autofree char *sender = broadcast_mail_sender(setup, draft, shard);
	g_autofree char *recipient =
	    broadcast_mail_address(setup, draft, shard, TOKEN_RELEASE);
	const struct broadcast_copy copy = { draft, shard, setup->leave_keys };
	struct smtp_mail mail = { .sender = sender, .recipient = recipient };
	struct smtp_result result;
	char *octets = NULL;

	if (recipient == NULL)
		return error_set(error_r, "no token for shard %lld of draft %lld",
				 (long long)shard->number, (long long)shard->draft);
	if (!broadcast_mail_write(setup->settings, &copy, &octets, &mail.length, error_r))
		return false;
	mail.octets = octets;
	smtp_send(smtp, setup->settings, &mail, &result);
	free(octets);
	log_shard(shard, &result);
	watch_release(kairan, setup, draft, shard, &result);
	return record_shard(kairan_get_store(kairan), setup, shard, &result, error_r);
}

/* The next shard that is due, claimed for this thread. */
static enum answer claim_shard(struct store *store, enum shard_scope scope,
			       const struct settings *settings, struct shard *shard,
			       struct draft **draft_r, int64_t *next_r,
			       struct kairan_error *error_r)
{
	enum answer found;
	int64_t now;

	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	now = clock_now();
	found = store_release_claim_due(
	    store, scope, now, now + settings->mta_timeout + settings->receipt_wait,
	    shard, error_r);
	if (found == ANSWER_YES &&
	    store_draft_find(store, shard->draft, draft_r, error_r) != ANSWER_YES)
		found = ANSWER_UNKNOWN;
	if (found == ANSWER_NO &&
	    store_release_next_due(store, scope, next_r, error_r) == ANSWER_UNKNOWN)
		found = ANSWER_UNKNOWN;
	if (found == ANSWER_NO && *next_r <= now)
		*next_r = now + COURIER_URGENT_SECONDS;
	return store_finish(store, found, error_r);
}

static enum answer step_scope(struct kairan *kairan, enum shard_scope scope,
			      struct smtp *smtp, const struct setup *setup,
			      int64_t *next_r, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct draft *draft = NULL;
	struct shard shard;
	enum answer found =
	    claim_shard(store, scope, setup->settings, &shard, &draft, next_r, error_r);

	if (found == ANSWER_YES) {
		/* One wakes the next, as long as there are shards. */
		waker_wake(kairan_get_waker(kairan, KAIRAN_SHARDS));
		if (!hand_over(kairan, smtp, setup, draft, &shard, error_r))
			found = ANSWER_UNKNOWN;
		waker_wake(kairan_get_waker(kairan, KAIRAN_ROUNDS));
	}
	draft_free(draft);
	return found;
}

static enum answer step_shards(struct kairan *kairan, struct smtp *smtp,
			       const struct setup *setup, int64_t *next_r,
			       struct kairan_error *error_r)
{
	return step_scope(kairan, SHARDS_ALL, smtp, setup, next_r, error_r);
}

static enum answer step_urgent(struct kairan *kairan, struct smtp *smtp,
			       const struct setup *setup, int64_t *next_r,
			       struct kairan_error *error_r)
{
	return step_scope(kairan, SHARDS_URGENT, smtp, setup, next_r, error_r);
}

bool courier_resume(struct store *store, const struct settings *settings,
		    struct kairan_error *error_r)
{
	if (!store_begin(store, error_r))
		return false;
	return store_end(store,
			 store_release_free_claims(store, clock_now(),
						   settings->receipt_wait, error_r),
			 error_r);
}

/* ---- both ---- */

static void run(struct kairan *kairan, enum kairan_thread thread,
		enum answer (*step)(struct kairan *, struct smtp *, const struct setup *,
				    int64_t *, struct kairan_error *))
{
	struct waker *waker = kairan_get_waker(kairan, thread);
	struct smtp *smtp = smtp_new();
	int64_t next = 0;

	/* Asked before each step, so that a stop does not wait for a long outbox. */
	while (waker_wait_until(waker, next)) {
		struct kairan_error error = { "" };
		struct setup *setup = kairan_get_setup(kairan);

		next = clock_now() + COURIER_IDLE_SECONDS;
		switch (step(kairan, smtp, setup, &next, &error)) {
		case ANSWER_YES:
			next = 0;
			break;
		case ANSWER_NO:
			smtp_close(smtp);
			break;
		case ANSWER_UNKNOWN:
			log_error("courier: %s", error.text);
			next = clock_now() + COURIER_TROUBLE_SECONDS;
			break;
		}
		setup_unref(setup);
	}
	smtp_free(smtp);
}

void *courier_run_notices(void *context)
{
	run(context, KAIRAN_NOTICES, step_notices);
	return NULL;
}

void *courier_run_shards(void *context)
{
	run(context, KAIRAN_SHARDS, step_shards);
	return NULL;
}

void *courier_run_urgent(void *context)
{
	run(context, KAIRAN_URGENT, step_urgent);
	return NULL;
}

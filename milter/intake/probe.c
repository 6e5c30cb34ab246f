/*
 * NAME
 *	probe - kairan's own mail to itself
 *
 * DESCRIPTION
 *	Its address is signed, so nothing is asked at RCPT. At the end it is compared with what
 *	was written, and what was seen is kept. One that comes as the courier's mail does goes on
 *	as a shard would: its own recipient is removed, and another of ours is added, which the
 *	MTA queues and gives to the pipe. One that a person's login has sent ends here.
 *
 *	Nobody but the service itself ever is a recipient, and no draft is touched.
 *
 * DIAGNOSTICS
 *	Warning: an address that is not signed, or a mail with other recipients. Error: the store
 *	cannot be used, or the MTA does not take the recipient.
 */
#include "config.h"

#include <glib.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/probe_mail.h"
#include "milter/intake/intake.h"

static bool read_address(const struct intake_context *context,
			 const struct recipient *recipient, int64_t *id_r,
			 enum probe_stage *stage_r)
{
	return probe_mail_read_address(&recipient->service, context->setup->keyring, id_r,
				       stage_r) &&
	       (*stage_r == PROBE_WAY || *stage_r == PROBE_LOGIN);
}

static void refuse(const struct intake_context *context,
		   const struct recipient *recipient, struct verdict *verdict_r)
{
	log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
		  "probe address %s is refused", recipient->path);
	verdict_set(verdict_r, REASON_FORGED_TOKEN, NULL);
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	enum probe_stage stage;
	int64_t id;

	verdict_pass(verdict_r);
	if (!read_address(context, recipient, &id, &stage))
		refuse(context, recipient, verdict_r);
}

/* What came, held against what was sent, is kept. *probe_r is filled in with YES. */
static enum answer see(const struct intake_context *context, int64_t id,
		       enum probe_stage stage, struct probe *probe_r,
		       struct kairan_error *error_r)
{
	const struct envelope *envelope = context->envelope;
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error difference = { "" };
	const struct probe_sight sight = {
		.probe = id,
		.stage = stage,
		.at = clock_now(),
		.queue_id = envelope->queue_id,
		.login = envelope->login,
		.difference = difference.text,
		.signature = (char *)"",
	};
	const enum answer answer = probe_mail_find(store, id, probe_r, error_r);

	if (answer != ANSWER_YES)
		return answer;
	(void)probe_mail_compare(context->setup->settings, probe_r, envelope->octets->str,
				 envelope->octets->len, &difference);
	if (!store_begin(store, error_r) ||
	    !store_end(store, store_probe_see(store, &sight, error_r), error_r))
		return ANSWER_UNKNOWN;
	log_event(LOG_LEVEL_INFO, envelope->queue_id, 0, "probe %lld has come%s%s",
		  (long long)id, *difference.text != '\0' ? ": " : " as it was written",
		  difference.text);
	return ANSWER_YES;
}

/* The copy that the MTA queues. */
static bool add_copy(const struct intake_context *context, const struct probe *probe,
		     struct kairan_error *error_r)
{
	g_autofree char *address = probe_mail_address(
	    context->setup->settings, context->setup->keyring, probe, PROBE_COPY);
	g_autofree char *path = g_strdup_printf("<%s>", address != NULL ? address : "");

	if (address == NULL || !context->mta->add_recipient(context->mta->context, path))
		return error_set(error_r, "the MTA does not take the recipient %s", path);
	context->envelope->others++;
	return true;
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;
	struct kairan_error error = { "" };
	struct probe probe = { 0 };
	enum probe_stage stage;
	enum answer answer;
	int64_t id;

	verdict_pass(verdict_r);
	if (envelope->recipients->len != 1 || envelope->others > 0 ||
	    envelope->too_large || !read_address(context, recipient, &id, &stage)) {
		refuse(context, recipient, verdict_r);
		return;
	}
	answer = see(context, id, stage, &probe, &error);
	if (answer == ANSWER_YES && stage == PROBE_WAY &&
	    !add_copy(context, &probe, &error))
		answer = ANSWER_UNKNOWN;
	if (answer == ANSWER_NO)
		refuse(context, recipient, verdict_r);
	if (answer == ANSWER_UNKNOWN) {
		log_event(LOG_LEVEL_ERROR, envelope->queue_id, 0, "probe: %s",
			  error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
	}
	probe_clear(&probe);
}

const struct intake intake_probe = { judge, take };

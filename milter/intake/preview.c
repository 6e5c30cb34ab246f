/*
 * NAME
 *	intake_preview - staff see what residents would get
 *
 * DESCRIPTION
 *	A draft to preview+LIST@ is judged as one to the broadcast's own address is, of whoever
 *	may write to that, and held nowhere (draft_settle.c). LIST is what stands before the
 *	broadcast's '@', or the name of its list. Whoever else is in the mail's To: or Cc:, the
 *	broadcast itself included, gets no draft by it (milter/session.c): so the address may be
 *	put into the Bcc: of a mail that is written already.
 *
 * DIAGNOSTICS
 *	As intake_draft. Info: strangers, and lists that are none, are refused.
 */
#include "config.h"

#include "conf/log.h"
#include "milter/core/snapshot.h"
#include "milter/intake/intake.h"
#include "milter/intake/writer.h"

/* The broadcast of that name; of no broadcast's address it may be a list's. */
static enum answer find_broadcast(const struct intake_context *context,
				  const struct service_address *service,
				  struct broadcast **broadcast_r)
{
	struct snapshot *snapshot = kairan_get_snapshot(context->kairan);
	g_autofree char *name = g_strndup(service->token, service->token_length);
	g_autofree char *mail =
	    g_strdup_printf("%s@%s", name, context->setup->settings->service_domain);
	struct address address;

	if (address_read(mail, &address, NULL) &&
	    snapshot_find(snapshot, &address, broadcast_r) == ANSWER_YES)
		return ANSWER_YES;
	return snapshot_find_list(snapshot, name, broadcast_r);
}

static void refuse(const struct intake_context *context,
		   const struct recipient *recipient, enum reason reason,
		   struct verdict *verdict_r)
{
	verdict_set(verdict_r, reason, NULL);
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "mail from %s to %s refused: %s", context->envelope->sender,
		  recipient->address.spec, reason_name(reason));
	intake_record_outcome(context, service_address_word(SERVICE_PREVIEW), reason,
			      verdict_r);
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	if (*context->envelope->login == '\0') {
		refuse(context, recipient, REASON_NOT_LOGGED_IN, verdict_r);
		return;
	}
	switch (find_broadcast(context, &recipient->service, &recipient->broadcast)) {
	case ANSWER_YES:
		intake_draft.judge(context, recipient, verdict_r);
		break;
	case ANSWER_NO:
		refuse(context, recipient, REASON_UNKNOWN_ADDRESS, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_NOT_READY, NULL);
		break;
	}
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	intake_draft.take(context, recipient, verdict_r);
}

const struct intake intake_preview = { judge, take };

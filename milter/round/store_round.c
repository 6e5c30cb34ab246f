/*
 * NAME
 *	store_round - a store that takes nothing
 *
 * DESCRIPTION
 *	A full disk, a damaged file or a program that does not let go of it keeps alarms from
 *	being raised, since those are kept in the store (alarm.c), and notices from being sent.
 *	So this one alarm is kept in memory, and its mail goes to the MTA at once.
 *
 *	Monitors are told by a file beside the socket (store_trouble.c).
 *
 *	Once something has failed, each look tries to write: where nobody sends a draft, nobody
 *	else would find out that it is mended.
 *
 * DIAGNOSTICS
 *	Error: the store takes nothing, when the administrators are told. Warning: they could not
 *	be told; tried again. Info: it is mended.
 */
#include "config.h"

#include "milter/round/store_round.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/administrators.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "milter/core/store_trouble.h"
#include "milter/courier/notice_render.h"
#include "milter/courier/smtp.h"
#include "milter/round/store_opening.h"
#include "schema/store_position.h"

#define ALARM_NAME ALARM_STORE " store"
#define POSITION   "store-tried"
#define FAILING    "store-failing" /* alarm.REASON while it is open */

static bool try_to_write(struct store *store, int64_t now)
{
	struct kairan_error error = { "" };

	return store_position_keep_time(store, POSITION, now, &error);
}

static bool tell(const struct setup *setup, struct store *store, struct smtp *smtp,
		 const struct person *administrator, const struct store_shut *why,
		 int64_t now)
{
	const bool is_chain = strcmp(why->reason, STORE_CHAIN_REASON) == 0;
	char *facts = notice_make_facts(
	    "alarm_key", why->reason, "advice_key",
	    strcmp(why->reason, FAILING) == 0 ? ALARM_STORE : STORE_SHUT_REASON,
	    "kind_key", is_chain ? ALARM_AUDIT : ALARM_STORE,
	    is_chain ? "audit_fault" : "detail", why->why, NULL);
	const struct outbox_notice notice = {
		.kind = (char *)NOTICE_ALARM,
		.party = -1,
		.mail = administrator->mails[0],
		.name = administrator->name,
		.language = administrator->language,
		.facts = facts,
		.created_at = now,
	};
	struct notice_mail mail;
	struct smtp_result result = { .outcome = SMTP_TEMPORARY };
	struct kairan_error error = { "" };

	if (notice_render(setup, store, &notice, &mail, &error) != ANSWER_YES)
		log_warning("%s cannot be told of the store: %s", notice.mail,
			    error.text);
	if (mail.octets != NULL)
		smtp_send(smtp, setup->settings,
			  &(struct smtp_mail){ mail.sender, mail.recipient, mail.octets,
					       mail.length },
			  &result);
	notice_mail_clear(&mail);
	free(facts);
	if (result.outcome != SMTP_ACCEPTED)
		log_warning("%s was not told of the store: %s", notice.mail,
			    result.response);
	return result.outcome == SMTP_ACCEPTED;
}

/* Has one of them been told? */
static bool tell_all(struct kairan *kairan, const struct setup *setup,
		     const struct store_shut *why, int64_t now)
{
	GPtrArray *administrators = NULL;
	struct kairan_error error = { "" };
	struct smtp *smtp;
	bool told = false;

	if (!administrators_find(kairan, setup, &administrators, &error)) {
		log_warning("administrators will be told of the store later: %s",
			    error.text);
		return false;
	}
	smtp = smtp_new();
	for (guint i = 0; i < administrators->len; i++) {
		const struct person *person = g_ptr_array_index(administrators, i);

		if (person->mails[0] != NULL &&
		    tell(setup, kairan_get_store(kairan), smtp, person, why, now))
			told = true;
	}
	smtp_free(smtp);
	g_ptr_array_unref(administrators);
	return told;
}

int64_t store_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	struct alarm_board *board = kairan_get_alarm_board(kairan);
	const bool was_told = alarm_board_has(board, ALARM_NAME);
	struct kairan_error why = { "" };
	const int64_t since = store_failing_since(store, &why);
	const char *shut = store_shut_reason(store);
	const char *reason = shut != NULL ? shut : FAILING;

	if (since == 0 || try_to_write(store, now)) {
		if (was_told)
			log_info("alarm %s: mended", ALARM_NAME);
		alarm_board_remove(board, ALARM_NAME);
		store_trouble_remove(setup->settings);
		return now + setup->settings->snapshot_refresh;
	}
	store_trouble_put(setup->settings, why.text);
	if (!was_told && (shut != NULL || now - since >= setup->settings->stuck_after)) {
		log_error("alarm %s: %s", ALARM_NAME, why.text);
		if (tell_all(kairan, setup, &(struct store_shut){ reason, why.text },
			     now))
			alarm_board_put(board, ALARM_NAME);
	}
	return now + setup->settings->snapshot_refresh;
}

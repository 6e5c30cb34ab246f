/*
 * NAME
 *	ctl_deliver_bounce - what mail systems report, out of the pipe
 *
 * DESCRIPTION
 *	The signed address says of which release it is. Of whom it is says the address, where each
 *	recipient has one, or else the report, which may be about many. Only who is registered for
 *	the list is kept, each once for a release; the audit trail has what was said and of which
 *	domain, and names no resident (Art. 8).
 *
 *	What comes back of a notice is deliver_notice.c's.
 *
 *	Whoever receives a broadcast knows its envelope sender, and could report of others. What
 *	is proven nobody but a mail system has written: the report of our own MTA, or one to
 *	an address that one recipient alone has had.
 *
 * DIAGNOSTICS
 *	Warning: a report, with what it says; an address that is not signed by us, which is
 *	ignored. Errors are returned.
 */
#include "config.h"

#include "ctl/ctl_deliver_bounce.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/keyring.h"
#include "conf/log.h"
#include "ctl/deliver_notice.h"
#include "milter/core/own_address.h"
#include "milter/mail/message.h"
#include "milter/mail/message_report.h"
#include "policy/bounce.h"
#include "policy/bounce_address.h"
#include "schema/store_audit.h"
#include "schema/store_bounce.h"
#include "schema/store_draft.h"
#include "schema/store_release.h"

#define WORDS_SHOWN 200

struct bounce_reading {
	struct store *store;
	const struct bounce_delivery *delivery;
	struct bounce_address address;
	struct message_report report;
	struct draft *draft; /* of whose release it is */
	char *list;          /* of the recipient that was found last */
	bool is_nobodys;     /* without an envelope sender */
	bool is_proven;
};

/* ---- the address ---- */

/* YES: kairan has made it. */
static enum answer check_address(const struct ctl_call *call,
				 const struct service_address *service,
				 struct bounce_address *address_r,
				 struct kairan_error *error_r)
{
	struct keyring *keyring = NULL;
	enum answer answer = ANSWER_NO;

	if (!bounce_address_read(service->token, service->token_length, address_r))
		return ANSWER_NO;
	if (!keyring_load("key_file", call->settings->key_file, &keyring, error_r))
		return ANSWER_UNKNOWN;
	if (own_address_is_sealed(address_r, keyring))
		answer = ANSWER_YES;
	keyring_free(keyring);
	return answer;
}

/* ---- what is kept ---- */

static const char *outcome_of(enum bounce_kind kind)
{
	switch (kind) {
	case BOUNCE_DELAYED:
		return "delayed";
	case BOUNCE_DELIVERED:
		return "delivered";
	case BOUNCE_AUTOMATIC:
		return "reply";
	default:
		return "failed";
	}
}

static bool append(const struct bounce_reading *reading, enum bounce_kind kind,
		   const char *detail, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.role = "system",
		.draft = reading->draft != NULL ? reading->draft->id : 0,
		.action = "bounce",
		.outcome = outcome_of(kind),
		.detail = detail,
		.queue_id = reading->delivery->queue_id,
	};

	log_event(LOG_LEVEL_WARNING, event.queue_id, event.draft, "bounce: %s: %s",
		  event.outcome, detail);
	return store_audit_append(reading->store, &event, error_r);
}

/* What is said of one of the report's rows; NULL: of the whole. */
static enum bounce_kind judge(const struct bounce_reading *reading,
			      const struct message_report_row *row, bool is_only)
{
	GString *text = g_string_new(NULL);
	struct bounce_facts facts;
	enum bounce_kind kind;

	message_report_get_facts(&reading->report, row, is_only, text, &facts);
	facts.is_nobodys = reading->is_nobodys;
	kind = bounce_judge(&facts);
	(void)g_string_free(text, TRUE);
	return kind;
}

/* The mail system's own words, on one line, without addresses; "" where there are none. */
static char *show_words(const struct message_report_row *row)
{
	g_autofree char *line = g_strdup(row != NULL ? row->words->str : "");
	g_autofree char *start = NULL;

	g_strdelimit(line, "\r\n\t", ' ');
	bounce_drop_addresses(line);
	start = g_strndup(line, WORDS_SHOWN);
	return g_utf8_make_valid(start, -1);
}

/* NO: nothing new. */
static enum answer keep_failure(struct bounce_reading *reading,
				const struct address *address,
				const struct message_report_row *row,
				enum bounce_kind kind, struct kairan_error *error_r)
{
	g_autofree char *words = show_words(row);
	const struct bounce_row bounce = {
		.draft = reading->draft->id,
		.list = reading->list,
		.key = address->spec,
		.domain = address_domain(address),
		.at = clock_now(),
		.kind = kind,
		.status = row != NULL ? row->status : "",
		.words = words,
		.is_proven = reading->is_proven,
	};

	return store_bounce_add(reading->store, &bounce, error_r);
}

/* About a registered recipient, folded. */
static bool record(struct bounce_reading *reading, const struct address *address,
		   const struct message_report_row *row, bool is_only,
		   struct kairan_error *error_r)
{
	const enum bounce_kind kind = judge(reading, row, is_only);
	g_autofree char *detail =
	    g_strdup_printf("%s %s%s%s", bounce_kind_name(kind), address_domain(address),
			    row != NULL && *row->status != '\0' ? " " : "",
			    row != NULL ? row->status : "");

	if (bounce_kind_is_failure(kind)) {
		switch (keep_failure(reading, address, row, kind, error_r)) {
		case ANSWER_NO:
			return true;
		case ANSWER_UNKNOWN:
			return false;
		case ANSWER_YES:
			break;
		}
	}
	return append(reading, kind, detail, error_r);
}

/* ---- whom it is about ---- */

/* Is it an address that a list of the release has? Folded then. */
static enum answer find_registered(struct bounce_reading *reading, const char *text,
				   struct address *address_r,
				   struct kairan_error *error_r)
{
	const struct bounce_recipient recipient = {
		.draft = reading->draft->id,
		.shard = reading->address.shard,
		.list = reading->draft->list,
		.key = address_r->spec,
	};

	if (!address_read(text, address_r, NULL))
		return ANSWER_NO;
	address_fold(address_r);
	g_clear_pointer(&reading->list, g_free);
	return store_bounce_find_list(reading->store, &recipient, &reading->list,
				      error_r);
}

static bool is_about(const char *text, const struct address *address)
{
	struct address other;

	if (!address_read(text, &other, NULL))
		return false;
	address_fold(&other);
	return strcmp(other.spec, address->spec) == 0;
}

/* The row about this recipient, or the only one there is: its mail may have been forwarded. */
static const struct message_report_row *find_row(const GPtrArray *rows,
						 const struct address *address)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct message_report_row *row = g_ptr_array_index(rows, i);

		if (is_about(row->original, address) || is_about(row->recipient, address))
			return row;
	}
	return rows->len == 1 ? g_ptr_array_index(rows, 0) : NULL;
}

/* Whose mail was it? In an address that Postfix completed, "bounce+v12.1.SEAL+LOCAL=DOMAIN@...", or
 * the one recipient of the shard, whose address nobody else has had; else *text_r is NULL. */
static bool find_only(struct bounce_reading *reading, char **text_r,
		      struct kairan_error *error_r)
{
	const struct bounce_address *address = &reading->address;
	char *equals;

	*text_r = NULL;
	if (address->whose != NULL) {
		*text_r = g_strndup(address->whose, address->whose_length);
		equals = strrchr(*text_r, '=');
		if (equals != NULL)
			*equals = '@';
		return true;
	}
	switch (store_release_find_recipient(reading->store, address->number,
					     address->shard, text_r, error_r)) {
	case ANSWER_YES:
		reading->is_proven = true;
		return true;
	case ANSWER_NO:
		return true;
	case ANSWER_UNKNOWN:
		break;
	}
	return false;
}

static bool take_only(struct bounce_reading *reading, const char *text,
		      struct kairan_error *error_r)
{
	struct address address;

	switch (find_registered(reading, text, &address, error_r)) {
	case ANSWER_YES:
		return record(reading, &address, find_row(reading->report.rows, &address),
			      true, error_r);
	case ANSWER_NO:
		return append(reading, judge(reading, NULL, true), "", error_r);
	case ANSWER_UNKNOWN:
		break;
	}
	return false;
}

/* Each row that is about a subscriber. *found_r: there was one. */
static bool take_rows(struct bounce_reading *reading, bool *found_r,
		      struct kairan_error *error_r)
{
	const GPtrArray *rows = reading->report.rows;
	bool ok = true;

	*found_r = false;
	for (guint i = 0; ok && i < rows->len; i++) {
		const struct message_report_row *row = g_ptr_array_index(rows, i);
		struct address address;
		enum answer known =
		    find_registered(reading, row->original, &address, error_r);

		if (known == ANSWER_NO)
			known =
			    find_registered(reading, row->recipient, &address, error_r);
		ok = known != ANSWER_UNKNOWN;
		if (known != ANSWER_YES)
			continue;
		*found_r = true;
		ok = record(reading, &address, row, rows->len == 1, error_r);
	}
	return ok;
}

static bool take_release(struct bounce_reading *reading, struct kairan_error *error_r)
{
	g_autofree char *only = NULL;
	bool found = false;

	if (!find_only(reading, &only, error_r))
		return false;
	if (only != NULL)
		return take_only(reading, only, error_r);
	return take_rows(reading, &found, error_r) &&
	       (found || append(reading, judge(reading, NULL, true), "", error_r));
}

static bool take_notice(struct bounce_reading *reading, struct kairan_error *error_r)
{
	const GPtrArray *rows = reading->report.rows;
	const struct message_report_row *row =
	    rows->len > 0 ? g_ptr_array_index(rows, 0) : NULL;
	g_autofree char *words = show_words(row);
	const struct notice_bounce bounce = {
		.notice = reading->address.number,
		.kind = judge(reading, row, true),
		.words = words,
		.queue_id = reading->delivery->queue_id,
	};

	return deliver_notice_bounced(reading->store, &bounce, error_r);
}

static bool take(struct bounce_reading *reading, struct kairan_error *error_r)
{
	if (reading->address.origin == BOUNCE_OF_NOTICE)
		return take_notice(reading, error_r);
	switch (store_draft_find(reading->store, reading->address.number, &reading->draft,
				 error_r)) {
	case ANSWER_YES:
		return take_release(reading, error_r);
	case ANSWER_NO:
		log_event(LOG_LEVEL_WARNING, reading->delivery->queue_id,
			  reading->address.number, "bounce of a draft that is gone");
		return true;
	case ANSWER_UNKNOWN:
		break;
	}
	return false;
}

/* A report may have thousands of rows: it is read before the store is taken. */
static bool read_and_take(struct bounce_reading *reading, struct kairan_error *error_r)
{
	const struct bounce_delivery *delivery = reading->delivery;
	bool ok;

	reading->is_nobodys =
	    *delivery->sender == '\0' || strcmp(delivery->sender, "<>") == 0;
	message_read_report(delivery->octets, delivery->length, &reading->report);
	reading->is_proven = reading->report.is_local;
	ok = store_begin(reading->store, error_r) &&
	     store_end(reading->store, take(reading, error_r), error_r);
	message_report_clear(&reading->report);
	draft_free(reading->draft);
	g_free(reading->list);
	return ok;
}

bool ctl_deliver_bounce(const struct ctl_call *call, struct store *store,
			const struct bounce_delivery *delivery,
			struct kairan_error *error_r)
{
	struct bounce_reading reading = { .store = store, .delivery = delivery };

	if (!message_init(error_r))
		return false;
	switch (check_address(call, delivery->service, &reading.address, error_r)) {
	case ANSWER_NO:
		log_event(LOG_LEVEL_WARNING, delivery->queue_id, 0,
			  "a report to an address that kairan has not signed is ignored: "
			  "%.*s",
			  (int)delivery->service->token_length, delivery->service->token);
		return true;
	case ANSWER_UNKNOWN:
		return false;
	case ANSWER_YES:
		break;
	}
	/* Nobody waits for a probe but who sent it (milter/courier/probe_send.c). */
	if (reading.address.origin == BOUNCE_OF_PROBE) {
		log_event(LOG_LEVEL_WARNING, delivery->queue_id, 0, "a probe bounced");
		return true;
	}
	return read_and_take(&reading, error_r);
}

/*
 * NAME
 *	intake_draft - staff write to a broadcast address
 *
 * DESCRIPTION
 *	At RCPT: is somebody logged in, does the envelope sender belong to them, and are they
 *	staff of a section that may use this address? LDAP is asked afresh. At end of message:
 *	does From: belong to them, can the text be read to the last octet, is it fit? Then the
 *	draft, its original, its people and their notices are committed in one transaction,
 *	before the MTA hears anything.
 *
 *	The same mail submitted again, as clients do when the answer was lost, has the same
 *	submit key and is the same draft.
 *
 * DIAGNOSTICS
 *	Info: held, or refused with the reason. Warning: a directory that could not be asked, or
 *	that names people who cannot be reached. Error: the store cannot be written.
 */
#include "config.h"

#include <glib.h>
#include <openssl/evp.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/charset.h"
#include "milter/intake.h"
#include "milter/message.h"
#include "milter/notice.h"
#include "policy/draft_rules.h"
#include "policy/text.h"
#include "schema/store_draft.h"

/* ---- RCPT ---- */

static void record_refusal(const struct intake_context *context, const char *uid,
			   const struct broadcast *broadcast, struct verdict *verdict)
{
	struct audit_event event = intake_event(context, "submit");

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "draft to %s by %s refused: %s", broadcast->mail, uid,
		  reason_name(verdict->reason));
	event.uid = uid;
	event.role = "staff";
	event.outcome = reason_name(verdict->reason);
	event.detail = broadcast->mail;
	intake_record(context, &event, verdict);
}

/* Ask one section after another until the person may write for one. The reason of the
 * last refusal stands, but "an approver may not write" says more than "not staff". */
static void find_section(const struct intake_context *context, struct recipient *recipient,
			 struct verdict *verdict_r)
{
	struct verdict verdict;

	verdict_set(verdict_r, REASON_NOT_STAFF, NULL);
	for (size_t i = 0; recipient->broadcast->sections[i] != NULL; i++) {
		const char *dn = recipient->broadcast->sections[i];
		struct section *section = NULL;
		struct kairan_error error = { "no such entry" };

		if (directory_find_section(context->setup->directory, dn, &section, &error) !=
		    ANSWER_YES) {
			log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
				  "section %s of %s could not be read: %s", dn,
				  recipient->broadcast->mail, error.text);
			verdict_set(verdict_r, REASON_DIRECTORY, NULL);
			return;
		}
		const struct section_duties duties = section_as_duties(section);
		duties_judge_draft(&duties, recipient->person->dn, &verdict);
		if (verdict.reason != REASON_NOT_STAFF)
			*verdict_r = verdict;
		if (verdict.kind == VERDICT_PASS) {
			recipient->section = section;
			return;
		}
		section_free(section);
	}
}

static bool owns_sender(const struct envelope *envelope, const struct person *person)
{
	struct address sender;

	return address_read(envelope->sender, &sender, NULL) &&
	       person_has_mail(person, &sender);
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;

	if (*envelope->login == '\0') {
		verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
		log_event(LOG_LEVEL_INFO, envelope->queue_id, 0,
			  "mail from %s to %s refused: %s", envelope->sender,
			  recipient->broadcast->mail, reason_name(verdict_r->reason));
		return;
	}
	switch (intake_find_login(context, envelope->login, &recipient->person, verdict_r)) {
	case ANSWER_UNKNOWN:
		return;
	case ANSWER_NO:
		record_refusal(context, envelope->login, recipient->broadcast, verdict_r);
		return;
	case ANSWER_YES:
		break;
	}
	if (owns_sender(envelope, recipient->person))
		find_section(context, recipient, verdict_r);
	else
		verdict_set(verdict_r, REASON_SENDER_FOREIGN, NULL);
	if (verdict_r->kind == VERDICT_REFUSE)
		record_refusal(context, recipient->person->uid, recipient->broadcast, verdict_r);
}

/* ---- end of message ---- */

/* What was read from the mail. */
struct reading {
	struct message *message;
	char *subject;
	struct message_text text;
	struct kairan_error error; /* where something could not be read */
};

static void clear_reading(struct reading *reading)
{
	message_free(reading->message);
	free(reading->subject);
	message_text_free(&reading->text);
}

static bool from_belongs(const struct message *message, const struct person *person,
			 struct kairan_error *error_r)
{
	struct address from;

	if (message_count_header(message, "From") != 1)
		return error_set(error_r, "there must be exactly one From: header");
	if (!address_read_from(message_get_header(message, "From", 0), &from, error_r))
		return false;
	if (person_has_mail(person, &from))
		return true;
	return error_set(error_r, "From: %s is not an address of %s", from.spec, person->uid);
}

static enum reason read_parts(struct reading *reading)
{
	if (!message_decode_subject(reading->message, &reading->subject, &reading->error))
		return REASON_UNDECODABLE;
	switch (message_read_text(reading->message, &reading->text, &reading->error)) {
	case MESSAGE_TEXT_OK:
		return REASON_NONE;
	case MESSAGE_TEXT_NONE:
		return REASON_NO_TEXT_PART;
	case MESSAGE_TEXT_UNDECODABLE:
		return REASON_UNDECODABLE;
	case MESSAGE_TEXT_BROKEN_MIME:
		break;
	}
	return REASON_BROKEN;
}

static void judge_text(const struct settings *settings, const struct reading *reading,
		       struct verdict *verdict_r)
{
	const struct draft_facts facts = {
		.subject = reading->subject,
		.text = reading->text.text,
		.attachments = reading->text.attachments,
		.fits_iso2022jp = charset_fits_iso2022jp(reading->subject) &&
				  charset_fits_iso2022jp(reading->text.text),
		.must_fit_iso2022jp = settings->outgoing_charset == OUTGOING_ISO2022JP,
		.is_automatic = message_is_automatic(reading->message),
		.character_limit = (size_t)settings->character_limit,
	};

	draft_rules_judge(&facts, verdict_r);
}

/* Read the mail and judge it; the reading has what was understood so far. */
static void read_draft(const struct intake_context *context,
		       const struct recipient *recipient, struct reading *reading,
		       struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	enum reason reason = REASON_NONE;

	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		reason = REASON_TOO_LARGE;
	else if (!message_parse(octets->str, octets->len, &reading->message, &reading->error))
		reason = REASON_BROKEN;
	else if (!from_belongs(reading->message, recipient->person, &reading->error))
		reason = REASON_SENDER_FOREIGN;
	else
		reason = read_parts(reading);
	if (reason != REASON_NONE)
		verdict_set(verdict_r, reason,
			    reading->error.text[0] != '\0' ? reading->error.text : NULL);
	else
		judge_text(context->setup->settings, reading, verdict_r);
}

/* Refuse and explain: the audit row and the mail to the author in one transaction. */
static void refuse(const struct intake_context *context, const struct recipient *recipient,
		   const struct reading *reading, struct verdict *verdict)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "submit");
	struct kairan_error error;
	const char *attachments =
	    reading->text.attachments != NULL ? reading->text.attachments : "";
	const char *detail =
	    verdict->reason == REASON_ATTACHMENT ? attachments : verdict->text;
	g_autofree char *quoted =
	    notice_quote_text(reading->text.text != NULL ? reading->text.text : "");
	char *facts = notice_make_facts(
	    "broadcast", recipient->broadcast->mail, "subject", reading->subject, "reason_key",
	    reason_name(verdict->reason), "article", reason_article(verdict->reason), "detail",
	    detail, "quoted_text", quoted, NULL);

	event.uid = recipient->person->uid;
	event.role = "staff";
	event.outcome = reason_name(verdict->reason);
	event.detail = detail;
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "draft to %s by %s refused: %s", recipient->broadcast->mail,
		  recipient->person->uid, verdict->text);
	if (store_begin(store, &error)) {
		if (!store_audit_append(store, &event, &error) ||
		    !notice_add_person(store, NOTICE_REFUSED, 0, recipient->person, facts,
				       event.at, &error))
			store_rollback(store);
		else if (store_commit(store, &error))
			goto out;
	}
	log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s", error.text);
	verdict_set(verdict, REASON_STORE, NULL);
out:
	free(facts);
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
}

static void hash_piece(EVP_MD_CTX *hash, const char *piece, size_t length)
{
	(void)EVP_DigestUpdate(hash, piece, length);
	(void)EVP_DigestUpdate(hash, "", 1);
}

/* What makes two submissions the same: author, broadcast, Message-ID and what will be
 * read. Relays between client and kairan may add header lines; where there is no
 * Message-ID, all octets count. */
static bool make_submit_key(const struct intake_context *context,
			    const struct recipient *recipient, const struct reading *reading,
			    unsigned char key_r[SUBMIT_KEY_OCTETS])
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	const char *id = message_get_header(reading->message, "Message-ID", 0);
	const GString *octets = context->envelope->octets;
	bool ok = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;

	if (ok) {
		hash_piece(hash, recipient->person->uid, strlen(recipient->person->uid));
		hash_piece(hash, recipient->broadcast->mail, strlen(recipient->broadcast->mail));
		if (id != NULL) {
			hash_piece(hash, id, strlen(id));
			hash_piece(hash, reading->subject, strlen(reading->subject));
			hash_piece(hash, reading->text.text, strlen(reading->text.text));
		} else {
			hash_piece(hash, octets->str, octets->len);
		}
		ok = EVP_DigestFinal_ex(hash, key_r, NULL) == 1;
	}
	EVP_MD_CTX_free(hash);
	return ok;
}

static struct draft *make_draft(const struct intake_context *context,
				const struct recipient *recipient,
				const struct reading *reading)
{
	struct draft *draft = draft_new();
	const struct broadcast *broadcast = recipient->broadcast;

	draft->queue_id = g_strdup(context->envelope->queue_id);
	draft->broadcast = g_strdup(broadcast->mail);
	draft->broadcast_ja = g_strdup(broadcast->name_ja);
	draft->broadcast_en = g_strdup(broadcast->name_en);
	draft->list = g_strdup(broadcast->list);
	draft->section = g_strdup(recipient->section->dn);
	draft->section_ja = g_strdup(recipient->section->name_ja);
	draft->section_en = g_strdup(recipient->section->name_en);
	draft->author_dn = g_strdup(recipient->person->dn);
	draft->subject = g_strdup(reading->subject);
	draft->text = g_strdup(reading->text.text);
	draft->characters = (int64_t)text_count_characters(reading->text.text);
	draft->submitted_at = clock_now();
	draft->expires_at = draft->submitted_at + context->setup->settings->draft_expiry;
	return draft;
}

static struct party *make_party(const struct person *person, int64_t number,
				const char *role)
{
	struct party *party = party_new();

	party->number = number;
	party->role = g_strdup(role);
	party->uid = g_strdup(person->uid);
	party->dn = g_strdup(person->dn);
	party->mail = g_strdup(person->mails[0]);
	party->name = g_strdup(person->name);
	party->language = g_strdup(person->language);
	return party;
}

static void free_party(void *party)
{
	party_free(party);
}

/* Add one who may decide, if they may and can be reached. False: could not ask. */
static bool add_decider(const struct intake_context *context,
			const struct recipient *recipient, const char *dn, GPtrArray *parties)
{
	const struct section_duties duties = section_as_duties(recipient->section);
	struct person *person = NULL;
	struct kairan_error error = { "no such entry" };
	struct verdict verdict;
	enum answer answer =
	    directory_find_person_by_dn(context->setup->directory, dn, &person, &error);

	if (answer == ANSWER_YES) {
		duties_judge_decision(&duties, dn, recipient->person->dn, &verdict);
		if (verdict.kind == VERDICT_PASS && person->mails[0] != NULL)
			g_ptr_array_add(parties,
					make_party(person, (int64_t)parties->len,
						   duty_name(duties_find_duty(&duties, dn))));
		else
			log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
				  "%s is not asked: %s", dn,
				  verdict.kind == VERDICT_PASS ? "has no mail address"
							       : reason_name(verdict.reason));
		person_free(person);
	} else {
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
			  "%s could not be read: %s", dn, error.text);
	}
	return answer != ANSWER_UNKNOWN;
}

/* The author (number 0) and everybody who may decide. */
static GPtrArray *find_parties(const struct intake_context *context,
			       const struct recipient *recipient, struct verdict *verdict_r)
{
	GPtrArray *parties = g_ptr_array_new_with_free_func(free_party);
	bool asked = true;

	g_ptr_array_add(parties, make_party(recipient->person, DRAFT_AUTHOR, "staff"));
	asked = add_decider(context, recipient, recipient->section->approver, parties);
	for (size_t i = 0; asked && recipient->section->delegates[i] != NULL; i++)
		asked =
		    add_decider(context, recipient, recipient->section->delegates[i], parties);
	if (asked && parties->len > 1)
		return parties;
	verdict_set(verdict_r, asked ? REASON_NO_APPROVER : REASON_DIRECTORY, NULL);
	g_ptr_array_unref(parties);
	return NULL;
}

static bool insert_all(const struct intake_context *context, struct draft *draft,
		       const GPtrArray *parties, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	const GString *octets = context->envelope->octets;
	const struct party *author = g_ptr_array_index(parties, DRAFT_AUTHOR);
	struct audit_event event = intake_event(context, "submit");
	bool ok = store_draft_insert(store, draft, octets->str, octets->len, error_r);

	for (guint i = 0; ok && i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		ok = store_draft_insert_party(store, draft->id, party, error_r) &&
		     notice_add_party(store,
				      party->number == DRAFT_AUTHOR ? NOTICE_RECEIPT
								    : NOTICE_REQUEST,
				      draft->id, party, NULL, draft->submitted_at, error_r);
	}
	event.uid = author->uid;
	event.role = "staff";
	event.draft = draft->id;
	event.outcome = lifecycle_name(DRAFT_HELD);
	event.detail = draft->broadcast;
	return ok && store_audit_append(store, &event, error_r);
}

/* A draft that is held already answers for itself; about any other the author is told,
 * who may think that this mail is on its way. */
static bool note_again(const struct intake_context *context, const struct draft *draft,
		       const struct person *author, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "submit");
	struct party *party = NULL;
	bool ok;

	event.uid = author->uid;
	event.role = "staff";
	event.draft = draft->id;
	event.outcome = "again";
	ok = store_audit_append(store, &event, error_r);
	if (ok && draft->state != DRAFT_HELD) {
		ok = store_draft_find_party(store, draft->id, DRAFT_AUTHOR, &party, error_r) ==
			 ANSWER_YES &&
		     notice_add_party(store, NOTICE_AGAIN, draft->id, party, NULL, event.at,
				      error_r);
		party_free(party);
	}
	return ok;
}

static bool hold(const struct intake_context *context, const struct recipient *recipient,
		 struct draft *draft, const GPtrArray *parties, bool *again_r,
		 struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct draft *earlier = NULL;
	bool ok = false;

	if (!store_begin(store, error_r))
		return false;
	switch (store_draft_find_by_key(store, draft->submit_key, &earlier, error_r)) {
	case ANSWER_YES:
		*again_r = true;
		draft->id = earlier->id;
		ok = note_again(context, earlier, recipient->person, error_r);
		draft_free(earlier);
		break;
	case ANSWER_NO:
		*again_r = false;
		ok = insert_all(context, draft, parties, error_r);
		break;
	case ANSWER_UNKNOWN:
		break;
	}
	if (ok)
		return store_commit(store, error_r);
	store_rollback(store);
	return false;
}

static void hold_draft(const struct intake_context *context,
		       const struct recipient *recipient, const struct reading *reading,
		       struct verdict *verdict)
{
	struct draft *draft = make_draft(context, recipient, reading);
	GPtrArray *parties = find_parties(context, recipient, verdict);
	struct kairan_error error = { "no SHA-256" };
	bool again = false;

	if (parties == NULL)
		goto out;
	if (!make_submit_key(context, recipient, reading, draft->submit_key) ||
	    !hold(context, recipient, draft, parties, &again, &error)) {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s", error.text);
		verdict_set(verdict, REASON_STORE, NULL);
		goto out;
	}
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, draft->id,
		  "%s: by %s to %s, %lld characters, %u asked",
		  again ? "submitted again" : "held", recipient->person->uid, draft->broadcast,
		  (long long)draft->characters, parties->len - 1);
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_ROUNDS));
out:
	if (parties != NULL)
		g_ptr_array_unref(parties);
	draft_free(draft);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct reading reading = { 0 };

	read_draft(context, recipient, &reading, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		hold_draft(context, recipient, &reading, verdict_r);
	else
		refuse(context, recipient, &reading, verdict_r);
	clear_reading(&reading);
}

const struct intake intake_draft = { judge, take };

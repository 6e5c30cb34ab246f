/*
 * NAME
 *	draft_make - the draft that a mail becomes
 *
 * DESCRIPTION
 *	What residents would get, and all that is known of it before anybody is asked: it is held
 *	(draft_hold.c), or only shown to its writer (draft_preview.c).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/intake/draft_make.h"

#include <glib.h>
#include <openssl/evp.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/draft/broadcast_footer.h"
#include "milter/draft/broadcast_mail.h"
#include "milter/draft/drill.h"
#include "milter/draft/findings.h"
#include "milter/draft/text.h"
#include "milter/draft/warnings.h"
#include "policy/part.h"

static void hash_piece(EVP_MD_CTX *hash, const char *piece, size_t length)
{
	(void)EVP_DigestUpdate(hash, piece, length);
	(void)EVP_DigestUpdate(hash, "", 1);
}

/* What makes two submissions the same: author, broadcast, Message-ID (or which draft it replaces)
 * and what will be read. Relays between client and kairan may add header lines; where there is no
 * Message-ID, all octets count. */
bool draft_make_key(const struct intake_context *context,
		    const struct recipient *recipient,
		    const struct draft_reading *reading,
		    unsigned char key_r[SUBMIT_KEY_OCTETS])
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	g_autofree char *replaced =
	    reading->replaces != 0
		? g_strdup_printf("replaces %lld", (long long)reading->replaces)
		: NULL;
	const char *id = replaced != NULL
			     ? replaced
			     : message_get_header(reading->message, "Message-ID", 0);
	const GString *octets = context->envelope->octets;
	bool ok = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;

	if (ok) {
		hash_piece(hash, recipient->person->uid, strlen(recipient->person->uid));
		hash_piece(hash, recipient->broadcast->mail,
			   strlen(recipient->broadcast->mail));
		if (id != NULL) {
			hash_piece(hash, id, strlen(id));
			hash_piece(hash, reading->subject, strlen(reading->subject));
			hash_piece(hash, reading->whole, strlen(reading->whole));
		} else {
			hash_piece(hash, octets->str, octets->len);
		}
		ok = EVP_DigestFinal_ex(hash, key_r, NULL) == 1;
	}
	EVP_MD_CTX_free(hash);
	return ok;
}

/* The Message-IDs of what a correction corrects: of a part's, where there was one. */
static void refer_to(const struct settings *settings, const struct draft *corrects,
		     struct draft *draft)
{
	draft->corrects = corrects->id;
	g_free(draft->in_reply_to);
	draft->in_reply_to = broadcast_mail_id(settings, corrects, "");
	for (guint i = 0; i < draft->parts->len; i++) {
		struct part *part = g_ptr_array_index(draft->parts, i);

		if (part_find(corrects->parts, part->language) == NULL)
			continue;
		g_free(part->in_reply_to);
		part->in_reply_to = broadcast_mail_id(settings, corrects, part->language);
	}
}

static void add_footers(const struct intake_context *context,
			const struct recipient *recipient, GPtrArray *parts)
{
	for (guint i = 0; i < parts->len; i++) {
		struct part *part = g_ptr_array_index(parts, i);

		g_free(part->footer);
		part->footer = broadcast_footer_make(context->setup, recipient->broadcast,
						     recipient->standing.section,
						     part->list, part->language);
	}
}

struct draft *draft_make(const struct intake_context *context,
			 const struct recipient *recipient,
			 const struct draft_reading *reading)
{
	struct draft *draft = draft_new();
	const struct broadcast *broadcast = recipient->broadcast;

	draft->queue_id = g_strdup(context->envelope->queue_id);
	draft->broadcast = g_strdup(broadcast->mail);
	draft->broadcast_ja = g_strdup(broadcast->name_ja);
	draft->broadcast_en = g_strdup(broadcast->name_en);
	draft->list = g_strdup(broadcast->list);
	draft->section = g_strdup(recipient->standing.section->dn);
	draft->section_ja = g_strdup(recipient->standing.section->name_ja);
	draft->section_en = g_strdup(recipient->standing.section->name_en);
	draft->author_dn = g_strdup(recipient->person->dn);
	draft->subject = g_strdup(reading->subject);
	draft->text = g_strdup(reading->text.text);
	draft->characters = (int64_t)draft_text_count(context->setup->settings, reading);
	draft->submitted_at = clock_now();
	draft->expires_at = draft->submitted_at + context->setup->settings->draft_expiry;
	draft->urgent = reading->urgent;
	draft->send_at = reading->send_at;
	draft->quiet_hours = g_strdup(broadcast->quiet_hours);
	draft->footer = broadcast_footer_make(
	    context->setup, broadcast, recipient->standing.section, broadcast->list, "");
	draft->reply_to = broadcast_footer_find_reply_to(context->setup, broadcast,
							 recipient->standing.section);
	draft->in_reply_to = g_strdup("");
	draft->parts = g_ptr_array_ref(reading->parts);
	add_footers(context, recipient, draft->parts);
	draft->warnings = draft_findings_pack_warnings(reading->findings);
	draft_warnings_add_missing(draft, broadcast->twins);
	if (reading->cut_footer != NULL)
		draft_warnings_add_note(draft, "cut-footer", reading->cut_footer);
	if (reading->cut_signature != NULL)
		draft_warnings_add_note(draft, "cut-signature", reading->cut_signature);
	if (reading->writer != NULL)
		draft_warnings_add_signatures(draft, reading->writer);
	if (reading->corrects != NULL)
		refer_to(context->setup->settings, reading->corrects, draft);
	if (reading->drill == DRILL_MARKED)
		draft_drill_apply(broadcast, draft);
	return draft;
}

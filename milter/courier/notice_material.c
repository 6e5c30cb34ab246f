/*
 * NAME
 *	notice_material - what is read from the store for a notice
 *
 * DESCRIPTION
 *	All of it in one transaction, so that the mail does not contradict itself.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/courier/notice_material.h"

#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/notice.h"
#include "milter/draft/preview.h"
#include "milter/mail/message.h"
#include "policy/text.h"
#include "schema/store_incident.h"
#include "schema/store_audience.h"

void notice_material_clear(struct notice_material *material)
{
	draft_free(material->draft);
	release_summary_clear(&material->release);
	draft_free(material->corrected);
	party_free(material->reader);
	if (material->parties != NULL)
		g_ptr_array_unref(material->parties);
	if (material->askings != NULL)
		g_ptr_array_unref(material->askings);
	suspension_free(material->suspension);
	resident_request_free(material->request);
	if (material->originals != NULL)
		g_array_unref(material->originals);
	g_free(material->part_subscribers);
}

/* How far the draft's release is, and what holds it up. */
static bool read_progress(struct store *store, struct notice_material *material,
			  struct kairan_error *error_r)
{
	const struct draft *draft = material->draft;

	if (!store_release_summarize(store, draft->id, &material->release, error_r))
		return false;
	/* Recipients are counted when the release begins; before, it is the list. */
	if (draft->recipients == 0)
		material->release.unserved = material->subscribers;
	return store_suspension_find(store, draft->broadcast, clock_now(),
				     &material->suspension, error_r) != ANSWER_UNKNOWN;
}

/* How many it went to, or would go to now: a list is not gone through once more for each of the
 * notices that are written while it is handed over. */
static bool read_audience(struct store *store, struct notice_material *material,
			  struct kairan_error *error_r)
{
	const struct draft *draft = material->draft;
	struct audience audience;

	if (!store_audience_find(store, draft, NULL, &audience, error_r))
		return false;
	material->is_limited = audience.had != 0;
	if (draft->recipients != 0)
		return store_release_count_language(store, draft->id, "",
						    &material->subscribers, error_r);
	return store_audience_count(store, &audience, &material->subscribers, error_r);
}

static bool read_part_audiences(struct store *store, struct notice_material *material,
				struct kairan_error *error_r)
{
	const struct draft *draft = material->draft;
	bool ok = true;

	material->part_subscribers = g_new0(int64_t, draft->parts->len + 1);
	for (guint i = 0; ok && i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);
		int64_t *count = &material->part_subscribers[i];
		struct audience audience;

		if (draft->recipients != 0)
			ok = store_release_count_language(store, draft->id,
							  part->language, count, error_r);
		else
			ok =
			    store_audience_find(store, draft, part, &audience, error_r) &&
			    store_audience_count(store, &audience, count, error_r);
	}
	return ok;
}

static void clear_original(void *context)
{
	g_free((void *)((struct message_original *)context)->octets);
}

/* Takes over the octets. */
static void attach(struct notice_material *material, char *octets, size_t length)
{
	const struct message_original original = { octets, length, "original.eml" };

	material->originals = g_array_new(FALSE, FALSE, sizeof(struct message_original));
	g_array_set_clear_func(material->originals, clear_original);
	g_array_append_val(material->originals, original);
}

static bool read_original(struct store *store, const struct outbox_notice *notice,
			  struct notice_material *material, struct kairan_error *error_r)
{
	char *octets = NULL;
	size_t length = 0;

	if (store_draft_find_original(store, notice->draft, &octets, &length, error_r) !=
	    ANSWER_YES)
		return false;
	attach(material, octets, length);
	return true;
}

static bool read_draft(struct store *store, const struct outbox_notice *notice,
		       struct notice_material *material, struct kairan_error *error_r)
{
	if (store_draft_find(store, notice->draft, &material->draft, error_r) !=
	    ANSWER_YES)
		return error_set(error_r, "notice %lld: draft %lld cannot be read",
				 (long long)notice->id, (long long)notice->draft);
	if (notice->party >= 0 &&
	    store_draft_find_party(store, notice->draft, notice->party, &material->reader,
				   error_r) != ANSWER_YES)
		return error_set(error_r, "notice %lld: its reader cannot be read",
				 (long long)notice->id);
	if (material->draft->corrects != 0 &&
	    store_draft_find(store, material->draft->corrects, &material->corrected,
			     error_r) != ANSWER_YES)
		return error_set(error_r, "notice %lld: what it corrects cannot be read",
				 (long long)notice->id);
	material->parties = store_draft_list_parties(store, notice->draft, error_r);
	material->askings = store_outbox_list_askings(store, notice, error_r);
	if (material->parties == NULL || material->askings == NULL ||
	    !read_audience(store, material, error_r) ||
	    !read_part_audiences(store, material, error_r) ||
	    !read_progress(store, material, error_r))
		return false;
	return strcmp(notice->kind, NOTICE_REQUEST) != 0 || notice->is_bare ||
	       read_original(store, notice, material, error_r);
}

/* A number among the facts of notices whose kind begins like that; 0: there is none. */
static int64_t find_number(const struct outbox_notice *notice, const char *kind,
			   const char *name)
{
	json_t *facts = NULL;
	const char *text;
	int64_t number = 0;

	if (text_begins_with(notice->kind, kind))
		facts = json_loads(notice->facts, 0, NULL);
	text = json_string_value(json_object_get(facts, name));
	if (text != NULL)
		number = g_ascii_strtoll(text, NULL, 10);
	json_decref(facts);
	return number;
}

/* A report of an incident is attached as it came, with whatever is attached to it; what a
 * resident asked for has the address to confirm it by. */
static bool read_named(struct store *store, const struct outbox_notice *notice,
		       struct notice_material *material, struct kairan_error *error_r)
{
	const int64_t note = find_number(notice, NOTICE_INCIDENT, "incident_note");
	const int64_t request = find_number(notice, NOTICE_RESIDENT, "request");
	char *octets = NULL;
	size_t length = 0;
	bool ok = true;

	if (strcmp(notice->kind, NOTICE_PREVIEW) == 0)
		material->originals = preview_read_mails(notice->facts);
	if (note == 0 && request == 0)
		return true;
	if (!store_begin_grouped(store, error_r))
		return false;
	if (note != 0)
		ok = store_incident_find_original(store, note, &octets, &length,
						  error_r) != ANSWER_UNKNOWN;
	if (octets != NULL)
		attach(material, octets, length);
	if (ok && request != 0)
		ok = store_resident_find(store, request, &material->request, error_r) !=
		     ANSWER_UNKNOWN;
	store_rollback(store);
	return ok;
}

bool notice_material_read(struct store *store, const struct outbox_notice *notice,
			  struct notice_material *material_r,
			  struct kairan_error *error_r)
{
	bool ok;

	*material_r = (struct notice_material){ 0 };
	/* What is about no draft is written without the store, which may be what it is about. */
	if (notice->draft == 0)
		return read_named(store, notice, material_r, error_r);
	if (!store_begin_grouped(store, error_r))
		return false;
	ok = read_draft(store, notice, material_r, error_r);
	store_rollback(store);
	return ok;
}

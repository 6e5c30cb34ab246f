/*
 * NAME
 *	notice_resident - what the notices to residents say
 *
 * DESCRIPTION
 *	The addresses to write to, each with a ready mail; the address to confirm by, which
 *	becomes the mail's Reply-To; and the terms of use (templates terms.txt) with their
 *	version, the one that is then agreed to.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/courier/notice_resident.h"

#include <string.h>

#include "conf/clock.h"
#include "milter/core/confirming.h"
#include "milter/core/notice.h"
#include "milter/core/own_address.h"
#include "milter/draft/answer_address.h"

#define DAY_SECONDS 86400

/* Is there something to be confirmed, and with which words? NULL: there is not. */
static const char *find_word(const char *kind)
{
	if (strcmp(kind, NOTICE_RESIDENT_JOIN) == 0)
		return "word.confirm-join";
	if (strcmp(kind, NOTICE_RESIDENT_PAUSE) == 0)
		return "word.confirm-pause";
	if (strcmp(kind, NOTICE_RESIDENT_TERMS) == 0)
		return "word.confirm-terms";
	return strcmp(kind, NOTICE_RESIDENT_LEAVE) == 0 ? "word.confirm-leave" : NULL;
}

/* The last day of a pause. */
static void put_pause(struct notice_facts *facts, int64_t until)
{
	char day[32];

	if (until == 0)
		return;
	clock_format(until - 1, facts->setup->settings->time_zone, "%Y-%m-%d", day,
		     sizeof(day));
	notice_facts_put(facts, "pause_until", day);
}

/* An address of the list, and a link that opens an empty mail to it (NULL: none is wanted). */
static void put_list_address(struct notice_facts *facts, enum service_kind kind,
			     const char *name, const char *link_name)
{
	const char *list = notice_facts_get(facts, "list");
	g_autofree char *address = own_address_make(facts->setup->settings, kind, list);
	g_autofree char *link = g_strconcat("mailto:", address, NULL);

	if (*list == '\0')
		return;
	notice_facts_put(facts, name, address);
	if (link_name != NULL)
		notice_facts_put(facts, link_name, link);
}

/* Who answers for the list. Answers go there, but where something is to be confirmed. */
static void put_owner(struct notice_facts *facts)
{
	const char *list = notice_facts_get(facts, "list");
	g_autofree char *address =
	    g_strdup_printf("%s-owner@%s", list, facts->setup->settings->service_domain);

	if (*list == '\0' || !setting_value_is_reply_to(address))
		return;
	notice_facts_put(facts, "owner_address", address);
	notice_facts_put(facts, "reply_address", address);
}

static bool put_confirmation(struct notice_facts *facts, const char *word,
			     const struct resident_request *request,
			     struct kairan_error *error_r)
{
	const struct settings *settings = facts->setup->settings;
	const char *said =
	    template_get_phrase(facts->setup->templates, facts->language, word);
	g_autofree char *address = confirming_make_address(facts->setup, request);
	g_autofree char *link = NULL;

	if (address == NULL)
		return error_set(error_r, "notice: no token for request %lld",
				 (long long)request->id);
	link =
	    answer_address_link(address, notice_facts_get(facts, "broadcast_name"), said);
	notice_facts_put(facts, "reply_address", address);
	notice_facts_put(facts, "confirm_link", link);
	notice_facts_put_time(facts, "confirm_until",
			      request->made_at + settings->confirm_window);
	return true;
}

static void put_days(struct notice_facts *facts, const char *name, int64_t seconds)
{
	g_autofree char *days = g_strdup_printf(
	    "%lld", (long long)((seconds + DAY_SECONDS - 1) / DAY_SECONDS));

	notice_facts_put(facts, name, days);
}

static bool put_terms(struct notice_facts *facts, struct kairan_error *error_r)
{
	const struct settings *settings = facts->setup->settings;
	struct template_mail terms = { NULL, NULL, NULL };

	put_days(facts, "left_days", settings->keep_left);
	put_days(facts, "sent_days",
		 MAX(settings->keep_recipients, settings->keep_notices));
	if (!template_fill(facts->setup->templates, facts->language, NOTICE_TERMS,
			   facts->table, &terms, error_r))
		return false;
	notice_facts_put(facts, "terms_title", terms.subject);
	notice_facts_put(facts, "terms_text", terms.text);
	template_mail_clear(&terms);
	return true;
}

bool notice_resident_put(struct notice_facts *facts, const struct outbox_notice *notice,
			 const struct notice_material *material,
			 struct kairan_error *error_r)
{
	const struct settings *settings = facts->setup->settings;
	const char *word = find_word(notice->kind);
	g_autofree char *status = own_address_make(settings, SERVICE_STATUS, "");

	if (!notice_is_for_resident(notice->kind))
		return true;
	notice_facts_put(facts, "terms_version", settings->terms_version);
	notice_facts_put(facts, "service_name",
			 facts->is_japanese ? settings->notice_name_ja
					    : settings->notice_name_en);
	if (notice_facts_get(facts, "list") == NULL)
		notice_facts_put(facts, "list", "");
	if (*notice_facts_get(facts, "list") == '\0')
		notice_facts_put(facts, "broadcast_name",
				 notice_facts_get(facts, "service_name"));
	put_list_address(facts, SERVICE_JOIN, "join_address", "join_link");
	put_list_address(facts, SERVICE_LEAVE, "leave_address", "leave_link");
	put_owner(facts);
	put_list_address(facts, SERVICE_PAUSE, "pause_address", NULL);
	notice_facts_put(facts, "status_address", status);
	if (material->request != NULL) {
		put_pause(facts, material->request->until);
		if (*material->request->terms != '\0')
			notice_facts_put(facts, "terms_version",
					 material->request->terms);
	}
	if (word != NULL && material->request != NULL &&
	    !put_confirmation(facts, word, material->request, error_r))
		return false;
	return put_terms(facts, error_r);
}

/*
 * NAME
 *	notice_draft - what a notice says of its draft
 *
 * DESCRIPTION
 *	Who wrote it and who was asked, how it stands, when it goes out, how far its release
 *	is and what holds it up.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/courier/notice_draft.h"

#include <string.h>

#include "conf/clock.h"
#include "milter/core/notice.h"
#include "milter/draft/parts.h"
#include "milter/draft/schedule.h"
#include "milter/draft/warnings.h"
#include "policy/language.h"
#include "policy/links.h"
#include "policy/part.h"

/* The people who were asked: "name (role), name (role)", with the language's marks. */
static char *list_asked(const struct notice_facts *facts, const GPtrArray *parties)
{
	const bool ja = facts->is_japanese;
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);
		g_autofree char *key = g_strdup_printf("role.%s", party->role);

		if (party->number == DRAFT_AUTHOR)
			continue;
		g_string_append_printf(
		    list, ja ? "%s%s（%s）" : "%s%s (%s)",
		    list->len == 0 ? ""
		    : ja           ? "、"
				   : ", ",
		    party->name,
		    template_get_phrase(facts->setup->templates, facts->language, key));
	}
	return g_string_free(list, FALSE);
}

/* Mails of one moment and kind are one line; who could not be reached is marked. */
static void add_asking(const struct notice_facts *facts, const GPtrArray *askings,
		       guint which, GString *text)
{
	const struct outbox_asking *asking = g_ptr_array_index(askings, which);
	const struct outbox_asking *last =
	    which > 0 ? g_ptr_array_index(askings, which - 1) : NULL;
	const bool ja = facts->is_japanese;
	g_autofree char *key = g_strdup_printf("asked.%s", asking->kind);
	char when[64];

	clock_format(asking->at, facts->setup->settings->time_zone,
		     ja ? "%-m月%-d日 %H:%M" : "%m-%d %H:%M", when, sizeof(when));
	if (last == NULL || last->at != asking->at ||
	    strcmp(last->kind, asking->kind) != 0)
		g_string_append_printf(
		    text, "\n  %s  %s  ", when,
		    template_get_phrase(facts->setup->templates, facts->language, key));
	else
		g_string_append(text, ja ? "、" : ", ");
	g_string_append(text, asking->name);
	if (asking->state != OUTBOX_ACCEPTED)
		g_string_append(text, template_get_phrase(facts->setup->templates,
							  facts->language,
							  asking->state == OUTBOX_REFUSED
							      ? "asked.refused"
							      : "asked.waiting"));
}

/* Who was asked before this notice, and when. Of what was decided in time nobody needs to know. */
static void put_askings(struct notice_facts *facts,
			const struct notice_material *material)
{
	const struct draft *draft = material->draft;
	GString *text = g_string_new(NULL);

	if (material->askings->len > 0 &&
	    (draft->state == DRAFT_HELD || draft->calls > 0)) {
		g_string_append(text,
				template_get_phrase(facts->setup->templates,
						    facts->language, "asked.heading"));
		for (guint i = 0; i < material->askings->len; i++)
			add_asking(facts, material->askings, i, text);
	}
	notice_facts_put(facts, "asked_before", text->str);
	(void)g_string_free(text, TRUE);
}

static void put_warnings(struct notice_facts *facts,
			 const struct notice_material *material)
{
	const bool for_writer =
	    material->reader != NULL && material->reader->number == DRAFT_AUTHOR;
	g_autofree char *warnings =
	    draft_warnings_write(facts->setup, facts->language, material->draft,
				 for_writer ? WARNINGS_WRITER : WARNINGS_DECIDER);
	g_autofree char *notes =
	    draft_warnings_write_notes(facts->setup, facts->language, material->draft);

	notice_facts_put(facts, "draft_notes", notes);

	notice_facts_put(facts, "warnings", warnings);
	if (*warnings != '\0')
		notice_facts_put_phrase(facts, "warning_mark", "warning", "mark");
}

static void add_links(GString *text, const char *utf8, const char *domains)
{
	struct link link = { LINK_OTHER, 0, 0, false };

	while (links_find(utf8, link.offset + link.length, domains, &link))
		g_string_append_printf(text, "\n  %.*s", (int)link.length,
				       utf8 + link.offset);
}

/* Each address of a page in full, where they count apart: it is them that whoever approves has to
 * look at. */
static void put_links(struct notice_facts *facts, const struct draft *draft)
{
	const char *domains = facts->setup->settings->link_domains;
	GString *text = g_string_new(NULL);

	if (*domains != '\0')
		add_links(text, draft->text, domains);
	for (guint i = 0; *domains != '\0' && i < draft->parts->len; i++)
		add_links(text,
			  ((const struct part *)g_ptr_array_index(draft->parts, i))->text,
			  domains);
	if (text->len > 0)
		g_string_prepend(text,
				 template_get_phrase(facts->setup->templates,
						     facts->language, "links.heading"));
	notice_facts_put(facts, "links", text->str);
	(void)g_string_free(text, TRUE);
}

/* "time (why then)", or that it goes out without waiting. */
static void put_goes_out(struct notice_facts *facts, const struct draft *draft)
{
	const bool held = draft->state == DRAFT_HELD;
	int64_t at = draft->due_at;
	const char *why;

	if (held)
		(void)draft_schedule_find_plain(facts->setup, draft, &at);
	notice_facts_put_time(facts, "goes_out", at);
	if (*draft->stays != '\0')
		return;
	if (at <= clock_now())
		why = held ? "now" : "soon";
	else
		why = at == draft->send_at ? "asked" : "quiet";
	notice_facts_put_phrase(facts, "goes_out_why", "goes-out", why);
	if (at <= clock_now())
		notice_facts_put(facts, "goes_out", "");
	if (draft->urgent)
		notice_facts_put_phrase(facts, "urgent_mark", "mark", "urgent");
}

/* Above all else: a drill is no broadcast. */
static void put_drill(struct notice_facts *facts, const struct draft *draft)
{
	struct notice_facts one = notice_facts_make(facts->setup, facts->language);
	char *note;

	notice_facts_put(&one, "list", draft->list);
	note = draft->is_drill
		   ? template_fill_phrase(facts->setup->templates, facts->language,
					  "drill.note", one.table)
		   : NULL;
	notice_facts_put(facts, "drill_note", note);
	g_free(note);
	notice_facts_clear(&one);
}

/* What there is in other languages, and for whom: a line each. */
static void put_languages(struct notice_facts *facts,
			  const struct notice_material *material)
{
	const struct draft *draft = material->draft;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);
		struct notice_facts one =
		    notice_facts_make(facts->setup, facts->language);
		char *line;

		notice_facts_put(&one, "language",
				 language_name(part->language, facts->language));
		notice_facts_put(&one, "list", part->list);
		notice_facts_put_number(&one, "subscribers",
					material->part_subscribers[i]);
		notice_facts_put_number(&one, "characters", part->characters);
		notice_facts_put_number(&one, "limit",
					facts->setup->settings->twin_character_limit);
		line = template_fill_phrase(facts->setup->templates, facts->language,
					    draft->recipients != 0 ? "languages.sent"
								   : "languages.held",
					    one.table);
		g_string_append_printf(text, "%s  %s", text->len > 0 ? "\n" : "", line);
		g_free(line);
		notice_facts_clear(&one);
	}
	notice_facts_put(facts, "languages", text->str);
	(void)g_string_free(text, TRUE);
}

/* How far the release is, and how it went when there is one. */
static void put_release(struct notice_facts *facts, const struct release_summary *release)
{
	notice_facts_put_number(facts, "served", release->served);
	notice_facts_put_number(facts, "unknown", release->unknown);
	notice_facts_put_number(facts, "unserved", release->unserved);
	if (release->shards == 0)
		return;
	notice_facts_put_number(facts, "shards", release->shards);
	notice_facts_put(facts, "queue_ids", release->queue_ids);
	if (release->repeated > 0)
		notice_facts_put_number(facts, "repeated", release->repeated);
}

/* What a correction corrects (Art. 13-3), and how long the error has stood. */
static void put_corrected(struct notice_facts *facts, const struct draft *draft,
			  const struct draft *corrected)
{
	const int64_t until = draft->released_at != 0 ? draft->released_at : clock_now();
	g_autofree char *all = draft_parts_write(facts->setup->settings->part_line,
						 facts->language, corrected, false);
	g_autofree char *text = notice_quote_text(all);

	notice_facts_put_number(facts, "corrects", corrected->id);
	notice_facts_put_time(facts, "corrected_at", draft_sent_at(corrected));
	notice_facts_put_duration(facts, "correction_delay", draft_sent_at(corrected),
				  until);
	notice_facts_put(facts, "corrected_text", text);
}

/* How what did not go out may be sent once more: a correction by another reply. */
static void put_again(struct notice_facts *facts, const struct draft *draft)
{
	char *how = template_fill_phrase(
	    facts->setup->templates, facts->language,
	    draft->corrects != 0 ? "again.correction" : "again.draft", facts->table);

	notice_facts_put(facts, "again_how", how);
	g_free(how);
}

/* What holds the draft up (Art. 7). */
static void put_suspension(struct notice_facts *facts,
			   const struct suspension *suspension)
{
	if (suspension == NULL)
		return;
	notice_facts_put_time(facts, "suspended_until", suspension->until);
	notice_facts_put(facts, "suspended_reason", suspension->reason);
}

/* What stood with the decision: a reason where one is asked for, and else a remark. */
static void put_reason(struct notice_facts *facts, const struct draft *draft)
{
	const bool approved = draft->state == DRAFT_APPROVED ||
			      draft->state == DRAFT_RELEASING ||
			      draft->state == DRAFT_RELEASED;

	if (draft->state == DRAFT_SENT_BACK && *draft->reason == '\0')
		notice_facts_put_phrase(facts, "reason", "note", "no-reason");
	else
		notice_facts_put(facts, approved && !draft->urgent ? "remark" : "reason",
				 draft->reason);
}

/* Who decided, and whether for the approver (Art. 4: 代決). */
static void put_decider(struct notice_facts *facts,
			const struct notice_material *material)
{
	const struct draft *draft = material->draft;
	char *name;

	notice_facts_put(facts, "decider_name", draft->decided_name);
	for (guint i = 1; draft->decided_by != NULL && i < material->parties->len; i++) {
		const struct party *party = g_ptr_array_index(material->parties, i);

		if (strcmp(party->uid, draft->decided_by) != 0 ||
		    strcmp(party->role, duty_name(DUTY_DELEGATE)) != 0)
			continue;
		name = template_fill_phrase(facts->setup->templates, facts->language,
					    "mark.stand-in", facts->table);
		notice_facts_put(facts, "decider_name", name);
		g_free(name);
		return;
	}
}

void notice_draft_put(struct notice_facts *facts, const struct notice_material *material)
{
	const struct draft *draft = material->draft;
	const bool ja = facts->is_japanese;
	const struct party *author = g_ptr_array_index(material->parties, DRAFT_AUTHOR);
	g_autofree char *all = draft_parts_write(facts->setup->settings->part_line,
						 facts->language, draft, false);
	g_autofree char *quoted = notice_quote_text(all);
	g_autofree char *asked = list_asked(facts, material->parties);
	g_autofree char *full = draft_parts_write(facts->setup->settings->part_line,
						  facts->language, draft, true);

	notice_facts_put_number(facts, "draft", draft->id);
	notice_facts_put(facts, "subject", draft->subject);
	notice_facts_put(facts, "text", full);
	notice_facts_put(facts, "draft_text", all);
	notice_facts_put(facts, "reply_to", draft->reply_to);
	notice_facts_put(facts, "quoted_text", quoted);
	notice_facts_put(facts, "broadcast", draft->broadcast);
	notice_facts_put(facts, "broadcast_name",
			 ja ? draft->broadcast_ja : draft->broadcast_en);
	notice_facts_put(facts, "section_name",
			 ja ? draft->section_ja : draft->section_en);
	notice_facts_put(facts, "author_name", author->name);
	notice_facts_put(facts, "author_mail", author->mail);
	notice_facts_put_number(facts, "characters", draft->characters);
	notice_facts_put_number(facts, "limit", facts->setup->settings->character_limit);
	notice_facts_put_number(facts, "subscribers", material->subscribers);
	notice_facts_put_time(facts, "submitted_at", draft->submitted_at);
	notice_facts_put_time(facts, "expires_at", draft->expires_at);
	notice_facts_put_time(facts, "released_at", draft->released_at);
	notice_facts_put_time(facts, "decided_at", draft->decided_at);
	notice_facts_put_number(facts, "recipients", draft->recipients);
	notice_facts_put_duration(facts, "duration", draft->decided_at,
				  draft->released_at);
	put_drill(facts, draft);
	put_goes_out(facts, draft);
	put_warnings(facts, material);
	put_links(facts, draft);
	put_languages(facts, material);
	put_release(facts, &material->release);
	if (material->corrected != NULL)
		put_corrected(facts, draft, material->corrected);
	if (material->is_limited)
		notice_facts_put_phrase(facts, "correction_scope", "correction", "scope");
	put_again(facts, draft);
	notice_facts_put_phrase(facts, "state", "state",
				*draft->stays != '\0' ? "stays"
						      : lifecycle_name(draft->state));
	put_decider(facts, material);
	put_reason(facts, draft);
	notice_facts_put(facts, "asked", asked);
	put_suspension(facts, material->suspension);
	put_askings(facts, material);
}

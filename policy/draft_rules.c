/*
 * NAME
 *	draft_rules - the rules for a draft's text
 *
 * DESCRIPTION
 *	Art. 13-2(2): as short as can be, within the limit, counted as a person counts.
 *	Art. 13-2(3): text only, no machine-dependent characters. Art. 13-2(4): no protected
 *	data, and no address by which somebody decides. A subject is asked for, since a phone
 *	shows it first.
 *
 *	All rules are judged, so that the writer mends everything at once. The SMTP reply has
 *	room for one: the first in the order of the table.
 *
 * DIAGNOSTICS
 *	None: every answer is a verdict.
 */
#include "policy/draft_rules.h"

#include <stdio.h>
#include <string.h>

#include "policy/blanks.h"
#include "policy/leaked_token.h"
#include "policy/links.h"
#include "policy/machine_dependent.h"
#include "policy/protected_data.h"
#include "policy/text.h"

static bool has_domains(const struct draft_facts *facts)
{
	return facts->link_domains != NULL && *facts->link_domains != '\0';
}

size_t draft_rules_count(const struct draft_facts *facts)
{
	const size_t text = text_count_characters(facts->text);
	const size_t links =
	    has_domains(facts) ? links_count_own(facts->text, facts->link_domains) : 0;

	return text - MIN(links, text) +
	       (facts->counts_subject ? text_count_characters(facts->subject) : 0);
}

static void find_automatic(const struct draft_facts *facts, GPtrArray *findings)
{
	if (facts->is_automatic)
		(void)finding_add_whole(findings, REASON_AUTOMATIC, "");
}

static void find_attachments(const struct draft_facts *facts, GPtrArray *findings)
{
	if (facts->attachments[0] != '\0')
		(void)finding_add_whole(findings, REASON_ATTACHMENT, facts->attachments);
}

static void find_html(const struct draft_facts *facts, GPtrArray *findings)
{
	if (facts->has_html_twin && facts->refuses_html_twin)
		(void)finding_add_whole(findings, REASON_HTML_TWIN, "");
	if (facts->is_html_only && facts->refuses_html_only)
		(void)finding_add_whole(findings, REASON_NO_TEXT_PART, "");
}

static void find_subject(const struct draft_facts *facts, GPtrArray *findings)
{
	if (facts->subject[0] == '\0')
		(void)finding_add_whole(findings, REASON_NO_SUBJECT, "");
}

/* More octets than so many characters ever need, such as line breaks without end, or marks
 * piled on one letter, which count as nothing. */
#define OCTETS_OF_CHARACTER 64

/* A subject is no second text, whether it counts or not. */
#define SUBJECT_MOST 200

static void add_too_long(GPtrArray *findings, const char *what, size_t count,
			 const char *unit, size_t limit)
{
	char detail[96];
	struct finding *finding;

	(void)snprintf(detail, sizeof(detail), "%s%zu %s, limit %zu", what, count, unit,
		       limit);
	finding = finding_add_whole(findings, REASON_TOO_LONG, detail);
	finding->count = count;
	finding->limit = limit;
}

static void find_length(const struct draft_facts *facts, GPtrArray *findings)
{
	const size_t limit = facts->character_limit;
	const size_t count = draft_rules_count(facts);
	const size_t octets = strlen(facts->text);
	const size_t subject = text_count_characters(facts->subject);

	if (text_count_characters(facts->text) == 0)
		(void)finding_add_whole(findings, REASON_EMPTY, "");
	else if (count > limit)
		add_too_long(findings, "", count, "characters", limit);
	else if (octets / OCTETS_OF_CHARACTER > limit)
		add_too_long(findings, "", octets, "octets", limit * OCTETS_OF_CHARACTER);
	if (subject > SUBJECT_MOST)
		add_too_long(findings, "subject of ", subject, "characters",
			     SUBJECT_MOST);
	else if (strlen(facts->subject) / OCTETS_OF_CHARACTER > SUBJECT_MOST)
		add_too_long(findings, "subject of ", strlen(facts->subject), "octets",
			     (size_t)SUBJECT_MOST * OCTETS_OF_CHARACTER);
}

static const char *find_place_text(const struct draft_facts *facts,
				   enum finding_place place)
{
	return place == FINDING_SUBJECT ? facts->subject : facts->text;
}

static void find_misfits(const struct draft_facts *facts, GPtrArray *findings)
{
	if (facts->may_be_wide || facts->misfits == NULL)
		return;
	for (guint i = 0; i < facts->misfits->len; i++) {
		const struct misfit *misfit = g_ptr_array_index(facts->misfits, i);
		struct finding *finding =
		    finding_add_span(findings, REASON_CHARSET, misfit->place,
				     find_place_text(facts, misfit->place),
				     misfit->offset, misfit->length);

		finding->instead = g_strdup(misfit->instead);
		/* It looks like what is to be written instead. */
		finding->rule = machine_dependent_name_second_code(finding->offending);
	}
}

static void find_tokens_in(enum finding_place place, const char *utf8,
			   GPtrArray *findings)
{
	size_t offset = 0, length;

	for (; leaked_token_find(utf8, &offset, &length) && findings->len < FINDINGS_MOST;
	     offset += length)
		(void)finding_add_span(findings, REASON_LEAKED_TOKEN, place, utf8, offset,
				       length);
}

static void find_tokens(const struct draft_facts *facts, GPtrArray *findings)
{
	find_tokens_in(FINDING_SUBJECT, facts->subject, findings);
	find_tokens_in(FINDING_TEXT, facts->text, findings);
}

static void find_protected(const struct draft_facts *facts, GPtrArray *findings)
{
	if (facts->patterns == NULL)
		return;
	protected_data_find(facts->patterns, FINDING_SUBJECT, facts->subject, findings);
	protected_data_find(facts->patterns, FINDING_TEXT, facts->text, findings);
}

static void find_blanks_in(const struct draft_facts *facts, enum finding_place place,
			   const char *utf8, GPtrArray *findings)
{
	size_t offset = 0, length;

	for (; findings->len < FINDINGS_MOST && blanks_find(utf8, &offset, &length);
	     offset += length)
		finding_add_span(findings, REASON_BLANK, place, utf8, offset, length)
		    ->refuses = facts->refuses_blanks;
}

static void find_blanks(const struct draft_facts *facts, GPtrArray *findings)
{
	find_blanks_in(facts, FINDING_SUBJECT, facts->subject, findings);
	find_blanks_in(facts, FINDING_TEXT, facts->text, findings);
}

/* A disguised one is refused whatever the town thinks of others. */
static void find_links_in(const struct draft_facts *facts, enum finding_place place,
			  const char *utf8, GPtrArray *findings)
{
	struct link link = { LINK_OTHER, 0, 0, false };

	while (findings->len < FINDINGS_MOST &&
	       links_find(utf8, link.offset + link.length, facts->link_domains, &link)) {
		if (link.kind != LINK_OWN)
			finding_add_span(findings, REASON_LINK, place, utf8, link.offset,
					 link.length)
			    ->refuses =
			    link.kind == LINK_DISGUISED || facts->refuses_other_links;
		if (link.kind != LINK_DISGUISED && link.runs_on)
			finding_add_span(findings, REASON_LINK_END, place, utf8,
					 link.offset, link.length)
			    ->refuses = false;
	}
}

static void find_links(const struct draft_facts *facts, GPtrArray *findings)
{
	if (!has_domains(facts))
		return;
	find_links_in(facts, FINDING_SUBJECT, facts->subject, findings);
	find_links_in(facts, FINDING_TEXT, facts->text, findings);
}

/* In the order of what is said first. */
static void (*const draft_rules[])(const struct draft_facts *, GPtrArray *) = {
	find_automatic, find_attachments, find_html,      find_subject, find_tokens,
	find_length,    find_misfits,     find_protected, find_blanks,  find_links,
};

/* Either may be NULL. */
static bool is_same(const char *language, const char *other)
{
	return language == NULL || other == NULL ? language == other
						 : strcmp(language, other) == 0;
}

/* "2 machine-dependent characters, first in line 3", "first in the subject". */
static void describe_places(const GPtrArray *findings, const struct finding *first,
			    const char *one, const char *many, char detail_r[96])
{
	char place[32] = "the subject";
	const char *language = first->language;
	size_t count = 0;

	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		count += finding->refuses && finding->reason == first->reason &&
			 is_same(finding->language, language);
	}
	if (first->place == FINDING_TEXT)
		(void)snprintf(place, sizeof(place), "line %zu", first->line);
	(void)snprintf(detail_r, 96, "%zu %s, first in %s%s%s", count,
		       count == 1 ? one : many, place, language != NULL ? " of " : "",
		       language != NULL ? language : "");
}

static void set_verdict(const GPtrArray *findings, const struct finding *first,
			struct verdict *verdict_r)
{
	static const struct {
		enum reason reason;
		const char *one, *many;
	} names[] = {
		{ REASON_BLANK, "blank", "blanks" },
		{ REASON_LINK, "link", "links" },
		{ REASON_PART_LINE, "such line", "such lines" },
		{ REASON_CHARSET, "machine-dependent character",
		  "machine-dependent characters" },
		{ REASON_PROTECTED, "piece of protected data",
		  "pieces of protected data" },
		{ REASON_LEAKED_TOKEN, "address with a token", "addresses with a token" },
	};
	char detail[96];

	verdict_set(verdict_r, first->reason,
		    first->reason == REASON_TOO_LONG ? first->offending : NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (names[i].reason != first->reason)
			continue;
		describe_places(findings, first, names[i].one, names[i].many, detail);
		verdict_set(verdict_r, first->reason, detail);
	}
}

/* Beyond any text that its writer would want the other findings of: looking for them takes
 * seconds. */
#define FAR_OCTETS ((size_t)256 * 1024)

bool draft_rules_is_far_too_long(const struct draft_facts *facts)
{
	return strlen(facts->text) >
	       FAR_OCTETS + facts->character_limit * OCTETS_OF_CHARACTER;
}

void draft_rules_judge(const struct draft_facts *facts, GPtrArray *findings,
		       struct verdict *verdict_r)
{
	const bool is_far = draft_rules_is_far_too_long(facts);
	const guint first = findings->len;

	if (is_far)
		add_too_long(findings, "", strlen(facts->text), "octets",
			     facts->character_limit * OCTETS_OF_CHARACTER);
	for (size_t i = 0; !is_far && i < sizeof(draft_rules) / sizeof(draft_rules[0]);
	     i++)
		draft_rules[i](facts, findings);
	for (guint i = first; i < findings->len; i++)
		((struct finding *)g_ptr_array_index(findings, i))->language =
		    g_strdup(facts->language);
	verdict_pass(verdict_r);
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		if (finding->refuses) {
			set_verdict(findings, finding, verdict_r);
			return;
		}
	}
}

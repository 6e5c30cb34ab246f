/*
 * NAME
 *	protected_data - patterns that the administrators wrote
 *
 * DESCRIPTION
 *	Each match of a pattern that passes the pattern's check is a finding. What a pattern
 *	matches is the administrators' business; a search that exceeds the library's limits
 *	ends where it is, with what was found.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/protected_data.h"

#include "policy/my_number.h"

/* What stands at one place of the text. */
struct span {
	const char *utf8;
	size_t offset, length;
};

static bool passes(const struct protected_pattern *pattern, const struct span *span)
{
	switch (pattern->check) {
	case PROTECTED_NO_CHECK:
		break;
	case PROTECTED_MY_NUMBER:
		return my_number_is_valid(span->utf8 + span->offset, span->length);
	}
	return true;
}

/* Call visit for each match, until it returns false. */
static void visit_matches(const struct protected_pattern *pattern, const char *utf8,
			  bool (*visit)(const struct protected_pattern *,
					const struct span *, void *),
			  void *context)
{
	GMatchInfo *match = NULL;
	bool more = g_regex_match(pattern->regex, utf8, 0, &match);

	while (more) {
		struct span span = { utf8, 0, 0 };
		int start, end;

		if (!g_match_info_fetch_pos(match, 0, &start, &end))
			break;
		span.offset = (size_t)start;
		span.length = (size_t)(end - start);
		more = (!passes(pattern, &span) || visit(pattern, &span, context)) &&
		       g_match_info_next(match, NULL);
	}
	g_match_info_free(match);
}

static bool note_match(const struct protected_pattern *pattern, const struct span *span,
		       void *context)
{
	bool *found = context;

	(void)pattern;
	(void)span;
	*found = true;
	return false;
}

bool protected_data_matches(const struct protected_pattern *pattern, const char *utf8)
{
	bool found = false;

	visit_matches(pattern, utf8, note_match, &found);
	return found;
}

struct search {
	enum finding_place place;
	GPtrArray *findings;
};

static bool add_match(const struct protected_pattern *pattern, const struct span *span,
		      void *context)
{
	const struct search *search = context;
	struct finding *finding =
	    finding_add_span(search->findings, REASON_PROTECTED, search->place,
			     span->utf8, span->offset, span->length);

	finding->refuses = pattern->refuses;
	finding->rule = g_strdup(pattern->name);
	return search->findings->len < FINDINGS_MOST;
}

void protected_data_find(const GPtrArray *patterns, enum finding_place place,
			 const char *utf8, GPtrArray *findings)
{
	struct search search = { place, findings };

	for (guint i = 0; i < patterns->len && findings->len < FINDINGS_MOST; i++)
		visit_matches(g_ptr_array_index(patterns, i), utf8, add_match, &search);
}

/*
 * NAME
 *	finding - what a rule found in a draft
 *
 * DESCRIPTION
 *	A list of findings goes to the writer in a mail, so all of them are told at once.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/finding.h"

#include "policy/text.h"

static void free_finding(void *context)
{
	struct finding *finding = context;

	g_free(finding->language);
	g_free(finding->offending);
	g_free(finding->instead);
	g_free(finding->rule);
	g_free(finding);
}

GPtrArray *finding_new_list(void)
{
	return g_ptr_array_new_with_free_func(free_finding);
}

struct finding *finding_add_whole(GPtrArray *findings, enum reason reason,
				  const char *what)
{
	struct finding *finding = g_new0(struct finding, 1);

	finding->reason = reason;
	finding->refuses = true;
	finding->place = FINDING_WHOLE;
	finding->offending = g_strdup(what);
	g_ptr_array_add(findings, finding);
	return finding;
}

struct finding *finding_add_span(GPtrArray *findings, enum reason reason,
				 enum finding_place place, const char *utf8,
				 size_t offset, size_t length)
{
	struct finding *finding = g_new0(struct finding, 1);

	finding->reason = reason;
	finding->refuses = true;
	finding->place = place;
	text_place(utf8, offset, &finding->line, &finding->column);
	finding->offending = g_strndup(utf8 + offset, length);
	g_ptr_array_add(findings, finding);
	return finding;
}

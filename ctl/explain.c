/*
 * NAME
 *	explain - a line for each rule
 *
 * DESCRIPTION
 *	What the parts of kairanctl explain print by.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/explain.h"

#include <glib.h>
#include <stdio.h>

static const char *const kind_words[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_REFUSE] = "REFUSE",
	[VERDICT_TEMPFAIL] = "WAIT",
};

void explain_print(const char *article, const char *rule, const char *says,
		   const char *facts)
{
	g_autofree char *cited =
	    *article != '\0' ? g_strdup_printf("Art.%s", article) : g_strdup("");

	printf("%-12s %-14s %-7s %s\n", cited, rule, says, facts);
}

void explain_conclude(struct explanation *explanation, const char *article,
		      const char *rule, const struct verdict *verdict, const char *facts)
{
	const bool passed = verdict->kind == VERDICT_PASS;
	g_autofree char *all = passed
				   ? g_strdup(facts)
				   : g_strdup_printf("%s%s%s", verdict->text,
						     *facts != '\0' ? "; " : "", facts);

	explain_print(article, rule, kind_words[verdict->kind], all);
	if (!passed && explanation->verdict.kind == VERDICT_PASS)
		explanation->verdict = *verdict;
}

void explain_conclude_reason(struct explanation *explanation, const char *article,
			     const char *rule, enum reason reason, const char *facts)
{
	struct verdict verdict;

	verdict_set(&verdict, reason, NULL);
	explain_conclude(explanation, article, rule, &verdict, facts);
}

/*
 * NAME
 *	explain - a line for each rule
 *
 * DESCRIPTION
 *	The parts of kairanctl explain add what each rule says, and the places of it; all is
 *	printed at the end, for people or as JSON.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/explain.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl_say.h"
#include "policy/columns.h"

/* Columns that a rule's article, name and answer take. */
#define ARTICLE_WIDTH 16
#define RULE_WIDTH    14
#define SAYS_WIDTH    7

static const char *const kind_words[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_REFUSE] = "REFUSE",
	[VERDICT_TEMPFAIL] = "WAIT",
};

void explain_add(struct explanation *explanation, const char *article, const char *rule,
		 const char *says, const char *facts)
{
	g_autofree char *valid = g_utf8_make_valid(facts, -1);

	if (explanation->rules == NULL)
		explanation->rules = json_array();
	(void)json_array_append_new(explanation->rules,
				    json_pack("{s:s,s:s,s:s,s:s,s:[]}", "article",
					      article, "rule", rule, "says", says,
					      "facts", valid, "places"));
}

void explain_add_place(struct explanation *explanation, const struct finding *finding)
{
	json_t *row =
	    json_array_get(explanation->rules, json_array_size(explanation->rules) - 1);

	(void)json_array_append_new(
	    json_object_get(row, "places"),
	    json_pack("{s:b,s:s,s:I,s:I,s:s,s:s?,s:s?,s:s?}", "refuses", finding->refuses,
		      "part", finding->place == FINDING_SUBJECT ? "subject" : "text",
		      "line", (json_int_t)finding->line, "column",
		      (json_int_t)finding->column, "text", finding->offending, "rule",
		      finding->rule, "instead", finding->instead, "language",
		      finding->language));
}

/* The SMTP reply is English and has details; in Japanese it is what the mail says. */
static char *describe_verdict(const struct explanation *explanation,
			      const struct verdict *verdict)
{
	g_autofree char *key = g_strconcat("reason.", reason_name(verdict->reason), NULL);

	return g_strdup(
	    strcmp(ctl_say_language(), "ja") == 0
		? template_get_phrase(explanation->setup->templates, "ja", key)
		: verdict->text);
}

void explain_conclude(struct explanation *explanation, const char *article,
		      const char *rule, const struct verdict *verdict, const char *facts)
{
	const bool passed = verdict->kind == VERDICT_PASS;
	g_autofree char *said = describe_verdict(explanation, verdict);
	g_autofree char *all =
	    passed ? g_strdup(facts)
		   : g_strdup_printf("%s%s%s", said, *facts != '\0' ? "; " : "", facts);

	explain_add(explanation, article, rule, kind_words[verdict->kind], all);
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

static const char *get_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void print_padded(const char *text, int width)
{
	printf("%s%*s ", text, MAX(width - columns_count(text), 0), "");
}

static void print_place(const json_t *place)
{
	const bool in_subject = strcmp(get_text(place, "part"), "subject") == 0;
	const char *rule = get_text(place, "rule");
	const char *instead = get_text(place, "instead");
	const char *language = get_text(place, "language");

	print_padded("", ARTICLE_WIDTH + RULE_WIDTH);
	if (language != NULL)
		printf("%s: ", language);
	if (!json_is_true(json_object_get(place, "refuses")))
		printf("%s ", ctl_say("warns:"));
	printf(in_subject ? ctl_say("subject, line %lld, column %lld: \"%s\"")
			  : ctl_say("text, line %lld, column %lld: \"%s\""),
	       (long long)json_integer_value(json_object_get(place, "line")),
	       (long long)json_integer_value(json_object_get(place, "column")),
	       get_text(place, "text"));
	if (rule != NULL)
		printf(" (%s)", rule);
	if (instead != NULL)
		printf(" -> \"%s\"", instead);
	putchar('\n');
}

/* "4, 13-1" as people cite it. */
static char *cite(const char *articles)
{
	char **parts = g_strsplit(articles, ", ", -1);
	GString *cited = g_string_new(NULL);

	for (size_t i = 0; parts[i] != NULL; i++) {
		const size_t digits = strspn(parts[i], "0123456789");
		g_autofree char *number = g_strndup(parts[i], digits);

		g_string_append(cited, i > 0 ? ", " : "");
		g_string_append_printf(cited, ctl_say("Art.%s%s"), number,
				       parts[i] + digits);
	}
	g_strfreev(parts);
	return g_string_free(cited, FALSE);
}

static void print_rule(const json_t *row)
{
	const json_t *places = json_object_get(row, "places");
	g_autofree char *cited = cite(get_text(row, "article"));
	size_t i;
	json_t *place;

	print_padded(cited, ARTICLE_WIDTH);
	print_padded(ctl_say(get_text(row, "rule")), RULE_WIDTH);
	print_padded(ctl_say(get_text(row, "says")), SAYS_WIDTH);
	puts(get_text(row, "facts"));
	json_array_foreach(places, i, place)
	{
		print_place(place);
	}
}

static void print_text(const struct explanation *explanation)
{
	g_autofree char *said = describe_verdict(explanation, &explanation->verdict);
	size_t i;
	json_t *row;

	json_array_foreach(explanation->rules, i, row)
	{
		print_rule(row);
	}
	if (explanation->warnings != NULL)
		fputs(explanation->warnings, stdout);
	printf("\n%s\n", explanation->verdict.kind == VERDICT_PASS
			     ? ctl_say("It would be taken.")
			     : said);
}

static void print_json(const struct explanation *explanation)
{
	const struct verdict *verdict = &explanation->verdict;
	json_t *all = json_pack(
	    "{s:s,s:s,s:s,s:s,s:O,s:s}", "verdict", kind_words[verdict->kind], "reason",
	    reason_name(verdict->reason), "article", reason_article(verdict->reason),
	    "reply", verdict->text, "rules", explanation->rules, "warnings",
	    explanation->warnings != NULL ? explanation->warnings : "");

	(void)json_dumpf(all, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(all);
}

void explain_print(const struct explanation *explanation, bool json)
{
	if (json)
		print_json(explanation);
	else
		print_text(explanation);
}

/*
 * NAME
 *	ctl_explain - kairanctl explain: what each rule says of a draft
 *
 * DESCRIPTION
 *	kairanctl explain FILE | ID [--to BROADCAST] [--from LOGIN] [--json]
 *
 *	Judges a mail in a file, or the original of a draft that is kept, as it would be
 *	judged now, and prints a line for each rule: its article, what it says, and the facts
 *	that it used. Nothing is held and nobody is asked.
 *
 *	The author is the login that is given, or the From: address; the broadcast is the
 *	address that is given, or the first of ours in To: and Cc:.
 *
 * DIAGNOSTICS
 *	EX_OK: it would be taken. EX_DATAERR: it would be refused. EX_TEMPFAIL: it would have
 *	to wait, or LDAP could not be asked. EX_NOINPUT, EX_USAGE, EX_UNAVAILABLE.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/commands.h"
#include "ctl/ctl_store.h"
#include "ctl/explain.h"
#include "ctl/explain_people.h"
#include "ctl/explain_text.h"
#include "milter/draft/drill.h"
#include "milter/draft/parts.h"
#include "milter/draft/recall.h"
#include "milter/mail/message.h"
#include "policy/address.h"
#include "policy/finding.h"

static bool find_person(struct explanation *explanation)
{
	const struct message *message = explanation->reading.message;
	struct kairan_error error = { "" };
	struct address from = { 0 };
	enum answer answer;

	if (explanation->login == NULL) {
		if (message_count_header(message, "From") != 1 ||
		    !address_read_from(message_get_header(message, "From", 0), &from,
				       &error)) {
			explain_conclude_reason(explanation, "14", "author",
						REASON_SENDER_FOREIGN, error.text);
			return false;
		}
		explanation->login = g_strdup(from.spec);
	}
	answer = directory_find_person(explanation->setup->directory, explanation->login,
				       &explanation->person, &error);
	if (answer == ANSWER_YES)
		explain_conclude_reason(explanation, "3", "author", REASON_NONE,
					explanation->person->dn);
	else
		explain_conclude_reason(
		    explanation, "3", "author",
		    answer == ANSWER_NO ? REASON_UNKNOWN_PERSON : REASON_DIRECTORY,
		    answer == ANSWER_NO ? explanation->login : error.text);
	return answer == ANSWER_YES;
}

/* Is this broadcast the one that is written to? */
static bool is_meant(const struct explanation *explanation,
		     const struct broadcast *broadcast)
{
	static const char *const headers[] = { "To", "Cc" };
	const struct message *message = explanation->reading.message;

	if (explanation->address != NULL)
		return g_ascii_strcasecmp(explanation->address, broadcast->mail) == 0;
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
		for (size_t n = 0; n < message_count_header(message, headers[i]); n++) {
			g_autofree char *value = g_ascii_strdown(
			    message_get_header(message, headers[i], n), -1);

			if (strstr(value, broadcast->mail) != NULL)
				return true;
		}
	}
	return false;
}

static bool find_broadcast(struct explanation *explanation)
{
	struct broadcast **all = NULL;
	struct kairan_error error = { "" };

	if (!directory_list_broadcasts(explanation->setup->directory, &all, NULL,
				       &error)) {
		explain_conclude_reason(explanation, "", "broadcast", REASON_DIRECTORY,
					error.text);
		return false;
	}
	for (size_t i = 0; all[i] != NULL; i++) {
		if (explanation->broadcast == NULL && is_meant(explanation, all[i]))
			explanation->broadcast = all[i];
		else
			broadcast_free(all[i]);
	}
	g_free(all);
	explain_conclude_reason(
	    explanation, "", "broadcast",
	    explanation->broadcast != NULL ? REASON_NONE : REASON_UNKNOWN_ADDRESS,
	    explanation->broadcast != NULL ? explanation->broadcast->mail : "");
	return explanation->broadcast != NULL;
}

static void explain(struct explanation *explanation)
{
	struct draft_reading *reading = &explanation->reading;
	enum reason reason =
	    draft_reading_open(reading, explanation->octets, explanation->length);
	const bool parsed = reason == REASON_NONE;

	if (parsed)
		reason = draft_reading_fill(reading);
	explain_conclude_reason(explanation, reason_article(reason), "readable", reason,
				reading->error.text);
	if (!parsed || !find_broadcast(explanation))
		return;
	if (find_person(explanation))
		explain_people(explanation);
	explain_suspension(explanation);
	if (explanation->person != NULL &&
	    draft_recall_is_one(reading, explanation->person))
		explain_conclude_reason(explanation, "", "recall", REASON_RECALL, "");
	if (reason != REASON_NONE)
		return;
	draft_drill_read(reading);
	draft_parts_read(explanation->setup, explanation->broadcast, reading);
	explain_drill(explanation);
	explain_text(explanation);
	explain_time(explanation);
	/* What is refused is asked of nobody. */
	if (explanation->verdict.kind != VERDICT_REFUSE)
		explain_warnings(explanation);
}

static int take_original(struct explanation *explanation, const struct draft *draft,
			 struct kairan_error *error_r)
{
	switch (store_draft_find_original(explanation->store, draft->id,
					  &explanation->octets, &explanation->length,
					  error_r)) {
	case ANSWER_YES:
		return EX_OK;
	case ANSWER_NO:
		(void)error_set(error_r,
				ctl_say("draft %lld is not kept as it came any more "
					"(keep_originals)"),
				(long long)draft->id);
		return EX_NOINPUT;
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_UNAVAILABLE;
}

/* The original of a draft that is kept, with its author and broadcast. */
static int take_draft(struct explanation *explanation, int64_t id,
		      struct kairan_error *error_r)
{
	struct draft *draft = NULL;
	struct party *author = NULL;
	int status = EX_UNAVAILABLE;

	if (!store_begin(explanation->store, error_r))
		return EX_UNAVAILABLE;
	switch (store_draft_find(explanation->store, id, &draft, error_r)) {
	case ANSWER_YES:
		status = take_original(explanation, draft, error_r);
		if (status == EX_OK &&
		    store_draft_find_party(explanation->store, id, DRAFT_AUTHOR, &author,
					   error_r) != ANSWER_YES)
			status = EX_UNAVAILABLE;
		break;
	case ANSWER_NO:
		(void)error_set(error_r, ctl_say("there is no draft %lld"),
				(long long)id);
		status = EX_NOINPUT;
		break;
	case ANSWER_UNKNOWN:
		break;
	}
	store_rollback(explanation->store);
	if (status == EX_OK && explanation->login == NULL)
		explanation->login = g_strdup(author->uid);
	if (status == EX_OK && explanation->address == NULL)
		explanation->address = g_strdup(draft->broadcast);
	party_free(author);
	draft_free(draft);
	return status;
}

static int take_file(struct explanation *explanation, const char *path,
		     struct kairan_error *error_r)
{
	GError *complaint = NULL;
	gsize length = 0;

	if (!g_file_get_contents(path, &explanation->octets, &length, &complaint)) {
		(void)error_set(error_r, "%s", complaint->message);
		g_error_free(complaint);
		return EX_NOINPUT;
	}
	explanation->length = length;
	return EX_OK;
}

static int run(struct explanation *explanation, const char *what, bool json)
{
	struct kairan_error error = { "" };
	char *end = NULL;
	const int64_t id = strtoll(what, &end, 10);
	int status;

	if (*end == '\0' && id > 0)
		status = take_draft(explanation, id, &error);
	else
		status = take_file(explanation, what, &error);
	if (status != EX_OK)
		return ctl_fail(status, "%s", error.text);
	explain(explanation);
	explain_print(explanation, json);
	switch (explanation->verdict.kind) {
	case VERDICT_PASS:
		break;
	case VERDICT_REFUSE:
		return EX_DATAERR;
	case VERDICT_TEMPFAIL:
		return EX_TEMPFAIL;
	}
	return EX_OK;
}

static bool read_options(const struct ctl_call *call, struct explanation *explanation,
			 const char **what_r, bool *json_r)
{
	*what_r = NULL;
	for (int i = 0; i < call->argc; i++) {
		const char *word = call->argv[i];
		const bool has_value = i + 1 < call->argc;

		if (strcmp(word, "--to") == 0 && has_value)
			explanation->address = g_strdup(call->argv[++i]);
		else if (strcmp(word, "--from") == 0 && has_value)
			explanation->login = g_strdup(call->argv[++i]);
		else if (strcmp(word, "--json") == 0)
			*json_r = true;
		else if (*word != '-' && *what_r == NULL)
			*what_r = word;
		else
			return false;
	}
	return *what_r != NULL;
}

static void clear(struct explanation *explanation)
{
	draft_reading_clear(&explanation->reading);
	person_free(explanation->person);
	broadcast_free(explanation->broadcast);
	store_close(explanation->store);
	setup_unref(explanation->setup);
	g_free(explanation->login);
	g_free(explanation->address);
	g_free(explanation->octets);
	g_free(explanation->warnings);
	json_decref(explanation->rules);
}

int ctl_explain(const struct ctl_call *call)
{
	struct explanation explanation = { 0 };
	struct kairan_error error = { "" };
	bool json = false;
	const char *what;
	int status = EX_UNAVAILABLE;

	verdict_pass(&explanation.verdict);
	if (!read_options(call, &explanation, &what, &json)) {
		status = ctl_usage(call);
	} else if (!message_init(&error)) {
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	} else if (!setup_load(call->path, &explanation.setup, &error)) {
		status = ctl_fail(EX_CONFIG, "%s", error.text);
	} else if ((status = ctl_store_open(call, &explanation.store)) != EX_OK) {
		/* It was told. */
	} else {
		status = run(&explanation, what, json);
	}
	clear(&explanation);
	return status;
}

/*
 * NAME
 *	instructing - instructions, and answers to them
 *
 * DESCRIPTION
 *	The token of the address is bound to the person who is instructed and to what was said,
 *	as a draft's is to its text. It is good for half a year.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/instructing.h"

#include <stdlib.h>
#include <string.h>

#include "milter/core/notice.h"
#include "milter/draft/answer_address.h"

#define ANSWER_SECONDS (180 * 86400)

char *instructing_make_address(const struct setup *setup,
			       const struct instruction_answering *answering)
{
	const struct answering how = { TOKEN_ANSWER, SERVICE_ANSWER,
				       answering->made_at + ANSWER_SECONDS };
	const struct draft shown = { .id = answering->id,
				     .text = (char *)answering->reason };
	const struct party reader = { .uid = (char *)answering->uid };

	return answer_address_make(setup, &how, &shown, &reader);
}

bool instructing_tell(struct store *store, const struct instruction *instruction,
		      const struct instruction_notice *notice,
		      struct kairan_error *error_r)
{
	const bool ja = strcmp(notice->reader->language, "ja") == 0;
	g_autofree char *id = g_strdup_printf("%lld", (long long)instruction->id);
	g_autofree char *made = g_strdup_printf("%lld", (long long)instruction->made_at);
	g_autofree char *by = g_strdup_printf("%lld", (long long)instruction->answer_by);
	/* The last of these are for the address alone. */
	char *facts = notice_make_facts(
	    "section_name", ja ? instruction->section_ja : instruction->section_en,
	    "person_name", instruction->person_name, "person_login",
	    instruction->person_uid, "reason", instruction->reason, "answer_by", by,
	    "quoted_text", notice->quoted_text, "note_key",
	    notice->may_answer ? "instruct-answer" : "",
	    notice->may_answer ? "instruction" : NULL, id, "instruction_uid",
	    instruction->approver_uid, "instruction_made", made, NULL);
	bool ok = notice_add_person(
	    store, &(struct notice){ notice->kind, 0, facts, notice->now },
	    notice->reader, error_r);

	free(facts);
	return ok;
}

/*
 * NAME
 *	instruction_round - instructions that are overdue
 *
 * DESCRIPTION
 *	Who was instructed is reminded once, and the administrators are told, in one transaction
 *	with the mark that it was done.
 *
 * DIAGNOSTICS
 *	Info: each. Warning: LDAP could not be asked. Error: the store cannot be used. Both are
 *	tried again.
 */
#include "config.h"

#include "milter/round/instruction_round.h"

#include <glib.h>

#include "conf/log.h"
#include "milter/core/administrators.h"
#include "milter/core/notice.h"
#include "milter/draft/instructing.h"

static enum answer find_overdue(struct store *store, int64_t now,
				struct instruction **instruction_r,
				struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_instruction_find_overdue(store, now, instruction_r, error_r);
	store_rollback(store);
	return answer;
}

/* approver: NULL when there is nobody any more. */
static bool tell(struct store *store, const struct instruction *instruction,
		 const struct person *approver, const GPtrArray *administrators,
		 int64_t now, struct kairan_error *error_r)
{
	bool ok =
	    approver == NULL ||
	    instructing_tell(store, instruction,
			     &(struct instruction_notice){ NOTICE_INSTRUCT_OVERDUE,
							   approver, true, NULL, now },
			     error_r);

	for (guint i = 0; ok && i < administrators->len; i++)
		ok = instructing_tell(
		    store, instruction,
		    &(struct instruction_notice){ NOTICE_INSTRUCT_OVERDUE,
						  g_ptr_array_index(administrators, i),
						  false, NULL, now },
		    error_r);
	return ok &&
	       store_instruction_record_reminder(store, instruction->id, now, error_r);
}

static bool remind(struct kairan *kairan, const struct setup *setup,
		   const struct instruction *instruction, int64_t now,
		   struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	GPtrArray *administrators = NULL;
	struct person *approver = NULL;
	bool ok;

	if (directory_find_person_by_dn(setup->directory, instruction->approver_dn,
					&approver, error_r) == ANSWER_UNKNOWN)
		return false;
	ok = administrators_find(kairan, setup, &administrators, error_r) &&
	     store_begin(store, error_r);
	if (ok)
		ok = store_end(
		    store,
		    tell(store, instruction, approver, administrators, now, error_r),
		    error_r);
	if (ok)
		log_info("instruction %lld to %s is overdue", (long long)instruction->id,
			 instruction->approver_uid);
	if (administrators != NULL)
		g_ptr_array_unref(administrators);
	person_free(approver);
	return ok;
}

static enum answer remind_next(struct kairan *kairan, const struct setup *setup,
			       int64_t now, struct kairan_error *error_r)
{
	struct instruction *instruction = NULL;
	enum answer answer =
	    find_overdue(kairan_get_store(kairan), now, &instruction, error_r);

	if (answer == ANSWER_YES && !remind(kairan, setup, instruction, now, error_r))
		answer = ANSWER_UNKNOWN;
	instruction_free(instruction);
	return answer;
}

static enum answer find_next(struct store *store, int64_t *next_r,
			     struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_instruction_next_due(store, next_r, error_r);
	store_rollback(store);
	return answer;
}

int64_t instruction_round_walk(struct kairan *kairan, const struct setup *setup,
			       int64_t now)
{
	struct kairan_error error = { "" };
	int64_t next = INT64_MAX;
	enum answer answer;
	bool told = false;

	while ((answer = remind_next(kairan, setup, now, &error)) == ANSWER_YES)
		told = true;
	if (told)
		waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	if (answer == ANSWER_NO)
		answer = find_next(kairan_get_store(kairan), &next, &error);
	if (answer != ANSWER_UNKNOWN)
		return next;
	log_warning("instructions will be looked at later: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}

/*
 * Instructions to approvers about their staff (Art. 6-2), and whether they were answered. All in a
 * transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_INSTRUCTION_H
#define KAIRAN_SCHEMA_STORE_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* Strings are owned by one that was found (instruction_free()), borrowed in one that is added. */
struct instruction {
	int64_t id;
	char *section_ja;
	char *section_en;
	char *person_uid; /* whom it is about */
	char *person_name;
	char *approver_uid; /* who is instructed */
	char *approver_dn;
	char *reason;
	int64_t made_at;
	int64_t answer_by; /* 0: no time is set */
};

void instruction_free(struct instruction *instruction);

/* Sets the id. */
bool store_instruction_add(struct store *store, struct instruction *instruction,
			   struct kairan_error *error_r);

enum answer store_instruction_find(struct store *store, int64_t id,
				   struct instruction **instruction_r,
				   struct kairan_error *error_r);

/* It was answered; perhaps again. */
bool store_instruction_answer(struct store *store, int64_t id, int64_t at,
			      struct kairan_error *error_r);

/* The first whose time has passed without an answer, and without a reminder. */
enum answer store_instruction_find_overdue(struct store *store, int64_t now,
					   struct instruction **instruction_r,
					   struct kairan_error *error_r);

/* When the next one falls due: YES with the time, NO when none does. */
enum answer store_instruction_next_due(struct store *store, int64_t *at_r,
				       struct kairan_error *error_r);

bool store_instruction_record_reminder(struct store *store, int64_t id, int64_t at,
				       struct kairan_error *error_r);

#endif

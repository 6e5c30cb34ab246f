/*
 * NAME
 *	store_instruction - instructions in the store
 *
 * DESCRIPTION
 *	A row stays; what was answered stands in the audit trail.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_instruction.h"

#include <glib.h>

#include "schema/sql.h"

#define INSTRUCTION_COLUMNS                                                         \
	"SELECT id, section_ja, section_en, person_uid, person_name, approver_uid," \
	" approver_dn, reason, made_at, answer_by FROM instruction "
#define IS_OPEN "answered_at = 0 AND reminded_at = 0 AND answer_by <> 0"

void instruction_free(struct instruction *instruction)
{
	if (instruction == NULL)
		return;
	g_free(instruction->section_ja);
	g_free(instruction->section_en);
	g_free(instruction->person_uid);
	g_free(instruction->person_name);
	g_free(instruction->approver_uid);
	g_free(instruction->approver_dn);
	g_free(instruction->reason);
	g_free(instruction);
}

static enum answer take(enum answer answer, struct sql_stmt *stmt,
			struct instruction **instruction_r)
{
	struct instruction *instruction;

	if (answer != ANSWER_YES)
		return answer;
	instruction = g_new0(struct instruction, 1);
	instruction->id = sql_int(stmt, 0);
	instruction->section_ja = sql_text(stmt, 1);
	instruction->section_en = sql_text(stmt, 2);
	instruction->person_uid = sql_text(stmt, 3);
	instruction->person_name = sql_text(stmt, 4);
	instruction->approver_uid = sql_text(stmt, 5);
	instruction->approver_dn = sql_text(stmt, 6);
	instruction->reason = sql_text(stmt, 7);
	instruction->made_at = sql_int(stmt, 8);
	instruction->answer_by = sql_int(stmt, 9);
	sql_done(stmt);
	*instruction_r = instruction;
	return ANSWER_YES;
}

bool store_instruction_add(struct store *store, struct instruction *instruction,
			   struct kairan_error *error_r)
{
	if (!sql_run(
		store, error_r,
		"INSERT INTO instruction (section_ja, section_en, person_uid,"
		" person_name, approver_uid, approver_dn, reason, made_at, answer_by)"
		" VALUES (?,?,?,?,?,?,?,?,?)",
		"sssssssii", instruction->section_ja, instruction->section_en,
		instruction->person_uid, instruction->person_name,
		instruction->approver_uid, instruction->approver_dn, instruction->reason,
		instruction->made_at, instruction->answer_by))
		return false;
	instruction->id = sql_last_id(store);
	return true;
}

enum answer store_instruction_find(struct store *store, int64_t id,
				   struct instruction **instruction_r,
				   struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt, INSTRUCTION_COLUMNS "WHERE id = ?", "i", id);

	return take(answer, stmt, instruction_r);
}

bool store_instruction_answer(struct store *store, int64_t id, int64_t at,
			      struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE instruction SET answered_at = ? WHERE id = ?", "ii", at,
		       id);
}

enum answer store_instruction_find_overdue(struct store *store, int64_t now,
					   struct instruction **instruction_r,
					   struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      INSTRUCTION_COLUMNS "WHERE " IS_OPEN " AND answer_by <= ?"
					  " ORDER BY answer_by, id LIMIT 1",
		      "i", now);

	return take(answer, stmt, instruction_r);
}

enum answer store_instruction_next_due(struct store *store, int64_t *at_r,
				       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT min(answer_by) FROM instruction WHERE " IS_OPEN
		      " HAVING count(*) > 0",
		      "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_instruction_record_reminder(struct store *store, int64_t id, int64_t at,
				       struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE instruction SET reminded_at = ? WHERE id = ?", "ii", at,
		       id);
}

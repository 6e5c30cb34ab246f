/*
 * NAME
 *	store_duty - who had which duty
 *
 * DESCRIPTION
 *	What the directory said when it was last looked at. It decides nothing; it is there to
 *	see what was changed (Art. 10, 11).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_duty.h"

#include "schema/sql.h"

struct duty_holder *duty_holder_new(void)
{
	return g_new0(struct duty_holder, 1);
}

void duty_holder_free(struct duty_holder *holder)
{
	if (holder == NULL)
		return;
	g_free(holder->section);
	g_free(holder->section_id);
	g_free(holder->person_id);
	g_free(holder->mails);
	g_free(holder->duty);
	g_free(holder->person);
	g_free(holder->section_ja);
	g_free(holder->section_en);
	g_free(holder->uid);
	g_free(holder->name);
	g_free(holder->status);
	g_free(holder->status_facts);
	g_free(holder);
}

static void free_holder(void *holder)
{
	duty_holder_free(holder);
}

static struct duty_holder *read_holder(struct sql_stmt *stmt)
{
	struct duty_holder *holder = duty_holder_new();

	holder->section = sql_text(stmt, 0);
	holder->duty = sql_text(stmt, 1);
	holder->person = sql_text(stmt, 2);
	holder->section_ja = sql_text(stmt, 3);
	holder->section_en = sql_text(stmt, 4);
	holder->uid = sql_text(stmt, 5);
	holder->name = sql_text(stmt, 6);
	holder->status = sql_text(stmt, 7);
	holder->section_id = sql_text(stmt, 8);
	holder->person_id = sql_text(stmt, 9);
	holder->mails = sql_text(stmt, 10);
	holder->status_facts = sql_text(stmt, 11);
	return holder;
}

bool store_duty_list(struct store *store, GPtrArray **holders_r,
		     struct kairan_error *error_r)
{
	GPtrArray *holders = g_ptr_array_new_with_free_func(free_holder);
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT section, duty, person, section_ja, section_en, uid, name, status,"
	    " section_id, person_id, mails, status_facts"
	    " FROM duty ORDER BY section, duty, person",
	    "");

	while (answer == ANSWER_YES) {
		g_ptr_array_add(holders, read_holder(stmt));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		*holders_r = holders;
	else
		g_ptr_array_unref(holders);
	return answer == ANSWER_NO;
}

bool store_duty_put(struct store *store, const struct duty_holder *holder,
		    struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "INSERT INTO duty (section, duty, person, section_ja, section_en, uid, name,"
	    " status, section_id, person_id, mails, status_facts)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(?12, ''))"
	    " ON CONFLICT (section, duty, person) DO UPDATE SET section_ja = ?4,"
	    " section_en = ?5, uid = ?6, name = ?7, status = ?8, section_id = ?9,"
	    " person_id = ?10, mails = ?11, status_facts = coalesce(?12, '')",
	    "ssssssssssss", holder->section, holder->duty, holder->person,
	    holder->section_ja, holder->section_en, holder->uid, holder->name,
	    holder->status, holder->section_id, holder->person_id, holder->mails,
	    holder->status_facts);
}

bool store_duty_remove(struct store *store, const struct duty_holder *holder,
		       struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "DELETE FROM duty WHERE section = ? AND duty = ? AND person = ?",
		       "sss", holder->section, holder->duty, holder->person);
}

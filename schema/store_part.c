/*
 * NAME
 *	store_part - the texts of drafts in other languages
 *
 * DESCRIPTION
 *	One row a text. They are read and written with their draft (store_draft.c), whose own
 *	text stands there.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_part.h"

#include "policy/part.h"
#include "schema/sql.h"

bool store_part_insert(struct store *store, int64_t draft, const GPtrArray *parts,
		       struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && parts != NULL && i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);

		ok = sql_run(store, error_r,
			     "INSERT INTO draft_text (draft, position, language, list,"
			     " subject, text, characters, in_reply_to, footer)"
			     " VALUES (?,?,?,?,?,?,?,?,?)",
			     "iissssiss", draft, (int64_t)i, part->language, part->list,
			     part->subject, part->text, part->characters,
			     part->in_reply_to, part->footer);
	}
	return ok;
}

static struct part *read_part(struct sql_stmt *stmt)
{
	g_autofree char *language = sql_text(stmt, 0);
	g_autofree char *list = sql_text(stmt, 1);
	struct part *part = part_new(language, list);

	g_free(part->subject);
	g_free(part->text);
	g_free(part->in_reply_to);
	g_free(part->footer);
	part->subject = sql_text(stmt, 2);
	part->text = sql_text(stmt, 3);
	part->characters = sql_int(stmt, 4);
	part->in_reply_to = sql_text(stmt, 5);
	part->footer = sql_text(stmt, 6);
	return part;
}

GPtrArray *store_part_list(struct store *store, int64_t draft,
			   struct kairan_error *error_r)
{
	GPtrArray *parts = part_new_list();
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT language, list, subject, text, characters, in_reply_to, footer"
	    " FROM draft_text WHERE draft = ? ORDER BY position",
	    "i", draft);

	while (answer == ANSWER_YES) {
		g_ptr_array_add(parts, read_part(stmt));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return parts;
	g_ptr_array_unref(parts);
	return NULL;
}

bool store_part_use_list(struct store *store, int64_t draft, const char *language,
			 const char *list, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE draft_text SET list = ? WHERE draft = ? AND language = ?",
		       "sis", list, draft, language);
}

/*
 * NAME
 *	sql_postgres_judge - what went wrong in PostgreSQL, and whom to blame
 *
 * DESCRIPTION
 *	The server's own classes of errors decide. After some of them the connection is good for
 *	nothing any more, though libpq does not know it yet.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"
#include "schema/sql_postgres_parts.h"

/* By the classes of SQLSTATE (PostgreSQL's manual, appendix A). */
static enum sql_blame judge_state(const char *state)
{
	static const char *const of_store[] = { "08", "25006", "53",  "57P",
						"58", "F0",    "XX0", NULL };
	static const char *const of_others[] = { "40", "55P03", NULL };

	for (size_t i = 0; of_store[i] != NULL; i++)
		if (text_begins_with(state, of_store[i]))
			return SQL_BLAME_STORE;
	for (size_t i = 0; of_others[i] != NULL; i++)
		if (text_begins_with(state, of_others[i]))
			return SQL_BLAME_OTHERS;
	return SQL_BLAME_STATEMENT;
}

void postgres_complain(struct postgres_db *db, enum sql_blame whom, const char *text)
{
	g_free(db->complaint);
	db->complaint = g_strdelimit(g_strchomp(g_strdup(text)), "\n", ' ');
	db->blame = whom;
}

static bool is_fatal(const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	return severity != NULL &&
	       (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

bool postgres_judge(struct postgres_db *db, const PGresult *result)
{
	const ExecStatusType status = PQresultStatus(result);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_EMPTY_QUERY)
		return true;
	postgres_complain(db, state != NULL ? judge_state(state) : SQL_BLAME_STORE,
			  text != NULL ? text : PQerrorMessage(db->handle));
	/* One that only reads now is not the one that the others write to. */
	if (PQstatus(db->handle) != CONNECTION_OK || is_fatal(result) ||
	    (state != NULL && !db->is_reader && strcmp(state, "25006") == 0))
		db->is_lost = true;
	if (db->is_lost)
		db->blame = SQL_BLAME_STORE;
	return false;
}

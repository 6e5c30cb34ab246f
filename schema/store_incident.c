/*
 * NAME
 *	store_incident - incidents in the store
 *
 * DESCRIPTION
 *	A row for each incident, and one for each thing that was said of it, with the mail that it
 *	came in. Whoever adds or closes one appends the audit row in the same transaction.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_incident.h"

#include <glib.h>

#include "schema/sql.h"

#define INCIDENT_COLUMNS                                                            \
	"SELECT id, state, at, uid, name, mail, language, subject, cause, measure," \
	" closed_at, closed_by FROM incident "

const char *incident_state_name(enum incident_state state)
{
	return state == INCIDENT_CLOSED ? "closed" : "open";
}

void incident_free(struct incident *incident)
{
	if (incident == NULL)
		return;
	g_free(incident->uid);
	g_free(incident->name);
	g_free(incident->mail);
	g_free(incident->language);
	g_free(incident->subject);
	g_free(incident->cause);
	g_free(incident->measure);
	g_free(incident->closed_by);
	g_free(incident);
}

static struct incident *read_incident(struct sql_stmt *stmt)
{
	struct incident *incident = g_new0(struct incident, 1);

	incident->id = sql_int(stmt, 0);
	incident->state = (enum incident_state)sql_int(stmt, 1);
	incident->at = sql_int(stmt, 2);
	incident->uid = sql_text(stmt, 3);
	incident->name = sql_text(stmt, 4);
	incident->mail = sql_text(stmt, 5);
	incident->language = sql_text(stmt, 6);
	incident->subject = sql_text(stmt, 7);
	incident->cause = sql_text(stmt, 8);
	incident->measure = sql_text(stmt, 9);
	incident->closed_at = sql_int(stmt, 10);
	incident->closed_by = sql_text(stmt, 11);
	return incident;
}

bool store_incident_add(struct store *store, const struct incident *incident,
			int64_t *id_r, struct kairan_error *error_r)
{
	if (!sql_run(
		store, error_r,
		"INSERT INTO incident (state, at, uid, name, mail, language, subject)"
		" VALUES (?,?,?,?,?,?,?)",
		"iisssss", (int64_t)INCIDENT_OPEN, incident->at, incident->uid,
		incident->name, incident->mail, incident->language, incident->subject))
		return false;
	*id_r = sql_last_id(store);
	return true;
}

bool store_incident_add_note(struct store *store, const struct incident_note *note,
			     int64_t *id_r, struct kairan_error *error_r)
{
	if (!sql_run(store, error_r,
		     "INSERT INTO incident_note (incident, at, uid, name, text, original)"
		     " VALUES (?,?,?,?,?,?)",
		     "iisssb", note->incident, note->at, note->uid, note->name,
		     note->text, note->original, note->original_length))
		return false;
	*id_r = sql_last_id(store);
	return true;
}

enum answer store_incident_find(struct store *store, int64_t id,
				struct incident **incident_r,
				struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt, INCIDENT_COLUMNS "WHERE id = ?", "i", id);

	if (answer == ANSWER_YES) {
		*incident_r = read_incident(stmt);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_incident_close(struct store *store, const struct incident *incident,
				 struct kairan_error *error_r)
{
	return sql_change(
	    store, error_r,
	    "UPDATE incident SET state = ?, cause = ?, measure = ?, closed_at = ?,"
	    " closed_by = ? WHERE id = ? AND state = ?",
	    "issisii", (int64_t)INCIDENT_CLOSED, incident->cause, incident->measure,
	    incident->closed_at, incident->closed_by, incident->id,
	    (int64_t)INCIDENT_OPEN);
}

bool store_incident_visit(struct store *store, const struct incident_filter *filter,
			  void (*visit)(const struct incident *incident, void *context),
			  void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    INCIDENT_COLUMNS
	    "WHERE (?1 <> 0 AND state = 1) OR (at >= ?2 AND at < ?3) ORDER BY id",
	    "iii", (int64_t)filter->open, filter->since, filter->until);

	while (answer == ANSWER_YES) {
		struct incident *incident = read_incident(stmt);

		visit(incident, context);
		incident_free(incident);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

bool store_incident_visit_notes(struct store *store, int64_t id,
				void (*visit)(const struct incident_note *note,
					      void *context),
				void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT id, at, uid, name, text, length(original) FROM incident_note"
	    " WHERE incident = ? ORDER BY id",
	    "i", id);

	while (answer == ANSWER_YES) {
		g_autofree char *uid = sql_text(stmt, 2);
		g_autofree char *name = sql_text(stmt, 3);
		g_autofree char *text = sql_text(stmt, 4);
		const struct incident_note note = {
			.id = sql_int(stmt, 0),
			.incident = id,
			.at = sql_int(stmt, 1),
			.uid = uid,
			.name = name,
			.text = text,
			.original_length = (size_t)sql_int(stmt, 5),
		};

		visit(&note, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

enum answer store_incident_find_original(struct store *store, int64_t note,
					 char **octets_r, size_t *length_r,
					 struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT original FROM incident_note WHERE id = ?"
		      " AND original IS NOT NULL",
		      "i", note);

	if (answer == ANSWER_YES) {
		*length_r = sql_octets(stmt, 0);
		*octets_r = g_memdup2(sql_blob(stmt, 0), *length_r);
		sql_done(stmt);
	}
	return answer;
}

bool store_incident_prune(struct store *store, int64_t before,
			  struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "DELETE FROM incident_note WHERE incident IN (SELECT id FROM"
		       " incident WHERE state = 2 AND closed_at < ?)",
		       "i", before) &&
	       sql_run(store, error_r,
		       "DELETE FROM incident WHERE state = 2 AND closed_at < ?", "i",
		       before);
}

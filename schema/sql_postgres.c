/*
 * NAME
 *	sql_postgres - the store in a PostgreSQL database, by libpq
 *
 * DESCRIPTION
 *	The store is what the search path finds first: a database of its own, or a schema of one. A
 *	table, kairan_schema, has the version.
 *
 *	Writers take turns (sql_postgres.h). A connection that was lost is not made anew here: the
 *	store is closed, opened and looked at like one that was away, since the server that answers
 *	next may be another (milter/round/store_opening.c). One that is lost during COMMIT leaves open
 *	whether that was done. It is said to have failed, so that whoever wrote the mail or waits
 *	for it tries again, and it is found then what is there.
 *
 *	Who alone works with the store holds a lock of the session's on this very connection: a lock
 *	on another could be lost without anybody's noticing.
 *
 * DIAGNOSTICS
 *	Failures are returned; the connection knows what they were.
 */
#include "config.h"

#include "schema/sql_postgres.h"

#include <glib.h>
#include <string.h>

#include "schema/sql_postgres_parts.h"

/* "kair", and which of the locks. */
#define LOCK_TURN  "1801546098, 1"
#define LOCK_ALONE "1801546098, 2"

/* How long a turn is waited for; and by each of those behind one that has waited in vain. */
#define TURN_WAIT       "20s"
#define TURN_WAIT_AGAIN "100ms"

static struct postgres_db *mine(struct sql_db *db)
{
	return (struct postgres_db *)db;
}

/* ---- what went wrong ---- */

static const char *complaint(struct sql_db *db)
{
	return mine(db)->complaint != NULL ? mine(db)->complaint : "";
}

static enum sql_blame blame(struct sql_db *db)
{
	return mine(db)->blame;
}

static bool execute(struct sql_db *db, const char *sql)
{
	PGresult *result = PQexec(mine(db)->handle, sql);
	const bool ok = postgres_judge(mine(db), result);

	PQclear(result);
	return ok;
}

/* The first column of the only row. */
static bool read_number(struct sql_db *db, const char *sql, int64_t *number_r)
{
	PGresult *result = PQexec(mine(db)->handle, sql);
	const bool ok = postgres_judge(mine(db), result);

	if (ok && PQntuples(result) == 1)
		*number_r = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return ok;
}

/* ---- opening ---- */

static struct sql_db *open_database(const char *path, enum sql_access access,
				    struct kairan_error *error_r)
{
	PGconn *handle = postgres_connect(path, access, error_r);
	struct postgres_db *db;

	if (handle == NULL)
		return NULL;
	db = g_new0(struct postgres_db, 1);
	db->base.driver = &sql_postgres;
	db->handle = handle;
	db->is_reader = access == SQL_READ;
	return &db->base;
}

static void close_database(struct sql_db *db)
{
	PQfinish(mine(db)->handle);
	g_free(mine(db)->complaint);
	g_free(db);
}

static enum answer be_alone(struct sql_db *db)
{
	int64_t has = 0;

	if (!read_number(db, "SELECT pg_try_advisory_lock(" LOCK_ALONE ")::int", &has))
		return ANSWER_UNKNOWN;
	return has != 0 ? ANSWER_YES : ANSWER_NO;
}

static bool prepare_store(struct sql_db *db, enum store_journal journal)
{
	(void)db;
	(void)journal;
	return true;
}

static void improve(struct sql_db *db, int older)
{
	(void)db;
	(void)older;
}

static const char *journal(const struct sql_db *db)
{
	(void)db;
	return "postgresql";
}

/* ---- the version ---- */

static bool read_version(struct sql_db *db, struct sql_version *version_r)
{
	int64_t tables, is_ours, number = 0;

	if (!read_number(db,
			 "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n"
			 " ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
			 " AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
			 &tables) ||
	    !read_number(db, "SELECT (to_regclass('kairan_schema') IS NOT NULL)::int",
			 &is_ours) ||
	    (is_ours != 0 &&
	     !read_number(db, "SELECT number FROM kairan_schema", &number)))
		return false;
	*version_r = (struct sql_version){ .is_empty = tables == 0,
					   .is_ours = is_ours != 0,
					   .number = (int)number };
	return true;
}

static bool write_version(struct sql_db *db, int version)
{
	g_autofree char *number = g_strdup_printf(
	    "CREATE TABLE IF NOT EXISTS kairan_schema (number bigint NOT NULL);"
	    " DELETE FROM kairan_schema; INSERT INTO kairan_schema VALUES (%d)",
	    version);

	return execute(db, number);
}

static bool run_section(struct sql_db *db, const char *section)
{
	g_autofree char *text = postgres_translate_section(section);

	return execute(db, text) && execute(db, postgres_functions);
}

/* ---- transactions ---- */

static const char *choose_begin(const struct postgres_db *db)
{
	if (db->is_reader)
		return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
	if (db->is_behind)
		return "BEGIN ISOLATION LEVEL READ COMMITTED;"
		       " SET LOCAL lock_timeout = '" TURN_WAIT_AGAIN "';"
		       " SELECT pg_advisory_xact_lock(" LOCK_TURN ")";
	return "BEGIN ISOLATION LEVEL READ COMMITTED;"
	       " SET LOCAL lock_timeout = '" TURN_WAIT "';"
	       " SELECT pg_advisory_xact_lock(" LOCK_TURN ")";
}

/* Each statement sees what those before have committed: nobody else writes until this ends. */
static bool begin(struct sql_db *db)
{
	const bool begun = execute(db, choose_begin(mine(db)));
	PGresult *result;

	mine(db)->changes_begun = mine(db)->total_changes;
	mine(db)->is_behind = !begun && blame(db) == SQL_BLAME_OTHERS;
	if (!begun) {
		/* What it complained of stays. */
		result = PQexec(mine(db)->handle, "ROLLBACK");
		PQclear(result);
	}
	return begun;
}

static bool is_in_transaction(struct sql_db *db)
{
	const PGTransactionStatusType status = PQtransactionStatus(mine(db)->handle);

	return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

/* COMMIT of a transaction in which something has failed succeeds, and is a ROLLBACK. */
static bool commit(struct sql_db *db)
{
	const bool has_changed = mine(db)->total_changes != mine(db)->changes_begun;
	PGresult *result =
	    PQexec(mine(db)->handle, has_changed ? "NOTIFY kairan; COMMIT" : "COMMIT");
	bool ok = postgres_judge(mine(db), result);

	if (ok && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
		postgres_complain(mine(db), SQL_BLAME_STATEMENT,
				  "the transaction was rolled back");
		ok = false;
	} else if (mine(db)->is_lost) {
		postgres_complain(
		    mine(db), SQL_BLAME_STORE,
		    "the connection was lost: whether it was done is found out when "
		    "the store is open again");
	}
	PQclear(result);
	return ok;
}

/* ---- what was written ---- */

static int64_t last_id(struct sql_db *db)
{
	int64_t id = 0;

	return read_number(db, "SELECT lastval()", &id) ? id : 0;
}

static int64_t changes(struct sql_db *db)
{
	return mine(db)->changes;
}

static int64_t total_changes(struct sql_db *db)
{
	return mine(db)->total_changes;
}

/* ---- the database ---- */

static bool is_in_place(struct sql_db *db, struct kairan_error *error_r)
{
	if (!mine(db)->is_lost)
		return true;
	return error_set(error_r, "store: the database: %s", complaint(db));
}

static bool size(struct sql_db *db, int64_t *octets_r)
{
	return read_number(db, "SELECT pg_database_size(current_database())", octets_r);
}

/* The server looks at what it reads by itself, where it was set up with checksums. */
static enum answer check(struct sql_db *db, char **fault_r)
{
	(void)fault_r;
	return execute(db, "SELECT 1 FROM kairan_schema") ? ANSWER_YES : ANSWER_UNKNOWN;
}

static void listen(struct postgres_db *db)
{
	const int self = PQbackendPID(db->handle);
	PGnotify *notice;

	while ((notice = PQnotifies(db->handle)) != NULL) {
		db->heard += notice->be_pid != self;
		PQfreemem(notice);
	}
}

/* Also notices that the server has gone, though nobody writes. */
static bool read_change(struct sql_db *db, int64_t *number_r)
{
	struct postgres_db *self = mine(db);

	if (!self->listens && !(self->listens = execute(db, "LISTEN kairan")))
		return false;
	if (PQconsumeInput(self->handle) == 0) {
		self->is_lost = true;
		postgres_complain(self, SQL_BLAME_STORE, PQerrorMessage(self->handle));
		return false;
	}
	listen(self);
	*number_r = self->heard;
	return true;
}

/* The server gives back by itself what it can (autovacuum). */
static enum answer shrink(struct sql_db *db, int pages)
{
	(void)db;
	(void)pages;
	return ANSWER_NO;
}

const struct sql_driver sql_postgres = {
	.open = open_database,
	.close = close_database,
	.be_alone = be_alone,
	.complaint = complaint,
	.blame = blame,
	.prepare = postgres_prepare,
	.finalize = postgres_finalize,
	.bind_int = postgres_bind_int,
	.bind_text = postgres_bind_text,
	.bind_blob = postgres_bind_blob,
	.step = postgres_step,
	.reset = postgres_reset,
	.type = postgres_type,
	.integer = postgres_integer,
	.text = postgres_text,
	.blob = postgres_blob,
	.octets = postgres_octets,
	.last_id = last_id,
	.changes = changes,
	.total_changes = total_changes,
	.begin = begin,
	.commit = commit,
	.execute = execute,
	.is_in_transaction = is_in_transaction,
	.read_version = read_version,
	.write_version = write_version,
	.run_section = run_section,
	.prepare_store = prepare_store,
	.improve = improve,
	.journal = journal,
	.is_in_place = is_in_place,
	.size = size,
	.check = check,
	.read_change = read_change,
	.shrink = shrink,
};

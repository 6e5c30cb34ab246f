/*
 * A second connection to a store, which goes past the code under test, as an intruder's. Needs
 * cmocka.h before it.
 */
#ifndef KAIRAN_TESTS_RAW_STORE_H
#define KAIRAN_TESTS_RAW_STORE_H

#include <glib.h>
#include <sqlite3.h>

#include "schema/store_name.h"

/* The URI of a server on which each store is a schema, or NULL: stores are files. */
static inline const char *raw_server(void)
{
	return getenv("KAIRAN_TEST_POSTGRES");
}

/* For a test of what files have, or SQLite does. */
#define ONLY_FILES()                      \
	do {                              \
		if (raw_server() != NULL) \
			return;           \
	} while (0)

#ifdef HAVE_POSTGRESQL
#include <libpq-fe.h>

/* x'00' is '\x00' there. */
static inline char *raw_translate(const char *sql)
{
	g_autoptr(GRegex) blob = g_regex_new("(?<=[ (,])x'(?=[0-9a-f]*')", 0, 0, NULL);

	return g_regex_replace_literal(blob, sql, -1, 0, "'\\x", 0, NULL);
}

/* To PQclear(). */
static inline PGresult *raw_ask_server(const char *uri, const char *sql)
{
	g_autofree char *text = raw_translate(sql);
	PGconn *handle = PQconnectdb(uri);
	PGresult *result = PQexec(handle, text);
	const ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(handle));
	PQfinish(handle);
	return result;
}

static inline void raw_run_on_server(const char *uri, const char *sql)
{
	PQclear(raw_ask_server(uri, sql));
}

static inline int64_t raw_number_of_server(const char *uri, const char *sql)
{
	PGresult *result = raw_ask_server(uri, sql);
	int64_t number;

	assert_true(PQntuples(result) > 0);
	number = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return number;
}
#else
static inline void raw_run_on_server(const char *uri, const char *sql)
{
	fail_msg("%s: %s: this was built without PostgreSQL", uri, sql);
}

static inline int64_t raw_number_of_server(const char *uri, const char *sql)
{
	raw_run_on_server(uri, sql);
	return 0;
}
#endif

/* Run SQL with a connection of its own; outside a transaction. */
static inline void raw_run(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *message = NULL;

	if (!store_is_file(path)) {
		raw_run_on_server(path, sql);
		return;
	}
	assert_int_equal(
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL),
	    SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The first column of the first row. */
static inline int64_t raw_number(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int64_t number;

	if (!store_is_file(path))
		return raw_number_of_server(path, sql);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return number;
}

/* The name of a store that does not exist yet: a file's, or a schema's that is fresh. */
static inline void raw_choose_name(const char *file, char *name_r, size_t size)
{
	static int count;
	const char *server = raw_server();
	char sql[64];

	if (server == NULL) {
		(void)g_snprintf(name_r, size, "%s", file);
		return;
	}
	(void)g_snprintf(sql, sizeof(sql), "CREATE SCHEMA t%d_%d", (int)getpid(),
			 ++count);
	raw_run(server, sql);
	(void)g_snprintf(name_r, size, "%s&options=-csearch_path%%3Dt%d_%d", server,
			 (int)getpid(), count);
}

#endif

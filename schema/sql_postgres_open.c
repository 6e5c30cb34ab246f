/*
 * NAME
 *	sql_postgres_open - a connection to PostgreSQL
 *
 * DESCRIPTION
 *	The URI is libpq's own. What it leaves open is set so that a server which is gone is
 *	noticed within seconds, that of several hosts the one is taken which can be written to, and
 *	that another host has to prove by its certificate who it is. A password stands in a file
 *	(passfile, libpq's .pgpass), since the URI is logged.
 *
 * DIAGNOSTICS
 *	Errors name no more of the URI than the key that is wrong.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "policy/text.h"
#include "schema/sql_postgres_parts.h"

#define SERVER_OLDEST 150000 /* 15.0 */

static const char *find_option(const PQconninfoOption *options, const char *key)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, key) == 0)
			return options->val;
	return NULL;
}

static bool is_local(const char *host)
{
	return *host == '\0' || *host == '/' || *host == '@' ||
	       strcmp(host, "localhost") == 0 || text_begins_with(host, "127.") ||
	       strcmp(host, "::1") == 0;
}

static bool are_local(const char *hosts)
{
	g_auto(GStrv) list = g_strsplit(hosts, ",", -1);

	for (size_t i = 0; list[i] != NULL; i++)
		if (!is_local(list[i]))
			return false;
	return true;
}

static bool is_on_this_machine(const PQconninfoOption *options)
{
	const char *host = find_option(options, "host");
	const char *address = find_option(options, "hostaddr");

	if (host == NULL)
		host = getenv("PGHOST");
	return are_local(host != NULL ? host : "") &&
	       are_local(address != NULL ? address : "");
}

static bool check_options(const PQconninfoOption *options, const char **tls_r,
			  struct kairan_error *error_r)
{
	const char *tls = find_option(options, "sslmode");

	*tls_r = NULL;
	if (find_option(options, "password") != NULL)
		return error_set(
		    error_r,
		    "store: a password does not stand in its URI, which is logged; "
		    "passfile=FILE names a file with it");
	if (find_option(options, "service") != NULL)
		return error_set(
		    error_r,
		    "store: service=: what it stands for is written into the URI");
	if (is_on_this_machine(options))
		return true;
	*tls_r = "verify-full";
	if (tls == NULL || strcmp(tls, "verify-full") == 0 ||
	    strcmp(tls, "verify-ca") == 0)
		return true;
	return error_set(error_r,
			 "store: sslmode=%s: a server on another host proves who it is "
			 "(verify-full)",
			 tls);
}

/* Which default for TLS the URI wants; false: it is not as it should be. */
static bool check_uri(const char *uri, const char **tls_r, struct kairan_error *error_r)
{
	char *complaint = NULL;
	PQconninfoOption *options = PQconninfoParse(uri, &complaint);
	bool ok;

	if (options == NULL) {
		(void)error_set(error_r, "store: its URI: %s",
				complaint != NULL ? g_strchomp(complaint)
						  : "out of memory");
		PQfreemem(complaint);
		return false;
	}
	ok = check_options(options, tls_r, error_r);
	PQconninfoFree(options);
	return ok;
}

static void ignore_notice(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static bool check_server(PGconn *handle, struct kairan_error *error_r)
{
	const char *encoding = PQparameterStatus(handle, "server_encoding");

	if (PQserverVersion(handle) < SERVER_OLDEST)
		return error_set(error_r,
				 "store: the server is older than PostgreSQL 15");
	if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
		return error_set(
		    error_r,
		    "store: the database is in %s; `createdb -E UTF8` makes one for it",
		    encoding != NULL ? encoding : "no encoding");
	return true;
}

/* What is committed is on the disk, and on that of a synchronous standby where there is one. */
static bool prepare_session(PGconn *handle, struct kairan_error *error_r)
{
	PGresult *result = PQexec(
	    handle,
	    "SET bytea_output = hex; SET standard_conforming_strings = on; SET jit = off;"
	    " SET statement_timeout = 0; SET tcp_keepalives_idle = 10;"
	    " SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
	    " SELECT set_config('synchronous_commit', 'on', false)"
	    "  WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')");
	const bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;

	if (!ok)
		(void)error_set(error_r, "store: the database: %s",
				g_strchomp(PQresultErrorMessage(result)));
	PQclear(result);
	return ok;
}

PGconn *postgres_connect(const char *uri, enum sql_access access,
			 struct kairan_error *error_r)
{
	/* What stands before dbname is only what it leaves open. */
	const char *keys[] = { "connect_timeout",
			       "keepalives_idle",
			       "keepalives_interval",
			       "keepalives_count",
			       "tcp_user_timeout",
			       "gssencmode",
			       "fallback_application_name",
			       "target_session_attrs",
			       "sslmode",
			       "dbname",
			       "client_encoding",
			       NULL };
	const char *values[] = {
		"5",     "10",      "5",      "3",
		"20000", "disable", "kairan", access == SQL_READ ? "any" : "read-write",
		NULL,    uri,       "UTF8",   NULL
	};
	PGconn *handle;

	if (!check_uri(uri, &values[8], error_r))
		return NULL;
	handle = PQconnectdbParams(keys, values, 1);
	(void)PQsetNoticeProcessor(handle, ignore_notice, NULL);
	if (PQstatus(handle) != CONNECTION_OK)
		(void)error_set(error_r, "store: the database: %s",
				g_strchomp(PQerrorMessage(handle)));
	else if (check_server(handle, error_r) && prepare_session(handle, error_r))
		return handle;
	PQfinish(handle);
	return NULL;
}

/*
 * NAME
 *	commits - SQLite's own rate of commits, to measure kairan against
 *
 * DESCRIPTION
 *	commits FILE JOURNAL COUNT
 *
 *	Commits COUNT rows of 1,000 octets one by one, with the journal mode and the durability
 *	that the store uses, and prints the seconds it took.
 *
 * DIAGNOSTICS
 *	Exits with 1 when SQLite complains.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static bool run(sqlite3 *db, const char *sql)
{
	char *complaint = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &complaint) == SQLITE_OK)
		return true;
	fprintf(stderr, "commits: %s: %s\n", sql, complaint);
	sqlite3_free(complaint);
	return false;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	char pragma[128];
	sqlite3 *db = NULL;
	double start;
	bool ok;

	if (argc != 4)
		return 64;
	(void)snprintf(pragma, sizeof(pragma),
		       "PRAGMA journal_mode=%s; PRAGMA synchronous=%s", argv[2],
		       argv[2][0] == 'w' ? "FULL" : "EXTRA");
	(void)unlink(argv[1]);
	ok = sqlite3_open(argv[1], &db) == SQLITE_OK && run(db, pragma) &&
	     run(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, octets BLOB)");
	start = seconds_now();
	for (long i = strtol(argv[3], NULL, 10); ok && i > 0; i--)
		ok = run(
		    db,
		    "BEGIN IMMEDIATE; INSERT INTO t (octets) VALUES (randomblob(1000));"
		    " COMMIT");
	printf("%f\n", seconds_now() - start);
	(void)sqlite3_close(db);
	return ok ? 0 : 1;
}

/*
 * What statements of schema/store_*.c can ask of an address, given to SQLite (PostgreSQL gets its own,
 * sql_postgres_words.c):
 *
 *	is_address(TEXT, KEY)  is this the address whose folded form is KEY?
 *	names(OCTETS, KEY)     does it stand among them?
 *	without(TEXT, KEY)     the text, with "***" where it stood
 */
#ifndef KAIRAN_SCHEMA_SQL_FUNCTIONS_H
#define KAIRAN_SCHEMA_SQL_FUNCTIONS_H

#include <sqlite3.h>
#include <stdbool.h>

/* Give a connection these functions; false: out of memory. */
bool sql_functions_add(sqlite3 *db);

#endif

/*
 * SQLite as a driver (schema/sql_driver.h): path is a file's name.
 */
#ifndef KAIRAN_SCHEMA_SQL_SQLITE_H
#define KAIRAN_SCHEMA_SQL_SQLITE_H

extern const struct sql_driver sql_sqlite;

/* What marks a file as kairan's: "kair". */
#define SQL_SQLITE_APPLICATION_ID 0x6b616972

/* Set what holds for a whole process, before it uses SQLite in any other way; the first call does. */
void sql_sqlite_configure(void);

#endif

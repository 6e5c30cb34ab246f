/*
 * The drivers that this program has (schema/sql_driver.h).
 */
#ifndef KAIRAN_SCHEMA_SQL_DRIVERS_H
#define KAIRAN_SCHEMA_SQL_DRIVERS_H

#include "schema/sql_driver.h"

/* The one of a store by its name: a file's, or a URI. NULL: this program was built without. */
const struct sql_driver *sql_drivers_find(const char *name, struct kairan_error *error_r);

#endif

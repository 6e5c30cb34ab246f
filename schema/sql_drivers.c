/*
 * NAME
 *	sql_drivers - which database has a store of this name
 *
 * DESCRIPTION
 *	A path is SQLite's; a URI, as libpq has it, is PostgreSQL's.
 *
 * DIAGNOSTICS
 *	Error: this program was built without it.
 */
#include "config.h"

#include "schema/sql_drivers.h"

#include "schema/sql_sqlite.h"
#include "schema/store_name.h"

#ifdef HAVE_POSTGRESQL
#include "schema/sql_postgres.h"
#endif

const struct sql_driver *sql_drivers_find(const char *name, struct kairan_error *error_r)
{
	if (store_is_file(name))
		return &sql_sqlite;
#ifdef HAVE_POSTGRESQL
	(void)error_r;
	return &sql_postgres;
#else
	(void)error_set(error_r, "store: this kairan was built without PostgreSQL "
				 "(--with-postgresql)");
	return NULL;
#endif
}

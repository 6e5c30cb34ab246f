/*
 * How SQLite keeps what is not in the store's file yet.
 */
#ifndef KAIRAN_SCHEMA_STORE_JOURNAL_H
#define KAIRAN_SCHEMA_STORE_JOURNAL_H

#include <stdbool.h>

enum store_journal {
	STORE_JOURNAL_BEST,     /* WAL where the SQLite at run time is safe with it */
	STORE_JOURNAL_ROLLBACK, /* rollback journal, synchronous=EXTRA */
	STORE_JOURNAL_WAL,
};

/* Does SQLite of this version number (3.51.3: 3051003) have the fix of the WAL-reset bug? */
bool store_wal_is_safe(int libversion);

#endif

/*
 * NAME
 *	store_journal - which journal is safe
 *
 * DESCRIPTION
 *	WAL mode can lose commits in SQLite before 3.51.3 (with the fix also in 3.50.7 and
 *	3.44.6) when two connections are open, as the daemon and kairanctl are. It is used only
 *	where the library at run time has the fix; otherwise a rollback journal with
 *	synchronous=EXTRA, which also syncs the directory after the journal is deleted.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "schema/store_journal.h"

bool store_wal_is_safe(int libversion)
{
	if (libversion >= 3051003)
		return true;
	if (libversion >= 3050007 && libversion < 3051000)
		return true;
	return libversion >= 3044006 && libversion < 3045000;
}

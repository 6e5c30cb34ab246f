/*
 * NAME
 *	store_place - is the file that is open still the store?
 *
 * DESCRIPTION
 *	A file that was removed, or replaced by another, goes on taking writes that nobody will
 *	ever read. One stat(2) for each transaction finds that out.
 *
 * DIAGNOSTICS
 *	Failures are returned, and noted for store_failing_since().
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/clock.h"
#include "schema/store_parts.h"

void store_note_failure(struct store *store, const char *why)
{
	(void)error_set(&store->failure, "%s", why);
	if (store->failing_since == 0)
		store->failing_since = clock_now();
}

bool store_check_place(struct store *store, struct kairan_error *error_r)
{
	struct kairan_error error;
	struct stat status;
	const bool is_there = store->path != NULL && stat(store->path, &status) == 0;

	if (store->shut_reason != NULL)
		return error_set(error_r, "%s", store->failure.text);
	if (is_there && status.st_dev == store->device && status.st_ino == store->inode)
		return true;
	(void)error_set(&error, "store: %s: %s", store->path,
			is_there ? "another file has come in its place"
				 : strerror(errno));
	store_note_failure(store, error.text);
	return error_set(error_r, "%s", error.text);
}

/*
 * Which broadcasts are in the archive.
 */
#ifndef KAIRAN_SCHEMA_STORE_ARCHIVE_H
#define KAIRAN_SCHEMA_STORE_ARCHIVE_H

#include "schema/store_draft.h"

/* The first draft that went out, or was stopped after some of it had, and is not in the archive.
 * One whose text is not kept any more never is. In a transaction, as is the next. */
enum answer store_archive_find(struct store *store, struct draft **draft_r,
			       struct kairan_error *error_r);

/* Was its text in a language ("": its own) sent to anybody, or may it have been? */
enum answer store_archive_went_out(struct store *store, int64_t draft,
				   const char *language, struct kairan_error *error_r);

bool store_archive_note(struct store *store, int64_t draft, struct kairan_error *error_r);

#endif

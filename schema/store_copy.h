/*
 * Copies of the store, while it is in use.
 */
#ifndef KAIRAN_SCHEMA_STORE_COPY_H
#define KAIRAN_SCHEMA_STORE_COPY_H

#include "schema/store.h"

/* Write a consistent copy to a new file, on the disk when it returns true. show (may be NULL) is
 * told of pages done and of all. A file that exists is an error. Outside a transaction. */
bool store_copy_write(struct store *store, const char *path,
		      void (*show)(int64_t done, int64_t all, void *context),
		      void *context, struct kairan_error *error_r);

/* Before a store is opened: if it was made by an older kairan, opening it will bring it to this
 * one's version, from which there is no way back. So a copy is written beside it first, whose
 * name ends in ".version-N"; one of that name is replaced. A store that is of today, that does
 * not exist yet or that is none of ours stays alone. The log names the copy. */
bool store_copy_keep_older(const char *path, struct kairan_error *error_r);

/* Is the file a sound store of kairan that this program can use? It is opened to read only. */
bool store_copy_check(const char *path, struct kairan_error *error_r);

/* SQLite's quick check of a store that is open, outside of a transaction. NO: it is damaged, and
 * *error_r says how. */
enum answer store_copy_judge(struct store *store, struct kairan_error *error_r);

#endif

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

/* Is the file a sound store of kairan that this program can use? It is opened to read only. */
bool store_copy_check(const char *path, struct kairan_error *error_r);

#endif

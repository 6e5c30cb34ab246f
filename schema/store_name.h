/*
 * A store's name is a file's path, or a URI of PostgreSQL's.
 */
#ifndef KAIRAN_SCHEMA_STORE_NAME_H
#define KAIRAN_SCHEMA_STORE_NAME_H

#include <stdbool.h>

/* Is it a file? */
static inline bool store_is_file(const char *name)
{
	return *name == '/';
}

#endif

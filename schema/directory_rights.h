/*
 * What kairan's account may see of the directory, for who looks after the installation.
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_RIGHTS_H
#define KAIRAN_SCHEMA_DIRECTORY_RIGHTS_H

#include <stdint.h>

#include "schema/directory.h"

/* Entries that a filter finds, and the attributes that are read of them: settings' values, each a
 * name, names separated by commas, or ""; NULL behind the last. */
struct directory_look {
	const char *filter;
	const char *const *attributes;
};

/* May each of these attributes be read, in an entry that has it, or else be compared with? NO:
 * found_r has what cannot be, and why; or that there is no such entry. */
enum answer directory_may_read(struct directory *directory,
			       const struct directory_look *look,
			       struct kairan_error *found_r);

/* Does any of the first people show this attribute? */
enum answer directory_shows(struct directory *directory, const char *attribute,
			    struct kairan_error *found_r);

/* Does ldap_accesslog_base have writes that can be read? */
enum answer directory_may_read_writes(struct directory *directory,
				      struct kairan_error *found_r);

/* Is anything written in the directory after this time, by its own clock? */
enum answer directory_has_later(struct directory *directory, int64_t at,
				struct kairan_error *found_r);

#endif

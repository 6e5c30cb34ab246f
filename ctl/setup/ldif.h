/*
 * LDIF (RFC 2849): samples, and what ldapsearch prints.
 */
#ifndef KAIRAN_CTL_SETUP_LDIF_H
#define KAIRAN_CTL_SETUP_LDIF_H

#include <glib.h>
#include <stdbool.h>

struct ldif_line {
	char *name;
	char *value;
};

/* One record: its lines in order, the DN not among them. */
struct ldif_record {
	char *dn;
	GArray *lines; /* of struct ldif_line */
};

/* All records of a text, comments left out. Free with g_ptr_array_unref(). */
GPtrArray *ldif_read(const char *text);

/* The n-th value of an attribute (names are compared without case); NULL past the last. The
 * string is the record's. */
const char *ldif_value(const struct ldif_record *record, const char *name, guint n);

/* Has the attribute this value, case and a leading "{n}" apart? */
bool ldif_has(const struct ldif_record *record, const char *name, const char *value);

/* The value without the "{n}" that slapd puts before it; inside of value. */
const char *ldif_bare(const char *value);

/* Print "NAME: VALUE", or a blank line's end where name is NULL. */
void ldif_print(GString *out, const char *name, const char *value);

#endif

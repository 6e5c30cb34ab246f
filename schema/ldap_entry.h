/*
 * What stands in an entry that LDAP gave: attribute values as strings, DNs in one canonical
 * form, times. Only for schema/directory*.c.
 */
#ifndef KAIRAN_SCHEMA_LDAP_ENTRY_H
#define KAIRAN_SCHEMA_LDAP_ENTRY_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"
#include "policy/error.h"

/* A value for a filter, escaped (RFC 4515 section 3). Free with g_free(), as are the other
 * strings here. */
char *ldap_entry_escape(const char *text);

/* A DN in the canonical form (LDAPv3 string, case folded, control characters escaped); NULL when
 * the text is none, or that of no entry (""). */
char *ldap_entry_canonical_dn(const char *text);

/* The entry's own DN, canonical; NULL when it cannot be read. */
char *ldap_entry_dn(LDAP *ld, LDAPMessage *entry);

/* Is an entry below another one, or the same? Both canonical. In doubt (a comma that may be part of
 * a name) it is not. */
bool ldap_entry_is_below(const char *dn, const char *above);

/* All values of an attribute ("": none): a new NULL-terminated vector, perhaps empty. Free
 * with g_strfreev(). */
char **ldap_entry_values(LDAP *ld, LDAPMessage *entry, const char *attribute);

/* The first value; NULL when there is none. */
char *ldap_entry_first(LDAP *ld, LDAPMessage *entry, const char *attribute);

/* The first value where it may have several lines, each of them cleaned; NULL when there is
 * none. */
char *ldap_entry_lines(LDAP *ld, LDAPMessage *entry, const char *attribute);

/* What stays when the entry is renamed (ldap_entry_id); "" when there is none. */
char *ldap_entry_id(LDAP *ld, LDAPMessage *entry, const struct settings *settings);

/* A name in a language (";lang-ja"), or without a tag, or the fallback, which may be NULL. */
char *ldap_entry_name(LDAP *ld, LDAPMessage *entry, const char *attribute,
		      const char *language, const char *fallback);

/* All values of these attributes (separated by commas or blanks) that are UTF-8, in all
 * languages (";lang-ja" and the like), each once: as ldap_entry_values(). */
char **ldap_entry_all_values(LDAP *ld, LDAPMessage *entry, const char *attributes);

/* DN values in canonical form, without empty ones; NULL when one is not a DN. */
char **ldap_entry_dns(LDAP *ld, LDAPMessage *entry, const char *attribute,
		      struct kairan_error *error_r);

/* Generalized time as servers write it: YYYYMMDDHHMMSS, perhaps a fraction, which is dropped,
 * and Z. False for everything else, other zones among it. */
bool ldap_entry_read_time(const char *text, int64_t *at_r);

#endif

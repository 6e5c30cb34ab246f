/*
 * Changes of the directory: put together, shown as LDIF (RFC 2849), or carried out as an
 * administrator. kairan's own account writes nothing.
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_EDIT_H
#define KAIRAN_SCHEMA_DIRECTORY_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "conf/settings.h"
#include "policy/error.h"

struct directory_edit;

enum directory_edit_kind { EDIT_ADD, EDIT_MODIFY, EDIT_DELETE };
enum directory_edit_how { EDIT_PUT_ADD, EDIT_PUT_REPLACE, EDIT_PUT_REMOVE };

struct directory_edit *directory_edit_new(void);
void directory_edit_free(struct directory_edit *edit);

/* The next entry; all that is put from now on is of it. Entries that are added come before those
 * that are modified, and these before those that are deleted, so that what fails half-way can
 * be taken back. */
void directory_edit_begin(struct directory_edit *edit, enum directory_edit_kind kind,
			  const char *dn);

/* A value (UTF-8; NULL and "": none) of an attribute ("": none) of the entry; EDIT_PUT_ADD for one
 * that is added. */
void directory_edit_put(struct directory_edit *edit, enum directory_edit_how how,
			const char *attribute, const char *value);
/* The same with a language tag: "cn;lang-ja". */
void directory_edit_put_name(struct directory_edit *edit, enum directory_edit_how how,
			     const char *attribute, const char *language,
			     const char *value);

/* A comment in front of the entry; one line. */
void directory_edit_comment(struct directory_edit *edit, const char *text);

/* How many entries it changes. */
size_t directory_edit_count(const struct directory_edit *edit);

/* For ldapmodify(1). */
void directory_edit_print(const struct directory_edit *edit, FILE *out);

/* Who carries it out. */
struct directory_editor {
	const char *dn; /* NULL: whom the server takes the process for (SASL EXTERNAL) */
	const char *password;
};

/* Carry it out, over a connection of its own. Where an entry is refused, those that were added
 * before are taken back; the error names the entry, and says what was done and stays. */
bool directory_edit_apply(const struct directory_edit *edit,
			  const struct settings *settings,
			  const struct directory_editor *editor,
			  struct kairan_error *error_r);

/* The canonical DN of an entry of a new person, section or broadcast: below base or, where that is
 * "", below the unit (ou) of ldap_base. The value needs no escape. Free with g_free(). */
char *directory_edit_make_dn(const char *attribute, const char *value, const char *base,
			     const char *unit, const struct settings *settings);

/* The class that a filter asks for first, such as "kairanSection" in
 * "(objectClass=kairanSection)"; else the fallback. Free with g_free(). */
char *directory_edit_find_class(const char *filter, const char *fallback);

#endif

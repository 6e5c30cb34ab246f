/*
 * NAME
 *	directory_writes - writes in the directory
 *
 * DESCRIPTION
 *	Reads auditWriteObjects. reqMod has a line for each value, "ATTRIBUTE:OP VALUE" with '+',
 *	'-', '=' or '#' as the operation; reqOld has "ATTRIBUTE: VALUE" of what was there before,
 *	where the overlay's olcAccessLogOldAttr or logold says so. Attributes that the server
 *	itself keeps are left out, and secrets are never shown.
 *
 * DIAGNOSTICS
 *	Could not ask: as in directory.c, and an accesslog base that does not exist.
 */
#include "config.h"

#include "schema/directory_writes.h"

#include <string.h>

#include "conf/log.h"
#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

#define CHANGES_MOST 2000 /* octets */

static void free_write(void *context)
{
	struct directory_write *write = context;

	g_free(write->start);
	g_free(write->author);
	g_free(write->operation);
	g_free(write->entry);
	g_free(write->changes);
	g_free(write);
}

static bool has_name(const char *const *names, const char *text, size_t length)
{
	for (; *names != NULL; names++)
		if (strlen(*names) == length &&
		    g_ascii_strncasecmp(*names, text, length) == 0)
			return true;
	return false;
}

static bool is_secret(const char *text, size_t length)
{
	static const char *const secrets[] = { "userPassword", "pwdHistory",
					       "authPassword", NULL };

	return has_name(secrets, text, length);
}

static bool is_the_servers(const char *text, size_t length)
{
	static const char *const own[] = { "entryCSN",        "modifiersName",
					   "modifyTimestamp", "creatorsName",
					   "createTimestamp", "structuralObjectClass",
					   "entryUUID",       NULL };

	return has_name(own, text, length);
}

static void append_line(GString *changes, const char *prefix, const char *line)
{
	const char *colon = strchr(line, ':');
	const size_t length = colon != NULL ? (size_t)(colon - line) : strlen(line);
	g_autofree char *valid = NULL;

	if (is_the_servers(line, length) || changes->len > CHANGES_MOST)
		return;
	if (changes->len > 0)
		g_string_append(changes, "; ");
	g_string_append(changes, prefix);
	if (is_secret(line, length)) {
		g_string_append_printf(changes, "%.*s: (secret)", (int)length, line);
		return;
	}
	valid = g_utf8_make_valid(line, -1);
	g_string_append(changes, g_strdelimit(valid, "\r\n", ' '));
}

static void append_lines(GString *changes, const char *prefix, char **lines)
{
	for (size_t i = 0; lines[i] != NULL; i++)
		append_line(changes, prefix, lines[i]);
	g_strfreev(lines);
}

static char *read_changes(LDAP *ld, LDAPMessage *entry)
{
	GString *changes = g_string_new(NULL);

	append_lines(changes, "was ", ldap_entry_values(ld, entry, "reqOld"));
	append_lines(changes, "", ldap_entry_values(ld, entry, "reqMod"));
	append_lines(changes, "new RDN ", ldap_entry_values(ld, entry, "reqNewRDN"));
	return g_string_free(changes, FALSE);
}

/* "uid=NAME,..." is NAME. */
static char *read_author(LDAP *ld, LDAPMessage *entry)
{
	g_autofree char *dn = ldap_entry_first(ld, entry, "reqAuthzID");
	const char *comma;

	if (dn == NULL || g_ascii_strncasecmp(dn, "uid=", 4) != 0)
		return g_strdup(dn != NULL ? dn : "");
	comma = strchr(dn, ',');
	return g_ascii_strdown(dn + 4, comma != NULL ? comma - dn - 4 : -1);
}

static bool is_below(const char *dn, const char *base)
{
	g_autofree char *one = ldap_entry_canonical_dn(dn);
	g_autofree char *other = ldap_entry_canonical_dn(base);

	return one != NULL && other != NULL && g_str_has_suffix(one, other);
}

/* NULL for a write elsewhere, or by the server itself. */
static struct directory_write *read_write(const struct directory *directory, LDAP *ld,
					  LDAPMessage *entry)
{
	struct directory_write *write = g_new0(struct directory_write, 1);
	g_autofree char *type = ldap_entry_first(ld, entry, "reqType");

	write->start = ldap_entry_first(ld, entry, "reqStart");
	write->entry = ldap_entry_first(ld, entry, "reqDN");
	write->author = read_author(ld, entry);
	write->operation = g_strconcat("ldap-", type != NULL ? type : "write", NULL);
	write->changes = read_changes(ld, entry);
	if (write->start == NULL || !ldap_entry_read_time(write->start, &write->at) ||
	    write->entry == NULL ||
	    !is_below(write->entry, directory->settings->ldap_base) ||
	    *write->author == '\0') {
		free_write(write);
		return NULL;
	}
	return write;
}

static gint compare_starts(gconstpointer one, gconstpointer other)
{
	const struct directory_write *const *a = one, *const *b = other;

	return strcmp((*a)->start, (*b)->start);
}

bool directory_list_writes(struct directory *directory, const char *after,
			   GPtrArray **writes_r, struct kairan_error *error_r)
{
	const char *base = directory->settings->ldap_accesslog_base;
	g_autofree char *filter = g_strdup_printf(
	    "(&(objectClass=auditWriteObject)(reqResult=0)(reqStart>=%s)(!(reqStart=%s)))",
	    after, after);
	GPtrArray *writes = g_ptr_array_new_with_free_func(free_write);
	LDAPMessage *result = NULL;
	enum answer answer;
	LDAP *ld;

	ldap_link_lock(directory->link);
	answer = ldap_link_search(directory->link, base, LDAP_SCOPE_ONELEVEL, filter,
				  NULL, &result, error_r);
	ld = ldap_link_handle(directory->link);
	for (LDAPMessage *entry = answer == ANSWER_YES ? ldap_first_entry(ld, result)
						       : NULL;
	     entry != NULL; entry = ldap_next_entry(ld, entry)) {
		struct directory_write *write = read_write(directory, ld, entry);

		if (write != NULL)
			g_ptr_array_add(writes, write);
	}
	(void)ldap_msgfree(result);
	ldap_link_unlock(directory->link);
	if (answer == ANSWER_NO)
		(void)error_set(error_r, "LDAP: ldap_accesslog_base %s does not exist",
				base);
	if (answer != ANSWER_YES) {
		g_ptr_array_unref(writes);
		return false;
	}
	g_ptr_array_sort(writes, compare_starts);
	*writes_r = writes;
	return true;
}

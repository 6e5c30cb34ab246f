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

#define CHANGES_MOST 8000 /* octets */
#define WRITES_MOST  500

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
	static const char *const secrets[] = {
		"userPassword",         "pwdHistory",
		"authPassword",         "olcRootPW",
		"sambaNTPassword",      "sambaLMPassword",
		"krbPrincipalKey",      "unicodePwd",
		"sambaPasswordHistory", NULL,
	};

	return has_name(secrets, text, length);
}

/* What nobody wrote: the server's own marks, and those of ppolicy at each login. */
static bool is_the_servers(const char *text, size_t length)
{
	static const char *const own[] = {
		"entryCSN",
		"modifiersName",
		"modifyTimestamp",
		"creatorsName",
		"createTimestamp",
		"structuralObjectClass",
		"entryUUID",
		"pwdFailureTime",
		"pwdGraceUseTime",
		"authTimestamp",
		"pwdLastSuccess",
		"contextCSN",
		NULL,
	};

	return has_name(own, text, length);
}

static void append_line(GString *changes, const char *prefix, const char *line)
{
	/* The attribute ends before its options, or before the operation. */
	const size_t length = strcspn(line, ";:");
	g_autofree char *valid = NULL;

	if (is_the_servers(line, length))
		return;
	if (changes->len > CHANGES_MOST) {
		if (!g_str_has_suffix(changes->str, "; ..."))
			g_string_append(changes, "; ...");
		return;
	}
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

	append_lines(changes, "new RDN ", ldap_entry_values(ld, entry, "reqNewRDN"));
	append_lines(changes, "now below ",
		     ldap_entry_values(ld, entry, "reqNewSuperior"));
	append_lines(changes, "", ldap_entry_values(ld, entry, "reqMod"));
	append_lines(changes, "was ", ldap_entry_values(ld, entry, "reqOld"));
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
	    *write->author == '\0' ||
	    (*write->changes == '\0' && strcmp(write->operation, "ldap-modify") == 0)) {
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

static void swap(char **one, char **other)
{
	char *kept = *one;

	*one = *other;
	*other = kept;
}

static void read_writes(const struct directory *directory, LDAP *ld, LDAPMessage *result,
			struct directory_writes *writes)
{
	for (LDAPMessage *entry = ldap_first_entry(ld, result); entry != NULL;
	     entry = ldap_next_entry(ld, entry)) {
		struct directory_write *write = read_write(directory, ld, entry);
		char *start = ldap_entry_first(ld, entry, "reqStart");

		if (write != NULL)
			g_ptr_array_add(writes->writes, write);
		if (start != NULL &&
		    (writes->last == NULL || strcmp(writes->last, start) < 0))
			swap(&writes->last, &start);
		g_free(start);
	}
	g_ptr_array_sort(writes->writes, compare_starts);
}

bool directory_list_writes(struct directory *directory, const char *start,
			   struct directory_writes *writes, struct kairan_error *error_r)
{
	const char *base = directory->settings->ldap_accesslog_base;
	g_autofree char *filter = g_strdup_printf(
	    "(&(objectClass=auditWriteObject)(reqResult=0)(reqStart>=%s))", start);
	const struct ldap_question question = { base, LDAP_SCOPE_ONELEVEL, filter, NULL };
	struct ldap_paging paging = { .most = WRITES_MOST, .cookie = writes->cookie };
	LDAPMessage *result = NULL;
	enum answer answer;

	if (writes->writes != NULL)
		g_ptr_array_unref(writes->writes);
	writes->writes = g_ptr_array_new_with_free_func(free_write);
	ldap_link_begin(directory->pages,
			ldap_health_count_failures(directory->pages_health));
	answer =
	    ldap_link_search_page(directory->pages, &question, &paging, &result, error_r);
	writes->cookie = paging.cookie;
	writes->is_cut = paging.is_cut;
	if (answer == ANSWER_YES)
		read_writes(directory, ldap_link_handle(directory->pages), result,
			    writes);
	(void)ldap_msgfree(result);
	return answer == ANSWER_YES ||
	       (answer == ANSWER_NO &&
		error_set(error_r, "LDAP: ldap_accesslog_base %s does not exist", base));
}

char *directory_writes_go_back(const char *start, int64_t seconds)
{
	GDateTime *time;
	int64_t at = 0;
	char *begin;

	if (!ldap_entry_read_time(start, &at) || at < seconds)
		at = seconds;
	time = g_date_time_new_from_unix_utc(at - seconds);
	begin = g_date_time_format(time, "%Y%m%d%H%M%S.000000Z");
	g_date_time_unref(time);
	return begin;
}

void directory_writes_clear(struct directory_writes *writes)
{
	if (writes->writes != NULL)
		g_ptr_array_unref(writes->writes);
	g_free(writes->last);
	ber_bvfree(writes->cookie);
	*writes = (struct directory_writes){ 0 };
}

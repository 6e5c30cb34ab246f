/*
 * NAME
 *	directory_edit - changes of the directory
 *
 * DESCRIPTION
 *	A list of entries to add, modify and delete. libldap writes the LDIF: what is not ASCII,
 *	and passwords, become base64 there.
 *
 *	Carried out one by one. There is no transaction that every server and overlay has (RFC
 *	5805), so additions come first and are deleted again when something is refused.
 *
 * DIAGNOSTICS
 *	All failures are returned, with the entry and what the server said.
 */
#include "config.h"

#include "schema/directory_edit.h"

#include <glib.h>
#include <ldap.h>
#include <ldif.h>
#include <string.h>
#include <sys/time.h>

#include "schema/ldap_entry.h"
#include "schema/ldap_server.h"

struct attribute {
	enum directory_edit_how how;
	char *name;
	GPtrArray *values; /* strings, and NULL at the end once it is carried out */
};

struct entry {
	enum directory_edit_kind kind;
	char *dn;
	char *comment; /* NULL: none */
	GPtrArray *attributes;
};

struct directory_edit {
	GPtrArray *entries; /* in the order of their kinds */
	struct entry *last; /* the one that was begun */
};

/* ---- putting it together ---- */

/* Some values are passwords. */
static void free_value(void *value)
{
	if (value != NULL)
		explicit_bzero(value, strlen(value));
	g_free(value);
}

static void free_attribute(void *context)
{
	struct attribute *attribute = context;

	g_free(attribute->name);
	g_ptr_array_unref(attribute->values);
	g_free(attribute);
}

static void free_entry(void *context)
{
	struct entry *entry = context;

	free_value(entry->comment);
	g_free(entry->dn);
	g_ptr_array_unref(entry->attributes);
	g_free(entry);
}

struct directory_edit *directory_edit_new(void)
{
	struct directory_edit *edit = g_new0(struct directory_edit, 1);

	edit->entries = g_ptr_array_new_with_free_func(free_entry);
	return edit;
}

void directory_edit_free(struct directory_edit *edit)
{
	if (edit == NULL)
		return;
	g_ptr_array_unref(edit->entries);
	g_free(edit);
}

void directory_edit_begin(struct directory_edit *edit, enum directory_edit_kind kind,
			  const char *dn)
{
	struct entry *entry = g_new0(struct entry, 1);
	guint place = 0;

	entry->kind = kind;
	entry->dn = g_strdup(dn);
	entry->attributes = g_ptr_array_new_with_free_func(free_attribute);
	while (place < edit->entries->len &&
	       ((struct entry *)g_ptr_array_index(edit->entries, place))->kind <= kind)
		place++;
	g_ptr_array_insert(edit->entries, (gint)place, entry);
	edit->last = entry;
}

static struct attribute *find_attribute(struct entry *entry, enum directory_edit_how how,
					const char *name)
{
	struct attribute *attribute;

	for (guint i = 0; i < entry->attributes->len; i++) {
		attribute = g_ptr_array_index(entry->attributes, i);
		if (attribute->how == how && strcmp(attribute->name, name) == 0)
			return attribute;
	}
	attribute = g_new0(struct attribute, 1);
	attribute->how = how;
	attribute->name = g_strdup(name);
	attribute->values = g_ptr_array_new_with_free_func(free_value);
	g_ptr_array_add(entry->attributes, attribute);
	return attribute;
}

void directory_edit_put(struct directory_edit *edit, enum directory_edit_how how,
			const char *attribute, const char *value)
{
	if (*attribute != '\0' && value != NULL && *value != '\0')
		g_ptr_array_add(find_attribute(edit->last, how, attribute)->values,
				g_strdup(value));
}

void directory_edit_put_name(struct directory_edit *edit, enum directory_edit_how how,
			     const char *attribute, const char *language,
			     const char *value)
{
	g_autofree char *tagged = g_strdup_printf("%s;lang-%s", attribute, language);

	if (*attribute != '\0')
		directory_edit_put(edit, how, tagged, value);
}

void directory_edit_comment(struct directory_edit *edit, const char *text)
{
	free_value(edit->last->comment);
	edit->last->comment = g_strdup(text);
}

/* A modification of nothing is none. */
static bool is_empty(const struct entry *entry)
{
	return entry->kind == EDIT_MODIFY && entry->attributes->len == 0;
}

size_t directory_edit_count(const struct directory_edit *edit)
{
	size_t count = 0;

	for (guint i = 0; i < edit->entries->len; i++)
		if (!is_empty(g_ptr_array_index(edit->entries, i)))
			count++;
	return count;
}

char *directory_edit_make_dn(const char *attribute, const char *value, const char *base,
			     const char *unit, const struct settings *settings)
{
	g_autofree char *below =
	    *base != '\0' ? g_strdup(base)
			  : g_strdup_printf("ou=%s,%s", unit, settings->ldap_base);
	g_autofree char *text = g_strdup_printf("%s=%s,%s", attribute, value, below);
	char *dn = ldap_entry_canonical_dn(text);

	return dn != NULL ? dn : g_steal_pointer(&text);
}

char *directory_edit_find_class(const char *filter, const char *fallback)
{
	static const char words[] = "objectclass=";
	g_autofree char *lower = g_ascii_strdown(filter, -1);
	const char *found = strstr(lower, words);
	const char *name;
	size_t length;

	if (found == NULL)
		return g_strdup(fallback);
	name = filter + (found - lower) + strlen(words);
	length = strcspn(name, ")*");
	return length > 0 && name[length] == ')' ? g_strndup(name, length)
						 : g_strdup(fallback);
}

/* ---- as LDIF ---- */

static void print_line(FILE *out, int type, const char *name, const char *value)
{
	char *line = ldif_put(type, name, value, (ber_len_t)strlen(value));

	if (line == NULL)
		return;
	fputs(line, out);
	explicit_bzero(line, strlen(line));
	ber_memfree(line);
}

static void print_attribute(const struct attribute *attribute,
			    enum directory_edit_kind kind, FILE *out)
{
	static const char *const words[] = { "add", "replace", "delete" };

	if (kind == EDIT_MODIFY)
		print_line(out, LDIF_PUT_VALUE, words[attribute->how], attribute->name);
	for (guint i = 0; i < attribute->values->len; i++)
		print_line(out, LDIF_PUT_VALUE, attribute->name,
			   g_ptr_array_index(attribute->values, i));
	if (kind == EDIT_MODIFY)
		fputs("-\n", out);
}

static void print_entry(const struct entry *entry, FILE *out)
{
	static const char *const words[] = { "add", "modify", "delete" };

	if (entry->comment != NULL)
		fprintf(out, "# %s\n", entry->comment);
	print_line(out, LDIF_PUT_VALUE, "dn", entry->dn);
	print_line(out, LDIF_PUT_VALUE, "changetype", words[entry->kind]);
	for (guint i = 0; i < entry->attributes->len; i++)
		print_attribute(g_ptr_array_index(entry->attributes, i), entry->kind,
				out);
}

void directory_edit_print(const struct directory_edit *edit, FILE *out)
{
	for (guint i = 0; i < edit->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(edit->entries, i);

		if (is_empty(entry))
			continue;
		if (i > 0)
			fputc('\n', out);
		print_entry(entry, out);
	}
}

/* ---- carrying it out ---- */

static int connect_as(const struct settings *settings,
		      const struct directory_editor *editor, LDAP **handle_r)
{
	const struct timeval wait = { .tv_sec = (time_t)settings->ldap_timeout };
	const int version = LDAP_VERSION3;
	const char *password = editor->password != NULL ? editor->password : "";
	struct berval secret = { strlen(password), (char *)password };
	int result = ldap_server_open(settings, handle_r);

	if (result != LDAP_SUCCESS)
		return result;
	(void)ldap_set_option(*handle_r, LDAP_OPT_PROTOCOL_VERSION, &version);
	(void)ldap_set_option(*handle_r, LDAP_OPT_NETWORK_TIMEOUT, &wait);
	(void)ldap_set_option(*handle_r, LDAP_OPT_TIMEOUT, &wait);
	(void)ldap_set_option(*handle_r, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	if (settings->ldap_starttls)
		result = ldap_start_tls_s(*handle_r, NULL, NULL);
	if (result == LDAP_SUCCESS)
		result =
		    ldap_sasl_bind_s(*handle_r, editor->dn,
				     editor->dn != NULL ? LDAP_SASL_SIMPLE : "EXTERNAL",
				     &secret, NULL, NULL, NULL);
	return result;
}

static GPtrArray *make_mods(const struct entry *entry)
{
	static const int operations[] = { LDAP_MOD_ADD, LDAP_MOD_REPLACE,
					  LDAP_MOD_DELETE };
	GPtrArray *mods = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < entry->attributes->len; i++) {
		const struct attribute *attribute =
		    g_ptr_array_index(entry->attributes, i);
		LDAPMod *mod = g_new0(LDAPMod, 1);

		if (g_ptr_array_index(attribute->values, attribute->values->len - 1) !=
		    NULL)
			g_ptr_array_add(attribute->values, NULL);
		mod->mod_op = operations[attribute->how];
		mod->mod_type = attribute->name;
		mod->mod_values = (char **)attribute->values->pdata;
		g_ptr_array_add(mods, mod);
	}
	g_ptr_array_add(mods, NULL);
	return mods;
}

static int carry_out(LDAP *handle, const struct entry *entry)
{
	GPtrArray *mods = make_mods(entry);
	LDAPMod **list = (LDAPMod **)mods->pdata;
	int result = LDAP_OTHER;

	switch (entry->kind) {
	case EDIT_ADD:
		result = ldap_add_ext_s(handle, entry->dn, list, NULL, NULL);
		break;
	case EDIT_MODIFY:
		result = ldap_modify_ext_s(handle, entry->dn, list, NULL, NULL);
		break;
	case EDIT_DELETE:
		result = ldap_delete_ext_s(handle, entry->dn, NULL, NULL);
		break;
	}
	g_ptr_array_unref(mods);
	return result;
}

/* The entries before this one: additions go again; the others are listed. */
static char *take_back(LDAP *handle, const struct directory_edit *edit, guint failed)
{
	GString *left = g_string_new(NULL);

	for (guint i = failed; i > 0; i--) {
		const struct entry *entry = g_ptr_array_index(edit->entries, i - 1);

		if (entry->kind != EDIT_ADD ||
		    ldap_delete_ext_s(handle, entry->dn, NULL, NULL) != LDAP_SUCCESS)
			g_string_append_printf(left, " %s", entry->dn);
	}
	if (left->len > 0)
		g_string_prepend(left, "; this was done and stays:");
	return g_string_free(left, FALSE);
}

static bool carry_out_all(LDAP *handle, const struct directory_edit *edit,
			  struct kairan_error *error_r)
{
	for (guint i = 0; i < edit->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(edit->entries, i);
		const int result =
		    is_empty(entry) ? LDAP_SUCCESS : carry_out(handle, entry);
		g_autofree char *left = NULL;
		char *said = NULL;

		if (result == LDAP_SUCCESS)
			continue;
		(void)ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
		left = take_back(handle, edit, i);
		(void)error_set(
		    error_r, "LDAP: %s: %s%s%s%s%s", entry->dn, ldap_err2string(result),
		    said != NULL && *said != '\0' ? " (" : "", said != NULL ? said : "",
		    said != NULL && *said != '\0' ? ")" : "", left);
		ldap_memfree(said);
		return false;
	}
	return true;
}

bool directory_edit_apply(const struct directory_edit *edit,
			  const struct settings *settings,
			  const struct directory_editor *editor,
			  struct kairan_error *error_r)
{
	LDAP *handle = NULL;
	const int result = connect_as(settings, editor, &handle);
	bool ok = result == LDAP_SUCCESS;

	if (ok)
		ok = carry_out_all(handle, edit, error_r);
	else
		(void)error_set(error_r, "LDAP %s: %s: %s", settings->ldap_uri,
				editor->dn != NULL ? editor->dn : "EXTERNAL",
				ldap_err2string(result));
	if (handle != NULL)
		(void)ldap_unbind_ext_s(handle, NULL, NULL);
	return ok;
}

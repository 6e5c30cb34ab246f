/*
 * NAME
 *	ldap_entry - values of LDAP entries
 *
 * DESCRIPTION
 *	Copies what libldap gives into strings of our own, so that a result can be freed. Whatever
 *	people put into a directory comes into mails, headers and logs: each text is one line of
 *	plain characters from here on.
 *
 * DIAGNOSTICS
 *	A value that is not a DN is named with its attribute. What is missing is NULL or empty.
 */
#include "config.h"

#include "schema/ldap_entry.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"

char *ldap_entry_escape(const char *text)
{
	GString *escaped = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		if (strchr("*()\\", *text) != NULL || (unsigned char)*text < ' ' ||
		    (unsigned char)*text >= 0x7f)
			g_string_append_printf(escaped, "\\%02x", (unsigned char)*text);
		else
			g_string_append_c(escaped, *text);
	}
	return g_string_free(escaped, FALSE);
}

/* libldap leaves a control character as it is; escaped it is the same DN (RFC 4514 section 2.4). */
static char *fold_dn(const char *written)
{
	g_autofree char *folded = g_utf8_validate(written, -1, NULL)
				      ? g_utf8_casefold(written, -1)
				      : g_ascii_strdown(written, -1);
	GString *dn = g_string_new(NULL);

	for (const char *at = folded; *at != '\0'; at++) {
		if (g_ascii_iscntrl(*at))
			g_string_append_printf(dn, "\\%02x", (unsigned char)*at);
		else
			g_string_append_c(dn, *at);
	}
	return g_string_free(dn, FALSE);
}

char *ldap_entry_canonical_dn(const char *text)
{
	LDAPDN parsed = NULL;
	char *written = NULL;
	char *folded = NULL;

	if (*text != '\0' &&
	    ldap_str2dn(text, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS &&
	    ldap_dn2str(parsed, &written, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
		folded = fold_dn(written);
	if (parsed != NULL)
		ldap_dnfree(parsed);
	ldap_memfree(written);
	return folded;
}

bool ldap_entry_is_below(const char *dn, const char *above)
{
	const size_t length = strlen(dn), tail = strlen(above);

	if (length < tail || strcmp(dn + length - tail, above) != 0)
		return false;
	return length == tail || (length > tail + 1 && dn[length - tail - 1] == ',' &&
				  dn[length - tail - 2] != '\\');
}

static char **read_values(LDAP *ld, LDAPMessage *entry, const char *attribute, bool clean)
{
	struct berval **values = NULL;
	GPtrArray *texts = g_ptr_array_new();

	if (*attribute != '\0')
		values = ldap_get_values_len(ld, entry, attribute);
	for (size_t i = 0; values != NULL && values[i] != NULL; i++)
		g_ptr_array_add(
		    texts, clean ? text_clean_line(values[i]->bv_val, values[i]->bv_len)
				 : g_strndup(values[i]->bv_val, values[i]->bv_len));
	ldap_value_free_len(values);
	g_ptr_array_add(texts, NULL);
	return (char **)g_ptr_array_free(texts, FALSE);
}

char **ldap_entry_values(LDAP *ld, LDAPMessage *entry, const char *attribute)
{
	return read_values(ld, entry, attribute, true);
}

char *ldap_entry_first(LDAP *ld, LDAPMessage *entry, const char *attribute)
{
	char **values = ldap_entry_values(ld, entry, attribute);
	char *first = g_strdup(values[0]);

	g_strfreev(values);
	return first;
}

char *ldap_entry_lines(LDAP *ld, LDAPMessage *entry, const char *attribute)
{
	char **values = read_values(ld, entry, attribute, false);
	char **lines = NULL;
	char *text = NULL;

	if (values[0] != NULL) {
		lines = g_strsplit(values[0], "\n", -1);
		for (char **line = lines; *line != NULL; line++) {
			char *clean = text_clean_line(*line, strlen(*line));

			g_free(*line);
			*line = clean;
		}
		text = g_strjoinv("\n", lines);
	}
	g_strfreev(lines);
	g_strfreev(values);
	return text;
}

char *ldap_entry_id(LDAP *ld, LDAPMessage *entry, const struct settings *settings)
{
	char *id = ldap_entry_first(ld, entry, settings->ldap_entry_id);

	return id != NULL ? id : g_strdup("");
}

char *ldap_entry_name(LDAP *ld, LDAPMessage *entry, const char *attribute,
		      const char *language, const char *fallback)
{
	g_autofree char *tagged = g_strdup_printf("%s;lang-%s", attribute, language);
	char *name = ldap_entry_first(ld, entry, tagged);

	if (name == NULL || *name == '\0') {
		g_free(name);
		name = ldap_entry_first(ld, entry, attribute);
	}
	/* Of one that has nothing but control characters nothing is left. */
	if (name == NULL || *name == '\0') {
		g_free(name);
		name = g_strdup(fallback);
	}
	return name;
}

/* Is a description as an entry has it ("cn;lang-ja") of one of the attributes? */
static bool is_one_of(const char *description, char *const *names)
{
	for (; *names != NULL; names++) {
		const size_t length = strlen(*names);

		if (length > 0 && g_ascii_strncasecmp(description, *names, length) == 0 &&
		    (description[length] == '\0' || description[length] == ';'))
			return true;
	}
	return false;
}

char **ldap_entry_all_values(LDAP *ld, LDAPMessage *entry, const char *attributes)
{
	char **names = g_strsplit_set(attributes, ", ", -1);
	GPtrArray *all = g_ptr_array_new();
	BerElement *place = NULL;
	char *description = ldap_first_attribute(ld, entry, &place);

	while (description != NULL) {
		char **values = is_one_of(description, names)
				    ? ldap_entry_values(ld, entry, description)
				    : NULL;

		for (size_t i = 0; values != NULL && values[i] != NULL; i++)
			if (g_utf8_validate(values[i], -1, NULL) &&
			    !g_ptr_array_find_with_equal_func(all, values[i], g_str_equal,
							      NULL))
				g_ptr_array_add(all, g_strdup(values[i]));
		g_strfreev(values);
		ldap_memfree(description);
		description = ldap_next_attribute(ld, entry, place);
	}
	ber_free(place, 0);
	g_strfreev(names);
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

static void fail_dn(const char *attribute, const char *value,
		    struct kairan_error *error_r)
{
	g_autofree char *shown = text_clean_line(value, strlen(value));

	(void)error_set(error_r, "LDAP: %s: not a DN: %s", attribute, shown);
}

char **ldap_entry_dns(LDAP *ld, LDAPMessage *entry, const char *attribute,
		      struct kairan_error *error_r)
{
	/* A name of another entry, which is looked for as it is. */
	g_auto(GStrv) values = read_values(ld, entry, attribute, false);
	GPtrArray *dns = g_ptr_array_new();
	bool ok = true;

	for (size_t i = 0; ok && values[i] != NULL; i++) {
		char *dn = ldap_entry_canonical_dn(values[i]);

		/* Where a group must have a member, "" is nobody. */
		ok = dn != NULL || *values[i] == '\0';
		if (dn != NULL)
			g_ptr_array_add(dns, dn);
		if (!ok)
			fail_dn(attribute, values[i], error_r);
	}
	g_ptr_array_add(dns, NULL);
	if (ok)
		return (char **)g_ptr_array_free(dns, FALSE);
	g_strfreev((char **)g_ptr_array_free(dns, FALSE));
	return NULL;
}

char *ldap_entry_dn(LDAP *ld, LDAPMessage *entry)
{
	char *text = ldap_get_dn(ld, entry);
	char *dn = ldap_entry_canonical_dn(text != NULL ? text : "");

	ldap_memfree(text);
	return dn;
}

static bool read_digits(const char **text, int count, int *number_r)
{
	*number_r = 0;
	for (; count > 0; count--, (*text)++) {
		if (!g_ascii_isdigit(**text))
			return false;
		*number_r = *number_r * 10 + (**text - '0');
	}
	return true;
}

/* Behind a fraction of a second, if there is one; NULL when it has no digits. */
static const char *skip_fraction(const char *text)
{
	if (*text != '.' && *text != ',')
		return text;
	if (!g_ascii_isdigit(*++text))
		return NULL;
	while (g_ascii_isdigit(*text))
		text++;
	return text;
}

bool ldap_entry_read_time(const char *text, int64_t *at_r)
{
	static const int digits[] = { 4, 2, 2, 2, 2, 2 };
	int parts[G_N_ELEMENTS(digits)];
	GDateTime *time;

	for (size_t i = 0; i < G_N_ELEMENTS(digits); i++)
		if (!read_digits(&text, digits[i], &parts[i]))
			return false;
	text = skip_fraction(text);
	if (text == NULL || strcmp(text, "Z") != 0)
		return false;
	time = g_date_time_new_utc(parts[0], parts[1], parts[2], parts[3], parts[4],
				   parts[5]);
	if (time == NULL)
		return false;
	*at_r = g_date_time_to_unix(time);
	g_date_time_unref(time);
	return true;
}

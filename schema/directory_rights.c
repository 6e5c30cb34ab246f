/*
 * NAME
 *	directory_rights - what kairan's account may see of the directory
 *
 * DESCRIPTION
 *	LDAP has no question for rights that all servers answer. So some entries are read. Where
 *	none of them shows an attribute, entries are looked for that do not have it: to who may not
 *	ask, that is neither true nor false of any entry (RFC 4511 section 4.5.1.7), and none is
 *	found. Comparing with it tells why (section 4.10).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/directory_rights.h"

#include <glib.h>
#include <ldap.h>
#include <string.h>
#include <time.h>

#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

/* So many entries are looked at. */
#define ENTRIES_LOOKED_AT 50

/* Each with what the settings have: names alone, a value of "" left out. */
static char **list_names(const char *const *attributes)
{
	GPtrArray *names = g_ptr_array_new();

	for (; *attributes != NULL; attributes++) {
		char **parts = g_strsplit_set(*attributes, ", ", -1);

		for (size_t i = 0; parts[i] != NULL; i++)
			if (*parts[i] != '\0')
				g_ptr_array_add(names, g_strdup(parts[i]));
		g_strfreev(parts);
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

/* The first entries of a filter. YES: there are some; else *result_r is NULL. */
static enum answer find_some(struct directory *directory, struct ldap_link *link,
			     const char *filter, char **attributes,
			     LDAPMessage **result_r, struct kairan_error *error_r)
{
	const struct ldap_question question = { directory->settings->ldap_base,
						LDAP_SCOPE_SUBTREE, filter, attributes };
	struct ldap_paging paging = { .most = ENTRIES_LOOKED_AT };
	enum answer answer =
	    ldap_link_search_page(link, &question, &paging, result_r, error_r);

	ber_bvfree(paging.cookie);
	if (answer == ANSWER_NO)
		(void)error_set(error_r, "%s is not there, or is not shown",
				directory->settings->ldap_base);
	if (answer == ANSWER_YES &&
	    ldap_first_entry(ldap_link_handle(link), *result_r) == NULL) {
		(void)error_set(error_r, "nothing that is shown is %s", filter);
		answer = ANSWER_NO;
	}
	if (answer != ANSWER_YES) {
		(void)ldap_msgfree(*result_r);
		*result_r = NULL;
	}
	return answer;
}

/* Also with a language tag. */
static bool is_shown(LDAP *ld, LDAPMessage *result, const char *attribute)
{
	for (LDAPMessage *entry = ldap_first_entry(ld, result); entry != NULL;
	     entry = ldap_next_entry(ld, entry)) {
		char **values = ldap_entry_all_values(ld, entry, attribute);
		const bool shown = values[0] != NULL;

		g_strfreev(values);
		if (shown)
			return true;
	}
	return false;
}

/* The result code of a comparison with a value of this attribute's syntax, whichever it is. */
static int compare(const struct settings *settings, LDAP *ld, const char *dn,
		   const char *attribute)
{
	static const char *const values[] = { "cn=none", "TRUE", "20000101000000Z", "0" };
	int code = LDAP_INVALID_SYNTAX;

	for (size_t i = 0; i < G_N_ELEMENTS(values) && code == LDAP_INVALID_SYNTAX; i++) {
		struct berval value = { strlen(values[i]), (char *)values[i] };
		struct timeval wait = { .tv_sec = (time_t)settings->ldap_timeout };
		LDAPMessage *answer = NULL;
		int message;

		if (ldap_compare_ext(ld, dn, attribute, &value, NULL, NULL, &message) !=
			LDAP_SUCCESS ||
		    ldap_result(ld, message, LDAP_MSG_ALL, &wait, &answer) <= 0)
			return LDAP_SERVER_DOWN;
		if (ldap_parse_result(ld, answer, &code, NULL, NULL, NULL, NULL, 1) !=
		    LDAP_SUCCESS)
			return LDAP_DECODING_ERROR;
	}
	return code;
}

/* Is there an entry that is known not to have the attribute? */
static enum answer is_lacking(struct directory *directory, struct ldap_link *link,
			      const char *filter, const char *attribute,
			      struct kairan_error *error_r)
{
	char *nothing[] = { (char *)LDAP_NO_ATTRS, NULL };
	g_autofree char *without = g_strdup_printf("(&%s(!(%s=*)))", filter, attribute);
	LDAPMessage *result = NULL;
	const enum answer answer =
	    find_some(directory, link, without, nothing, &result, error_r);

	(void)ldap_msgfree(result);
	return answer;
}

/* Why an attribute is neither shown nor known to be absent. */
static const char *describe_code(int code)
{
	switch (code) {
	case LDAP_UNDEFINED_TYPE:
		return "is not in the schema";
	case LDAP_COMPARE_TRUE:
	case LDAP_COMPARE_FALSE:
		return "is there, and is not shown";
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_NO_SUCH_ATTRIBUTE:
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INAPPROPRIATE_MATCHING:
	case LDAP_INVALID_SYNTAX:
		return "may not be read";
	default:
		return ldap_err2string(code);
	}
}

/* Entries of a look that were found, over the link that the look holds. */
struct looking {
	struct directory *directory;
	struct ldap_link *link;
	const char *filter;
	LDAPMessage *result;
};

/* May this attribute be read? NO: why not is appended. */
static enum answer ask_for(const struct looking *looking, const char *attribute,
			   GString *found, struct kairan_error *error_r)
{
	LDAP *ld = ldap_link_handle(looking->link);
	g_autofree char *dn = NULL;
	enum answer answer;

	if (is_shown(ld, looking->result, attribute))
		return ANSWER_YES;
	answer = is_lacking(looking->directory, looking->link, looking->filter, attribute,
			    error_r);
	if (answer != ANSWER_NO)
		return answer;
	ld = ldap_link_handle(looking->link);
	dn = ldap_entry_dn(ld, ldap_first_entry(ld, looking->result));
	g_string_append_printf(found, "%s%s %s", found->len > 0 ? "; " : "", attribute,
			       describe_code(compare(looking->directory->settings, ld,
						     dn != NULL ? dn : "", attribute)));
	return ANSWER_NO;
}

enum answer directory_may_read(struct directory *directory,
			       const struct directory_look *look,
			       struct kairan_error *found_r)
{
	g_auto(GStrv) names = list_names(look->attributes);
	g_autoptr(GString) found = g_string_new(NULL);
	struct looking looking = { directory, ldap_pool_take(directory->pool),
				   look->filter, NULL };
	enum answer answer = find_some(directory, looking.link, look->filter, names,
				       &looking.result, found_r);

	for (size_t i = 0; answer == ANSWER_YES && names[i] != NULL; i++)
		if (ask_for(&looking, names[i], found, found_r) == ANSWER_UNKNOWN)
			answer = ANSWER_UNKNOWN;
	(void)ldap_msgfree(looking.result);
	ldap_pool_give(directory->pool, looking.link);
	if (answer == ANSWER_YES && found->len > 0) {
		(void)error_set(found_r, "%s", found->str);
		answer = ANSWER_NO;
	}
	return answer;
}

enum answer directory_shows(struct directory *directory, const char *attribute,
			    struct kairan_error *found_r)
{
	char *attributes[] = { (char *)attribute, NULL };
	struct ldap_link *link = ldap_pool_take(directory->pool);
	LDAPMessage *result = NULL;
	enum answer answer =
	    find_some(directory, link, directory->settings->ldap_person_filter,
		      attributes, &result, found_r);

	if (answer == ANSWER_YES && !is_shown(ldap_link_handle(link), result, attribute))
		answer = ANSWER_NO;
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	return answer;
}

/* Is there an entry of this filter? NO also without the base. */
static enum answer has_entry(struct directory *directory, const char *base, int scope,
			     const char *filter, struct kairan_error *error_r)
{
	char *nothing[] = { (char *)LDAP_NO_ATTRS, NULL };
	const struct ldap_question question = { base, scope, filter, nothing };
	struct ldap_paging paging = { .most = 1 };
	struct ldap_link *link = ldap_pool_take(directory->pool);
	LDAPMessage *result = NULL;
	enum answer answer =
	    ldap_link_search_page(link, &question, &paging, &result, error_r);

	ber_bvfree(paging.cookie);
	if (answer == ANSWER_YES &&
	    ldap_first_entry(ldap_link_handle(link), result) == NULL)
		answer = ANSWER_NO;
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	return answer;
}

enum answer directory_may_read_writes(struct directory *directory,
				      struct kairan_error *found_r)
{
	const char *base = directory->settings->ldap_accesslog_base;
	const enum answer answer = has_entry(directory, base, LDAP_SCOPE_ONELEVEL,
					     "(objectClass=auditWriteObject)", found_r);

	if (answer == ANSWER_NO)
		(void)error_set(found_r, "%s shows no write", base);
	return answer;
}

enum answer directory_has_later(struct directory *directory, int64_t at,
				struct kairan_error *found_r)
{
	const struct settings *settings = directory->settings;
	const time_t seconds = (time_t)at;
	g_autofree char *filter = NULL;
	char time[sizeof("20261201000000Z")];
	struct tm tm;
	enum answer answer;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(time, sizeof(time), "%Y%m%d%H%M%SZ", &tm) == 0)
		return ANSWER_UNKNOWN;
	filter = g_strdup_printf("(|(reqStart>=%s)(%s>=%s))", time,
				 settings->ldap_created, time);
	answer = has_entry(directory, settings->ldap_base, LDAP_SCOPE_SUBTREE, filter,
			   found_r);
	if (answer == ANSWER_NO && *settings->ldap_accesslog_base != '\0')
		answer = has_entry(directory, settings->ldap_accesslog_base,
				   LDAP_SCOPE_ONELEVEL, filter, found_r);
	return answer;
}

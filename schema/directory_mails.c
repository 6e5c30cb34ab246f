/*
 * NAME
 *	directory_mails - the mail addresses that a filter finds
 *
 * DESCRIPTION
 *	Asked for in pages, since servers limit what they give at once. All or nothing: whoever
 *	compares a list with the directory must not take a part for all of it.
 *
 * DIAGNOSTICS
 *	Could not ask: as in directory.c; the server gives no more than a part; the base is not
 *	there.
 */
#include "config.h"

#include "schema/directory_mails.h"

#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

#define PAGE_ENTRIES 500

static void add_mails(const struct settings *settings, LDAP *ld, LDAPMessage *result,
		      GPtrArray *mails)
{
	for (LDAPMessage *entry = ldap_first_entry(ld, result); entry != NULL;
	     entry = ldap_next_entry(ld, entry)) {
		char *mail = ldap_entry_first(ld, entry, settings->ldap_mail);

		if (mail != NULL)
			g_ptr_array_add(mails, mail);
	}
}

static bool add_page(struct ldap_link *link, const struct settings *settings,
		     const struct ldap_question *question, struct ldap_paging *paging,
		     GPtrArray *mails, struct kairan_error *error_r)
{
	LDAPMessage *result = NULL;
	const enum answer answer =
	    ldap_link_search_page(link, question, paging, &result, error_r);

	if (answer == ANSWER_YES)
		add_mails(settings, ldap_link_handle(link), result, mails);
	(void)ldap_msgfree(result);
	if (answer == ANSWER_NO)
		return error_set(error_r, "%s is not there, or is not shown",
				 question->base);
	if (paging->is_cut)
		return error_set(error_r,
				 "LDAP %s: the server gives no more than a part of what "
				 "%s finds",
				 settings->ldap_uri, question->filter);
	return answer == ANSWER_YES;
}

bool directory_list_mails(struct directory *directory, const char *filter,
			  char ***mails_r, struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	char *attributes[] = { settings->ldap_mail, NULL };
	const struct ldap_question question = { settings->ldap_base, LDAP_SCOPE_SUBTREE,
						filter, attributes };
	struct ldap_paging paging = { .most = PAGE_ENTRIES };
	struct ldap_link *link = ldap_pool_take(directory->pool);
	GPtrArray *mails = g_ptr_array_new_with_free_func(g_free);
	bool ok;

	do
		ok = add_page(link, settings, &question, &paging, mails, error_r);
	while (ok && paging.cookie != NULL);
	ber_bvfree(paging.cookie);
	ldap_pool_give(directory->pool, link);
	if (!ok) {
		g_ptr_array_unref(mails);
		return false;
	}
	g_ptr_array_add(mails, NULL);
	*mails_r = (char **)g_ptr_array_free(mails, FALSE);
	return true;
}

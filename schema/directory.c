/*
 * NAME
 *	directory - sections and broadcasts in LDAP
 *
 * DESCRIPTION
 *	Builds the filters from the settings, with every value from a mail escaped (RFC
 *	4515), and turns entries into structs. Names are taken with the language tag of the
 *	reader (;lang-ja, ;lang-en), or without one.
 *
 * DIAGNOSTICS
 *	Warning: a broadcast entry that cannot be understood, by its DN. Could not ask: no
 *	connection, a refused bind, a time-out, a DN or a status that cannot be understood.
 *	The error names the entry.
 */
#include "config.h"

#include <glib.h>
#include <ldap.h>
#include <string.h>
#include <strings.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "policy/hours.h"
#include "policy/part.h"
#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

static bool read_status(LDAP *ld, LDAPMessage *entry, const char *attribute,
			enum approver_status *status_r)
{
	static const char *const words[] = {
		[APPROVER_ACTIVE] = "active",
		[APPROVER_SUSPENDED] = "suspended",
		[APPROVER_REVOKED] = "revoked",
	};
	g_autofree char *text = ldap_entry_first(ld, entry, attribute);

	*status_r = APPROVER_ACTIVE;
	if (text == NULL)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcasecmp(words[i], text) == 0) {
			*status_r = (enum approver_status)i;
			return true;
		}
	}
	return false;
}

/* Of Art. 6-1. One that is none only explains nothing. */
static int read_item(const struct settings *settings, LDAP *ld, LDAPMessage *entry,
		     const char *dn)
{
	g_autofree char *item =
	    ldap_entry_first(ld, entry, settings->ldap_approver_status_item);

	if (item == NULL)
		return 0;
	if (strlen(item) == 1 && *item >= '1' && *item <= '5')
		return *item - '0';
	log_warning("LDAP: %s: %s is none of Art. 6-1: %s", dn,
		    settings->ldap_approver_status_item, item);
	return 0;
}

/* A text that has only values with a language tag: Japanese first. NULL: none. */
static char *read_tagged(LDAP *ld, LDAPMessage *entry, const char *attribute)
{
	char *text = ldap_entry_name(ld, entry, attribute, "ja", NULL);

	return text != NULL ? text : ldap_entry_name(ld, entry, attribute, "en", NULL);
}

/* What goes with a status that is not active: its end, the item and the reason. By a clock that has
 * jumped ahead no suspension is over: who is suspended decides nothing, which the delegate or an
 * administrator mends; what a suspended approver has sent out nobody calls back. */
static bool read_status_facts(const struct settings *settings, LDAP *ld,
			      LDAPMessage *entry, struct section *section,
			      struct kairan_error *error_r)
{
	g_autofree char *until = NULL;

	if (section->status == APPROVER_ACTIVE)
		return true;
	until = ldap_entry_first(ld, entry, settings->ldap_approver_status_until);
	if (until != NULL && !ldap_entry_read_time(until, &section->status_until))
		return error_set(error_r, "LDAP: %s: %s is no time: %s", section->dn,
				 settings->ldap_approver_status_until, until);
	section->status_item = read_item(settings, ld, entry, section->dn);
	section->status_reason =
	    ldap_entry_first(ld, entry, settings->ldap_approver_status_reason);
	if (section->status_reason == NULL)
		section->status_reason =
		    read_tagged(ld, entry, settings->ldap_approver_status_reason);
	if (section->status == APPROVER_SUSPENDED && section->status_until != 0 &&
	    section->status_until <= clock_at_least())
		section->status = APPROVER_ACTIVE;
	return true;
}

static struct section *read_section(const struct settings *settings, LDAP *ld,
				    LDAPMessage *entry, struct kairan_error *error_r)
{
	struct section *section = g_new0(struct section, 1);

	section->dn = ldap_entry_dn(ld, entry);
	if (section->dn == NULL)
		(void)error_set(error_r,
				"LDAP: the DN of a section cannot be understood");
	section->approvers = ldap_entry_dns(ld, entry, settings->ldap_approver, error_r);
	section->staff = ldap_entry_dns(ld, entry, settings->ldap_staff, error_r);
	section->delegates = ldap_entry_dns(ld, entry, settings->ldap_delegate, error_r);
	section->duty_list = ldap_entry_dns(ld, entry, settings->ldap_duty_list, error_r);
	if (section->dn == NULL || section->approvers == NULL || section->staff == NULL ||
	    section->delegates == NULL || section->duty_list == NULL)
		goto failed;
	if (!read_status(ld, entry, settings->ldap_approver_status, &section->status)) {
		(void)error_set(error_r,
				"LDAP: %s: %s is not active, suspended or revoked",
				section->dn, settings->ldap_approver_status);
		goto failed;
	}
	if (!read_status_facts(settings, ld, entry, section, error_r))
		goto failed;
	section->id = ldap_entry_id(ld, entry, settings);
	section->shared_mails = ldap_entry_values(ld, entry, settings->ldap_shared_mail);
	section->phones = ldap_entry_all_values(ld, entry, settings->ldap_phones);
	section->approver = g_strdup(section->approvers[0]);
	section->has_several_approvers = g_strv_length(section->approvers) > 1;
	section->name_ja =
	    ldap_entry_name(ld, entry, settings->ldap_display_name, "ja", section->dn);
	section->name_en = ldap_entry_name(ld, entry, settings->ldap_display_name, "en",
					   section->name_ja);
	return section;
failed:
	section_free(section);
	return NULL;
}

/* Ids are operational attributes, which servers give only when they are asked for by name. */
struct section_attributes directory_section_attributes(const struct settings *settings)
{
	return (struct section_attributes){
		{ (char *)LDAP_ALL_USER_ATTRIBUTES,
		  *settings->ldap_entry_id != '\0' ? settings->ldap_entry_id : NULL,
		  NULL },
	};
}

enum answer directory_take_section(const struct settings *settings, LDAP *ld,
				   LDAPMessage *result, struct section **section_r,
				   struct kairan_error *error_r)
{
	LDAPMessage *entry = result != NULL ? ldap_first_entry(ld, result) : NULL;

	if (entry == NULL)
		return ANSWER_NO;
	*section_r = read_section(settings, ld, entry, error_r);
	return *section_r != NULL ? ANSWER_YES : ANSWER_UNKNOWN;
}

enum answer directory_find_section(struct directory *directory, const char *dn,
				   struct section **section_r,
				   struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	struct section_attributes attributes = directory_section_attributes(settings);
	LDAPMessage *result = NULL;
	struct ldap_link *link;
	const struct ldap_question question = { dn, LDAP_SCOPE_BASE,
						settings->ldap_section_filter,
						attributes.names };
	enum answer answer;

	link = ldap_pool_take(directory->pool);
	answer = ldap_link_search(link, &question, &result, error_r);
	if (answer == ANSWER_YES)
		answer = directory_take_section(settings, ldap_link_handle(link), result,
						section_r, error_r);
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	return answer;
}

static void free_section(void *section)
{
	section_free(section);
}

static void read_sections(const struct settings *settings, LDAP *ld, LDAPMessage *result,
			  GPtrArray *sections, GPtrArray *bad)
{
	for (LDAPMessage *entry = ldap_first_entry(ld, result); entry != NULL;
	     entry = ldap_next_entry(ld, entry)) {
		struct kairan_error error = { "" };
		struct section *section = read_section(settings, ld, entry, &error);

		if (section != NULL)
			g_ptr_array_add(sections, section);
		else
			g_ptr_array_add(bad, g_strdup(error.text));
	}
}

/* Give what could not be understood to who wants it, or else to the log. */
static void hand_over(GPtrArray *bad, GPtrArray **bad_r, const char *what)
{
	if (bad_r != NULL) {
		*bad_r = bad;
		return;
	}
	for (guint i = 0; i < bad->len; i++)
		log_warning("%s; this %s is left out",
			    (const char *)g_ptr_array_index(bad, i), what);
	g_ptr_array_unref(bad);
}

bool directory_list_sections(struct directory *directory, GPtrArray **sections_r,
			     GPtrArray **bad_r, struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	GPtrArray *sections = g_ptr_array_new_with_free_func(free_section);
	GPtrArray *bad = g_ptr_array_new_with_free_func(g_free);
	struct section_attributes attributes = directory_section_attributes(settings);
	const struct ldap_question question = { settings->ldap_base, LDAP_SCOPE_SUBTREE,
						settings->ldap_section_filter,
						attributes.names };
	LDAPMessage *result = NULL;
	struct ldap_link *link;
	enum answer answer;

	link = ldap_pool_take(directory->pool);
	answer = ldap_link_search(link, &question, &result, error_r);
	if (answer == ANSWER_YES)
		read_sections(settings, ldap_link_handle(link), result, sections, bad);
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	if (answer == ANSWER_UNKNOWN) {
		g_ptr_array_unref(sections);
		g_ptr_array_unref(bad);
		return false;
	}
	*sections_r = sections;
	hand_over(bad, bad_r, "section");
	return true;
}

/* "" where there is none. */
static char *or_empty(char *words)
{
	return words != NULL ? words : g_strdup("");
}

static bool read_hours(const struct settings *settings, LDAP *ld, LDAPMessage *entry,
		       struct broadcast *broadcast)
{
	struct quiet_hours hours;
	g_autofree char *urgency =
	    ldap_entry_first(ld, entry, settings->ldap_broadcast_urgency);

	broadcast->urgent = urgency != NULL && g_ascii_strcasecmp(urgency, "urgent") == 0;
	broadcast->quiet_hours =
	    or_empty(ldap_entry_first(ld, entry, settings->ldap_broadcast_quiet_hours));
	return *broadcast->quiet_hours == '\0' ||
	       hours_read(broadcast->quiet_hours, &hours);
}

/* A language has one list, which is none of the broadcast's others. False: *bad_r is the first
 * value that cannot be understood, or goes against that. */
static bool read_twins(const struct settings *settings, LDAP *ld, LDAPMessage *entry,
		       struct broadcast *broadcast, char **bad_r)
{
	char **values = ldap_entry_values(ld, entry, settings->ldap_broadcast_twin);
	GPtrArray *twins = g_ptr_array_new();

	*bad_r = NULL;
	for (size_t i = 0; *bad_r == NULL && values[i] != NULL; i++) {
		char *twin = NULL;

		if (twin_read(values[i], &twin) &&
		    twin_may_join(broadcast->list, (char *const *)twins->pdata,
				  twins->len, twin))
			g_ptr_array_add(twins, g_steal_pointer(&twin));
		else
			*bad_r = g_strdup(values[i]);
		g_free(twin);
	}
	g_strfreev(values);
	g_ptr_array_add(twins, NULL);
	broadcast->twins = (char **)g_ptr_array_free(twins, FALSE);
	return *bad_r == NULL;
}

static struct broadcast *read_broadcast(const struct settings *settings, LDAP *ld,
					LDAPMessage *entry, struct kairan_error *error_r)
{
	struct broadcast *broadcast = g_new0(struct broadcast, 1);
	g_autofree char *mail =
	    ldap_entry_first(ld, entry, settings->ldap_broadcast_mail);
	g_autofree char *dn = ldap_entry_dn(ld, entry);
	g_autofree char *bad = NULL;
	struct address address;

	if (mail == NULL || !address_read(mail, &address, NULL)) {
		(void)error_set(error_r, "LDAP: %s: %s is not a mail address",
				dn != NULL ? dn : "?", settings->ldap_broadcast_mail);
		goto failed;
	}
	address_fold(&address);
	broadcast->dn = g_strdup(dn);
	broadcast->mail = g_strdup(address.spec);
	broadcast->list = ldap_entry_first(ld, entry, settings->ldap_broadcast_list);
	broadcast->sections =
	    ldap_entry_dns(ld, entry, settings->ldap_broadcast_section, error_r);
	if (broadcast->sections == NULL)
		goto failed;
	if (broadcast->list == NULL) {
		(void)error_set(error_r, "LDAP: %s has no %s", dn != NULL ? dn : "?",
				settings->ldap_broadcast_list);
		goto failed;
	}
	if (!read_hours(settings, ld, entry, broadcast)) {
		(void)error_set(error_r, "LDAP: %s: %s \"%s\" is not like 21:00-07:00",
				dn != NULL ? dn : "?",
				settings->ldap_broadcast_quiet_hours,
				broadcast->quiet_hours);
		goto failed;
	}
	broadcast->footer =
	    or_empty(ldap_entry_lines(ld, entry, settings->ldap_broadcast_footer));
	broadcast->reply_to =
	    or_empty(ldap_entry_first(ld, entry, settings->ldap_broadcast_reply_to));
	if (!setting_value_is_reply_to(broadcast->reply_to)) {
		(void)error_set(error_r,
				"LDAP: %s: %s \"%s\" is not an address, section or none",
				dn != NULL ? dn : "?", settings->ldap_broadcast_reply_to,
				broadcast->reply_to);
		goto failed;
	}
	if (!read_twins(settings, ld, entry, broadcast, &bad)) {
		(void)error_set(
		    error_r,
		    "LDAP: %s: %s \"%s\" is not like \"en bosai-en\", or has a "
		    "language or a list that is there already",
		    dn != NULL ? dn : "?", settings->ldap_broadcast_twin, bad);
		goto failed;
	}
	broadcast->drill =
	    or_empty(ldap_entry_first(ld, entry, settings->ldap_broadcast_drill));
	broadcast->name_ja = ldap_entry_name(ld, entry, settings->ldap_display_name, "ja",
					     broadcast->mail);
	broadcast->name_en = ldap_entry_name(ld, entry, settings->ldap_display_name, "en",
					     broadcast->name_ja);
	return broadcast;
failed:
	broadcast_free(broadcast);
	return NULL;
}

/* Drills never go to a list that gets what is meant, of whichever broadcast. Without its drill list
 * a broadcast is what it was: a slip there stops no evacuation order. */
static void check_drill(const struct settings *settings, const GPtrArray *all,
			struct broadcast *broadcast, GPtrArray *bad)
{
	for (guint i = 0; i < all->len && *broadcast->drill != '\0'; i++) {
		const struct broadcast *other = g_ptr_array_index(all, i);

		if (!broadcast_has_list(other, broadcast->drill))
			continue;
		g_ptr_array_add(
		    bad, g_strdup_printf("LDAP: %s: %s \"%s\" is a list of %s",
					 broadcast->dn, settings->ldap_broadcast_drill,
					 broadcast->drill, other->mail));
		*broadcast->drill = '\0';
	}
}

/* An entry that cannot be understood is left out with a warning: one slip in one section
 * must not stop another section's evacuation order. Mail to it is refused further on. */
static struct broadcast **read_broadcasts(const struct settings *settings, LDAP *ld,
					  LDAPMessage *result, GPtrArray *bad)
{
	GPtrArray *all = g_ptr_array_new();
	LDAPMessage *entry;

	for (entry = ldap_first_entry(ld, result); entry != NULL;
	     entry = ldap_next_entry(ld, entry)) {
		struct kairan_error error;
		struct broadcast *broadcast = read_broadcast(settings, ld, entry, &error);

		if (broadcast != NULL)
			g_ptr_array_add(all, broadcast);
		else
			g_ptr_array_add(bad, g_strdup(error.text));
	}
	for (guint i = 0; i < all->len; i++)
		check_drill(settings, all, g_ptr_array_index(all, i), bad);
	g_ptr_array_add(all, NULL);
	return (struct broadcast **)g_ptr_array_free(all, FALSE);
}

bool directory_list_broadcasts(struct directory *directory,
			       struct broadcast ***broadcasts_r, GPtrArray **bad_r,
			       struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	GPtrArray *bad = g_ptr_array_new_with_free_func(g_free);
	const struct ldap_question question = { settings->ldap_base, LDAP_SCOPE_SUBTREE,
						settings->ldap_broadcast_filter, NULL };
	LDAPMessage *result = NULL;
	struct ldap_link *link;
	struct broadcast **broadcasts = NULL;

	link = ldap_pool_take(directory->pool);
	switch (ldap_link_search(link, &question, &result, error_r)) {
	case ANSWER_YES:
		broadcasts =
		    read_broadcasts(settings, ldap_link_handle(link), result, bad);
		break;
	case ANSWER_NO:
		(void)error_set(error_r, "LDAP: ldap_base %s does not exist",
				settings->ldap_base);
		break;
	case ANSWER_UNKNOWN:
		break;
	}
	(void)ldap_msgfree(result);
	ldap_pool_give(directory->pool, link);
	*broadcasts_r = broadcasts;
	if (broadcasts != NULL)
		hand_over(bad, bad_r, "broadcast");
	else
		g_ptr_array_unref(bad);
	return broadcasts != NULL;
}

bool section_has_mail(const struct section *section, const struct address *address)
{
	for (size_t i = 0; section->shared_mails[i] != NULL; i++)
		if (strcasecmp(section->shared_mails[i], address->spec) == 0)
			return true;
	return false;
}

struct section_duties section_as_duties(const struct section *section)
{
	return (struct section_duties){
		.approver = section->approver,
		.status = section->status,
		.staff = (const char *const *)section->staff,
		.delegates = (const char *const *)section->delegates,
		.has_several_approvers = section->has_several_approvers,
	};
}

void section_free(struct section *section)
{
	if (section == NULL)
		return;
	g_free(section->dn);
	g_free(section->id);
	g_strfreev(section->approvers);
	g_free(section->name_ja);
	g_free(section->name_en);
	g_free(section->approver);
	g_strfreev(section->staff);
	g_strfreev(section->delegates);
	g_strfreev(section->shared_mails);
	g_strfreev(section->duty_list);
	g_free(section->status_reason);
	g_strfreev(section->phones);
	g_free(section);
}

bool broadcast_has_list(const struct broadcast *broadcast, const char *list)
{
	for (size_t i = 0; broadcast->twins[i] != NULL; i++)
		if (strcmp(twin_list(broadcast->twins[i]), list) == 0)
			return true;
	return strcmp(broadcast->list, list) == 0;
}

void broadcast_free(struct broadcast *broadcast)
{
	if (broadcast == NULL)
		return;
	g_free(broadcast->dn);
	g_free(broadcast->mail);
	g_free(broadcast->name_ja);
	g_free(broadcast->name_en);
	g_free(broadcast->list);
	g_strfreev(broadcast->sections);
	g_free(broadcast->quiet_hours);
	g_free(broadcast->footer);
	g_free(broadcast->reply_to);
	g_strfreev(broadcast->twins);
	g_free(broadcast->drill);
	g_free(broadcast);
}

void broadcasts_free(struct broadcast **broadcasts)
{
	for (size_t i = 0; broadcasts != NULL && broadcasts[i] != NULL; i++)
		broadcast_free(broadcasts[i]);
	g_free(broadcasts);
}

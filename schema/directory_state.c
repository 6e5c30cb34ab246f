/*
 * NAME
 *	directory_state - what tells that a directory is as it was
 *
 * DESCRIPTION
 *	OpenLDAP's contextCSN, of the entry that a database begins with (its naming context): a
 *	stamp for each server that writes there, which every change moves on before whoever made it
 *	is answered (slapo-syncprov(5)). What was read after one value was seen still stands there
 *	when the same value is seen again. But for the states of passwords: servers count wrong
 *	passwords without a stamp.
 *
 *	It speaks for its own database. So it is of no use where ldap_base has others below it, and
 *	for entries that are in another one.
 *
 * DIAGNOSTICS
 *	None: a server that does not tell is asked for everything each time.
 */
#include "config.h"

#include <glib.h>
#include <ldap.h>
#include <pthread.h>
#include <string.h>

#include "schema/directory_parts.h"
#include "schema/ldap_entry.h"

/* So long a server that does not tell is not asked again, and the names of its databases are
 * believed. */
#define BELIEVED_MICROSECONDS (60 * G_USEC_PER_SEC)

struct directory_state {
	pthread_mutex_t lock;
	char **contexts; /* of all databases, canonical; NULL: not known */
	char *context;   /* the one of ldap_base; NULL: none, or it tells nothing */
	int64_t until;   /* of the monotonic clock: so long this is believed */
};

struct directory_state *directory_state_new(void)
{
	struct directory_state *state = g_new0(struct directory_state, 1);

	pthread_mutex_init(&state->lock, NULL);
	return state;
}

void directory_state_free(struct directory_state *state)
{
	if (state == NULL)
		return;
	g_strfreev(state->contexts);
	g_free(state->context);
	pthread_mutex_destroy(&state->lock);
	g_free(state);
}

/* The database that an entry is in: the longest name that it is below. */
static const char *find_context(char *const *contexts, const char *dn)
{
	const char *found = NULL;

	for (; *contexts != NULL; contexts++)
		if (ldap_entry_is_below(dn, *contexts) &&
		    (found == NULL || strlen(*contexts) > strlen(found)))
			found = *contexts;
	return found;
}

/* The naming contexts of the server (RFC 4512 section 5.1); empty where it names none. */
static char **read_contexts(struct ldap_link *link)
{
	char *attributes[] = { (char *)"namingContexts", NULL };
	const struct ldap_question question = { "", LDAP_SCOPE_BASE, "(objectClass=*)",
						attributes };
	GPtrArray *contexts = g_ptr_array_new();
	struct kairan_error error;
	LDAPMessage *result = NULL, *entry = NULL;
	LDAP *ld;
	char **values = NULL;

	if (ldap_link_search(link, &question, &result, &error) == ANSWER_YES)
		entry = ldap_first_entry(ldap_link_handle(link), result);
	ld = ldap_link_handle(link);
	if (entry != NULL)
		values = ldap_entry_values(ld, entry, attributes[0]);
	for (size_t i = 0; values != NULL && values[i] != NULL; i++) {
		char *context = ldap_entry_canonical_dn(values[i]);

		if (context != NULL)
			g_ptr_array_add(contexts, context);
	}
	g_strfreev(values);
	(void)ldap_msgfree(result);
	g_ptr_array_add(contexts, NULL);
	return (char **)g_ptr_array_free(contexts, FALSE);
}

/* The one that speaks for all below the base; NULL: none does. */
static const char *choose_context(char *const *contexts, const char *base)
{
	g_autofree char *dn = ldap_entry_canonical_dn(base);

	if (dn == NULL)
		return NULL;
	for (size_t i = 0; contexts[i] != NULL; i++)
		if (strcmp(contexts[i], dn) != 0 && ldap_entry_is_below(contexts[i], dn))
			return NULL;
	return find_context(contexts, dn);
}

/* Take what was read of the server over. */
static void believe(struct directory_state *state, char **contexts, const char *context)
{
	g_strfreev(state->contexts);
	g_free(state->context);
	state->contexts = contexts;
	state->context = g_strdup(context);
	state->until = g_get_monotonic_time() + BELIEVED_MICROSECONDS;
}

char *directory_state_find_context(struct directory *directory, struct ldap_link *link)
{
	struct directory_state *state = directory->state;
	char **contexts;
	char *context;
	bool is_known;

	pthread_mutex_lock(&state->lock);
	is_known = g_get_monotonic_time() < state->until;
	context = is_known ? g_strdup(state->context) : NULL;
	pthread_mutex_unlock(&state->lock);
	if (is_known)
		return context;
	contexts = read_contexts(link);
	context = g_strdup(choose_context(contexts, directory->settings->ldap_base));
	pthread_mutex_lock(&state->lock);
	believe(state, contexts, context);
	pthread_mutex_unlock(&state->lock);
	return context;
}

void directory_state_give_up(struct directory *directory)
{
	struct directory_state *state = directory->state;

	pthread_mutex_lock(&state->lock);
	believe(state, NULL, NULL);
	pthread_mutex_unlock(&state->lock);
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

char *directory_state_read(const struct directory *directory, LDAP *ld,
			   LDAPMessage *result)
{
	LDAPMessage *entry = result != NULL ? ldap_first_entry(ld, result) : NULL;
	g_auto(GStrv) stamps = NULL;
	g_autofree char *joined = NULL;

	if (entry == NULL)
		return NULL;
	stamps = ldap_entry_values(ld, entry, DIRECTORY_STATE_ATTRIBUTE);
	if (stamps[0] == NULL)
		return NULL;
	qsort(stamps, g_strv_length(stamps), sizeof(*stamps), compare);
	joined = g_strjoinv(" ", stamps);
	return g_strdup_printf("%u %s", ldap_health_count_connections(directory->health),
			       joined);
}

bool directory_state_covers(const struct directory *directory, const char *context,
			    char *const *dns)
{
	struct directory_state *state = directory->state;
	bool covers;

	pthread_mutex_lock(&state->lock);
	covers = state->contexts != NULL;
	for (; covers && *dns != NULL; dns++)
		covers = g_strcmp0(find_context(state->contexts, *dns), context) == 0;
	pthread_mutex_unlock(&state->lock);
	return covers;
}

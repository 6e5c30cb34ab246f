/*
 * NAME
 *	directory_staffed - a section with its people, for a mail that comes now
 *
 * DESCRIPTION
 *	A section is read anew each time: who may write and decide for it is never remembered. How
 *	its people's entries look, and whom other sections name, is remembered as long as the
 *	directory says that nothing has changed in it (schema/directory_state.c), which is asked in
 *	the same turn. What was read over a connection is not believed after any was made anew, as
 *	then the server may have been given other data, nor for longer than a minute, as access
 *	rules may have changed.
 *
 * DIAGNOSTICS
 *	Could not ask: as in directory.c. A server that does not say whether it has changed is asked
 *	for all of it each time.
 */
#include "config.h"

#include <glib.h>
#include <ldap.h>
#include <pthread.h>
#include <string.h>

#include "schema/directory_parts.h"
#include "schema/directory_people.h"
#include "schema/ldap_entry.h"

#define KEPT_MICROSECONDS (60 * G_USEC_PER_SEC)

/* The people of a section, as they were at some state of the directory. */
struct kept_people {
	char *state; /* with the names that the section had */
	int64_t read_at;
	struct section_people *people;
};

struct directory_kept {
	pthread_mutex_t lock;
	GHashTable *sections; /* DN: struct kept_people */
};

static void free_kept(void *pointer)
{
	struct kept_people *kept = pointer;

	g_free(kept->state);
	section_people_free(kept->people);
	g_free(kept);
}

struct directory_kept *directory_kept_new(void)
{
	struct directory_kept *kept = g_new0(struct directory_kept, 1);

	pthread_mutex_init(&kept->lock, NULL);
	kept->sections =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_kept);
	return kept;
}

void directory_kept_free(struct directory_kept *kept)
{
	if (kept == NULL)
		return;
	g_hash_table_destroy(kept->sections);
	pthread_mutex_destroy(&kept->lock);
	g_free(kept);
}

/* NULL: there is nothing that is of this state. */
static struct section_people *take_kept(struct directory_kept *kept, const char *section,
					const char *state)
{
	const int64_t now = g_get_monotonic_time();
	const struct kept_people *found;
	struct section_people *people = NULL;

	pthread_mutex_lock(&kept->lock);
	found = g_hash_table_lookup(kept->sections, section);
	if (found != NULL && strcmp(found->state, state) == 0 &&
	    now - found->read_at < KEPT_MICROSECONDS)
		people = section_people_share(found->people);
	pthread_mutex_unlock(&kept->lock);
	return people;
}

static void keep(struct directory_kept *kept, const char *section, const char *state,
		 int64_t read_at, struct section_people *people)
{
	struct kept_people *row = g_new0(struct kept_people, 1);

	row->state = g_strdup(state);
	row->read_at = read_at;
	row->people = section_people_share(people);
	pthread_mutex_lock(&kept->lock);
	g_hash_table_replace(kept->sections, g_strdup(section), row);
	pthread_mutex_unlock(&kept->lock);
}

/* ---- one turn: the section, and the directory's state ---- */

struct looked {
	enum answer answer; /* is there the section? */
	struct section *section;
	char *context; /* the database that state is of */
	char *state;   /* NULL: it does not tell */
};

static struct looked ask_once(struct directory *directory, struct ldap_link *link,
			      const char *dn, const char *context,
			      struct kairan_error *error_r)
{
	const struct settings *settings = directory->settings;
	struct section_attributes attributes = directory_section_attributes(settings);
	char *stamps[] = { (char *)DIRECTORY_STATE_ATTRIBUTE, NULL };
	const struct ldap_question questions[] = {
		{ dn, LDAP_SCOPE_BASE, settings->ldap_section_filter, attributes.names },
		{ context, LDAP_SCOPE_BASE, "(objectClass=*)", stamps },
	};
	const size_t count = context != NULL ? 2 : 1;
	LDAPMessage *results[G_N_ELEMENTS(questions)] = { NULL };
	struct looked looked = { .answer = ANSWER_UNKNOWN };
	LDAP *ld;

	if (!ldap_link_search_all(link, questions, count, results, error_r))
		return looked;
	ld = ldap_link_handle(link);
	looked.answer =
	    directory_take_section(settings, ld, results[0], &looked.section, error_r);
	looked.state = directory_state_read(directory, ld, results[1]);
	(void)ldap_msgfree(results[0]);
	(void)ldap_msgfree(results[1]);
	return looked;
}

/* A server that cannot say its state may yet answer the rest. */
static struct looked look(struct directory *directory, const char *dn,
			  struct kairan_error *error_r)
{
	struct ldap_link *link = ldap_pool_take(directory->pool);
	g_autofree char *context = directory_state_find_context(directory, link);
	struct looked looked = ask_once(directory, link, dn, context, error_r);

	if (context != NULL && looked.state == NULL) {
		directory_state_give_up(directory);
		if (looked.answer == ANSWER_UNKNOWN)
			looked = ask_once(directory, link, dn, NULL, error_r);
	}
	ldap_pool_give(directory->pool, link);
	looked.context = g_steal_pointer(&context);
	return looked;
}

/* ---- all of it ---- */

/* Everybody whom the section names, and itself: borrowed, NULL-terminated. */
static GPtrArray *list_names(const struct section *section)
{
	char **const lists[] = { section->approvers, section->delegates, section->staff };
	GPtrArray *names = g_ptr_array_new();

	g_ptr_array_add(names, section->dn);
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		for (size_t j = 0; lists[i][j] != NULL; j++)
			g_ptr_array_add(names, lists[i][j]);
	g_ptr_array_add(names, NULL);
	return names;
}

/* The state that people of this section are remembered under; NULL: they are not. An author whom
 * it does not name is one more to ask for. */
static char *make_key(const struct directory *directory, const struct looked *looked,
		      const char *author)
{
	GPtrArray *names;
	char *const *all;
	char *key = NULL;

	if (looked->state == NULL)
		return NULL;
	names = list_names(looked->section);
	all = (char *const *)names->pdata;
	if ((*author == '\0' || g_strv_contains((const char *const *)all, author)) &&
	    directory_state_covers(directory, looked->context, all)) {
		g_autofree char *joined = g_strjoinv("\n", (char **)names->pdata);

		key = g_strconcat(looked->state, "\n", joined, NULL);
	}
	g_ptr_array_unref(names);
	return key;
}

/* The people of the section that was found. */
static bool find_people(struct directory *directory, const struct looked *looked,
			const char *author, struct section_people **people_r,
			struct kairan_error *error_r)
{
	g_autofree char *key = make_key(directory, looked, author);
	const char *dn = looked->section->dn;
	const int64_t now = g_get_monotonic_time();

	*people_r = key != NULL ? take_kept(directory->kept, dn, key) : NULL;
	if (*people_r != NULL)
		return true;
	if (!directory_find_people(directory, looked->section, author, people_r, error_r))
		return false;
	if (key != NULL)
		keep(directory->kept, dn, key, now, *people_r);
	return true;
}

enum answer directory_find_staffed(struct directory *directory, const char *dn,
				   const char *author, struct section **section_r,
				   struct section_people **people_r,
				   struct kairan_error *error_r)
{
	struct looked looked = look(directory, dn, error_r);
	struct section_people *people = NULL;

	if (looked.answer == ANSWER_YES &&
	    !find_people(directory, &looked, author, &people, error_r))
		looked.answer = ANSWER_UNKNOWN;
	if (looked.answer == ANSWER_YES) {
		*section_r = g_steal_pointer(&looked.section);
		*people_r = people;
	}
	section_free(looked.section);
	g_free(looked.context);
	g_free(looked.state);
	return looked.answer;
}

/*
 * NAME
 *	administrators - whom to tell
 *
 * DESCRIPTION
 *	Keeps in the store what LDAP said last: a line for each, with mail, name and language
 *	between tabs. That LDAP is silent is among what they have to be told.
 *
 * DIAGNOSTICS
 *	Warning: LDAP is silent, and those known last are told. Error: the store cannot be
 *	written.
 */
#include "config.h"

#include "milter/core/administrators.h"

#include <glib.h>

#include "conf/log.h"
#include "schema/store_position.h"

#define POSITION "administrators"

/* YES: they are others than were kept. */
static enum answer keep_lines(struct store *store, const char *lines,
			      struct kairan_error *error_r)
{
	char *kept = NULL;
	enum answer answer = store_position_find(store, POSITION, &kept, error_r);

	if (answer != ANSWER_UNKNOWN)
		answer = g_strcmp0(kept, lines) != 0 ? ANSWER_YES : ANSWER_NO;
	if (answer == ANSWER_YES && !store_position_put(store, POSITION, lines, error_r))
		answer = ANSWER_UNKNOWN;
	g_free(kept);
	return answer;
}

static void keep(struct store *store, const GPtrArray *administrators)
{
	GString *lines = g_string_new(NULL);
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	for (guint i = 0; i < administrators->len; i++) {
		const struct person *person = g_ptr_array_index(administrators, i);

		if (person->mails[0] != NULL)
			g_string_append_printf(lines, "%s\t%s\t%s\n", person->mails[0],
					       person->name, person->language);
	}
	if (store_begin(store, &error))
		answer =
		    store_finish(store, keep_lines(store, lines->str, &error), &error);
	if (answer == ANSWER_UNKNOWN)
		log_error("administrators: %s", error.text);
	(void)g_string_free(lines, TRUE);
}

static void free_person(void *person)
{
	person_free(person);
}

static struct person *read_line(const char *line)
{
	char **fields = g_strsplit(line, "\t", 3);
	struct person *person = NULL;

	if (g_strv_length(fields) == 3) {
		person = g_new0(struct person, 1);
		person->mails = g_new0(char *, 2);
		person->mails[0] = g_strdup(fields[0]);
		person->sections = g_new0(char *, 1);
		person->name = g_strdup(fields[1]);
		person->language = g_strdup(fields[2]);
		person->uid = g_strdup("");
		person->dn = g_strdup("");
	}
	g_strfreev(fields);
	return person;
}

static bool recall(struct store *store, GPtrArray **administrators_r,
		   struct kairan_error *error_r)
{
	char *kept = NULL;
	enum answer answer;
	char **lines;

	if (!store_begin(store, error_r))
		return false;
	answer = store_position_find(store, POSITION, &kept, error_r);
	store_rollback(store);
	if (answer != ANSWER_YES)
		return false;
	*administrators_r = g_ptr_array_new_with_free_func(free_person);
	lines = g_strsplit(kept, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		struct person *person = read_line(lines[i]);

		if (person != NULL)
			g_ptr_array_add(*administrators_r, person);
	}
	g_strfreev(lines);
	g_free(kept);
	return true;
}

bool administrators_find(struct kairan *kairan, const struct setup *setup,
			 GPtrArray **administrators_r, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };

	if (directory_list_administrators(setup->directory, administrators_r, error_r)) {
		keep(store, *administrators_r);
		return true;
	}
	if (!recall(store, administrators_r, &error))
		return false;
	log_warning("the administrators known last are told: %s", error_r->text);
	return true;
}

bool administrators_can_be_told(const GPtrArray *administrators)
{
	for (guint i = 0; i < administrators->len; i++) {
		const struct person *person = g_ptr_array_index(administrators, i);

		if (person->mails[0] != NULL)
			return true;
	}
	return false;
}

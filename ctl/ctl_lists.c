/*
 * NAME
 *	ctl_lists - the subscriber lists that broadcasts have
 *
 * DESCRIPTION
 *	A list is no more than its name: one that is misspelt in a command would be a list of
 *	nobody, and nobody would be told. So names are compared with the directory. Where it
 *	does not answer, the daemon's last look at it serves.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no broadcast has the list. EX_UNAVAILABLE: nobody could be asked.
 */
#include "config.h"

#include "ctl/ctl_lists.h"

#include <string.h>
#include <sysexits.h>

#include "ctl/ctl_store.h"
#include "policy/part.h"
#include "schema/store_snapshot.h"

static int load_snapshot(struct store *store, void *context, struct kairan_error *error_r)
{
	return store_snapshot_load(store, context, error_r) != ANSWER_UNKNOWN
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static int read_broadcasts(const struct ctl_call *call, struct broadcast ***broadcasts_r)
{
	struct directory *directory = directory_new(call->settings);
	struct kairan_error error = { "" };
	int status = EX_OK;

	if (!directory_list_broadcasts(directory, broadcasts_r, NULL, &error)) {
		(void)ctl_fail(EX_UNAVAILABLE, "%s", error.text);
		status = ctl_store_run(call, load_snapshot, broadcasts_r);
	}
	if (status == EX_OK && *broadcasts_r == NULL)
		status = ctl_fail(EX_UNAVAILABLE,
				  "the directory could not be asked which lists there "
				  "are; --new-list goes on without it");
	directory_free(directory);
	return status;
}

static bool has(const GPtrArray *names, const char *name)
{
	for (guint i = 0; i < names->len; i++)
		if (strcmp(g_ptr_array_index(names, i), name) == 0)
			return true;
	return false;
}

static void add(GPtrArray *names, const char *name)
{
	if (!has(names, name))
		g_ptr_array_add(names, g_strdup(name));
}

static gint compare(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

int ctl_lists_read(const struct ctl_call *call, GPtrArray **names_r)
{
	struct broadcast **broadcasts = NULL;
	const int status = read_broadcasts(call, &broadcasts);

	if (status != EX_OK)
		return status;
	*names_r = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; broadcasts[i] != NULL; i++) {
		add(*names_r, broadcasts[i]->list);
		for (size_t j = 0; broadcasts[i]->twins[j] != NULL; j++)
			add(*names_r, twin_list(broadcasts[i]->twins[j]));
		if (*broadcasts[i]->drill != '\0')
			add(*names_r, broadcasts[i]->drill);
	}
	g_ptr_array_sort(*names_r, compare);
	broadcasts_free(broadcasts);
	return EX_OK;
}

static char *join(const GPtrArray *names)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
				       (const char *)g_ptr_array_index(names, i));
	return g_string_free(text, FALSE);
}

int ctl_lists_check(const struct ctl_call *call, const char *list, bool is_new)
{
	GPtrArray *names = NULL;
	int status;

	if (is_new)
		return EX_OK;
	status = ctl_lists_read(call, &names);
	if (status != EX_OK)
		return status;
	if (!has(names, list)) {
		g_autofree char *known = join(names);

		status = ctl_fail(EX_NOINPUT,
				  "no broadcast has the list \"%s\"; there are: %s "
				  "(--new-list takes it all the same)",
				  list, known);
	}
	g_ptr_array_unref(names);
	return status;
}

int ctl_lists_find(const struct ctl_call *call, const char *list,
		   struct broadcast **broadcast_r)
{
	struct broadcast **broadcasts = NULL;
	struct broadcast **found = NULL;
	int status = ctl_lists_check(call, list, false);

	if (status == EX_OK)
		status = read_broadcasts(call, &broadcasts);
	if (status != EX_OK)
		return status;
	for (struct broadcast **at = broadcasts; *at != NULL; at++)
		if (broadcast_has_list(*at, list) &&
		    (found == NULL || strcmp((*at)->mail, (*found)->mail) < 0))
			found = at;
	if (found == NULL) {
		status = ctl_fail(EX_NOINPUT, "no broadcast has the list \"%s\" any more",
				  list);
	} else {
		*broadcast_r = *found;
		/* Of one in another language it is that list's. */
		g_free((*broadcast_r)->list);
		(*broadcast_r)->list = g_strdup(list);
		/* The others move up, so that the array stays whole. */
		for (; *found != NULL; found++)
			*found = found[1];
	}
	broadcasts_free(broadcasts);
	return status;
}

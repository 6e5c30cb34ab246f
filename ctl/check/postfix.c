/*
 * NAME
 *	postfix - Postfix's configuration
 *
 * DESCRIPTION
 *	postmap(1) looks into its tables, and postconf(1) is asked three times: for the parameters (-x), for those that a service of
 *	master.cf has otherwise (-P), and for the services' own fields (-F).
 *
 * DIAGNOSTICS
 *	Errors of postconf are returned.
 */
#include "config.h"

#include "ctl/check/postfix.h"

#include <string.h>

struct postfix {
	char *folder;           /* NULL: Postfix's own */
	GHashTable *parameters; /* NAME -> value */
	GHashTable *services;   /* SERVICE/TYPE/NAME -> value */
	GHashTable *fields;     /* SERVICE/TYPE/FIELD -> value */
};

static GHashTable *read_lines(char *text)
{
	GHashTable *table =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	char **lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		char *equals = strstr(lines[i], " =");

		if (equals == NULL)
			continue;
		*equals = '\0';
		g_hash_table_insert(table, g_strdup(lines[i]),
				    g_strdup(g_strstrip(equals + 2)));
	}
	g_strfreev(lines);
	return table;
}

/* postconf is not where users' programs are. */
static char **make_environment(void)
{
	char **environment = g_get_environ();
	g_autofree char *path = g_strconcat(g_environ_getenv(environment, "PATH") != NULL
						? g_environ_getenv(environment, "PATH")
						: "/usr/bin:/bin",
					    ":/usr/sbin:/sbin", NULL);

	return g_environ_setenv(environment, "PATH", path, TRUE);
}

/* What a program said, and how it ended; false: it could not be started. out_r and told_r are
 * to be freed with g_free(). */
static bool spawn(const char *const *words, char **out_r, char **told_r, bool *ok_r,
		  struct kairan_error *error_r)
{
	g_auto(GStrv) environment = make_environment();
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (!g_spawn_sync(NULL, (char **)words, environment,
			  G_SPAWN_SEARCH_PATH_FROM_ENVP, NULL, NULL, out_r, told_r,
			  &status, &error))
		return error_set(error_r, "%s: %s", words[0], error->message);
	(void)g_strchomp(*told_r);
	*ok_r = g_spawn_check_wait_status(status, NULL);
	return true;
}

static bool run(const char *folder, const char *flags, GHashTable **table_r,
		struct kairan_error *error_r)
{
	const char *const words[] = { "postconf", flags, folder != NULL ? "-c" : NULL,
				      folder, NULL };
	g_autofree char *out = NULL;
	g_autofree char *told = NULL;
	bool ok;

	if (!spawn(words, &out, &told, &ok, error_r))
		return false;
	if (!ok)
		return error_set(error_r, "%.400s", told);
	*table_r = read_lines(out);
	return true;
}

/* The tables of a list: commas and blanks part them, but not within braces. Free with
 * g_strfreev(). */
static char **split_tables(const char *list)
{
	GPtrArray *tables = g_ptr_array_new();
	GString *table = g_string_new(NULL);
	int depth = 0;

	for (;; list++) {
		if (*list != '\0' && (depth > 0 || strchr(", \t", *list) == NULL)) {
			depth += (*list == '{') - (*list == '}');
			g_string_append_c(table, *list);
			continue;
		}
		if (table->len > 0)
			g_ptr_array_add(tables, g_strdup(table->str));
		(void)g_string_truncate(table, 0);
		if (*list == '\0')
			break;
	}
	(void)g_string_free(table, TRUE);
	g_ptr_array_add(tables, NULL);
	return (char **)g_ptr_array_free(tables, FALSE);
}

enum answer postfix_look_up(const struct postfix *postfix, const char *list,
			    const char *key, char **value_r, struct kairan_error *error_r)
{
	g_auto(GStrv) tables = split_tables(list);

	for (size_t i = 0; tables[i] != NULL; i++) {
		/* Options stand first: "-c FOLDER" is left out where there is none. */
		const char *const words[] = { "postmap",       "-q",      key, "-c",
					      postfix->folder, tables[i], NULL };
		const char *const plain[] = { "postmap", "-q", key, tables[i], NULL };
		g_autofree char *out = NULL;
		g_autofree char *told = NULL;
		bool ok;

		if (!spawn(postfix->folder != NULL ? words : plain, &out, &told, &ok,
			   error_r))
			return ANSWER_UNKNOWN;
		if (ok) {
			*value_r = g_strdup(g_strchomp(out));
			return ANSWER_YES;
		}
		/* It says nothing where it finds nothing. */
		if (*told != '\0') {
			(void)error_set(error_r, "%.400s", told);
			return ANSWER_UNKNOWN;
		}
	}
	return ANSWER_NO;
}

bool postfix_read(const char *folder, struct postfix **postfix_r,
		  struct kairan_error *error_r)
{
	struct postfix *postfix = g_new0(struct postfix, 1);

	postfix->folder = g_strdup(folder);
	if (run(folder, "-x", &postfix->parameters, error_r) &&
	    run(folder, "-Px", &postfix->services, error_r) &&
	    run(folder, "-Fx", &postfix->fields, error_r)) {
		*postfix_r = postfix;
		return true;
	}
	postfix_free(postfix);
	return false;
}

static void free_table(GHashTable *table)
{
	if (table != NULL)
		g_hash_table_unref(table);
}

void postfix_free(struct postfix *postfix)
{
	if (postfix == NULL)
		return;
	g_free(postfix->folder);
	free_table(postfix->parameters);
	free_table(postfix->services);
	free_table(postfix->fields);
	g_free(postfix);
}

const char *postfix_get(const struct postfix *postfix, const char *name)
{
	const char *value = g_hash_table_lookup(postfix->parameters, name);

	return value != NULL ? value : "";
}

const char *postfix_get_field(const struct postfix *postfix, const char *service,
			      const char *field)
{
	g_autofree char *key = g_strdup_printf("%s/%s", service, field);
	const char *value = g_hash_table_lookup(postfix->fields, key);

	return value != NULL ? value : "";
}

const char *postfix_get_at(const struct postfix *postfix, const char *service,
			   const char *name)
{
	g_autofree char *key = g_strdup_printf("%s/%s", service, name);
	const char *value = g_hash_table_lookup(postfix->services, key);

	return value != NULL ? value : postfix_get(postfix, name);
}

static int compare_texts(gconstpointer one, gconstpointer other)
{
	return strcmp(one, other);
}

GList *postfix_list_services(const struct postfix *postfix, const char *program)
{
	GList *services = NULL;
	GHashTableIter iterator;
	gpointer key, value;

	g_hash_table_iter_init(&iterator, postfix->fields);
	while (g_hash_table_iter_next(&iterator, &key, &value)) {
		const size_t length = strlen(program);

		if (!g_str_has_suffix(key, "/command") ||
		    strncmp(value, program, length) != 0 ||
		    strchr(" \t", ((const char *)value)[length]) == NULL)
			continue;
		services = g_list_prepend(
		    services, g_strndup(key, strlen(key) - strlen("/command")));
	}
	return g_list_sort(services, compare_texts);
}

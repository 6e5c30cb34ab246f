/*
 * NAME
 *	postfix_copy - main.cf and master.cf as they shall be
 *
 * DESCRIPTION
 *	postconf(1) edits a copy in a folder of its own; what came of it is a change of a file
 *	like all others.
 *
 * DIAGNOSTICS
 *	The first failure is kept, and told by postfix_copy_close().
 */
#include "config.h"

#include "ctl/setup/postfix_copy.h"

#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/setup/program.h"

static const char *const file_names[] = { "main.cf", "master.cf" };

/* Postfix waits where a file has changed in the last two seconds: somebody might be writing. */
static void make_old(const struct postfix_copy *copy)
{
	for (size_t i = 0; i < G_N_ELEMENTS(file_names); i++) {
		g_autofree char *path =
		    g_build_filename(copy->folder, file_names[i], NULL);

		(void)utimensat(AT_FDCWD, path, (const struct timespec[2]){ 0 }, 0);
	}
}

bool postfix_copy_open(struct postfix_copy *copy, const char *from,
		       struct kairan_error *error_r)
{
	g_autoptr(GError) failure = NULL;

	*copy = (struct postfix_copy){ .from = from, .error_r = error_r };
	copy->folder = g_dir_make_tmp("kairan-postfix-XXXXXX", &failure);
	for (size_t i = 0; failure == NULL && i < G_N_ELEMENTS(file_names); i++) {
		g_autofree char *path = g_build_filename(from, file_names[i], NULL);
		g_autofree char *to = g_build_filename(copy->folder, file_names[i], NULL);
		g_autofree char *text = NULL;
		gsize length = 0;

		if (g_file_get_contents(path, &text, &length, &failure))
			(void)g_file_set_contents(to, text, (gssize)length, &failure);
	}
	if (failure == NULL) {
		make_old(copy);
		return true;
	}
	copy->failed = true;
	error_set(error_r, "%s", failure->message);
	return postfix_copy_close(copy, NULL);
}

char *postfix_copy_get(const struct postfix_copy *copy, const char *name)
{
	char *value = program_read(
	    (const char *const[]){ "postconf", "-c", copy->folder, "-xh", name, NULL });

	return value != NULL ? value : g_strdup("");
}

char *postfix_copy_said(const struct postfix_copy *copy, const char *name)
{
	g_autofree char *line = program_read(
	    (const char *const[]){ "postconf", "-c", copy->folder, "-n", name, NULL });
	const char *value = line != NULL ? strchr(line, '=') : NULL;

	return value != NULL ? g_strstrip(g_strdup(value + 1)) : NULL;
}

char *postfix_copy_ask(const struct postfix_copy *copy, const char *option,
		       const char *argument)
{
	char *value = program_read((const char *const[]){ "postconf", "-c", copy->folder,
							  option, argument, NULL });

	return value != NULL ? value : g_strdup("");
}

void postfix_copy_edit(struct postfix_copy *copy, const char *option,
		       const char *argument)
{
	if (!copy->failed &&
	    !program_must((const char *const[]){ "postconf", "-c", copy->folder, option,
						 argument, NULL },
			  NULL, copy->error_r))
		copy->failed = true;
	make_old(copy);
}

bool postfix_copy_close(struct postfix_copy *copy, struct change_list *list)
{
	for (size_t i = 0; copy->folder != NULL && i < G_N_ELEMENTS(file_names); i++) {
		g_autofree char *path = g_build_filename(copy->from, file_names[i], NULL);
		g_autofree char *made =
		    g_build_filename(copy->folder, file_names[i], NULL);
		g_autofree char *text = NULL;

		if (!copy->failed && g_file_get_contents(made, &text, NULL, NULL) &&
		    !change_add_file(
			list,
			&(struct change_file){ .path = path, .text = text, .mode = 0644 },
			copy->error_r))
			copy->failed = true;
		(void)unlink(made);
	}
	if (copy->folder != NULL)
		(void)rmdir(copy->folder);
	g_free(copy->folder);
	copy->folder = NULL;
	return !copy->failed;
}

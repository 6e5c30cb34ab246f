/*
 * NAME
 *	change - changes that are shown before they are made
 *
 * DESCRIPTION
 *	A change is a file as it shall be, a folder, or a program to run. Files are shown by
 *	diff(1), and replaced in one step; what was there is kept beside it.
 *
 * DIAGNOSTICS
 *	The first change that cannot be made ends the list; those before it stay made.
 */
#include "config.h"

#include "ctl/setup/change.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/setup/program.h"

struct change {
	char *path; /* of a file or folder; NULL: a run */
	char *text; /* NULL: a folder */
	char *group;
	mode_t mode;
	bool exists;
	bool is_copy;
	char **words;
	char *input;
	char *before;
	char *after;
};

struct change_list {
	GPtrArray *changes;
	GPtrArray *secrets;
};

static void change_free(void *data)
{
	struct change *change = data;

	g_free(change->path);
	g_free(change->text);
	g_free(change->group);
	g_strfreev(change->words);
	g_free(change->input);
	g_free(change->before);
	g_free(change->after);
	g_free(change);
}

struct change_list *change_list_new(void)
{
	struct change_list *list = g_new0(struct change_list, 1);

	list->changes = g_ptr_array_new_with_free_func(change_free);
	list->secrets = g_ptr_array_new_with_free_func(g_free);
	return list;
}

void change_list_free(struct change_list *list)
{
	if (list == NULL)
		return;
	g_ptr_array_unref(list->changes);
	g_ptr_array_unref(list->secrets);
	g_free(list);
}

bool change_list_is_empty(const struct change_list *list)
{
	return list->changes->len == 0;
}

void change_list_move(struct change_list *to, struct change_list *from)
{
	g_ptr_array_extend_and_steal(to->changes, g_steal_pointer(&from->changes));
	g_ptr_array_extend_and_steal(to->secrets, g_steal_pointer(&from->secrets));
	g_free(from);
}

void change_hide(struct change_list *list, const char *secret)
{
	if (secret != NULL && *secret != '\0')
		g_ptr_array_add(list->secrets, g_strdup(secret));
}

bool change_add_file(struct change_list *list, const struct change_file *file,
		     struct kairan_error *error_r)
{
	g_autofree char *old = NULL;
	g_autoptr(GError) failure = NULL;
	const bool exists = g_file_test(file->path, G_FILE_TEST_EXISTS);
	struct change *change;

	if (exists && !g_file_get_contents(file->path, &old, NULL, &failure))
		return error_set(error_r, "%s", failure->message);
	if (exists && strcmp(old, file->text) == 0)
		return true;
	change = g_new0(struct change, 1);
	/* A link's file is replaced, and not the link. */
	change->path = exists ? realpath(file->path, NULL) : g_strdup(file->path);
	if (change->path == NULL) {
		g_free(change);
		return error_set(error_r, "%s: %s", file->path, strerror(errno));
	}
	change->text = g_strdup(file->text);
	change->group = g_strdup(file->group);
	change->mode = file->mode;
	change->exists = exists;
	change->is_copy = file->is_copy;
	g_ptr_array_add(list->changes, change);
	return true;
}

void change_add_run(struct change_list *list, const struct change_run *run)
{
	struct change *change = g_new0(struct change, 1);

	/* g_strdupv() leaves its words as they are; its interface is older than const. */
	change->words = g_strdupv((char **)run->words);
	change->input = g_strdup(run->input);
	change->before = g_strdup(run->before);
	change->after = g_strdup(run->after);
	g_ptr_array_add(list->changes, change);
}

void change_add_folder(struct change_list *list, const char *path)
{
	struct change *change = g_new0(struct change, 1);

	change->path = g_strdup(path);
	g_ptr_array_add(list->changes, change);
}

static void print_hidden(const struct change_list *list, const char *text)
{
	g_autofree char *shown = g_strdup(text);

	for (guint i = 0; i < list->secrets->len; i++) {
		g_auto(GStrv) parts = g_strsplit(shown, list->secrets->pdata[i], -1);

		g_free(shown);
		shown = g_strjoinv("********", parts);
	}
	fputs(shown, stdout);
}

static void show_file(const struct change_list *list, const struct change *change)
{
	const char *const words[] = { "diff",
				      "-u",
				      "--label",
				      change->exists ? change->path : "/dev/null",
				      "--label",
				      change->path,
				      change->exists ? change->path : "/dev/null",
				      "-",
				      NULL };
	struct program_result result;

	if (change->is_copy) {
		printf("+++ %s\n", change->path);
		return;
	}
	program_run(words, change->text, &result);
	/* 1: they differ. */
	if (result.status == 1)
		print_hidden(list, result.out);
	else
		printf("+++ %s\n", change->path);
	program_clear(&result);
}

static void show_run(const struct change_list *list, const struct change *change)
{
	g_autofree char *words = g_strjoinv(" ", change->words);

	printf("$ %s\n", words);
	if (change->before != NULL)
		print_hidden(list, change->before);
	if (change->input != NULL)
		print_hidden(list, change->input);
	if (change->after != NULL)
		print_hidden(list, change->after);
}

static void show(const struct change_list *list, const struct change *change)
{
	if (change->path == NULL)
		show_run(list, change);
	else if (change->text == NULL)
		printf("$ mkdir %s\n", change->path);
	else
		show_file(list, change);
}

/* The folder's owner is the server's, as that of the folder above it is. */
static bool make_folder(const char *path, struct kairan_error *error_r)
{
	g_autofree char *above = g_path_get_dirname(path);
	struct stat status;

	if (stat(above, &status) != 0 || mkdir(path, 0700) != 0 ||
	    chown(path, status.st_uid, status.st_gid) != 0)
		return error_set(error_r, "%s: %s", path, strerror(errno));
	return true;
}

/* What a file of this name is to belong to, and its mode. */
static bool find_owner(const struct change *change, struct stat *status_r,
		       struct kairan_error *error_r)
{
	const struct group *group;

	*status_r = (struct stat){ .st_uid = geteuid(),
				   .st_gid = getegid(),
				   .st_mode = change->mode };
	if (change->exists) {
		if (stat(change->path, status_r) != 0)
			return error_set(error_r, "%s: %s", change->path,
					 strerror(errno));
	} else if (change->group != NULL) {
		if ((group = getgrnam(change->group)) == NULL)
			return error_set(error_r, "there is no group %s", change->group);
		status_r->st_gid = group->gr_gid;
	}
	return true;
}

/* A new file, complete on disk or not there. */
static bool write_new(const char *path, const char *text, const struct stat *owner,
		      struct kairan_error *error_r)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const size_t length = strlen(text);
	bool good;

	if (fd < 0)
		return error_set(error_r, "%s: %s", path, strerror(errno));
	good = write(fd, text, length) == (ssize_t)length &&
	       fchown(fd, owner->st_uid, owner->st_gid) == 0 &&
	       fchmod(fd, owner->st_mode & 07777) == 0 && fsync(fd) == 0;
	if (!good)
		error_set(error_r, "%s: %s", path, strerror(errno));
	(void)close(fd);
	if (!good)
		(void)unlink(path);
	return good;
}

/* The first name of this kind that nothing has yet. */
static char *free_name(const char *path)
{
	char *name = g_strconcat(path, ".before-kairan", NULL);

	for (int i = 2; g_file_test(name, G_FILE_TEST_EXISTS); i++) {
		g_free(name);
		name = g_strdup_printf("%s.before-kairan-%d", path, i);
	}
	return name;
}

static bool keep_old(const char *path, const struct stat *owner,
		     struct kairan_error *error_r)
{
	g_autofree char *name = free_name(path);
	g_autofree char *text = NULL;
	g_autoptr(GError) failure = NULL;

	if (!g_file_get_contents(path, &text, NULL, &failure))
		return error_set(error_r, "%s", failure->message);
	return write_new(name, text, owner, error_r);
}

static bool make_file(const struct change *change, struct kairan_error *error_r)
{
	g_autofree char *fresh = g_strconcat(change->path, ".kairan-new", NULL);
	struct stat owner;

	if (!find_owner(change, &owner, error_r))
		return false;
	if (change->exists && !keep_old(change->path, &owner, error_r))
		return false;
	/* What an interrupted run left. */
	(void)unlink(fresh);
	if (!write_new(fresh, change->text, &owner, error_r))
		return false;
	if (rename(fresh, change->path) != 0)
		return error_set(error_r, "%s: %s", change->path, strerror(errno));
	return true;
}

static bool run(const struct change *change, struct kairan_error *error_r)
{
	const char *const *words = (const char *const *)change->words;
	bool good;

	if (change->before != NULL && !program_must(words, change->before, error_r))
		return false;
	good = program_must(words, change->input, error_r);
	if (change->after != NULL)
		good = program_must(words, change->after, good ? error_r : NULL) && good;
	return good;
}

static bool make(const struct change *change, struct kairan_error *error_r)
{
	if (change->path == NULL)
		return run(change, error_r);
	return change->text == NULL ? make_folder(change->path, error_r)
				    : make_file(change, error_r);
}

bool change_list_settle(struct change_list *list, struct site *site,
			struct kairan_error *error_r)
{
	if (list->changes->len == 0) {
		site_tell(site, "Nothing to change.", "変更するものはありません。");
		return true;
	}
	for (guint i = 0; i < list->changes->len; i++)
		show(list, list->changes->pdata[i]);
	if (site->print_only) {
		site->changes += list->changes->len;
		return true;
	}
	if (!site_confirm(site))
		return site_fail(site, error_r, "ended; what was made before stays",
				 "終了しました。それまでの変更はそのままです");
	for (guint i = 0; i < list->changes->len; i++) {
		if (!make(list->changes->pdata[i], error_r))
			return false;
		site->changes++;
	}
	return true;
}

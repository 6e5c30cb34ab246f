/*
 * NAME
 *	rights - who else may write where kairan's files are
 *
 * DESCRIPTION
 *	A key that nobody else may read can be exchanged by whoever may write to its folder; so can the
 *	store, the milter's socket (whoever takes its place lets everything pass), and a template,
 *	whose text goes out with the name of the town and was approved by nobody. Symbolic links are
 *	followed: it is the place where the file is that counts.
 *
 *	A group may write: who is in it is the administrators' decision.
 *
 * DIAGNOSTICS
 *	False with the setting, the folder or file, and what mends it.
 */
#include "config.h"

#include "conf/rights.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool fail(const char *setting, const char *path, struct kairan_error *error_r)
{
	return error_set(error_r, "%s: others may write to %s; chmod o-w", setting, path);
}

/* A folder, and those above it. */
static bool check_folder(const char *setting, const char *path,
			 struct kairan_error *error_r)
{
	g_autofree char *at = g_strdup(path);
	bool is_above = false;
	struct stat status;

	for (;;) {
		g_autofree char *above = g_path_get_dirname(at);

		if (stat(at, &status) == 0 && (status.st_mode & S_IWOTH) != 0 &&
		    !(is_above && (status.st_mode & S_ISVTX) != 0))
			return fail(setting, at, error_r);
		if (strcmp(above, at) == 0)
			return true;
		g_free(at);
		at = g_steal_pointer(&above);
		is_above = true;
	}
}

bool rights_check_place(const char *setting, const char *path,
			struct kairan_error *error_r)
{
	char *there = realpath(path, NULL);
	g_autofree char *folder = g_path_get_dirname(there != NULL ? there : path);
	g_autofree char *named = g_path_get_dirname(path);

	free(there);
	return check_folder(setting, folder, error_r) &&
	       check_folder(setting, named, error_r);
}

static bool check_file(const char *setting, const char *path,
		       struct kairan_error *error_r)
{
	struct stat status;

	if (*path == '\0')
		return true;
	if (stat(path, &status) == 0 && (status.st_mode & S_IWOTH) != 0)
		return fail(setting, path, error_r);
	return rights_check_place(setting, path, error_r);
}

/* All that is in a folder, one for each language. */
static bool check_tree(const char *setting, const char *path,
		       struct kairan_error *error_r)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;
	struct stat status;
	bool ok = true;

	while (ok && folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		g_autofree char *inside = g_build_filename(path, name, NULL);

		if (stat(inside, &status) != 0)
			continue;
		if ((status.st_mode & S_IWOTH) != 0)
			ok = fail(setting, inside, error_r);
		else if (S_ISDIR(status.st_mode))
			ok = check_tree(setting, inside, error_r);
	}
	if (folder != NULL)
		g_dir_close(folder);
	return ok;
}

bool rights_check(const char *path, const struct settings *settings,
		  struct kairan_error *error_r)
{
	const struct {
		const char *setting;
		const char *file;
	} files[] = {
		{ "settings", path },
		{ "key_file", settings->key_file },
		{ "audit_key_file", settings->audit_key_file },
		{ "leave_key_file", settings->leave_key_file },
		{ "ldap_password_file", settings->ldap_password_file },
		{ "ldap_ca_file", settings->ldap_ca_file },
		{ "protected_patterns", settings->protected_patterns },
		{ "reply_banners", settings->reply_banners },
		{ "reply_footers", settings->reply_footers },
		{ "template_dir", settings->template_dir },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		if (!check_file(files[i].setting, files[i].file, error_r))
			return false;
	/* What is in the archive has been approved, and is kept as a proof. */
	return rights_check_place("milter_socket", settings->milter_socket, error_r) &&
	       check_tree("template_dir", settings->template_dir, error_r) &&
	       check_file("archive_dir", settings->archive_dir, error_r);
}

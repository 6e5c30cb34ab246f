/*
 * NAME
 *	store_trouble - that the store takes nothing
 *
 * DESCRIPTION
 *	With a full disk, or a folder that kairan may not write to, every draft gets a temporary
 *	failure while the store can be read. A monitor that only reads finds nothing, and one
 *	that is root could even write. So the daemon, which knows, leaves a file.
 *
 * DIAGNOSTICS
 *	None: this is itself what tells of trouble.
 */
#include "config.h"

#include "milter/core/store_trouble.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

/* Everybody who may come to the socket's folder may read it. */
#define TROUBLE_MODE 0644

static char *find_path(const struct settings *settings)
{
	g_autofree char *folder = g_path_get_dirname(settings->milter_socket);

	return g_build_filename(folder, "store-failing", NULL);
}

void store_trouble_put(const struct settings *settings, const char *why)
{
	g_autofree char *path = find_path(settings);

	(void)g_file_set_contents_full(path, why, -1, G_FILE_SET_CONTENTS_CONSISTENT,
				       TROUBLE_MODE, NULL);
}

void store_trouble_remove(const struct settings *settings)
{
	g_autofree char *path = find_path(settings);

	(void)unlink(path);
}

bool store_trouble_find(const struct settings *settings, struct kairan_error *error_r)
{
	g_autofree char *path = find_path(settings);
	g_autofree char *why = NULL;

	if (!g_file_get_contents(path, &why, NULL, NULL))
		return false;
	(void)error_set(error_r, "%s", g_strchomp(why));
	return true;
}

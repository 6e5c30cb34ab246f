/*
 * NAME
 *	mta_log - where the mail system's log is
 *
 * DESCRIPTION
 *	What Postfix writes by itself (maillog_file); else systemd's journal, or the file that
 *	rsyslog writes. Postfix makes its own for root alone, as long as maillog_file_permissions says
 *	nothing else: such a one is not named, since kairan could not read it.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/setup/mta_log.h"

#include <glib.h>
#include <glob.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/setup/program.h"

#define JOURNAL     "journal"
#define SYSLOG_FILE "/var/log/mail.log"

/* A file of systemd's journal; NULL: there is none, or kairan was built without its library. */
static char *find_journal(void)
{
	char *file = NULL;
#ifdef HAVE_LIBSYSTEMD
	static const char *const patterns[] = { "/var/log/journal/*/system.journal",
						"/run/log/journal/*/system.journal" };

	for (size_t i = 0; file == NULL && i < G_N_ELEMENTS(patterns); i++) {
		glob_t found = { 0 };

		if (glob(patterns[i], 0, NULL, &found) == 0)
			file = g_strdup(found.gl_pathv[0]);
		globfree(&found);
	}
#endif
	return file;
}

/* The file behind a name. NULL: none. */
static char *find_file(const char *name)
{
	return strcmp(name, JOURNAL) == 0 ? find_journal() : g_strdup(name);
}

static bool find_mode(const char *name, struct stat *status_r)
{
	g_autofree char *file = find_file(name);

	return file != NULL && stat(file, status_r) == 0 && S_ISREG(status_r->st_mode);
}

static bool can_be_read(const char *name)
{
	struct stat status;

	return find_mode(name, &status) &&
	       ((status.st_mode & S_IROTH) != 0 ||
		((status.st_mode & S_IRGRP) != 0 && status.st_gid != 0));
}

static char *find_own_of_postfix(const struct site *site)
{
	const char *const words[] = { "postconf", "-c",           site->postfix_dir,
				      "-xh",      "maillog_file", NULL };
	char *file = site->mta == SITE_MTA_POSTFIX ? program_read(words) : NULL;

	if (file != NULL && *file == '\0')
		g_clear_pointer(&file, g_free);
	return file;
}

char *setup_find_mta_log(const struct site *site)
{
	g_autofree char *own = find_own_of_postfix(site);

	if (own != NULL)
		return can_be_read(own) ? g_steal_pointer(&own) : NULL;
	if (can_be_read(JOURNAL))
		return g_strdup(JOURNAL);
	return can_be_read(SYSLOG_FILE) ? g_strdup(SYSLOG_FILE) : NULL;
}

char *setup_find_log_group(const char *name)
{
	const struct group *group;
	struct stat status;

	if (!find_mode(name, &status) || (status.st_mode & S_IROTH) != 0 ||
	    (status.st_mode & S_IRGRP) == 0 || status.st_gid == 0)
		return NULL;
	group = getgrgid(status.st_gid);
	return group != NULL ? g_strdup(group->gr_name) : NULL;
}

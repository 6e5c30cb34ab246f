/*
 * NAME
 *	ctl_file - a file that a command writes
 *
 * DESCRIPTION
 *	One that is there is replaced.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: the file cannot be written. EX_IOERR: standard output cannot.
 */
#include "config.h"

#include "ctl/ctl_file.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/ctl.h"

int ctl_file_write(const char *path, const char *text)
{
	GError *error = NULL;
	int status = EX_OK;

	if (strcmp(path, "-") == 0) {
		if (fputs(text, stdout) == EOF || fflush(stdout) != 0)
			status =
			    ctl_fail(EX_IOERR, "standard output: %s", strerror(errno));
	} else if (!g_file_set_contents(path, text, -1, &error)) {
		status = ctl_fail(EX_CANTCREAT, "%s", error->message);
		g_error_free(error);
	}
	return status;
}

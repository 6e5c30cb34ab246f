/*
 * NAME
 *	ctl_keys - kairanctl keys make
 *
 * DESCRIPTION
 *	Makes the file of token keys. When root runs it, the file belongs to the user that the
 *	daemon becomes.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: the file exists already, or cannot be made.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/keyring.h"
#include "ctl/ctl.h"

int ctl_keys_make(const struct ctl_call *call)
{
	const char *path = call->settings->key_file;
	const struct passwd *user = getpwnam(call->settings->user);
	struct kairan_error error;

	if (geteuid() == 0 && user == NULL)
		return ctl_fail(EX_NOUSER, "user: there is no user %s",
				call->settings->user);
	if (!keyring_make_file(path, &error))
		return ctl_fail(EX_CANTCREAT, "%s", error.text);
	if (geteuid() == 0 && chown(path, user->pw_uid, user->pw_gid) != 0)
		return ctl_fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	printf("made %s\n", path);
	return EX_OK;
}

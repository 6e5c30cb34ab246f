/*
 * NAME
 *	ctl_operator - who runs kairanctl
 *
 * DESCRIPTION
 *	kairanctl is run as root or as kairan, by sudo as a rule; the audit trail wants the
 *	person. Asked in this order: the kernel's login uid, which is of the audit session and which
 *	neither su nor sudo changes; sudo; the terminal's login; the user.
 *
 *	A variable such as SUDO_USER is whatever its user sets it to. None of them is a proof: whoever may write to the store may write anything into it.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/ctl_operator.h"

#include <glib.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#define LOGIN_UID_NONE 4294967295UL /* what the kernel says of daemons */

static const char *find_login_uid(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	unsigned long uid = LOGIN_UID_NONE;
	const struct passwd *user;

	if (file == NULL)
		return NULL;
	if (fscanf(file, "%lu", &uid) != 1)
		uid = LOGIN_UID_NONE;
	fclose(file);
	if (uid == LOGIN_UID_NONE)
		return NULL;
	user = getpwuid((uid_t)uid);
	return user != NULL ? user->pw_name : NULL;
}

const char *ctl_operator_uid(void)
{
	static char *uid;
	const char *name;

	if (uid != NULL)
		return uid;
	name = find_login_uid();
	if (name == NULL)
		name = g_getenv("SUDO_USER");
	if (name == NULL || *name == '\0')
		name = getlogin();
	uid = g_strdup(name != NULL ? name : g_get_user_name());
	return uid;
}

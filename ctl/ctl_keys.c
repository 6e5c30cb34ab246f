/*
 * NAME
 *	ctl_keys - kairanctl keys make, keys rotate
 *
 * DESCRIPTION
 *	"make" makes the token keys, the audit trail's key and the keys of leave addresses, where
 *	there are none. When root runs it, the files belong to the user that the daemon becomes.
 *
 *	"rotate" adds a token key that signs from then on, and one for leave addresses where there
 *	are any. The old ones go on verifying, so replies under way still count. The daemon reads
 *	keys when it starts and at SIGHUP.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: all files exist already, or one cannot be made.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/keyring.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_store.h"
#include "schema/store_audit.h"

static int make_file(const char *path, const struct passwd *user)
{
	struct kairan_error error;

	if (!keyring_make_file(path, &error))
		return ctl_fail(EX_CANTCREAT, "%s", error.text);
	if (user != NULL && chown(path, user->pw_uid, user->pw_gid) != 0)
		return ctl_fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	ctl_print("made %s", path);
	return EX_OK;
}

int ctl_keys_make(const struct ctl_call *call)
{
	const char *const paths[] = { call->settings->key_file,
				      call->settings->audit_key_file,
				      call->settings->leave_key_file };
	const struct passwd *user = NULL;
	int status = EX_OK, made = 0;

	if (call->argc > 0)
		return ctl_usage(call);
	if (geteuid() == 0 && (user = getpwnam(call->settings->user)) == NULL)
		return ctl_fail(EX_NOUSER, "user: there is no user %s",
				call->settings->user);
	for (size_t i = 0; status == EX_OK && i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (access(paths[i], F_OK) == 0)
			continue;
		status = make_file(paths[i], user);
		made++;
	}
	if (made == 0)
		return ctl_fail(EX_CANTCREAT,
				"%s, %s and %s exist; keys are not overwritten", paths[0],
				paths[1], paths[2]);
	return status;
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "rotate-keys",
		.outcome = "done",
		.detail = context,
	};

	return store_audit_append(store, &event, error_r) ? EX_OK : EX_UNAVAILABLE;
}

int ctl_keys_rotate(const struct ctl_call *call)
{
	struct kairan_error error;
	unsigned int id = 0, leave_id = 0;
	char detail[32];
	int status;

	if (call->argc > 0)
		return ctl_usage(call);
	if (!keyring_rotate_file(call->settings->key_file, &id, &error))
		return ctl_fail(EX_CANTCREAT, "key_file: %s", error.text);
	if (access(call->settings->leave_key_file, F_OK) == 0 &&
	    !keyring_rotate_file(call->settings->leave_key_file, &leave_id, &error))
		return ctl_fail(EX_CANTCREAT, "leave_key_file: %s", error.text);
	(void)snprintf(detail, sizeof(detail), "key %u", id);
	status = ctl_store_run(call, record, detail);
	if (status == EX_OK)
		ctl_print("%s: key %u signs from now on; reload the daemon "
			  "(systemctl reload kairan-milter)",
			  call->settings->key_file, id);
	return status;
}

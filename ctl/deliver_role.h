/*
 * A mail to postmaster@ or abuse@ that came through the pipe.
 */
#ifndef KAIRAN_CTL_DELIVER_ROLE_H
#define KAIRAN_CTL_DELIVER_ROLE_H

#include <glib.h>

#include "conf/settings.h"

struct role_mail {
	const char *sender;    /* as the MTA gave it; "" or "<>": nobody */
	const char *recipient; /* addr-spec */
	const char *queue_id;
	const GString *octets; /* lines end in LF, or in CRLF */
};

/* Hand it to the MTA once more, where the milter sees it. Returns an exit status of sysexits(3),
 * after having said on standard error what the MTA's bounce shows. */
int deliver_role_pass(const struct settings *settings, const struct role_mail *mail);

#endif

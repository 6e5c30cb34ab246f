/*
 * The server of kairan-web (libmicrohttpd).
 */
#ifndef KAIRAN_WEB_SERVER_H
#define KAIRAN_WEB_SERVER_H

#include <stdbool.h>

#include "conf/keyring.h"
#include "conf/settings.h"
#include "milter/mail/template.h"

/* What it answers with; all of it is borrowed. */
struct web {
	const struct settings *settings;
	const struct keyring *keys; /* of leave links */
	const struct templates *templates;
};

/* Opaque: libmicrohttpd's. */
struct MHD_Daemon;

/* Listen on web_listen, and serve until server_stop(). */
bool server_start(struct web *web, struct MHD_Daemon **server_r,
		  struct kairan_error *error_r);
void server_stop(struct MHD_Daemon *server);

#endif

/*
 * NAME
 *	mlfi - libmilter callbacks to session calls
 *
 * DESCRIPTION
 *	The only file that knows libmilter. Each callback turns its arguments into a call of
 *	the session and the answer into a return code; nothing is decided here.
 *
 *	The macros that are needed are asked for by smfi_setsymlist(), so that the MTA's
 *	configuration need not list them.
 *
 * DIAGNOSTICS
 *	Fatal at start: the socket is in use or cannot be made. Error: an MTA that does not
 *	offer to add and remove recipients; its connection is refused. Warning, once: an MTA
 *	that cannot be asked for macros.
 */
#include "config.h"

#include "milter/mlfi.h"

#include <errno.h>
#include <grp.h>
#include <libmilter/mfapi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "conf/log.h"
#include "milter/session.h"

#define STOP_TRY_NANOSECONDS (20 * 1000 * 1000)

/* libmilter gives its callbacks no context before a connection has one of its own. */
static struct kairan *mlfi_kairan;
static char mlfi_socket_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
static bool mlfi_is_open;
static int mlfi_busy;
static int mlfi_closing;

/* What libmilter keeps for a connection. A peer that was refused when it said what it can do, or
 * that said nothing of it, has none, and libmilter may let it go on: it is put off. */
struct connection {
	struct session *session;
	bool busy;           /* counted in mlfi_busy */
	bool late;           /* this message began after mlfi_close() */
	unsigned long steps; /* SMFIP_*: what the MTA agreed to */
};

static void set_busy(struct connection *connection, bool busy)
{
	if (connection->busy == busy)
		return;
	connection->busy = busy;
	(void)__atomic_add_fetch(&mlfi_busy, busy ? 1 : -1, __ATOMIC_SEQ_CST);
}

int mlfi_count_busy(void)
{
	return __atomic_load_n(&mlfi_busy, __ATOMIC_SEQ_CST);
}

/* smfi_setreply() wants '%' doubled, and nothing but printable ASCII. */
static void set_reply(SMFICTX *ctx, const struct session_answer *answer)
{
	char text[2 * sizeof(answer->text)];
	size_t used = 0;

	for (const char *at = answer->text; *at != '\0'; at++) {
		char c = *at >= ' ' && *at <= '~' ? *at : '?';

		if (c == '%')
			text[used++] = '%';
		text[used++] = c;
	}
	text[used] = '\0';
	(void)smfi_setreply(ctx, (char *)answer->reply, (char *)answer->status, text);
}

static sfsistat give_answer(SMFICTX *ctx, const struct session_answer *answer)
{
	switch (answer->action) {
	case SESSION_CONTINUE:
		return SMFIS_CONTINUE;
	case SESSION_ACCEPT:
		return SMFIS_ACCEPT;
	case SESSION_DISCARD:
		return SMFIS_DISCARD;
	case SESSION_REPLY:
		break;
	}
	set_reply(ctx, answer);
	return answer->reply[0] == '5' ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

/* An MTA that cannot be asked sends what its configuration says, and without a login every
 * draft is refused: the log says which macros are missing then. */
static void ask_for_macros(SMFICTX *ctx, bool can_be_asked)
{
	static int warned;

	if (can_be_asked) {
		(void)smfi_setsymlist(ctx, SMFIM_ENVFROM,
				      (char *)"i {auth_authen} {client_addr}");
		(void)smfi_setsymlist(ctx, SMFIM_ENVRCPT, (char *)"i");
		(void)smfi_setsymlist(ctx, SMFIM_EOM, (char *)"i");
	} else if (!__atomic_exchange_n(&warned, 1, __ATOMIC_RELAXED)) {
		log_warning(
		    "the MTA does not let a milter ask for macros; its own settings "
		    "have to send i, {auth_authen} and {client_addr} at MAIL, and i at "
		    "RCPT and at the end of the mail");
	}
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
			     unsigned long reserved2, unsigned long reserved3,
			     unsigned long *actions_r, unsigned long *steps_r,
			     unsigned long *reserved2_r, unsigned long *reserved3_r)
{
	const unsigned long wanted_actions =
	    SMFIF_ADDRCPT | SMFIF_DELRCPT | SMFIF_ADDHDRS;
	const unsigned long wanted_steps =
	    SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_HDR_LEADSPC |
	    SMFIP_NR_MAIL | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY;
	struct connection *connection;

	(void)reserved2;
	(void)reserved3;
	if ((actions & wanted_actions) != wanted_actions) {
		log_error("the MTA does not let a milter add and remove recipients, "
			  "and add a header");
		return SMFIS_REJECT;
	}
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	connection->session = session_new(mlfi_kairan);
	connection->steps = steps & wanted_steps;
	(void)smfi_setpriv(ctx, connection);
	*actions_r = wanted_actions | (actions & SMFIF_SETSYMLIST);
	*steps_r = connection->steps;
	*reserved2_r = 0;
	*reserved3_r = 0;
	ask_for_macros(ctx, (actions & SMFIF_SETSYMLIST) != 0);
	return SMFIS_CONTINUE;
}

/* "Go on", by saying nothing where the MTA agreed not to wait for it. libmilter logs an answer
 * that nobody waits for. */
static sfsistat go_on(const struct connection *connection, unsigned long silent)
{
	return (connection->steps & silent) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* What libmilter calls with. */
struct step {
	SMFICTX *ctx;
	char **arguments;
	char *name, *value; /* of a header */
	unsigned char *piece;
	size_t length;
};

/* One that has no connection is put off. */
static sfsistat pass(const struct step *step,
		     sfsistat (*take)(struct connection *, const struct step *))
{
	struct connection *connection = smfi_getpriv(step->ctx);

	return connection != NULL ? take(connection, step) : SMFIS_TEMPFAIL;
}

static sfsistat take_mail(struct connection *connection, const struct step *step)
{
	/* Counted before the question: mlfi_close() is followed by looking at the count. */
	set_busy(connection, true);
	connection->late = __atomic_load_n(&mlfi_closing, __ATOMIC_SEQ_CST) != 0;
	if (connection->late) {
		set_busy(connection, false);
		return go_on(connection, SMFIP_NR_MAIL);
	}
	session_begin(connection->session, step->arguments[0],
		      smfi_getsymval(step->ctx, (char *)"{auth_authen}"),
		      smfi_getsymval(step->ctx, (char *)"{client_addr}"));
	return go_on(connection, SMFIP_NR_MAIL);
}

static sfsistat on_mail(SMFICTX *ctx, char **arguments)
{
	return pass(&(struct step){ .ctx = ctx, .arguments = arguments }, take_mail);
}

/* MAIL itself has no answer of ours that the MTA waits for. */
static sfsistat put_off(SMFICTX *ctx)
{
	(void)smfi_setreply(ctx, (char *)"451", (char *)"4.3.2",
			    (char *)"the filter is being restarted; please try again");
	return SMFIS_TEMPFAIL;
}

static sfsistat take_recipient(struct connection *connection, const struct step *step)
{
	struct session_answer answer;

	if (connection->late)
		return put_off(step->ctx);
	session_judge_recipient(connection->session, step->arguments[0],
				smfi_getsymval(step->ctx, (char *)"i"), &answer);
	return give_answer(step->ctx, &answer);
}

static sfsistat on_rcpt(SMFICTX *ctx, char **arguments)
{
	return pass(&(struct step){ .ctx = ctx, .arguments = arguments }, take_recipient);
}

static sfsistat take_data(struct connection *connection, const struct step *step)
{
	struct session_answer answer;

	if (connection->late)
		return put_off(step->ctx);
	session_judge_data(connection->session, &answer);
	if (answer.action == SESSION_ACCEPT) {
		session_reset(connection->session);
		set_busy(connection, false);
	}
	return give_answer(step->ctx, &answer);
}

static sfsistat on_data(SMFICTX *ctx)
{
	return pass(&(struct step){ .ctx = ctx }, take_data);
}

static sfsistat take_header(struct connection *connection, const struct step *step)
{
	if ((connection->steps & SMFIP_HDR_LEADSPC) != 0) {
		session_add_header(connection->session, step->name, step->value);
	} else {
		g_autofree char *spaced = g_strconcat(" ", step->value, NULL);

		session_add_header(connection->session, step->name, spaced);
	}
	return go_on(connection, SMFIP_NR_HDR);
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	return pass(&(struct step){ .ctx = ctx, .name = name, .value = value },
		    take_header);
}

static sfsistat take_end_of_header(struct connection *connection, const struct step *step)
{
	(void)step;
	session_add_blank(connection->session);
	return go_on(connection, SMFIP_NR_EOH);
}

static sfsistat on_end_of_header(SMFICTX *ctx)
{
	return pass(&(struct step){ .ctx = ctx }, take_end_of_header);
}

static sfsistat take_body(struct connection *connection, const struct step *step)
{
	session_add_body(connection->session, step->piece, step->length);
	return go_on(connection, SMFIP_NR_BODY);
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *piece, size_t length)
{
	return pass(&(struct step){ .ctx = ctx, .piece = piece, .length = length },
		    take_body);
}

static bool add_recipient(void *context, const char *path)
{
	return smfi_addrcpt(context, (char *)path) == MI_SUCCESS;
}

static bool delete_recipient(void *context, const char *path)
{
	return smfi_delrcpt(context, (char *)path) == MI_SUCCESS;
}

static bool add_header(void *context, const char *name, const char *value)
{
	return smfi_addheader(context, (char *)name, (char *)value) == MI_SUCCESS;
}

static bool keep_waiting(void *context)
{
	return smfi_progress(context) == MI_SUCCESS;
}

static sfsistat take_end_of_message(struct connection *connection,
				    const struct step *step)
{
	struct session_answer answer;
	const struct intake_mta mta = {
		.add_recipient = add_recipient,
		.delete_recipient = delete_recipient,
		.add_header = add_header,
		.keep_waiting = keep_waiting,
		.context = step->ctx,
	};

	session_take(connection->session, smfi_getsymval(step->ctx, (char *)"i"), &mta,
		     &answer);
	set_busy(connection, false);
	return give_answer(step->ctx, &answer);
}

static sfsistat on_end_of_message(SMFICTX *ctx)
{
	return pass(&(struct step){ .ctx = ctx }, take_end_of_message);
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection != NULL) {
		session_reset(connection->session);
		set_busy(connection, false);
	}
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection == NULL)
		return SMFIS_CONTINUE;
	(void)smfi_setpriv(ctx, NULL);
	set_busy(connection, false);
	session_free(connection->session);
	free(connection);
	return SMFIS_CONTINUE;
}

static struct smfiDesc mlfi_description = {
	.xxfi_name = (char *)"kairan",
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_ADDRCPT | SMFIF_DELRCPT | SMFIF_ADDHDRS,
	.xxfi_negotiate = on_negotiate,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_data = on_data,
	.xxfi_header = on_header,
	.xxfi_eoh = on_end_of_header,
	.xxfi_body = on_body,
	.xxfi_eom = on_end_of_message,
	.xxfi_abort = on_abort,
	.xxfi_close = on_close,
};

/* Connect to our own socket; -1 when nobody listens. */
static int connect_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, mlfi_socket_path, sizeof(address.sun_path));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* A stale socket, left by a daemon that was killed, must not stop a start. */
static bool clear_socket(struct kairan_error *error_r)
{
	struct stat status;
	int fd;

	if (lstat(mlfi_socket_path, &status) != 0)
		return errno == ENOENT || error_set(error_r, "milter_socket %s: %s",
						    mlfi_socket_path, strerror(errno));
	if (!S_ISSOCK(status.st_mode))
		return error_set(error_r, "milter_socket %s: is not a socket",
				 mlfi_socket_path);
	fd = connect_socket();
	if (fd >= 0) {
		close(fd);
		return error_set(error_r,
				 "milter_socket %s: another daemon listens on it",
				 mlfi_socket_path);
	}
	if (unlink(mlfi_socket_path) != 0)
		return error_set(error_r, "milter_socket %s: %s", mlfi_socket_path,
				 strerror(errno));
	return true;
}

static bool set_ownership(const struct settings *settings, struct kairan_error *error_r)
{
	const struct group *group;

	if (*settings->socket_group != '\0') {
		group = getgrnam(settings->socket_group);
		if (group == NULL)
			return error_set(error_r, "socket_group: there is no group %s",
					 settings->socket_group);
		if (chown(mlfi_socket_path, (uid_t)-1, group->gr_gid) != 0)
			return error_set(error_r, "socket_group %s: %s",
					 settings->socket_group, strerror(errno));
	}
	if (chmod(mlfi_socket_path, (mode_t)settings->socket_mode) != 0)
		return error_set(error_r, "socket_mode: %s: %s", mlfi_socket_path,
				 strerror(errno));
	return true;
}

bool mlfi_open(const struct settings *settings, struct kairan_error *error_r)
{
	char connection[sizeof(mlfi_socket_path) + 8];

	if (strlen(settings->milter_socket) >= sizeof(mlfi_socket_path))
		return error_set(error_r,
				 "milter_socket: the path is longer than %zu octets",
				 sizeof(mlfi_socket_path) - 1);
	strcpy(mlfi_socket_path, settings->milter_socket);
	(void)snprintf(connection, sizeof(connection), "unix:%s", mlfi_socket_path);
	if (!clear_socket(error_r))
		return false;
	if (smfi_register(mlfi_description) == MI_FAILURE ||
	    smfi_setconn(connection) == MI_FAILURE ||
	    smfi_settimeout(7210) == MI_FAILURE || smfi_opensocket(false) == MI_FAILURE)
		return error_set(error_r, "milter_socket %s: cannot be opened",
				 mlfi_socket_path);
	mlfi_is_open = true;
	return set_ownership(settings, error_r);
}

void mlfi_abandon(void)
{
	if (mlfi_is_open)
		(void)unlink(mlfi_socket_path);
	mlfi_is_open = false;
}

bool mlfi_serve(struct kairan *kairan)
{
	mlfi_kairan = kairan;
	return smfi_main() == MI_SUCCESS;
}

void mlfi_close(void)
{
	__atomic_store_n(&mlfi_closing, 1, __ATOMIC_SEQ_CST);
}

static void *stop_libmilter(void *context)
{
	(void)context;
	(void)smfi_stop();
	return NULL;
}

/* smfi_stop() itself waits for the listener, which waits for a connection, seconds long: one of
 * our own wakes it, unless it comes before the stop was noted. */
void mlfi_stop(void)
{
	struct timespec again;
	pthread_t stopper;
	int fd;

	if (pthread_create(&stopper, NULL, stop_libmilter, NULL) != 0) {
		(void)smfi_stop();
		return;
	}
	do {
		fd = connect_socket();
		if (fd >= 0)
			close(fd);
		(void)clock_gettime(CLOCK_REALTIME, &again);
		again.tv_nsec += STOP_TRY_NANOSECONDS;
		again.tv_sec += again.tv_nsec / 1000000000;
		again.tv_nsec %= 1000000000;
	} while (pthread_timedjoin_np(stopper, NULL, &again) == ETIMEDOUT);
}

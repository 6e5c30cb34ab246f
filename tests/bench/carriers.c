/*
 * NAME
 *	carriers - mail servers of many domains, as phones' carriers have them
 *
 * DESCRIPTION
 *	carriers RECORD PORT ADDRESS[:DELAY[:CONNECTIONS[:RECIPIENTS]]]...
 *
 *	Takes mail by SMTP on each address, throws it away, and appends a line to the file RECORD
 *	for each recipient: when (seconds of CLOCK_MONOTONIC, which is one for all processes of
 *	a machine), the envelope's sender, the recipient. That is done before the mail's 250. A line
 *	on standard output says when all addresses can be reached.
 *
 *	Each command is answered DELAY milliseconds late. More than CONNECTIONS at a time are
 *	turned away with 421, and more than RECIPIENTS in a session get 452. 0, or nothing: no
 *	such limit.
 *
 * DIAGNOSTICS
 *	Exits with 1 when an address cannot be had.
 */
#include "config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define INPUT_OCTETS   65536
#define LINE_OCTETS    2048
#define RECORD_OCTETS  1048576
#define ADDRESS_OCTETS 512

struct carrier {
	int listener;
	long delay;
	long most_connections;
	long most_recipients;
	atomic_long connections;
};

struct session {
	struct carrier *carrier;
	int fd;
	FILE *out;
	char input[INPUT_OCTETS];
	size_t at, length;
	char sender[ADDRESS_OCTETS];
	char *recipients; /* of this mail, each with its NUL */
	size_t recipients_length;
	long taken; /* recipients of this session */
};

static int carriers_record;

static void pause_for(long milliseconds)
{
	const struct timespec pause = { milliseconds / 1000,
					milliseconds % 1000 * 1000000 };

	if (milliseconds > 0)
		(void)nanosleep(&pause, NULL);
}

/* What was answered goes out before anything more is waited for: that is all that a client which
 * sends its commands together can see. */
static int next_octet(struct session *session)
{
	if (session->at == session->length) {
		const ssize_t got =
		    fflush(session->out) == 0
			? read(session->fd, session->input, sizeof(session->input))
			: -1;

		if (got <= 0)
			return EOF;
		session->at = 0;
		session->length = (size_t)got;
	}
	return (unsigned char)session->input[session->at++];
}

/* A line without its end; what is too long for it is left out. */
static bool read_line(struct session *session, char line[LINE_OCTETS])
{
	size_t length = 0;
	int octet;

	while ((octet = next_octet(session)) != EOF && octet != '\n')
		if (length < LINE_OCTETS - 1)
			line[length++] = (char)octet;
	while (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	return octet != EOF;
}

static void answer(struct session *session, const char *reply)
{
	pause_for(session->carrier->delay);
	(void)fprintf(session->out, "%s\r\n", reply);
}

/* What stands between '<' and '>'. */
static void read_path(const char *line, char path[ADDRESS_OCTETS])
{
	const char *start = strchr(line, '<');
	const char *end = start != NULL ? strrchr(start, '>') : NULL;

	path[0] = '\0';
	if (end != NULL)
		(void)snprintf(path, ADDRESS_OCTETS, "%.*s", (int)(end - start - 1),
			       start + 1);
}

static void take_recipient(struct session *session, const char *line)
{
	char path[ADDRESS_OCTETS];
	const long most = session->carrier->most_recipients;

	read_path(line, path);
	if ((most > 0 && session->taken >= most) ||
	    session->recipients_length + sizeof(path) > RECORD_OCTETS / 4) {
		answer(session, "452 4.5.3 Too many recipients");
		return;
	}
	session->taken++;
	memcpy(session->recipients + session->recipients_length, path, strlen(path) + 1);
	session->recipients_length += strlen(path) + 1;
	answer(session, "250 2.1.5 Ok");
}

/* One write for a whole mail: the lines of two never mix. */
static bool record_mail(const struct session *session)
{
	struct timespec now;
	char *text = NULL;
	size_t length = 0;
	FILE *lines = open_memstream(&text, &length);
	bool ok;

	if (lines == NULL)
		return false;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	for (size_t at = 0; at < session->recipients_length;
	     at += strlen(session->recipients + at) + 1)
		(void)fprintf(lines, "%lld.%06ld <%s> <%s>\n", (long long)now.tv_sec,
			      now.tv_nsec / 1000, session->sender,
			      session->recipients + at);
	ok =
	    fclose(lines) == 0 && write(carriers_record, text, length) == (ssize_t)length;
	free(text);
	return ok;
}

static bool take_data(struct session *session)
{
	char line[LINE_OCTETS];

	if (session->recipients_length == 0) {
		answer(session, "503 5.5.1 No recipients");
		return true;
	}
	answer(session, "354 Go on");
	do {
		if (!read_line(session, line))
			return false;
	} while (strcmp(line, ".") != 0);
	pause_for(session->carrier->delay);
	(void)fprintf(session->out, "%s\r\n",
		      record_mail(session) ? "250 2.0.0 Ok"
					   : "451 4.3.0 It cannot be recorded");
	session->recipients_length = 0;
	return true;
}

/* False: the session is over. */
static bool take_command(struct session *session, const char *line)
{
	bool goes_on = true;

	if (strncasecmp(line, "EHLO", 4) == 0) {
		answer(session, "250-carrier.example\r\n250 PIPELINING");
	} else if (strncasecmp(line, "MAIL", 4) == 0) {
		read_path(line, session->sender);
		session->recipients_length = 0;
		answer(session, "250 2.1.0 Ok");
	} else if (strncasecmp(line, "RCPT", 4) == 0) {
		take_recipient(session, line);
	} else if (strncasecmp(line, "DATA", 4) == 0) {
		goes_on = take_data(session);
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		answer(session, "221 2.0.0 Bye");
		goes_on = false;
	} else {
		session->recipients_length = 0;
		answer(session, "250 2.0.0 Ok");
	}
	return goes_on;
}

static void serve(struct session *session)
{
	struct carrier *carrier = session->carrier;
	const long connections = atomic_fetch_add(&carrier->connections, 1) + 1;
	char line[LINE_OCTETS];

	if (carrier->most_connections > 0 && connections > carrier->most_connections) {
		answer(session, "421 4.7.0 Too many connections");
	} else {
		answer(session, "220 carrier.example ESMTP");
		while (read_line(session, line) && take_command(session, line))
			;
	}
	(void)atomic_fetch_sub(&carrier->connections, 1);
}

static void *run_session(void *argument)
{
	struct session *session = argument;

	session->out = fdopen(session->fd, "w");
	session->recipients = malloc(RECORD_OCTETS / 4);
	if (session->out != NULL && session->recipients != NULL)
		serve(session);
	if (session->out != NULL)
		(void)fclose(session->out);
	else
		(void)close(session->fd);
	free(session->recipients);
	free(session);
	return NULL;
}

static void *run_carrier(void *argument)
{
	struct carrier *carrier = argument;
	int fd;

	while ((fd = accept(carrier->listener, NULL, NULL)) >= 0) {
		struct session *session = calloc(1, sizeof(*session));
		pthread_t thread;

		if (session == NULL) {
			(void)close(fd);
			continue;
		}
		session->carrier = carrier;
		session->fd = fd;
		if (pthread_create(&thread, NULL, run_session, session) == 0) {
			(void)pthread_detach(thread);
		} else {
			(void)close(fd);
			free(session);
		}
	}
	return NULL;
}

/* "127.0.1.1:5:10:100" */
static bool open_carrier(const char *text, const char *port, struct carrier *carrier)
{
	struct sockaddr_in where = { .sin_family = AF_INET };
	char address[INET_ADDRSTRLEN];
	const int one = 1;

	(void)sscanf(text + strcspn(text, ":"), ":%ld:%ld:%ld", &carrier->delay,
		     &carrier->most_connections, &carrier->most_recipients);
	(void)snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, ":"), text);
	where.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (inet_pton(AF_INET, address, &where.sin_addr) != 1)
		return false;
	carrier->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return carrier->listener >= 0 &&
	       setsockopt(carrier->listener, SOL_SOCKET, SO_REUSEADDR, &one,
			  sizeof(one)) == 0 &&
	       bind(carrier->listener, (struct sockaddr *)&where, sizeof(where)) == 0 &&
	       listen(carrier->listener, SOMAXCONN) == 0;
}

int main(int argc, char **argv)
{
	pthread_t thread = pthread_self();
	struct carrier *carriers;

	if (argc < 4)
		return 64;
	(void)signal(SIGPIPE, SIG_IGN);
	carriers = calloc((size_t)argc, sizeof(*carriers));
	carriers_record = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (carriers == NULL || carriers_record < 0)
		return 1;
	for (int i = 3; i < argc; i++) {
		if (!open_carrier(argv[i], argv[2], &carriers[i]) ||
		    pthread_create(&thread, NULL, run_carrier, &carriers[i]) != 0) {
			perror(argv[i]);
			return 1;
		}
	}
	(void)puts("ready");
	(void)fflush(stdout);
	return pthread_join(thread, NULL) == 0 ? 0 : 1;
}

/*
 * NAME
 *	server - requests and answers
 *
 * DESCRIPTION
 *	Behind the town's web server, which speaks HTTPS. A GET shows a page with a button, and
 *	changes nothing: scanners of mail gateways open every link. A POST that says
 *	List-Unsubscribe=One-Click leaves the list; a mail program sends it (RFC 8058 section 3.2),
 *	and so does the button.
 *
 *	Each connection has a thread of its own, since the mail system is waited for. How many
 *	there are, how long they may take and how much they may send is bounded.
 *
 * DIAGNOSTICS
 *	server_start() returns what was wrong. Warning: what libmicrohttpd complains of.
 */
#include "config.h"

#include "web/server.h"

#include <glib.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/log.h"
#include "web/leave_link.h"
#include "web/page.h"

#define CONNECTIONS_MOST   64
#define CONNECTION_SECONDS 30
#define POST_OCTETS_MOST   4096
#define POST_BUFFER_OCTETS 1024

/* One request on its way. */
struct exchange {
	struct MHD_PostProcessor *form; /* NULL: it is no POST of a form */
	size_t octets;
	GString *word; /* what it says of List-Unsubscribe */
};

struct answer_page {
	unsigned int status;
	enum page_kind kind;
	struct leave_link link;
};

/* ---- answers ---- */

static const char *find_header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* The token is in the address: nobody keeps the page, and no other site hears of it. */
static void add_headers(struct MHD_Response *response, bool is_html, const char *language)
{
	static const char *const headers[][2] = {
		{ "Cache-Control", "no-store" },
		{ "Referrer-Policy", "no-referrer" },
		{ "X-Robots-Tag", "noindex, nofollow" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Vary", "Accept-Language" },
		{ "Content-Security-Policy",
		  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
		  " frame-ancestors 'none'; base-uri 'none'" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
		(void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
	(void)MHD_add_response_header(response, "Content-Type",
				      is_html ? "text/html; charset=utf-8"
					      : "text/plain; charset=utf-8");
	(void)MHD_add_response_header(response, "Content-Language", language);
}

/* Mail programs that leave by themselves show nobody a page. */
static bool wants_html(struct MHD_Connection *connection, const char *method)
{
	const char *accepted = find_header(connection, "Accept");

	return strcmp(method, "POST") != 0 ||
	       (accepted != NULL && strstr(accepted, "text/html") != NULL);
}

static enum MHD_Result send_page(const struct web *web, struct MHD_Connection *connection,
				 const char *method, const struct answer_page *answer)
{
	const struct page page = {
		.kind = answer->kind,
		.list = answer->link.list,
		.language = page_choose_language(
		    web->settings,
		    MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND,
						"language"),
		    find_header(connection, "Accept-Language")),
	};
	const bool is_html = wants_html(connection, method);
	g_autofree char *text = page_write(web->templates, web->settings, &page, is_html);
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	add_headers(response, is_html, page.language);
	if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
	if (answer->status == MHD_HTTP_SERVICE_UNAVAILABLE)
		(void)MHD_add_response_header(response, "Retry-After", "300");
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- what is asked ---- */

static void leave(const struct web *web, const struct exchange *exchange,
		  struct answer_page *answer)
{
	if (exchange->octets > POST_OCTETS_MOST) {
		answer->status = MHD_HTTP_CONTENT_TOO_LARGE;
		answer->kind = PAGE_UNKNOWN;
		return;
	}
	if (strcmp(exchange->word->str, "One-Click") != 0) {
		answer->status = MHD_HTTP_BAD_REQUEST;
		answer->kind = PAGE_UNKNOWN;
		return;
	}
	switch (leave_link_follow(&answer->link, web->settings)) {
	case LEAVE_DONE:
		answer->status = MHD_HTTP_OK;
		answer->kind = PAGE_LEFT;
		break;
	case LEAVE_UNKNOWN:
		answer->status = MHD_HTTP_GONE;
		answer->kind = PAGE_UNKNOWN;
		break;
	case LEAVE_LATER:
		answer->status = MHD_HTTP_SERVICE_UNAVAILABLE;
		answer->kind = PAGE_LATER;
		break;
	}
}

static enum MHD_Result answer_request(const struct web *web,
				      struct MHD_Connection *connection, const char *path,
				      const char *method, const struct exchange *exchange)
{
	const bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	struct answer_page answer = { MHD_HTTP_OK, PAGE_LEAVE, { 0 } };
	enum MHD_Result result;

	if (!reads && strcmp(method, "POST") != 0) {
		answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
		answer.kind = PAGE_UNKNOWN;
	} else if (!leave_link_read(path, web->keys, &answer.link)) {
		answer.status = MHD_HTTP_NOT_FOUND;
		answer.kind = PAGE_UNKNOWN;
	} else if (!reads) {
		leave(web, exchange, &answer);
	}
	result = send_page(web, connection, method, &answer);
	leave_link_clear(&answer.link);
	return result;
}

/* A field of the form, or the next piece of it. */
static enum MHD_Result take_field(void *context, enum MHD_ValueKind kind, const char *key,
				  const char *file, const char *type,
				  const char *encoding, const char *data, uint64_t place,
				  size_t size)
{
	struct exchange *exchange = context;

	(void)kind;
	(void)file;
	(void)type;
	(void)encoding;
	if (strcmp(key, "List-Unsubscribe") != 0)
		return MHD_YES;
	if (place == 0)
		g_string_truncate(exchange->word, 0);
	g_string_append_len(exchange->word, data, (gssize)size);
	return MHD_YES;
}

/* The last piece of a form with parts comes when it is closed. */
static void close_form(struct exchange *exchange)
{
	if (exchange->form != NULL)
		MHD_destroy_post_processor(exchange->form);
	exchange->form = NULL;
}

/* Called for the head of a request, for each piece of its body, and at its end. */
static enum MHD_Result take_request(void *context, struct MHD_Connection *connection,
				    const char *path, const char *method,
				    const char *version, const char *data, size_t *size,
				    void **exchange_r)
{
	const struct web *web = context;
	struct exchange *exchange = *exchange_r;

	(void)version;
	if (exchange == NULL) {
		exchange = g_new0(struct exchange, 1);
		exchange->word = g_string_new(NULL);
		*exchange_r = exchange;
		if (strcmp(method, "POST") == 0)
			exchange->form = MHD_create_post_processor(
			    connection, POST_BUFFER_OCTETS, take_field, exchange);
		return MHD_YES;
	}
	if (*size > 0) {
		exchange->octets += *size;
		if (exchange->form != NULL && exchange->octets <= POST_OCTETS_MOST)
			(void)MHD_post_process(exchange->form, data, *size);
		*size = 0;
		return MHD_YES;
	}
	close_form(exchange);
	return answer_request(web, connection, path, method, exchange);
}

static void end_request(void *context, struct MHD_Connection *connection,
			void **exchange_r, enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *exchange_r;

	(void)context;
	(void)connection;
	(void)code;
	if (exchange == NULL)
		return;
	close_form(exchange);
	(void)g_string_free(exchange->word, TRUE);
	g_free(exchange);
	*exchange_r = NULL;
}

/* ---- start and end ---- */

static void log_complaint(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void log_complaint(void *context, const char *format, va_list args)
{
	g_autofree char *text = g_strdup_vprintf(format, args);

	(void)context;
	log_warning("%s", g_strchomp(text));
}

/* "127.0.0.1:8028" or "[::1]:8028". Free with freeaddrinfo(). */
static bool read_listen(const char *text, struct addrinfo **found_r,
			struct kairan_error *error_r)
{
	static const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST |
							   AI_NUMERICSERV | AI_PASSIVE,
					       .ai_socktype = SOCK_STREAM };
	const char *colon = strrchr(text, ':');
	g_autofree char *host =
	    colon != NULL ? g_strndup(text, (gsize)(colon - text)) : NULL;

	if (host != NULL && *host == '[' && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	if (host == NULL || getaddrinfo(host, colon + 1, &hints, found_r) != 0)
		return error_set(error_r,
				 "web_listen: \"%s\" is no ADDRESS:PORT, such as "
				 "127.0.0.1:8028",
				 text);
	return true;
}

bool server_start(struct web *web, struct MHD_Daemon **server_r,
		  struct kairan_error *error_r)
{
	const char *listen = web->settings->web_listen;
	struct addrinfo *found;
	unsigned int flags = MHD_USE_THREAD_PER_CONNECTION |
			     MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG;

	if (!read_listen(listen, &found, error_r))
		return false;
	if (found->ai_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	*server_r = MHD_start_daemon(
	    flags, 0, NULL, NULL, take_request, web, MHD_OPTION_EXTERNAL_LOGGER,
	    log_complaint, NULL, MHD_OPTION_SOCK_ADDR, found->ai_addr,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MOST,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)CONNECTION_SECONDS,
	    MHD_OPTION_NOTIFY_COMPLETED, end_request, NULL, MHD_OPTION_END);
	freeaddrinfo(found);
	return *server_r != NULL ||
	       error_set(error_r, "web_listen: cannot listen on %s", listen);
}

void server_stop(struct MHD_Daemon *server)
{
	MHD_stop_daemon(server);
}

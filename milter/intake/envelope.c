/*
 * NAME
 *	envelope - one message as it comes in
 *
 * DESCRIPTION
 *	Collects what the MTA sends. libmilter gives a folded header with bare line feeds;
 *	they are made CRLF again, so that the octets are those of the mail.
 *
 * DIAGNOSTICS
 *	A message over a limit is marked, and its octets are let go at once.
 */
#include "config.h"

#include "milter/intake/envelope.h"

#include <string.h>
#include <strings.h>

#define ENVELOPE_HEADER_LINES  10000
#define ENVELOPE_HEADER_OCTETS (256 * 1024)

static void free_recipient(void *recipient)
{
	recipient_free(recipient);
}

void recipient_free(struct recipient *recipient)
{
	if (recipient == NULL)
		return;
	g_free(recipient->path);
	broadcast_free(recipient->broadcast);
	person_free(recipient->person);
	standing_clear(&recipient->standing);
	g_free(recipient);
}

struct envelope *envelope_new(const char *sender, const char *login, const char *host)
{
	struct envelope *envelope = g_new0(struct envelope, 1);

	envelope->sender = g_strdup(sender);
	envelope->login = g_strdup(login != NULL ? login : "");
	envelope->host = g_strdup(host != NULL ? host : "");
	envelope->queue_id = g_strdup("");
	envelope->recipients = g_ptr_array_new_with_free_func(free_recipient);
	envelope->paths = g_ptr_array_new_with_free_func(g_free);
	envelope->octets = g_string_new(NULL);
	return envelope;
}

void envelope_free(struct envelope *envelope)
{
	if (envelope == NULL)
		return;
	g_free(envelope->sender);
	g_free(envelope->login);
	g_free(envelope->host);
	g_free(envelope->queue_id);
	g_ptr_array_unref(envelope->recipients);
	g_ptr_array_unref(envelope->paths);
	(void)g_string_free(envelope->octets, TRUE);
	g_free(envelope);
}

/* Tokens are compared without what stands around them: one may have come as "decide+" and as
 * "decide%2b". */
static bool is_same(const struct recipient *one, const struct recipient *other)
{
	const struct service_address *left = &one->service, *right = &other->service;

	if (left->token == NULL || right->token == NULL)
		return strcasecmp(one->address.spec, other->address.spec) == 0;
	return left->kind == right->kind && left->token_length == right->token_length &&
	       strncasecmp(left->token, right->token, left->token_length) == 0;
}

bool envelope_has_before(const struct envelope *envelope,
			 const struct recipient *recipient)
{
	for (guint i = 0; i < envelope->recipients->len; i++) {
		const struct recipient *other =
		    g_ptr_array_index(envelope->recipients, i);

		if (other == recipient)
			break;
		if (is_same(other, recipient))
			return true;
	}
	return false;
}

bool envelope_has_kind(const struct envelope *envelope, enum service_kind kind)
{
	for (guint i = 0; i < envelope->recipients->len; i++) {
		const struct recipient *recipient =
		    g_ptr_array_index(envelope->recipients, i);

		if (recipient->service.kind == kind)
			return true;
	}
	return false;
}

static bool has_room(struct envelope *envelope, size_t more, size_t most)
{
	if (!envelope->too_large && envelope->octets->len + more <= most)
		return true;
	if (!envelope->too_large) {
		(void)g_string_free(envelope->octets, TRUE);
		envelope->octets = g_string_new(NULL);
		envelope->too_large = true;
	}
	return false;
}

void envelope_add_header(struct envelope *envelope, const char *name, const char *value,
			 size_t most)
{
	/* Each line feed may become two octets. */
	size_t room = strlen(name) + 2 * strlen(value) + 4;

	if (++envelope->header_lines > ENVELOPE_HEADER_LINES ||
	    envelope->octets->len + room > ENVELOPE_HEADER_OCTETS)
		most = 0;
	if (!has_room(envelope, room, most))
		return;
	g_string_append_printf(envelope->octets, "%s:", name);
	for (; *value != '\0'; value++) {
		if (*value == '\n' &&
		    envelope->octets->str[envelope->octets->len - 1] != '\r')
			g_string_append_c(envelope->octets, '\r');
		g_string_append_c(envelope->octets, *value);
	}
	g_string_append(envelope->octets, "\r\n");
}

void envelope_add_body(struct envelope *envelope, const unsigned char *piece,
		       size_t length, size_t most)
{
	if (has_room(envelope, length, most))
		g_string_append_len(envelope->octets, (const char *)piece,
				    (gssize)length);
}

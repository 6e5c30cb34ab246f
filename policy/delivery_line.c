/*
 * NAME
 *	delivery_line - what a line of the mail system's log says of a delivery
 *
 * DESCRIPTION
 *	Nothing is taken for granted: whoever may write to the log may have written the line, so
 *	what does not look like one of the known forms is about something else.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "policy/delivery_line.h"

#include <stdlib.h>
#include <string.h>

#include "policy/text.h"

#define ID_MOST 63

/* The text between two words, which may not be there; to the end without the second one. */
static struct delivery_text find_field(const char *text, const char *name,
				       const char *end)
{
	const char *begin = strstr(text, name);
	const char *stop;

	if (begin == NULL)
		return (struct delivery_text){ "", 0 };
	begin += strlen(name);
	stop = strstr(begin, end);
	return (struct delivery_text){ begin, stop != NULL ? (size_t)(stop - begin)
							   : strlen(begin) };
}

/* "host postfix/smtp[12]: ID: " */
static const char *skip_id(const char *text, struct delivery_text *id_r)
{
	const char *id = strstr(text, "]: ");

	if (id == NULL)
		return NULL;
	id += 3;
	*id_r =
	    (struct delivery_text){ id, strspn(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						   "abcdefghijklmnopqrstuvwxyz") };
	if (id_r->length < 5 || id_r->length > ID_MOST ||
	    !text_begins_with(id + id_r->length, ": "))
		return NULL;
	return id + id_r->length + 2;
}

/* Postfix: what stands in the parentheses behind "status=sent". */
static bool read_postfix(const char *text, struct delivery_line *line)
{
	static const struct {
		const char *word;
		enum delivery_fate fate;
	} states[] = {
		{ "sent (", DELIVERY_SENT },
		{ "deferred (", DELIVERY_DEFERRED },
		{ "bounced (", DELIVERY_FAILED },
		{ "expired (", DELIVERY_FAILED },
	};
	const char *state = strstr(text, ", status=");

	if (state == NULL)
		return false;
	state += strlen(", status=");
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		size_t length;

		if (!text_begins_with(state, states[i].word))
			continue;
		line->fate = states[i].fate;
		line->words.octets = state + strlen(states[i].word);
		length = strlen(line->words.octets);
		line->words.length =
		    length - (length > 0 && line->words.octets[length - 1] == ')');
		return true;
	}
	return false;
}

/* Sendmail: "stat=Sent (...)", "stat=Deferred: ...", or an error, with dsn=5. before it. What the
 * other side answered stands in "reply=", since 8.16. */
static bool read_sendmail(const char *text, struct delivery_line *line)
{
	const struct delivery_text dsn = find_field(text, ", dsn=", ",");
	const struct delivery_text reply = find_field(text, ", reply=", ", stat=");
	const char *state = strstr(text, ", stat=");

	if (state == NULL)
		return false;
	state += strlen(", stat=");
	line->words =
	    reply.length > 0 ? reply : (struct delivery_text){ state, strlen(state) };
	if (text_begins_with(state, "Sent"))
		line->fate = DELIVERY_SENT;
	else if (text_begins_with(state, "Deferred") ||
		 (dsn.length > 0 && *dsn.octets == '4'))
		line->fate = DELIVERY_DEFERRED;
	else if (dsn.length > 0 && *dsn.octets == '5')
		line->fate = DELIVERY_FAILED;
	else
		return false;
	return true;
}

static bool read_split(const char *text, struct delivery_line *line)
{
	line->fate = DELIVERY_SPLIT;
	line->who = find_field(text, ", ids=", "\n");
	if (line->who.length == 0)
		line->who = find_field(text, ", id=", "\n");
	return line->who.length > 0;
}

bool delivery_line_read(const char *text, struct delivery_line *line_r)
{
	const char *rest = skip_id(text, &line_r->queue_id);

	if (rest == NULL)
		return false;
	line_r->words = (struct delivery_text){ "", 0 };
	if (text_begins_with(rest, "to=<")) {
		line_r->who = (struct delivery_text){ rest + 3, strlen(rest + 3) };
		return read_postfix(rest, line_r) || read_sendmail(rest, line_r);
	}
	if (text_begins_with(rest, "from=<")) {
		line_r->fate = DELIVERY_QUEUED;
		line_r->who = find_field(rest, "from=<", ">, ");
		return line_r->who.length > 0;
	}
	if (text_begins_with(rest, "split: "))
		return read_split(rest, line_r);
	line_r->fate = DELIVERY_REMOVED;
	return strcmp(rest, "removed") == 0 || text_begins_with(rest, "done; delay=");
}

bool delivery_line_next(struct delivery_text *who, struct delivery_text *address_r)
{
	const char *end;

	if (who->length < 2 || *who->octets != '<')
		return false;
	end = memchr(who->octets, '>', who->length);
	if (end == NULL)
		return false;
	*address_r =
	    (struct delivery_text){ who->octets + 1, (size_t)(end - who->octets) - 1 };
	who->length -= address_r->length + 2;
	who->octets = end + 1;
	/* Sendmail writes "<a>,<b>, delay=...". */
	if (who->length > 1 && who->octets[0] == ',' && who->octets[1] == '<') {
		who->octets++;
		who->length--;
	}
	return true;
}

static bool has(struct delivery_text words, const char *part)
{
	const size_t length = strlen(part);

	for (size_t i = 0; i + length <= words.length; i++)
		if (strncasecmp(words.octets + i, part, length) == 0)
			return true;
	return false;
}

bool delivery_line_is_theirs(struct delivery_text words)
{
	/* Postfix, then Sendmail. */
	static const char *const theirs[] = {
		" said: ",         " refused to talk to me", "connect to ",
		"lost connection", "conversation with",      "Connection ",
		"Deferred: 4",     "No route to host",       "Operation timed out",
		"reset by ",       "Service unavailable",    "User unknown",
	};

	for (size_t i = 0; i < sizeof(theirs) / sizeof(*theirs); i++)
		if (has(words, theirs[i]))
			return true;
	/* A reply of the other side as Sendmail gives it. */
	return words.length > 3 && (words.octets[0] == '4' || words.octets[0] == '5') &&
	       words.octets[3] == ' ';
}

/*
 * NAME
 *	message_compare - a mail on its way, held against what was written
 *
 * DESCRIPTION
 *	Headers that the mail systems add (Received, signatures) are theirs. Those that a person
 *	sees, or by which mail programs read the text, must be as they were written.
 *
 * DIAGNOSTICS
 *	None; the difference is returned.
 */
#include "config.h"

#include "milter/mail/message_compare.h"

#include <glib.h>
#include <string.h>

#include "milter/mail/message.h"

/* So much of a header or line is told. */
#define SHOWN_OCTETS 120

/* White space between the words of a header is the mail systems' to fold. */
static char *squeeze(const char *value)
{
	GString *out = g_string_new(NULL);

	for (; *value != '\0'; value++)
		if (strchr(" \t\r\n", *value) == NULL)
			g_string_append_c(out, *value);
	return g_string_free(out, FALSE);
}

/* It stands in a log and in an answer to the MTA: ASCII, one line. */
static char *show(const char *text)
{
	char *shown = g_strndup(text, SHOWN_OCTETS);

	for (char *at = shown; *at != '\0'; at++)
		if (!g_ascii_isprint(*at))
			*at = '?';
	return shown;
}

static bool same_header(const struct message *ours, const struct message *theirs,
			const char *name, struct kairan_error *difference_r)
{
	const int count = (int)message_count_header(theirs, name);
	g_autofree char *wanted = NULL;
	g_autofree char *found = NULL;
	g_autofree char *shown_wanted = NULL;
	g_autofree char *shown_found = NULL;

	if (count != 1)
		return error_set(difference_r, "%s: stands there %d times", name, count);
	wanted = squeeze(message_get_header(ours, name, 0));
	found = squeeze(message_get_header(theirs, name, 0));
	if (strcmp(wanted, found) == 0)
		return true;
	shown_wanted = show(wanted);
	shown_found = show(found);
	return error_set(difference_r, "%s: is now %s, and was %s", name, shown_found,
			 shown_wanted);
}

/* Of one that kairan writes in some mails only. */
static bool same_where_it_stands(const struct message *ours, const struct message *theirs,
				 const char *name, struct kairan_error *difference_r)
{
	if (message_count_header(ours, name) > 0)
		return same_header(ours, theirs, name, difference_r);
	return message_count_header(theirs, name) == 0 ||
	       error_set(difference_r, "%s: was added", name);
}

static bool same_headers(const struct message *ours, const struct message *theirs,
			 struct kairan_error *difference_r)
{
	static const char *const names[] = { "From",        "To",
					     "Subject",     "Date",
					     "Message-ID",  "Content-Type",
					     "List-Id",     "Content-Transfer-Encoding",
					     "MIME-Version" };
	static const char *const if_ours[] = {
		"List-Unsubscribe", "List-Unsubscribe-Post",      "Reply-To", "Cc", "Bcc",
		"Sender",           "Disposition-Notification-To"
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!same_header(ours, theirs, names[i], difference_r))
			return false;
	/* Its reader would leave or answer by another's, see somebody's address, or be asked to say
	 * that it was read. */
	for (size_t i = 0; i < G_N_ELEMENTS(if_ours); i++)
		if (!same_where_it_stands(ours, theirs, if_ours[i], difference_r))
			return false;
	return true;
}

/* The lines behind the header, without their ends. Free with g_strfreev(). */
static char **list_lines(const char *octets, size_t length)
{
	g_autofree char *text = g_strndup(octets, length);
	char **lines = g_strsplit(text, "\n", -1);
	char **body;
	size_t first = 0;

	for (size_t i = 0; lines[i] != NULL; i++)
		g_strchomp(lines[i]);
	while (lines[first] != NULL && *lines[first] != '\0')
		first++;
	body = g_strdupv(lines[first] != NULL ? lines + first + 1 : lines + first);
	g_strfreev(lines);
	return body;
}

static bool same_lines(char **ours, char **theirs, struct kairan_error *difference_r)
{
	g_autofree char *shown = NULL;
	size_t i = 0;

	while (ours[i] != NULL && theirs[i] != NULL && strcmp(ours[i], theirs[i]) == 0)
		i++;
	if (ours[i] == NULL && theirs[i] == NULL)
		return true;
	if (theirs[i] == NULL)
		return error_set(difference_r, "text: ends before line %zu", i + 1);
	shown = show(theirs[i]);
	return error_set(difference_r, "text: line %zu is now \"%s\"", i + 1, shown);
}

static bool same_body(const char *ours, size_t our_length, const char *theirs,
		      size_t their_length, struct kairan_error *difference_r)
{
	char **our_lines = list_lines(ours, our_length);
	char **their_lines = list_lines(theirs, their_length);
	const bool same = same_lines(our_lines, their_lines, difference_r);

	g_strfreev(our_lines);
	g_strfreev(their_lines);
	return same;
}

bool message_compare(const char *ours, size_t our_length, const char *theirs,
		     size_t their_length, struct kairan_error *difference_r)
{
	struct message *our_message = NULL;
	struct message *their_message = NULL;
	bool same = false;

	if (memchr(theirs, '\0', their_length) != NULL)
		return error_set(difference_r, "text: has a NUL");
	if (message_parse(ours, our_length, &our_message, difference_r) &&
	    message_parse(theirs, their_length, &their_message, difference_r))
		same = same_headers(our_message, their_message, difference_r) &&
		       same_body(ours, our_length, theirs, their_length, difference_r);
	message_free(their_message);
	message_free(our_message);
	return same;
}

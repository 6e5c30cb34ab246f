/*
 * NAME
 *	message_report - what a mail system reports of a mail of ours
 *
 * DESCRIPTION
 *	A report (RFC 3464) has a part message/delivery-status: fields about the mail, and
 *	for each recipient a group of fields, all separated by blank lines. What cannot be
 *	read there is no report; nothing is guessed from the text that people see.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/mail/message_report.h"

#include <glib.h>
#include <string.h>

#include "milter/mail/message_parts.h"

/* The octets of the first part message/delivery-status; NULL when there is none. */
static char *find_status(GMimeObject *object)
{
	GMimeDataWrapper *content;
	GMimeStream *memory;
	GByteArray *octets;

	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);
		char *found = NULL;

		for (int i = 0;
		     found == NULL && i < g_mime_multipart_get_count(multipart); i++)
			found = find_status(g_mime_multipart_get_part(multipart, i));
		return found;
	}
	if (!GMIME_IS_PART(object) ||
	    !message_parts_is_type(object, "message", "delivery-status"))
		return NULL;
	content = g_mime_part_get_content(GMIME_PART(object));
	if (content == NULL)
		return NULL;
	octets = g_byte_array_new();
	memory = g_mime_stream_mem_new_with_byte_array(octets);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(memory), FALSE);
	(void)g_mime_data_wrapper_write_to_stream(content, memory);
	g_object_unref(memory);
	g_byte_array_append(octets, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(octets, FALSE);
}

/* The value of a field in a group, "" when it is not there. Folded lines are not joined: none
 * of the fields that are read here is long. */
static char *find_field(const char *group, const char *name)
{
	char **lines = g_strsplit_set(group, "\r\n", -1);
	const size_t length = strlen(name);
	char *value = NULL;

	for (size_t i = 0; value == NULL && lines[i] != NULL; i++)
		if (g_ascii_strncasecmp(lines[i], name, length) == 0 &&
		    lines[i][length] == ':')
			value = g_strstrip(g_strdup(lines[i] + length + 1));
	g_strfreev(lines);
	return value != NULL ? value : g_strdup("");
}

static enum report_action read_action(const char *group)
{
	static const struct {
		const char *word;
		enum report_action action;
	} words[] = {
		{ "failed", REPORT_FAILED },       { "delayed", REPORT_DELAYED },
		{ "delivered", REPORT_DELIVERED }, { "relayed", REPORT_DELIVERED },
		{ "expanded", REPORT_DELIVERED },
	};
	g_autofree char *action = find_field(group, "Action");

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_ascii_strcasecmp(action, words[i].word) == 0)
			return words[i].action;
	return REPORT_NONE;
}

/* The address behind "rfc822;". */
static char *read_recipient(const char *group)
{
	char *field = find_field(group, "Final-Recipient");
	char *semicolon = strchr(field, ';');
	char *address = g_strstrip(g_strdup(semicolon != NULL ? semicolon + 1 : field));

	g_free(field);
	return address;
}

void message_read_report(const struct message *message, struct message_report *report_r)
{
	g_autofree char *status =
	    message->root != NULL ? find_status(message->root) : NULL;
	char **groups;

	*report_r = (struct message_report){ REPORT_NONE, g_strdup(""), g_strdup("") };
	if (status == NULL)
		return;
	groups = g_regex_split_simple("\r?\n[ \t]*\r?\n", status, 0, 0);
	for (size_t i = 0; groups[i] != NULL; i++) {
		const enum report_action action = read_action(groups[i]);

		if (action == REPORT_NONE ||
		    (report_r->action != REPORT_NONE && action != REPORT_FAILED))
			continue;
		message_report_clear(report_r);
		*report_r = (struct message_report){ action, read_recipient(groups[i]),
						     find_field(groups[i], "Status") };
		if (action == REPORT_FAILED)
			break;
	}
	g_strfreev(groups);
}

void message_report_clear(struct message_report *report)
{
	g_free(report->recipient);
	g_free(report->status);
	*report = (struct message_report){ REPORT_NONE, NULL, NULL };
}

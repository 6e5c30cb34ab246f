/*
 * NAME
 *	message_report_fields - a report in RFC 3464's form
 *
 * DESCRIPTION
 *	The part message/delivery-status has fields about the mail, and for each recipient a group
 *	of fields, all separated by blank lines.
 *
 * DIAGNOSTICS
 *	None: a group that cannot be read is left out.
 */
#include "config.h"

#include "milter/mail/message_report_fields.h"

#include <stdlib.h>
#include <string.h>

#include "milter/mail/charset.h"

/* ---- parts ---- */

/* The first part of this type, not within a mail within the mail. */
GMimeObject *report_find_part(GMimeObject *object, const char *type, const char *subtype)
{
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);
		GMimeObject *found = NULL;

		for (int i = 0;
		     found == NULL && i < g_mime_multipart_get_count(multipart); i++)
			found = report_find_part(g_mime_multipart_get_part(multipart, i),
						 type, subtype);
		return found;
	}
	return GMIME_IS_PART(object) && message_parts_is_type(object, type, subtype)
		   ? object
		   : NULL;
}

/* Its octets after the transfer encoding, with a NUL behind them. */
GByteArray *report_read_octets(GMimeObject *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
	GByteArray *octets = g_byte_array_new();
	GMimeStream *memory = g_mime_stream_mem_new_with_byte_array(octets);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(memory), FALSE);
	if (content != NULL)
		(void)g_mime_data_wrapper_write_to_stream(content, memory);
	g_object_unref(memory);
	g_byte_array_append(octets, (const guint8 *)"", 1);
	return octets;
}

/* UTF-8 of octets whose label may be wrong, or missing. */
char *report_decode(const char *charset, const char *octets, size_t length)
{
	const char *const names[] = { charset, "utf-8", "cp932", "euc-jp" };
	char *text = NULL, *copy;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!charset_decode(names[i], octets, length, &text, NULL, NULL))
			continue;
		copy = g_strdup(text);
		free(text);
		return copy;
	}
	return g_utf8_make_valid(octets, (gssize)length);
}

void report_free_row(void *context)
{
	struct message_report_row *row = context;

	g_free(row->recipient);
	g_free(row->original);
	g_free(row->status);
	(void)g_string_free(row->words, TRUE);
	g_free(row);
}

/* ---- fields ---- */

/* The value of a field in a group, "" when it is not there. */
static char *find_field(char *const *lines, const char *name)
{
	const size_t length = strlen(name);

	for (size_t i = 0; lines[i] != NULL; i++)
		if (g_ascii_strncasecmp(lines[i], name, length) == 0 &&
		    lines[i][length] == ':')
			return g_strstrip(g_strdup(lines[i] + length + 1));
	return g_strdup("");
}

/* What stands behind the type: "rfc822; a@b". */
static char *find_value(char *const *lines, const char *name)
{
	char *field = find_field(lines, name);
	const char *semicolon = strchr(field, ';');
	char *value = g_strstrip(g_strdup(semicolon != NULL ? semicolon + 1 : field));

	g_free(field);
	return value;
}

/* xtext (RFC 3461 section 4): "+2B" is a '+'. In place. */
static void undo_xtext(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '+' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
			*to++ = (char)(g_ascii_xdigit_value(at[1]) * 16 +
				       g_ascii_xdigit_value(at[2]));
			at += 2;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

static enum bounce_action read_action(char *const *lines, const char *status)
{
	static const struct {
		const char *word;
		enum bounce_action action;
	} words[] = {
		{ "failed", BOUNCE_ACTION_FAILED },
		{ "failure", BOUNCE_ACTION_FAILED },
		{ "delayed", BOUNCE_ACTION_DELAYED },
		{ "delivered", BOUNCE_ACTION_DELIVERED },
		{ "relayed", BOUNCE_ACTION_DELIVERED },
		{ "expanded", BOUNCE_ACTION_DELIVERED },
	};
	g_autofree char *field = find_field(lines, "Action");

	/* A comment may stand behind it. */
	field[strcspn(field, " \t(;")] = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_ascii_strcasecmp(field, words[i].word) == 0)
			return words[i].action;
	return *status == '5' ? BOUNCE_ACTION_FAILED : BOUNCE_ACTION_NONE;
}

/* "5.1.1 (unknown user)" is 5.1.1. */
static char *read_status(char *const *lines)
{
	char *status = find_field(lines, "Status");

	status[strspn(status, "0123456789.")] = '\0';
	return status;
}

static void read_group(const char *group, GPtrArray *rows)
{
	char **lines = g_strsplit_set(group, "\r\n", -1);
	struct message_report_row *row = g_new0(struct message_report_row, 1);
	g_autofree char *diagnostic = find_value(lines, "Diagnostic-Code");
	g_autofree char *words = report_decode(NULL, diagnostic, strlen(diagnostic));

	row->recipient = find_value(lines, "Final-Recipient");
	row->original = find_value(lines, "Original-Recipient");
	undo_xtext(row->original);
	row->status = read_status(lines);
	row->action = read_action(lines, row->status);
	row->words = g_string_new(words);
	if (row->action != BOUNCE_ACTION_NONE &&
	    (*row->recipient != '\0' || *row->original != '\0'))
		g_ptr_array_add(rows, row);
	else
		report_free_row(row);
	g_strfreev(lines);
}

void report_read_fields(GMimeObject *root, GPtrArray *rows)
{
	GMimeObject *part = report_find_part(root, "message", "delivery-status");
	GByteArray *octets;
	char **pieces, **groups;
	char *unfolded;

	if (part == NULL)
		part = report_find_part(root, "message", "global-delivery-status");
	if (part == NULL)
		return;
	octets = report_read_octets(part);
	pieces = g_regex_split_simple("\r?\n[ \t]+(?=[^ \t\r\n])",
				      (const char *)octets->data, G_REGEX_RAW, 0);
	unfolded = g_strjoinv(" ", pieces);
	groups = g_regex_split_simple("\r?\n[ \t]*\r?\n", unfolded, G_REGEX_RAW, 0);
	for (size_t i = 0; groups[i] != NULL; i++)
		read_group(groups[i], rows);
	g_strfreev(groups);
	g_free(unfolded);
	g_strfreev(pieces);
	g_byte_array_unref(octets);
}

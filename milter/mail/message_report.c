/*
 * NAME
 *	message_report - what a mail system reports of a mail of ours
 *
 * DESCRIPTION
 *	A report in RFC 3464's form has fields (message_report_fields.c). Older mail systems and
 *	some carriers write a mail in words: then each address in it is one that it may be
 *	about, with the lines up to the next one, and whoever knows the recipients picks theirs.
 *
 *	Where it is in HTML alone, it is what a browser shows of that.
 *
 *	It is read more leniently than what people write: nothing here is shown to anybody, and
 *	mail systems that report are old.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/mail/message_report.h"

#include <stdlib.h>
#include <string.h>

#include "milter/mail/html_text.h"
#include "milter/mail/message.h"
#include "milter/mail/message_report_fields.h"
#include "policy/text.h"

#define WORDS_OCTETS 1000
#define TEXT_OCTETS  (256 * 1024)

/* ---- parts ---- */

/* NULL where the parser does not take it. */
static char *read_html(const char *source)
{
	struct html_text html = { 0 };
	char *text = NULL;

	if (html_text_read(source, &html, NULL))
		text = g_strdup(html.text);
	html_text_free(&html);
	return text;
}

static char *read_text(GMimeObject *part)
{
	GByteArray *octets = report_read_octets(part);
	char *text = report_decode(
	    g_mime_object_get_content_type_parameter(part, "charset"),
	    (const char *)octets->data, MIN(octets->len - 1, (guint)TEXT_OCTETS));

	g_byte_array_unref(octets);
	return text;
}

/* ---- in words ---- */

/* Where a copy of our own mail begins, whose text is no report. */
static bool begins_copy(const char *line)
{
	static const char *const starts[] = {
		"--- below this line is a copy",
		"------ this is a copy of",
		"----- original message",
		"-----original message",
		"--- original message",
		"----- message header follows",
		"--- undelivered message follows",
		"----- unsent message follows",
		"   ----- original message follows",
		"   ----- unsent message follows",
		"   ----- message header follows",
		"original message follows",
		"original message headers",
		"the original message was:",
		"received: ",
		"return-path: ",
		"-- 以下",
		"--- 以下",
		"----- 元の",
		"----- 送信メ",
	};
	g_autofree char *small = g_ascii_strdown(line, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		if (text_begins_with(small, starts[i]))
			return true;
	return false;
}

static bool may_be_in_address(char c)
{
	return (unsigned char)c > ' ' && (unsigned char)c < 0x7f &&
	       strchr("<>()[],;:'`", c) == NULL;
}

static struct message_report_row *find_row(const GPtrArray *rows, const char *address)
{
	for (guint i = 0; i < rows->len; i++) {
		struct message_report_row *row = g_ptr_array_index(rows, i);

		if (g_ascii_strcasecmp(row->recipient, address) == 0)
			return row;
	}
	return NULL;
}

static struct message_report_row *add_row(GPtrArray *rows, const char *address)
{
	struct message_report_row *row = find_row(rows, address);

	if (row != NULL)
		return row;
	row = g_new0(struct message_report_row, 1);
	row->recipient = g_strdup(address);
	row->original = g_strdup("");
	row->status = g_strdup("");
	row->words = g_string_new(NULL);
	g_ptr_array_add(rows, row);
	return row;
}

/* The row of the last address on the line; NULL: there is none. */
static struct message_report_row *read_addresses(const char *line, GPtrArray *rows)
{
	struct message_report_row *row = NULL;

	for (const char *at = line; *at != '\0';) {
		size_t length = 0;
		g_autofree char *word = NULL;

		while (may_be_in_address(at[length]))
			length++;
		word = g_strndup(at, length);
		if (length > 0 && strchr(word, '@') != NULL &&
		    strchr(word, '@')[1] != '\0')
			row = add_row(rows, word);
		at += length > 0 ? length : 1;
	}
	return row;
}

static void read_words(struct message_report *report)
{
	char **lines = g_strsplit(report->text, "\n", -1);
	struct message_report_row *row = NULL;
	GString *opening = g_string_new(NULL);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; lines[i] != NULL && !begins_copy(lines[i]); i++) {
		struct message_report_row *next = read_addresses(lines[i], report->rows);

		row = next != NULL ? next : row;
		g_string_append_printf(text, "%s\n", lines[i]);
		if (row == NULL)
			g_string_append_printf(opening, "%s\n", lines[i]);
		else if (row->words->len + strlen(lines[i]) < WORDS_OCTETS)
			g_string_append_printf(row->words, "%s\n", lines[i]);
	}
	g_strfreev(lines);
	g_free(report->text);
	report->text = g_string_free(text, FALSE);
	report->opening = g_string_free(opening, FALSE);
}

/* ---- both ---- */

/* The newest Received is our own MTA's. Of what came by a connection it says "from NAME (HOST
 * [ADDRESS])", of what a program here has submitted "by NAME (Postfix, from userid 0)" or "(from
 * root@localhost)". Of its own reports Postfix says "by NAME (Postfix) id", and Sendmail "from
 * localhost (localhost) by NAME". */
static bool is_local(const struct message *message)
{
	const char *value = message_get_header(message, "Received", 0);
	char **words = g_strsplit_set(value != NULL ? value : "", " \t\r\n", -1);
	GString *line = g_string_new(NULL);
	bool found;

	for (size_t i = 0; words[i] != NULL; i++)
		if (*words[i] != '\0')
			g_string_append_printf(line, "%s ", words[i]);
	found = (text_begins_with(line->str, "by ") &&
		 strstr(line->str, "from userid") == NULL) ||
		text_begins_with(line->str, "from localhost (localhost) by ");
	g_strfreev(words);
	(void)g_string_free(line, TRUE);
	return found;
}

static void read_message(const struct message *message, struct message_report *report)
{
	GMimeObject *part = report_find_part(message->root, "text", "plain");
	GMimeObject *html =
	    part == NULL ? report_find_part(message->root, "text", "html") : NULL;
	g_autofree char *source = html != NULL ? read_text(html) : NULL;
	char *shown = source != NULL ? read_html(source) : NULL;
	const char *failed = message_get_header(message, "X-Failed-Recipients", 0);
	const char *submitted = message_get_header(message, "Auto-Submitted", 0);
	char *subject = NULL;

	if (message_decode_subject(message, &subject, NULL))
		report->subject = g_strdup(subject);
	free(subject);
	report->is_automatic =
	    submitted != NULL && g_ascii_strncasecmp(submitted, "auto-replied", 12) == 0;
	report->is_local = is_local(message);
	if (part != NULL) {
		g_free(report->text);
		report->text = read_text(part);
	} else if (shown != NULL) {
		g_free(report->text);
		report->text = shown;
	}
	report_read_fields(message->root, report->rows);
	/* Exim's. */
	if (report->rows->len == 0 && failed != NULL)
		(void)read_addresses(failed, report->rows);
}

void message_read_report(const void *octets, size_t length,
			 struct message_report *report_r)
{
	struct message *message = NULL;

	*report_r = (struct message_report){
		.rows = g_ptr_array_new_with_free_func(report_free_row),
		.text = g_strdup(""),
	};
	if (message_parse(octets, length, &message, NULL)) {
		read_message(message, report_r);
	} else {
		g_free(report_r->text);
		report_r->text =
		    report_decode(NULL, octets, MIN(length, (size_t)TEXT_OCTETS));
	}
	message_free(message);
	if (report_r->subject == NULL)
		report_r->subject = g_strdup("");
	if (report_r->rows->len > 0 &&
	    ((struct message_report_row *)g_ptr_array_index(report_r->rows, 0))->action !=
		BOUNCE_ACTION_NONE)
		report_r->opening = g_strdup("");
	else
		read_words(report_r);
}

void message_report_clear(struct message_report *report)
{
	g_ptr_array_unref(report->rows);
	g_free(report->text);
	g_free(report->opening);
	g_free(report->subject);
	*report = (struct message_report){ 0 };
}

void message_report_get_facts(const struct message_report *report,
			      const struct message_report_row *row, bool is_only,
			      GString *text_r, struct bounce_facts *facts_r)
{
	if (row == NULL || is_only)
		g_string_assign(text_r, report->text);
	else
		g_string_printf(text_r, "%s%s", report->opening, row->words->str);
	*facts_r = (struct bounce_facts){
		.action = row != NULL ? row->action : BOUNCE_ACTION_NONE,
		.status = row != NULL ? row->status : "",
		.words = row != NULL ? row->words->str : "",
		.text = text_r->str,
		.subject = report->subject,
		.is_automatic = report->is_automatic,
	};
}

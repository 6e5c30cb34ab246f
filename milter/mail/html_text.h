/*
 * The text of an HTML part: the only user of libxml2's parser.
 */
#ifndef KAIRAN_MILTER_MAIL_HTML_TEXT_H
#define KAIRAN_MILTER_MAIL_HTML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/error.h"

/* Elements within elements. */
#define HTML_TEXT_DEPTH_MOST 200

struct html_text {
	/* Lines (LF), as a browser shows them; never NULL. What a mail program has quoted
	 * begins with "> " (html_quote.h). Blocks, table rows and line breaks end a line, cells
	 * have a blank between them, items of lists a mark, links their target behind them
	 * ("<https://...>") where their words do not say it. Not there is what is hidden or
	 * struck out, comments, scripts and styles (html_source.h, html_style.h), and characters
	 * without a width that editors put in. Blanks that do not break are blanks. */
	char *text;
	/* What no text can carry, outside of what is quoted, ", "-joined: "<img> name", "<table>",
	 * "<form>"; "" when none. Each once. */
	char *others;
	size_t other_count;
};

/* Start and end the parser for the process. */
void html_text_init(void);
void html_text_shutdown(void);

/* Read HTML that has been decoded (UTF-8). Fails where it is too large or too deep; nothing
 * is read outside of it. Free the strings inside with html_text_free(). */
bool html_text_read(const char *utf8, struct html_text *html_r,
		    struct kairan_error *error_r);
void html_text_free(struct html_text *html);

#endif

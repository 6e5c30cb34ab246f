/*
 * How an element of HTML looks, as far as that decides what of it is read.
 */
#ifndef KAIRAN_MILTER_MAIL_HTML_STYLE_H
#define KAIRAN_MILTER_MAIL_HTML_STYLE_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

enum html_space {
	HTML_SPACE_COLLAPSES, /* white space of any length is one blank */
	HTML_SPACE_LINES,     /* but line breaks stay (pre-line) */
	HTML_SPACE_STAYS,     /* pre */
};

struct html_style {
	bool is_gone;      /* the element and all in it: display:none */
	bool is_invisible; /* visibility:hidden; an element within may be visible again */
	bool is_tiny;      /* font-size:0, likewise */
	bool is_struck;    /* struck out: the writer has deleted it */
	bool is_block;     /* begins and ends a line */
	bool has_margin;   /* a blank line before and after */
	enum html_space space;
};

/* The style of an element inside one of another style (zeroed for the outermost). */
struct html_style html_style_read(const xmlNode *element,
				  const struct html_style *around);

/* The value of an attribute, "" when it has none; NULL without the attribute. Owned by the
 * element. */
const char *html_style_get_attribute(const xmlNode *element, const char *name);

/* Does a style attribute declare this property? Its value in lower case, without what makes
 * it important; NULL when not. For g_free(). */
char *html_style_find(const xmlNode *element, const char *property);

#endif

/*
 * What mail programs quote in HTML, by the marks that they give it.
 */
#ifndef KAIRAN_MILTER_MAIL_HTML_QUOTE_H
#define KAIRAN_MILTER_MAIL_HTML_QUOTE_H

#include <libxml/tree.h>

enum html_quote {
	HTML_QUOTE_NONE,
	HTML_QUOTE_INSIDE, /* the element is the original, or introduces it */
	HTML_QUOTE_ONWARD, /* so is everything from it on, to the end of the mail */
};

/* How an element is marked. A blockquote without a mark of quoting is an indent, which some
 * programs give to a person's own words, unless an address with a token is in it: that is the
 * request. */
enum html_quote html_quote_judge(xmlNode *element);

#endif

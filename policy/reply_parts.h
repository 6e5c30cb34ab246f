/*
 * A reply in two forms: plain text, and the HTML that the writer saw.
 */
#ifndef KAIRAN_POLICY_REPLY_PARTS_H
#define KAIRAN_POLICY_REPLY_PARTS_H

#include "policy/reply_words.h"

/* Read a reply as reply_words_read() does. html is its HTML's text (UTF-8, LF, what is quoted
 * behind ">"); NULL where there is one form only. Where both decide, and differently, nothing
 * is decided (REPLY_OBSTACLE_PARTS, or what the HTML has below). Nor is anything approved that the HTML does not approve,
 * unless its own words are all in the text's, which have been judged, or its original is
 * there without a mark of being quoted: the address to answer to is in it. */
void reply_parts_read(const char *text, const char *html, const struct reply_facts *facts,
		      struct reply_words *words_r);

#endif

/*
 * HTML as it comes in mail, made fit for the parser.
 */
#ifndef KAIRAN_MILTER_MAIL_HTML_SOURCE_H
#define KAIRAN_MILTER_MAIL_HTML_SOURCE_H

#include <glib.h>
#include <stdbool.h>

/* A person's reply with a long thread below has a tenth of these. */
#define HTML_SOURCE_OCTETS_MOST (2 * 1024 * 1024)
#define HTML_SOURCE_TAGS_MOST   50000

/* Write what a browser would show of a source (UTF-8) as one body: without comments,
 * declarations, scripts, style sheets, titles and frames, and of each tag its name and those
 * attributes that are looked at. What only resembles a tag ("<a@b.example>") becomes text.
 * False when the source is too large; clean then has some of it. */
bool html_source_clean(const char *utf8, GString *clean);

/* The charset that the source (octets of any charset that has ASCII) names in a meta element
 * before its body; NULL when there is none. For g_free(). */
char *html_source_find_charset(const char *octets, size_t length);

#endif

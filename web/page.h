/*
 * What kairan-web shows.
 */
#ifndef KAIRAN_WEB_PAGE_H
#define KAIRAN_WEB_PAGE_H

#include <stdbool.h>

#include "conf/settings.h"
#include "milter/mail/template.h"

/* Each is phrases: web.KIND-title, web.KIND-text, and a button where there is web.KIND-button. */
enum page_kind {
	PAGE_LEAVE,   /* asks; the button leaves */
	PAGE_LEFT,    /* done */
	PAGE_UNKNOWN, /* the link says nothing */
	PAGE_LATER,   /* try again */
};

/* Read templates and phrases. */
bool page_load(const struct settings *settings, struct templates **templates_r,
	       struct kairan_error *error_r);

struct page {
	enum page_kind kind;
	const char *language;
	const char *list; /* NULL: not known */
};

/* A page about a list; is_html: else as plain text. Free with g_free(). */
char *page_write(const struct templates *templates, const struct settings *settings,
		 const struct page *page, bool is_html);

/* The language of the reader: "ja" or "en". wanted is what they chose on the page, accepted is
 * their browser's Accept-Language; either may be NULL. */
const char *page_choose_language(const struct settings *settings, const char *wanted,
				 const char *accepted);

#endif

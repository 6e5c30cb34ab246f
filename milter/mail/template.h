/*
 * Mail templates: people-facing text, in one folder for each language.
 *
 * LANG/KIND.txt begins with "Subject: ...", a blank line, and the text. LANG/KIND.html, if
 * there is one, is the same as HTML. ${name} is replaced by a fact; in HTML it is escaped,
 * unless there is a fact "name.html", which is HTML already and is put in as it is.
 * A line below the subject that has placeholders is left out when all their facts are
 * empty, and of two blank lines around such lines one; in HTML, therefore, a line closes
 * what it opens. LANG/phrases.txt has
 * "key = sentence" lines for words, states, roles and reasons. All files are UTF-8 without
 * a byte order mark, with LF line ends.
 */
#ifndef KAIRAN_MILTER_MAIL_TEMPLATE_H
#define KAIRAN_MILTER_MAIL_TEMPLATE_H

#include <glib.h>
#include <stdbool.h>

#include "policy/error.h"

struct templates;

/* What a template became. Free with template_mail_clear(). */
struct template_mail {
	char *subject;
	char *text;
	char *html; /* NULL when the kind has none */
};

/* Read every kind in every language from the folder, and check that each placeholder is
 * one of the known names (NULL-terminated) and that no file is missing. */
bool template_load_all(const char *folder, const char *const *kinds,
		       const char *const *names, struct templates **templates_r,
		       struct kairan_error *error_r);
void template_free_all(struct templates *templates);

/* Read one file of "key = sentence" lines: a new table of both. */
bool template_read_phrases(const char *path, GHashTable **phrases_r,
			   struct kairan_error *error_r);

/* Fill a template. facts: name -> UTF-8 text, both char *. False only when the kind or
 * language does not exist. */
bool template_fill(const struct templates *templates, const char *language,
		   const char *kind, GHashTable *facts, struct template_mail *mail_r,
		   struct kairan_error *error_r);
void template_mail_clear(struct template_mail *mail);

/* A phrase with its placeholders filled. Free with g_free(). */
char *template_fill_phrase(const struct templates *templates, const char *language,
			   const char *key, GHashTable *facts);

/* Append text as HTML shows it, in elements and in attributes. */
void template_escape(GString *out, const char *text);

/* A phrase by its key, such as "reason.not-staff"; the key itself when there is none. */
const char *template_get_phrase(const struct templates *templates, const char *language,
				const char *key);

#endif

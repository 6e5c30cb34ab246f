/*
 * The parts of a draft: a text for each list that its broadcast has in another language.
 */
#ifndef KAIRAN_POLICY_PART_H
#define KAIRAN_POLICY_PART_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/token.h"

/* What stands for the language in the setting part_line. */
#define PART_LINE_WORD "LANGUAGE"

/* ---- twins: "en bosai-en", a language and its list, as a broadcast has them ---- */

/* Read one as the directory has it, into the form that all others here want. False: it is not a
 * tag and a list with blanks between them, or names Japanese, which the broadcast's own list is
 * in. *twin_r is to be freed with g_free(). */
bool twin_read(const char *value, char **twin_r);

/* May this twin stand beside these (so many of them) in a broadcast whose own list is named? Not
 * where its language or its list is there already. */
bool twin_may_join(const char *own_list, char *const *twins, size_t count,
		   const char *twin);

/* The list of a language among twins (NULL-terminated; NULL: none), or NULL. */
const char *twin_find_list(char *const *twins, const char *language);

/* Where the list's name begins in a twin; before it stand the language and a blank. */
const char *twin_list(const char *twin);
/* The language of the twin that has this list, case aside; NULL: none has. Free with g_free(), as
 * is the next. */
char *twin_find_language(char *const *twins, const char *list);
/* The language of a twin. */
char *twin_language(const char *twin);

/* ---- parts ---- */

/* Strings are owned, UTF-8, and never NULL. */
struct part {
	char *language; /* tag; never "ja" */
	char *list;
	char *subject; /* one line; "" where the writer gave none */
	char *text;    /* as it goes out */
	int64_t characters;
	char *in_reply_to; /* the Message-ID of what it corrects; "" */
	char *footer;      /* below its text (milter/draft/broadcast_footer.h); "" */
};

/* An array of parts that frees them. */
GPtrArray *part_new_list(void);
struct part *part_new(const char *language, const char *list);
/* The part of a language; NULL: there is none. parts may be NULL. */
struct part *part_find(const GPtrArray *parts, const char *language);

/* Is the setting part_line fit: LANGUAGE once in it, and something before that? */
bool part_line_is_fit(const char *line);

struct parting {
	const char *line;   /* the setting part_line */
	char *const *twins; /* of the broadcast */
};

/* Take the parts out of a draft's text (malloc'd, LF, NFC), which keeps what is in Japanese.
 * A line that parts stands alone on its line; a part's first line is its subject, behind
 * "Subject:" or "件名：". Lines that look like it, and name a language that the broadcast has no
 * list in, or one for the second time, are findings (REASON_PART_LINE) that refuse; then the text
 * is left as it is. So it always is where there are no twins: a line that names a language is a
 * finding then that only warns. Returns the parts, as they stand in the text. */
GPtrArray *part_split(const struct parting *parting, char **text, GPtrArray *findings);

/* All of it as it is written in a draft: the text, and each part behind its line. The reader's
 * language is that of the names. Free with g_free(). */
char *part_join(const char *line, const char *text, const GPtrArray *parts,
		const char *reader);

/* SHA-256 of all that is shown of a draft and sent: that of the text where there are no parts. */
void part_hash_texts(const char *text, const GPtrArray *parts,
		     unsigned char hash_r[TOKEN_HASH_OCTETS]);

#endif

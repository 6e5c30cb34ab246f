/*
 * What is told of a release beside the mail, whatever tells it: texts as they were approved, and by
 * what they are known. Nobody's name is among it but those of the section and of the broadcast.
 */
#ifndef KAIRAN_MILTER_ROUND_PUBLICATION_TOLD_H
#define KAIRAN_MILTER_ROUND_PUBLICATION_TOLD_H

#include <glib.h>

#include "milter/core/kairan.h"
#include "schema/store_draft.h"
#include "schema/store_publication.h"

/* One event, with its draft. */
struct told {
	struct publication publication;
	struct draft *draft;
};

/* It, with its draft, whose text may not be kept any more (""). NO: nor is the draft. In a
 * transaction. */
enum answer told_find(struct store *store, const struct publication *publication,
		      struct told **told_r, struct kairan_error *error_r);
void told_free(struct told *told);

/* A draft by its number and what tells it from one of another store: "123.0a1b2c3d". */
void told_write_entry(const struct draft *draft, char entry_r[PUBLICATION_ENTRY_OCTETS]);

/* In one language. Strings are owned. */
struct told_text {
	const char *part;     /* the part's language; "": the draft's own text */
	const char *language; /* of the text: a tag */
	const char *list;
	const char *broadcast; /* names */
	const char *section;
	char *subject;
	char *text; /* of what was stopped: that it was, instead */
};

/* All of it: the draft's own text first. Free with g_ptr_array_unref(). */
GPtrArray *told_list_texts(const struct setup *setup, const struct told *told);

/* A time as RFC 3339 and CAP 1.2 have it, in the town's zone. Free with g_free(). */
char *told_time(const struct settings *settings, int64_t at);

#endif

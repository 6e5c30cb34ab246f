/*
 * What the approver is shown at the top of a request, and the writer in the receipt: kept with
 * the draft as a JSON array of objects with a key (a phrase "warning.KEY") and a detail, and
 * the line where it stands if it has a place, and the language of the part that it is about
 * if it is not about the draft's own text. What has been done already is a note among them
 * (a phrase "note.KEY"): nobody has to look at it again.
 */
#ifndef KAIRAN_MILTER_DRAFT_WARNINGS_H
#define KAIRAN_MILTER_DRAFT_WARNINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "milter/core/kairan.h"
#include "policy/reply_facts.h"
#include "schema/store_draft.h"

/* Add a warning to an array; the detail is made valid UTF-8. */
void draft_warnings_add(json_t *warnings, const char *key, const char *detail);

/* One with its place in the draft: lines from this line of the text on (from 1), or the subject
 * (line 0), and what is written there. */
void draft_warnings_add_place(json_t *warnings, const char *key, size_t line,
			      size_t lines, const char *written);

/* One about the text in a language. */
void draft_warnings_add_language(json_t *warnings, const char *key, const char *language,
				 const char *detail);

/* An array as it is kept. Free with g_free(). */
char *draft_warnings_pack(const json_t *warnings);

/* Add a note to draft->warnings. */
void draft_warnings_add_note(struct draft *draft, const char *key, const char *detail);

/* Add a warning to draft->warnings of each of the broadcast's twins for whose list it has no
 * text. */
void draft_warnings_add_missing(struct draft *draft, char *const *twins);

/* Add a warning of each text of the draft that ends with what looks like its writer's signature. */
void draft_warnings_add_signatures(struct draft *draft, const struct reply_facts *writer);

/* The draft's own text without the signature that it was warned of, for g_free(); NULL when it was
 * not. */
char *draft_warnings_leave_out_signature(const struct draft *draft);

/* A look for slips (policy/guards.h, milter/draft/likeness.h) and leftovers (policy/leftover.h). What
 * takes its time is done outside of any transaction: all that the text alone says here, and what it
 * is compared with by draft_warnings_compare(). Both are borrowed. */
struct warnings_search *draft_warnings_search(const struct setup *setup,
					      const struct draft *draft);
void draft_warnings_search_free(struct warnings_search *search);

/* Inside the transaction that keeps the draft: YES: the warnings are in draft->warnings, as things
 * are in it. NO: there are texts that it has not been compared with; leave the transaction,
 * draft_warnings_compare(), and begin anew. */
enum answer draft_warnings_collect(struct warnings_search *search, struct store *store,
				   struct draft *draft, struct kairan_error *error_r);
void draft_warnings_compare(struct warnings_search *search);

/* For whom warnings are written: those who decide, the writer of what is held, or of what is not. */
enum warnings_reader { WARNINGS_DECIDER, WARNINGS_WRITER, WARNINGS_PREVIEW };

/* The warnings as lines "・sentence: detail" in a language, between two rules; "" when there are
 * none. Free with g_free(). */
char *draft_warnings_write(const struct setup *setup, const char *language,
			   const struct draft *draft, enum warnings_reader reader);

/* The notes, one a line; "" when there are none. Free with g_free(). */
char *draft_warnings_write_notes(const struct setup *setup, const char *language,
				 const struct draft *draft);

#endif

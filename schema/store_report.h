/*
 * What the monthly report counts. Each walk is done page by page, each page in a transaction
 * of its own that the caller begins and ends, so that nobody has to wait for it.
 */
#ifndef KAIRAN_SCHEMA_STORE_REPORT_H
#define KAIRAN_SCHEMA_STORE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/lifecycle.h"
#include "schema/store.h"

/* From since on, before until. */
struct report_time {
	int64_t since;
	int64_t until;
};

/* A draft of which something happened in that time. Strings are borrowed from the row; a time
 * of 0 has not come yet. */
struct report_draft {
	int64_t id;
	const char *section; /* DN */
	const char *section_ja;
	const char *section_en;
	enum draft_state state;
	int64_t submitted_at;
	int64_t decided_at;
	int64_t due_at;
	int64_t sent_at; /* when its release was complete, or was broken off */
	int64_t recipients;
	bool urgent;
	bool corrects; /* Art. 13-3 */
	bool is_drill;
};

/* Call visit for those among the next drafts, from number *next on (0 for the first page),
 * which it moves on. YES: there may be more. visit may not use the store, as the others. */
enum answer store_report_visit_drafts(struct store *store, const struct report_time *time,
				      int64_t *next,
				      void (*visit)(const struct report_draft *draft,
						    void *context),
				      void *context, struct kairan_error *error_r);

/* How many rows of the audit trail have an action and an outcome, and are about a draft of a
 * section ("": about no draft). Several pages may tell of the same. */
struct report_events {
	const char *action;
	const char *outcome;
	const char *section; /* DN */
	const char *section_ja;
	const char *section_en;
	int64_t count;
};

/* The same for the next rows of the audit trail: what was submitted, answered, reported or
 * delivered, and how drafts ended. */
enum answer store_report_visit_events(struct store *store, const struct report_time *time,
				      int64_t *next,
				      void (*visit)(const struct report_events *events,
						    void *context),
				      void *context, struct kairan_error *error_r);

/* When the oldest row of the audit trail was written; 0: there is none. */
bool store_report_find_oldest(struct store *store, int64_t *at_r,
			      struct kairan_error *error_r);

/* Call visit for each list with how many joined and left it (Art. 2), in order of the lists
 * that had changes. Not in pages: there is a row for each import or deletion. */
struct report_changes {
	const char *list;
	int64_t joined;
	int64_t gone;
};
bool store_report_visit_changes(struct store *store, const struct report_time *time,
				void (*visit)(const struct report_changes *changes,
					      void *context),
				void *context, struct kairan_error *error_r);

/* Call visit for each section that has duties, as the directory last had it. */
bool store_report_visit_sections(struct store *store,
				 void (*visit)(const char *dn, const char *name_ja,
					       const char *name_en, void *context),
				 void *context, struct kairan_error *error_r);

#endif

/*
 * Incidents (Art. 9): what was reported, and what was found and done.
 */
#ifndef KAIRAN_SCHEMA_STORE_INCIDENT_H
#define KAIRAN_SCHEMA_STORE_INCIDENT_H

#include <stddef.h>

#include "schema/store.h"

/* The numbers are stored: never renumber, only add. */
enum incident_state { INCIDENT_OPEN = 1, INCIDENT_CLOSED = 2 };

/* "open", "closed". */
const char *incident_state_name(enum incident_state state);

/* One of them. Strings are owned by one that was read (incident_free()), borrowed in one that
 * is added. */
struct incident {
	int64_t id;
	enum incident_state state;
	int64_t at;
	char *uid; /* who reported it, with name, mail and language */
	char *name;
	char *mail;
	char *language;
	char *subject;
	char *cause; /* "" while it is open, and so is the measure */
	char *measure;
	int64_t closed_at; /* 0: it is open */
	char *closed_by;
};
void incident_free(struct incident *incident);

/* The report, a reply to one of its mails, or what an administrator noted. */
struct incident_note {
	int64_t id;
	int64_t incident;
	int64_t at;
	const char *uid;
	const char *name;
	const char *text;
	const char *original; /* the mail; NULL: none. Only where it is added. */
	size_t original_length;
};

/* Inside a transaction, as are the next. *id_r is its number. */
bool store_incident_add(struct store *store, const struct incident *incident,
			int64_t *id_r, struct kairan_error *error_r);
bool store_incident_add_note(struct store *store, const struct incident_note *note,
			     int64_t *id_r, struct kairan_error *error_r);

enum answer store_incident_find(struct store *store, int64_t id,
				struct incident **incident_r,
				struct kairan_error *error_r);

/* What was found, and what is done. NO: there is none of that number that is open. */
enum answer store_incident_close(struct store *store, const struct incident *incident,
				 struct kairan_error *error_r);

/* Which: those that are open, and those that were reported at or after since and before until. */
struct incident_filter {
	bool open;
	int64_t since, until; /* both 0: no others */
};

/* Call visit for each, in order; it may not use the store. */
bool store_incident_visit(struct store *store, const struct incident_filter *filter,
			  void (*visit)(const struct incident *incident, void *context),
			  void *context, struct kairan_error *error_r);
bool store_incident_visit_notes(struct store *store, int64_t id,
				void (*visit)(const struct incident_note *note,
					      void *context),
				void *context, struct kairan_error *error_r);

/* The mail of a note, octet for octet: g_malloc'd. NO: it has none. */
enum answer store_incident_find_original(struct store *store, int64_t note,
					 char **octets_r, size_t *length_r,
					 struct kairan_error *error_r);

/* Let go of those that were closed before a time, as of the audit trail (Art. 8-2). */
bool store_incident_prune(struct store *store, int64_t before,
			  struct kairan_error *error_r);

#endif

/*
 * What the mail system's log says of releases: how many have it, since when, and who does not take
 * it. Of recipients no more than their domains is kept. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_DELIVERY_H
#define KAIRAN_SCHEMA_STORE_DELIVERY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* ---- queue ids ---- */

/* A mail of a release is under this queue id from now on. */
bool store_delivery_note_queue(struct store *store, const char *queue_id, int64_t draft,
			       int64_t at, struct kairan_error *error_r);

/* Of which release, and when was that due? */
enum answer store_delivery_find_queue(struct store *store, const char *queue_id,
				      int64_t *draft_r, int64_t *due_r,
				      struct kairan_error *error_r);

bool store_delivery_drop_queue(struct store *store, const char *queue_id,
			       struct kairan_error *error_r);
/* Those that are older, whose end the log has not told. */
bool store_delivery_drop_old(struct store *store, int64_t before,
			     struct kairan_error *error_r);

/* ---- counts ---- */

/* What is new of a release in a domain. Strings are borrowed. */
struct delivery_news {
	int64_t draft;
	const char *domain; /* in lower case */
	int64_t sent, failed;
	int64_t first_at, last_at; /* of those that were sent */
	bool took;                 /* one was sent: what was refused before is over */
	int64_t refused;           /* since then */
	int64_t refused_since;
	const char *words; /* of the last refusal; without addresses */
};
bool store_delivery_add(struct store *store, const struct delivery_news *news,
			struct kairan_error *error_r);
bool store_delivery_add_time(struct store *store, int64_t draft, int64_t step,
			     int64_t recipients, struct kairan_error *error_r);

/* How a release stands: the times are 0 where the log has said nothing of it. What came back counts,
 * too: Sendmail's log does not say whom it refuses by itself. */
struct delivery_summary {
	int64_t sent, failed;
	int64_t first_at, last_at;
	int64_t median, most; /* seconds since it was due (policy/delivery_time.h) */
};
bool store_delivery_summarize(struct store *store, int64_t draft,
			      struct delivery_summary *summary_r,
			      struct kairan_error *error_r);

/* The newest release that the log has told of, and when it was due. NO: of none. */
enum answer store_delivery_find_newest(struct store *store, int64_t *draft_r,
				       int64_t *due_r, int64_t *recipients_r,
				       struct kairan_error *error_r);

/* The releases that were due from since on, before until, and that the log has told of: a new array
 * of these; NULL with the error. */
struct delivery_release {
	int64_t draft, due_at;
};
GArray *store_delivery_list_due(struct store *store, int64_t since, int64_t until,
				struct kairan_error *error_r);

/* A domain of a release. Free with delivery_domain_free(). */
struct delivery_domain {
	int64_t draft;
	char *domain;
	int64_t recipients;
	int64_t sent, failed;
	int64_t refused, refused_since;
	char *words;
};
void delivery_domain_free(struct delivery_domain *domain);

/* Where recipients of a release still wait, the most first, at most limit: a new array of struct
 * delivery_domain; NULL with the error. */
GPtrArray *store_delivery_list_waiting(struct store *store, int64_t draft, int64_t limit,
				       struct kairan_error *error_r);

/* Every domain of a release that the log has named: as above, but recipients is what somebody has
 * counted, or 0. */
GPtrArray *store_delivery_list(struct store *store, int64_t draft,
			       struct kairan_error *error_r);

/* Where so many were refused at least since one was taken, and no alarm is raised: as above. */
GPtrArray *store_delivery_list_refusing(struct store *store, int64_t least,
					struct kairan_error *error_r);
/* Those of a release of which an alarm was raised, and that have taken nothing since; recipients as
 * in store_delivery_list(). */
GPtrArray *store_delivery_list_told(struct store *store, int64_t draft,
				    struct kairan_error *error_r);
bool store_delivery_mark_told(struct store *store, const struct delivery_domain *domain,
			      struct kairan_error *error_r);

/* Is a release under way, or was one sent whose report is not complete? */
enum answer store_delivery_is_awaited(struct store *store, struct kairan_error *error_r);

#endif

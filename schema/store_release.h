/*
 * A release under way: its recipients, fixed and cut into shards.
 */
#ifndef KAIRAN_SCHEMA_STORE_RELEASE_H
#define KAIRAN_SCHEMA_STORE_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/language.h"
#include "schema/store.h"
#include "schema/store_audience.h"

/* The numbers are stored: never renumber, only add. */
enum shard_state {
	SHARD_READY = 1,   /* to be handed over at next_try */
	SHARD_OFFERED = 2, /* recipients were added at end of message; 250 not seen yet */
	SHARD_ACCEPTED = 3,  /* 250 seen */
	SHARD_CONFIRMED = 4, /* its receipt came back: the MTA has it queued */
};

struct shard {
	int64_t draft;
	int64_t number; /* from 1 */
	enum shard_state state;
	int64_t recipients;
	int64_t tries;
	int64_t next_try;
	int64_t leaver;         /* of a personal copy (store_leaver.h); 0: it is shared */
	unsigned int leave_key; /* that signs for the leaver */
	char queue_id[64];
	char language
	    [LANGUAGE_OCTETS]; /* of the text that it brings; "": the draft's own */
};

/* Fix the recipients of one text of a draft: its audience now, each once; cut into
 * shards of at most shard_size (more where that would make too many for a token's number), whose
 * sizes differ by one at most, and whose numbers go on where those of the draft's other texts end.
 * But the first has first_size, so that somebody receives it while the mail system still takes in
 * the next; and the first ones of all texts have the lowest numbers, so that each language has somebody
 * who does: there are gaps where a text has none.
 * Every shard has the same
 * mix of destinations, so that no carrier holds up the others; within a shard those of one
 * destination stand together. Personal copies come behind the shared ones, each a shard of its
 * own. An audience of nobody gives no shard. */
struct shard_cut {
	int64_t draft;
	struct audience audience;
	int64_t shard_size;
	int64_t
	    first_size; /* of the first shard, where that is smaller; 0: as the others */
	int64_t now;
	/* The domains whose recipients have personal copies, in lower case, a blank before and
	 * behind each; " * ": all; NULL: none. */
	const char *personal;
	unsigned int leave_key; /* that signs their leave addresses */
	int64_t texts;          /* that share the numbers there are */
	int64_t text;           /* which of them this is, from 0 */
};
bool store_release_cut(struct store *store, const struct shard_cut *cut,
		       int64_t *recipients_r, struct kairan_error *error_r);

/* How many the text in a language goes to ("": the draft's own); 0 before the release begins. */
bool store_release_count_language(struct store *store, int64_t draft,
				  const char *language, int64_t *count_r,
				  struct kairan_error *error_r);

/* How many releases of a broadcast have begun. */
bool store_release_count_begun(struct store *store, const char *broadcast,
			       int64_t *count_r, struct kairan_error *error_r);

/* The recipient of a shard that has one only (VERP by shards). Free with g_free(). */
enum answer store_release_find_recipient(struct store *store, int64_t draft,
					 int64_t shard, char **address_r,
					 struct kairan_error *error_r);

/* Whose shards: of all releases, or of urgent ones alone. */
enum shard_scope { SHARDS_ALL, SHARDS_URGENT };

/* The first shard that may be handed over now: ready, or offered so long ago that its
 * receipt will not come any more (next_try has passed); its release neither stopped nor
 * suspended. NO also while others have to wait for an urgent release whose last shards are being
 * handed over. */
enum answer store_release_find_due(struct store *store, enum shard_scope scope,
				   int64_t now, struct shard *shard_r,
				   struct kairan_error *error_r);
/* The same, and nobody else is given it until lease: several hand-overs may be under way at
 * once. */
enum answer store_release_claim_due(struct store *store, enum shard_scope scope,
				    int64_t now, int64_t lease, struct shard *shard_r,
				    struct kairan_error *error_r);

/* At a start: what an earlier run had claimed is free again; ready shards now, offered ones
 * when their receipts have had their time. */
bool store_release_free_claims(struct store *store, int64_t now, int64_t receipt_wait,
			       struct kairan_error *error_r);

/* When the next shard is due; that may be a time which has passed, while an urgent one is being
 * handed over. */
enum answer store_release_next_due(struct store *store, enum shard_scope scope,
				   int64_t *at_r, struct kairan_error *error_r);

enum answer store_release_find_shard(struct store *store, int64_t draft, int64_t number,
				     struct shard *shard_r, struct kairan_error *error_r);

/* Record a shard's new state. A confirmed shard stays confirmed, and an accepted one
 * becomes only that: a late answer changes nothing. An empty queue id leaves the one that is
 * known. */
struct shard_step {
	enum shard_state to;
	int64_t now;
	int64_t next_try;
	const char *response; /* of the MTA */
};
bool store_release_record(struct store *store, const struct shard *shard,
			  const struct shard_step *step, struct kairan_error *error_r);

/* Record that a shard's recipients are about to be added, if it may be handed over at
 * this moment; NO when it was stopped or suspended meanwhile, is with the MTA already, or was
 * offered since it was claimed: a mail that comes past twice adds its recipients once.
 * A stop that is committed before this has nobody of the shard receive it. */
enum answer store_release_offer(struct store *store, const struct shard *shard,
				int64_t now, int64_t next_try,
				struct kairan_error *error_r);

/* The offer under this queue id has failed: try again at that time, if not before. Another offer
 * that has come meanwhile is left alone. */
bool store_release_cut_wait(struct store *store, const struct shard *shard,
			    int64_t next_try, struct kairan_error *error_r);

/* What a shard's state says to a person: "not sent", "may be sent", "sent". */
const char *shard_state_name(enum shard_state state);

/* Call visit for each shard of a draft, by number; it may use the store to read. */
bool store_release_visit_shards(struct store *store, int64_t draft,
				void (*visit)(const struct shard *shard, void *context),
				void *context, struct kairan_error *error_r);

/* A draft that is being released and whose shards have all been accepted or confirmed. */
enum answer store_release_find_complete(struct store *store, int64_t *draft_r,
					struct kairan_error *error_r);

/* How a release went, over all its shards. */
struct release_summary {
	int64_t shards;
	int64_t shards_done; /* that the MTA has taken */
	int64_t served;      /* recipients whose shard the MTA has taken */
	int64_t unknown;     /* of whom nobody knows (yet): their shard is offered */
	int64_t unserved;    /* who do not have it */
	int64_t repeated; /* who may have it twice: an answer was lost, no receipt came */
	char *queue_ids; /* the MTA's, separated by blanks; at most some 20, then "..." */
};

bool store_release_summarize(struct store *store, int64_t draft,
			     struct release_summary *summary_r,
			     struct kairan_error *error_r);
void release_summary_clear(struct release_summary *summary);

/* The next page of a shard's recipients: at most limit after the last position, which begins
 * at 0 and goes on with each page; unchanged at the end. visit may not use the store. */
struct shard_page {
	const struct shard *shard;
	int64_t limit;
	int64_t last;
};
bool store_release_visit_page(struct store *store, struct shard_page *page,
			      void (*visit)(const char *address, void *context),
			      void *context, struct kairan_error *error_r);

#endif

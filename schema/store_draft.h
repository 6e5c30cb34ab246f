/*
 * Drafts, their originals and their people.
 */
#ifndef KAIRAN_SCHEMA_STORE_DRAFT_H
#define KAIRAN_SCHEMA_STORE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "policy/lifecycle.h"
#include "schema/store.h"
#include "schema/store_audit.h"

#define SUBMIT_KEY_OCTETS 32
#define DRAFT_AUTHOR      0 /* the author's party number */

/* A draft as it is kept. Strings are owned, never NULL; times are 0 when not yet known. */
struct draft {
	int64_t id;
	enum draft_state state;
	unsigned char submit_key[SUBMIT_KEY_OCTETS];
	char *queue_id;
	char *broadcast;
	char *broadcast_ja;
	char *broadcast_en;
	char *list;
	char *section;
	char *section_ja;
	char *section_en;
	char *author_dn;
	char *subject;
	char *text;
	int64_t characters;
	int64_t submitted_at;
	int64_t expires_at;
	int64_t decided_at;
	char *decided_by;
	char *decided_name;
	char *reason;
	int64_t due_at;
	int64_t released_at;
	int64_t recipients;
	bool urgent;     /* staff marked it, its broadcast is, or 緊急承認 was said */
	int64_t send_at; /* asked for by staff; 0: as soon as may be */
	char *quiet_hours; /* as policy/hours.h reads it; "": the setting's */
	int64_t
	    corrects; /* the draft whose broadcast this corrects (Art. 13-3); 0: none */
	char *in_reply_to; /* the Message-ID of that broadcast; "" */
	char *warnings;    /* for the approver: a JSON array, "" when none */
	int64_t reminders; /* how many were sent */
	int64_t remind_at; /* 0: no more */
	int64_t calls;     /* how often more people were called, as nobody answered */
	int64_t call_at;   /* when the next are; 0: not any more; -1: to be planned */
	char *stays;       /* why it does not go out though it is due; "": it may */
	int64_t look_at;   /* when that is looked at again */
	int64_t stays_since;
	char *footer;     /* below its text (milter/draft/broadcast_footer.h); "" */
	char *reply_to;   /* where residents' answers go: an addr-spec; "" */
	GPtrArray *parts; /* struct part: its texts in other languages; NULL: not read */
	bool
	    is_drill; /* 【訓練】: its list is the drill list, and it goes to no other one */
	int64_t tries; /* the draft that this drill tries out; 0: none */
	bool verp; /* an envelope sender for each recipient (settings verp_every, ...) */
};

struct party {
	int64_t number;
	char *role;
	char *uid;
	char *dn;
	char *mail;
	char *name;
	char *language;
};

struct draft *draft_new(void);
void draft_free(struct draft *draft);
/* When residents had it; a release that was stopped has no end, but a beginning. */
int64_t draft_sent_at(const struct draft *draft);
/* The list that its text in a language goes to ("": its own); its own, too, where it has none in
 * that. Owned by the draft. */
const char *draft_find_list(const struct draft *draft, const char *language);
struct party *party_new(void);
void party_free(struct party *party);

/* A step of a draft to a new state, by whom and why. */
struct draft_step {
	enum draft_state to;
	struct audit_event
	    event;          /* action, person, time; draft and outcome are filled in */
	const char *reason; /* NULL: unchanged */
	const char *decider_name; /* non-NULL: this step is the decision */
	int64_t due_at;           /* non-zero: when it goes out */
	int64_t recipients;       /* non-zero: how many receive it */
	bool verp;                /* its release is one with VERP */
	bool urgent;              /* it is from now on */
};

/* Insert a held draft with its parts; sets draft->id. Its original is kept octet for octet. */
bool store_draft_insert(struct store *store, struct draft *draft, const void *original,
			size_t original_length, struct kairan_error *error_r);

bool store_draft_insert_party(struct store *store, int64_t draft,
			      const struct party *party, struct kairan_error *error_r);

/* Look-ups: YES with a new struct, NO, or UNKNOWN with the error. A draft has its parts. */
enum answer store_draft_find(struct store *store, int64_t id, struct draft **draft_r,
			     struct kairan_error *error_r);
enum answer store_draft_find_by_key(struct store *store,
				    const unsigned char key[SUBMIT_KEY_OCTETS],
				    struct draft **draft_r, struct kairan_error *error_r);
enum answer store_draft_find_party(struct store *store, int64_t draft, int64_t number,
				   struct party **party_r, struct kairan_error *error_r);
enum answer store_draft_find_original(struct store *store, int64_t draft, char **octets_r,
				      size_t *length_r, struct kairan_error *error_r);

/* The one function that changes a state: checks the step against the lifecycle table,
 * records it in the draft, and appends the audit row. NO when the lifecycle has no such
 * step from the state the draft is in now (draft->state is refreshed). */
enum answer store_draft_enter(struct store *store, struct draft *draft,
			      const struct draft_step *step,
			      struct kairan_error *error_r);

/* A draft that is approved and waits goes out at step->due_at instead, by the decision of
 * step->decider_name; what kept it is looked at anew; the audit row is appended. NO when it is not
 * approved, or not any more. */
enum answer store_draft_reschedule(struct store *store, struct draft *draft,
				   const struct draft_step *step,
				   struct kairan_error *error_r);

/* One that is approved and due stays: why ("": for no reason that is known), and when to look
 * again. The event's outcome is "stays" when the reason is a new one, and there is no row when it
 * is not. YES: it is new, and people are to be told. NO: known, or not approved any more. */
enum answer store_draft_stay(struct store *store, const struct draft *draft,
			     const char *why, int64_t look_at,
			     const struct audit_event *event,
			     struct kairan_error *error_r);

/* What keeps them may have changed: all that could not be asked about, or have stayed since a time
 * after that one, are looked at now. */
bool store_draft_look_now(struct store *store, int64_t since,
			  struct kairan_error *error_r);

/* Its broadcast has another list by now. */
bool store_draft_use_list(struct store *store, struct draft *draft, const char *list,
			  struct kairan_error *error_r);

/* One that is approved goes out later than it was to, with the audit row. */
bool store_draft_put_off(struct store *store, struct draft *draft, int64_t due_at,
			 const struct audit_event *event, struct kairan_error *error_r);

/* The numbers of all that stay: a new array of int64_t, or NULL with the error. */
GArray *store_draft_list_staying(struct store *store, struct kairan_error *error_r);

/* The first draft in a state whose due_at (for DRAFT_APPROVED) or expires_at (for
 * DRAFT_HELD) is not after now. Drafts of a suspended broadcast rest, here as in the
 * next. */
enum answer store_draft_find_due(struct store *store, enum draft_state state, int64_t now,
				 struct draft **draft_r, struct kairan_error *error_r);

/* When the next draft in that state falls due: YES with the time, NO when none waits. */
enum answer store_draft_next_due(struct store *store, enum draft_state state,
				 int64_t *at_r, struct kairan_error *error_r);

/* Which drafts: in a state (0: any), to a broadcast (NULL: any), submitted at or after since,
 * at most limit. */
struct draft_filter {
	int state;
	const char *broadcast;
	int64_t since;
	int64_t limit;
	bool is_drill; /* for store_draft_list_approved(): drills, or what is none */
};

/* Call visit for each draft of the filter, newest first; their parts are not read. */
bool store_draft_visit(struct store *store, const struct draft_filter *filter,
		       void (*visit)(const struct draft *draft, void *context),
		       void *context, struct kairan_error *error_r);

/* The ids (int64_t) of the drafts to a broadcast that were approved, and not taken back, since a
 * time, newest first, at most limit (the filter's state does not count); NULL with the error. Free
 * with g_array_unref(). */
GArray *store_draft_list_approved(struct store *store, const struct draft_filter *filter,
				  struct kairan_error *error_r);

/* All people of a draft (struct party), by number, or NULL with the error. Free with
 * g_ptr_array_unref(). */
GPtrArray *store_draft_list_parties(struct store *store, int64_t draft,
				    struct kairan_error *error_r);

#endif

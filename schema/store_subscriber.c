/*
 * NAME
 *	store_subscriber - the lists
 *
 * DESCRIPTION
 *	One row for each address of a list. The key is the address in lower case, so that one
 *	mailbox written in two ways receives a broadcast once; the mail goes to the address as
 *	it was registered. Each row has by what it is there (Art. 2(2)). Who has left keeps a row
 *	for a time, so that no import registers them again.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_subscriber.h"

#include "schema/sql.h"
#include "schema/store_forget.h"

/* What is kept of an address before it is registered. */
struct standing {
	enum subscriber_state state; /* 0: it is not there */
	enum subscriber_source source;
};

static enum answer find_standing(struct store *store, const char *list, const char *key,
				 struct standing *standing_r,
				 struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT state, source FROM subscriber WHERE list = ? AND address_key = ?",
	    "ss", list, key);

	*standing_r = (struct standing){ 0 };
	if (answer == ANSWER_YES) {
		standing_r->state = (enum subscriber_state)sql_int(stmt, 0);
		standing_r->source = (enum subscriber_source)sql_int(stmt, 1);
		sql_done(stmt);
	}
	return answer;
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static bool insert(struct store *store,
		   const struct subscriber_registration *registration, const char *key,
		   struct kairan_error *error_r)
{
	const struct subscriber_origin *origin = &registration->origin;

	return sql_run(
	    store, error_r,
	    "INSERT INTO subscriber (list, address_key, address, domain, state, joined_at,"
	    " changed_at, source, source_by, source_reason, terms, consent_id, language)"
	    " VALUES (?1,?2,?3,?4,1,?5,?5,?6,?7,?8,?9,?10,?11)",
	    "ssssiisssss", registration->list, key, registration->address->spec,
	    address_domain(registration->address), registration->now,
	    (int64_t)origin->source, or_empty(origin->by), or_empty(origin->reason),
	    or_empty(origin->terms), or_empty(origin->consent_id),
	    or_empty(origin->language));
}

/* The address as it is written now, too: it may have been registered long ago. */
static bool replace(struct store *store,
		    const struct subscriber_registration *registration, const char *key,
		    struct kairan_error *error_r)
{
	const struct subscriber_origin *origin = &registration->origin;

	return sql_run(
	    store, error_r,
	    "UPDATE subscriber SET joined_at = CASE WHEN state = 1 THEN joined_at ELSE ?4"
	    " END, changed_at = CASE WHEN state = 1 THEN changed_at ELSE ?4 END, state = 1,"
	    " state_reason = '', paused_until = 0, address = ?3, source = ?5,"
	    " source_by = ?6, source_reason = ?7, terms = ?8, consent_id = ?9,"
	    " language = ?10 WHERE list = ?1 AND address_key = ?2",
	    "sssiisssss", registration->list, key, registration->address->spec,
	    registration->now, (int64_t)origin->source, or_empty(origin->by),
	    or_empty(origin->reason), or_empty(origin->terms),
	    or_empty(origin->consent_id), or_empty(origin->language));
}

enum answer store_subscriber_recognise(struct store *store,
				       const struct subscriber_registration *registration,
				       struct kairan_error *error_r)
{
	struct address key = *registration->address;

	address_fold(&key);
	return sql_change(
	    store, error_r,
	    "UPDATE subscriber SET source = 2, source_by = ?, source_reason = ?,"
	    " terms = '', consent_id = '' WHERE list = ? AND address_key = ?",
	    "ssss", or_empty(registration->origin.by),
	    or_empty(registration->origin.reason), registration->list, key.spec);
}

enum answer store_subscriber_agree(struct store *store, const char *list,
				   const struct address *address,
				   const struct subscriber_origin *origin,
				   struct kairan_error *error_r)
{
	struct address key = *address;

	address_fold(&key);
	return sql_change(
	    store, error_r,
	    "UPDATE subscriber SET source = 1, source_by = '', source_reason = '',"
	    " terms = ?, consent_id = ? WHERE list = ? AND address_key = ?"
	    " AND state <> 3",
	    "ssss", or_empty(origin->terms), or_empty(origin->consent_id), list,
	    key.spec);
}

enum answer store_subscriber_find_state(struct store *store, const char *list,
					const struct address *address,
					enum subscriber_state *state_r,
					struct kairan_error *error_r)
{
	struct address key = *address;
	struct standing standing;
	enum answer answer;

	address_fold(&key);
	answer = find_standing(store, list, key.spec, &standing, error_r);
	*state_r = standing.state;
	return answer;
}

/* Whoever was forgotten comes back by their own consent alone. */
static enum answer register_new(struct store *store,
				const struct subscriber_registration *registration,
				const struct address *key, enum subscriber_state *was_r,
				struct kairan_error *error_r)
{
	enum answer known = ANSWER_NO;

	if (registration->origin.source != SUBSCRIBER_CONSENT)
		known = store_forget_knows(store, registration->list, key, error_r);
	if (known == ANSWER_YES)
		*was_r = SUBSCRIBER_FORGOTTEN;
	if (known != ANSWER_NO)
		return known == ANSWER_YES ? ANSWER_NO : ANSWER_UNKNOWN;
	return insert(store, registration, key->spec, error_r) ? ANSWER_YES
							       : ANSWER_UNKNOWN;
}

enum answer store_subscriber_register(struct store *store,
				      const struct subscriber_registration *registration,
				      enum subscriber_state *was_r,
				      struct kairan_error *error_r)
{
	struct address key = *registration->address;
	struct standing standing;
	bool ok = true;

	address_fold(&key);
	if (find_standing(store, registration->list, key.spec, &standing, error_r) ==
	    ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	*was_r = standing.state;
	if (standing.state == 0)
		return register_new(store, registration, &key, was_r, error_r);
	if (registration->origin.source == SUBSCRIBER_CONSENT) {
		if (!replace(store, registration, key.spec, error_r))
			return ANSWER_UNKNOWN;
		return standing.state != SUBSCRIBER_ACTIVE ? ANSWER_YES : ANSWER_NO;
	}
	/* A reason is better than an import; whoever agreed needs none. */
	if (registration->origin.source == SUBSCRIBER_RECOGNISED &&
	    standing.source == SUBSCRIBER_IMPORTED && standing.state != SUBSCRIBER_LEFT)
		ok = store_subscriber_recognise(store, registration, error_r) !=
		     ANSWER_UNKNOWN;
	return ok ? ANSWER_NO : ANSWER_UNKNOWN;
}

const char *subscriber_state_name(enum subscriber_state state)
{
	static const char *const names[] = {
		[SUBSCRIBER_ACTIVE] = "active",
		[SUBSCRIBER_SUSPENDED] = "suspended",
		[SUBSCRIBER_LEFT] = "left",
		[SUBSCRIBER_PAUSED] = "paused",
	};

	return state >= SUBSCRIBER_ACTIVE && state <= SUBSCRIBER_PAUSED ? names[state]
									: "unknown";
}

const char *subscriber_source_name(enum subscriber_source source)
{
	static const char *const names[] = {
		[SUBSCRIBER_CONSENT] = "consent",
		[SUBSCRIBER_RECOGNISED] = "recognised",
		[SUBSCRIBER_IMPORTED] = "imported",
	};

	return source >= SUBSCRIBER_CONSENT && source <= SUBSCRIBER_IMPORTED
		   ? names[source]
		   : "unknown";
}

/* The columns of a visit, in the order that read_row() takes them. */
#define ROW                                                                       \
	"list, address, address_key, state, state_reason, joined_at, changed_at," \
	" paused_until, source, source_by, source_reason, terms, consent_id, language"

static struct subscriber read_row(struct sql_stmt *stmt)
{
	return (struct subscriber){
		.list = sql_peek(stmt, 0),
		.address = sql_peek(stmt, 1),
		.key = sql_peek(stmt, 2),
		.state = (enum subscriber_state)sql_int(stmt, 3),
		.state_reason = sql_peek(stmt, 4),
		.joined_at = sql_int(stmt, 5),
		.changed_at = sql_int(stmt, 6),
		.paused_until = sql_int(stmt, 7),
		.origin = {
			.source = (enum subscriber_source)sql_int(stmt, 8),
			.by = sql_peek(stmt, 9),
			.reason = sql_peek(stmt, 10),
			.terms = sql_peek(stmt, 11),
			.consent_id = sql_peek(stmt, 12),
			.language = sql_peek(stmt, 13),
		},
	};
}

/* All rows of a query that was begun with this answer. */
static bool visit_rows(struct store *store, struct sql_stmt *stmt, enum answer answer,
		       void (*visit)(const struct subscriber *subscriber, void *context),
		       void *context, struct kairan_error *error_r)
{
	while (answer == ANSWER_YES) {
		const struct subscriber subscriber = read_row(stmt);

		visit(&subscriber, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

bool store_subscriber_visit_page(struct store *store, const struct subscriber_page *page,
				 void (*visit)(const struct subscriber *subscriber,
					       void *context),
				 void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT " ROW " FROM subscriber"
		      " WHERE list = ?1 AND address_key > ?2 AND (?3 = 0 OR state = ?3)"
		      " ORDER BY address_key LIMIT ?4",
		      "ssii", page->list, page->after, (int64_t)page->state, page->limit);

	return visit_rows(store, stmt, answer, visit, context, error_r);
}

bool store_subscriber_visit_address(struct store *store, const struct address *address,
				    void (*visit)(const struct subscriber *subscriber,
						  void *context),
				    void *context, struct kairan_error *error_r)
{
	struct address key = *address;
	struct sql_stmt *stmt;
	enum answer answer;

	address_fold(&key);
	answer = sql_first(store, error_r, &stmt,
			   "SELECT " ROW " FROM subscriber WHERE address_key = ?"
			   " ORDER BY list",
			   "s", key.spec);
	return visit_rows(store, stmt, answer, visit, context, error_r);
}

enum answer store_subscriber_enter(struct store *store,
				   const struct subscriber_entry *entry,
				   struct kairan_error *error_r)
{
	struct address key = *entry->address;

	address_fold(&key);
	return sql_change(
	    store, error_r,
	    "UPDATE subscriber SET joined_at = CASE WHEN ?1 = 1 AND state = 3"
	    " THEN ?4 ELSE joined_at END, changed_at = ?4, state = ?1,"
	    " state_reason = ?2, paused_until = ?3"
	    " WHERE list = ?5 AND address_key = ?6 AND (state <> ?1 OR"
	    " state_reason <> ?2 OR paused_until <> ?3)",
	    "isiiss", (int64_t)entry->state, or_empty(entry->reason), entry->paused_until,
	    entry->now, entry->list, key.spec);
}

enum answer store_subscriber_end_pauses(struct store *store, int64_t now,
					struct kairan_error *error_r)
{
	/* Kept without rowids: the rows are named by their key. */
	return sql_change(
	    store, error_r,
	    "UPDATE subscriber SET state = 1, state_reason = '', paused_until = 0,"
	    " changed_at = ?1 WHERE (list, address_key) IN (SELECT list,"
	    " address_key FROM subscriber WHERE state = 4 AND paused_until > 0 AND"
	    " paused_until <= ?1 LIMIT 500)",
	    "i", now);
}

enum answer store_subscriber_find_pause_end(struct store *store, int64_t *at_r,
					    struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT paused_until FROM subscriber WHERE state = 4 AND"
		      " paused_until > 0 ORDER BY paused_until LIMIT 1",
		      "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_subscriber_remove(struct store *store, const char *list,
				    const struct address *address,
				    struct kairan_error *error_r)
{
	struct address key = *address;

	address_fold(&key);
	return sql_change(store, error_r,
			  "DELETE FROM subscriber WHERE list = ? AND address_key = ?",
			  "ss", list, key.spec);
}

bool store_subscriber_note_change(struct store *store, const char *list, int64_t joined,
				  int64_t gone, int64_t now, struct kairan_error *error_r)
{
	if (joined == 0 && gone == 0)
		return true;
	return sql_run(store, error_r,
		       "INSERT INTO subscriber_change (at, list, joined, gone)"
		       " VALUES (?, ?, ?, ?)",
		       "isii", now, list, joined, gone);
}

bool store_subscriber_visit_counts(struct store *store,
				   void (*visit)(const struct subscriber_count *count,
						 void *context),
				   void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT list, count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2), count(*) FILTER (WHERE state = 3),"
	    " count(*) FILTER (WHERE state = 4), count(*) FILTER (WHERE state = 1 AND source = 1),"
	    " count(*) FILTER (WHERE state = 1 AND source = 2), count(*) FILTER (WHERE state = 1 AND source = 3)"
	    " FROM subscriber GROUP BY list ORDER BY list",
	    "");

	while (answer == ANSWER_YES) {
		const struct subscriber_count count = {
			.list = sql_peek(stmt, 0),
			.active = sql_int(stmt, 1),
			.suspended = sql_int(stmt, 2),
			.left = sql_int(stmt, 3),
			.paused = sql_int(stmt, 4),
			.consent = sql_int(stmt, 5),
			.recognised = sql_int(stmt, 6),
			.imported = sql_int(stmt, 7),
		};

		visit(&count, context);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

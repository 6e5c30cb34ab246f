/*
 * Those who may decide a held draft are asked: for the first time, and again.
 */
#ifndef KAIRAN_MILTER_DRAFT_ASKING_H
#define KAIRAN_MILTER_DRAFT_ASKING_H

#include "milter/core/kairan.h"
#include "schema/store_draft.h"

/* A held draft, and who may decide it as the directory says at this moment. */
struct asking {
	struct store *store;
	const struct setup *setup;
	const struct draft *draft;
	GPtrArray *deciders; /* struct party; asking_add_missing() gives their numbers */
	GPtrArray *heads;    /* the same, while delegates wait; NULL: they never do */
	int64_t now;
	int64_t own; /* the same by the clock by which the draft is held (store_clock.h) */
	const char *uid; /* who asks, for the audit trail; and as what */
	const char *role;
	int64_t first_new; /* the number of the first who is asked only now */
};

/* Whoever may decide and was not asked becomes one of the draft's people, and gets a request of
 * their own. Sets the numbers of the deciders to those that they have with this draft, and
 * first_new. In a transaction, as is the next. */
bool asking_add_missing(struct asking *asking, int *asked_r,
			struct kairan_error *error_r);

/* A notice of a kind to every decider but those who are asked only now, and an audit row with
 * that action. *told_r: was there anybody? */
bool asking_tell(const struct asking *asking, const char *kind, const char *action,
		 bool *told_r, struct kairan_error *error_r);

/* Their logins, with blanks between them. Free with g_free(). */
char *asking_list_logins(const struct asking *asking);

/* Is it one of the deciders? NULL: no. */
struct party *asking_find_decider(const struct asking *asking, const char *uid);

#endif

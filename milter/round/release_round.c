/*
 * NAME
 *	release_round - approved drafts that fall due
 *
 * DESCRIPTION
 *	Between the approval and the time when a draft is due, hours may pass. The directory is
 *	asked again then: a broadcast or a section that was removed (Art. 11), or a broadcast
 *	that is another section's now, sends nothing. Nor does a list that has nobody: a
 *	broadcast to no one is not called done. Such a draft stays approved; its people and the
 *	administrators are told why. It is looked at again for a while and goes out by itself
 *	when that is mended; after that what was urgent may be wrong, and it wants a new 承認.
 *
 *	Once it may go its recipients are fixed and cut into shards, in one transaction with the
 *	new state, which is entered only if the draft is what it was when the directory was
 *	asked.
 *
 * DIAGNOSTICS
 *	Warning: a draft that stays; a directory that could not be asked, so that it waits.
 *	Info: a release that begins. Error: the store cannot be used.
 */
#include "config.h"

#include "milter/round/release_round.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "conf/setting_value.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "schema/store_release.h"

/* How long a draft that stays goes out by itself once it may, and how often that is looked at. */
#define STAY_SECONDS 3600
#define LOOK_SECONDS 60
/* The directory could not be asked. */
#define ASK_SECONDS 10
/* Until somebody approves it again. */
#define LOOK_NEVER INT64_MAX

#define STAYS_NO_BROADCAST   "no-broadcast"
#define STAYS_OTHER_SECTION  "other-section"
#define STAYS_NO_SECTION     "no-section"
#define STAYS_NO_SUBSCRIBERS "no-subscribers"

static enum answer find_due(struct store *store, struct draft **draft_r,
			    struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer =
	    store_draft_find_due(store, DRAFT_APPROVED, clock_now(), draft_r, error_r);
	store_rollback(store);
	return answer;
}

/* ---- the directory ---- */

static const struct broadcast *find_broadcast(struct broadcast *const *broadcasts,
					      const char *mail)
{
	for (size_t i = 0; broadcasts[i] != NULL; i++)
		if (strcmp(broadcasts[i]->mail, mail) == 0)
			return broadcasts[i];
	return NULL;
}

static enum answer ask_section(const struct setup *setup, const char *dn,
			       struct kairan_error *error_r)
{
	struct section *section = NULL;
	const enum answer answer =
	    directory_find_section(setup->directory, dn, &section, error_r);

	section_free(section);
	return answer;
}

/* May it go out, as the directory has it now? NO with why it stays. */
static enum answer ask_directory(const struct setup *setup, const struct draft *draft,
				 const char **why_r, struct kairan_error *error_r)
{
	struct broadcast **broadcasts = NULL;
	const struct broadcast *broadcast;
	enum answer answer;

	*why_r = "";
	if (!directory_list_broadcasts(setup->directory, &broadcasts, NULL, error_r))
		return ANSWER_UNKNOWN;
	broadcast = find_broadcast(broadcasts, draft->broadcast);
	if (broadcast == NULL)
		*why_r = STAYS_NO_BROADCAST;
	else if (!g_strv_contains((const char *const *)broadcast->sections,
				  draft->section))
		*why_r = STAYS_OTHER_SECTION;
	broadcasts_free(broadcasts);
	if (**why_r != '\0')
		return ANSWER_NO;
	answer = ask_section(setup, draft->section, error_r);
	if (answer == ANSWER_NO)
		*why_r = STAYS_NO_SECTION;
	return answer;
}

/* ---- staying ---- */

static struct audit_event make_event(int64_t now)
{
	return (struct audit_event){
		.at = now, .uid = "kairan", .role = "system", .action = "release"
	};
}

/* It stays, and its people hear of it, once for each reason. */
static enum answer stay(struct store *store, const struct draft *draft, const char *why,
			struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	const struct audit_event event = make_event(now);
	const int64_t look_at =
	    now < draft->due_at + STAY_SECONDS ? now + LOOK_SECONDS : LOOK_NEVER;
	enum answer answer =
	    store_draft_stay(store, draft, why, look_at, &event, error_r);
	char *facts = notice_make_facts("stays_key", why, NULL);

	if (answer == ANSWER_YES &&
	    !notice_add_parties(store,
				&(struct notice){ NOTICE_STAYS, draft->id, facts, now },
				-1, error_r))
		answer = ANSWER_UNKNOWN;
	free(facts);
	return answer;
}

/* The directory could not be asked: so little later that nobody is told. */
static enum answer put_off(struct store *store, const struct draft *draft,
			   struct kairan_error *error_r)
{
	const struct audit_event event = make_event(clock_now());

	return store_draft_stay(store, draft, "", event.at + ASK_SECONDS, &event,
				error_r) == ANSWER_UNKNOWN
		   ? ANSWER_UNKNOWN
		   : ANSWER_YES;
}

/* ---- going out ---- */

/* Is this a release whose recipients each have an envelope sender of their own? */
static bool choose_verp(struct store *store, const struct settings *settings,
			const struct draft *draft, bool *verp_r,
			struct kairan_error *error_r)
{
	int64_t begun = 0;

	if (!store_release_count_begun(store, draft->broadcast, &begun, error_r))
		return false;
	*verp_r = setting_value_list_has(settings->verp_broadcasts, draft->broadcast) ||
		  (settings->verp_every > 0 && (begun + 1) % settings->verp_every == 0);
	return true;
}

/* NO: the list has nobody. */
static enum answer start(struct store *store, const struct setup *setup,
			 struct draft *draft, struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	struct draft_step step = { .to = DRAFT_RELEASING, .event = make_event(now) };
	struct shard_cut cut = { .draft = draft->id,
				 .shard_size = setup->settings->shard_size,
				 .now = now };

	if (!store_audience_find(store, draft, &cut.audience, error_r) ||
	    !choose_verp(store, setup->settings, draft, &step.verp, error_r))
		return ANSWER_UNKNOWN;
	if (step.verp && setup->settings->verp_method == VERP_SHARDS)
		cut.shard_size = 1;
	if (!store_release_cut(store, &cut, &step.recipients, error_r))
		return ANSWER_UNKNOWN;
	if (step.recipients == 0)
		return ANSWER_NO;
	return store_draft_enter(store, draft, &step, error_r) == ANSWER_YES
		   ? ANSWER_YES
		   : ANSWER_UNKNOWN;
}

/* What is true of a due draft, in the transaction that acts on it. */
struct release_step {
	struct draft *draft; /* as it is now */
	enum answer may;     /* what the directory says */
	const char *why;     /* it stays */
	bool is_told;        /* people are told of that now */
};

static enum answer act(struct store *store, const struct setup *setup,
		       struct release_step *step, struct kairan_error *error_r)
{
	enum answer answer = step->may;

	if (answer == ANSWER_UNKNOWN)
		return put_off(store, step->draft, error_r);
	if (answer == ANSWER_YES) {
		answer = start(store, setup, step->draft, error_r);
		step->why = answer == ANSWER_NO ? STAYS_NO_SUBSCRIBERS : "";
	}
	if (answer != ANSWER_NO)
		return answer;
	answer = stay(store, step->draft, step->why, error_r);
	step->is_told = answer == ANSWER_YES;
	return answer == ANSWER_UNKNOWN ? answer : ANSWER_YES;
}

/* The draft that was asked about, if it is still the one that is due. */
static enum answer act_if_due(struct store *store, const struct setup *setup, int64_t id,
			      struct release_step *step, struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_find_due(store, DRAFT_APPROVED, clock_now(), &step->draft,
				      error_r);
	if (answer == ANSWER_YES && step->draft->id == id)
		answer = act(store, setup, step, error_r);
	return store_finish(store, answer, error_r);
}

static void conclude(struct kairan *kairan, const struct release_step *step)
{
	const struct draft *draft = step->draft;
	g_autofree char *id = g_strdup_printf("%lld", (long long)draft->id);

	if (draft->state == DRAFT_RELEASING) {
		log_event(LOG_LEVEL_INFO, draft->queue_id, draft->id,
			  "release: is now %s", lifecycle_name(draft->state));
		alarm_clear(kairan, ALARM_STAYS, id);
		waker_wake(kairan_get_waker(kairan, KAIRAN_SHARDS));
	} else if (step->is_told) {
		g_autofree char *reason = g_strconcat("stays-", step->why, NULL);

		log_event(LOG_LEVEL_WARNING, draft->queue_id, draft->id,
			  "is due, and stays: %s", step->why);
		alarm_raise(kairan, ALARM_STAYS, id, reason, draft->broadcast);
		waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	}
}

enum answer release_round_step(struct kairan *kairan, const struct setup *setup,
			       struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct release_step step = { .why = "" };
	struct draft *due = NULL;
	enum answer answer = find_due(store, &due, error_r);

	if (answer != ANSWER_YES)
		return answer;
	step.may = ask_directory(setup, due, &step.why, error_r);
	if (step.may == ANSWER_UNKNOWN)
		log_event(LOG_LEVEL_WARNING, due->queue_id, due->id,
			  "is due, and waits for the directory: %s", error_r->text);
	answer = act_if_due(store, setup, due->id, &step, error_r);
	if (answer == ANSWER_YES)
		conclude(kairan, &step);
	draft_free(step.draft);
	draft_free(due);
	return answer;
}

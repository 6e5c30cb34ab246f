/*
 * NAME
 *	release_round - approved drafts that fall due
 *
 * DESCRIPTION
 *	Between the approval and the time when a draft is due, hours may pass. The directory is
 *	asked again then: a broadcast or a section that was removed (Art. 11), or a broadcast
 *	that is another section's now, sends nothing. Nor does a list that has nobody: a
 *	broadcast to no one is not called done. Such a draft stays approved; its people and the
 *	administrators are told why. It is looked at again for a while, and as soon as the
 *	directory changes, and goes out by itself when that is mended; after that what was
 *	urgent may be wrong, and it wants a new 承認. Without one it ends when draft_expiry is
 *	over. The lists are those that the broadcast has now; one that has none any more in the
 *	language of one of the draft's texts sends nothing, while one that has nobody is no
 *	reason for those in other languages to wait.
 *	A drill's is the drill list, and no other one.
 *
 *	Once it may go its recipients are fixed and cut into shards, in one transaction with the
 *	new state, which is entered only if the draft is what it was when the directory was
 *	asked. What is late, for whichever reason, goes out no more at night than anything else.
 *
 * DIAGNOSTICS
 *	Warning: a draft that stays; a directory that could not be asked, so that it waits.
 *	Info: a release that begins. Error: the store cannot be used.
 */
#include "config.h"

#include "milter/round/release_round.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "conf/setting_value.h"
#include "milter/core/notice.h"
#include "milter/draft/schedule.h"
#include "policy/part.h"
#include "schema/store_part.h"
#include "schema/store_release.h"

/* How often a draft that stays is looked at. */
#define LOOK_SECONDS 60
/* The directory could not be asked. */
#define ASK_SECONDS          10
#define STAYS_NO_BROADCAST   "no-broadcast"
#define STAYS_OTHER_SECTION  "other-section"
#define STAYS_NO_SECTION     "no-section"
#define STAYS_NO_SUBSCRIBERS "no-subscribers"
#define STAYS_NO_TWIN        "no-twin"
#define STAYS_NO_DRILL_LIST  "no-drill-list"

static enum answer find_due(struct store *store, struct draft **draft_r,
			    struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_find_due(store, DRAFT_APPROVED, clock_as_looked(), draft_r,
				      error_r);
	store_rollback(store);
	return answer;
}

/* ---- the directory ---- */

static bool is_of_section(const struct broadcast *broadcast, const char *section)
{
	return g_strv_contains((const char *const *)broadcast->sections, section);
}

/* The draft's; where two have the address, its section's. */
static const struct broadcast *find_broadcast(struct broadcast *const *broadcasts,
					      const struct draft *draft)
{
	const struct broadcast *found = NULL;

	for (size_t i = 0; broadcasts[i] != NULL; i++) {
		if (strcmp(broadcasts[i]->mail, draft->broadcast) != 0)
			continue;
		if (found == NULL || !is_of_section(found, draft->section))
			found = broadcasts[i];
	}
	return found;
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

/* What is true of a due draft, in the transaction that acts on it. */
struct release_step {
	struct draft *draft; /* as it is now */
	enum answer may;     /* what the directory says */
	const char *why;     /* it stays */
	char *list;          /* that the broadcast has now */
	char **twins;        /* likewise */
	bool is_told;        /* people are told of that now */
};

/* Has the broadcast a list for every text? */
static bool has_lists(const struct broadcast *broadcast, const struct draft *draft)
{
	for (guint i = 0; i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);

		if (twin_find_list(broadcast->twins, part->language) == NULL)
			return false;
	}
	return true;
}

/* NO: it may not go out as far as its broadcast is concerned. */
static enum answer ask_broadcast(const struct setup *setup, const struct draft *draft,
				 struct release_step *step, struct kairan_error *error_r)
{
	struct broadcast **broadcasts = NULL;
	const struct broadcast *broadcast;
	GPtrArray *bad = NULL;

	if (!directory_list_broadcasts(setup->directory, &broadcasts, &bad, error_r))
		return ANSWER_UNKNOWN;
	broadcast = find_broadcast(broadcasts, draft);
	if (broadcast == NULL)
		step->why = STAYS_NO_BROADCAST;
	else if (!is_of_section(broadcast, draft->section))
		step->why = STAYS_OTHER_SECTION;
	else if (draft->is_drill && *broadcast->drill == '\0')
		step->why = STAYS_NO_DRILL_LIST;
	else if (!draft->is_drill && !has_lists(broadcast, draft))
		step->why = STAYS_NO_TWIN;
	else
		step->list =
		    g_strdup(draft->is_drill ? broadcast->drill : broadcast->list);
	if (step->list != NULL)
		step->twins = g_strdupv(broadcast->twins);
	/* An entry that cannot be understood may be the one. */
	if (broadcast == NULL && bad->len > 0) {
		(void)error_set(error_r, "%s", (char *)g_ptr_array_index(bad, 0));
		step->may = ANSWER_UNKNOWN;
	} else {
		step->may = step->list != NULL ? ANSWER_YES : ANSWER_NO;
	}
	broadcasts_free(broadcasts);
	g_ptr_array_unref(bad);
	return step->may;
}

/* May it go out, as the directory has it now? NO with why it stays. */
static enum answer ask_directory(const struct setup *setup, const struct draft *draft,
				 struct release_step *step, struct kairan_error *error_r)
{
	enum answer answer = ask_broadcast(setup, draft, step, error_r);

	if (answer == ANSWER_YES)
		answer = ask_section(setup, draft->section, error_r);
	if (answer == ANSWER_NO && *step->why == '\0')
		step->why = STAYS_NO_SECTION;
	return answer;
}

/* ---- staying ---- */

static struct audit_event make_event(int64_t now)
{
	return (struct audit_event){
		.at = now, .uid = "kairan", .role = "system", .action = "release"
	};
}

/* It has stayed for so long that nobody would expect it any more. */
static enum answer end_stay(struct store *store, struct draft *draft, const char *why,
			    struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	struct draft_step step = { .to = DRAFT_EXPIRED, .event = make_event(now) };
	char *facts = notice_make_facts("stays_key", why, NULL);
	bool ok;

	step.event.action = "expire";
	ok = store_draft_enter(store, draft, &step, error_r) == ANSWER_YES &&
	     notice_add_parties(store,
				&(struct notice){ NOTICE_STAYED, draft->id, facts, now },
				-1, error_r);
	free(facts);
	return ok ? ANSWER_YES : ANSWER_UNKNOWN;
}

/* It stays, and its people hear of it, once for each reason. It is looked at for an hour, and then
 * when it ends. */
static enum answer stay(struct store *store, const struct setup *setup,
			struct draft *draft, const char *why,
			struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	const struct audit_event event = make_event(now);
	const int64_t since = draft->stays_since != 0 ? draft->stays_since : now;
	const int64_t end = since + setup->settings->draft_expiry;
	const int64_t look_at =
	    now < since + RELEASE_ROUND_STAY_SECONDS ? now + LOOK_SECONDS : end;
	enum answer answer =
	    end > now ? store_draft_stay(store, draft, why, look_at, &event, error_r)
		      : end_stay(store, draft, why, error_r);
	char *facts = notice_make_facts("stays_key", why, NULL);

	if (answer == ANSWER_YES && draft->state == DRAFT_APPROVED &&
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

/* Is this a release whose recipients each have an envelope sender of their own? That costs the mail
 * system a transaction each, for which urgent ones do not wait. */
static bool choose_verp(struct store *store, const struct settings *settings,
			const struct draft *draft, bool *verp_r,
			struct kairan_error *error_r)
{
	int64_t begun = 0;

	if (!store_release_count_begun(store, draft->broadcast, &begun, error_r))
		return false;
	*verp_r = !draft->urgent &&
		  (setting_value_list_has(settings->verp_broadcasts, draft->broadcast) ||
		   (settings->verp_every > 0 && (begun + 1) % settings->verp_every == 0));
	return true;
}

/* The domains whose recipients get copies of their own, as store_release_cut() wants them; NULL:
 * none. */
static char *list_personal(const struct settings *settings, const char *list)
{
	g_auto(GStrv) domains = NULL;
	GString *out;

	if (settings->copies != COPIES_PERSONAL ||
	    !setting_value_list_has(settings->personal_lists, list))
		return NULL;
	if (setting_value_list_has(settings->personal_domains, "*"))
		return g_strdup(" * ");
	domains = g_strsplit_set(settings->personal_domains, ", ", -1);
	out = g_string_new(" ");
	for (size_t i = 0; domains[i] != NULL; i++)
		if (*domains[i] != '\0')
			g_string_append_printf(out, "%s ", domains[i]);
	g_string_ascii_down(out);
	return g_string_free(out, FALSE);
}

/* A draft whose texts are being cut into shards, in one transaction. */
struct cutting {
	struct store *store;
	const struct setup *setup;
	const struct draft *draft;
	struct shard_cut cut;
	int64_t recipients; /* so far */
	int64_t had;        /* as in struct audience */
};

/* One text of the draft: its own (NULL), or a part's. */
static bool cut_text(struct cutting *cutting, const struct part *part,
		     struct kairan_error *error_r)
{
	const struct setup *setup = cutting->setup;
	struct shard_cut cut = cutting->cut;
	g_autofree char *personal = NULL;
	int64_t count = 0;

	if (!store_audience_find(cutting->store, cutting->draft, part, &cut.audience,
				 error_r))
		return false;
	/* What leaves the drill list leaves nothing that a resident has asked for. */
	if (!cutting->draft->is_drill)
		personal = list_personal(setup->settings, cut.audience.list);
	if (personal != NULL) {
		cut.personal = personal;
		cut.leave_key = keyring_current(setup->leave_keys)->id;
	}
	if (!store_release_cut(cutting->store, &cut, &count, error_r))
		return false;
	cutting->recipients += count;
	cutting->cut.text++;
	cutting->had = cut.audience.had;
	return true;
}

/* All texts, each for its own list. A list of nobody is a mistake where it is the draft's own; of
 * a correction it may be that all who had the first were of another language. */
static bool cut_texts(struct cutting *cutting, struct kairan_error *error_r)
{
	const GPtrArray *parts = cutting->draft->parts;
	bool ok = cut_text(cutting, NULL, error_r);

	if (ok && cutting->recipients == 0 && cutting->had == 0)
		return true;
	for (guint i = 0; ok && i < parts->len; i++)
		ok = cut_text(cutting, g_ptr_array_index(parts, i), error_r);
	return ok;
}

/* NO: there is nobody to send it to. */
static enum answer start(struct store *store, const struct setup *setup,
			 struct draft *draft, struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	struct draft_step step = { .to = DRAFT_RELEASING, .event = make_event(now) };
	struct cutting cutting = {
		.store = store,
		.setup = setup,
		.draft = draft,
		.cut = { .draft = draft->id,
			 .shard_size = setup->settings->shard_size,
			 .first_size = setup->settings->first_shard_size,
			 .now = now,
			 .texts = 1 + (int64_t)draft->parts->len },
	};

	if (!choose_verp(store, setup->settings, draft, &step.verp, error_r))
		return ANSWER_UNKNOWN;
	if (step.verp && setup->settings->verp_method == VERP_SHARDS)
		cutting.cut.shard_size = 1;
	if (!cut_texts(&cutting, error_r))
		return ANSWER_UNKNOWN;
	step.recipients = cutting.recipients;
	if (draft->is_drill)
		step.event.detail = "drill";
	if (step.recipients == 0)
		return ANSWER_NO;
	return store_draft_enter(store, draft, &step, error_r) == ANSWER_YES
		   ? ANSWER_YES
		   : ANSWER_UNKNOWN;
}

/* Whoever put other lists into the directory meant what goes out from then on. */
static bool follow_lists(struct store *store, struct release_step *step,
			 struct kairan_error *error_r)
{
	struct draft *draft = step->draft;
	bool ok = strcmp(draft->list, step->list) == 0 ||
		  store_draft_use_list(store, draft, step->list, error_r);

	for (guint i = 0; ok && i < draft->parts->len; i++) {
		struct part *part = g_ptr_array_index(draft->parts, i);
		const char *list = draft->is_drill
				       ? step->list
				       : twin_find_list(step->twins, part->language);

		if (strcmp(part->list, list) == 0)
			continue;
		g_free(part->list);
		part->list = g_strdup(list);
		ok = store_part_use_list(store, draft->id, part->language, list, error_r);
	}
	return ok;
}

/* It is quiet now: in the morning, which everybody is told. */
static enum answer go_later(struct store *store, struct draft *draft, int64_t at,
			    struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	struct audit_event event = make_event(now);
	char *facts = notice_make_facts("note_key", "late", NULL);
	bool ok;

	event.action = "put-off";
	ok = store_draft_put_off(store, draft, at, &event, error_r) &&
	     notice_add_parties(
		 store, &(struct notice){ NOTICE_APPROVED, draft->id, facts, now }, -1,
		 error_r);
	free(facts);
	return ok ? ANSWER_YES : ANSWER_UNKNOWN;
}

static enum answer act(struct store *store, const struct setup *setup,
		       struct release_step *step, struct kairan_error *error_r)
{
	enum answer answer = step->may;
	int64_t later;

	if (answer == ANSWER_UNKNOWN)
		return put_off(store, step->draft, error_r);
	/* What stayed for an hour wants a new approval, whatever the directory says. */
	if (*step->draft->stays != '\0' &&
	    clock_now() >= step->draft->stays_since + RELEASE_ROUND_STAY_SECONDS) {
		answer = ANSWER_NO;
		step->why = *step->why != '\0' ? step->why : step->draft->stays;
	}
	if (answer == ANSWER_YES && draft_schedule_is_late(setup, step->draft, &later))
		return go_later(store, step->draft, later, error_r);
	if (answer == ANSWER_YES) {
		if (!follow_lists(store, step, error_r))
			return ANSWER_UNKNOWN;
		answer = start(store, setup, step->draft, error_r);
		step->why = answer == ANSWER_NO ? STAYS_NO_SUBSCRIBERS : "";
	}
	if (answer != ANSWER_NO)
		return answer;
	answer = stay(store, setup, step->draft, step->why, error_r);
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
	answer = store_draft_find_due(store, DRAFT_APPROVED, clock_as_looked(),
				      &step->draft, error_r);
	if (answer == ANSWER_YES && step->draft->id == id)
		answer = act(store, setup, step, error_r);
	return store_finish(store, answer, error_r);
}

static void conclude(struct kairan *kairan, const struct release_step *step)
{
	const struct draft *draft = step->draft;
	if (draft->state == DRAFT_RELEASING) {
		log_event(LOG_LEVEL_INFO, draft->queue_id, draft->id,
			  "release: is now %s", lifecycle_name(draft->state));
		waker_wake(kairan_get_waker(kairan, KAIRAN_SHARDS));
		waker_wake(kairan_get_waker(kairan, KAIRAN_URGENT));
	} else if (step->is_told) {
		log_event(LOG_LEVEL_WARNING, draft->queue_id, draft->id,
			  "is due, and stays: %s", step->why);
	}
	waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	/* An alarm begins or ends (stay_round.c). */
	if (step->is_told || *draft->stays != '\0')
		waker_wake(kairan_get_waker(kairan, KAIRAN_SLOW_ROUNDS));
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
	step.may = ask_directory(setup, due, &step, error_r);
	if (step.may == ANSWER_UNKNOWN)
		log_event(LOG_LEVEL_WARNING, due->queue_id, due->id,
			  "is due, and waits for the directory: %s", error_r->text);
	answer = act_if_due(store, setup, due->id, &step, error_r);
	if (answer == ANSWER_YES)
		conclude(kairan, &step);
	draft_free(step.draft);
	draft_free(due);
	g_free(step.list);
	g_strfreev(step.twins);
	return answer;
}

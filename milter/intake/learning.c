/*
 * NAME
 *	learning - what replies teach
 *
 * DESCRIPTION
 *	Nothing is learned from a reply by itself: a condition that is typed twice is still a
 *	condition. A signature is kept because the person says that it is one, in the reply
 *	that decides. And a line that stands below the replies of several people is told to
 *	the administrators, who alone know whether the mail system adds it.
 *
 * DIAGNOSTICS
 *	Info: a signature was learned. Error: the store cannot be used. Alarm: a line that
 *	stands below the replies of several people.
 */
#include "config.h"

#include "milter/intake/learning.h"

#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "policy/text.h"
#include "schema/store_signature.h"

/* Below the replies of so many people a line may be the mail system's. */
#define LEARNING_PEOPLE_LEAST 3
/* Longer lines, in octets, are not noted: nobody could write a pattern of what is cut. */
#define LEARNING_LINE_MOST 2000
/* How much of a hash tells one alarm from another. */
#define LEARNING_ID_LENGTH 12

/* How many lines are not blank, and which is the first of them; g_free() it. */
static char *find_first_line(const char *text, int64_t *count_r)
{
	char **lines = g_strsplit(text, "\n", -1);
	char *first = NULL;

	*count_r = 0;
	for (size_t i = 0; lines[i] != NULL; i++) {
		if (*g_strstrip(lines[i]) == '\0')
			continue;
		(*count_r)++;
		if (first == NULL)
			first = g_strdup(lines[i]);
	}
	g_strfreev(lines);
	return first != NULL ? first : g_strdup("");
}

bool learning_keep(struct store *store, const struct person *person,
		   const struct reply_words *words, const struct audit_event *decision,
		   struct kairan_error *error_r)
{
	char *hash = words->tail_hash;
	g_autofree char *first = NULL, *detail = NULL;
	struct signature signature;
	struct audit_event event = *decision;
	enum answer answer;

	if (hash == NULL)
		return true;
	signature = (struct signature){
		.uid = person->uid,
		.person_id = person->id,
		.hash = hash,
		.learned_at = decision->at,
		.draft = decision->draft,
		.queue_id = (char *)decision->queue_id,
	};
	signature.first_line = first = find_first_line(words->tail, &signature.lines);
	answer = store_signature_learn(store, &signature, error_r);
	if (answer != ANSWER_YES)
		return answer == ANSWER_NO;
	detail = g_strdup_printf("%s: %s", hash, first);
	event.action = "learn-signature";
	event.outcome = "done";
	event.detail = detail;
	log_event(LOG_LEVEL_INFO, decision->queue_id, decision->draft,
		  "signature of %s learned: %s", person->uid, hash);
	return store_audit_append(store, &event, error_r);
}

/* The line that was in the way, of which the words have no more than the beginning; NULL when
 * nobody could write a pattern of it. g_free() it. */
static char *find_line(const struct reply_words *words)
{
	g_autofree char *start = g_strdup(words->in_the_way);
	char **lines = g_strsplit(words->tail, "\n", -1);
	char *found = NULL;

	if (g_str_has_suffix(start, "...") && strlen(start) >= REPLY_FIRST_MOST)
		start[strlen(start) - strlen("...")] = '\0';
	for (size_t i = 0; lines[i] != NULL && found == NULL; i++)
		if (text_begins_with(g_strstrip(lines[i]), start) &&
		    strlen(lines[i]) <= LEARNING_LINE_MOST)
			found = g_strdup(lines[i]);
	g_strfreev(lines);
	return found;
}

/* Note the line, and count whose it is. */
static bool note_line(struct store *store, const char *hash, const char *uid,
		      int64_t *people_r, struct kairan_error *error_r)
{
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = store_signature_note_line(store, hash, uid, clock_now(), error_r) &&
	     store_signature_count_people(store, hash, people_r, error_r);
	return store_end(store, ok, error_r);
}

void learning_note(const struct intake_context *context, const char *uid,
		   const struct reply_words *words)
{
	g_autofree char *line = NULL, *hash = NULL, *id = NULL, *name = NULL;
	struct kairan_error error = { "" };
	int64_t people = 0;

	if (words->obstacle == REPLY_OBSTACLE_BELOW)
		line = find_line(words);
	if (line != NULL)
		hash = reply_tail_hash(line);
	if (hash == NULL)
		return;
	if (!note_line(kairan_get_store(context->kairan), hash, uid, &people, &error)) {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0,
			  "line below a reply: %s", error.text);
		return;
	}
	id = g_strndup(hash, LEARNING_ID_LENGTH);
	name = g_strdup_printf("%s %s", ALARM_FOOTER, id);
	/* Told once, though the line may be spaced in another way the next time. */
	if (people >= LEARNING_PEOPLE_LEAST &&
	    !alarm_board_has(kairan_get_alarm_board(context->kairan), name))
		alarm_raise(context->kairan, ALARM_FOOTER, id, "unknown-footer", line);
}

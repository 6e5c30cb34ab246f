/*
 * NAME
 *	suspension_round - who is told of a suspension
 *
 * DESCRIPTION
 *	Approver, delegates and staff of every section that may use the broadcast, or, when all
 *	are suspended, any broadcast: each once. LDAP is asked first; the notices, and that they
 *	were added, are one transaction, so that nobody is told twice.
 *
 * DIAGNOSTICS
 *	Info: what was told to how many. Warning: LDAP could not be asked. Error: the store
 *	cannot be used. Both are tried again.
 */
#include "config.h"

#include "milter/round/suspension_round.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "schema/directory_people.h"
#include "schema/store_suspension_news.h"

/* ---- who ---- */

static void free_person(void *person)
{
	person_free(person);
}

static bool has_person(const GPtrArray *readers, const char *dn)
{
	for (guint i = 0; i < readers->len; i++) {
		const struct person *person = g_ptr_array_index(readers, i);

		if (strcmp(person->dn, dn) == 0)
			return true;
	}
	return false;
}

static bool add_people(struct directory *directory, char *const *dns, GPtrArray *readers,
		       struct kairan_error *error_r)
{
	enum answer answer = ANSWER_NO;

	for (; answer != ANSWER_UNKNOWN && *dns != NULL; dns++) {
		struct person *person = NULL;

		if (has_person(readers, *dns))
			continue;
		answer = directory_find_person_by_dn(directory, *dns, &person, error_r);
		if (answer == ANSWER_YES)
			g_ptr_array_add(readers, person);
	}
	return answer != ANSWER_UNKNOWN;
}

static bool add_section(struct directory *directory, const char *dn, GPtrArray *readers,
			struct kairan_error *error_r)
{
	struct section *section = NULL;
	enum answer answer = directory_find_section(directory, dn, &section, error_r);
	const bool ok = answer == ANSWER_NO ||
			(answer == ANSWER_YES &&
			 add_people(directory, section->approvers, readers, error_r) &&
			 add_people(directory, section->delegates, readers, error_r) &&
			 add_people(directory, section->staff, readers, error_r));

	section_free(section);
	return ok;
}

/* What a broadcast is called; NULL for all of them, or for one that is there no longer. */
struct names {
	char *ja, *en;
};

static void clear_names(struct names *names)
{
	g_free(names->ja);
	g_free(names->en);
	*names = (struct names){ NULL, NULL };
}

static GPtrArray *find_readers(const struct setup *setup,
			       const struct suspension_news *news, struct names *names_r,
			       struct kairan_error *error_r)
{
	GPtrArray *readers = g_ptr_array_new_with_free_func(free_person);
	struct broadcast **broadcasts = NULL;
	bool ok = directory_list_broadcasts(setup->directory, &broadcasts, NULL, error_r);

	for (size_t i = 0; ok && broadcasts[i] != NULL; i++) {
		const struct broadcast *one = broadcasts[i];

		if (*news->broadcast != '\0' && strcmp(news->broadcast, one->mail) != 0)
			continue;
		if (*news->broadcast != '\0') {
			clear_names(names_r);
			names_r->ja = g_strdup_printf("%s <%s>", one->name_ja, one->mail);
			names_r->en = g_strdup_printf("%s <%s>", one->name_en, one->mail);
		}
		for (char **dn = one->sections; ok && *dn != NULL; dn++)
			ok = add_section(setup->directory, *dn, readers, error_r);
	}
	broadcasts_free(broadcasts);
	if (ok)
		return readers;
	g_ptr_array_unref(readers);
	return NULL;
}

/* ---- telling ---- */

static char *make_facts(const struct suspension_news *news, const char *name)
{
	g_autofree char *event = g_strdup_printf("suspension-%s", news->event);
	g_autofree char *since = g_strdup_printf("%lld", (long long)news->since);
	g_autofree char *until = g_strdup_printf("%lld", (long long)news->until);

	return notice_make_facts("change_key", event, "note_key", event,
				 *news->broadcast == '\0' ? "extent_key" : "broadcast",
				 *news->broadcast == '\0' ? "all"
				 : name != NULL           ? name
							  : news->broadcast,
				 "suspended_since", since, "suspended_until", until,
				 "suspended_reason", news->reason, NULL);
}

static bool tell(struct store *store, const struct suspension_news *news,
		 const struct names *names, const GPtrArray *readers, int64_t now,
		 struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < readers->len; i++) {
		const struct person *reader = g_ptr_array_index(readers, i);
		const bool ja = strcmp(reader->language, "ja") == 0;
		char *facts = make_facts(news, ja ? names->ja : names->en);

		ok = notice_add_person(
		    store, &(struct notice){ NOTICE_SUSPENSION, 0, facts, now }, reader,
		    error_r);
		free(facts);
	}
	return ok && store_suspension_news_remove(store, news->id, error_r);
}

static enum answer find_news(struct store *store, struct suspension_news *news_r,
			     struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_suspension_news_find(store, news_r, error_r);
	store_rollback(store);
	return answer;
}

/* One of them. NO: none is left. */
static enum answer tell_next(struct kairan *kairan, const struct setup *setup,
			     int64_t now, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct suspension_news news = { 0 };
	enum answer answer = find_news(store, &news, error_r);
	GPtrArray *readers = NULL;
	struct names names = { NULL, NULL };

	if (answer != ANSWER_YES)
		return answer;
	readers = find_readers(setup, &news, &names, error_r);
	if (readers == NULL || !store_begin(store, error_r) ||
	    !store_end(store, tell(store, &news, &names, readers, now, error_r), error_r))
		answer = ANSWER_UNKNOWN;
	else
		log_info("suspension of %s: %u people are told that it is %s",
			 *news.broadcast != '\0' ? news.broadcast : "all broadcasts",
			 readers->len, news.event);
	if (readers != NULL)
		g_ptr_array_unref(readers);
	clear_names(&names);
	store_suspension_news_clear(&news);
	return answer;
}

int64_t suspension_round_walk(struct kairan *kairan, const struct setup *setup,
			      int64_t now)
{
	struct kairan_error error = { "" };
	enum answer answer;
	bool told = false;

	while ((answer = tell_next(kairan, setup, now, &error)) == ANSWER_YES)
		told = true;
	if (told)
		waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	if (answer == ANSWER_NO)
		return INT64_MAX;
	log_warning("people will be told of a suspension later: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}

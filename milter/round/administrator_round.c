/*
 * NAME
 *	administrator_round - who came into the administrators' group, and who left it
 *
 * DESCRIPTION
 *	Whoever is in that group registers approvers and hears of every alarm, so nobody comes
 *	into it unseen (Art. 3). Each one who came or left is an audit row and a mail to all who
 *	are administrators now or were before: somebody who has put the others out does not keep
 *	it from them. The very first look only keeps what it finds.
 *
 *	The members are kept in the store as JSON, with what is needed to write to them. An empty
 *	group is one that cannot be read, or an alarm of its own (no-administrator); the members
 *	stay as they were.
 *
 * DIAGNOSTICS
 *	Info: each change. Warning: LDAP could not be asked, or the store not be written; it is
 *	tried again.
 */
#include "config.h"

#include "milter/round/administrator_round.h"

#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "schema/store_audit.h"
#include "schema/store_position.h"

#define POSITION "administrators-group"

/* ---- who they were ---- */

static const char *get(const json_t *member, const char *name)
{
	const char *text = json_string_value(json_object_get(member, name));

	return text != NULL ? text : "";
}

static json_t *write_member(const struct person *person)
{
	/* Names are UTF-8 in LDAP; what is none would make no JSON. */
	g_autofree char *name = g_utf8_make_valid(person->name, -1);

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "key",
			 *person->id != '\0' ? person->id : person->dn, "uid",
			 person->uid, "name", name, "mail",
			 person->mails[0] != NULL ? person->mails[0] : "", "language",
			 person->language);
}

static json_t *write_members(const GPtrArray *administrators)
{
	json_t *members = json_array();

	for (guint i = 0; i < administrators->len; i++)
		(void)json_array_append_new(
		    members, write_member(g_ptr_array_index(administrators, i)));
	return members;
}

static bool has_member(const json_t *members, const json_t *wanted)
{
	for (size_t i = 0; i < json_array_size(members); i++)
		if (strcmp(get(json_array_get(members, i), "key"), get(wanted, "key")) ==
		    0)
			return true;
	return false;
}

/* NO at the first look. */
static enum answer read_before(struct store *store, json_t **before_r,
			       struct kairan_error *error_r)
{
	char *kept = NULL;
	enum answer answer = store_position_find(store, POSITION, &kept, error_r);

	if (answer == ANSWER_YES)
		*before_r = json_loads(kept, 0, NULL);
	g_free(kept);
	return answer == ANSWER_YES && *before_r == NULL ? ANSWER_NO : answer;
}

static bool keep(struct store *store, const json_t *members, struct kairan_error *error_r)
{
	char *text = json_dumps(members, JSON_COMPACT);
	const bool ok = store_position_put(store, POSITION, text, error_r);

	free(text);
	return ok;
}

/* ---- one who came or left ---- */

struct change {
	const char *name; /* "registered" or "ended" */
	const json_t *member;
	int64_t now;
};

static bool tell(struct store *store, const struct change *change, const json_t *readers,
		 const json_t *except, struct kairan_error *error_r)
{
	g_autofree char *at = g_strdup_printf("%lld", (long long)change->now);
	char *facts = notice_make_facts("person_name", get(change->member, "name"),
					"person_login", get(change->member, "uid"),
					"person_mail", get(change->member, "mail"),
					"change_key", change->name, "noted_at", at, NULL);
	bool ok = true;

	for (size_t i = 0; ok && i < json_array_size(readers); i++) {
		const json_t *reader = json_array_get(readers, i);
		char *mails[] = { (char *)get(reader, "mail"), NULL };
		const struct person person = { .name = (char *)get(reader, "name"),
					       .language =
						   (char *)get(reader, "language"),
					       .mails = mails };

		if (*mails[0] != '\0' && !has_member(except, reader))
			ok = notice_add_person(store,
					       &(struct notice){ NOTICE_ADMINISTRATOR, 0,
								 facts, change->now },
					       &person, error_r);
	}
	free(facts);
	return ok;
}

static bool record(struct store *store, const struct change *change, const json_t *before,
		   const json_t *after, struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf("%s: %s (administrator)", change->name,
						  get(change->member, "uid"));
	json_auto_t *nobody = json_array();
	const struct audit_event event = { .at = change->now,
					   .uid = "kairan",
					   .role = "system",
					   .action = "duty",
					   .outcome = change->name,
					   .detail = detail };

	log_info("duty %s", detail);
	return store_audit_append(store, &event, error_r) &&
	       tell(store, change, after, nobody, error_r) &&
	       tell(store, change, before, after, error_r);
}

/* Those of members who are not among others. */
static bool record_all(struct store *store, struct change *change, const json_t *members,
		       const json_t *before, const json_t *after,
		       struct kairan_error *error_r)
{
	const json_t *others = members == before ? after : before;
	bool ok = true;

	for (size_t i = 0; ok && i < json_array_size(members); i++) {
		change->member = json_array_get(members, i);
		if (!has_member(others, change->member))
			ok = record(store, change, before, after, error_r);
	}
	return ok;
}

/* ---- all of them ---- */

static enum answer compare(struct store *store, const json_t *after, int64_t now,
			   struct kairan_error *error_r)
{
	struct change came = { "registered", NULL, now }, left = { "ended", NULL, now };
	json_t *before = NULL;
	enum answer answer = read_before(store, &before, error_r);
	bool ok = answer != ANSWER_UNKNOWN;

	if (answer == ANSWER_YES && json_equal(before, after)) {
		json_decref(before);
		return ANSWER_NO;
	}
	if (answer == ANSWER_YES)
		ok = record_all(store, &left, before, before, after, error_r) &&
		     record_all(store, &came, after, before, after, error_r);
	json_decref(before);
	return ok && keep(store, after, error_r) ? ANSWER_YES : ANSWER_UNKNOWN;
}

static bool look(struct kairan *kairan, const struct setup *setup, int64_t now,
		 struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	GPtrArray *administrators = NULL;
	enum answer answer = ANSWER_NO;
	json_t *after;

	if (!directory_list_administrators(setup->directory, &administrators, error_r))
		return false;
	after = write_members(administrators);
	if (administrators->len > 0)
		answer = store_begin(store, error_r)
			     ? store_finish(store, compare(store, after, now, error_r),
					    error_r)
			     : ANSWER_UNKNOWN;
	json_decref(after);
	g_ptr_array_unref(administrators);
	if (answer == ANSWER_YES)
		waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	return answer != ANSWER_UNKNOWN;
}

int64_t administrator_round_walk(struct kairan *kairan, const struct setup *setup,
				 int64_t now)
{
	struct kairan_error error = { "" };

	if (!look(kairan, setup, now, &error))
		log_warning("the administrators will be looked at later: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}

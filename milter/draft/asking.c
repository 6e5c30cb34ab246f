/*
 * NAME
 *	asking - who may decide is asked
 *
 * DESCRIPTION
 *	A draft's people beside its author are those who were asked; a request, and whatever
 *	brings it to mind, has an address to answer to that is made for one of them. So whoever
 *	may decide now and is not among them becomes one first.
 *
 *	Notices go to the address that the directory has now, not to that of the first request.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/asking.h"

#include <glib.h>
#include <string.h>

#include "milter/core/notice.h"

static struct party *find_asked(const GPtrArray *parties, const char *uid)
{
	/* The author, who may be asked about a correction, is there twice. */
	for (guint i = 1; i < parties->len; i++) {
		struct party *party = g_ptr_array_index(parties, i);

		if (strcmp(party->uid, uid) == 0)
			return party;
	}
	return NULL;
}

static struct audit_event make_event(const struct asking *asking, const char *action,
				     const char *detail)
{
	return (struct audit_event){
		.at = asking->now,
		.uid = asking->uid,
		.role = asking->role,
		.draft = asking->draft->id,
		.action = action,
		.outcome = "done",
		.detail = detail,
	};
}

static bool ask_one(const struct asking *asking, struct party *party,
		    struct kairan_error *error_r)
{
	const int64_t draft = asking->draft->id;
	const struct audit_event event = make_event(asking, "ask", party->uid);

	return store_draft_insert_party(asking->store, draft, party, error_r) &&
	       notice_add_party(
		   asking->store,
		   &(struct notice){ NOTICE_REQUEST, draft, NULL, asking->now }, party,
		   error_r) &&
	       store_audit_append(asking->store, &event, error_r);
}

struct party *asking_find_decider(const struct asking *asking, const char *uid)
{
	for (guint i = 0; i < asking->deciders->len; i++) {
		struct party *party = g_ptr_array_index(asking->deciders, i);

		if (strcmp(party->uid, uid) == 0)
			return party;
	}
	return NULL;
}

/* The author was told that nobody could be asked; now that is different. */
static bool tell_author(const struct asking *asking, const GPtrArray *parties,
			struct kairan_error *error_r)
{
	const struct party *author = g_ptr_array_index(parties, DRAFT_AUTHOR);

	if (parties->len > 1 || asking_find_decider(asking, author->uid) != NULL)
		return true;
	return notice_add_party(
	    asking->store,
	    &(struct notice){ NOTICE_RECEIPT, asking->draft->id, NULL, asking->now },
	    author, error_r);
}

bool asking_add_missing(struct asking *asking, int *asked_r, struct kairan_error *error_r)
{
	GPtrArray *parties =
	    store_draft_list_parties(asking->store, asking->draft->id, error_r);
	bool ok = parties != NULL;

	*asked_r = 0;
	asking->first_new = ok ? (int64_t)parties->len : 0;
	for (guint i = 0; ok && i < asking->deciders->len; i++) {
		struct party *party = g_ptr_array_index(asking->deciders, i);
		const struct party *asked = find_asked(parties, party->uid);

		if (asked != NULL) {
			party->number = asked->number;
			continue;
		}
		party->number = asking->first_new + *asked_r;
		ok = ask_one(asking, party, error_r);
		(*asked_r)++;
	}
	ok = ok && (*asked_r == 0 || tell_author(asking, parties, error_r));
	if (parties != NULL)
		g_ptr_array_unref(parties);
	return ok;
}

char *asking_list_logins(const struct asking *asking)
{
	GString *logins = g_string_new(NULL);

	for (guint i = 0; i < asking->deciders->len; i++) {
		const struct party *party = g_ptr_array_index(asking->deciders, i);

		g_string_append_printf(logins, "%s%s", i > 0 ? " " : "", party->uid);
	}
	return g_string_free(logins, FALSE);
}

bool asking_tell(const struct asking *asking, const char *kind, const char *action,
		 bool *told_r, struct kairan_error *error_r)
{
	const struct notice notice = { kind, asking->draft->id, NULL, asking->now };
	g_autofree char *logins = asking_list_logins(asking);
	const struct audit_event event = make_event(asking, action, logins);
	bool ok = true;

	*told_r = false;
	for (guint i = 0; ok && i < asking->deciders->len; i++) {
		const struct party *party = g_ptr_array_index(asking->deciders, i);

		if (party->number >= asking->first_new)
			continue;
		*told_r = true;
		ok = notice_add_party(asking->store, &notice, party, error_r);
	}
	return ok && (!*told_r || store_audit_append(asking->store, &event, error_r));
}

/*
 * NAME
 *	ctl_ask - kairanctl drafts ask
 *
 * DESCRIPTION
 *	drafts ask ID: everybody who may decide the draft now, as the directory says, is asked
 *	again; whoever was not asked before, for the first time (Art. 13-1). The daemon mails it.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no such draft, or one that waits for no decision. EX_NOUSER: nobody may
 *	decide it. EX_UNAVAILABLE: LDAP or the store could not be asked.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "milter/core/notice.h"
#include "milter/draft/asking.h"
#include "milter/draft/standing.h"
#include "schema/store_clock.h"

/* LDAP is asked between two transactions. */
struct request {
	struct store *store;
	long long id;
	struct draft *draft;
	GPtrArray *deciders;
	const struct setup *setup;
};

static int find_draft(struct store *store, void *context, struct kairan_error *error_r)
{
	struct request *request = context;
	int64_t now;

	draft_free(request->draft);
	request->draft = NULL;
	switch (store_draft_find(store, request->id, &request->draft, error_r)) {
	case ANSWER_YES:
		break;
	case ANSWER_NO:
		(void)error_set(error_r, ctl_say("there is no draft %lld"), request->id);
		return EX_NOINPUT;
	case ANSWER_UNKNOWN:
	default:
		return EX_UNAVAILABLE;
	}
	if (!store_clock_find_own(store, request->draft->submitted_at, clock_now(), &now,
				  error_r))
		return EX_UNAVAILABLE;
	if (request->draft->state == DRAFT_HELD && request->draft->expires_at > now)
		return EX_OK;
	(void)error_set(error_r, ctl_say("draft %lld waits for no decision (%s)"),
			request->id,
			request->draft->state == DRAFT_HELD
			    ? ctl_say(lifecycle_name(DRAFT_EXPIRED))
			    : ctl_say(lifecycle_name(request->draft->state)));
	return EX_NOINPUT;
}

static int find_deciders(struct request *request)
{
	const struct decided_draft draft = { request->draft->author_dn,
					     request->draft->corrects != 0 };
	struct standing standing;
	struct kairan_error error = { "" };
	int status = EX_OK;

	switch (standing_look(request->setup, request->draft->section, draft.author,
			      &standing, &error)) {
	case ANSWER_YES:
		request->deciders =
		    standing_list_deciders(&standing, request->setup, &draft, NULL);
		if (request->deciders->len == 0)
			status = ctl_fail(EX_NOUSER,
					  "Art.4, 6: nobody may decide for %s; see "
					  "kairanctl directory check",
					  request->draft->section_ja);
		break;
	case ANSWER_NO:
		status = ctl_fail(EX_NOUSER, "Art.4: there is no section %s",
				  request->draft->section);
		break;
	case ANSWER_UNKNOWN:
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
		break;
	}
	standing_clear(&standing);
	return status;
}

static int ask(struct store *store, void *context, struct kairan_error *error_r)
{
	struct request *request = context;
	struct asking asking = {
		.store = store,
		.setup = request->setup,
		.deciders = request->deciders,
		.now = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
	};
	const int status = find_draft(store, request, error_r);
	bool told = false;
	int asked = 0;

	if (status != EX_OK)
		return status;
	asking.draft = request->draft;
	return asking_add_missing(&asking, &asked, error_r) &&
		       asking_tell(&asking, NOTICE_ASK_AGAIN, "ask", &told, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static void print_asked(const GPtrArray *deciders)
{
	for (guint i = 0; i < deciders->len; i++) {
		const struct party *party = g_ptr_array_index(deciders, i);

		ctl_print("%s <%s>, %s, is asked", party->name, party->mail,
			  ctl_say(party->role));
	}
}

static int run(const struct ctl_call *call, struct request *request)
{
	int status = ctl_store_open(call, &request->store);

	if (status != EX_OK)
		return status;
	status = ctl_store_work(request->store, find_draft, request);
	if (status == EX_OK)
		status = find_deciders(request);
	if (status == EX_OK)
		status = ctl_store_work(request->store, ask, request);
	if (status == EX_OK)
		print_asked(request->deciders);
	store_close(request->store);
	return status;
}

int ctl_drafts_ask(const struct ctl_call *call)
{
	struct request request = { 0 };
	struct setup *setup = NULL;
	struct kairan_error error;
	int rest, status;

	if (!ctl_options_read(call, NULL, 0, &rest) || rest + 1 != call->argc ||
	    !ctl_drafts_read_id(call->argv[rest], &request.id))
		return ctl_usage(call);
	if (!setup_load(call->path, &setup, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	request.setup = setup;
	status = run(call, &request);
	draft_free(request.draft);
	if (request.deciders != NULL)
		g_ptr_array_unref(request.deciders);
	setup_unref(setup);
	return status;
}

/*
 * NAME
 *	ctl_suspension - kairanctl suspend, kairanctl resume
 *
 * DESCRIPTION
 *	Suspends all broadcasts, or those named, at once or from a time on, and resumes them
 *	(Art. 7). The daemon sees it in the store; nothing is restarted.
 *
 * DIAGNOSTICS
 *	EX_USAGE: no reason, or a beginning or end that is no time or has passed. EX_NOINPUT: a broadcast
 *	that is not known, or not suspended; those that are, are named. EX_UNAVAILABLE: the
 *	store cannot be used.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_suspension_table.h"
#include "ctl/ctl_time.h"
#include "policy/address.h"
#include "schema/store_clock.h"
#include "schema/store_snapshot.h"
#include "schema/store_suspension_plan.h"

/* What the command line says, and what it works on. */
struct change {
	const struct ctl_call *call;
	const struct settings *settings;
	struct store *store;
	int64_t now;
	int64_t from;  /* 0: at once */
	int64_t until; /* 0: until it is resumed */
	const char *reason;
	bool notify; /* tell the people of the sections */
	bool list;   /* only say what is suspended */
	bool json;
	GPtrArray *broadcasts; /* as in the store: folded; one "" for all */
};

static int fail_store(const struct kairan_error *error)
{
	return ctl_fail(EX_UNAVAILABLE, "%s", error->text);
}

/* ---- the command line ---- */

/* A time that is to come; a duration counts from base. */
static int read_time(const struct change *change, const char *name, const char *text,
		     int64_t base, int64_t *at_r)
{
	if (!ctl_time_read(change->settings, text, base, at_r))
		return ctl_fail(EX_USAGE,
				"%s wants a time such as \"2026-12-01 09:00\", or a "
				"duration such as 2h, not \"%s\"",
				name, text);
	if (*at_r <= change->now)
		return ctl_fail(EX_USAGE, "%s: %s has passed", name, text);
	if (*at_r <= base)
		return ctl_fail(EX_USAGE, "--until: %s is before it begins", text);
	return EX_OK;
}

static int read_times(struct change *change, const char *from, const char *until)
{
	int status = EX_OK;

	if (from != NULL)
		status = read_time(change, "--from", from, change->now, &change->from);
	if (status == EX_OK && until != NULL)
		status =
		    read_time(change, "--until", until,
			      from != NULL ? change->from : change->now, &change->until);
	return status;
}

static int read_options(const struct ctl_call *call, struct change *change, int *rest_r)
{
	const char *from = NULL, *until = NULL;
	const struct ctl_option options[] = {
		{ "from", &from, NULL },
		{ "until", &until, NULL },
		{ "reason", &change->reason, NULL },
		{ "notify", NULL, &change->notify },
		{ "list", NULL, &change->list },
		{ "json", NULL, &change->json },
	};

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), rest_r))
		return ctl_usage(call);
	if (change->list)
		return EX_OK;
	if (change->json || change->reason == NULL || *change->reason == '\0')
		return ctl_usage(call);
	/* It is shown on one line of SMTP and of mails. */
	if (strpbrk(change->reason, "\r\n") != NULL)
		return ctl_fail(EX_USAGE, "--reason wants one line");
	return read_times(change, from, until);
}

/* The broadcasts named from argv[first] on; none: all. An address is folded; what is none
 * is kept, and will not be known. */
static void read_broadcasts(const struct ctl_call *call, int first, struct change *change)
{
	for (int i = first; i < call->argc; i++) {
		struct address address;

		if (address_read(call->argv[i], &address, NULL)) {
			address_fold(&address);
			g_ptr_array_add(change->broadcasts, g_strdup(address.spec));
		} else {
			g_ptr_array_add(change->broadcasts, g_strdup(call->argv[i]));
		}
	}
	if (change->broadcasts->len == 0)
		g_ptr_array_add(change->broadcasts, g_strdup(""));
}

/* ---- suspend ---- */

static bool is_known(struct broadcast *const *known, const char *broadcast)
{
	for (size_t i = 0; known != NULL && known[i] != NULL; i++)
		if (strcmp(known[i]->mail, broadcast) == 0)
			return true;
	return *broadcast == '\0';
}

static int check_known(const struct change *change)
{
	struct broadcast **known = NULL;
	struct kairan_error error;
	int status = EX_OK;

	if (store_snapshot_load(change->store, &known, &error) == ANSWER_UNKNOWN)
		return fail_store(&error);
	for (guint i = 0; status == EX_OK && i < change->broadcasts->len; i++) {
		const char *broadcast = g_ptr_array_index(change->broadcasts, i);

		if (is_known(known, broadcast))
			continue;
		status = ctl_fail(EX_NOINPUT,
				  "there is no broadcast \"%s\"; there are:", broadcast);
		for (size_t k = 0; known != NULL && known[k] != NULL; k++)
			fprintf(stderr, "  %s\n", known[k]->mail);
	}
	broadcasts_free(known);
	return status;
}

static struct audit_event make_event(const struct change *change, const char *action,
				     const char *detail)
{
	return (struct audit_event){
		.at = change->now,
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = action,
		.outcome = "done",
		.detail = detail,
	};
}

static bool suspend_one(const struct change *change, const char *broadcast,
			struct kairan_error *error_r)
{
	const struct suspension suspension = {
		.broadcast = (char *)broadcast,
		.since = change->from != 0 ? change->from : change->now,
		.until = change->until,
		.reason = (char *)change->reason,
		.uid = (char *)ctl_operator_uid(),
		.notify = change->notify,
	};
	g_autofree char *begin =
	    change->from != 0 ? ctl_time_show(change->settings, change->from) : NULL;
	g_autofree char *end = change->until != 0
				   ? ctl_time_show(change->settings, change->until)
				   : g_strdup("it is resumed");
	g_autofree char *detail =
	    g_strdup_printf("%s%s%s until %s: %s", ctl_suspension_name(broadcast),
			    begin != NULL ? " from " : "", begin != NULL ? begin : "",
			    end, change->reason);
	const struct audit_event event =
	    make_event(change, change->from != 0 ? "plan suspension" : "suspend", detail);

	return change->from != 0
		   ? store_suspension_plan_put(change->store, &suspension, &event,
					       error_r)
		   : store_suspension_put(change->store, &suspension, &event, error_r);
}

static int suspend_all(const struct change *change)
{
	struct kairan_error error;
	int status = check_known(change);

	for (guint i = 0; status == EX_OK && i < change->broadcasts->len; i++)
		if (!suspend_one(change, g_ptr_array_index(change->broadcasts, i),
				 &error))
			status = fail_store(&error);
	return status;
}

/* ---- resume ---- */

static int refuse_resume(const struct change *change, const GPtrArray *standing,
			 const char *broadcast)
{
	const int status =
	    *broadcast != '\0'
		? ctl_fail(EX_NOINPUT, "%s is not suspended by itself; %s", broadcast,
			   standing->len > 0 ? ctl_say("suspended are:")
					     : ctl_say("nothing is suspended"))
		: ctl_fail(EX_NOINPUT, "not everything is suspended; %s",
			   standing->len > 0 ? ctl_say("suspended are:")
					     : ctl_say("nothing is suspended"));

	ctl_suspension_print_some(change->settings, standing, stderr);
	return status;
}

/* What stands ends; what does not, but is planned, does not begin. */
static int resume_one(const struct change *change,
		      const struct ctl_suspensions *suspensions, const char *broadcast)
{
	const struct suspension *standing =
	    ctl_suspension_find(suspensions->standing, broadcast);
	const struct suspension *planned =
	    ctl_suspension_find(suspensions->planned, broadcast);
	const struct audit_event event =
	    make_event(change, standing != NULL ? "resume" : "cancel suspension",
		       ctl_suspension_name(broadcast));
	struct kairan_error error;
	int64_t end;
	bool ok;

	if (standing != NULL)
		ok =
		    store_clock_find_own(change->store, standing->since, change->now,
					 &end, &error) &&
		    store_suspension_lift(change->store, standing, end,
					  change->settings->remind_first, &event, &error);
	else if (planned != NULL)
		ok = store_suspension_plan_cancel(change->store, planned, &event, &error);
	else
		return refuse_resume(change, suspensions->standing, broadcast);
	return ok ? EX_OK : fail_store(&error);
}

static void clear_suspensions(struct ctl_suspensions *suspensions)
{
	if (suspensions->standing != NULL)
		g_ptr_array_unref(suspensions->standing);
	if (suspensions->planned != NULL)
		g_ptr_array_unref(suspensions->planned);
}

static int list_all(const struct change *change, struct ctl_suspensions *suspensions_r)
{
	struct kairan_error error;

	suspensions_r->settings = change->settings;
	suspensions_r->standing = store_suspension_list(change->store, &error);
	if (suspensions_r->standing == NULL)
		return fail_store(&error);
	suspensions_r->planned = store_suspension_plan_list(change->store, &error);
	return suspensions_r->planned != NULL ? EX_OK : fail_store(&error);
}

static int resume_all(const struct change *change)
{
	struct ctl_suspensions suspensions = { 0 };
	int status = list_all(change, &suspensions);

	for (guint i = 0; status == EX_OK && i < change->broadcasts->len; i++)
		status = resume_one(change, &suspensions,
				    g_ptr_array_index(change->broadcasts, i));
	clear_suspensions(&suspensions);
	return status;
}

/* ---- all of them ---- */

static int change_nothing(const struct change *change)
{
	(void)change;
	return EX_OK;
}

/* After those have begun and ended whose time has come; *suspensions_r is what there is then. */
static int run_inside(const struct change *change,
		      int (*run)(const struct change *change),
		      struct ctl_suspensions *suspensions_r)
{
	struct kairan_error error;
	int64_t count;
	int status;

	if (!store_suspension_plan_begin(change->store, change->now, &count, &error) ||
	    !store_suspension_lift_past(change->store, change->now,
					change->settings->remind_first, &count, &error))
		return fail_store(&error);
	status = run(change);
	return status == EX_OK ? list_all(change, suspensions_r) : status;
}

/* All or nothing; then say what is suspended now. */
static int carry_out(struct change *change, int (*run)(const struct change *change))
{
	struct ctl_suspensions suspensions = { 0 };
	struct kairan_error error;
	int status;

	status = ctl_store_open(change->call, &change->store);
	if (status != EX_OK)
		return status;
	if (!store_begin(change->store, &error)) {
		store_close(change->store);
		return fail_store(&error);
	}
	status = run_inside(change, run, &suspensions);
	if (status != EX_OK)
		store_rollback(change->store);
	else if (!store_commit(change->store, &error))
		status = fail_store(&error);
	if (status == EX_OK && change->json)
		ctl_suspension_print_json(&suspensions);
	else if (status == EX_OK)
		ctl_suspension_print(&suspensions);
	clear_suspensions(&suspensions);
	store_close(change->store);
	return status;
}

static struct change start_change(const struct ctl_call *call)
{
	return (struct change){
		.call = call,
		.settings = call->settings,
		.now = clock_now(),
		.broadcasts = g_ptr_array_new_with_free_func(g_free),
	};
}

int ctl_suspension_suspend(const struct ctl_call *call)
{
	struct change change = start_change(call);
	int rest, status = read_options(call, &change, &rest);

	if (status == EX_OK) {
		read_broadcasts(call, rest, &change);
		status = carry_out(&change, change.list ? change_nothing : suspend_all);
	}
	g_ptr_array_unref(change.broadcasts);
	return status;
}

int ctl_suspension_resume(const struct ctl_call *call)
{
	struct change change = start_change(call);
	int rest, status;

	if (ctl_options_read(call, NULL, 0, &rest)) {
		read_broadcasts(call, rest, &change);
		status = carry_out(&change, resume_all);
	} else {
		status = ctl_usage(call);
	}
	g_ptr_array_unref(change.broadcasts);
	return status;
}

/*
 * NAME
 *	ctl_suspension - kairanctl suspend, kairanctl resume
 *
 * DESCRIPTION
 *	Suspends all broadcasts, or those named, and resumes them (Art. 7). The daemon sees it
 *	in the store; nothing is restarted.
 *
 * DIAGNOSTICS
 *	EX_USAGE: no reason, or an end that is no time or has passed. EX_NOINPUT: a broadcast
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
#include "ctl/ctl_table.h"
#include "ctl/ctl_time.h"
#include "policy/address.h"
#include "schema/store_snapshot.h"
#include "schema/store_suspension.h"

#define ALL_BROADCASTS "all broadcasts"

/* What the command line says, and what it works on. */
struct change {
	const struct ctl_call *call;
	const struct settings *settings;
	struct store *store;
	int64_t now;
	int64_t until; /* 0: until it is resumed */
	const char *reason;
	bool list; /* only say what is suspended */
	bool json;
	GPtrArray *broadcasts; /* as in the store: folded; one "" for all */
};

/* As the audit trail has it. */
static const char *name_broadcast(const char *broadcast)
{
	return *broadcast != '\0' ? broadcast : ALL_BROADCASTS;
}

static int fail_store(const struct kairan_error *error)
{
	return ctl_fail(EX_UNAVAILABLE, "%s", error->text);
}

/* ---- the command line ---- */

static int read_until(struct change *change, const char *text)
{
	if (!ctl_time_read(change->settings, text, change->now, &change->until))
		return ctl_fail(EX_USAGE,
				"--until wants a time such as \"2026-12-01 09:00\", or a "
				"duration such as 2h, not \"%s\"",
				text);
	if (change->until <= change->now)
		return ctl_fail(EX_USAGE, "--until: %s has passed", text);
	return EX_OK;
}

static int read_options(const struct ctl_call *call, struct change *change, int *rest_r)
{
	const char *until = NULL;
	const struct ctl_option options[] = {
		{ "until", &until, NULL },
		{ "reason", &change->reason, NULL },
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
	return until != NULL ? read_until(change, until) : EX_OK;
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
		.since = change->now,
		.until = change->until,
		.reason = (char *)change->reason,
		.uid = (char *)ctl_operator_uid(),
	};
	g_autofree char *end = change->until != 0
				   ? ctl_time_show(change->settings, change->until)
				   : g_strdup("it is resumed");
	g_autofree char *detail = g_strdup_printf(
	    "%s until %s: %s", name_broadcast(broadcast), end, change->reason);
	const struct audit_event event = make_event(change, "suspend", detail);

	return store_suspension_put(change->store, &suspension, &event, error_r);
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

static const struct suspension *find_standing(const GPtrArray *standing,
					      const char *broadcast)
{
	for (guint i = 0; i < standing->len; i++) {
		const struct suspension *one = g_ptr_array_index(standing, i);

		if (strcmp(one->broadcast, broadcast) == 0)
			return one;
	}
	return NULL;
}

static void print_standing(const struct settings *settings, const GPtrArray *standing,
			   FILE *out)
{
	for (guint i = 0; i < standing->len; i++) {
		const struct suspension *one = g_ptr_array_index(standing, i);
		g_autofree char *since = ctl_time_show(settings, one->since);
		g_autofree char *until = one->until != 0
					     ? ctl_time_show(settings, one->until)
					     : g_strdup(ctl_say("it is resumed"));

		fprintf(out, "  ");
		fprintf(out, ctl_say("%s: since %s until %s, by %s: %s"),
			*one->broadcast != '\0' ? one->broadcast
						: ctl_say(ALL_BROADCASTS),
			since, until, one->uid, one->reason);
		fputc('\n', out);
	}
}

static void print_json(const struct settings *settings, const GPtrArray *standing)
{
	static const struct ctl_column columns[] = { { "broadcast", CTL_TEXT },
						     { "since", CTL_TIME },
						     { "until", CTL_TIME },
						     { "login", CTL_TEXT },
						     { "reason", CTL_TEXT } };
	struct ctl_table *table = ctl_table_new(settings, columns, G_N_ELEMENTS(columns));

	for (guint i = 0; i < standing->len; i++) {
		const struct suspension *one = g_ptr_array_index(standing, i);

		ctl_table_put_text(table, *one->broadcast != '\0' ? one->broadcast : "*");
		ctl_table_put_time(table, one->since);
		ctl_table_put_time(table, one->until);
		ctl_table_put_text(table, one->uid);
		ctl_table_put_text(table, one->reason);
	}
	ctl_table_print(table, true);
	ctl_table_free(table);
}

static int resume_one(const struct change *change, const GPtrArray *standing,
		      const char *broadcast)
{
	const struct suspension *suspension = find_standing(standing, broadcast);
	const struct audit_event event =
	    make_event(change, "resume", name_broadcast(broadcast));
	struct kairan_error error;

	if (suspension == NULL) {
		const int status =
		    *broadcast != '\0'
			? ctl_fail(EX_NOINPUT, "%s is not suspended by itself; %s",
				   broadcast,
				   standing->len > 0 ? ctl_say("suspended are:")
						     : ctl_say("nothing is suspended"))
			: ctl_fail(EX_NOINPUT, "not everything is suspended; %s",
				   standing->len > 0 ? ctl_say("suspended are:")
						     : ctl_say("nothing is suspended"));

		print_standing(change->settings, standing, stderr);
		return status;
	}
	if (!store_suspension_lift(change->store, suspension, change->now,
				   change->settings->remind_first, &event, &error))
		return fail_store(&error);
	return EX_OK;
}

static int resume_all(const struct change *change)
{
	struct kairan_error error;
	GPtrArray *standing = store_suspension_list(change->store, &error);
	int status = EX_OK;

	if (standing == NULL)
		return fail_store(&error);
	for (guint i = 0; status == EX_OK && i < change->broadcasts->len; i++)
		status = resume_one(change, standing,
				    g_ptr_array_index(change->broadcasts, i));
	g_ptr_array_unref(standing);
	return status;
}

/* ---- all of them ---- */

static int change_nothing(const struct change *change)
{
	(void)change;
	return EX_OK;
}

/* After those have ended whose time has passed; *standing_r is what stands then. */
static int run_inside(const struct change *change,
		      int (*run)(const struct change *change), GPtrArray **standing_r)
{
	struct kairan_error error;
	int64_t count;
	int status;

	if (!store_suspension_lift_past(change->store, change->now,
					change->settings->remind_first, &count, &error))
		return fail_store(&error);
	status = run(change);
	if (status != EX_OK)
		return status;
	*standing_r = store_suspension_list(change->store, &error);
	return *standing_r != NULL ? EX_OK : fail_store(&error);
}

/* All or nothing; then say what is suspended now. */
static int carry_out(struct change *change, int (*run)(const struct change *change))
{
	GPtrArray *standing = NULL;
	struct kairan_error error;
	int status;

	status = ctl_store_open(change->call, &change->store);
	if (status != EX_OK)
		return status;
	if (!store_begin(change->store, &error)) {
		store_close(change->store);
		return fail_store(&error);
	}
	status = run_inside(change, run, &standing);
	if (status != EX_OK)
		store_rollback(change->store);
	else if (!store_commit(change->store, &error))
		status = fail_store(&error);
	if (status == EX_OK && change->json) {
		print_json(change->settings, standing);
	} else if (status == EX_OK) {
		puts(standing->len > 0 ? ctl_say("suspended now:")
				       : ctl_say("nothing is suspended"));
		print_standing(change->settings, standing, stdout);
	}
	if (standing != NULL)
		g_ptr_array_unref(standing);
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

/*
 * NAME
 *	ctl_reconfirm - kairanctl subscribers reconfirm
 *
 * DESCRIPTION
 *	reconfirm --list LIST [--all] [--limit N] [--dry-run]: when the terms of use have changed
 *	(setting terms_version, templates terms.txt), ask the subscribers who agreed to another
 *	version whether they agree to this one; with --all also those who were imported or
 *	recognised, and have agreed to none. A reply to that mail is kept as their consent (Art.
 *	2(2)); whoever does not answer stays what they are. Who was asked and can still answer is
 *	not asked again, so that it can be done in steps of N.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no broadcast has the list. EX_USAGE: N is no number. EX_UNAVAILABLE: the
 *	store cannot be written; what was added before is sent.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_lists.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "milter/core/notice.h"
#include "milter/intake/resident_notice.h"
#include "schema/store_audit.h"
#include "schema/store_resident.h"

/* In one transaction, so that the daemon need not wait. */
#define PAGE_ROWS 500

struct reconfirm {
	const struct settings *settings;
	const char *list;
	struct broadcast *broadcast;
	bool is_all, dry_run;
	int64_t limit; /* of all */
	int64_t asked;
	int64_t rows; /* of the page */
	char *last;
};

static bool ask_one(struct store *store, const struct reconfirm *reconfirm,
		    struct resident_request *request, struct kairan_error *error_r)
{
	const struct resident_notice notice = { .kind = NOTICE_RESIDENT_TERMS,
						.request = request,
						.broadcast = reconfirm->broadcast,
						.now = clock_now() };

	request->made_at = notice.now;
	if (*request->language == '\0') {
		g_free(request->language);
		request->language = g_strdup(reconfirm->settings->language);
	}
	return store_resident_add(store, request, &request->id, error_r) &&
	       resident_notice_add(store, &notice, error_r);
}

static bool record(struct store *store, const struct reconfirm *reconfirm,
		   struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf(
	    "%s: %lld asked to agree to terms %s", reconfirm->list,
	    (long long)reconfirm->rows, reconfirm->settings->terms_version);
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "reconfirm-subscribers",
		.outcome = "done",
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r);
}

static int ask_page(struct store *store, void *context, struct kairan_error *error_r)
{
	struct reconfirm *reconfirm = context;
	const struct resident_unagreed wanted = {
		.list = reconfirm->list,
		.terms = reconfirm->settings->terms_version,
		.after = reconfirm->last,
		.since = clock_now() - reconfirm->settings->confirm_window,
		.limit = MIN(PAGE_ROWS, reconfirm->limit - reconfirm->asked),
		.is_all = reconfirm->is_all,
	};
	GPtrArray *requests = NULL;
	bool ok = store_resident_list_unagreed(store, &wanted, &requests, error_r);

	if (!ok)
		return EX_UNAVAILABLE;
	reconfirm->rows = requests->len;
	for (guint i = 0; ok && !reconfirm->dry_run && i < requests->len; i++)
		ok = ask_one(store, reconfirm, g_ptr_array_index(requests, i), error_r);
	if (ok && requests->len > 0) {
		const struct resident_request *last =
		    g_ptr_array_index(requests, requests->len - 1);

		g_free(reconfirm->last);
		reconfirm->last = g_strdup(last->key);
		ok = reconfirm->dry_run || record(store, reconfirm, error_r);
	}
	g_ptr_array_unref(requests);
	return ok ? EX_OK : EX_UNAVAILABLE;
}

static int ask_all(const struct ctl_call *call, struct reconfirm *reconfirm)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	reconfirm->last = g_strdup("");
	do {
		if (status == EX_OK)
			status = ctl_store_work(store, ask_page, reconfirm);
		if (status == EX_OK)
			reconfirm->asked += reconfirm->rows;
	} while (status == EX_OK && reconfirm->rows == PAGE_ROWS &&
		 reconfirm->asked < reconfirm->limit);
	g_free(reconfirm->last);
	store_close(store);
	return status;
}

static bool read_limit(const char *text, int64_t *limit_r)
{
	char *end = NULL;

	*limit_r = text == NULL ? INT64_MAX : g_ascii_strtoll(text, &end, 10);
	return text == NULL || (end != text && *end == '\0' && *limit_r > 0);
}

int ctl_subscribers_reconfirm(const struct ctl_call *call)
{
	struct reconfirm reconfirm = { .settings = call->settings };
	const char *limit = NULL;
	const struct ctl_option options[] = { { "list", &reconfirm.list, NULL },
					      { "all", NULL, &reconfirm.is_all },
					      { "limit", &limit, NULL },
					      { "dry-run", NULL, &reconfirm.dry_run } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || reconfirm.list == NULL)
		return ctl_usage(call);
	if (!read_limit(limit, &reconfirm.limit))
		return ctl_fail(EX_USAGE, "--limit wants a number from 1");
	status = ctl_lists_find(call, reconfirm.list, &reconfirm.broadcast);
	if (status == EX_OK)
		status = ask_all(call, &reconfirm);
	broadcast_free(reconfirm.broadcast);
	if (status != EX_OK)
		return status;
	if (reconfirm.dry_run)
		ctl_print("%s: %lld subscribers would be asked to agree to version %s of "
			  "the terms",
			  reconfirm.list, (long long)reconfirm.asked,
			  call->settings->terms_version);
	else
		ctl_print("%s: %lld subscribers are asked to agree to version %s of the "
			  "terms",
			  reconfirm.list, (long long)reconfirm.asked,
			  call->settings->terms_version);
	return EX_OK;
}

/*
 * NAME
 *	ctl_signatures - kairanctl people signatures
 *
 * DESCRIPTION
 *	list [LOGIN] [--json]: what people have said is their signature, by login.
 *
 *	forget LOGIN HASH | LOGIN --all: it is read for doubt again. A hash may be cut, as in
 *	the list. Each that is forgotten has an audit row in the same transaction.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: there is no such signature. EX_UNAVAILABLE: the store cannot be used.
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
#include "policy/text.h"
#include "schema/store_audit.h"
#include "schema/store_signature.h"

/* So much of a hash tells one of a person's signatures from another. */
#define HASH_SHOWN 16
#define HASH_LEAST 8

static const struct ctl_column signature_columns[] = {
	{ "login", CTL_TEXT },   { "hash", CTL_TEXT },    { "first line", CTL_TEXT },
	{ "lines", CTL_NUMBER }, { "draft", CTL_NUMBER }, { "learned", CTL_TIME }
};

struct listing {
	const char *uid; /* NULL: all */
	struct ctl_table *table;
};

static int list_signatures(struct store *store, void *context,
			   struct kairan_error *error_r)
{
	const struct listing *listing = context;
	GPtrArray *signatures = NULL;

	if (!store_signature_list(store, listing->uid, &signatures, error_r))
		return EX_UNAVAILABLE;
	for (guint i = 0; i < signatures->len; i++) {
		const struct signature *signature = g_ptr_array_index(signatures, i);
		g_autofree char *hash = g_strndup(signature->hash, HASH_SHOWN);

		ctl_table_put_text(listing->table, signature->uid);
		ctl_table_put_text(listing->table, hash);
		ctl_table_put_text(listing->table, signature->first_line);
		ctl_table_put_number(listing->table, signature->lines);
		ctl_table_put_number(listing->table, signature->draft);
		ctl_table_put_time(listing->table, signature->learned_at);
	}
	g_ptr_array_unref(signatures);
	return EX_OK;
}

int ctl_signatures_list(const struct ctl_call *call)
{
	bool json = false;
	const struct ctl_option options[] = { { "json", NULL, &json } };
	g_autofree char *uid = NULL;
	struct listing listing = { 0 };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    call->argc - rest > 1)
		return ctl_usage(call);
	if (rest < call->argc)
		uid = g_ascii_strdown(call->argv[rest], -1);
	listing.uid = uid;
	listing.table = ctl_table_new(call->settings, signature_columns,
				      G_N_ELEMENTS(signature_columns));
	status = ctl_store_run(call, list_signatures, &listing);
	if (status == EX_OK)
		ctl_table_print(listing.table, json);
	ctl_table_free(listing.table);
	return status;
}

/* ---- forget ---- */

struct forgetting {
	const char *uid;
	const char *hash; /* its beginning; "": all */
	int count;
};

static bool forget_one(struct store *store, const struct signature *signature,
		       struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf("%s: %s: %s", signature->uid,
						  signature->hash, signature->first_line);
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "forget-signature",
		.outcome = "done",
		.detail = detail,
	};

	return store_signature_forget(store, signature, error_r) &&
	       store_audit_append(store, &event, error_r);
}

static int forget_signatures(struct store *store, void *context,
			     struct kairan_error *error_r)
{
	struct forgetting *forgetting = context;
	GPtrArray *signatures = NULL;
	bool ok = store_signature_list(store, forgetting->uid, &signatures, error_r);

	for (guint i = 0; ok && i < signatures->len; i++) {
		const struct signature *signature = g_ptr_array_index(signatures, i);

		if (!text_begins_with(signature->hash, forgetting->hash))
			continue;
		ok = forget_one(store, signature, error_r);
		forgetting->count++;
	}
	if (signatures != NULL)
		g_ptr_array_unref(signatures);
	if (!ok)
		return EX_UNAVAILABLE;
	if (forgetting->count > 0)
		return EX_OK;
	(void)error_set(error_r, ctl_say("%s has no such signature"), forgetting->uid);
	return EX_NOINPUT;
}

int ctl_signatures_forget(const struct ctl_call *call)
{
	bool all = false;
	const struct ctl_option options[] = { { "all", NULL, &all } };
	struct forgetting forgetting = { 0 };
	g_autofree char *uid = NULL, *hash = NULL;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    call->argc - rest != (all ? 1 : 2) ||
	    (!all && strlen(call->argv[rest + 1]) < HASH_LEAST))
		return ctl_usage(call);
	uid = g_ascii_strdown(call->argv[rest], -1);
	hash = g_ascii_strdown(all ? "" : call->argv[rest + 1], -1);
	forgetting.uid = uid;
	forgetting.hash = hash;
	status = ctl_store_run(call, forget_signatures, &forgetting);
	if (status == EX_OK)
		ctl_print("%d forgotten", forgetting.count);
	return status;
}

/*
 * NAME
 *	ctl_sync - kairanctl subscribers sync
 *
 * DESCRIPTION
 *	Brings a list to what a source says: a CSV file (ctl_addresses.c), or the directory's
 *	entries that a filter finds ("ldap:FILTER"). Who is there and not in the list is
 *	registered, who is in the list and not there is forgotten; who has left stays away, and
 *	who is suspended or pauses stays so. All of it in one transaction; with --dry-run it is
 *	only told.
 *
 *	A source that is broken looks like one that many have left. So no more than sync_removals
 *	percent of a list, and at least one, may vanish at once; --most N allows another number.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: the source has what is no address, or too many would vanish; nothing is changed.
 *	EX_NOINPUT: no such file; no broadcast has the list. EX_UNAVAILABLE: the directory could
 *	not be asked for all of it.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_addresses.h"
#include "ctl/ctl_lists.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "policy/text.h"
#include "schema/directory_mails.h"
#include "schema/store_audit.h"
#include "schema/store_subscriber.h"

#define LDAP_PREFIX "ldap:"
#define PAGE_ROWS   1000

struct sync {
	const struct settings *settings;
	const char *list;
	const char *reason; /* NULL: an import */
	bool dry_run, is_new;
	int64_t most; /* that may vanish; below 0: what the setting says */
	struct ctl_addresses source;
	GPtrArray *gone; /* addresses of the list that are not in the source */
	int64_t rows;    /* of a page */
	char *last;      /* key */
	int64_t here;    /* in the list, whoever has not left */
	int64_t agreed;  /* of those gone: by themselves */
	int64_t added, left, quiet, forgotten;
};

/* ---- the source ---- */

static int read_directory(struct sync *sync, const char *filter)
{
	struct directory *directory = directory_new(sync->settings);
	struct kairan_error error = { "" };
	char **mails = NULL;
	int status = EX_OK;

	if (!directory_list_mails(directory, filter, &mails, &error))
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	for (size_t i = 0; mails != NULL && mails[i] != NULL; i++)
		ctl_addresses_take(&sync->source, mails[i], 0);
	g_strfreev(mails);
	directory_free(directory);
	return status == EX_OK ? ctl_addresses_judge(&sync->source) : status;
}

static int read_source(struct sync *sync)
{
	const char *path = sync->source.path;

	return text_begins_with(path, LDAP_PREFIX)
		   ? read_directory(sync, path + strlen(LDAP_PREFIX))
		   : ctl_addresses_read_file(&sync->source);
}

/* ---- the list ---- */

static void look_at(const struct subscriber *subscriber, void *context)
{
	struct sync *sync = context;

	sync->rows++;
	g_free(sync->last);
	sync->last = g_strdup(subscriber->key);
	if (subscriber->state == SUBSCRIBER_LEFT)
		return;
	sync->here++;
	if (g_hash_table_contains(sync->source.keys, subscriber->key))
		return;
	g_ptr_array_add(sync->gone, g_strdup(subscriber->address));
	sync->agreed += subscriber->origin.source == SUBSCRIBER_CONSENT;
}

static bool look_at_all(struct store *store, struct sync *sync,
			struct kairan_error *error_r)
{
	bool ok = true;

	sync->last = g_strdup("");
	do {
		g_autofree char *after = g_strdup(sync->last);
		const struct subscriber_page page = { sync->list, 0, after, PAGE_ROWS };

		sync->rows = 0;
		ok = store_subscriber_visit_page(store, &page, look_at, sync, error_r);
	} while (ok && sync->rows == PAGE_ROWS);
	return ok;
}

static int64_t find_most(const struct sync *sync)
{
	const int64_t share = sync->here * sync->settings->sync_removals / 100;

	if (sync->most >= 0)
		return sync->most;
	return MAX(share, 1);
}

static bool add_one(struct store *store, struct sync *sync, const struct address *address,
		    struct kairan_error *error_r)
{
	const struct subscriber_registration registration = {
		.list = sync->list,
		.address = address,
		.origin = { .source = sync->reason != NULL ? SUBSCRIBER_RECOGNISED
							   : SUBSCRIBER_IMPORTED,
			    .by = ctl_operator_uid(),
			    .reason = sync->reason },
		.now = clock_now(),
	};
	enum subscriber_state was;
	const enum answer answer =
	    store_subscriber_register(store, &registration, &was, error_r);

	sync->added += answer == ANSWER_YES;
	sync->left += was == SUBSCRIBER_LEFT;
	sync->forgotten += was == SUBSCRIBER_FORGOTTEN;
	sync->quiet += was == SUBSCRIBER_SUSPENDED || was == SUBSCRIBER_PAUSED;
	return answer != ANSWER_UNKNOWN;
}

static bool remove_one(struct store *store, const struct sync *sync, const char *text,
		       struct kairan_error *error_r)
{
	struct address address;

	return address_read(text, &address, error_r) &&
	       store_subscriber_remove(store, sync->list, &address, error_r) !=
		   ANSWER_UNKNOWN;
}

static bool change_all(struct store *store, struct sync *sync,
		       struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < sync->source.found->len; i++)
		ok = add_one(store, sync,
			     &g_array_index(sync->source.found, struct address, i),
			     error_r);
	for (guint i = 0; ok && i < sync->gone->len; i++)
		ok = remove_one(store, sync, g_ptr_array_index(sync->gone, i), error_r);
	return ok && store_subscriber_note_change(store, sync->list, sync->added,
						  sync->gone->len, clock_now(), error_r);
}

static bool record(struct store *store, const struct sync *sync,
		   struct kairan_error *error_r)
{
	g_autofree char *detail =
	    g_strdup_printf("list %s: %u addresses, %lld new, %u gone%s%s", sync->list,
			    sync->source.found->len, (long long)sync->added,
			    sync->gone->len, sync->reason != NULL ? ", recognised: " : "",
			    sync->reason != NULL ? sync->reason : "");
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "sync",
		.outcome = "done",
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r);
}

static void tell(const struct sync *sync)
{
	ctl_addresses_tell(&sync->source);
	ctl_print("%s: %u addresses in the source, %lld new, %u gone (%lld of them had "
		  "agreed by mail)",
		  sync->list, sync->source.found->len, (long long)sync->added,
		  sync->gone->len, (long long)sync->agreed);
	if (sync->left + sync->quiet > 0)
		ctl_print("%lld have left, %lld are suspended or pause: they stay so",
			  (long long)sync->left, (long long)sync->quiet);
	if (sync->forgotten > 0)
		ctl_print(
		    "%lld were forgotten, and are passed over (`kairanctl subscribers "
		    "forget --undo` lets them be registered)",
		    (long long)sync->forgotten);
}

static int bring(struct store *store, struct sync *sync, struct kairan_error *error_r)
{
	if (!look_at_all(store, sync, error_r) || !change_all(store, sync, error_r))
		return EX_UNAVAILABLE;
	if (sync->source.found->len == 0 && sync->most < 0) {
		(void)error_set(error_r,
				ctl_say("%s has no address; nothing was changed"),
				sync->source.path);
		return EX_DATAERR;
	}
	return EX_OK;
}

/* May so many vanish? */
static int judge(const struct sync *sync, struct kairan_error *error_r)
{
	const int64_t most = find_most(sync);

	tell(sync);
	if (sync->gone->len <= most)
		return EX_OK;
	(void)error_set(error_r,
			ctl_say("%u of %lld would vanish, and %lld may at once "
				"(sync_removals, or --most N); nothing was changed"),
			sync->gone->len, (long long)sync->here, (long long)most);
	return EX_DATAERR;
}

static int run(struct store *store, void *context, struct kairan_error *error_r)
{
	int status = bring(store, context, error_r);

	if (status == EX_OK)
		status = judge(context, error_r);
	if (status != EX_OK)
		return status;
	return record(store, context, error_r) ? EX_OK : EX_UNAVAILABLE;
}

static bool read_most(const char *text, int64_t *most_r)
{
	char *end = NULL;

	*most_r = -1;
	if (text == NULL)
		return true;
	*most_r = g_ascii_strtoll(text, &end, 10);
	return g_ascii_isdigit(*text) && *end == '\0';
}

int ctl_subscribers_sync(const struct ctl_call *call)
{
	struct sync sync = { .settings = call->settings };
	const char *most = NULL;
	const struct ctl_option options[] = {
		{ "list", &sync.list, NULL },
		{ "address-column", &sync.source.column, NULL },
		{ "reason", &sync.reason, NULL },
		{ "most", &most, NULL },
		{ "dry-run", NULL, &sync.dry_run },
		{ "new-list", NULL, &sync.is_new },
	};
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || sync.list == NULL)
		return ctl_usage(call);
	if (!read_most(most, &sync.most))
		return ctl_fail(EX_USAGE, "--most wants a number of subscribers");
	if (sync.reason != NULL && *sync.reason == '\0')
		return ctl_fail(EX_USAGE,
				"Art.2(2): --reason says why they are recognised");
	ctl_addresses_init(&sync.source, call->settings, call->argv[rest]);
	sync.gone = g_ptr_array_new_with_free_func(g_free);
	status = ctl_lists_check(call, sync.list, sync.is_new);
	if (status == EX_OK)
		status = read_source(&sync);
	if (status == EX_OK)
		status = sync.dry_run ? ctl_store_try(call, run, &sync)
				      : ctl_store_run(call, run, &sync);
	if (status == EX_OK && sync.dry_run)
		ctl_print("a dry run: nothing was changed");
	g_free(sync.last);
	g_ptr_array_unref(sync.gone);
	ctl_addresses_clear(&sync.source);
	return status;
}

/*
 * NAME
 *	status - how kairan is
 *
 * DESCRIPTION
 *	Connects to the milter's socket and to the MTA, asks LDAP for the broadcasts, and counts
 *	in the store.
 *
 * DIAGNOSTICS
 *	What is wrong is in the status. Writing the file: errors are returned.
 */
#include "config.h"

#include "milter/round/status.h"

#include <curl/curl.h>
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf/clock.h"
#include "milter/core/store_trouble.h"
#include "milter/courier/probe_send.h"
#include "schema/store_position.h"
#include "schema/store_probe.h"

static void note_trouble(struct status *status, const char *what, const char *why)
{
	if (status->trouble.text[0] == '\0')
		(void)error_set(&status->trouble, "%s: %s", what, why);
}

static bool ask_daemon(const struct settings *settings, struct status *status)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	(void)g_strlcpy(address.sun_path, settings->milter_socket,
			sizeof(address.sun_path));
	ok = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (!ok)
		note_trouble(status, settings->milter_socket, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Only as far as a connection: a greeting that is not read is nobody's mail. */
static bool ask_mta(const struct settings *settings, struct status *status)
{
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (curl != NULL) {
		curl_easy_setopt(curl, CURLOPT_URL, settings->mta_url);
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
		curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
		curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
		code = curl_easy_perform(curl);
		curl_easy_cleanup(curl);
	}
	if (code != CURLE_OK)
		note_trouble(status, settings->mta_url, curl_easy_strerror(code));
	return code == CURLE_OK;
}

static bool ask_directory(const struct setup *setup, struct status *status)
{
	struct broadcast **broadcasts = NULL;
	struct kairan_error error = { "" };
	bool ok = directory_list_broadcasts(setup->directory, &broadcasts, NULL, &error);

	if (!ok)
		note_trouble(status, setup->settings->ldap_uri, error.text);
	broadcasts_free(broadcasts);
	return ok;
}

static bool find_sight(struct store *store, int64_t id, enum probe_stage stage,
		       struct probe_sight *sight_r)
{
	struct kairan_error error;

	return store_probe_find_sight(store, id, stage, sight_r, &error) == ANSWER_YES;
}

/* What came of the mail that kairan sent itself last. In a transaction. */
static void describe_probe(struct store *store, const struct probe *probe,
			   struct status *status)
{
	struct probe_sight way = { 0 }, copy = { 0 }, past = { 0 };
	char *text = status->probe_text;
	const size_t size = sizeof(status->probe_text);

	status->probe_at = probe->at;
	if (find_sight(store, probe->id, PROBE_PAST, &past))
		(void)g_strlcpy(text, "came past the milter", size);
	else if (find_sight(store, probe->id, PROBE_WAY, &way) && *way.difference != '\0')
		(void)g_strlcpy(text, way.difference, size);
	else if (!find_sight(store, probe->id, PROBE_COPY, &copy))
		(void)g_snprintf(text, size, "is not back: %s", probe->answer);
	else if (*copy.difference != '\0')
		(void)g_strlcpy(text, copy.difference, size);
	else
		status->probe_is_whole = true;
	if (status->probe_is_whole)
		(void)g_snprintf(text, size, "came back as it was, in %lld s, %s%s",
				 (long long)(copy.at - probe->at),
				 *copy.signature != '\0' ? "signed by " : "not signed",
				 copy.signature);
	probe_sight_clear(&past);
	probe_sight_clear(&way);
	probe_sight_clear(&copy);
}

static bool read_probe(const struct setup *setup, struct store *store,
		       struct status *status, struct kairan_error *error_r)
{
	g_autofree char *sender = probe_notice_address(setup->settings);
	struct probe probe = { 0 };
	const enum answer answer =
	    store_probe_find_newest(store, sender, &probe, error_r);

	if (answer == ANSWER_YES)
		describe_probe(store, &probe, status);
	probe_clear(&probe);
	return answer != ANSWER_UNKNOWN;
}

/* A log that cannot be read is nobody's trouble, but nobody knows then when mail is delivered. */
static bool read_mta_log(const struct setup *setup, struct store *store,
			 struct status *status, struct kairan_error *error_r)
{
	g_autofree char *fault = NULL;
	enum answer answer;

	if (*setup->settings->mta_log == '\0')
		return true;
	answer =
	    store_position_find(store, STORE_POSITION_MTA_LOG_FAULT, &fault, error_r);
	(void)g_snprintf(status->mta_log, sizeof(status->mta_log), "%s%s",
			 answer == ANSWER_YES && *fault == '\0' ? "is read" : "unknown",
			 answer == ANSWER_YES && *fault != '\0' ? ": " : "");
	if (answer == ANSWER_YES)
		(void)g_strlcat(status->mta_log, fault, sizeof(status->mta_log));
	return answer != ANSWER_UNKNOWN;
}

static bool read_delivery(struct store *store, struct status *status,
			  struct kairan_error *error_r)
{
	const enum answer answer = store_delivery_find_newest(
	    store, &status->delivery_draft, &status->delivery_due_at,
	    &status->delivery_recipients, error_r);

	return answer == ANSWER_YES
		   ? store_delivery_summarize(store, status->delivery_draft,
					      &status->delivery, error_r)
		   : answer == ANSWER_NO;
}

static bool count(const struct setup *setup, struct store *store, struct status *status)
{
	struct kairan_error error = { "cannot be opened" };
	char *snapshot = NULL;
	bool ok = store != NULL && store_begin(store, &error);

	if (ok) {
		ok = store_counts_read(store, &status->counts, &error) &&
		     read_probe(setup, store, status, &error) &&
		     read_mta_log(setup, store, status, &error) &&
		     read_delivery(store, status, &error) &&
		     store_position_find(store, STORE_POSITION_SNAPSHOT, &snapshot,
					 &error) != ANSWER_UNKNOWN;
		store_rollback(store);
	}
	if (snapshot != NULL)
		status->snapshot_at = strtoll(snapshot, NULL, 10);
	if (!ok)
		note_trouble(status, "store", error.text);
	g_free(snapshot);
	return ok;
}

/* Does the daemon still get something into the store? */
static bool is_written(const struct settings *settings, struct status *status)
{
	struct kairan_error why;

	if (!store_trouble_find(settings, &why))
		return true;
	note_trouble(status, "store", why.text);
	return false;
}

void status_collect(const struct setup *setup, struct store *store,
		    struct status *status_r)
{
	*status_r = (struct status){ .at = clock_now() };
	status_r->has_store =
	    count(setup, store, status_r) && is_written(setup->settings, status_r);
	status_r->has_daemon = ask_daemon(setup->settings, status_r);
	status_r->has_mta = ask_mta(setup->settings, status_r);
	status_r->has_directory = ask_directory(setup, status_r);
}

static void print_metric(FILE *out, const char *name, const char *help, int64_t value)
{
	fprintf(out, "# HELP kairan_%s %s\n# TYPE kairan_%s gauge\nkairan_%s %lld\n",
		name, help, name, name, (long long)value);
}

static int64_t age(const struct status *status, int64_t since)
{
	return since != 0 ? MAX(status->at - since, 0) : 0;
}

/* When residents' mail systems had the newest release. */
static void print_delivery(const struct status *status, FILE *out)
{
	const struct delivery_summary *delivery = &status->delivery;
	const int64_t due = status->delivery_due_at;

	print_metric(out, "delivery_draft",
		     "The newest release that the mail system's log has told of.",
		     status->delivery_draft);
	print_metric(out, "delivery_delivered",
		     "Of its recipients: their mail system has it.", delivery->sent);
	print_metric(out, "delivery_failed", "Of its recipients: will not get it.",
		     delivery->failed);
	print_metric(
	    out, "delivery_waiting", "Of its recipients: not yet.",
	    MAX(status->delivery_recipients - delivery->sent - delivery->failed, 0));
	print_metric(out, "delivery_first_seconds", "When the first had it.",
		     MAX(delivery->first_at - due, 0));
	print_metric(out, "delivery_half_seconds", "When half of those who have it had.",
		     delivery->median);
	print_metric(out, "delivery_99_percent_seconds", "When 99 of a hundred had.",
		     delivery->most);
	print_metric(out, "delivery_last_seconds", "When the last one had it so far.",
		     MAX(delivery->last_at - due, 0));
}

void status_print_prometheus(const struct status *status, FILE *out)
{
	print_metric(out, "daemon_up", "1 when the milter answers.", status->has_daemon);
	print_metric(out, "mta_up", "1 when the MTA answers.", status->has_mta);
	print_metric(out, "directory_up", "1 when LDAP answers.", status->has_directory);
	print_metric(out, "store_up", "1 when the store can be read and written.",
		     status->has_store);
	fputs("# HELP kairan_drafts Drafts by state.\n# TYPE kairan_drafts gauge\n", out);
	for (int state = DRAFT_HELD; state <= DRAFT_STOPPED; state++)
		fprintf(out, "kairan_drafts{state=\"%s\"} %lld\n",
			lifecycle_name((enum draft_state)state),
			(long long)status->counts.drafts[state]);
	print_metric(out, "oldest_held_seconds", "Age of the oldest draft that is held.",
		     age(status, status->counts.oldest_held));
	print_metric(out, "release_overdue_seconds",
		     "Since when a release is due that is not complete.",
		     age(status, status->counts.oldest_due));
	print_metric(out, "notices_waiting", "Notices that the MTA has not taken yet.",
		     status->counts.notices);
	print_metric(out, "subscribers", "Active subscribers.",
		     status->counts.subscribers);
	print_metric(out, "suspensions", "Suspensions that stand (Art. 7).",
		     status->counts.suspensions);
	print_metric(out, "alarms", "Alarms that stand.", status->counts.alarms);
	print_metric(out, "audit_rows", "Rows of the audit trail (Art. 8).",
		     status->counts.audit_rows);
	if (status->probe_at != 0) {
		print_metric(out, "probe_whole",
			     "1 when kairan's mail to itself came back as it was.",
			     status->probe_is_whole);
		print_metric(out, "probe_age_seconds", "Since when it was sent.",
			     age(status, status->probe_at));
	}
	if (status->delivery_draft != 0)
		print_delivery(status, out);
	print_metric(out, "store_bytes", "Size of the store.", status->counts.octets);
	print_metric(out, "snapshot_age_seconds",
		     "Since when the broadcast addresses were not read anew.",
		     age(status, status->snapshot_at));
}

bool status_write_prometheus(const struct setup *setup, const struct status *status,
			     struct kairan_error *error_r)
{
	const char *path = setup->settings->prometheus_file;
	g_autofree char *fresh = g_strconcat(path, ".new", NULL);
	FILE *file = fopen(fresh, "we");

	if (file == NULL)
		return error_set(error_r, "prometheus_file: %s: %s", fresh,
				 strerror(errno));
	status_print_prometheus(status, file);
	(void)fchmod(fileno(file), 0644);
	if (fclose(file) != 0 || rename(fresh, path) != 0)
		return error_set(error_r, "prometheus_file: %s: %s", path,
				 strerror(errno));
	return true;
}

/*
 * NAME
 *	ctl_subscribers - kairanctl subscribers import
 *
 * DESCRIPTION
 *	Reads a CSV file, UTF-8 with or without a byte order mark: the first field of each
 *	line is an address; a first line whose field is "address" is a heading. All lines are
 *	checked before anything is written, and all are written in one transaction.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: lines that are no address, each by its number; nothing is imported.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/ctl.h"
#include "ctl/ctl_operator.h"
#include "policy/address.h"
#include "schema/store_audit.h"
#include "schema/store_subscriber.h"

struct import {
	const char *list;
	const char *path;
	GArray *addresses; /* struct address */
	int bad_lines;
};

static bool read_options(const struct ctl_call *call, struct import *import)
{
	static const struct option options[] = { { "list", required_argument, NULL, 'l' },
						 { NULL, 0, NULL, 0 } };
	int letter;

	/* getopt_long() wants the program's name before the arguments; the command's last
	 * word stands there. optind 0 starts glibc's scanner anew. */
	optind = 0;
	while ((letter = getopt_long(call->argc + 1, call->argv - 1, "", options,
				     NULL)) != -1) {
		if (letter != 'l')
			return false;
		import->list = optarg;
	}
	if (import->list == NULL || optind != call->argc)
		return false;
	import->path = call->argv[optind - 1];
	return true;
}

/* The first field, without its quotes, in place. */
static char *read_field(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (*line == '"') {
		line++;
		line[strcspn(line, "\"")] = '\0';
	} else {
		line[strcspn(line, ",")] = '\0';
	}
	return g_strstrip(line);
}

static void read_line(struct import *import, char *line, int number)
{
	struct address address;
	struct kairan_error error;
	char *field;

	if (number == 1 && g_str_has_prefix(line, "\xef\xbb\xbf"))
		line += 3;
	field = read_field(line);
	if (*field == '\0' || (number == 1 && g_ascii_strcasecmp(field, "address") == 0))
		return;
	if (address_read(field, &address, &error)) {
		g_array_append_val(import->addresses, address);
	} else {
		fprintf(stderr, "%s:%d: %s\n", import->path, number, error.text);
		import->bad_lines++;
	}
}

static int read_file(struct import *import)
{
	FILE *file = fopen(import->path, "re");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL)
		return ctl_fail(EX_NOINPUT, "%s: %s", import->path, strerror(errno));
	for (int number = 1; getline(&line, &size, file) >= 0; number++)
		read_line(import, line, number);
	free(line);
	fclose(file);
	if (import->bad_lines > 0)
		return ctl_fail(EX_DATAERR, "%s: %d bad lines; nothing was imported",
				import->path, import->bad_lines);
	return EX_OK;
}

static bool write_all(struct store *store, const struct import *import, int64_t *new_r,
		      struct kairan_error *error_r)
{
	int64_t now = clock_now();
	g_autofree char *detail = NULL;

	*new_r = 0;
	for (guint i = 0; i < import->addresses->len; i++) {
		const struct address *address =
		    &g_array_index(import->addresses, struct address, i);
		enum answer answer =
		    store_subscriber_add(store, import->list, address, now, error_r);

		if (answer == ANSWER_UNKNOWN)
			return false;
		*new_r += answer == ANSWER_YES;
	}
	detail = g_strdup_printf("list %s: %u addresses, %lld new", import->list,
				 import->addresses->len, (long long)*new_r);
	const struct audit_event event = {
		.at = now,
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "import",
		.outcome = "done",
		.detail = detail,
	};
	return store_audit_append(store, &event, error_r);
}

static int write_store(const struct ctl_call *call, const struct import *import)
{
	struct store *store = NULL;
	struct kairan_error error;
	int64_t added = 0;
	bool ok;

	if (!store_open(call->settings->store_path, STORE_JOURNAL_BEST, &store, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	ok = store_begin(store, &error);
	if (ok) {
		ok = write_all(store, import, &added, &error);
		if (ok)
			ok = store_commit(store, &error);
		else
			store_rollback(store);
	}
	store_close(store);
	if (!ok)
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	printf("%s: %u addresses read, %lld new subscribers\n", import->list,
	       import->addresses->len, (long long)added);
	return EX_OK;
}

int ctl_subscribers_import(const struct ctl_call *call)
{
	struct import import = { 0 };
	int status;

	if (!read_options(call, &import))
		return ctl_fail(
		    EX_USAGE, "usage: kairanctl subscribers import --list LIST FILE.csv");
	import.addresses = g_array_new(FALSE, FALSE, sizeof(struct address));
	status = read_file(&import);
	if (status == EX_OK)
		status = write_store(call, &import);
	g_array_unref(import.addresses);
	return status;
}

/*
 * NAME
 *	ctl_addresses - addresses from another system
 *
 * DESCRIPTION
 *	The addresses stand in a column that is named by its heading, or by its number from 1. What
 *	is above the heading, such as a title, is left out, and so is the heading where it stands
 *	again, as in files that were put together. Headings are compared without case, width and
 *	spaces. Where no column is named it is the first, with or without a heading.
 *
 *	What kairanctl has exported has the state of each address: those that were not active are
 *	left out.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: lines that are no address, each by its number; a column that there is not, with
 *	those that there are. EX_NOINPUT: the file cannot be read.
 */
#include "config.h"

#include "ctl/ctl_addresses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/ctl.h"
#include "ctl/ctl_csv.h"
#include "ctl/ctl_say.h"
#include "policy/address_typed.h"
#include "policy/subscribable.h"

/* Above a heading stands a title, a date, a filter: no more than a few lines. */
#define HEADING_LINES 20

struct record {
	char **fields;
	size_t line;
};

void ctl_addresses_init(struct ctl_addresses *addresses, const struct settings *settings,
			const char *path)
{
	addresses->settings = settings;
	addresses->path = path;
	addresses->found = g_array_new(FALSE, FALSE, sizeof(struct address));
	addresses->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void ctl_addresses_clear(struct ctl_addresses *addresses)
{
	g_array_unref(addresses->found);
	g_hash_table_unref(addresses->keys);
}

static void complain(struct ctl_addresses *addresses, size_t line, const char *text,
		     const char *why)
{
	if (line > 0)
		fprintf(stderr, "%s:%zu: %s: %s\n", addresses->path, line, text,
			ctl_say(why));
	else
		fprintf(stderr, "%s: %s: %s\n", addresses->path, text, ctl_say(why));
	addresses->bad++;
}

void ctl_addresses_take(struct ctl_addresses *addresses, const char *text, size_t line)
{
	const struct subscribable_rules rules = {
		.service_domain = addresses->settings->service_domain,
		.refused_roles = addresses->settings->refused_roles,
		.refused_domains = addresses->settings->refused_domains,
	};
	struct address address, key;
	struct kairan_error error = { "" };
	enum subscribable subscribable;

	if (!address_typed_read(text, &address, &error)) {
		complain(addresses, line, text, error.text);
		return;
	}
	subscribable = subscribable_judge(&address, &rules);
	if (subscribable != SUBSCRIBABLE_YES) {
		complain(addresses, line, text, subscribable_say(subscribable));
		return;
	}
	key = address;
	address_fold(&key);
	if (g_hash_table_add(addresses->keys, g_strdup(key.spec)))
		g_array_append_val(addresses->found, address);
	else
		addresses->twice++;
}

int ctl_addresses_judge(const struct ctl_addresses *addresses)
{
	return addresses->bad == 0
		   ? EX_OK
		   : ctl_fail(EX_DATAERR, "%s: %lld bad lines; nothing was changed",
			      addresses->path, (long long)addresses->bad);
}

/* ---- the file's columns ---- */

/* A heading without case, width and spaces. Free with g_free(). */
static char *fold_heading(const char *heading)
{
	g_autofree char *wide = g_utf8_normalize(heading, -1, G_NORMALIZE_NFKC);
	g_autofree char *folded = g_utf8_casefold(wide, -1);
	GString *text = g_string_new(NULL);

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (!g_unichar_isspace(g_utf8_get_char(at)))
			g_string_append_unichar(text, g_utf8_get_char(at));
	return g_string_free(text, FALSE);
}

static bool is_same_heading(const char *one, const char *other)
{
	g_autofree char *first = fold_heading(one);
	g_autofree char *second = fold_heading(other);

	return strcmp(first, second) == 0;
}

static int find_field(char *const *fields, const char *name)
{
	for (int i = 0; fields[i] != NULL; i++)
		if (is_same_heading(fields[i], name))
			return i;
	return -1;
}

/* Headings that spreadsheets, other services and kairanctl's own export have above addresses. */
static bool is_known_heading(const char *field)
{
	static const char *const headings[] = { "address", "mail",          "email",
						"e-mail",  "mailaddress",   "アドレス",
						"メール",  "メールアドレス" };

	for (size_t i = 0; i < G_N_ELEMENTS(headings); i++)
		if (is_same_heading(field, headings[i]))
			return true;
	return false;
}

static bool has_at(const char *field)
{
	return strchr(field, '@') != NULL || strstr(field, "＠") != NULL;
}

/* How many columns a record may name; 0: it has an address. */
static int count_names(char *const *fields)
{
	int filled = 0;

	for (int i = 0; fields[i] != NULL; i++) {
		if (has_at(fields[i]))
			return 0;
		filled += *fields[i] != '\0';
	}
	return filled;
}

/* What looks most like headings: below a title they are the first that fill a line. */
static char *const *guess_headings(const GPtrArray *records)
{
	const struct record *best = g_ptr_array_index(records, 0);

	for (guint i = 1; i < records->len && i < HEADING_LINES; i++) {
		const struct record *record = g_ptr_array_index(records, i);

		if (count_names(record->fields) > count_names(best->fields))
			best = record;
	}
	return best->fields;
}

/* Is the first column no column of addresses, while there are others? */
static bool wants_name(const GPtrArray *records)
{
	for (guint i = 0; i < records->len && i < HEADING_LINES; i++) {
		const struct record *record = g_ptr_array_index(records, i);

		if (has_at(record->fields[0]))
			return false;
	}
	return count_names(guess_headings(records)) > 1;
}

static int refuse_columns(const struct ctl_addresses *addresses, char *const *fields)
{
	g_autofree char *names = g_strjoinv(", ", (char **)fields);

	if (addresses->column == NULL)
		return ctl_fail(
		    EX_DATAERR,
		    "%s: which column has the addresses? --address-column NAME "
		    "names one of: %s",
		    addresses->path, names);
	return ctl_fail(EX_DATAERR, "%s: there is no column \"%s\"; there are: %s",
			addresses->path, addresses->column, names);
}

/* The column's number from 0, and the first record behind the headings. */
struct column {
	int index;
	guint first;
	int state; /* the column of kairanctl's own export; -1: it is none */
};

static bool find_heading(const GPtrArray *records, const char *name,
			 struct column *column_r)
{
	for (guint i = 0; i < records->len && i < HEADING_LINES; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		const int index = find_field(record->fields, name);

		if (index >= 0) {
			*column_r = (struct column){ index, i + 1, -1 };
			return true;
		}
	}
	return false;
}

static bool is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static int find_column(struct ctl_addresses *addresses, const GPtrArray *records,
		       struct column *column_r)
{
	const struct record *first = g_ptr_array_index(records, 0);
	const char *name = addresses->column;

	*column_r = (struct column){ 0, 0, -1 };
	if (name == NULL && is_known_heading(first->fields[0]))
		*column_r = (struct column){ 0, 1, find_field(first->fields, "state") };
	else if (name == NULL && wants_name(records))
		return refuse_columns(addresses, guess_headings(records));
	else if (name != NULL && is_number(name) && strcmp(name, "0") != 0)
		*column_r = (struct column){ atoi(name) - 1,
					     count_names(first->fields) > 1 ? 1 : 0, -1 };
	else if (name != NULL && !find_heading(records, name, column_r))
		return refuse_columns(addresses, guess_headings(records));
	return EX_OK;
}

static void take_record(struct ctl_addresses *addresses, const struct column *column,
			const struct record *record)
{
	const int count = (int)g_strv_length(record->fields);
	const char *text = column->index < count ? record->fields[column->index] : "";

	if (*text == '\0')
		addresses->empty++;
	else if (addresses->column != NULL && is_same_heading(text, addresses->column))
		return;
	else if (column->state >= 0 && column->state < count &&
		 strcmp(record->fields[column->state], "active") != 0)
		addresses->inactive++;
	else
		ctl_addresses_take(addresses, text, record->line);
}

static void free_record(gpointer pointer)
{
	struct record *record = pointer;

	g_strfreev(record->fields);
	g_free(record);
}

/* Those that have anything in them. */
static GPtrArray *cut_records(char *text)
{
	GPtrArray *records = g_ptr_array_new_with_free_func(free_record);
	size_t line = 1;

	for (;;) {
		struct record *record = g_new0(struct record, 1);

		record->line = line;
		record->fields = ctl_csv_next_record(&text, &line);
		if (record->fields == NULL) {
			g_free(record);
			return records;
		}
		if (record->fields[1] == NULL && *record->fields[0] == '\0')
			free_record(record);
		else
			g_ptr_array_add(records, record);
	}
}

int ctl_addresses_read_file(struct ctl_addresses *addresses)
{
	g_autoptr(GPtrArray) records = NULL;
	g_autofree char *text = NULL;
	struct kairan_error error;
	struct column column = { 0 };
	int status = EX_OK;

	if (!ctl_csv_read_file(addresses->path, &text, &error))
		return ctl_fail(EX_NOINPUT, "%s", error.text);
	records = cut_records(text);
	if (records->len > 0)
		status = find_column(addresses, records, &column);
	for (guint i = column.first; status == EX_OK && i < records->len; i++)
		take_record(addresses, &column, g_ptr_array_index(records, i));
	return status == EX_OK ? ctl_addresses_judge(addresses) : status;
}

void ctl_addresses_tell(const struct ctl_addresses *addresses)
{
	if (addresses->empty + addresses->twice + addresses->inactive > 0)
		ctl_print(
		    "left out: %lld lines without an address, %lld that stand there "
		    "already, %lld that are not active in the file",
		    (long long)addresses->empty, (long long)addresses->twice,
		    (long long)addresses->inactive);
}

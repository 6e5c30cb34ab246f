/*
 * NAME
 *	sql_functions - what statements call that SQLite does not have
 *
 * DESCRIPTION
 *	Addresses: SQLite's own lower() and instr() know nothing of quotes and domains, and find an
 *	address within a longer one.
 *
 *	greatest(), least() (of numbers) and strpos() are PostgreSQL's names of what SQLite calls
 *	max(), min() and instr(). random_id() is a number by chance, from 1 to 2^40 - 1.
 *
 * DIAGNOSTICS
 *	A key that is no address is the caller's fault, and fails the statement.
 */
#include "config.h"

#include "schema/sql_functions.h"

#include <glib.h>
#include <string.h>

#include "policy/mention.h"

#define RANDOM_ID_MOST ((sqlite3_int64)1099511627775)

static bool read_key(sqlite3_context *context, sqlite3_value *value,
		     struct address *key_r)
{
	const char *text = (const char *)sqlite3_value_text(value);

	if (text != NULL && address_read(text, key_r, NULL)) {
		address_fold(key_r);
		return true;
	}
	sqlite3_result_error(context, "the key is no address", -1);
	return false;
}

static void is_address(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	struct address key, address;
	bool is = false;

	(void)count;
	if (!read_key(context, values[1], &key))
		return;
	if (text != NULL && address_read(text, &address, NULL)) {
		address_fold(&address);
		is = strcmp(address.spec, key.spec) == 0;
	}
	sqlite3_result_int(context, is);
}

static void names(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *octets = sqlite3_value_blob(values[0]);
	const size_t length = (size_t)sqlite3_value_bytes(values[0]);
	struct mention found;
	struct address key;

	(void)count;
	if (read_key(context, values[1], &key))
		sqlite3_result_int(
		    context, length > 0 && mention_find(octets, length, 0, &key, &found));
}

static void without(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *octets = sqlite3_value_blob(values[0]);
	const size_t length = (size_t)sqlite3_value_bytes(values[0]);
	GString *text = g_string_new(NULL);
	struct mention found;
	struct address key;
	size_t from = 0;

	(void)count;
	if (read_key(context, values[1], &key)) {
		while (from < length &&
		       mention_find(octets, length, from, &key, &found)) {
			g_string_append_len(text, octets + from,
					    (gssize)(found.start - from));
			g_string_append(text, "***");
			from = found.end;
		}
		if (from < length)
			g_string_append_len(text, octets + from, (gssize)(length - from));
		sqlite3_result_text(context, text->str, (int)text->len, SQLITE_TRANSIENT);
	}
	g_string_free(text, TRUE);
}

/* The greatest, or least, of what is not NULL. */
static void choose(sqlite3_context *context, int count, sqlite3_value **values, int sign)
{
	sqlite3_value *best = NULL;

	for (int i = 0; i < count; i++) {
		const sqlite3_int64 value = sqlite3_value_int64(values[i]);

		if (sqlite3_value_type(values[i]) == SQLITE_NULL)
			continue;
		if (best == NULL || (sign > 0 ? value > sqlite3_value_int64(best)
					      : value < sqlite3_value_int64(best)))
			best = values[i];
	}
	if (best != NULL)
		sqlite3_result_int64(context, sqlite3_value_int64(best));
}

static void greatest(sqlite3_context *context, int count, sqlite3_value **values)
{
	choose(context, count, values, 1);
}

static void least(sqlite3_context *context, int count, sqlite3_value **values)
{
	choose(context, count, values, -1);
}

/* Where the second text begins in the first, in octets from 1; 0: nowhere. */
static void find_text(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	const char *part = (const char *)sqlite3_value_text(values[1]);
	const char *found = text != NULL && part != NULL ? strstr(text, part) : NULL;

	(void)count;
	sqlite3_result_int64(context, found != NULL ? found - text + 1 : 0);
}

static void random_id(sqlite3_context *context, int count, sqlite3_value **values)
{
	sqlite3_int64 id;

	(void)count;
	(void)values;
	sqlite3_randomness(sizeof(id), &id);
	id &= RANDOM_ID_MOST;
	sqlite3_result_int64(context, id > 0 ? id : 1);
}

bool sql_functions_add(sqlite3 *db)
{
	static const struct {
		const char *name;
		int arguments; /* -1: any number */
		int flags;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = { { "is_address", 2, SQLITE_DETERMINISTIC, is_address },
			  { "names", 2, SQLITE_DETERMINISTIC, names },
			  { "without", 2, SQLITE_DETERMINISTIC, without },
			  { "greatest", -1, SQLITE_DETERMINISTIC, greatest },
			  { "least", -1, SQLITE_DETERMINISTIC, least },
			  { "strpos", 2, SQLITE_DETERMINISTIC, find_text },
			  { "random_id", 0, 0, random_id } };
	bool ok = true;

	for (size_t i = 0; ok && i < G_N_ELEMENTS(functions); i++)
		ok = sqlite3_create_function_v2(
			 db, functions[i].name, functions[i].arguments,
			 SQLITE_UTF8 | SQLITE_DIRECTONLY | functions[i].flags, NULL,
			 functions[i].run, NULL, NULL, NULL) == SQLITE_OK;
	return ok;
}

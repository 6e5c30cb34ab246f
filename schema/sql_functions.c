/*
 * NAME
 *	sql_functions - addresses, for statements
 *
 * DESCRIPTION
 *	SQLite's own lower() and instr() know nothing of quotes and domains, and find an address
 *	within a longer one.
 *
 * DIAGNOSTICS
 *	A key that is no address is the caller's fault, and fails the statement.
 */
#include "config.h"

#include "schema/sql_functions.h"

#include <glib.h>
#include <string.h>

#include "policy/mention.h"

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

bool sql_functions_add(sqlite3 *db)
{
	static const struct {
		const char *name;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = { { "is_address", is_address },
			  { "names", names },
			  { "without", without } };
	bool ok = true;

	for (size_t i = 0; ok && i < G_N_ELEMENTS(functions); i++)
		ok = sqlite3_create_function_v2(
			 db, functions[i].name, 2,
			 SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
			 functions[i].run, NULL, NULL, NULL) == SQLITE_OK;
	return ok;
}

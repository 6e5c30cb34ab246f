/*
 * NAME
 *	sql_postgres_rows - statements and rows of PostgreSQL
 *
 * DESCRIPTION
 *	A statement is prepared in the server when it runs for the first time, since its
 *	parameters' types are those of what is bound. All rows of a result come at once, as text:
 *	other statements run while they are read.
 *
 *	PostgreSQL takes no text that is not UTF-8; what is not has U+FFFD in place of it.
 *
 * DIAGNOSTICS
 *	Failures are returned; the connection knows what they were.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"
#include "schema/sql_postgres_parts.h"

/* Types as pg_type(catalog) numbers them, for good. */
#define TYPE_BOOL    16
#define TYPE_BYTEA   17
#define TYPE_NAME    19
#define TYPE_INT8    20
#define TYPE_INT2    21
#define TYPE_INT4    23
#define TYPE_TEXT    25
#define TYPE_VARCHAR 1043
#define TYPE_NUMERIC 1700 /* a sum() */

struct octets {
	unsigned char *start;
	size_t length;
};

struct postgres_stmt {
	struct sql_stmt base;
	struct postgres_db *db;
	char *text;
	char name[16];
	bool is_prepared;
	int parameters;
	char **values; /* of each parameter; NULL: SQL NULL */
	int *lengths, *formats;
	Oid *types;
	PGresult *result; /* NULL: it does not run */
	int row;
	struct octets *blobs; /* of the row's columns, as far as they were asked for */
};

struct sql_stmt *postgres_prepare(struct sql_db *db, const char *sql)
{
	struct postgres_stmt *stmt = g_new0(struct postgres_stmt, 1);

	stmt->base = (struct sql_stmt){ db->driver, sql };
	stmt->db = (struct postgres_db *)db;
	stmt->text = postgres_translate_statement(sql, &stmt->parameters);
	(void)g_snprintf(stmt->name, sizeof(stmt->name), "k%d", ++stmt->db->statements);
	stmt->values = g_new0(char *, (gsize)stmt->parameters + 1);
	stmt->lengths = g_new0(int, (gsize)stmt->parameters + 1);
	stmt->formats = g_new0(int, (gsize)stmt->parameters + 1);
	stmt->types = g_new0(Oid, (gsize)stmt->parameters + 1);
	return &stmt->base;
}

static void forget_row(struct postgres_stmt *stmt)
{
	for (int i = 0; stmt->blobs != NULL && i < PQnfields(stmt->result); i++)
		PQfreemem(stmt->blobs[i].start);
	g_clear_pointer(&stmt->blobs, g_free);
}

void postgres_reset(struct sql_stmt *stmt)
{
	struct postgres_stmt *mine = (struct postgres_stmt *)stmt;

	forget_row(mine);
	PQclear(mine->result);
	mine->result = NULL;
	for (int i = 0; i < mine->parameters; i++)
		g_clear_pointer(&mine->values[i], g_free);
}

/* The server forgets it with the connection. */
void postgres_finalize(struct sql_stmt *stmt)
{
	struct postgres_stmt *mine = (struct postgres_stmt *)stmt;

	postgres_reset(stmt);
	g_free(mine->text);
	g_free(mine->values);
	g_free(mine->lengths);
	g_free(mine->formats);
	g_free(mine->types);
	g_free(mine);
}

/* ---- parameters ---- */

static void bind(struct sql_stmt *stmt, int number, Oid type, char *value, size_t length)
{
	struct postgres_stmt *mine = (struct postgres_stmt *)stmt;

	if (number > mine->parameters) {
		g_free(value);
		return;
	}
	g_free(mine->values[number - 1]);
	mine->values[number - 1] = value;
	mine->lengths[number - 1] = (int)length;
	mine->formats[number - 1] = type == TYPE_BYTEA;
	mine->types[number - 1] = type;
}

void postgres_bind_int(struct sql_stmt *stmt, int number, int64_t value)
{
	bind(stmt, number, TYPE_INT8, g_strdup_printf("%lld", (long long)value), 0);
}

void postgres_bind_text(struct sql_stmt *stmt, int number, const char *text)
{
	bind(stmt, number, TYPE_TEXT, text != NULL ? g_utf8_make_valid(text, -1) : NULL,
	     0);
}

void postgres_bind_blob(struct sql_stmt *stmt, int number, const void *octets,
			size_t length)
{
	char *copy = NULL;

	if (octets != NULL) {
		copy = g_malloc(length + 1);
		memcpy(copy, octets, length);
	}
	bind(stmt, number, TYPE_BYTEA, copy, length);
}

/* ---- running ---- */

static bool prepare_there(struct postgres_stmt *stmt)
{
	PGresult *result;

	if (stmt->is_prepared)
		return true;
	result = PQprepare(stmt->db->handle, stmt->name, stmt->text, stmt->parameters,
			   stmt->types);
	stmt->is_prepared = postgres_judge(stmt->db, result);
	PQclear(result);
	return stmt->is_prepared;
}

static bool run(struct postgres_stmt *stmt)
{
	const char *count;

	if (!prepare_there(stmt))
		return false;
	stmt->result = PQexecPrepared(stmt->db->handle, stmt->name, stmt->parameters,
				      (const char *const *)stmt->values, stmt->lengths,
				      stmt->formats, 0);
	if (!postgres_judge(stmt->db, stmt->result))
		return false;
	count = PQcmdTuples(stmt->result);
	if (*count != '\0' && !text_begins_with(PQcmdStatus(stmt->result), "SELECT")) {
		stmt->db->changes = g_ascii_strtoll(count, NULL, 10);
		stmt->db->total_changes += stmt->db->changes;
	}
	stmt->row = -1;
	return true;
}

enum answer postgres_step(struct sql_stmt *stmt)
{
	struct postgres_stmt *mine = (struct postgres_stmt *)stmt;

	if (mine->result == NULL && !run(mine))
		return ANSWER_UNKNOWN;
	forget_row(mine);
	return ++mine->row < PQntuples(mine->result) ? ANSWER_YES : ANSWER_NO;
}

/* ---- columns ---- */

static bool is_null(const struct postgres_stmt *stmt, int column)
{
	return PQgetisnull(stmt->result, stmt->row, column) != 0;
}

enum sql_type postgres_type(struct sql_stmt *stmt, int column)
{
	const struct postgres_stmt *mine = (struct postgres_stmt *)stmt;

	if (is_null(mine, column))
		return SQL_NULL;
	switch (PQftype(mine->result, column)) {
	case TYPE_BOOL:
	case TYPE_INT8:
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_NUMERIC:
		return SQL_INT;
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_NAME:
		return SQL_TEXT;
	case TYPE_BYTEA:
		return SQL_BLOB;
	default:
		return SQL_OTHER;
	}
}

int64_t postgres_integer(struct sql_stmt *stmt, int column)
{
	const struct postgres_stmt *mine = (struct postgres_stmt *)stmt;
	const char *value = PQgetvalue(mine->result, mine->row, column);

	if (PQftype(mine->result, column) == TYPE_BOOL)
		return *value == 't';
	return g_ascii_strtoll(value, NULL, 10);
}

/* What a column of octets has; one that is not is its text. */
static struct octets *unescape(struct postgres_stmt *stmt, int column)
{
	struct octets *octets;

	if (stmt->blobs == NULL)
		stmt->blobs = g_new0(struct octets, (gsize)PQnfields(stmt->result) + 1);
	octets = &stmt->blobs[column];
	if (octets->start == NULL)
		octets->start = PQunescapeBytea(
		    (unsigned char *)PQgetvalue(stmt->result, stmt->row, column),
		    &octets->length);
	return octets;
}

static bool is_blob(const struct postgres_stmt *stmt, int column)
{
	return PQftype(stmt->result, column) == TYPE_BYTEA;
}

const char *postgres_text(struct sql_stmt *stmt, int column)
{
	struct postgres_stmt *mine = (struct postgres_stmt *)stmt;

	if (is_null(mine, column))
		return NULL;
	return is_blob(mine, column) ? (const char *)unescape(mine, column)->start
				     : PQgetvalue(mine->result, mine->row, column);
}

const void *postgres_blob(struct sql_stmt *stmt, int column)
{
	return postgres_octets(stmt, column) > 0 ? postgres_text(stmt, column) : NULL;
}

size_t postgres_octets(struct sql_stmt *stmt, int column)
{
	struct postgres_stmt *mine = (struct postgres_stmt *)stmt;

	if (is_null(mine, column))
		return 0;
	return is_blob(mine, column)
		   ? unescape(mine, column)->length
		   : (size_t)PQgetlength(mine->result, mine->row, column);
}

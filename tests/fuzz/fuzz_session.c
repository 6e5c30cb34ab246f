/*
 * NAME
 *	fuzz_session - the milter's callbacks in any order
 *
 * DESCRIPTION
 *	The input has a step a line: M (MAIL), Rpath (RCPT), D (DATA), Hname:value, N (the blank
 *	line), Btext (a piece of the body), Pnumber (so many octets of it), E (the end), A (broken
 *	off). The intakes are tests/milter/fake_intakes.h's.
 *
 *	Who is no recipient of ours keeps the mail, and what is taken is removed, each path once.
 *	The body arrives as it was sent. In what pieces it comes, and what came before MAIL, makes
 *	no difference.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/keyring.h"
#include "conf/log.h"
#include "milter/core/snapshot.h"
#include "tests/fuzz/fuzz.h"
#include "tests/milter/fake_intakes.h"

#define MESSAGE_MAX 400
#define PIECE_MAX   (2 * MESSAGE_MAX)
#define QUEUE_ID    "4ABC"

static struct kairan *kairan;

/* A message, as the MTA has it. */
static struct {
	bool begun;
	size_t ours;       /* paths that an intake has let in */
	size_t removed;    /* paths */
	size_t body;       /* octets */
	GHashTable *going; /* paths that were not refused: whether each is removed */
	GString *tail;     /* what came since the last header */
} model;

/* What is logged is only written out: there is too much of it. */
void log_event(enum log_level level, const char *queue_id, int64_t draft,
	       const char *format, ...)
{
	static char line[1024];
	va_list args;

	(void)level;
	(void)queue_id;
	(void)draft;
	va_start(args, format);
	require(vsnprintf(line, sizeof(line), format, args) > 0);
	va_end(args);
}

/* ---- the MTA ---- */

static bool add_recipient(void *context, const char *path)
{
	(void)context;
	(void)path;
	require(!"a recipient was added");
	return false;
}

static bool delete_recipient(void *context, const char *path)
{
	gpointer is_removed = NULL;

	(void)context;
	require(g_hash_table_lookup_extended(model.going, path, NULL, &is_removed));
	require(is_removed == NULL);
	(void)g_hash_table_insert(model.going, g_strdup(path), GINT_TO_POINTER(1));
	model.removed++;
	return !g_str_has_prefix(path, "<stuck");
}

static bool add_header(void *context, const char *name, const char *value)
{
	(void)context;
	(void)name;
	(void)value;
	require(!"a header was added");
	return false;
}

static bool keep_waiting(void *context)
{
	(void)context;
	return true;
}

static const struct intake_mta mta = { add_recipient, delete_recipient, add_header,
				       keep_waiting, NULL };

/* ---- steps ---- */

static void forget(bool begun)
{
	model.begun = begun;
	model.ours = model.removed = model.body = 0;
	g_hash_table_remove_all(model.going);
	g_string_truncate(model.tail, 0);
}

static bool goes(const struct session_answer *answer)
{
	return answer->action == SESSION_CONTINUE;
}

static void require_put_off(const struct session_answer *answer)
{
	require(answer->action == SESSION_REPLY && strcmp(answer->reply, "451") == 0);
}

static void step_recipient(struct session *session, const char *path)
{
	const size_t before = fake_trace->len;
	struct session_answer answer;

	session_judge_recipient(session, path, NULL, &answer);
	if (model.begun && goes(&answer)) {
		model.ours += strchr(fake_trace->str + before, '?') != NULL;
		(void)g_hash_table_insert(model.going, g_strdup(path), NULL);
	}
	fake_note_answer(&answer);
	require(answer.action == SESSION_CONTINUE || answer.action == SESSION_REPLY);
	if (!model.begun)
		require_put_off(&answer);
}

static void step_data(struct session *session)
{
	struct session_answer answer;

	session_judge_data(session, &answer);
	fake_note_answer(&answer);
	if (!model.begun)
		require_put_off(&answer);
	else
		require(answer.action ==
			(model.ours > 0 ? SESSION_CONTINUE : SESSION_ACCEPT));
}

static void step_header(struct session *session, char *text)
{
	char *colon = strchr(text, ':');

	if (colon != NULL)
		*colon = '\0';
	session_add_header(session, text, colon != NULL ? colon + 1 : "");
	g_string_truncate(model.tail, 0);
}

static void step_body(struct session *session, const char *text, size_t length,
		      size_t piece)
{
	for (size_t at = 0; at < length; at += piece)
		session_add_body(session, (const unsigned char *)text + at,
				 MIN(piece, length - at));
	model.body += length;
	g_string_append_len(model.tail, text, (gssize)length);
}

/* What the intake has is what came, or nothing of it. */
static void require_octets(const char *asked)
{
	const bool too_large = strstr(asked, " too-large") != NULL;

	require(strcmp(fake_queue_id, QUEUE_ID) == 0);
	require(too_large ==
		(fake_octets->len == 0 && strstr(asked, " 0-octets") == NULL));
	require(too_large || fake_octets->len <= MESSAGE_MAX);
	require(too_large || model.body <= fake_octets->len);
	require(too_large || memcmp(fake_octets->str + fake_octets->len - model.tail->len,
				    model.tail->str, model.tail->len) == 0);
}

static void step_end(struct session *session)
{
	const size_t before = fake_trace->len;
	const guint going = g_hash_table_size(model.going);
	struct session_answer answer;

	session_take(session, QUEUE_ID, &mta, &answer);
	if (strchr(fake_trace->str + before, '!') != NULL)
		require_octets(fake_trace->str + before);
	fake_note_answer(&answer);
	if (!model.begun)
		require_put_off(&answer);
	else if (answer.action == SESSION_DISCARD)
		require(going > 0 && model.removed == going);
	else if (answer.action == SESSION_ACCEPT)
		require(going == 0 || model.removed < going);
	else
		require(answer.action == SESSION_REPLY && model.ours > 0);
	forget(false);
}

static void step(struct session *session, char *line, size_t length, size_t piece)
{
	static char many[PIECE_MAX];

	switch (*line) {
	case 'M':
		session_begin(session, FAKE_SENDER, FAKE_LOGIN, "192.0.2.1");
		forget(true);
		break;
	case 'R':
		step_recipient(session, line + 1);
		break;
	case 'D':
		step_data(session);
		break;
	case 'H':
		step_header(session, line + 1);
		break;
	case 'N':
		session_add_blank(session);
		model.body += 2;
		g_string_append(model.tail, "\r\n");
		break;
	case 'B':
		step_body(session, line + 1, length - 1, piece);
		break;
	case 'P':
		step_body(session, many, strtoul(line + 1, NULL, 10) % sizeof(many),
			  piece);
		break;
	case 'E':
		step_end(session);
		break;
	case 'A':
		session_reset(session);
		forget(false);
		break;
	default:
		break;
	}
}

/* ---- the steps of an input ---- */

/* All that was asked and answered, and the last mail that was taken; to g_free(). */
static char *play(struct session *session, const uint8_t *octets, size_t length,
		  size_t piece)
{
	char *line;
	size_t line_length;

	g_string_truncate(fake_trace, 0);
	g_string_truncate(fake_octets, 0);
	forget(false);
	while ((line = fuzz_next_line(&octets, &length, &line_length)) != NULL) {
		step(session, line, line_length, piece);
		free(line);
	}
	require(strstr(fake_trace->str, FAKE_WRONG) == NULL);
	return g_strdup_printf("%s\n%zu %u", fake_trace->str, fake_octets->len,
			       g_string_hash(fake_octets));
}

static struct setup *load_setup(const char *folder)
{
	struct kairan_error error = { "" };
	struct setup *setup = NULL;
	g_autofree char *keys = g_build_filename(folder, "token.keys", NULL);
	g_autofree char *text =
	    g_strdup_printf("service_domain = \"" FAKE_DOMAIN "\"\n"
			    "key_file = \"%s\"\n"
			    "template_dir = \"" SRCDIR "/conf/templates\"\n"
			    "ldap_uri = \"ldap://127.0.0.1:9\"\n"
			    "ldap_base = \"dc=town,dc=example\"\n"
			    "message_max = \"%d\"\n",
			    keys, MESSAGE_MAX);
	struct fuzz_file file;

	require(keyring_make_file(keys, &error));
	fuzz_file_make(text, strlen(text), &file);
	require(setup_load(file.path, &setup, &error));
	fuzz_file_close(&file);
	return setup;
}

static void begin(void)
{
	kairan = kairan_new(load_setup(fuzz_folder()), NULL);
	snapshot_take(kairan_get_snapshot(kairan), fake_list_broadcasts());
	model.going = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	model.tail = g_string_new(NULL);
	fake_begin();
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	struct session *session;
	g_autofree char *first = NULL, *in_pieces = NULL, *again = NULL;

	if (kairan == NULL)
		begin();
	session = session_new(kairan);
	first = play(session, octets, length, PIECE_MAX);
	session_free(session);
	session = session_new(kairan);
	in_pieces = play(session, octets, length, 1);
	require(strcmp(first, in_pieces) == 0);
	/* On the same connection, whatever was under way there. */
	session_reset(session);
	again = play(session, octets, length, 7);
	require(strcmp(first, again) == 0);
	session_free(session);
	return 0;
}

/*
 * NAME
 *	tail - what stands below a decision
 *
 * DESCRIPTION
 *	Each line is known, which is a disclaimer, one of the town's own lines, or a part of
 *	what the person has said is their signature; or a ruler; or looks like a line of a
 *	signature; or is said. What is known is not read for doubt. Of what looks like a
 *	signature only names, offices and addresses are not, so that nothing is hidden by its
 *	place or by a ruler above it.
 *
 *	Which lines are the signature matters for the reason only, which is mailed on.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/tail.h"

#include <glib.h>
#include <string.h>

#include "policy/disclaimer.h"
#include "policy/line.h"
#include "policy/reply_doubt.h"
#include "policy/signature.h"
#include "policy/text.h"
#include "policy/token.h"

/* So many lines at both ends may be disclaimers and signatures; what is between them, in a mail
 * that is no person's reply, is only said. */
#define ENDS_LINES 300

enum tail_kind {
	TAIL_BLANK,
	TAIL_RULER,
	TAIL_KNOWN,
	TAIL_SIGNATURE,
	TAIL_SAID,
};

struct tail_line {
	enum tail_kind kind;
	enum signature_kind signature;
	char *said; /* what may be read for doubt; NULL when nothing may */
};

struct tail {
	char *const *lines;
	size_t count;
	struct tail_line *read;
	char *said;
};

/* ---- hashes ---- */

static void append_words(GString *words, const char *line)
{
	g_autofree char *folded = text_fold_case(line, strlen(line));

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (!line_is_blank_at(at))
			g_string_append_unichar(words, g_utf8_get_char(at));
}

static char *hash_words(const char *words)
{
	unsigned char hash[TOKEN_HASH_OCTETS];
	GString *hex;

	if (*words == '\0' || strlen(words) > TAIL_OCTETS_MOST)
		return NULL;
	hex = g_string_new(NULL);
	token_hash_text(words, hash);
	for (size_t i = 0; i < sizeof(hash); i++)
		g_string_append_printf(hex, "%02x", hash[i]);
	return g_string_free(hex, FALSE);
}

char *tail_hash(const char *text)
{
	GString *words;
	size_t lines = 1;
	char *hash;

	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	if (lines > TAIL_LINES_MOST)
		return NULL;
	words = g_string_new(NULL);
	append_words(words, text);
	hash = hash_words(words->str);
	(void)g_string_free(words, TRUE);
	return hash;
}

/* ---- what is known ---- */

static void set_known(struct tail *tail, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < tail->count; i++)
		if (tail->read[i].kind != TAIL_BLANK)
			tail->read[i].kind = TAIL_KNOWN;
}

/* The line from which on, up to the end, the words have one of these hashes; the end when
 * there is none. */
static size_t find_learned(const struct tail *tail, size_t end,
			   const char *const *signatures)
{
	const size_t first = end > TAIL_LINES_MOST ? end - TAIL_LINES_MOST : 0;
	GString *words = g_string_new(NULL);
	g_autofree size_t *starts = g_new0(size_t, end + 1);
	size_t found = end;

	for (size_t i = first; i < end; i++) {
		starts[i] = words->len;
		append_words(words, tail->lines[i]);
	}
	for (size_t i = first; i < end && found == end; i++) {
		g_autofree char *hash = hash_words(words->str + starts[i]);

		for (size_t s = 0; hash != NULL && signatures[s] != NULL; s++)
			if (strcmp(hash, signatures[s]) == 0)
				found = i;
	}
	(void)g_string_free(words, TRUE);
	return found;
}

/* What was learned may since have got other words below it, which are read as ever. */
static void read_learned(struct tail *tail, const char *const *signatures)
{
	const size_t least =
	    tail->count > TAIL_LINES_MOST ? tail->count - TAIL_LINES_MOST : 0;

	for (size_t end = tail->count; end > least && *signatures != NULL; end--)
		if (tail->read[end - 1].kind != TAIL_BLANK)
			set_known(tail, find_learned(tail, end, signatures), end);
}

/* ---- lines ---- */

static enum tail_kind look_at(const char *line)
{
	return line_is_blank(line)   ? TAIL_BLANK
	       : line_is_ruler(line) ? TAIL_RULER
				     : TAIL_SAID;
}

static bool is_at_end(const struct tail *tail, size_t line)
{
	return line < ENDS_LINES || line + ENDS_LINES >= tail->count;
}

static void read_kinds(struct tail *tail, const struct reply_facts *facts)
{
	size_t count;

	for (size_t i = 0; i < tail->count; i++)
		tail->read[i].kind = look_at(tail->lines[i]);
	for (size_t i = 0; i < tail->count; i += MAX(count, 1)) {
		count = 0;
		if (!is_at_end(tail, i))
			continue;
		count = disclaimer_count_lines(tail->lines + i);
		if (count == 0 && facts != NULL &&
		    line_matches_any(tail->lines[i], facts->footers))
			count = 1;
		set_known(tail, i, i + count);
	}
}

/* Words may be broken over blank lines, but not over what is known. */
static const char *get_said(const struct tail_line *read)
{
	return read->said != NULL ? read->said : read->kind == TAIL_BLANK ? "" : " ";
}

static void read_said(struct tail *tail, const struct own_words *own)
{
	GString *said = g_string_new(NULL);
	bool ruled = false;

	for (size_t i = 0; i < tail->count; i++) {
		struct tail_line *read = &tail->read[i];

		ruled = ruled || read->kind == TAIL_RULER;
		if (read->kind == TAIL_SAID && !is_at_end(tail, i))
			read->said = g_strdup(tail->lines[i]);
		else if (read->kind == TAIL_SAID)
			read->signature =
			    signature_read_line(tail->lines[i], own, ruled, &read->said);
		if (read->signature != SIGNATURE_NONE)
			read->kind = TAIL_SIGNATURE;
		g_string_append_printf(said, "%s\n", get_said(read));
	}
	tail->said = g_string_free(said, FALSE);
}

struct tail *tail_read(char *const *lines, const struct reply_facts *facts,
		       const struct own_words *own)
{
	struct tail *tail = g_new0(struct tail, 1);

	tail->lines = lines;
	while (lines[tail->count] != NULL)
		tail->count++;
	tail->read = g_new0(struct tail_line, tail->count + 1);
	read_kinds(tail, facts);
	if (facts != NULL && facts->signatures != NULL && facts->signatures[0] != NULL)
		read_learned(tail, facts->signatures);
	read_said(tail, own);
	return tail;
}

void tail_free(struct tail *tail)
{
	if (tail == NULL)
		return;
	for (size_t i = 0; i < tail->count; i++)
		g_free(tail->read[i].said);
	g_free(tail->read);
	g_free(tail->said);
	g_free(tail);
}

const char *tail_get_said(const struct tail *tail)
{
	return tail->said;
}

bool tail_is_known(const struct tail *tail, size_t line)
{
	return tail->read[line].kind == TAIL_KNOWN;
}

const char *tail_get_first(const struct tail *tail)
{
	for (size_t i = 0; i < tail->count; i++)
		if (tail->read[i].said != NULL)
			return tail->lines[i];
	return NULL;
}

/* Do the words of these lines say so? */
static bool says_any(const struct tail *tail, size_t from, size_t to,
		     bool (*says)(const char *said, bool asked), bool asked)
{
	g_autoptr(GString) said = g_string_new(NULL);

	for (size_t i = from; i < to; i++)
		g_string_append_printf(said, "%s\n", get_said(&tail->read[i]));
	return says(said->str, asked);
}

/* By halves, so that a reply of many lines is read twice, not once for each line. */
const char *tail_find(const struct tail *tail, bool (*says)(const char *said, bool asked),
		      bool asked)
{
	size_t from = 0, to = tail->count;

	if (to == 0 || !says_any(tail, from, to, says, asked))
		return NULL;
	while (to - from > 1) {
		const size_t middle = from + (to - from) / 2;

		if (says_any(tail, from, middle, says, asked))
			to = middle;
		else if (says_any(tail, middle, to, says, asked))
			from = middle;
		else
			/* Only together: the line where the second half begins. */
			return tail->lines[middle];
	}
	return tail->lines[from];
}

/* ---- the signature ---- */

/* What is known of some lines. */
struct tail_evidence {
	size_t lines; /* that look like a signature */
	bool name, own, contact, place;
};

static struct tail_evidence find_evidence(const struct tail *tail, size_t from)
{
	struct tail_evidence evidence = { 0 };

	for (size_t i = from; i < tail->count; i++) {
		const enum signature_kind kind = tail->read[i].signature;

		evidence.lines += kind > SIGNATURE_NONE;
		evidence.name = evidence.name || kind == SIGNATURE_NAME;
		evidence.own = evidence.own || kind >= SIGNATURE_SECTION;
		evidence.contact = evidence.contact || kind == SIGNATURE_CONTACT;
		evidence.place = evidence.place || kind >= SIGNATURE_PLACE;
	}
	return evidence;
}

/* Behind the last line that is said. */
static size_t find_last_said(const struct tail *tail)
{
	size_t from = tail->count;

	while (from > 0 && tail->read[from - 1].kind != TAIL_SAID)
		from--;
	return from;
}

/* From the highest line that names the person or their section; further up what stands
 * directly above it, when a blank line parts all of that from what is said. */
static size_t find_named_start(const struct tail *tail, size_t from)
{
	size_t named = from, start;

	while (named < tail->count && tail->read[named].signature < SIGNATURE_SECTION)
		named++;
	for (start = named; start > from && start < tail->count &&
			    tail->read[start - 1].kind == TAIL_SIGNATURE;)
		start--;
	return start < named && start > 0 && tail->read[start - 1].kind == TAIL_BLANK
		   ? start
		   : named;
}

static size_t find_kind(const struct tail *tail, size_t from, enum tail_kind kind)
{
	while (from < tail->count && tail->read[from].kind != kind)
		from++;
	return from;
}

/* Is what stands from here on a signature, and no reason? The name makes it one. Without it
 * there must be a reason elsewhere, and a ruler or lines enough. */
static bool is_signature(const struct tail *tail, size_t from, bool reasoned)
{
	const struct tail_evidence evidence = find_evidence(tail, from);

	const bool ruled =
	    from < tail->count && tail->read[from].kind == TAIL_RULER && evidence.place;

	return evidence.name ||
	       (reasoned &&
		(ruled || (evidence.lines >= 2 &&
			   (evidence.own || (evidence.contact && evidence.place)))));
}

size_t tail_count_words(const struct tail *tail, bool reasoned)
{
	const size_t from = find_last_said(tail);
	const size_t starts[] = {
		find_kind(tail, from, TAIL_RULER),
		find_named_start(tail, from),
		find_kind(tail, from, TAIL_BLANK),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		if (is_signature(tail, starts[i], reasoned || from > 0))
			return starts[i];
	return tail->count;
}

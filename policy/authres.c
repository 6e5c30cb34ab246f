/*
 * NAME
 *	authres - Authentication-Results, read strictly
 *
 * DESCRIPTION
 *	Splits the value into words, '=' and ';' (RFC 8601 2.2), with comments dropped, and
 *	looks through its results. Only a result that is complete and simple proves anything;
 *	a value that does not follow the grammar proves nothing as a whole.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/authres.h"

#include <string.h>
#include <strings.h>

#define WORD_MAX 256

enum piece_kind {
	PIECE_END,
	PIECE_WORD,
	PIECE_EQUALS,
	PIECE_SEMICOLON,
	PIECE_BROKEN,
};

struct piece {
	enum piece_kind kind;
	bool quoted;
	char word[WORD_MAX];
};

/* Behind a comment and everything nested in it; NULL when it does not end. */
static const char *skip_comment(const char *at)
{
	int depth = 0;

	for (; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return at + 1;
	}
	return NULL;
}

static const char *skip_space(const char *at)
{
	while (at != NULL && *at != '\0') {
		if (strchr(" \t\r\n", *at) != NULL)
			at++;
		else if (*at == '(')
			at = skip_comment(at);
		else
			break;
	}
	return at;
}

static const char *read_quoted(const char *at, struct piece *piece)
{
	size_t used = 0;

	piece->quoted = true;
	for (at++; *at != '\0' && *at != '"'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		if (used + 1 >= WORD_MAX)
			return NULL;
		piece->word[used++] = *at;
	}
	piece->word[used] = '\0';
	return *at == '"' ? at + 1 : NULL;
}

static const char *read_word(const char *at, struct piece *piece)
{
	size_t length = strcspn(at, " \t\r\n()\"=;");

	if (length == 0 || length >= WORD_MAX)
		return NULL;
	memcpy(piece->word, at, length);
	piece->word[length] = '\0';
	return at + length;
}

static struct piece next_piece(const char **at)
{
	struct piece piece = { .kind = PIECE_WORD };
	const char *here = skip_space(*at);

	if (here == NULL) {
		piece.kind = PIECE_BROKEN;
	} else if (*here == '\0') {
		piece.kind = PIECE_END;
	} else if (*here == '=' || *here == ';') {
		piece.kind = *here == '=' ? PIECE_EQUALS : PIECE_SEMICOLON;
		here++;
	} else {
		here = *here == '"' ? read_quoted(here, &piece) : read_word(here, &piece);
		if (here == NULL)
			piece.kind = PIECE_BROKEN;
	}
	if (here != NULL)
		*at = here;
	return piece;
}

/* Behind "authserv-id [version] ;" when the id is ours; NULL otherwise. */
static const char *skip_our_id(const char *value, const char *authserv_id)
{
	struct piece piece = next_piece(&value);

	if (piece.kind != PIECE_WORD || strcasecmp(piece.word, authserv_id) != 0)
		return NULL;
	piece = next_piece(&value);
	if (piece.kind == PIECE_WORD && strcmp(piece.word, "1") == 0)
		piece = next_piece(&value);
	return piece.kind == PIECE_SEMICOLON || piece.kind == PIECE_END ? value : NULL;
}

bool authres_is_ours(const char *value, const char *authserv_id)
{
	struct piece piece = next_piece(&value);

	return piece.kind == PIECE_WORD && strcasecmp(piece.word, authserv_id) == 0;
}

/* Is domain the same as from, or a parent of it with at least two labels? */
static bool is_aligned(const char *domain, const char *from)
{
	size_t length = strlen(domain), whole = strlen(from);

	if (strcasecmp(domain, from) == 0)
		return true;
	return length < whole && strchr(domain, '.') != NULL && domain[0] != '.' &&
	       from[whole - length - 1] == '.' &&
	       strcasecmp(from + whole - length, domain) == 0;
}

/* One result: "method=result [property=value ...]", up to ';' or the end. */
struct result {
	char method[WORD_MAX];
	bool pass, fail;
	bool from_matches;   /* header.from is the domain */
	bool signer_aligned; /* header.d or header.i is aligned with it */
	bool signer_foreign; /* one of them is not */
};

static void take_property(struct result *result, const char *name, const char *value,
			  const char *from_domain)
{
	const char *domain = value;

	if (strcasecmp(name, "header.from") == 0) {
		result->from_matches = strcasecmp(value, from_domain) == 0;
		return;
	}
	if (strcasecmp(name, "header.i") == 0)
		domain = strrchr(value, '@') != NULL ? strrchr(value, '@') + 1 : value;
	else if (strcasecmp(name, "header.d") != 0)
		return;
	if (is_aligned(domain, from_domain))
		result->signer_aligned = true;
	else
		result->signer_foreign = true;
}

/* "type.property" (RFC 8601 2.2). */
static bool is_property(const char *name)
{
	const size_t type = strcspn(name, ".");

	return type > 0 && name[type] == '.' && name[type + 1] != '\0' &&
	       strchr(name + type + 1, '.') == NULL;
}

/* Read one "name=value"; PIECE_WORD when there is one. */
static enum piece_kind read_pair(const char **at, struct piece *name_r,
				 struct piece *value_r)
{
	*name_r = next_piece(at);
	if (name_r->kind != PIECE_WORD)
		return name_r->kind == PIECE_EQUALS ? PIECE_BROKEN : name_r->kind;
	if (name_r->quoted || next_piece(at).kind != PIECE_EQUALS)
		return PIECE_BROKEN;
	*value_r = next_piece(at);
	return value_r->kind == PIECE_WORD ? PIECE_WORD : PIECE_BROKEN;
}

/* Read one result; the kind of piece that ended it, PIECE_BROKEN for bad grammar. */
static enum piece_kind read_result(const char **at, const char *from_domain,
				   struct result *result)
{
	struct piece name, value;
	enum piece_kind kind = read_pair(at, &name, &value);

	*result = (struct result){ .method = "" };
	if (kind != PIECE_WORD || value.quoted || strchr(name.word, '.') != NULL)
		return PIECE_BROKEN;
	/* "dkim/1" is method and version. */
	name.word[strcspn(name.word, "/")] = '\0';
	strcpy(result->method, name.word);
	result->pass = strcasecmp(value.word, "pass") == 0;
	result->fail = strcasecmp(value.word, "fail") == 0;
	for (bool first = true; (kind = read_pair(at, &name, &value)) == PIECE_WORD;
	     first = false) {
		if (is_property(name.word))
			take_property(result, name.word, value.word, from_domain);
		else if (!first || strcasecmp(name.word, "reason") != 0)
			return PIECE_BROKEN;
	}
	return kind;
}

static bool result_proves(const struct result *result)
{
	if (!result->pass)
		return false;
	if (strcasecmp(result->method, "dmarc") == 0)
		return result->from_matches;
	return strcasecmp(result->method, "dkim") == 0 && result->signer_aligned &&
	       !result->signer_foreign;
}

bool authres_denies(const char *value, const char *authserv_id, const char *from_domain)
{
	struct result result;
	enum piece_kind end;
	bool denied = false;

	value = skip_our_id(value, authserv_id);
	if (value == NULL)
		return false;
	do {
		end = read_result(&value, from_domain, &result);
		denied =
		    denied || (result.fail && strcasecmp(result.method, "dmarc") == 0);
	} while (end == PIECE_SEMICOLON);
	return denied;
}

bool authres_proves(const char *value, const char *authserv_id, const char *from_domain)
{
	struct result result;
	enum piece_kind end;
	bool proved = false;

	value = skip_our_id(value, authserv_id);
	if (value == NULL || *from_domain == '\0')
		return false;
	do {
		end = read_result(&value, from_domain, &result);
		proved = proved || result_proves(&result);
	} while (end == PIECE_SEMICOLON);
	return proved && end == PIECE_END;
}

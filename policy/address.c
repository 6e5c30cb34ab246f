/*
 * NAME
 *	address - mail addresses, read strictly
 *
 * DESCRIPTION
 *	One reader for the envelope and one for a From: header. Both accept what people in a
 *	town really have, wild dots included, and refuse everything that another program
 *	could understand differently: routes, groups, lists, two '@', and local parts that need
 *	their quotes. One that is quoted without need is the same without them, and so is a
 *	domain without the dot that ends it: some clients and gateways write both.
 *
 * DIAGNOSTICS
 *	Errors say what is wrong with the address; they never repeat more than it.
 */
#include "policy/address.h"

#include <string.h>
#include <strings.h>

/* RFC 5322 atext without '@', and the dot. */
static bool is_local_octet(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL;
}

static bool is_domain_octet(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Labels of letters, digits and hyphens; no empty label, none over 63 octets. */
static bool check_domain(const char *domain, size_t length)
{
	size_t label = 0;

	for (size_t i = 0; i < length; i++) {
		if (domain[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (!is_domain_octet((unsigned char)domain[i]) || ++label > 63) {
			return false;
		}
	}
	return label > 0;
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* A local part without the quotes around it (RFC 5321 4.1.2). What was quoted for a reason has
 * an octet that is refused. */
static const char *unquote(const char *local, size_t *length)
{
	if (*length < 2 || local[0] != '"' || local[*length - 1] != '"')
		return local;
	*length -= 2;
	return local + 1;
}

static bool read_spec(const char *text, size_t length, size_t local_most,
		      struct address *address_r, struct kairan_error *error_r)
{
	const char *at = memchr(text, '@', length);
	size_t local_length = at != NULL ? (size_t)(at - text) : 0;
	size_t rest = length - local_length;
	const char *local = unquote(text, &local_length);

	if (at == NULL)
		return error_set(error_r, "an address has an '@'");
	/* The root of the DNS, which every domain ends in. */
	if (text[length - 1] == '.')
		rest--;
	if (local_length + rest > ADDRESS_MAX || local_length == 0 ||
	    local_length > local_most)
		return error_set(error_r,
				 "the address is too long, or has no local part");
	for (size_t i = 0; i < local_length; i++)
		if (!is_local_octet((unsigned char)local[i]))
			return error_set(
			    error_r, "the address has a character that is not allowed");
	if (!check_domain(at + 1, rest - 1))
		return error_set(error_r, "the address has no valid domain");
	memcpy(address_r->spec, local, local_length);
	memcpy(address_r->spec + local_length, at, rest);
	address_r->spec[local_length + rest] = '\0';
	address_r->local_len = local_length;
	for (size_t i = local_length; i < local_length + rest; i++)
		address_r->spec[i] = fold(address_r->spec[i]);
	return true;
}

static bool read_path(const char *text, size_t local_most, struct address *address_r,
		      struct kairan_error *error_r)
{
	size_t length = strlen(text);

	if (length >= 2 && text[0] == '<' && text[length - 1] == '>') {
		text++;
		length -= 2;
	}
	return read_spec(text, length, local_most, address_r, error_r);
}

bool address_read(const char *text, struct address *address_r,
		  struct kairan_error *error_r)
{
	return read_path(text, ADDRESS_LOCAL_MAX, address_r, error_r);
}

bool address_read_completed(const char *text, struct address *address_r,
			    struct kairan_error *error_r)
{
	return read_path(text, ADDRESS_MAX, address_r, error_r);
}

bool address_is_null(const char *path)
{
	return *path == '\0' || strcmp(path, "<>") == 0;
}

/* ---- From: ---- */

static const char *skip_blank(const char *at)
{
	while (*at != '\0' && strchr(" \t\r\n", *at) != NULL)
		at++;
	return at;
}

#define ESCAPE '\033'

/* Folding is a line break before white space (RFC 5322 2.2.3); any other line break, and
 * any other control character, would be a second header. The escapes of ISO-2022-JP are
 * looked at where a name may be. */
static bool check_folding(const char *value)
{
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '\r' && value[1] != '\n')
			return false;
		if (c == '\n' && value[1] != ' ' && value[1] != '\t' && value[1] != '\0')
			return false;
		if ((c < ' ' && strchr("\t\r\n\033", c) == NULL) || c == 0x7f)
			return false;
	}
	return true;
}

/* Behind ISO-2022-JP that stands unencoded from this escape on (RFC 1468), back in ASCII; NULL
 * where it is anything else. Its pairs may look like any mark. */
static const char *skip_jis(const char *at)
{
	bool in_pairs = false;

	while (*at == ESCAPE || in_pairs) {
		if (*at != ESCAPE) {
			if (at[0] <= ' ' || at[1] <= ' ')
				return NULL;
			at += 2;
		} else if (at[1] == '$' && (at[2] == 'B' || at[2] == '@')) {
			in_pairs = true;
			at += 3;
		} else if (at[1] == '(' && (at[2] == 'B' || at[2] == 'J')) {
			in_pairs = false;
			at += 3;
		} else {
			return NULL;
		}
	}
	return at;
}

/* The end of a quoted string that begins at '"', or NULL. */
static const char *skip_quoted(const char *at)
{
	at++;
	while (at != NULL && *at != '\0') {
		if (*at == '"')
			return at + 1;
		if (*at == ESCAPE)
			at = skip_jis(at);
		else
			at += *at == '\\' && at[1] != '\0' ? 2 : 1;
	}
	return NULL;
}

/* The '<' that ends a display name; NULL when there is none, or the name has a character
 * by which a list, a group, a comment or a second address could begin. */
static const char *skip_display_name(const char *at)
{
	while (at != NULL && *at != '<') {
		if (*at == '"')
			at = skip_quoted(at);
		else if (*at == ESCAPE)
			at = skip_jis(at);
		else if (*at == '\0' || strchr("@>,:;()[]\\", *at) != NULL)
			return NULL;
		else
			at++;
	}
	return at;
}

static bool read_bare(const char *value, struct address *address_r,
		      struct kairan_error *error_r)
{
	size_t length = strlen(value);

	while (length > 0 && strchr(" \t\r\n", value[length - 1]) != NULL)
		length--;
	return read_spec(value, length, ADDRESS_LOCAL_MAX, address_r, error_r);
}

bool address_read_from(const char *value, struct address *address_r,
		       struct kairan_error *error_r)
{
	const char *open, *close;

	if (!check_folding(value))
		return error_set(error_r, "From: has a control character");
	value = skip_blank(value);
	if (strchr(value, '<') == NULL)
		return read_bare(value, address_r, error_r);
	open = skip_display_name(value);
	close = open != NULL ? strchr(open, '>') : NULL;
	if (close == NULL || *skip_blank(close + 1) != '\0')
		return error_set(error_r, "From: is not one plain address");
	return read_spec(open + 1, (size_t)(close - open - 1), ADDRESS_LOCAL_MAX,
			 address_r, error_r);
}

const char *address_domain(const struct address *address)
{
	return address->spec + address->local_len + 1;
}

void address_fold(struct address *address)
{
	for (char *at = address->spec; *at != '\0'; at++)
		*at = fold(*at);
}

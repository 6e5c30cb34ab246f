/*
 * NAME
 *	mention - a mail address within a text
 *
 * DESCRIPTION
 *	Answers of mail systems and notices name addresses among other words. One is found
 *	where it stands for itself: "a@example.jp" is no part of "aa@example.jp", nor of
 *	"a@example.jp.example". Quotes around a local part are written by some mail systems and
 *	not by others, and have a backslash before them in JSON.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/mention.h"

#include <string.h>

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_alnum(char c)
{
	c = fold(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool stands_at(const char *octets, size_t length, size_t at, const char *word,
		      size_t word_length)
{
	if (at + word_length > length)
		return false;
	for (size_t i = 0; i < word_length; i++)
		if (fold(octets[at + i]) != word[i])
			return false;
	return true;
}

/* A dot ends a sentence, or goes on with the domain. */
static bool ends_at(const char *octets, size_t length, size_t at)
{
	if (at >= length)
		return true;
	if (octets[at] == '.')
		return at + 1 >= length || !is_alnum(octets[at + 1]);
	return !is_alnum(octets[at]) && octets[at] != '-' && octets[at] != '_';
}

/* Before '=' a token stands, with any of the delimiters. */
static bool begins_at(const char *octets, size_t at, char separator)
{
	const char before = at > 0 ? octets[at - 1] : ' ';

	if (separator == '=')
		return !is_alnum(before);
	return !is_alnum(before) && before != '.' && before != '_' && before != '-' &&
	       before != '+';
}

/* Behind the address that begins here, or 0. */
static size_t match(const char *octets, size_t length, size_t at,
		    const struct address *key)
{
	const char *domain = address_domain(key);
	size_t rest = at + key->local_len;
	char separator;

	if (!stands_at(octets, length, at, key->spec, key->local_len))
		return 0;
	while (rest < length && (octets[rest] == '"' || octets[rest] == '\\'))
		rest++;
	separator = rest < length ? octets[rest] : ' ';
	if ((separator != '@' && separator != '=') ||
	    !stands_at(octets, length, rest + 1, domain, strlen(domain)) ||
	    !begins_at(octets, at, separator))
		return 0;
	rest += 1 + strlen(domain);
	return ends_at(octets, length, rest) ? rest : 0;
}

bool mention_find(const char *octets, size_t length, size_t from,
		  const struct address *key, struct mention *found_r)
{
	for (size_t at = from; at < length; at++) {
		const size_t end = match(octets, length, at, key);

		if (end != 0) {
			*found_r = (struct mention){ at, end };
			return true;
		}
	}
	return false;
}

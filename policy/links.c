/*
 * NAME
 *	links - addresses of web pages in a text
 *
 * DESCRIPTION
 *	Finds what phones make a link of: "https://...", "http://...", "www....", and a name with
 *	dots before a slash. An address ends at the first character that an address (RFC 3986)
 *	cannot have, without the marks that end a sentence. Whose it is its host alone says.
 *
 *	Where people and programs could read different hosts it is disguised: userinfo before
 *	'@', backslashes, escapes, letters of other scripts or of full width in the host, dots of
 *	IDNA (。), punycode. Another port than the scheme's is another server, and so another's.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/links.h"

#include <glib.h>
#include <string.h>

/* Between a host and what follows. */
#define HOST_ENDS "/?#"
/* Of an address; letters and digits besides. */
#define ADDRESS_MARKS "-._~:/?#[]@!$&'()*+,;=%\\"
/* End a sentence rather than an address. */
#define SENTENCE_MARKS ".,;:!?'"

static gunichar read_at(const char *at)
{
	return *at != '\0' ? g_utf8_get_char(at) : 0;
}

/* A letter of full width as what it looks like. */
static gunichar narrow(gunichar c)
{
	return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFF01 + '!' : c;
}

static bool is_wide(gunichar c)
{
	return c >= 0xFF01 && c <= 0xFF5E;
}

static bool is_dot(gunichar c)
{
	return c == '.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61;
}

static bool is_word(gunichar c)
{
	return c < 0x80 && g_ascii_isalnum((gchar)c);
}

static bool is_address_octet(char c)
{
	return g_ascii_isalnum(c) || (c != '\0' && strchr(ADDRESS_MARKS, c) != NULL);
}

/* Behind a word (lower case) that stands here in whatever width and case; NULL: it does not. */
static const char *skip_folded(const char *at, const char *word, bool *odd_r)
{
	for (; *word != '\0'; word++) {
		const gunichar c = read_at(at);
		const gunichar folded = g_unichar_tolower(narrow(c));

		if (folded != (gunichar)*word && !(*word == '/' && folded == '\\'))
			return NULL;
		*odd_r = *odd_r || is_wide(c) || c == '\\';
		at = g_utf8_next_char(at);
	}
	return at;
}

/* "town.example/": a name with dots and a slash behind it, without a scheme. */
static bool is_bare(const char *at)
{
	const char *dot = NULL, *end = at;

	for (; g_ascii_isalnum(*end) || *end == '-' || *end == '.'; end++)
		if (*end == '.')
			dot = end;
	return dot != NULL && dot > at && *end == '/' && end - dot > 2 &&
	       g_ascii_isalpha(dot[1]) && g_ascii_isalpha(dot[2]);
}

/* "www.town": a name behind it. */
static bool is_www(const char *at, bool *odd_r)
{
	const char *name = skip_folded(at, "www.", odd_r);

	return name != NULL && g_unichar_isalnum(narrow(read_at(name)));
}

/* The host of an address that begins here; NULL: none does. */
static const char *find_host(const char *text, const char *at, bool *odd_r, bool *tls_r)
{
	static const char *const schemes[] = { "https://", "http://" };
	const gunichar before = at > text ? g_utf8_get_char(g_utf8_prev_char(at)) : 0;
	bool odd = false;

	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
		const char *host = skip_folded(at, schemes[i], &odd);

		*odd_r = odd;
		*tls_r = i == 0;
		if (host != NULL)
			return host;
		odd = false;
	}
	*odd_r = *tls_r = false;
	if (is_word(before) ||
	    (before < 0x80 && before != 0 && strchr("@.-_/:=&%", (int)before) != NULL))
		return NULL;
	return is_www(at, odd_r) || is_bare(at) ? at : NULL;
}

/* Where the address ends: marks of the sentence, and a bracket that opens before it, are not its. */
static const char *find_end(const char *start)
{
	const char *end = start;

	while (is_address_octet(*end))
		end++;
	while (end > start) {
		const bool closes =
		    end[-1] == ')' && memchr(start, '(', (size_t)(end - start)) == NULL;

		if (!closes && strchr(SENTENCE_MARKS, end[-1]) == NULL)
			break;
		end--;
	}
	return end;
}

/* Could what stands directly behind the host be read as more of it? */
static bool host_goes_on(const char *at)
{
	const gunichar first = read_at(at);

	/* A whole host of others' letters, too. */
	if (first < 0x80 || g_unichar_isspace(first))
		return false;
	/* Letters that look like those of a host, and what cannot be seen. */
	if (is_wide(first) && is_word(narrow(first)))
		return true;
	switch (g_unichar_get_script(first)) {
	case G_UNICODE_SCRIPT_LATIN:
	case G_UNICODE_SCRIPT_CYRILLIC:
	case G_UNICODE_SCRIPT_GREEK:
	case G_UNICODE_SCRIPT_INHERITED:
		return true;
	default:
		break;
	}
	if (g_unichar_type(first) == G_UNICODE_FORMAT)
		return true;
	for (; *at != '\0' && !g_unichar_isspace(read_at(at)) &&
	       strchr(HOST_ENDS, *at) == NULL;
	     at = g_utf8_next_char(at))
		if (is_dot(read_at(at)) && is_word(narrow(read_at(g_utf8_next_char(at)))))
			return true;
	return false;
}

static bool is_below(const char *host, size_t length, const char *domain)
{
	const size_t of_domain = strlen(domain);

	return of_domain > 0 && length >= of_domain &&
	       g_ascii_strncasecmp(host + length - of_domain, domain, of_domain) == 0 &&
	       (length == of_domain || host[length - of_domain - 1] == '.');
}

static bool is_own(const char *host, size_t length, const char *domains)
{
	char **all = g_strsplit(domains, ",", -1);
	bool own = false;

	for (size_t i = 0; all[i] != NULL; i++)
		own = own || is_below(host, length, g_strstrip(all[i]));
	g_strfreev(all);
	return own;
}

static bool has_punycode(const char *host, size_t length)
{
	for (size_t i = 0; i + 4 <= length; i++)
		if ((i == 0 || host[i - 1] == '.') &&
		    g_ascii_strncasecmp(host + i, "xn--", 4) == 0)
			return true;
	return false;
}

/* None, or the scheme's own one. */
static bool is_usual_port(const char *port, size_t length, bool tls)
{
	const char *usual = tls ? "443" : "80";

	return length == 0 ||
	       (length == strlen(usual) && strncmp(port, usual, length) == 0);
}

/* Whose is the host that stands here? */
static enum link_kind judge_host(const char *host, const char *end, bool tls,
				 const char *domains)
{
	const size_t all = MIN(strcspn(host, HOST_ENDS), (size_t)(end - host));
	const char *colon = memchr(host, ':', all);
	size_t length = colon != NULL ? (size_t)(colon - host) : all;

	if (all == 0 || memchr(host, '@', all) != NULL ||
	    memchr(host, '%', all) != NULL || memchr(host, '\\', all) != NULL)
		return LINK_DISGUISED;
	if (length > 0 && host[length - 1] == '.')
		length--;
	if (is_own(host, length, domains))
		return colon == NULL ||
			       is_usual_port(colon + 1, all - (size_t)(colon + 1 - host),
					     tls)
			   ? LINK_OWN
			   : LINK_OTHER;
	return has_punycode(host, length) ? LINK_DISGUISED : LINK_OTHER;
}

/* Letters directly behind it, which phones may take for a part of it. */
static bool runs_on(const char *end)
{
	return *end != '\0' && g_unichar_isalnum(read_at(end));
}

/* An address that begins here. */
static bool match(const char *text, const char *at, const char *domains,
		  struct link *link_r)
{
	bool odd, tls;
	const char *host = find_host(text, at, &odd, &tls);
	g_autofree char *part = NULL;
	const char *end;

	if (host == NULL)
		return false;
	end = find_end(host);
	/* What could be its host, of whatever letters: to the next blank. */
	if (host_goes_on(end) && host + strcspn(host, HOST_ENDS) >= end)
		while (*end != '\0' && !g_unichar_isspace(read_at(end)))
			end = g_utf8_next_char(end);
	if (end == host)
		return false;
	part = g_strndup(host, (gsize)(end - host));
	*link_r = (struct link){
		.kind = odd || !g_str_is_ascii(part)
			    ? LINK_DISGUISED
			    : judge_host(host, end, tls, domains),
		.offset = (size_t)(at - text),
		.length = (size_t)(end - at),
		.runs_on = runs_on(end),
	};
	return true;
}

bool links_find(const char *utf8, size_t offset, const char *domains, struct link *link_r)
{
	for (const char *at = utf8 + offset; *at != '\0'; at = g_utf8_next_char(at))
		if (match(utf8, at, domains, link_r))
			return true;
	return false;
}

size_t links_count_own(const char *utf8, const char *domains)
{
	struct link link = { LINK_OTHER, 0, 0, false };
	size_t count = 0;

	/* Own addresses are ASCII, each octet of which is a character. */
	while (links_find(utf8, link.offset + link.length, domains, &link))
		if (link.kind == LINK_OWN)
			count += link.length;
	return count;
}

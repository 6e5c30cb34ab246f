/*
 * NAME
 *	service_address - what an address of the service domain is for
 *
 * DESCRIPTION
 *	One table of the words by which local parts begin. Behind the word stand a delimiter and
 *	a token. Case does not matter, since mail systems fold it, nor which of the delimiters
 *	it is: kairan writes the one of the setting address_delimiter, and whoever answers a mail
 *	of last month still has another. "%2b" is the '+' of a mailto link that some program did
 *	not decode.
 *
 *	Residents' addresses have the name of a list in a token's place, or before the word
 *	(LIST-owner). Whether there is such a list is for the caller to say.
 *
 *	Gateways cut off what stands behind a '+', and links break where lines do. An address
 *	whose token is not whole is known as such: it is a person's, and no forgery.
 *
 *	Mail systems take more for an address than kairan does. What one of them could deliver to
 *	the service, and kairan reads as somebody else's, is known as a disguise.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/service_address.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

#include "policy/text.h"
#include "policy/token.h"

static const struct {
	enum service_kind kind;
	const char *word;
	bool is_answered; /* a person answers to it */
} service_words[] = {
	{ SERVICE_DECIDE, "decide", true },    { SERVICE_DRAFT, "draft", true },
	{ SERVICE_CORRECT, "correct", true },  { SERVICE_RELEASE, "release", false },
	{ SERVICE_RECEIPT, "receipt", false }, { SERVICE_BOUNCE, "bounce", false },
	{ SERVICE_PROBE, "probe", false },     { SERVICE_ANSWER, "answer", true },
	{ SERVICE_CONFIRM, "confirm", true },
};

/* Words before the name of a list. */
static const struct {
	enum service_kind kind;
	const char *word;
} service_lists[] = {
	{ SERVICE_JOIN, "join" },
	{ SERVICE_LEAVE, "leave" },
	{ SERVICE_PAUSE, "pause" },
	{ SERVICE_PREVIEW, "preview" },
};

#define LISTS_COUNT (sizeof(service_lists) / sizeof(service_lists[0]))

/* Words that are all of the local part. */
static const struct {
	enum service_kind kind;
	const char *word;
} service_plain[] = {
	{ SERVICE_STATUS, "status" },
	{ SERVICE_HELP, "help" },
	{ SERVICE_TEMPLATE, "template" },
};

#define PLAIN_COUNT (sizeof(service_plain) / sizeof(service_plain[0]))

#define SERVICE_OWNER_WORD "owner"

#define SERVICE_INCIDENT_WORD "incident"

#define WORDS_COUNT (sizeof(service_words) / sizeof(service_words[0]))

const char *service_address_word(enum service_kind kind)
{
	for (size_t i = 0; i < WORDS_COUNT; i++)
		if (service_words[i].kind == kind)
			return service_words[i].word;
	for (size_t i = 0; i < LISTS_COUNT; i++)
		if (service_lists[i].kind == kind)
			return service_lists[i].word;
	if (kind == SERVICE_LEAVE_SIGNED)
		return service_address_word(SERVICE_LEAVE);
	for (size_t i = 0; i < PLAIN_COUNT; i++)
		if (service_plain[i].kind == kind)
			return service_plain[i].word;
	return kind == SERVICE_INCIDENT ? SERVICE_INCIDENT_WORD : NULL;
}

/* Whoever takes mail for a domain reads these (RFC 5321 section 4.5.1, RFC 2142). */
static const char *const service_roles[] = { "postmaster", "abuse" };

static bool is_local(const struct address *address, const char *local)
{
	return strlen(local) == address->local_len &&
	       strncasecmp(address->spec, local, address->local_len) == 0;
}

/* How many octets the delimiter is that stands here; 0: there is none. */
static size_t measure_delimiter(const char *at, size_t left)
{
	if (left >= 3 && strncasecmp(at, "%2b", 3) == 0)
		return 3;
	return left >= 1 && strchr(SERVICE_DELIMITERS, *at) != NULL ? 1 : 0;
}

/* incident+NUMBER: a reply to a mail about that incident. */
static bool is_incident(const struct address *address, struct service_address *service_r)
{
	static const char word[] = SERVICE_INCIDENT_WORD;
	const size_t length = strlen(word);
	const char *at = address->spec + length;
	size_t left, delimiter;

	if (address->local_len < length || strncasecmp(address->spec, word, length) != 0)
		return false;
	left = address->local_len - length;
	if (left == 0)
		return true;
	delimiter = measure_delimiter(at, left);
	left -= delimiter;
	if (delimiter == 0 || left == 0 || left > SERVICE_NUMBER_MOST ||
	    strspn(at + delimiter, "0123456789") < left)
		return false;
	service_r->token = at + delimiter;
	service_r->token_length = left;
	return true;
}

/* Behind the word and its delimiter, where something follows them; NULL: it is none of that word. */
static const char *skip_word(const struct address *address, const char *word)
{
	const size_t length = strlen(word);
	size_t delimiter;

	if (address->local_len < length || strncasecmp(address->spec, word, length) != 0)
		return NULL;
	delimiter =
	    measure_delimiter(address->spec + length, address->local_len - length);
	if (delimiter == 0 || address->local_len == length + delimiter)
		return NULL;
	return address->spec + length + delimiter;
}

/* join-LIST and the like, and leave+TOKEN. */
static bool read_list(const struct address *address, size_t which,
		      struct service_address *service_r)
{
	const char *at = skip_word(address, service_lists[which].word);
	size_t length;

	if (at == NULL)
		return false;
	length = address->local_len - (size_t)(at - address->spec);
	*service_r =
	    (struct service_address){ service_lists[which].kind, at, length, false };
	if (service_r->kind == SERVICE_LEAVE && token_has_shape(at, length))
		service_r->kind = SERVICE_LEAVE_SIGNED;
	return true;
}

/* LIST-owner. */
static bool read_owner(const struct address *address, struct service_address *service_r)
{
	static const char word[] = SERVICE_OWNER_WORD;
	const size_t length = strlen(word);
	size_t list;

	if (address->local_len < length + 2 ||
	    strncasecmp(address->spec + address->local_len - length, word, length) != 0)
		return false;
	list = address->local_len - length - 1;
	if (strchr(SERVICE_DELIMITERS, address->spec[list]) == NULL)
		return false;
	*service_r =
	    (struct service_address){ SERVICE_OWNER, address->spec, list, false };
	return true;
}

/* What has no token. */
static void read_others(const struct address *address, struct service_address *service_r)
{
	for (size_t i = 0; i < LISTS_COUNT; i++)
		if (read_list(address, i, service_r))
			return;
	for (size_t i = 0; i < PLAIN_COUNT; i++) {
		if (is_local(address, service_plain[i].word)) {
			service_r->kind = service_plain[i].kind;
			return;
		}
	}
	(void)read_owner(address, service_r);
}

/* Does the address begin with this word? What follows it is noted. */
static bool read_word(const struct address *address, size_t which,
		      struct service_address *service_r)
{
	const char *spec = address->spec;
	const size_t word = strlen(service_words[which].word);
	size_t delimiter;

	if (address->local_len < word ||
	    strncasecmp(spec, service_words[which].word, word) != 0)
		return false;
	delimiter = measure_delimiter(spec + word, address->local_len - word);
	if (delimiter == 0 &&
	    (address->local_len > word || !service_words[which].is_answered))
		return false;
	service_r->kind = service_words[which].kind;
	if (delimiter != 0) {
		service_r->token = spec + word + delimiter;
		service_r->token_length = address->local_len - word - delimiter;
	}
	service_r->is_cut = service_words[which].is_answered &&
			    !token_has_shape(service_r->token, service_r->token_length);
	return true;
}

void service_address_read(const struct address *address, const char *service_domain,
			  const char *notice_local, struct service_address *service_r)
{
	*service_r = (struct service_address){ SERVICE_NONE, NULL, 0, false };
	if (strcasecmp(address_domain(address), service_domain) != 0)
		return;
	service_r->kind = SERVICE_UNKNOWN;
	for (size_t i = 0; i < WORDS_COUNT; i++)
		if (read_word(address, i, service_r))
			break;
	/* A notice sender may be named like one of the words. */
	if (service_r->kind != SERVICE_UNKNOWN && !service_r->is_cut)
		return;
	for (size_t i = 0; i < sizeof(service_roles) / sizeof(service_roles[0]); i++)
		if (is_local(address, service_roles[i]))
			service_r->kind = SERVICE_ROLE;
	/* A notice sender of that name too must let every stranger's mail in. */
	if (service_r->kind == SERVICE_ROLE)
		return;
	if (is_local(address, notice_local))
		*service_r = (struct service_address){ SERVICE_NOTICE, NULL, 0, false };
	else if (is_incident(address, service_r))
		service_r->kind = SERVICE_INCIDENT;
	else if (service_r->kind == SERVICE_UNKNOWN)
		read_others(address, service_r);
}

/* ---- disguises ---- */

#define IDEOGRAPHIC_STOP 0x3002

/* As a tolerant mail system may read it: without comments, blanks and quotes, full-width letters
 * as what they look like, in lower case. */
static char *fold_path(const char *path)
{
	g_autofree char *valid = g_utf8_make_valid(path, -1);
	g_autofree char *folded = text_fold_case(valid, strlen(valid));
	GString *plain = g_string_new(NULL);
	int depth = 0;

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		if (c == '(')
			depth++;
		else if (c == ')')
			depth = MAX(depth - 1, 0);
		else if (depth == 0 && c == IDEOGRAPHIC_STOP)
			g_string_append_c(plain, '.');
		else if (depth == 0 && c > ' ' && strchr("\"\\<>", (int)c) == NULL)
			g_string_append_unichar(plain, c);
	}
	return g_string_free(plain, FALSE);
}

static bool is_domain_end(const char *at)
{
	if (*at == '.')
		at++;
	return *at == '\0' || strchr("@%!:,;]", *at) != NULL;
}

/* Does the domain stand here as a whole, where one of these is before it? */
static bool has_domain(const char *text, const char *domain, const char *marks)
{
	for (const char *at = strstr(text, domain); at != NULL;
	     at = strstr(at + 1, domain)) {
		if ((at == text || strchr(marks, at[-1]) != NULL) &&
		    is_domain_end(at + strlen(domain)))
			return true;
	}
	return false;
}

bool service_address_is_disguised(const char *path, const char *service_domain)
{
	g_autofree char *domain = g_ascii_strdown(service_domain, -1);
	g_autofree char *plain = NULL;
	struct address address;

	if (address_is_null(path))
		return false;
	plain = fold_path(path);
	if (!address_read(path, &address, NULL))
		return has_domain(plain, domain, "@%!:[,");
	if (strcmp(address_domain(&address), domain) == 0)
		return false;
	*strrchr(plain, '@') = '\0';
	return strpbrk(plain, "%!") != NULL && has_domain(plain, domain, "%!");
}

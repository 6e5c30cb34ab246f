/*
 * NAME
 *	notice_id - the Message-IDs of notices
 *
 * DESCRIPTION
 *	An id holds all that the address which the notice may be answered to holds, so that
 *	nothing is looked up by a number that could be guessed: what was read from an id is
 *	verified like an address.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/notice_id.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NOTICE_WORD "notice."

void notice_id_write(const struct notice_id *id, const char *service_domain,
		     char text_r[NOTICE_ID_SIZE])
{
	if (id->answer.kind == SERVICE_NONE)
		(void)snprintf(text_r, NOTICE_ID_SIZE,
			       "<" NOTICE_WORD "%" PRId64 ".%" PRId64 "@%s>", id->number,
			       id->made_at, service_domain);
	else
		(void)snprintf(
		    text_r, NOTICE_ID_SIZE, "<" NOTICE_WORD "%" PRId64 ".%s.%.*s@%s>",
		    id->number, service_address_word(id->answer.kind),
		    (int)id->answer.token_length, id->answer.token, service_domain);
}

/* The next id of a value, without brackets and white space; NULL when there is none. */
static const char *next_id(const char *value, char text_r[NOTICE_ID_SIZE])
{
	size_t length = 0;

	value = strchr(value, '<');
	if (value == NULL)
		return NULL;
	for (value++; *value != '\0' && *value != '>' && *value != '<'; value++)
		if (strchr(" \t\r\n", *value) == NULL && length < NOTICE_ID_SIZE - 1)
			text_r[length++] = *value;
	text_r[length] = '\0';
	return value;
}

/* A kind by the word that stands at the start, with a dot behind it. */
static const char *skip_kind(const char *text, enum service_kind *kind_r)
{
	static const enum service_kind kinds[] = { SERVICE_DECIDE, SERVICE_DRAFT,
						   SERVICE_CORRECT, SERVICE_ANSWER,
						   SERVICE_CONFIRM };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *word = service_address_word(kinds[i]);
		const size_t length = strlen(word);

		if (strncasecmp(text, word, length) == 0 && text[length] == '.') {
			*kind_r = kinds[i];
			return text + length + 1;
		}
	}
	return NULL;
}

/* Read "notice.NUMBER.decide.TOKEN@service_domain". */
static bool read_id(const char *text, const char *service_domain,
		    enum service_kind *kind_r, char token_r[TOKEN_TEXT_MAX + 1])
{
	size_t digits;

	if (strncasecmp(text, NOTICE_WORD, strlen(NOTICE_WORD)) != 0)
		return false;
	text += strlen(NOTICE_WORD);
	digits = strspn(text, "0123456789");
	if (digits == 0 || text[digits] != '.')
		return false;
	text = skip_kind(text + digits + 1, kind_r);
	if (text == NULL || strcspn(text, "@") != TOKEN_TEXT_MAX ||
	    text[TOKEN_TEXT_MAX] != '@' || !token_has_shape(text, TOKEN_TEXT_MAX) ||
	    strcasecmp(text + TOKEN_TEXT_MAX + 1, service_domain) != 0)
		return false;
	memcpy(token_r, text, TOKEN_TEXT_MAX);
	token_r[TOKEN_TEXT_MAX] = '\0';
	return true;
}

/* Read "notice.NUMBER.incident.INCIDENT@service_domain"; 0: it is another. */
static int64_t read_incident(const char *text, const char *service_domain)
{
	const char *word = service_address_word(SERVICE_INCIDENT);
	size_t digits;
	int64_t number = 0;

	if (strncasecmp(text, NOTICE_WORD, strlen(NOTICE_WORD)) != 0)
		return 0;
	text += strlen(NOTICE_WORD);
	digits = strspn(text, "0123456789");
	if (digits == 0 || text[digits] != '.')
		return 0;
	text += digits + 1;
	if (strncasecmp(text, word, strlen(word)) != 0 || text[strlen(word)] != '.')
		return 0;
	text += strlen(word) + 1;
	digits = strspn(text, "0123456789");
	if (digits == 0 || digits > SERVICE_NUMBER_MOST || text[digits] != '@' ||
	    strcasecmp(text + digits + 1, service_domain) != 0)
		return 0;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

int64_t notice_id_find_incident(const char *value, const char *service_domain)
{
	char text[NOTICE_ID_SIZE];
	int64_t last = 0;

	while ((value = next_id(value, text)) != NULL) {
		const int64_t number = read_incident(text, service_domain);

		if (number != 0)
			last = number;
	}
	return last;
}

/* Of the same draft, the same person and for the same purpose? A reminder's token need not be
 * that of the request. */
static bool is_same(const struct notice_references *known, enum service_kind kind,
		    const char *text)
{
	struct token one, other;

	if (known->kind != kind)
		return false;
	if (!token_read(known->token, TOKEN_TEXT_MAX, &one) ||
	    !token_read(text, TOKEN_TEXT_MAX, &other))
		return strcasecmp(known->token, text) == 0;
	return one.draft == other.draft && one.party == other.party;
}

void notice_id_collect(const char *value, const char *service_domain,
		       struct notice_references *references)
{
	char text[NOTICE_ID_SIZE], token[TOKEN_TEXT_MAX + 1];
	enum service_kind kind;

	while ((value = next_id(value, text)) != NULL) {
		if (!read_id(text, service_domain, &kind, token))
			continue;
		if (references->count == 0 || !is_same(references, kind, token))
			references->count++;
		references->kind = kind;
		memcpy(references->token, token, sizeof(token));
	}
}

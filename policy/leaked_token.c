/*
 * NAME
 *	leaked_token - tokens in what residents would get
 *
 * DESCRIPTION
 *	Staff paste what they were sent, and requests, receipts and reports have an address in
 *	them that somebody may answer to. No key is here to verify it with, and one that is too
 *	old or of another town is no text for residents either. So a token is known by its
 *	shape: it is as long as a token is, and its own words say a draft and a time that can
 *	be meant; or it stands behind the prefix of such an address, perhaps cut.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/leaked_token.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "policy/token.h"

/* More drafts than a town writes, and the years in which a token may end. */
#define DRAFT_MOST    INT64_C(100000000)
#define EXPIRES_LEAST INT64_C(1577836800) /* 2020 */
#define EXPIRES_MOST  INT64_C(4102444800) /* 2100 */

/* Of a token that is cut: behind a plus nothing else looks like it, behind another mark the
 * words of a web address might. */
#define CUT_LEAST       20
#define CUT_LEAST_OTHER 40

static bool is_base32(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
}

static size_t count_base32(const char *text)
{
	size_t length = 0;

	while (is_base32(text[length]))
		length++;
	return length;
}

/* The length of the delimiter that stands here, 0 for none, and how much of a token must
 * follow it. */
static size_t skip_delimiter(const char *text, size_t *least_r)
{
	static const struct {
		const char *delimiter;
		size_t least;
	} delimiters[] = {
		{ "+", CUT_LEAST },       { "%2b", CUT_LEAST },
		{ "＋", CUT_LEAST },      { "-", CUT_LEAST_OTHER },
		{ ".", CUT_LEAST_OTHER }, { "_", CUT_LEAST_OTHER },
		{ "=", CUT_LEAST_OTHER }, { " ", CUT_LEAST_OTHER },
	};

	for (size_t i = 0; i < sizeof(delimiters) / sizeof(delimiters[0]); i++) {
		const size_t length = strlen(delimiters[i].delimiter);

		if (strncasecmp(text, delimiters[i].delimiter, length) == 0) {
			*least_r = delimiters[i].least;
			return length;
		}
	}
	return 0;
}

/* The length of an address's beginning with its token; 0 when none begins here. */
static size_t match_address(const char *text)
{
	static const char *const prefixes[] = { "decide",  "draft",   "correct",
						"release", "receipt", "confirm",
						"probe",   "answer" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t length = strlen(prefixes[i]);
		size_t least = 0, run;

		if (strncasecmp(text, prefixes[i], length) != 0)
			continue;
		run = skip_delimiter(text + length, &least);
		if (run == 0)
			continue;
		length += run;
		run = count_base32(text + length);
		if (run >= least)
			return length + run;
	}
	return 0;
}

static bool is_token(const char *text)
{
	struct token token;

	return token_read(text, TOKEN_TEXT_MAX, &token) && token.draft >= 1 &&
	       token.draft <= DRAFT_MOST && token.expires >= EXPIRES_LEAST &&
	       token.expires <= EXPIRES_MOST;
}

bool leaked_token_find(const char *text, size_t *offset, size_t *length_r)
{
	for (size_t at = *offset; text[at] != '\0';) {
		const size_t run = count_base32(text + at);

		*offset = at;
		*length_r = match_address(text + at);
		if (*length_r > 0)
			return true;
		/* A prefix without its delimiter, or a link's "2B", may be grown to it. */
		if (run >= TOKEN_TEXT_MAX && is_token(text + at + run - TOKEN_TEXT_MAX)) {
			*length_r = run;
			return true;
		}
		at += run > 0 ? run : 1;
	}
	return false;
}

/*
 * NAME
 *	fuzz_notice_id - arbitrary text as a list of Message-IDs
 *
 * DESCRIPTION
 *	What is found is of a token's shape and of a kind that people answer to, and an id that
 *	is written of it is found again, whatever stands before it and behind.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "policy/notice_id.h"
#include "tests/fuzz/fuzz.h"

#define DOMAIN "info.town.example"

static void require_found_again(const char *text, const struct notice_references *found)
{
	const struct notice_id id = {
		.number = 1,
		.answer = { found->kind, found->token, TOKEN_TEXT_MAX, false },
	};
	struct notice_references again = { .kind = SERVICE_NONE };
	char written[NOTICE_ID_SIZE];
	char *joined;

	notice_id_write(&id, DOMAIN, written);
	joined = fuzz_join(text, " ", written, NULL);
	notice_id_collect(joined, DOMAIN, &again);
	require(again.count == found->count);
	require(again.kind == found->kind && strcmp(again.token, found->token) == 0);
	free(joined);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *text = fuzz_string(octets, length);
	struct notice_references found = { .kind = SERVICE_NONE };

	notice_id_collect(text, DOMAIN, &found);
	if (found.count > 0) {
		require(found.kind == SERVICE_DECIDE || found.kind == SERVICE_DRAFT ||
			found.kind == SERVICE_CORRECT || found.kind == SERVICE_ANSWER);
		require(token_has_shape(found.token, strlen(found.token)));
		require_found_again(text, &found);
	}
	free(text);
	return 0;
}

/*
 * NAME
 *	fuzz_delivery_line - arbitrary text as a line of the mail system's log
 *
 * DESCRIPTION
 *	Replies of other mail systems stand in it. Whatever is found is a piece of the line, and its
 *	recipients come to an end.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "policy/delivery_line.h"
#include "tests/fuzz/fuzz.h"

static void require_piece(const char *text, struct delivery_text piece)
{
	if (piece.length > 0)
		require(piece.octets >= text &&
			piece.octets + piece.length <= text + strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *text = fuzz_string(octets, length);
	struct delivery_line line = { 0 };

	if (delivery_line_read(text, &line)) {
		struct delivery_text who = line.who, address;
		size_t left = length + 1;

		require_piece(text, line.queue_id);
		require_piece(text, line.who);
		require_piece(text, line.words);
		(void)delivery_line_is_theirs(line.words);
		while (line.fate >= DELIVERY_SENT && delivery_line_next(&who, &address)) {
			require_piece(text, address);
			require(memchr(address.octets, '>', address.length) == NULL);
			require(left-- > 0);
		}
	}
	free(text);
	return 0;
}

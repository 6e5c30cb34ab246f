/*
 * NAME
 *	fuzz_authres - arbitrary text as Authentication-Results
 *
 * DESCRIPTION
 *	Only our own results prove something, and only when they are complete. Whatever a
 *	server repeats of what a stranger told it, in a comment or as a quoted string,
 *	proves nothing.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "policy/authres.h"
#include "tests/fuzz/fuzz.h"

#define OURS "mx.town.example; dmarc=pass header.from=town.example;"

static bool proves(const char *before, const char *text, const char *after)
{
	char *value = fuzz_join(before, text, after, NULL);
	const bool proved = authres_proves(value, "mx.town.example", "town.example");

	/* A second look with the same eyes; and no results but ours. */
	require(authres_proves(value, "MX.Town.Example", "Town.EXAMPLE") == proved);
	require(!proved || authres_is_ours(value, "mx.town.example"));
	require(!proved || !authres_is_ours(value, "mx.evil.example"));
	require(!proved || !authres_proves(value, "mx.evil.example", "town.example"));
	require(!authres_proves(value, "mx.town.example", ""));
	free(value);
	return proved;
}

/* What a stranger may have said at SMTP, as our own server writes it down. */
static void require_repeated_is_silent(const char *text)
{
	char *comment = fuzz_escape(text, "()");
	char *quoted = fuzz_escape(text, "\"");

	require(!proves("mx.town.example; spf=fail (", comment, ") smtp.helo=evil"));
	require(!proves("mx.town.example; dmarc=fail (", comment,
			") header.from=town.example"));
	require(!proves("mx.town.example; dkim=fail reason=\"", quoted,
			"\" header.d=town.example"));
	require(!proves("mx.town.example; spf=pass smtp.mailfrom=\"", quoted, "\""));
	/* Nor does it take the proof away. */
	require(proves(OURS " spf=fail (", comment, ")"));
	if (strlen(text) < 256)
		require(proves(OURS " spf=fail reason=\"", quoted, "\""));
	free(comment);
	free(quoted);
}

/* Results that prove something, with more behind them or before. */
static void require_whole(const char *text)
{
	require(proves("", text, "; spf=none"));
	require(proves("", text, " (comment)"));
	require(proves(" \r\n\t(comment) ", text, ""));
	require(!proves("", text, " (not ended"));
	require(!proves("", text, "; spf=none \"not ended"));
	require(!proves("", text, "; spf="));
	require(!proves("", text, "; spf"));
	require(!proves("mx.evil.example; ", text, ""));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *text = fuzz_string(octets, length);

	if (proves("", text, ""))
		require_whole(text);
	require_repeated_is_silent(text);
	free(text);
	return 0;
}

/*
 * NAME
 *	bounce_kind - what became of a mail that a mail system reports of
 *
 * DESCRIPTION
 *	A table.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/bounce_kind.h"

static const struct {
	const char *name;
	bool is_failure;
	bool is_permanent;
} kinds[BOUNCE_KINDS] = {
	[BOUNCE_UNKNOWN] = { "unknown", true, false },
	[BOUNCE_NO_USER] = { "no-user", true, true },
	[BOUNCE_NO_DOMAIN] = { "no-domain", true, true },
	[BOUNCE_CLOSED] = { "closed", true, true },
	[BOUNCE_FULL] = { "full", true, false },
	[BOUNCE_UNREACHABLE] = { "unreachable", true, false },
	[BOUNCE_POLICY] = { "refused", true, false },
	[BOUNCE_DELAYED] = { "delayed", false, false },
	[BOUNCE_DELIVERED] = { "delivered", false, false },
	[BOUNCE_AUTOMATIC] = { "reply", false, false },
};

static bool is_kind(enum bounce_kind kind)
{
	return kind > 0 && kind < BOUNCE_KINDS;
}

bool bounce_kind_is_failure(enum bounce_kind kind)
{
	return is_kind(kind) && kinds[kind].is_failure;
}

bool bounce_kind_is_permanent(enum bounce_kind kind)
{
	return is_kind(kind) && kinds[kind].is_permanent;
}

const char *bounce_kind_name(enum bounce_kind kind)
{
	return kinds[is_kind(kind) ? kind : BOUNCE_UNKNOWN].name;
}

/*
 * NAME
 *	resident_limit - whether a resident's mail is answered
 *
 * DESCRIPTION
 *	An address hears once a day from us because of mail that anybody may have written in
 *	its name. When its owner has confirmed that one, the next may come: what they asked for
 *	meanwhile waits for that, as far as the other limits let it. An answer that came back was
 *	none.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/resident_limit.h"

enum resident_limit resident_limit_find(const struct resident_counts *counts,
					const struct resident_limits *limits,
					bool is_proven)
{
	if (counts->address >= limits->address)
		return RESIDENT_LIMIT_ADDRESS;
	if (!is_proven && limits->host > 0 && counts->host >= limits->host)
		return RESIDENT_LIMIT_HOST;
	if (limits->all > 0 && counts->all >= limits->all)
		return RESIDENT_LIMIT_ALL;
	return !is_proven && counts->unconfirmed > 0 ? RESIDENT_LIMIT_ONE
						     : RESIDENT_ANSWERED;
}

const char *resident_limit_name(enum resident_limit limit)
{
	static const char *const names[] = {
		[RESIDENT_ANSWERED] = "answered",
		[RESIDENT_LIMIT_ONE] = "resident-one",
		[RESIDENT_LIMIT_ADDRESS] = "resident-address",
		[RESIDENT_LIMIT_HOST] = "resident-host",
		[RESIDENT_LIMIT_ALL] = "resident-all",
	};

	return names[limit];
}

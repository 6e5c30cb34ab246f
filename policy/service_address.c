/*
 * NAME
 *	service_address - what an address of the service domain is for
 *
 * DESCRIPTION
 *	One table of local-part prefixes. A prefix is followed by '+' and a token; case does
 *	not matter, since mail systems fold it.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/service_address.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *prefix;
	enum service_kind kind;
} service_prefixes[] = {
	{ "decide+", SERVICE_DECIDE },   { "draft+", SERVICE_DRAFT },
	{ "release+", SERVICE_RELEASE }, { "receipt+", SERVICE_RECEIPT },
	{ "bounce+", SERVICE_BOUNCE },   { "correct+", SERVICE_CORRECT },
};

static bool is_local(const struct address *address, const char *local)
{
	return strlen(local) == address->local_len &&
	       strncasecmp(address->spec, local, address->local_len) == 0;
}

void service_address_read(const struct address *address, const char *service_domain,
			  const char *notice_local, struct service_address *service_r)
{
	const char *spec = address->spec;

	*service_r = (struct service_address){ SERVICE_NONE, NULL, 0 };
	if (strcasecmp(address_domain(address), service_domain) != 0)
		return;
	service_r->kind = SERVICE_UNKNOWN;
	for (size_t i = 0; i < sizeof(service_prefixes) / sizeof(service_prefixes[0]);
	     i++) {
		size_t length = strlen(service_prefixes[i].prefix);

		if (address->local_len < length ||
		    strncasecmp(spec, service_prefixes[i].prefix, length) != 0)
			continue;
		service_r->kind = service_prefixes[i].kind;
		service_r->token = spec + length;
		service_r->token_length = address->local_len - length;
		return;
	}
	if (is_local(address, "incident"))
		service_r->kind = SERVICE_INCIDENT;
	else if (is_local(address, notice_local))
		service_r->kind = SERVICE_NOTICE;
}

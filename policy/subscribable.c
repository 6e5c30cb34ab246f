/*
 * NAME
 *	subscribable - whose address may be a subscriber's
 *
 * DESCRIPTION
 *	Art. 2(2): subscribers are people. postmaster@ and the like reach whoever runs a mail
 *	system, who has not asked; an address of the service itself would send a broadcast in a
 *	circle. The town's own domains are for the administrator to name.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/subscribable.h"

#include <glib.h>
#include <string.h>

static bool is_below(const char *domain, const char *of)
{
	const size_t length = strlen(domain), tail = strlen(of);

	if (tail == 0 || length < tail ||
	    g_ascii_strcasecmp(domain + length - tail, of) != 0)
		return false;
	return length == tail || domain[length - tail - 1] == '.';
}

static bool has(const char *list, const char *name,
		bool (*is_it)(const char *name, const char *word))
{
	char **words = g_strsplit_set(list, ", \t", -1);
	bool found = false;

	for (size_t i = 0; words[i] != NULL; i++)
		found = found || (*words[i] != '\0' && is_it(name, words[i]));
	g_strfreev(words);
	return found;
}

static bool is_same(const char *name, const char *word)
{
	return g_ascii_strcasecmp(name, word) == 0;
}

enum subscribable subscribable_judge(const struct address *address,
				     const struct subscribable_rules *rules)
{
	const size_t tag = strcspn(address->spec, "+@");
	g_autofree char *local = g_strndup(address->spec, tag);
	const char *domain = address_domain(address);

	if (is_below(domain, rules->service_domain))
		return SUBSCRIBABLE_SERVICE;
	if (has(rules->refused_domains, domain, is_below))
		return SUBSCRIBABLE_DOMAIN;
	return has(rules->refused_roles, local, is_same) ? SUBSCRIBABLE_ROLE
							 : SUBSCRIBABLE_YES;
}

const char *subscribable_say(enum subscribable subscribable)
{
	switch (subscribable) {
	case SUBSCRIBABLE_SERVICE:
		return "addresses of the service are refused (Art.2(2), service_domain)";
	case SUBSCRIBABLE_ROLE:
		return "addresses of roles are refused (Art.2(2), refused_roles)";
	case SUBSCRIBABLE_DOMAIN:
		return "addresses of this domain are refused (Art.2(2), refused_domains)";
	case SUBSCRIBABLE_YES:
		break;
	}
	return "";
}

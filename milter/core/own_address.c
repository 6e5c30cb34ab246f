/*
 * NAME
 *	own_address - addresses of the service as kairan writes them
 *
 * DESCRIPTION
 *	With the delimiter of the settings; before a list's name it is what people are told. Reading takes any of them (policy/service_address.c).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/core/own_address.h"

#include <glib.h>

char *own_address_make(const struct settings *settings, enum service_kind kind,
		       const char *token)
{
	const bool of_list =
	    kind == SERVICE_JOIN || kind == SERVICE_LEAVE || kind == SERVICE_PAUSE;

	const char *delimiter =
	    of_list ? SERVICE_LIST_DELIMITER : settings->address_delimiter;

	return g_strconcat(service_address_word(kind), *token != '\0' ? delimiter : "",
			   token, "@", settings->service_domain, NULL);
}

bool own_address_is_sealed(const struct bounce_address *address,
			   const struct keyring *keyring)
{
	const struct token_key *key = NULL;

	while ((key = keyring_next(keyring, key)) != NULL)
		if (bounce_address_verify(address, key))
			return true;
	return false;
}

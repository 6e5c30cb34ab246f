/*
 * Addresses of the service as kairan writes them.
 */
#ifndef KAIRAN_MILTER_CORE_OWN_ADDRESS_H
#define KAIRAN_MILTER_CORE_OWN_ADDRESS_H

#include <stdbool.h>

#include "conf/keyring.h"
#include "conf/settings.h"
#include "policy/bounce_address.h"
#include "policy/service_address.h"

/* The address of this kind with this token, or what stands in a token's place; "": the word alone.
 * Free with g_free(). */
char *own_address_make(const struct settings *settings, enum service_kind kind,
		       const char *token);

/* Was this envelope sender made by one of the keys? */
bool own_address_is_sealed(const struct bounce_address *address,
			   const struct keyring *keyring);

#endif

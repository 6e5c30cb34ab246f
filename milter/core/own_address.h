/*
 * Addresses of the service as kairan writes them.
 */
#ifndef KAIRAN_MILTER_CORE_OWN_ADDRESS_H
#define KAIRAN_MILTER_CORE_OWN_ADDRESS_H

#include "conf/settings.h"
#include "policy/service_address.h"

/* The address of this kind with this token, or what stands in a token's place. Free with
 * g_free(). */
char *own_address_make(const struct settings *settings, enum service_kind kind,
		       const char *token);

#endif

/*
 * NAME
 *	secret - passwords that setup makes
 *
 * DESCRIPTION
 *	From libcrypto's generator, in characters that need quotes nowhere.
 *
 * DIAGNOSTICS
 *	Without randomness the program ends: there is no password to go on with.
 */
#include "config.h"

#include "ctl/setup/secret.h"

#include <glib.h>
#include <openssl/rand.h>

char *secret_make(void)
{
	unsigned char octets[12];
	GString *text = g_string_new(NULL);

	if (RAND_bytes(octets, (int)sizeof(octets)) != 1)
		g_error("there is no randomness");
	for (size_t i = 0; i < sizeof(octets); i++)
		g_string_append_printf(text, "%02x", octets[i]);
	return g_string_free(text, FALSE);
}

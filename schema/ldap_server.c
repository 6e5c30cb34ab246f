/*
 * NAME
 *	ldap_server - the directory's servers, and how safe the way to them is
 *
 * DESCRIPTION
 *	The roles come from the directory: whoever sits between could make anybody an approver.
 *	So TLS is verified, always, against ldap_ca_file or the system's certificates; and a
 *	password goes over a plain connection only to this machine, unless ldap_plain_password
 *	says otherwise by name.
 *
 * DIAGNOSTICS
 *	All failures are returned. Fatal at the daemon's start: what ldap_server_check() finds.
 */
#include "config.h"

#include "schema/ldap_server.h"

#include <glib.h>
#include <string.h>

#include "schema/ldap_password.h"

/* Is it this machine, so that no network is between? */
static bool is_local(const LDAPURLDesc *url)
{
	const char *host = url->lud_host != NULL ? url->lud_host : "";

	return strcmp(url->lud_scheme, "ldapi") == 0 || *host == '\0' ||
	       strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
	       strcmp(host, "::1") == 0;
}

static bool check_url(const struct settings *settings, const LDAPURLDesc *url,
		      struct kairan_error *error_r)
{
	const bool is_plain = strcmp(url->lud_scheme, "ldap") == 0;

	if (!is_plain && settings->ldap_starttls)
		return error_set(error_r, "ldap_starttls: %s:// wants none; say no",
				 url->lud_scheme);
	return !is_plain || settings->ldap_starttls || is_local(url) ||
	       *settings->ldap_bind_dn == '\0' || settings->ldap_plain_password ||
	       error_set(error_r,
			 "ldap_uri: the password would go to %s in plain text; use "
			 "ldaps:// or ldap_starttls (or allow it by ldap_plain_password)",
			 url->lud_host);
}

static bool check_uri(const struct settings *settings, const char *uri,
		      struct kairan_error *error_r)
{
	LDAPURLDesc *url = NULL;
	bool ok;

	if (ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS)
		return error_set(error_r, "ldap_uri: \"%s\" is no LDAP URI", uri);
	ok = check_url(settings, url, error_r);
	ldap_free_urldesc(url);
	return ok;
}

bool ldap_server_check(const struct settings *settings, struct kairan_error *error_r)
{
	char **uris = g_strsplit(settings->ldap_uri, " ", -1);
	bool ok = true;

	for (size_t i = 0; ok && uris[i] != NULL; i++)
		ok = *uris[i] == '\0' || check_uri(settings, uris[i], error_r);
	g_strfreev(uris);
	return ok && ldap_password_check(settings, error_r);
}

static int set_tls(LDAP *handle, const struct settings *settings)
{
	const int verified = LDAP_OPT_X_TLS_HARD, client = 0;
	int result = ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &verified);

	if (result == LDAP_OPT_SUCCESS && *settings->ldap_ca_file != '\0')
		result = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE,
					 settings->ldap_ca_file);
	if (result == LDAP_OPT_SUCCESS)
		result = ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client);
	return result == LDAP_OPT_SUCCESS ? LDAP_SUCCESS : LDAP_LOCAL_ERROR;
}

bool ldap_server_wants_tls(const struct settings *settings)
{
	return settings->ldap_starttls || strstr(settings->ldap_uri, "ldaps:") != NULL;
}

int ldap_server_open(const struct settings *settings, LDAP **handle_r)
{
	int result = ldap_initialize(handle_r, settings->ldap_uri);

	if (result == LDAP_SUCCESS && ldap_server_wants_tls(settings))
		result = set_tls(*handle_r, settings);
	return result;
}

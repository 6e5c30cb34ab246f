/*
 * NAME
 *	ldap_password - the password with which kairan binds to the directory
 *
 * DESCRIPTION
 *	Read anew for each connection, so that it can be changed without a reload. Others may
 *	neither read the file nor write to it, as with the keys.
 *
 * DIAGNOSTICS
 *	All failures are returned, with the setting and the file's name.
 */
#include "config.h"

#include "schema/ldap_password.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool read_line(FILE *file, const char *name, const char *path, char *text,
		      struct kairan_error *error_r)
{
	bool whole;

	if (fgets(text, LDAP_PASSWORD_SIZE, file) == NULL)
		text[0] = '\0';
	whole = strchr(text, '\n') != NULL || fgetc(file) == EOF;
	text[strcspn(text, "\r\n")] = '\0';
	if (!whole)
		return error_set(error_r, "%s %s: the line is longer than %d octets",
				 name, path, LDAP_PASSWORD_SIZE - 2);
	return *text != '\0' || error_set(error_r, "%s %s: has no password", name, path);
}

bool ldap_password_read_file(const char *name, const char *path,
			     char text_r[LDAP_PASSWORD_SIZE],
			     struct kairan_error *error_r)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	bool ok;

	if (file == NULL)
		return error_set(error_r, "%s: cannot open %s: %s", name, path,
				 strerror(errno));
	if (fstat(fileno(file), &status) != 0 || (status.st_mode & S_IRWXO) != 0)
		ok = error_set(error_r, "%s %s: others may read it; chmod o-rwx", name,
			       path);
	else
		ok = read_line(file, name, path, text_r, error_r);
	fclose(file);
	return ok;
}

bool ldap_password_read(const struct settings *settings, char text_r[LDAP_PASSWORD_SIZE],
			struct kairan_error *error_r)
{
	text_r[0] = '\0';
	if (*settings->ldap_bind_dn == '\0')
		return true;
	if (*settings->ldap_password_file == '\0')
		return error_set(error_r, "ldap_bind_dn: wants an ldap_password_file");
	return ldap_password_read_file("ldap_password_file", settings->ldap_password_file,
				       text_r, error_r);
}

bool ldap_password_check(const struct settings *settings, struct kairan_error *error_r)
{
	char text[LDAP_PASSWORD_SIZE];
	const bool ok = ldap_password_read(settings, text, error_r);

	explicit_bzero(text, sizeof(text));
	return ok;
}

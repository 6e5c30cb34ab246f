/*
 * NAME
 *	directory_open - a directory to ask, and its end
 *
 * DESCRIPTION
 *	Puts together what the other files of the directory work with.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include <glib.h>

#include "schema/directory_parts.h"

struct directory *directory_new(const struct settings *settings)
{
	struct directory *directory = g_new0(struct directory, 1);

	directory->settings = settings;
	directory->health = ldap_health_new();
	directory->pool = ldap_pool_new(settings, directory->health);
	directory->state = directory_state_new();
	directory->kept = directory_kept_new();
	directory->pages_health = ldap_health_new();
	directory->pages = ldap_link_new(settings, directory->pages_health);
	return directory;
}

void directory_hurry(struct directory *directory)
{
	ldap_health_hurry(directory->health);
	ldap_health_hurry(directory->pages_health);
}

void directory_free(struct directory *directory)
{
	if (directory == NULL)
		return;
	ldap_link_free(directory->pages);
	ldap_pool_free(directory->pool);
	directory_kept_free(directory->kept);
	directory_state_free(directory->state);
	ldap_health_free(directory->pages_health);
	ldap_health_free(directory->health);
	g_free(directory);
}

/*
 * NAME
 *	apply_section - which section an application is about
 *
 * DESCRIPTION
 *	Found by the name that its DN begins with, or by what it is called.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "ctl/apply_parts.h"

void apply_set_title(struct application *application, const char *ja, const char *en)
{
	g_free(application->title_ja);
	g_free(application->title_en);
	application->title_ja = g_strdup(ja);
	application->title_en = g_strdup(en != NULL && *en != '\0' ? en : ja);
}

/* "ou=NAME," or "cn=NAME,", or what it is called. */
static bool is_called(const struct section *section, const char *name)
{
	const char *value = strchr(section->dn, '=');
	const size_t length = strlen(name);

	return (value != NULL && g_ascii_strncasecmp(value + 1, name, length) == 0 &&
		value[1 + length] == ',') ||
	       strcmp(section->name_ja, name) == 0 || strcmp(section->name_en, name) == 0;
}

struct section *apply_find_section(const struct application *application,
				   const char *name)
{
	for (guint i = 0; *name != '\0' && i < application->sections->len; i++) {
		struct section *section = g_ptr_array_index(application->sections, i);

		if (is_called(section, name))
			return section;
	}
	return NULL;
}

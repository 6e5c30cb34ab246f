/*
 * NAME
 *	offices - whom residents ask about a broadcast
 *
 * DESCRIPTION
 *	The sections that may send it, with their telephone numbers (ldap_phones).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/offices.h"

static void free_section(void *section)
{
	section_free(section);
}

GPtrArray *offices_list(const struct setup *setup, const struct broadcast *broadcast,
			struct kairan_error *error_r)
{
	GPtrArray *sections = g_ptr_array_new_with_free_func(free_section);

	for (char **dn = broadcast->sections; *dn != NULL; dn++) {
		struct section *section = NULL;

		switch (
		    directory_find_section(setup->directory, *dn, &section, error_r)) {
		case ANSWER_YES:
			g_ptr_array_add(sections, section);
			break;
		case ANSWER_NO:
			break;
		case ANSWER_UNKNOWN:
			g_ptr_array_unref(sections);
			return NULL;
		}
	}
	return sections;
}

char *offices_write(const GPtrArray *sections, bool ja)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < sections->len; i++) {
		const struct section *section = g_ptr_array_index(sections, i);
		g_autofree char *phones = g_strjoinv(ja ? "、" : ", ", section->phones);

		g_string_append_printf(text, "%s%s%s%s",
				       i == 0 ? ""
				       : ja   ? "／"
					      : "; ",
				       ja ? section->name_ja : section->name_en,
				       *phones != '\0' ? " " : "", phones);
	}
	return g_string_free(text, FALSE);
}

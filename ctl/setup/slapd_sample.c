/*
 * NAME
 *	slapd_sample - the samples for slapd, for one directory
 *
 * DESCRIPTION
 *	The samples are written for dc=town,dc=example in Debian's first database; here they get
 *	the names of the directory that there is.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/setup/slapd_parts.h"

#include "ctl/setup/conf_text.h"
#include "ctl/setup/samples.h"

#define SAMPLE_FOLDER "/var/lib/ldap"

char *slapd_accesslog_folder(const struct slapd_work *work)
{
	const char *folder = ldif_value(work->database, "olcDbDirectory", 0);

	return g_build_filename(folder != NULL ? folder : SAMPLE_FOLDER, "accesslog",
				NULL);
}

char *slapd_sample(const struct slapd_work *work, const char *name)
{
	g_autofree char *accesslog = slapd_accesslog_folder(work);
	const char *const rows[][2] = {
		{ "olcDatabase={1}mdb,cn=config", work->database->dn },
		{ "dc=town,dc=example", work->site->base },
		{ SAMPLE_FOLDER "/accesslog", accesslog },
		{ "kairan-pass", work->site->kairan_password },
		{ "dovecot-pass", work->site->dovecot_password },
	};
	char *text = g_strdup(samples_find(name));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *next = conf_text_replace(text, rows[i][0], rows[i][1]);

		g_free(text);
		text = next;
	}
	return text;
}

void slapd_begin(GString *out, const char *dn, const char *changetype)
{
	ldif_print(out, "dn", dn);
	ldif_print(out, "changetype", changetype);
}

void slapd_print(GString *out, const struct ldif_record *record)
{
	const bool says = ldif_value(record, "changetype", 0) != NULL;

	ldif_print(out, "dn", record->dn);
	if (!says)
		ldif_print(out, "changetype", "add");
	for (guint i = 0; i < record->lines->len; i++) {
		const struct ldif_line *line =
		    &g_array_index(record->lines, struct ldif_line, i);

		ldif_print(out, line->name, line->value);
	}
	ldif_print(out, NULL, NULL);
}

void slapd_add_run(const struct slapd_work *work, const char *text)
{
	const char *const words[] = { "ldapmodify",         "-Q", "-Y", "EXTERNAL", "-H",
				      work->site->ldap_uri, NULL };

	if (*text != '\0')
		change_add_run(work->list,
			       &(struct change_run){ .words = words, .input = text });
}

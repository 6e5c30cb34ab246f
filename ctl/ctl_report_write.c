/*
 * NAME
 *	ctl_report_write - a report is written
 *
 * DESCRIPTION
 *	As text or HTML by the templates of mails, or as JSON, whichever report it is.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: the file cannot be written.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/ctl_file.h"
#include "ctl/ctl_report.h"
#include "milter/mail/template.h"

const char *ctl_report_language(const struct settings *settings)
{
	const char *locale = ctl_locale();

	if (ctl_is_japanese())
		return "ja";
	return strncmp(locale, "en", 2) == 0 ? "en" : settings->language;
}

/* What the mail says, without whom it is to. */
int ctl_report_write_filled(const struct report_call *report, const char *kind,
			    void (*put_facts)(GHashTable *facts,
					      const struct setup *setup,
					      const char *language,
					      const json_t *figures),
			    const json_t *figures)
{
	const char *language = ctl_report_language(report->setup->settings);
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	struct template_mail filled = { NULL, NULL, NULL };
	struct kairan_error error = { "" };
	int status = EX_OK;

	put_facts(facts, report->setup, language, figures);
	if (!template_fill(report->setup->templates, language, kind, facts, &filled,
			   &error))
		status = ctl_fail(EX_CONFIG, "%s", error.text);
	else if (report->html != NULL)
		status = ctl_file_write(report->html, filled.html);
	else
		fputs(g_strchug(filled.text), stdout);
	template_mail_clear(&filled);
	g_hash_table_destroy(facts);
	return status;
}

/* In the outbox times are numbers; for other programs they are ISO 8601, null where there is
 * none. */
static void write_times(json_t *value, const char *zone)
{
	static const char *const times[] = { "since", "until",        "made_at",
					     "last",  "records_from", NULL };
	const char *name;
	json_t *member;
	size_t i;

	json_array_foreach(value, i, member)
	{
		write_times(member, zone);
	}
	json_object_foreach(value, name, member)
	{
		char text[64];

		write_times(member, zone);
		if (!json_is_integer(member) || !g_strv_contains(times, name))
			continue;
		clock_format(json_integer_value(member), zone, "%Y-%m-%dT%H:%M:%S%:z",
			     text, sizeof(text));
		(void)json_object_set_new(
		    value, name,
		    json_integer_value(member) != 0 ? json_string(text) : json_null());
	}
}

int ctl_report_write_json(json_t *figures, const struct settings *settings)
{
	write_times(figures, settings->time_zone);
	(void)json_dumpf(figures, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	putchar('\n');
	return EX_OK;
}

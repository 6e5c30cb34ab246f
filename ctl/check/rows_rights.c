/*
 * NAME
 *	rows_rights - who else may write where kairan's files are
 *
 * DESCRIPTION
 *	What the daemon looks at when it starts, before it has to be started again.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "conf/rights.h"
#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "schema/store_name.h"

enum answer check_ask_rights(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	struct kairan_error error = { "" };

	if (rights_check("", settings, &error) &&
	    (!store_is_file(settings->store_path) ||
	     rights_check_place("store_path", settings->store_path, &error)))
		return ANSWER_YES;
	g_string_append(said->found, error.text);
	return ANSWER_NO;
}

/*
 * NAME
 *	ctl_options - the options of a command
 *
 * DESCRIPTION
 *	getopt_long() behind a table of names and places.
 *
 * DIAGNOSTICS
 *	getopt_long() says which option is wrong.
 */
#include "config.h"

#include "ctl/ctl_options.h"

#include <getopt.h>
#include <glib.h>

bool ctl_options_read(const struct ctl_call *call, const struct ctl_option *options,
		      size_t count, int *rest_r)
{
	g_autofree struct option *table = g_new0(struct option, count + 1);
	int letter, index = 0;

	for (size_t i = 0; i < count; i++) {
		table[i].name = options[i].name;
		table[i].has_arg =
		    options[i].value != NULL ? required_argument : no_argument;
	}
	/* getopt_long() wants the program's name before the arguments; the command's last
	 * word stands there. optind 0 starts glibc's scanner anew. */
	optind = 0;
	while ((letter = getopt_long(call->argc + 1, call->argv - 1, "", table,
				     &index)) != -1) {
		if (letter != 0)
			return false;
		if (options[index].value != NULL)
			*options[index].value = optarg;
		else
			*options[index].flag = true;
	}
	*rest_r = optind - 1;
	return true;
}

/*
 * NAME
 *	ctl_suspension_table - what is suspended, as it is printed
 *
 * DESCRIPTION
 *	What stands comes first, then what is planned.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/ctl_suspension_table.h"

#include <string.h>

#include "ctl/ctl_say.h"
#include "ctl/ctl_table.h"
#include "ctl/ctl_time.h"

#define ALL_BROADCASTS "all broadcasts"

const char *ctl_suspension_name(const char *broadcast)
{
	return *broadcast != '\0' ? broadcast : ALL_BROADCASTS;
}

const struct suspension *ctl_suspension_find(const GPtrArray *all, const char *broadcast)
{
	for (guint i = 0; i < all->len; i++) {
		const struct suspension *one = g_ptr_array_index(all, i);

		if (strcmp(one->broadcast, broadcast) == 0)
			return one;
	}
	return NULL;
}

void ctl_suspension_print_some(const struct settings *settings, const GPtrArray *all,
			       FILE *out)
{
	for (guint i = 0; i < all->len; i++) {
		const struct suspension *one = g_ptr_array_index(all, i);
		g_autofree char *since = ctl_time_show(settings, one->since);
		g_autofree char *until = one->until != 0
					     ? ctl_time_show(settings, one->until)
					     : g_strdup(ctl_say("it is resumed"));

		fprintf(out, "  ");
		fprintf(out, ctl_say("%s: since %s until %s, by %s: %s"),
			ctl_say(ctl_suspension_name(one->broadcast)), since, until,
			one->uid, one->reason);
		fputc('\n', out);
	}
}

void ctl_suspension_print(const struct ctl_suspensions *suspensions)
{
	puts(suspensions->standing->len > 0 ? ctl_say("suspended now:")
					    : ctl_say("nothing is suspended"));
	ctl_suspension_print_some(suspensions->settings, suspensions->standing, stdout);
	if (suspensions->planned->len > 0)
		puts(ctl_say("planned:"));
	ctl_suspension_print_some(suspensions->settings, suspensions->planned, stdout);
}

static void put_some(struct ctl_table *table, const GPtrArray *all, bool planned)
{
	for (guint i = 0; i < all->len; i++) {
		const struct suspension *one = g_ptr_array_index(all, i);

		ctl_table_put_text(table, *one->broadcast != '\0' ? one->broadcast : "*");
		ctl_table_put_time(table, one->since);
		ctl_table_put_time(table, one->until);
		ctl_table_put_text(table, one->uid);
		ctl_table_put_text(table, one->reason);
		ctl_table_put_flag(table, planned);
		ctl_table_put_flag(table, one->notify);
	}
}

void ctl_suspension_print_json(const struct ctl_suspensions *suspensions)
{
	static const struct ctl_column columns[] = {
		{ "broadcast", CTL_TEXT }, { "since", CTL_TIME },
		{ "until", CTL_TIME },     { "login", CTL_TEXT },
		{ "reason", CTL_TEXT },    { "planned", CTL_FLAG },
		{ "notify", CTL_FLAG },
	};
	struct ctl_table *table =
	    ctl_table_new(suspensions->settings, columns, G_N_ELEMENTS(columns));

	put_some(table, suspensions->standing, false);
	put_some(table, suspensions->planned, true);
	ctl_table_print(table, true);
	ctl_table_free(table);
}

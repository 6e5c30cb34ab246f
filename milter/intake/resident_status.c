/*
 * NAME
 *	resident_status - what a resident is registered for
 *
 * DESCRIPTION
 *	The broadcast's name, whether it is sent and since when, and how to leave, for each list
 *	that the address is in. What was left is not told: it is kept for other reasons.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/intake/resident_status.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/own_address.h"
#include "schema/store_subscriber.h"

#define DATE_SIZE 32

struct lines {
	const struct intake_context *context;
	const char *language;
	GString *text;
};

static char *find_name(const struct lines *lines, const char *list)
{
	struct broadcast *broadcast = NULL;
	char *name;

	if (resident_find_broadcast(lines->context, list, strlen(list), &broadcast) !=
	    ANSWER_YES)
		return g_strdup(list);
	name = g_strdup(strcmp(lines->language, "ja") == 0 ? broadcast->name_ja
							   : broadcast->name_en);
	broadcast_free(broadcast);
	return name;
}

static void write_date(const struct lines *lines, int64_t at, char date_r[DATE_SIZE])
{
	clock_format(at, lines->context->setup->settings->time_zone, "%Y-%m-%d", date_r,
		     DATE_SIZE);
}

static void add_lines(const struct subscriber *subscriber, void *context)
{
	const struct lines *lines = context;
	const struct setup *setup = lines->context->setup;
	g_autofree char *name = find_name(lines, subscriber->list);
	g_autofree char *key =
	    g_strdup_printf("resident.%s", subscriber_state_name(subscriber->state));
	g_autofree char *leave =
	    own_address_make(setup->settings, SERVICE_LEAVE, subscriber->list);
	g_autofree char *state = NULL;
	g_autofree char *how = NULL;
	char joined[DATE_SIZE], until[DATE_SIZE];
	GHashTable *facts;

	if (subscriber->state == SUBSCRIBER_LEFT)
		return;
	facts = g_hash_table_new(g_str_hash, g_str_equal);
	write_date(lines, subscriber->joined_at, joined);
	/* The last day of it. */
	write_date(lines, subscriber->paused_until - 1, until);
	g_hash_table_insert(facts, (char *)"broadcast_name", name);
	g_hash_table_insert(facts, (char *)"joined_on", joined);
	g_hash_table_insert(facts, (char *)"pause_until", until);
	g_hash_table_insert(facts, (char *)"leave_address", leave);
	state = template_fill_phrase(setup->templates, lines->language, key, facts);
	how = template_fill_phrase(setup->templates, lines->language,
				   "resident.leave-how", facts);
	g_string_append_printf(lines->text, "%s%s\n  %s",
			       lines->text->len > 0 ? "\n\n" : "", state, how);
	g_hash_table_destroy(facts);
}

char *resident_status_write(const struct intake_context *context,
			    const struct resident *resident, struct kairan_error *error_r)
{
	struct lines lines = { context, resident->language, g_string_new(NULL) };
	const bool ok =
	    store_subscriber_visit_address(kairan_get_store(context->kairan),
					   &resident->from, add_lines, &lines, error_r);

	if (ok && lines.text->len == 0)
		g_string_append(lines.text,
				template_get_phrase(context->setup->templates,
						    resident->language, "resident.none"));
	return g_string_free(lines.text, !ok);
}

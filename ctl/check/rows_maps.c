/*
 * NAME
 *	rows_maps - questions about Postfix's maps
 *
 * DESCRIPTION
 *	The probes show what becomes of their own addresses. A map may have a line for one address
 *	only: so each is looked for as Postfix does it, the whole address and then its domain.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <string.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"
#include "milter/core/own_address.h"
#include "milter/courier/probe_send.h"

/* What the maps of a parameter make of an address or domain. NO: something else. */
static enum answer ask_map(const struct check *check, struct check_words *said,
			   const char *name, const char *key)
{
	const char *list = postfix_get(check->postfix, name);
	g_autofree char *value = NULL;
	struct kairan_error error = { "" };

	switch (postfix_look_up(check->postfix, list, key, &value, &error)) {
	case ANSWER_YES:
		if (g_ascii_strcasecmp(value, key) == 0)
			return ANSWER_YES;
		g_string_append_printf(said->found, "%s%s: %s -> %s",
				       said->found->len > 0 ? "; " : "", name, key,
				       value);
		return ANSWER_NO;
	case ANSWER_NO:
		return ANSWER_YES;
	case ANSWER_UNKNOWN:
		break;
	}
	g_string_printf(said->found, "%s: %s", name, error.text);
	return ANSWER_UNKNOWN;
}

/* Every address and domain of the service, in all of these parameters (up to NULL); all that
 * is found is told. */
static enum answer ask_maps(const struct check *check, struct check_words *said,
			    const char *const *names, const GPtrArray *keys)
{
	enum answer answer = ANSWER_YES;

	for (size_t i = 0; names[i] != NULL; i++) {
		for (guint k = 0; k < keys->len; k++) {
			const enum answer one =
			    ask_map(check, said, names[i], g_ptr_array_index(keys, k));

			if (one == ANSWER_UNKNOWN)
				return one;
			if (one == ANSWER_NO)
				answer = one;
		}
	}
	return answer;
}

static void add_key(GPtrArray *keys, const char *key)
{
	if (key != NULL &&
	    !g_ptr_array_find_with_equal_func(keys, key, g_str_equal, NULL))
		g_ptr_array_add(keys, g_strdup(key));
}

static enum answer ask_of_service(const struct check *check, struct check_words *said,
				  const char *const *names)
{
	g_autofree char *notices = probe_notice_address(check->setup->settings);
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
	struct broadcast **broadcasts = NULL;
	struct kairan_error error;

	if (!directory_list_broadcasts(check->setup->directory, &broadcasts, NULL,
				       &error)) {
		g_string_append(said->found, error.text);
		return ANSWER_UNKNOWN;
	}
	add_key(keys, notices);
	add_key(keys, strrchr(notices, '@'));
	for (size_t i = 0; broadcasts[i] != NULL; i++) {
		add_key(keys, broadcasts[i]->mail);
		add_key(keys, strrchr(broadcasts[i]->mail, '@'));
	}
	broadcasts_free(broadcasts);
	return ask_maps(check, said, names, keys);
}

enum answer check_ask_postfix_aliases(struct check *check, struct check_words *said)
{
	static const char *const names[] = { "virtual_alias_maps", NULL };

	return ask_of_service(check, said, names);
}

enum answer check_ask_postfix_canonical(struct check *check, struct check_words *said)
{
	static const char *const names[] = { "canonical_maps", "sender_canonical_maps",
					     "recipient_canonical_maps", NULL };

	return ask_of_service(check, said, names);
}

enum answer check_ask_postfix_results(struct check *check, struct check_words *said)
{
	const char *authserv_id = check->setup->settings->authserv_id;
	g_autofree char *header =
	    g_strdup_printf("Authentication-Results: %s; dmarc=pass", authserv_id);
	g_autofree char *value = NULL;
	struct kairan_error error = { "" };
	enum answer answer;

	if (*authserv_id == '\0')
		return ANSWER_YES;
	g_string_printf(said->found, "authserv_id = %s; header_checks = %s", authserv_id,
			postfix_get(check->postfix, "header_checks"));
	answer =
	    postfix_look_up(check->postfix, postfix_get(check->postfix, "header_checks"),
			    header, &value, &error);
	if (answer == ANSWER_UNKNOWN)
		g_string_append_printf(said->found, ": %s", error.text);
	if (answer == ANSWER_YES && g_ascii_strncasecmp(value, "IGNORE", 6) != 0 &&
	    g_ascii_strncasecmp(value, "REJECT", 6) != 0)
		return ANSWER_NO;
	return answer;
}

/* ---- urgent mail ---- */

enum answer check_find_route(const struct check *check, struct check_words *said,
			     const char *name, const char *key, char **route_r)
{
	struct kairan_error error = { "" };
	enum answer answer = postfix_look_up(
	    check->postfix, postfix_get(check->postfix, name), key, route_r, &error);

	if (answer == ANSWER_UNKNOWN)
		g_string_printf(said->found, "%s: %s", name, error.text);
	return answer;
}

/* The route without the next host. */
static enum answer find_transport(const struct check *check, struct check_words *said,
				  const char *name, const char *key, char **transport_r)
{
	enum answer answer = check_find_route(check, said, name, key, transport_r);

	if (answer == ANSWER_YES)
		(*transport_r)[strcspn(*transport_r, ":")] = '\0';
	return answer;
}

/* transport_maps is asked first, and knows no senders. NO: it sends a carrier's mail elsewhere. */
static enum answer ask_carriers(const struct check *check, struct check_words *said,
				const char *urgent)
{
	g_auto(GStrv) domains =
	    g_strsplit_set(check->setup->settings->bounce_carriers, ", ", -1);
	enum answer answer = ANSWER_YES;

	for (size_t i = 0; domains[i] != NULL; i++) {
		g_autofree char *transport = NULL;

		if (*domains[i] == '\0')
			continue;
		switch (find_transport(check, said, "transport_maps", domains[i],
				       &transport)) {
		case ANSWER_UNKNOWN:
			return ANSWER_UNKNOWN;
		case ANSWER_NO:
			continue;
		case ANSWER_YES:
			break;
		}
		if (*transport == '\0' || strcmp(transport, urgent) == 0)
			continue;
		g_string_append_printf(said->found, "%stransport_maps: %s -> %s:",
				       said->found->len > 0 ? "; " : "", domains[i],
				       transport);
		answer = ANSWER_NO;
	}
	return answer;
}

enum answer check_ask_postfix_urgent(struct check *check, struct check_words *said)
{
	g_autofree char *sender =
	    own_address_make(check->setup->settings, SERVICE_BOUNCE, "ur1.1.123456789");
	g_autofree char *ordinary =
	    own_address_make(check->setup->settings, SERVICE_BOUNCE, "r1.1.123456789");
	g_autofree char *urgent = NULL;
	g_autofree char *other = NULL;
	g_autofree char *service = NULL;
	enum answer answer =
	    find_transport(check, said, CHECK_SENDER_MAPS, sender, &urgent);

	if (answer == ANSWER_YES)
		answer = find_transport(check, said, CHECK_SENDER_MAPS, ordinary, &other);
	else if (answer == ANSWER_NO)
		g_string_printf(said->found,
				check_say("%s says nothing of urgent mail (%s)"),
				CHECK_SENDER_MAPS, sender);
	if (urgent == NULL || answer == ANSWER_UNKNOWN)
		return answer;
	if (g_strcmp0(urgent, other) == 0) {
		g_string_printf(said->found, check_say("%s: all mail goes by %s:"),
				CHECK_SENDER_MAPS, urgent);
		return ANSWER_NO;
	}
	service = g_strconcat(urgent, "/unix", NULL);
	if (*postfix_get_field(check->postfix, service, "command") == '\0') {
		g_string_printf(said->found, check_say("master.cf has no service %s"),
				urgent);
		return ANSWER_NO;
	}
	return ask_carriers(check, said, urgent);
}

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

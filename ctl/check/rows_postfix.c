/*
 * NAME
 *	rows_postfix - questions about Postfix's configuration
 *
 * DESCRIPTION
 *	What concerns the filter has to be so for every smtpd that takes mail.
 *
 *	A new question is a function here, a line in rows.h, and a row in table.c.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"
#include "policy/text.h"

static const char *get(const struct check *check, const char *name)
{
	return postfix_get(check->postfix, name);
}

/* Does this service give mail to a content filter (FILTER_README), or take it back from one? */
static bool gives_to_filter(const struct check *check, const char *service)
{
	return *postfix_get_at(check->postfix, service, "content_filter") != '\0';
}

static bool takes_from_filter(const struct check *check, const char *service,
			      GList *services)
{
	bool is_filtered = *get(check, "content_filter") != '\0';

	for (const GList *at = services; at != NULL; at = at->next)
		is_filtered = is_filtered || gives_to_filter(check, at->data);
	return is_filtered && !gives_to_filter(check, service) &&
	       (text_begins_with(service, "127.") ||
		text_begins_with(service, "localhost:") ||
		text_begins_with(service, "[::1]:"));
}

/* Every smtpd is asked, but those that take mail back from a content filter on this machine:
 * NO names the ones of which it is not so. */
static enum answer ask_each(const struct check *check, struct check_words *said,
			    bool (*is_so)(const struct check *check, const char *service,
					  GString *found))
{
	GList *services = postfix_list_services(check->postfix, "smtpd");
	enum answer answer = services != NULL ? ANSWER_YES : ANSWER_NO;

	if (services == NULL)
		g_string_append(said->found,
				check_say("no service of master.cf is smtpd"));
	for (const GList *at = services; at != NULL; at = at->next) {
		g_autoptr(GString) found = g_string_new(NULL);

		if (is_so(check, at->data, found) ||
		    takes_from_filter(check, at->data, services))
			continue;
		answer = ANSWER_NO;
		g_string_append_printf(said->found, "%s%s: %s",
				       said->found->len > 0 ? "; " : "",
				       (const char *)at->data, found->str);
	}
	g_list_free_full(services, g_free);
	return answer;
}

static bool is_same_file(const char *one, const char *other)
{
	struct stat first, second;

	if (strcmp(one, other) == 0)
		return true;
	return stat(one, &first) == 0 && stat(other, &second) == 0 &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Where kairan's entry begins in a list of filters; *inside_r is the path of its socket as it
 * stands there. NULL: it is not in it. Free *inside_r with g_free(). */
static const char *find_filter(const struct check *check, const char *list,
			       char **inside_r)
{
	const char *ours = check->setup->settings->milter_socket;

	for (const char *at = strstr(list, "unix:"); at != NULL;
	     at = strstr(at + 1, "unix:")) {
		const char *path = at + strlen("unix:");
		g_autofree char *named = g_strndup(path, strcspn(path, ", \t{}"));
		g_autofree char *below =
		    g_strdup_printf("%s/%s", get(check, "queue_directory"), named);

		if (is_same_file(named, ours) || is_same_file(below, ours)) {
			*inside_r = g_steal_pointer(&named);
			return at;
		}
	}
	return NULL;
}

static bool has_filter(const struct check *check, const char *service, GString *found)
{
	const char *list = postfix_get_at(check->postfix, service, "smtpd_milters");
	g_autofree char *inside = NULL;

	g_string_printf(found, "smtpd_milters = %s", list);
	return find_filter(check, list, &inside) != NULL;
}

enum answer check_ask_postfix_milter(struct check *check, struct check_words *said)
{
	g_string_printf(said->cure, "smtpd_milters = unix:%s",
			check->setup->settings->milter_socket);
	return ask_each(check, said, has_filter);
}

/* In braces an entry has settings of its own (postconf(5), smtpd_milters). */
static bool defers(const struct check *check, const char *service, GString *found)
{
	const char *action =
	    postfix_get_at(check->postfix, service, "milter_default_action");
	const char *list = postfix_get_at(check->postfix, service, "smtpd_milters");
	g_autofree char *inside = NULL;
	const char *entry = find_filter(check, list, &inside);
	const size_t length = entry != NULL ? strcspn(entry, "}") : 0;
	g_autofree char *rest = g_strndup(entry != NULL ? entry : "", length);
	const char *own =
	    entry != NULL && entry[length] == '}' ? strstr(rest, "default_action") : NULL;

	if (own != NULL) {
		g_string_printf(found, "smtpd_milters: %s", own);
		own += strcspn(own, "=");
		own += strspn(own, "= \t");
		return text_begins_with(own, "tempfail");
	}
	g_string_printf(found, "milter_default_action = %s", action);
	return strcmp(action, "tempfail") == 0;
}

enum answer check_ask_postfix_action(struct check *check, struct check_words *said)
{
	return ask_each(check, said, defers);
}

/* Before compatibility level 1, "-" was yes. */
static bool is_in_chroot(const struct check *check, const char *service)
{
	const char *chroot = postfix_get_field(check->postfix, service, "chroot");

	return strcmp(chroot, "y") == 0 ||
	       (strcmp(chroot, "-") == 0 &&
		g_ascii_strtod(get(check, "compatibility_level"), NULL) < 1);
}

static bool finds_socket(const struct check *check, const char *service, GString *found)
{
	g_autofree char *inside = NULL;
	g_autofree char *below = NULL;

	if (!is_in_chroot(check, service) ||
	    find_filter(check, postfix_get_at(check->postfix, service, "smtpd_milters"),
			&inside) == NULL)
		return true;
	below = g_strdup_printf("%s/%s", get(check, "queue_directory"), inside);
	g_string_printf(found, check_say("in a chroot, where there is no socket %s"),
			below);
	return is_same_file(below, check->setup->settings->milter_socket);
}

enum answer check_ask_postfix_chroot(struct check *check, struct check_words *said)
{
	return ask_each(check, said, finds_socket);
}

static bool forbids_newline(const struct check *check, const char *service,
			    GString *found)
{
	static const char *const good[] = { "normalize", "reject", "yes" };
	const char *value =
	    postfix_get_at(check->postfix, service, "smtpd_forbid_bare_newline");

	g_string_printf(found, "smtpd_forbid_bare_newline = %s", value);
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		if (strcmp(value, good[i]) == 0)
			return true;
	return false;
}

enum answer check_ask_postfix_newline(struct check *check, struct check_words *said)
{
	return ask_each(check, said, forbids_newline);
}

enum answer check_ask_postfix_pipe(struct check *check, struct check_words *said)
{
	GList *services = postfix_list_services(check->postfix, "pipe");
	enum answer answer = ANSWER_NO;

	g_string_append(said->found,
			check_say("no pipe of master.cf calls kairanctl deliver"));
	for (const GList *at = services; at != NULL; at = at->next) {
		const char *service = at->data;
		g_autofree char *name = g_strndup(service, strcspn(service, "/"));
		g_autofree char *limit =
		    g_strconcat(name, "_destination_recipient_limit", NULL);

		if (strstr(postfix_get_field(check->postfix, service, "command"),
			   "kairanctl") == NULL ||
		    strstr(postfix_get_field(check->postfix, service, "command"),
			   "deliver") == NULL)
			continue;
		g_string_printf(said->found, "%s = %s", limit, get(check, limit));
		if (strcmp(get(check, limit), "1") == 0)
			answer = ANSWER_YES;
	}
	g_list_free_full(services, g_free);
	return answer;
}

/* The first that says something of the domain counts: "!DOMAIN" excepts it, and what is below
 * a DOMAIN becomes that (postconf(5), masquerade_domains). */
static bool is_masqueraded(const char *domains, const char *domain)
{
	char **words = g_strsplit_set(domains, ", \t", -1);
	bool is_masked = false;

	for (size_t i = 0; words[i] != NULL; i++) {
		const bool excepted = *words[i] == '!';
		const char *word = words[i] + (excepted ? 1 : 0);
		g_autofree char *suffix = g_strconcat(".", word, NULL);

		if (*word == '\0' || (g_ascii_strcasecmp(domain, word) != 0 &&
				      !g_str_has_suffix(domain, suffix)))
			continue;
		is_masked = !excepted && g_ascii_strcasecmp(domain, word) != 0;
		break;
	}
	g_strfreev(words);
	return is_masked;
}

enum answer check_ask_postfix_masquerade(struct check *check, struct check_words *said)
{
	const char *domain = check->setup->settings->service_domain;
	const char *domains = get(check, "masquerade_domains");
	/* Senders are rewritten wherever a mail comes from. */
	const bool works = *get(check, "local_header_rewrite_clients") != '\0' ||
			   strstr(get(check, "masquerade_classes"), "envelope") != NULL;

	g_string_printf(said->found,
			"masquerade_domains = %s; local_header_rewrite_clients = %s",
			domains, get(check, "local_header_rewrite_clients"));
	g_string_printf(said->cure, "masquerade_domains = !%s %s", domain, domains);
	return works && is_masqueraded(domains, domain) ? ANSWER_NO : ANSWER_YES;
}

enum answer check_ask_postfix_bcc(struct check *check, struct check_words *said)
{
	g_string_printf(said->found, "always_bcc = %s", get(check, "always_bcc"));
	return *get(check, "always_bcc") != '\0' ? ANSWER_NO : ANSWER_YES;
}

/* Only where recipients are looked up does it matter what is cut off before. */
enum answer check_ask_postfix_delimiter(struct check *check, struct check_words *said)
{
	const char *delimiter = check->setup->settings->address_delimiter;
	const char *cut = get(check, "recipient_delimiter");

	g_string_printf(said->found,
			"recipient_delimiter = %s; relay_recipient_maps = %s; "
			"address_delimiter = %s",
			cut, get(check, "relay_recipient_maps"), delimiter);
	return *get(check, "relay_recipient_maps") == '\0' ||
		       strstr(cut, delimiter) != NULL
		   ? ANSWER_YES
		   : ANSWER_NO;
}

enum answer check_ask_postfix_size(struct check *check, struct check_words *said)
{
	const int64_t wanted = check->setup->settings->message_max + CHECK_REQUEST_OCTETS;
	const int64_t limit = g_ascii_strtoll(get(check, "message_size_limit"), NULL, 10);

	g_string_printf(said->found, "message_size_limit = %s",
			get(check, "message_size_limit"));
	g_string_printf(said->cure, "message_size_limit = %lld", (long long)wanted);
	return limit == 0 || limit >= wanted ? ANSWER_YES : ANSWER_NO;
}

/* Also where one service alone has it. */
enum answer check_ask_postfix_content(struct check *check, struct check_words *said)
{
	GList *services = postfix_list_services(check->postfix, "smtpd");

	for (const GList *at = services; at != NULL; at = at->next)
		if (gives_to_filter(check, at->data))
			g_string_append_printf(
			    said->found, "%s%s: content_filter = %s",
			    said->found->len > 0 ? "; " : "", (const char *)at->data,
			    postfix_get_at(check->postfix, at->data, "content_filter"));
	g_list_free_full(services, g_free);
	return said->found->len > 0 ? ANSWER_NO : ANSWER_YES;
}

enum answer check_ask_postfix_dash(struct check *check, struct check_words *said)
{
	g_string_printf(said->found, "allow_min_user = %s", get(check, "allow_min_user"));
	return strcmp(get(check, "allow_min_user"), "yes") == 0 ? ANSWER_YES : ANSWER_NO;
}

enum answer check_ask_postfix_verp(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	const bool wanted =
	    settings->verp_method == VERP_XVERP &&
	    (settings->verp_every > 0 || *settings->verp_broadcasts != '\0');

	g_string_printf(said->found, "smtpd_authorized_verp_clients = %s",
			get(check, "smtpd_authorized_verp_clients"));
	return wanted && *get(check, "smtpd_authorized_verp_clients") == '\0'
		   ? ANSWER_NO
		   : ANSWER_YES;
}

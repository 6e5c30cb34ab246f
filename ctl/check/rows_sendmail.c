/*
 * NAME
 *	rows_sendmail - questions about Sendmail's configuration
 *
 * DESCRIPTION
 *	Of sendmail.cf these are looked at: filters (X), mailers (M), and options (O).
 *
 *	A new question is a function here, a line in rows.h, and a row in table.c.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <string.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"
#include "policy/text.h"

/* The line of kairan's filter: "Xkairan, S=unix:/run/kairan/milter.sock, F=T, ..." */
static const char *find_filter(const struct check *check)
{
	return sendmail_find_line(check->sendmail, "X",
				  check->setup->settings->milter_socket);
}

/* What stands behind "F=" in such a line; "" without it. Free with g_free(). */
static char *read_equate(const char *line, const char *name)
{
	g_autofree char *mark = g_strdup_printf("%s=", name);
	char **words = g_strsplit(line, ",", -1);
	char *value = NULL;

	for (size_t i = 0; words[i] != NULL; i++)
		if (text_begins_with(g_strstrip(words[i]), mark))
			value = g_strdup(words[i] + strlen(mark));
	g_strfreev(words);
	return value != NULL ? value : g_strdup("");
}

enum answer check_ask_sendmail_filter(struct check *check, struct check_words *said)
{
	const char *line = find_filter(check);
	g_autofree char *name =
	    line != NULL ? g_strndup(line + 1, strcspn(line + 1, ", ")) : NULL;

	if (line == NULL) {
		g_string_printf(said->found, check_say("no X line has %s"),
				check->setup->settings->milter_socket);
		return ANSWER_NO;
	}
	g_string_printf(said->found, "InputMailFilters=%s",
			sendmail_get_option(check->sendmail, "InputMailFilters"));
	return strstr(sendmail_get_option(check->sendmail, "InputMailFilters"), name) !=
		       NULL
		   ? ANSWER_YES
		   : ANSWER_NO;
}

/* The next rows speak of a filter that is there. */
static enum answer miss_filter(struct check_words *said)
{
	g_string_append(said->found, check_say("there is no filter"));
	return ANSWER_UNKNOWN;
}

enum answer check_ask_sendmail_tempfail(struct check *check, struct check_words *said)
{
	const char *line = find_filter(check);
	g_autofree char *flags = line != NULL ? read_equate(line, "F") : NULL;

	if (line == NULL)
		return miss_filter(said);
	g_string_printf(said->found, "F=%s", flags);
	return strchr(flags, 'T') != NULL ? ANSWER_YES : ANSWER_NO;
}

/* The seconds of one of T='s times, "C:30s;S:60s;R:60s;E:5m"; -1: it is not there. */
static int64_t read_time(const char *times, char which)
{
	char **words = g_strsplit(times, ";", -1);
	int64_t seconds = -1;

	for (size_t i = 0; words[i] != NULL; i++) {
		const char *word = g_strstrip(words[i]);
		char *end;

		if (*word != which || word[1] != ':')
			continue;
		seconds = g_ascii_strtoll(word + 2, &end, 10);
		if (*end == 'm')
			seconds *= 60;
	}
	g_strfreev(words);
	return seconds;
}

enum answer check_ask_sendmail_times(struct check *check, struct check_words *said)
{
	const char *line = find_filter(check);
	g_autofree char *times = line != NULL ? read_equate(line, "T") : NULL;

	if (line == NULL)
		return miss_filter(said);
	g_string_printf(said->found, "T=%s", times);
	return read_time(times, 'S') >= 30 && read_time(times, 'R') >= 30 &&
		       read_time(times, 'E') >= 300
		   ? ANSWER_YES
		   : ANSWER_NO;
}

enum answer check_ask_sendmail_macros(struct check *check, struct check_words *said)
{
	const char *at_mail =
	    sendmail_get_option(check->sendmail, "Milter.macros.envfrom");
	const char *at_end = sendmail_get_option(check->sendmail, "Milter.macros.eom");

	g_string_printf(said->found, "Milter.macros.envfrom=%s; Milter.macros.eom=%s",
			at_mail, at_end);
	return strstr(at_mail, "{auth_authen}") != NULL && strchr(at_end, 'i') != NULL
		   ? ANSWER_YES
		   : ANSWER_NO;
}

enum answer check_ask_sendmail_size(struct check *check, struct check_words *said)
{
	const int64_t wanted = check->setup->settings->message_max + CHECK_REQUEST_OCTETS;
	const char *text = sendmail_get_option(check->sendmail, "MaxMessageSize");
	const int64_t limit = g_ascii_strtoll(text, NULL, 10);

	g_string_printf(said->found, "MaxMessageSize=%s", text);
	g_string_printf(said->cure, "define(`confMAX_MESSAGE_SIZE', `%lld')",
			(long long)wanted);
	return limit == 0 || limit >= wanted ? ANSWER_YES : ANSWER_NO;
}

enum answer check_ask_sendmail_pipe(struct check *check, struct check_words *said)
{
	const char *line = sendmail_find_line(check->sendmail, "M", "kairanctl");

	if (line != NULL && strstr(line, "deliver") != NULL)
		return ANSWER_YES;
	g_string_append(said->found, check_say("no mailer calls kairanctl deliver"));
	return ANSWER_NO;
}

enum answer check_ask_sendmail_urgent(struct check *check, struct check_words *said)
{
	static const struct {
		const char *prefix, *part;
	} lines[] = { { "Qurgent,", "P=" },
		      { "Squeuegroup", "" },
		      { "R", "$(kairan_urgent $&f" } };

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		if (sendmail_find_line(check->sendmail, lines[i].prefix, lines[i].part) !=
		    NULL)
			continue;
		g_string_printf(said->found, check_say("sendmail.cf has no line %s"),
				*lines[i].part != '\0' && *lines[i].prefix == 'R'
				    ? lines[i].part
				    : lines[i].prefix);
		return ANSWER_NO;
	}
	return ANSWER_YES;
}

enum answer check_ask_sendmail_results(struct check *check, struct check_words *said)
{
	const char *authserv_id = check->setup->settings->authserv_id;

	g_string_printf(said->found, "authserv_id = %s", authserv_id);
	return *authserv_id == '\0' ||
		       sendmail_find_line(check->sendmail,
					  "HAuthentication-Results:", "CheckResults") !=
			   NULL
		   ? ANSWER_YES
		   : ANSWER_NO;
}

/* A line of its own for each, as cf(5)'s m4 writes them. */
static bool is_in_class(const struct check *check, const char *class, const char *domain)
{
	g_autofree char *wanted = g_strdup_printf("C{%s}%s", class, domain);
	const char *line = sendmail_find_line(check->sendmail, wanted, "");

	return line != NULL && line[strlen(wanted)] == '\0';
}

/* The domain, or one that it is below, is in the class. */
static bool is_below_class(const struct check *check, const char *class,
			   const char *domain)
{
	for (const char *at = domain; at != NULL; at = strchr(at, '.')) {
		at += *at == '.' ? 1 : 0;
		if (is_in_class(check, class, at))
			return true;
	}
	return false;
}

enum answer check_ask_sendmail_masquerade(struct check *check, struct check_words *said)
{
	const char *domain = check->setup->settings->service_domain;
	const char *name = sendmail_find_line(check->sendmail, "DM", "");
	/* FEATURE(masquerade_entire_domain) */
	const bool entire =
	    sendmail_find_line(check->sendmail, "R$* < @ $* $=M . >", "$M") != NULL;
	const bool masked =
	    entire ? is_below_class(check, "M", domain) : is_in_class(check, "M", domain);

	g_string_printf(said->found, "MASQUERADE_AS(`%s')",
			name != NULL ? name + strlen("DM") : "");
	g_string_printf(said->cure, "MASQUERADE_EXCEPTION(`%s')dnl", domain);
	return name != NULL && masked && !is_below_class(check, "N", domain) ? ANSWER_NO
									     : ANSWER_YES;
}

/*
 * NAME
 *	rows_mail - questions about the way of a mail
 *
 * DESCRIPTION
 *	Of each probe it is known how the MTA answered, and where it was seen.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"

#define CLOCK_SECONDS 120

enum answer check_ask_daemon(struct check *check, struct check_words *said)
{
	const char *path = check->setup->settings->milter_socket;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	enum answer answer = ANSWER_YES;

	(void)g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		answer = errno == EACCES ? ANSWER_UNKNOWN : ANSWER_NO;
		g_string_printf(said->found, "%s: %s", path, g_strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return answer;
}

/* Ask each probe that the courier's way was taken with; the first that is not YES is told. */
static enum answer ask_each(struct check *check, struct check_words *said,
			    enum answer (*ask)(const struct check_probe *probe,
					       GString *found))
{
	for (guint i = 0; i < check->probes->len; i++) {
		const struct check_probe *probe = g_ptr_array_index(check->probes, i);
		g_autoptr(GString) found = g_string_new(NULL);
		enum answer answer = ANSWER_YES;

		if (!probe->is_login)
			answer = ask(probe, found);
		if (answer == ANSWER_YES)
			continue;
		g_string_printf(said->found, "<%s>: %s", probe->probe.sender, found->str);
		return answer;
	}
	return ANSWER_YES;
}

static enum answer ask_way_out(const struct check_probe *probe, GString *found)
{
	g_string_append(found, probe->result.response);
	if (!check_probe_has_reply(probe))
		return ANSWER_UNKNOWN;
	return probe->result.outcome == SMTP_ACCEPTED ? ANSWER_YES : ANSWER_NO;
}

enum answer check_ask_way_out(struct check *check, struct check_words *said)
{
	return ask_each(check, said, ask_way_out);
}

static enum answer ask_filter(const struct check_probe *probe, GString *found)
{
	if (probe->seen[PROBE_PAST] == ANSWER_YES) {
		g_string_append_printf(found, check_say("came past it (%s)"),
				       probe->sights[PROBE_PAST].queue_id);
		return ANSWER_NO;
	}
	if (probe->seen[PROBE_WAY] == ANSWER_YES)
		return ANSWER_YES;
	if (probe->result.outcome == SMTP_ACCEPTED) {
		g_string_append(found, check_say("was taken, and not seen"));
		return ANSWER_NO;
	}
	g_string_append(found, check_say("was not taken"));
	return ANSWER_UNKNOWN;
}

enum answer check_ask_filter(struct check *check, struct check_words *said)
{
	return ask_each(check, said, ask_filter);
}

static enum answer ask_unchanged(const struct check_probe *probe, GString *found)
{
	static const enum probe_stage stages[] = { PROBE_WAY, PROBE_COPY, PROBE_PAST };
	enum answer answer = ANSWER_UNKNOWN;

	for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
		const struct probe_sight *sight = &probe->sights[stages[i]];

		if (probe->seen[stages[i]] != ANSWER_YES)
			continue;
		answer = ANSWER_YES;
		if (*sight->difference == '\0')
			continue;
		g_string_append_printf(
		    found,
		    stages[i] == PROBE_COPY ? check_say("after the filter: %s") : "%s",
		    sight->difference);
		return ANSWER_NO;
	}
	if (answer == ANSWER_UNKNOWN)
		g_string_append(found, check_say("was not seen"));
	return answer;
}

enum answer check_ask_unchanged(struct check *check, struct check_words *said)
{
	return ask_each(check, said, ask_unchanged);
}

static enum answer ask_pipe(const struct check_probe *probe, GString *found)
{
	if (probe->seen[PROBE_COPY] == ANSWER_YES ||
	    probe->seen[PROBE_PAST] == ANSWER_YES)
		return ANSWER_YES;
	if (probe->result.outcome != SMTP_ACCEPTED) {
		g_string_append(found, check_say("was not taken"));
		return ANSWER_UNKNOWN;
	}
	g_string_append_printf(found, check_say("the copy did not come (queue id %s)"),
			       probe->seen[PROBE_WAY] == ANSWER_YES
				   ? probe->sights[PROBE_WAY].queue_id
				   : check_say("unknown"));
	return ANSWER_NO;
}

enum answer check_ask_pipe(struct check *check, struct check_words *said)
{
	return ask_each(check, said, ask_pipe);
}

static enum answer ask_mta_clock(const struct check_probe *probe, GString *found)
{
	const enum probe_stage stage =
	    probe->seen[PROBE_PAST] == ANSWER_YES ? PROBE_PAST : PROBE_COPY;
	const struct probe_sight *sight = &probe->sights[stage];
	int64_t off;

	if (probe->seen[stage] != ANSWER_YES || sight->mta_at == 0) {
		g_string_append(found, check_say("no Received: was seen"));
		return ANSWER_UNKNOWN;
	}
	off = sight->mta_at - probe->probe.at;
	if (llabs(off) <= CLOCK_SECONDS)
		return ANSWER_YES;
	g_string_append_printf(found,
			       off > 0 ? check_say("the mail system is %lld s ahead")
				       : check_say("the mail system is %lld s behind"),
			       (long long)llabs(off));
	return ANSWER_NO;
}

enum answer check_ask_mta_clock(struct check *check, struct check_words *said)
{
	return ask_each(check, said, ask_mta_clock);
}

enum answer check_ask_mta_config(struct check *check, struct check_words *said)
{
	if (check->postfix != NULL || check->sendmail != NULL)
		return ANSWER_YES;
	g_string_printf(
	    said->found,
	    check_say("%s; name Postfix's folder or sendmail.cf: --mta-config"),
	    check->mta_error.text);
	return ANSWER_UNKNOWN;
}

/*
 * NAME
 *	rows_dns - questions about the service domain in the DNS
 *
 * DESCRIPTION
 *	Whose key signs is read from the mail that came back.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <string.h>

#include "ctl/check/dns.h"
#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"

/* A TXT record that begins so. */
static enum answer find_beginning(struct check *check, const char *name,
				  const char *beginning, struct check_words *said)
{
	GPtrArray *records = NULL;
	struct kairan_error error = { "" };
	enum answer answer =
	    dns_find_texts(check->options->nameserver, name, &records, &error);

	if (answer == ANSWER_UNKNOWN)
		g_string_assign(said->found, error.text);
	if (answer != ANSWER_YES)
		return answer;
	answer = ANSWER_NO;
	for (guint i = 0; i < records->len; i++)
		if (g_ascii_strncasecmp(g_ptr_array_index(records, i), beginning,
					strlen(beginning)) == 0)
			answer = ANSWER_YES;
	g_ptr_array_unref(records);
	return answer;
}

/* What the mail system calls itself. */
static char *find_host(const struct check *check)
{
	const char *name =
	    check->postfix != NULL ? postfix_get(check->postfix, "myhostname") : NULL;

	return g_strdup(name != NULL ? name : g_get_host_name());
}

enum answer check_ask_dns_mx(struct check *check, struct check_words *said)
{
	const char *domain = check->setup->settings->service_domain;
	g_autofree char *host = find_host(check);
	struct kairan_error error = { "" };
	GPtrArray *records = NULL;
	enum answer answer =
	    dns_find_exchangers(check->options->nameserver, domain, &records, &error);

	g_string_printf(said->cure, "%s. IN MX 10 %s.", domain, host);
	if (answer != ANSWER_YES)
		g_string_append(said->found, answer == ANSWER_NO
						 ? check_say("there is no MX")
						 : error.text);
	/* RFC 7505: this domain takes no mail. */
	if (answer == ANSWER_YES && strlen(g_ptr_array_index(records, 0)) <= 1) {
		g_string_append(said->found, check_say("the MX is \".\""));
		answer = ANSWER_NO;
	}
	if (records != NULL)
		g_ptr_array_unref(records);
	return answer;
}

enum answer check_ask_dns_spf(struct check *check, struct check_words *said)
{
	const char *domain = check->setup->settings->service_domain;
	const enum answer answer = find_beginning(check, domain, "v=spf1", said);

	if (answer == ANSWER_NO)
		g_string_append(said->found, check_say("there is no v=spf1"));
	g_string_printf(said->cure, "%s. IN TXT \"v=spf1 mx -all\"", domain);
	return answer;
}

/* At the domain, or at one above it (RFC 7489 section 6.6.3), but at no top-level domain. */
enum answer check_ask_dns_dmarc(struct check *check, struct check_words *said)
{
	const char *domain = check->setup->settings->service_domain;

	g_string_printf(
	    said->cure,
	    "_dmarc.%s. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@%s\"", domain,
	    domain);
	for (const char *at = domain; at != NULL && strchr(at, '.') != NULL;
	     at = strchr(at, '.') + 1) {
		g_autofree char *name = g_strdup_printf("_dmarc.%s", at);
		const enum answer answer = find_beginning(check, name, "v=DMARC1", said);

		if (answer != ANSWER_NO)
			return answer;
	}
	g_string_append(said->found, check_say("there is no v=DMARC1"));
	return ANSWER_NO;
}

/* "SELECTOR DOMAIN" of the signature that came back; NULL: it did not come, "": unsigned. */
static const char *find_signature(const struct check *check)
{
	for (guint i = 0; i < check->probes->len; i++) {
		const struct check_probe *probe = g_ptr_array_index(check->probes, i);

		if (probe->seen[PROBE_COPY] == ANSWER_YES)
			return probe->sights[PROBE_COPY].signature;
	}
	return NULL;
}

static bool has_key(const GPtrArray *records)
{
	for (guint i = 0; i < records->len; i++) {
		const char *key = strstr(g_ptr_array_index(records, i), "p=");

		/* An empty one is revoked (RFC 6376 section 3.6.1). */
		if (key != NULL && strchr("; ", key[2]) == NULL)
			return true;
	}
	return false;
}

enum answer check_ask_dns_dkim(struct check *check, struct check_words *said)
{
	const char *signature = find_signature(check);
	g_auto(GStrv) words = g_strsplit(signature != NULL ? signature : "", " ", 2);
	g_autofree char *name = NULL;
	GPtrArray *records = NULL;
	struct kairan_error error = { "" };
	enum answer answer;

	if (signature == NULL) {
		g_string_append(said->found, check_say("no mail came back"));
		return ANSWER_UNKNOWN;
	}
	if (*signature == '\0') {
		g_string_append(said->found,
				check_say("the mail that came back is not signed"));
		return ANSWER_NO;
	}
	name = g_strdup_printf("%s._domainkey.%s", words[0], words[1]);
	answer = dns_find_texts(check->options->nameserver, name, &records, &error);
	if (answer == ANSWER_YES && !has_key(records))
		answer = ANSWER_NO;
	if (answer != ANSWER_YES)
		g_string_append(said->found, answer == ANSWER_UNKNOWN
						 ? error.text
						 : check_say("there is no key"));
	if (answer == ANSWER_NO)
		g_string_printf(said->cure, "%s. IN TXT \"v=DKIM1; k=rsa; p=...\"", name);
	if (records != NULL)
		g_ptr_array_unref(records);
	return answer;
}

/*
 * NAME
 *	dns - questions to the DNS
 *
 * DESCRIPTION
 *	libresolv asks. A name server that does not answer, or fails, is "could not ask", and no
 *	missing record.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "ctl/check/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>

#define ANSWER_OCTETS 65535
#define SECONDS_A_TRY 2
#define TRIES         2

static bool set_nameserver(res_state state, const char *nameserver,
			   struct kairan_error *error_r)
{
	char **parts = g_strsplit(nameserver, ":", 2);
	struct sockaddr_in address = { .sin_family = AF_INET };
	const long port = parts[1] != NULL ? strtol(parts[1], NULL, 10) : 53;
	const bool ok = inet_pton(AF_INET, parts[0], &address.sin_addr) == 1 &&
			port > 0 && port <= 65535;

	g_strfreev(parts);
	if (!ok)
		return error_set(error_r, "%s is no IPv4 address with a port or without",
				 nameserver);
	address.sin_port = htons((uint16_t)port);
	state->nsaddr_list[0] = address;
	state->nscount = 1;
	return true;
}

/* All texts of a TXT record are one (RFC 7208 section 3.3). */
static char *read_text(const ns_rr *record)
{
	const unsigned char *at = ns_rr_rdata(*record);
	const unsigned char *end = at + ns_rr_rdlen(*record);
	GString *text = g_string_new(NULL);

	while (at < end && at + 1 + *at <= end) {
		g_string_append_len(text, (const char *)at + 1, *at);
		at += 1 + *at;
	}
	return g_string_free(text, FALSE);
}

static char *read_exchanger(const ns_msg *message, const ns_rr *record)
{
	char name[NS_MAXDNAME];

	if (ns_rr_rdlen(*record) < 3 ||
	    ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message),
			       ns_rr_rdata(*record) + 2, name, sizeof(name)) < 0)
		return NULL;
	return g_strdup(name);
}

static GPtrArray *read_answer(const unsigned char *octets, int length, ns_type type)
{
	GPtrArray *records = g_ptr_array_new_with_free_func(g_free);
	ns_msg message;
	ns_rr record;

	if (ns_initparse(octets, length, &message) != 0)
		return records;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		char *text;

		if (ns_parserr(&message, ns_s_an, i, &record) != 0 ||
		    ns_rr_type(record) != type)
			continue;
		text = type == ns_t_mx ? read_exchanger(&message, &record)
				       : read_text(&record);
		if (text != NULL)
			g_ptr_array_add(records, text);
	}
	return records;
}

static enum answer find(const char *nameserver, const char *name, ns_type type,
			GPtrArray **records_r, struct kairan_error *error_r)
{
	g_autofree unsigned char *octets = g_malloc(ANSWER_OCTETS);
	struct __res_state state = { 0 };
	int length, failure;

	*records_r = NULL;
	if (res_ninit(&state) != 0) {
		(void)error_set(error_r, "the resolver cannot be used");
		return ANSWER_UNKNOWN;
	}
	if (nameserver != NULL && !set_nameserver(&state, nameserver, error_r)) {
		res_nclose(&state);
		return ANSWER_UNKNOWN;
	}
	state.retrans = SECONDS_A_TRY;
	state.retry = TRIES;
	length = res_nquery(&state, name, ns_c_in, type, octets, ANSWER_OCTETS);
	failure = state.res_h_errno;
	res_nclose(&state);
	if (length < 0 && failure != HOST_NOT_FOUND && failure != NO_DATA) {
		(void)error_set(error_r, "%s: %s", name, hstrerror(failure));
		return ANSWER_UNKNOWN;
	}
	if (length >= 0)
		*records_r = read_answer(octets, MIN(length, ANSWER_OCTETS), type);
	if (*records_r != NULL && (*records_r)->len == 0) {
		g_ptr_array_unref(*records_r);
		*records_r = NULL;
	}
	return *records_r != NULL ? ANSWER_YES : ANSWER_NO;
}

enum answer dns_find_texts(const char *nameserver, const char *name,
			   GPtrArray **records_r, struct kairan_error *error_r)
{
	return find(nameserver, name, ns_t_txt, records_r, error_r);
}

enum answer dns_find_exchangers(const char *nameserver, const char *name,
				GPtrArray **records_r, struct kairan_error *error_r)
{
	return find(nameserver, name, ns_t_mx, records_r, error_r);
}

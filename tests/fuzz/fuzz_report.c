/*
 * NAME
 *	fuzz_report - arbitrary octets as a report of a mail system
 *
 * DESCRIPTION
 *	Whatever comes back of mail to residents is read. What is read of it is UTF-8, each row has an
 *	address, and a judgement is one that there is. What is shown of its words has no address.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "milter/mail/message.h"
#include "milter/mail/message_report.h"
#include "policy/bounce_address.h"
#include "tests/fuzz/fuzz.h"

static void require_utf8(const char *text)
{
	require(u8_check((const uint8_t *)text, strlen(text)) == NULL);
}

static void judge(const struct message_report *report,
		  const struct message_report_row *row, bool is_only)
{
	GString *text = g_string_new(NULL);
	struct bounce_facts facts;
	enum bounce_kind kind;

	message_report_get_facts(report, row, is_only, text, &facts);
	kind = bounce_judge(&facts);
	require(kind >= BOUNCE_UNKNOWN && kind < BOUNCE_KINDS);
	/* Who is to blame has not arrived. */
	require(!bounce_kind_is_permanent(kind) || bounce_kind_is_failure(kind));
	(void)g_string_free(text, TRUE);
}

static void check_row(const struct message_report *report,
		      const struct message_report_row *row)
{
	char *words = strdup(row->words->str);

	require(*row->recipient != '\0' || *row->original != '\0');
	require_utf8(row->words->str);
	judge(report, row, true);
	judge(report, row, false);
	require(words != NULL);
	bounce_drop_addresses(words);
	require(strlen(words) <= row->words->len);
	free(words);
}

static void check_address(const char *text)
{
	static const struct token_key key = { .id = 1, .secret = "a secret" };
	struct bounce_address address;

	/* Nobody guesses a seal. */
	require(!bounce_address_read(text, strlen(text), &address) ||
		address.origin == BOUNCE_OF_PROBE ||
		!bounce_address_verify(&address, &key));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	static bool is_ready;
	struct message_report report;
	struct kairan_error error;
	char *text = fuzz_string(octets, length);

	is_ready = is_ready || message_init(&error);
	require(is_ready);
	check_address(text);
	free(text);
	message_read_report(octets, length, &report);
	require_utf8(report.text);
	require_utf8(report.opening);
	judge(&report, NULL, true);
	for (guint i = 0; i < report.rows->len; i++)
		check_row(&report, g_ptr_array_index(report.rows, i));
	message_report_clear(&report);
	return 0;
}

/*
 * NAME
 *	test_probe_mail - kairan's mail to itself
 *
 * DESCRIPTION
 *	Whose address counts, at which stage and how long; that the mail is the same each time it
 *	is written; and that whatever is changed in it on the way is named, and nothing else.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/probe_mail.h"
#include "milter/mail/message.h"
#include "tests/scratch.h"

#define DOMAIN "info.town.example"

static struct scratch scratch;
static struct settings *settings;
static struct keyring *keyring;

static struct keyring *make_keys(const char *name)
{
	struct keyring *keys = NULL;
	struct kairan_error error = { "" };
	g_autofree char *path = g_strdup(scratch_path(&scratch, name));

	if (!keyring_make_file(path, &error) ||
	    !keyring_load("key_file", path, &keys, &error))
		fail_msg("%s", error.text);
	return keys;
}

static int setup(void **state)
{
	static const char text[] = "service_domain = \"" DOMAIN "\"\n"
				   "ldap_uri = \"ldap://127.0.0.1:9\"\n"
				   "ldap_base = \"dc=town,dc=example\"\n";
	struct kairan_error error = { "" };

	(void)state;
	scratch_make(&scratch);
	(void)scratch_write(&scratch, "kairan.conf", text, strlen(text), 0600);
	if (!message_init(&error) || !settings_load(scratch.path, &settings, &error))
		fail_msg("%s", error.text);
	keyring = make_keys("token.keys");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keyring_free(keyring);
	settings_free(settings);
	message_shutdown();
	scratch_remove(&scratch);
	return 0;
}

static struct probe make_probe(int64_t at)
{
	return (struct probe){ .id = 4711, .at = at, .sender = (char *)"kairan@" DOMAIN };
}

static bool reads(const char *spec, const struct keyring *keys, int64_t *id_r,
		  enum probe_stage *stage_r)
{
	struct service_address service;
	struct address address;

	assert_true(address_read(spec, &address, NULL));
	service_address_read(&address, DOMAIN, "kairan", &service);
	assert_int_equal(service.kind, SERVICE_PROBE);
	return probe_mail_read_address(&service, keys, id_r, stage_r);
}

static void test_addresses(void **state)
{
	const struct probe fresh = make_probe(clock_now());
	const struct probe old = make_probe(clock_now() - PROBE_MAIL_SECONDS - 60);
	struct keyring *others = make_keys("others.keys");
	enum probe_stage stage;
	int64_t id;

	(void)state;
	for (int i = PROBE_WAY; i <= PROBE_LOGIN; i++) {
		g_autofree char *spec =
		    probe_mail_address(settings, keyring, &fresh, (enum probe_stage)i);
		g_autofree char *late =
		    probe_mail_address(settings, keyring, &old, (enum probe_stage)i);
		g_autofree char *upper = g_ascii_strup(spec, -1);

		assert_true(reads(spec, keyring, &id, &stage));
		assert_int_equal(id, 4711);
		assert_int_equal(stage, i);
		assert_true(reads(upper, keyring, &id, &stage));
		assert_false(reads(late, keyring, &id, &stage));
		assert_false(reads(spec, others, &id, &stage));
		/* One character that is another. */
		spec[strlen("probe+") + 20] ^= 1;
		assert_false(reads(spec, keyring, &id, &stage));
	}
	keyring_free(others);
}

static char *write_probe(const struct probe *probe)
{
	struct kairan_error error = { "" };
	char *octets = NULL;
	char *text;
	size_t length;

	if (!probe_mail_write(settings, probe, &octets, &length, &error))
		fail_msg("%s", error.text);
	text = g_strndup(octets, length);
	free(octets);
	return text;
}

/* The mail with one text in another's place, as often as it stands there. */
static char *change(const char *mail, const char *from, const char *to)
{
	char **parts = g_strsplit(mail, from, -1);
	char *changed = g_strjoinv(to, parts);

	assert_non_null(parts[0]);
	if (parts[1] == NULL)
		fail_msg("%s is not in the mail", from);
	g_strfreev(parts);
	return changed;
}

static void test_changes_are_named(void **state)
{
	static const struct {
		const char *from, *to, *named;
	} rows[] = {
		{ "\r\n", "\n", NULL }, /* the pipe has it so */
		{ "From:",
		  "Received: from a by b; Fri, 27 Nov 2026 09:00:00 +0900\r\nFrom:",
		  NULL },
		{ "From:", "DKIM-Signature: v=1; d=x.example\r\nFrom:", NULL },
		{ "<kairan@" DOMAIN ">", "<kairan@town.example>", "From: is now" },
		{ "Reply-To: <decide", "Reply-To: <other", "Reply-To: is now" },
		{ "From:", "Reply-To: <a@b.example>\r\nFrom:",
		  "Reply-To: stands there 2" },
		{ "From:", "Cc: <a@b.example>\r\nFrom:", "Cc: was added" },
		{ "From:", "bcc: <a@b.example>\r\nFrom:", "Bcc: was added" },
		{ "From:", "Sender: <a@b.example>\r\nFrom:", "Sender: was added" },
		{ "From:", "Disposition-Notification-To: <a@b.example>\r\nFrom:",
		  "Disposition-Notification-To: was added" },
		{ "From:", "List-Unsubscribe: <mailto:a@b.example>\r\nFrom:",
		  "List-Unsubscribe: was added" },
		{ "Auto-Submitted", "X-Auto-Submitted", NULL },
		{ "Subject: ", "Subject: [town] ", "Subject: is now" },
		{ "From here on", "from here on", "text: line 6" },
		{ "0123456789\r\n", "0123456789\r\n-- \r\nfooter\r\n", "text: line 7" },
	};
	const struct probe probe = make_probe(1764200000);
	g_autofree char *mail = write_probe(&probe);
	g_autofree char *again = write_probe(&probe);

	(void)state;
	assert_string_equal(mail, again);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *changed = change(mail, rows[i].from, rows[i].to);
		struct kairan_error difference = { "" };
		const bool same = probe_mail_compare(settings, &probe, changed,
						     strlen(changed), &difference);

		if (same != (rows[i].named == NULL) ||
		    (!same && !g_str_has_prefix(difference.text, rows[i].named)))
			fail_msg("%s to %s: %s", rows[i].from, rows[i].to,
				 difference.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_changes_are_named),
	};

	return cmocka_run_group_tests_name("probe_mail", tests, setup, teardown);
}

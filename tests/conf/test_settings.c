/*
 * NAME
 *	test_settings - kairan.conf, read, checked and printed
 *
 * DESCRIPTION
 *	Defaults, every type's good and bad values at the line they stand on, and that what
 *	settings_print() writes is read back as the same.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf/settings.h"
#include "tests/scratch.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define REQUIRED                                   \
	"service_domain = \"info.town.example\"\n" \
	"ldap_uri = \"ldapi:///\"\n"               \
	"ldap_base = \"dc=town,dc=example\"\n"
#define REQUIRED_LINES 3

static struct scratch scratch;

static int make_scratch(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int remove_scratch(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static const char *write_conf(const char *text)
{
	return scratch_write(&scratch, "kairan.conf", text, strlen(text), 0600);
}

static struct settings *load(const char *text)
{
	struct kairan_error error = { "" };
	struct settings *settings = NULL;

	if (!settings_load(write_conf(text), &settings, &error))
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(error.text, "");
	return settings;
}

/* The file is refused, with a text that begins with its name and has these words. */
static void refuse(const char *text, const char *const *words)
{
	struct kairan_error error = { "" };
	struct settings *settings = NULL;
	const char *path = write_conf(text);

	if (settings_load(path, &settings, &error))
		fail_msg("accepted: %s", text);
	assert_null(settings);
	assert_memory_equal(error.text, path, strlen(path));
	for (; *words != NULL; words++)
		if (strstr(error.text, *words) == NULL)
			fail_msg("%s: \"%s\" has no %s", text, error.text, *words);
}

static char *print(const struct settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	settings_print(settings, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void test_defaults(void **state)
{
	struct settings *settings = load(REQUIRED);

	(void)state;
	assert_string_equal(settings->service_domain, "info.town.example");
	assert_string_equal(settings->milter_socket, "/run/kairan/milter.sock");
	assert_int_equal(settings->socket_mode, 0660);
	assert_string_equal(settings->socket_group, "");
	assert_int_equal(settings->log_target, LOG_TARGET_SYSLOG);
	assert_string_equal(settings->language, "ja");
	assert_string_equal(settings->time_zone, "Asia/Tokyo");
	assert_int_equal(settings->mta_timeout, 600);
	assert_int_equal(settings->shard_size, 20000);
	assert_int_equal(settings->receipt_wait, 120);
	assert_int_equal(settings->outgoing_charset, OUTGOING_AUTO);
	assert_int_equal(settings->copies, COPIES_SHARED);
	assert_string_equal(settings->web_url, "");
	assert_int_equal(settings->message_max, 9 * 1024 * 1024);
	assert_int_equal(settings->character_limit, 200);
	assert_int_equal(settings->draft_expiry, 3 * 86400);
	assert_string_equal(settings->authserv_id, "");
	assert_string_equal(settings->address_delimiter, "+");
	/* A moved clock must be asked for. */
	assert_string_equal(settings->test_clock, "");
	settings_free(settings);
}

static void test_good_values(void **state)
{
	static const struct {
		const char *line;
		size_t offset;
		int64_t value;
	} rows[] = {
#define NUMBER(line, field, value) { line, offsetof(struct settings, field), value }
		NUMBER("draft_expiry = 0", draft_expiry, 0),
		NUMBER("draft_expiry = 1", draft_expiry, 1),
		NUMBER("draft_expiry = 90s", draft_expiry, 90),
		NUMBER("draft_expiry = 2m", draft_expiry, 120),
		NUMBER("draft_expiry = 2h", draft_expiry, 7200),
		NUMBER("draft_expiry = \"2d\"", draft_expiry, 172800),
		NUMBER("draft_expiry = 2147483647", draft_expiry, INT32_MAX),
		NUMBER("draft_expiry = 24855d", draft_expiry, INT64_C(24855) * 86400),
		NUMBER("message_max = 1", message_max, 1),
		NUMBER("message_max = 512K", message_max, 524288),
		NUMBER("message_max = 2047M", message_max, INT64_C(2047) * 1048576),
		NUMBER("shard_size = 1", shard_size, 1),
		NUMBER("shard_size = 010", shard_size, 10),
		NUMBER("shard_size = 2147483647", shard_size, INT32_MAX),
		NUMBER("socket_mode = 0660", socket_mode, 0660),
		NUMBER("socket_mode = 600", socket_mode, 0600),
		NUMBER("socket_mode = 0777", socket_mode, 0777),
		NUMBER("socket_mode = 1", socket_mode, 1),
		NUMBER("outgoing_charset = utf-8", outgoing_charset, OUTGOING_UTF8),
		NUMBER("outgoing_charset = iso-2022-jp", outgoing_charset,
		       OUTGOING_ISO2022JP),
		NUMBER("outgoing_charset = auto", outgoing_charset, OUTGOING_AUTO),
		NUMBER("copies = shared", copies, COPIES_SHARED),
		NUMBER("copies = personal", copies, COPIES_PERSONAL),
		NUMBER("log_target = stderr", log_target, LOG_TARGET_STDERR),
		NUMBER("log_target = \"syslog\"", log_target, LOG_TARGET_SYSLOG),
#undef NUMBER
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[512];
		struct settings *settings;
		int64_t value;

		(void)snprintf(text, sizeof(text), REQUIRED "%s\n", rows[i].line);
		settings = load(text);
		memcpy(&value, (const char *)settings + rows[i].offset, sizeof(value));
		if (value != rows[i].value)
			fail_msg("%s: %lld", rows[i].line, (long long)value);
		settings_free(settings);
	}
}

static void test_bad_values(void **state)
{
	static const struct {
		const char *key, *value;
	} rows[] = {
		{ "shard_size", "0" },
		{ "shard_size", "-1" },
		{ "shard_size", "+1" },
		{ "shard_size", "" },
		{ "shard_size", " 1" },
		{ "shard_size", "1 " },
		{ "shard_size", "1k" },
		{ "shard_size", "1M" },
		{ "shard_size", "1s" },
		{ "shard_size", "1.5" },
		{ "shard_size", "1e3" },
		{ "shard_size", "0x10" },
		{ "shard_size", "ten" },
		{ "shard_size", "１" },
		{ "shard_size", "2147483648" },
		{ "shard_size", "99999999999999999999999" },
		{ "character_limit", "0" },
		{ "socket_mode", "0" },
		{ "socket_mode", "0888" },
		{ "socket_mode", "01000" },
		{ "socket_mode", "4755" },
		{ "socket_mode", "rw-rw----" },
		{ "socket_mode", "-0660" },
		{ "draft_expiry", "3w" },
		{ "draft_expiry", "3 d" },
		{ "draft_expiry", "3D" },
		{ "draft_expiry", "3ds" },
		{ "draft_expiry", "d" },
		{ "draft_expiry", "-3d" },
		{ "draft_expiry", "1K" },
		{ "draft_expiry", "24856d" },
		{ "draft_expiry", "2147483647d" },
		{ "message_max", "0" },
		{ "message_max", "0K" },
		{ "message_max", "10k" },
		{ "message_max", "10MB" },
		{ "message_max", "1G" },
		{ "message_max", "1d" },
		{ "message_max", "2048M" },
		{ "message_max", "2147483647K" },
		{ "outgoing_charset", "" },
		{ "outgoing_charset", "UTF-8" },
		{ "outgoing_charset", "shift_jis" },
		{ "outgoing_charset", "syslog" },
		{ "outgoing_charset", "1" },
		{ "log_target", "auto" },
		{ "log_target", "file" },
		{ "language", "" },
		{ "language", "fr" },
		{ "language", "JA" },
		{ "language", "ja_JP" },
		{ "service_domain", "" },
		{ "service_domain", "." },
		{ "service_domain", ".example" },
		{ "service_domain", "example." },
		{ "service_domain", "a..b" },
		{ "service_domain", "kairan@town.example" },
		{ "service_domain", "town example" },
		{ "service_domain", "町.example" },
		{ "service_domain", "town.example>" },
		{ "service_domain", "<town.example>" },
		{ "store_path", "" },
		{ "store_path", "kairan.db" },
		{ "store_path", "./kairan.db" },
		{ "store", "/var/lib/kairan/kairan.db" },
		{ "store", "sqlite:kairan.db" },
		{ "store", "postgresql:kairan" },
		{ "store", "mysql://localhost/kairan" },
		{ "address_delimiter", "" },
		{ "address_delimiter", "++" },
		{ "address_delimiter", "=" },
		{ "address_delimiter", "%2b" },
		{ "key_file", "token.keys" },
		{ "milter_socket", "inet:8890@localhost" },
		{ "time_zone", "" },
		{ "time_zone", "Asia/Tokio" },
		{ "time_zone", "JST-9 or so" },
		{ "mta_url", "" },
		{ "mta_url", "smtp://" },
		{ "mta_url", "127.0.0.1:25" },
		{ "mta_url", "http://127.0.0.1" },
		{ "mta_url", "SMTP:127.0.0.1" },
		{ "copies", "" },
		{ "copies", "xverp" },
		{ "web_url", "http://www.town.example" },
		{ "web_url", "https://" },
		{ "web_url", "https:///mail" },
		{ "web_url", "https://www.town.example/" },
		{ "web_url", "https://www.town.example/a b" },
		{ "web_url", "https://www.town.example/>" },
		{ "web_url", "www.town.example" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[512];
		const char *words[] = { ":5: ", rows[i].key, " wants ", NULL };

		(void)snprintf(text, sizeof(text), REQUIRED "# 4\n%s = \"%s\"\n# 6\n",
			       rows[i].key, rows[i].value);
		refuse(text, words);
	}
}

static void test_long_values(void **state)
{
	char text[6000], value[4097];
	const char *words[] = { ":4: ", "service_domain", NULL };

	(void)state;
	memset(value, 'a', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	(void)snprintf(text, sizeof(text), REQUIRED "service_domain = %s\n", value);
	refuse(text, words);
	(void)snprintf(text, sizeof(text), REQUIRED "notice_name_en = %s\n", value);
	struct settings *settings = load(text);
	assert_string_equal(settings->notice_name_en, value);
	settings_free(settings);
}

/* One name, from one of two settings; what is printed is read again. */
static void test_store(void **state)
{
	static const char *const words[] = { "store and store_path are both set", NULL };
	static const struct {
		const char *text, *name;
	} rows[] = {
		{ REQUIRED, "/var/lib/kairan/kairan.db" },
		{ REQUIRED "store_path = /srv/kairan.db\n", "/srv/kairan.db" },
		{ REQUIRED "store = \"\"\nstore_path = /srv/kairan.db\n",
		  "/srv/kairan.db" },
		{ REQUIRED "store = \"sqlite:/srv/k.db\"\n", "/srv/k.db" },
		{ REQUIRED "store = \"postgresql://db/kairan?user=k\"\n",
		  "postgresql://db/kairan?user=k" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings *settings = load(rows[i].text), *again;
		char *printed = NULL;
		size_t length = 0;
		FILE *out = open_memstream(&printed, &length);

		assert_string_equal(settings->store_path, rows[i].name);
		settings_print(settings, out);
		assert_int_equal(fclose(out), 0);
		again = load(printed);
		assert_string_equal(again->store_path, rows[i].name);
		settings_free(again);
		settings_free(settings);
		free(printed);
	}
	refuse(REQUIRED "store = \"sqlite:/a.db\"\nstore_path = /a.db\n", words);
}

static void test_bad_files(void **state)
{
	static const struct {
		const char *text;
		const char *words[3];
	} rows[] = {
		{ REQUIRED "\nshard_sise = 1\n", { ":5: ", "shard_sise" } },
		{ REQUIRED "SHARD_SIZE = 1\n", { ":4: ", "SHARD_SIZE" } },
		{ REQUIRED "shard_size\n", { ":" } },
		{ REQUIRED "shard_size =\n", { ":" } },
		{ REQUIRED "shard_size 5\n", { ":4: " } },
		{ REQUIRED "shard_size = 5 6\n", { ":4: " } },
		{ REQUIRED "shard_size = {5, 6}\n", { ":4: " } },
		{ REQUIRED "notice_name_en = \"never closed\n", { ":" } },
		{ REQUIRED "= 5\n", { ":4: " } },
		{ REQUIRED "}\n", { ":4: " } },
		{ REQUIRED "include(\"/etc/passwd\")\n", { ":4: ", "include" } },
		{ "", { "service_domain", "not set" } },
		{ "service_domain = a.example\nldap_base = x\n",
		  { "ldap_uri", "not set" } },
		{ "service_domain = a.example\nldap_uri = x\n",
		  { "ldap_base", "not set" } },
		{ "ldap_uri = x\nldap_base = y\n", { "service_domain", "not set" } },
		{ "/* \n" REQUIRED "nonsense = 1\n", { ":" } },
		{ "# '\n# \"\n" REQUIRED "user = x # y\nlanguage = fr\n",
		  { ":7: ", "language" } },
		{ "/* 1\n 2 */ // 2\nuser = 'a\nb'\nlanguage = fr",
		  { ":5: ", "language" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuse(rows[i].text, rows[i].words);
}

/* Of two mistakes the first is named. */
static void test_first_mistake_is_named(void **state)
{
	static const char *const words[] = { ":4: ", "shard_size", NULL };

	(void)state;
	refuse(REQUIRED "shard_size = 0\nnonsense = 1\nlanguage = fr\n", words);
}

static void test_no_file(void **state)
{
	struct kairan_error error = { "" };
	struct settings *settings = NULL;
	const char *path = scratch_path(&scratch, "missing.conf");

	(void)state;
	assert_false(settings_load(path, &settings, &error));
	assert_null(settings);
	assert_non_null(strstr(error.text, path));
	assert_non_null(strstr(error.text, "No such file"));
	assert_false(settings_load(path, &settings, NULL));
	assert_false(settings_load(scratch.folder, &settings, &error));
	assert_non_null(strstr(error.text, scratch.folder));
}

static void test_nul_octet(void **state)
{
	static const char text[] = REQUIRED "user = a\0b\nlanguage = fr\n";
	struct kairan_error error = { "" };
	struct settings *settings = NULL;
	const char *path =
	    scratch_write(&scratch, "kairan.conf", text, sizeof(text) - 1, 0600);

	(void)state;
	assert_false(settings_load(path, &settings, &error));
	assert_non_null(strstr(error.text, "NUL"));
	assert_null(settings);
}

static void test_comments_and_quotes(void **state)
{
	struct settings *settings =
	    load("# comment\n// comment\n/* comment\n over lines */\n" REQUIRED
		 "ldap_bind_dn = 'cn=\"kairan\",dc=example' # behind a value\n"
		 "notice_name_ja = \"防災 \\\"町\\\" \\\\ # not a comment\"\n"
		 "\tlanguage=en\n");

	(void)state;
	assert_string_equal(settings->ldap_bind_dn, "cn=\"kairan\",dc=example");
	assert_string_equal(settings->notice_name_ja, "防災 \"町\" \\ # not a comment");
	assert_string_equal(settings->language, "en");
	settings_free(settings);
}

static void test_empty_text_is_kept(void **state)
{
	struct settings *settings = load(REQUIRED "ldap_mail_alias = \"\"\nuser = ''\n");

	(void)state;
	assert_string_equal(settings->ldap_mail_alias, "");
	assert_string_equal(settings->user, "");
	settings_free(settings);
}

/* What is printed is a file that means the same. */
static void test_print_reads_back(void **state)
{
	static const char *const texts[] = {
		REQUIRED,
		REQUIRED "socket_mode = 0640\nlog_target = stderr\nlanguage = en\n"
			 "mta_timeout = 2h\nmessage_max = 512K\nshard_size = 7\n"
			 "outgoing_charset = iso-2022-jp\ndraft_expiry = 0\n",
		REQUIRED "draft_expiry = 24855d\nmessage_max = 2047M\n",
		REQUIRED "ldap_bind_dn = 'cn=a\"b\\c,dc=example'\n",
		REQUIRED "ldap_person_filter = '(&(uid=*)(cn=${HOME}))'\n",
		REQUIRED
		"notice_name_ja = '回覧\t#/* // */'\nnotice_name_en = 'two\nlines'\n",
		REQUIRED "notice_name_en = 'a\\nb\\x41\\101'\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct settings *settings = load(texts[i]);
		char *first = print(settings), *second;

		settings_free(settings);
		settings = load(first);
		second = print(settings);
		settings_free(settings);
		assert_string_equal(first, second);
		free(first);
		free(second);
	}
}

static void test_print_has_every_row(void **state)
{
	struct settings *settings = load(REQUIRED);
	char *text = print(settings);
	const char *line = text;
	struct setting_row row;

	(void)state;
	for (size_t i = 0; settings_get_row(i, &row); i++) {
		assert_memory_equal(line, row.name, strlen(row.name));
		assert_memory_equal(line + strlen(row.name), " = ", 3);
		line = strchr(line, '\n') + 1;
	}
	assert_int_equal(*line, '\0');
	free(text);
	settings_free(settings);
}

static void test_rows(void **state)
{
	struct setting_row row, other;
	size_t count = 0, required = 0;

	(void)state;
	for (; settings_get_row(count, &row); count++) {
		size_t length = strlen(row.meaning);

		assert_int_equal(strspn(row.name, "abcdefghijklmnopqrstuvwxyz_"),
				 strlen(row.name));
		if (length < 10 || row.meaning[length - 1] != '.')
			fail_msg("%s: %s", row.name, row.meaning);
		required += row.fallback == NULL ? 1 : 0;
		for (size_t i = 0; i < count && settings_get_row(i, &other); i++)
			assert_string_not_equal(row.name, other.name);
	}
	assert_true(count > 40);
	assert_int_equal(required, REQUIRED_LINES);
	assert_false(settings_get_row(count, &row));
	assert_false(settings_get_row(SIZE_MAX, &row));
}

/* The sample is the manual: it must have every row, with its default, and be readable. */
static void test_sample(void **state)
{
	struct kairan_error error = { "" };
	struct settings *settings = NULL;
	struct setting_row row;
	size_t length;
	char *sample = scratch_read(SRCDIR "/conf/kairan.conf.sample", &length);

	(void)state;
	if (!settings_load(SRCDIR "/conf/kairan.conf.sample", &settings, &error))
		fail_msg("%s", error.text);
	settings_free(settings);
	for (size_t i = 0; settings_get_row(i, &row); i++) {
		char line[256];

		if (strcmp(row.name, "template_dir") == 0)
			continue; /* its default depends on the prefix */
		if (row.fallback != NULL)
			(void)snprintf(line, sizeof(line), "\n#%s = \"%s\"\n", row.name,
				       row.fallback);
		else
			(void)snprintf(line, sizeof(line), "\n%s = \"", row.name);
		if (strstr(sample, line) == NULL)
			fail_msg("the sample has no %s", line + 1);
	}
	free(sample);
}

static void test_free_null(void **state)
{
	(void)state;
	settings_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_good_values),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_first_mistake_is_named),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_nul_octet),
		cmocka_unit_test(test_comments_and_quotes),
		cmocka_unit_test(test_empty_text_is_kept),
		cmocka_unit_test(test_print_reads_back),
		cmocka_unit_test(test_print_has_every_row),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_free_null),
	};

	return cmocka_run_group_tests_name("settings", tests, make_scratch,
					   remove_scratch);
}

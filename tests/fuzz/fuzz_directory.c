/*
 * NAME
 *	fuzz_directory - arbitrary values in the directory
 *
 * DESCRIPTION
 *	The input is an answer of an LDAP server: its first line says what is asked (person,
 *	section, broadcast, write, mail, people); then "dn: NAME" begins an entry, and
 *	"ATTRIBUTE: VALUE" is a value of it. A thread here is the server, on a socket of this
 *	machine, so that libldap reads all of it as it does any other.
 *
 *	Every text that comes out is one line that neither commands a terminal nor turns around; a
 *	DN is in its canonical form; nothing that could not be understood is without words; and
 *	what is secret of a write does not come out.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <glib.h>
#include <ldap.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf/log.h"
#include "policy/part.h"
#include "policy/text.h"
#include "schema/directory_mails.h"
#include "schema/directory_people.h"
#include "schema/directory_writes.h"
#include "schema/ldap_entry.h"
#include "tests/fuzz/fuzz.h"

#define SECRET "himitsu-no-kotoba"

struct line {
	char *name, *value;
	size_t length; /* of the value */
};

static struct directory *directory;
static GPtrArray *lines; /* struct line, of the input under way */
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the server ---- */

static void put_values(BerElement *ber, guint *at)
{
	const char *name = ((struct line *)g_ptr_array_index(lines, *at))->name;

	require(ber_printf(ber, "{s[", name) >= 0);
	for (; *at < lines->len; (*at)++) {
		const struct line *line = g_ptr_array_index(lines, *at);

		if (strcmp(line->name, name) != 0)
			break;
		require(ber_printf(ber, "o", line->value, (ber_len_t)line->length) >= 0);
	}
	require(ber_printf(ber, "]}") >= 0);
}

/* One entry, and *at is behind it. */
static void put_entry(BerElement *ber, ber_int_t message, guint *at)
{
	const struct line *line = g_ptr_array_index(lines, *at);

	require(ber_printf(ber, "{it{s{", message, (ber_tag_t)LDAP_RES_SEARCH_ENTRY,
			   line->value) >= 0);
	for ((*at)++; *at < lines->len;) {
		line = g_ptr_array_index(lines, *at);
		if (strcmp(line->name, "dn") == 0)
			break;
		put_values(ber, at);
	}
	require(ber_printf(ber, "}}}") >= 0);
}

/* To a client that may have gone. */
static void send_all(int fd, BerElement *ber)
{
	struct berval octets;
	ssize_t sent = 0;

	require(ber_flatten2(ber, &octets, 0) == 0);
	for (size_t at = 0; sent >= 0 && at < octets.bv_len; at += (size_t)MAX(sent, 0))
		sent = send(fd, octets.bv_val + at, octets.bv_len - at, MSG_NOSIGNAL);
	ber_free(ber, 1);
}

static void answer_search(int fd, ber_int_t message)
{
	pthread_mutex_lock(&lines_lock);
	for (guint at = 0; at < lines->len;) {
		BerElement *ber = ber_alloc_t(LBER_USE_DER);

		put_entry(ber, message, &at);
		send_all(fd, ber);
	}
	pthread_mutex_unlock(&lines_lock);
}

static void answer_end(int fd, ber_int_t message, ber_tag_t tag)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	require(ber_printf(ber, "{it{ess}}", message, tag, LDAP_SUCCESS, "", "") >= 0);
	send_all(fd, ber);
}

/* False: the client goes. */
static bool answer(int fd, BerElement *request)
{
	ber_int_t message;
	ber_len_t length;

	require(ber_get_int(request, &message) != LBER_ERROR);
	switch (ber_peek_tag(request, &length)) {
	case LDAP_REQ_BIND:
		answer_end(fd, message, LDAP_RES_BIND);
		return true;
	case LDAP_REQ_SEARCH:
		answer_search(fd, message);
		answer_end(fd, message, LDAP_RES_SEARCH_RESULT);
		return true;
	default:
		return false;
	}
}

static void *converse(void *context)
{
	int fd = GPOINTER_TO_INT(context);
	Sockbuf *buffer = ber_sockbuf_alloc();
	bool goes_on = true;

	require(ber_sockbuf_add_io(buffer, &ber_sockbuf_io_tcp, LBER_SBIOD_LEVEL_PROVIDER,
				   &fd) == 0);
	while (goes_on) {
		BerElement *request = ber_alloc_t(LBER_USE_DER);
		ber_len_t length;

		goes_on = ber_get_next(buffer, &length, request) == LDAP_TAG_MESSAGE &&
			  answer(fd, request);
		ber_free(request, 1);
	}
	ber_sockbuf_free(buffer);
	return NULL;
}

static void start(void *(*run)(void *), int fd)
{
	pthread_t thread;

	require(pthread_create(&thread, NULL, run, GINT_TO_POINTER(fd)) == 0);
	require(pthread_detach(thread) == 0);
}

/* The directory has a link of its own for what is asked in pages. */
static void *serve(void *context)
{
	for (;;) {
		const int fd = accept(GPOINTER_TO_INT(context), NULL, NULL);

		require(fd >= 0);
		start(converse, fd);
	}
	return NULL;
}

static struct settings *load_settings(const char *socket_path)
{
	struct kairan_error error = { "" };
	struct settings *settings = NULL;
	g_auto(GStrv) parts = g_strsplit(socket_path, "/", -1);
	g_autofree char *path = g_strjoinv("%2F", parts);
	g_autofree char *text =
	    g_strdup_printf("service_domain = \"info.town.example\"\n"
			    "ldap_uri = \"ldapi://%s\"\n"
			    "ldap_base = \"dc=town,dc=example\"\n"
			    "ldap_accesslog_base = \"cn=accesslog\"\n"
			    "ldap_person_section = \"departmentNumber\"\n"
			    "ldap_timeout = \"300s\"\n",
			    path);
	struct fuzz_file file;

	fuzz_file_make(text, strlen(text), &file);
	require(settings_load(file.path, &settings, &error));
	fuzz_file_close(&file);
	return settings;
}

static void begin(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/ldapi",
		       fuzz_folder());
	require(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	require(listen(listener, 8) == 0);
	start(serve, listener);
	directory = directory_new(load_settings(address.sun_path));
}

/* ---- what must hold ---- */

static void require_line(const char *text)
{
	g_autofree char *clean = text_clean_line(text, strlen(text));

	require(strcmp(clean, text) == 0);
}

static void require_lines(char **texts)
{
	for (; texts != NULL && *texts != NULL; texts++)
		require_line(*texts);
}

static void require_dn(const char *dn)
{
	g_autofree char *again = ldap_entry_canonical_dn(dn);

	require_line(dn);
	require(g_strcmp0(again, dn) == 0);
}

static void require_dns(char **dns)
{
	for (; *dns != NULL; dns++)
		require_dn(*dns);
}

/* Made of such lines, and of words of ours. */
static void require_plain(const char *text)
{
	require(g_utf8_validate(text, -1, NULL));
	for (; *text != '\0'; text = g_utf8_next_char(text))
		require(!text_is_control(g_utf8_get_char(text)));
}

static void require_words(const char *words)
{
	require(*words != '\0');
	require_plain(words);
}

/* What could not be understood. */
static void require_bad(GPtrArray *bad)
{
	for (guint i = 0; i < bad->len; i++)
		require_words(g_ptr_array_index(bad, i));
	g_ptr_array_unref(bad);
}

/* What is logged goes through here. */
void log_event(enum log_level level, const char *queue_id, int64_t draft,
	       const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	(void)level;
	(void)queue_id;
	(void)draft;
	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	require_words(line);
}

static void require_person(const struct person *person)
{
	g_autofree char *lower = g_ascii_strdown(person->uid, -1);

	require_dn(person->dn);
	require_line(person->id);
	require_words(person->uid);
	require(strcmp(lower, person->uid) == 0);
	require_words(person->name);
	require(strcmp(person->language, "ja") == 0 ||
		strcmp(person->language, "en") == 0);
	require_lines(person->mails);
	require_lines(person->sections);
	require_lines(person->phones);
	require_lines(person->names);
	require_lines(person->contacts);
}

static void require_section(const struct section *section)
{
	require_dn(section->dn);
	require_line(section->id);
	require_words(section->name_ja);
	require_words(section->name_en);
	require(section->status >= APPROVER_ACTIVE &&
		section->status <= APPROVER_REVOKED);
	require(section->status_item >= 0 && section->status_item <= 5);
	if (section->status_reason != NULL)
		require_line(section->status_reason);
	require_dns(section->approvers);
	require_dns(section->staff);
	require_dns(section->delegates);
	require_dns(section->duty_list);
	require_lines(section->shared_mails);
	require_lines(section->phones);
	require(g_strcmp0(section->approver, section->approvers[0]) == 0);
}

static void require_broadcast(const struct broadcast *broadcast)
{
	struct address address;

	require(address_read(broadcast->mail, &address, NULL));
	require(strcmp(address.spec, broadcast->mail) == 0);
	require_words(broadcast->name_ja);
	require_words(broadcast->name_en);
	require_line(broadcast->list);
	require_dns(broadcast->sections);
	require_line(broadcast->quiet_hours);
	require_line(broadcast->reply_to);
	require_lines(broadcast->twins);
	for (size_t i = 0; broadcast->twins[i] != NULL; i++)
		require(broadcast_has_list(broadcast, twin_list(broadcast->twins[i])));
}

/* ---- questions ---- */

static void ask_person(void)
{
	struct kairan_error error = { "" };
	struct person *person = NULL;
	char **dns = NULL;

	switch (directory_find_person(directory, "bosai-staff1", &person, &error)) {
	case ANSWER_YES:
		require_person(person);
		person_free(person);
		break;
	case ANSWER_UNKNOWN:
		require_words(error.text);
		break;
	case ANSWER_NO:
		break;
	}
	require(directory_list_logins(directory, "bosai-staff1", &dns, &error));
	g_strfreev(dns);
}

static void ask_section(void)
{
	struct kairan_error error = { "" };
	struct section *section = NULL;
	struct section_people *people = NULL;
	GPtrArray *sections, *bad;

	require(directory_list_sections(directory, &sections, &bad, &error));
	for (guint i = 0; i < sections->len; i++)
		require_section(g_ptr_array_index(sections, i));
	g_ptr_array_unref(sections);
	require_bad(bad);
	switch (directory_find_section(directory, "cn=bosai", &section, &error)) {
	case ANSWER_YES:
		break;
	case ANSWER_UNKNOWN:
		require_words(error.text);
		return;
	case ANSWER_NO:
		return;
	}
	if (directory_find_people(directory, section, "uid=a", &people, &error))
		(void)section_people_as_duties(section, people);
	else
		require_words(error.text);
	section_people_free(people);
	section_free(section);
}

static void ask_broadcast(void)
{
	struct kairan_error error = { "" };
	struct broadcast **broadcasts = NULL;
	GPtrArray *bad;

	require(directory_list_broadcasts(directory, &broadcasts, &bad, &error));
	for (size_t i = 0; broadcasts[i] != NULL; i++)
		require_broadcast(broadcasts[i]);
	broadcasts_free(broadcasts);
	require_bad(bad);
}

/* Does the secret stand anywhere but where a password is written? */
static bool is_told(void)
{
	for (guint i = 0; i < lines->len; i++) {
		const struct line *line = g_ptr_array_index(lines, i);

		/* A value may have a NUL in it. */
		if (memmem(line->value, line->length, SECRET, strlen(SECRET)) != NULL &&
		    !g_str_has_prefix(line->value, "userPassword:"))
			return true;
	}
	return false;
}

static void ask_write(void)
{
	struct kairan_error error = { "" };
	struct directory_writes writes = { 0 };

	require(directory_list_writes(directory, "20260101000000Z", &writes, &error));
	for (guint i = 0; i < writes.writes->len; i++) {
		const struct directory_write *write = g_ptr_array_index(writes.writes, i);

		require_words(write->start);
		require_words(write->author);
		require_words(write->operation);
		require_words(write->entry);
		require_plain(write->changes);
		require(is_told() || strstr(write->changes, SECRET) == NULL);
	}
	directory_writes_clear(&writes);
}

static void ask_mail(void)
{
	struct kairan_error error = { "" };
	char **mails = NULL;

	require(directory_list_mails(directory, "(mail=*)", &mails, &error));
	require_lines(mails);
	g_strfreev(mails);
}

static void ask_people(void)
{
	struct kairan_error error = { "" };
	GPtrArray *people = NULL;
	char **duty = NULL;

	if (directory_list_people(directory, &people, &error)) {
		for (guint i = 0; i < people->len; i++)
			require_person(g_ptr_array_index(people, i));
		g_ptr_array_unref(people);
	} else {
		require_words(error.text);
	}
	if (directory_list_duty(directory, &duty, &error))
		require_dns(duty);
	else
		require_words(error.text);
	g_strfreev(duty);
}

static const struct {
	const char *name;
	void (*ask)(void);
} questions[] = {
	{ "person", ask_person },       { "section", ask_section },
	{ "broadcast", ask_broadcast }, { "write", ask_write },
	{ "mail", ask_mail },           { "people", ask_people },
};

/* ---- the input ---- */

static void free_line(void *context)
{
	struct line *line = context;

	free(line->name);
	free(line);
}

/* Takes the text over. Values before the first entry belong to nothing. */
static void add_line(char *text, size_t length)
{
	char *colon = strchr(text, ':');
	struct line *line = calloc(1, sizeof(*line));

	require(line != NULL);
	if (colon != NULL)
		*colon = '\0';
	line->name = text;
	line->value = colon != NULL ? colon + 1 : text + strlen(text);
	if (*line->value == ' ')
		line->value++;
	line->length = length - (size_t)(line->value - text);
	if (lines->len > 0 || strcmp(line->name, "dn") == 0)
		g_ptr_array_add(lines, line);
	else
		free_line(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	size_t line_length;
	char *question, *text;

	if (directory == NULL) {
		lines = g_ptr_array_new_with_free_func(free_line);
		begin();
	}
	question = fuzz_next_line(&octets, &length, &line_length);
	if (question == NULL)
		return 0;
	pthread_mutex_lock(&lines_lock);
	g_ptr_array_set_size(lines, 0);
	while ((text = fuzz_next_line(&octets, &length, &line_length)) != NULL)
		add_line(text, line_length);
	pthread_mutex_unlock(&lines_lock);
	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++)
		if (strcmp(question, questions[i].name) == 0)
			questions[i].ask();
	free(question);
	return 0;
}

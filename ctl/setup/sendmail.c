/*
 * NAME
 *	sendmail - Sendmail's settings
 *
 * DESCRIPTION
 *	Lines in sendmail.mc stand in front of the first mailer. They say nothing to Sendmail
 *	until sendmailconfig(8) is run, but whoever upgrades it runs that: so the line that
 *	makes it ask kairan comes last.
 *
 * DIAGNOSTICS
 *	What is set otherwise is told, and stays.
 */
#include "config.h"

#include "ctl/setup/sendmail.h"

#include <glib.h>
#include <string.h>

#include "ctl/setup/conf_text.h"
#include "ctl/setup/samples.h"
#include "policy/text.h"

#define FRAGMENT "conf/sendmail/kairan.m4"

static char *path_of(const struct site *site, const char *name)
{
	return g_build_filename(site->sendmail_dir, name, NULL);
}

char *sendmail_read_password(const struct site *site)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(site->saslauthd_file, &text, NULL, NULL))
		return NULL;
	return conf_text_find(text, "ldap_bind_pw", ':');
}

bool sendmail_plan_login(struct site *site, struct change_list *list,
			 struct kairan_error *error_r)
{
	g_autofree char *uri = conf_text_replace(
	    samples_find("conf/sendmail/saslauthd.conf"), "ldapi:///", site->ldap_uri);
	g_autofree char *base = conf_text_replace(uri, "dc=town,dc=example", site->base);
	g_autofree char *text =
	    conf_text_replace(base, "dovecot-pass", site->dovecot_password);
	g_autofree char *old = NULL;

	change_hide(list, site->dovecot_password);
	if (!g_file_get_contents(site->saslauthd_file, &old, NULL, NULL))
		return change_add_file(
		    list,
		    &(struct change_file){
			.path = site->saslauthd_file, .text = text, .mode = 0600 },
		    error_r);
	if (strcmp(old, text) != 0)
		site_tell_conflict(
		    site,
		    "%s is not as kairan's sample. It stays: see that logins "
		    "are looked up in the directory.",
		    "%s は kairan の見本と違います。そのままにします。ログインが"
		    "名簿で確かめられるか、ご確認ください。",
		    site->saslauthd_file);
	return true;
}

/* The text with a line in front of the first mailer; at the end where there is none. */
static char *insert(const char *text, const char *line)
{
	const char *first = strstr(text, "\nMAILER(");
	const char *other = strstr(text, "\nMAILER_DEFINITIONS");
	g_autofree char *before = NULL;

	if (first == NULL || (other != NULL && other < first))
		first = other;
	if (first == NULL)
		return g_strconcat(text, line, "\n", NULL);
	before = g_strndup(text, (gsize)(first + 1 - text));
	return g_strconcat(before, line, "\n", first + 1, NULL);
}

/* Insert a line unless one begins like that. */
static void insert_unless(char **text, const char *beginning, const char *line)
{
	g_autofree char *inside = g_strconcat("\n", beginning, NULL);
	char *next;

	if (strstr(*text, inside) != NULL || text_begins_with(*text, beginning))
		return;
	next = insert(*text, line);
	g_free(*text);
	*text = next;
}

static char *read_mc(const struct site *site, struct kairan_error *error_r)
{
	g_autofree char *path = path_of(site, "sendmail.mc");
	g_autoptr(GError) failure = NULL;
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, &failure))
		error_set(error_r, "%s", failure->message);
	return text;
}

static bool add_file(const struct site *site, struct change_list *list, const char *name,
		     const char *text, struct kairan_error *error_r)
{
	g_autofree char *path = path_of(site, name);

	return change_add_file(
	    list, &(struct change_file){ .path = path, .text = text, .mode = 0644 },
	    error_r);
}

static bool plan_table(struct site *site, struct change_list *list,
		       struct kairan_error *error_r)
{
	g_autofree char *path = path_of(site, "mailertable");
	g_autofree char *route = g_strconcat("kairan:", site->service_domain, NULL);
	g_autofree char *old = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &old, NULL, NULL))
		old = g_strdup("");
	lines = g_strsplit(old, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		const size_t length = strcspn(lines[i], " \t");

		if (length != strlen(site->service_domain) ||
		    g_ascii_strncasecmp(lines[i], site->service_domain, length) != 0)
			continue;
		if (strcmp(g_strstrip(lines[i] + length), route) != 0)
			site_tell_conflict(
			    site,
			    "The mailertable sends %s to \"%s\", and not to "
			    "kairan: take that line out.",
			    "mailertable は %s を「%s」へ送ります（kairan では"
			    "ありません）。その行を外してください。",
			    site->service_domain, lines[i] + length);
		return true;
	}
	text = g_strdup_printf("%s%s%s\t%s\n", old,
			       *old == '\0' || g_str_has_suffix(old, "\n") ? "" : "\n",
			       site->service_domain, route);
	return add_file(site, list, "mailertable", text, error_r);
}

/* The folder of the queue for urgent mail, below that of sendmail.mc; of several queues ("q*"), beside
 * them. Free with g_free(). */
static char *find_urgent_queue(const char *mc)
{
	static const char mark[] = "define(`QUEUE_DIR',";
	const char *defined = strstr(mc, mark);
	const char *start = defined != NULL ? strchr(defined + strlen(mark), '`') : NULL;
	const char *end = start != NULL ? strchr(start, '\'') : NULL;
	g_autofree char *queue = end != NULL
				     ? g_strndup(start + 1, (gsize)(end - start) - 1)
				     : g_strdup("/var/spool/mqueue");
	g_autofree char *folder =
	    strchr(queue, '*') != NULL ? g_path_get_dirname(queue) : g_strdup(queue);

	return g_build_filename(folder, "urgent", NULL);
}

bool sendmail_plan(struct site *site, struct change_list *list,
		   struct kairan_error *error_r)
{
	g_autofree char *urgent = NULL;
	g_autofree char *mc = read_mc(site, error_r);
	g_autofree char *relay =
	    g_strdup_printf("RELAY_DOMAIN(`%s')dnl", site->service_domain);

	if (mc == NULL)
		return false;
	if (strstr(mc, "`confINPUT_MAIL_FILTERS'") != NULL)
		site_tell_conflict(
		    site,
		    "sendmail.mc names its filters in "
		    "confINPUT_MAIL_FILTERS: add kairan there.",
		    "sendmail.mc に confINPUT_MAIL_FILTERS があります。kairan を"
		    "書き加えてください。");
	/* Without it Sendmail would not start. */
	urgent = find_urgent_queue(mc);
	if (!g_file_test(urgent, G_FILE_TEST_IS_DIR))
		change_add_folder(list, urgent);
	insert_unless(&mc, "FEATURE(`mailertable'", "FEATURE(`mailertable')dnl");
	insert_unless(&mc, relay, relay);
	return add_file(site, list, "kairan.m4", samples_find(FRAGMENT), error_r) &&
	       plan_table(site, list, error_r) &&
	       add_file(site, list, "sendmail.mc", mc, error_r);
}

/* A definition in front of the fragment where it is not what the fragment says itself. */
static void define(GString *lines, const char *name, const char *value)
{
	g_autofree char *line = g_strdup_printf("define(`%s', `%s')", name, value);

	if (strstr(samples_find(FRAGMENT), line) == NULL)
		g_string_append_printf(lines, "%sdnl\n", line);
}

bool sendmail_plan_milter(const struct site *site, const char *conf,
			  struct change_list *list, char **line_r,
			  struct kairan_error *error_r)
{
	g_autofree char *mc = read_mc(site, error_r);
	g_autofree char *path = path_of(site, "kairan.m4");
	g_autofree char *line = g_strdup_printf("include(`%s')dnl", path);
	g_autofree char *socket = conf_text_effective(conf, "milter_socket");
	g_autofree char *user = conf_text_effective(conf, "user");
	g_autofree char *both = g_strconcat(user, ":", user, NULL);
	g_autofree char *urgent = NULL;
	g_autofree char *text = NULL;
	GString *lines = g_string_new(NULL);
	bool good = false;

	*line_r = NULL;
	if (mc != NULL && strstr(mc, "kairan.m4") != NULL) {
		good = true;
	} else if (mc != NULL) {
		define(lines, "kairan_SOCKET", socket);
		define(lines, "kairan_CTL", site->program);
		define(lines, "kairan_CONF", site->conf_path);
		define(lines, "kairan_USER", both);
		urgent = find_urgent_queue(mc);
		define(lines, "kairan_URGENT", urgent);
		g_string_append(lines, line);
		text = insert(mc, lines->str);
		good = add_file(site, list, "sendmail.mc", text, error_r);
		*line_r = g_strdup(lines->str);
	}
	g_string_free(lines, TRUE);
	return good;
}

/*
 * NAME
 *	own - kairan's own settings, password and keys
 *
 * DESCRIPTION
 *	kairan.conf is the sample with what the site is put in. Where an administrator has
 *	written one it stays, and only what nobody has set is added.
 *
 * DIAGNOSTICS
 *	What is set otherwise than setup was asked for is told.
 */
#include "config.h"

#include "ctl/setup/own.h"

#include <errno.h>
#include <glib.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/settings.h"
#include "ctl/setup/conf_text.h"
#include "ctl/setup/mta_log.h"
#include "ctl/setup/samples.h"

#define SAMPLE "conf/kairan.conf.sample"

/* What has no default stands in the sample with the example's value. */
static char *sample_unset(void)
{
	static const char *const names[] = { "service_domain", "ldap_uri", "ldap_base" };
	char *text = g_strdup(samples_find(SAMPLE));

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *set = g_strdup_printf("\n%s = ", names[i]);
		g_autofree char *unset = g_strdup_printf("\n#%s = ", names[i]);
		char *next = conf_text_replace(text, set, unset);

		g_free(text);
		text = next;
	}
	return text;
}

char *own_read_conf(const struct site *site, struct kairan_error *error_r)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) failure = NULL;

	if (!g_file_get_contents(site->conf_path, &text, NULL, &failure)) {
		if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return sample_unset();
		error_set(error_r, "%s", failure->message);
		return NULL;
	}
	return strcmp(text, samples_find(SAMPLE)) == 0 ? sample_unset()
						       : g_steal_pointer(&text);
}

/* Set what nobody has set. */
static void fill(struct site *site, char **text, const char *name, const char *value)
{
	g_autofree char *said = conf_text_find(*text, name, '=');
	char *next;

	if (said == NULL) {
		next = conf_text_set(*text, name, value);
		g_free(*text);
		*text = next;
	} else if (strcmp(said, value) != 0) {
		site_tell_conflict(
		    site, "%s has %s = \"%s\", and not \"%s\". It stays.",
		    "%s の %s は「%s」です（「%s」ではありません）。そのままにします。",
		    site->conf_path, name, said, value);
	}
}

/* What the town reads it from is its own choice; the test for it is the mail system's own words
 * (`kairanctl setup check`). */
static void fill_log(struct site *site, char **text)
{
	g_autofree char *said = conf_text_find(*text, "mta_log", '=');
	g_autofree char *log = said == NULL ? setup_find_mta_log(site) : NULL;

	if (log != NULL)
		fill(site, text, "mta_log", log);
}

char *own_fill_conf(struct site *site, const char *text)
{
	char *filled = g_strdup(text);
	g_autofree char *dn = g_strdup_printf("cn=kairan,ou=services,%s", site->base);
	g_autofree char *folder = g_path_get_dirname(site->conf_path);
	g_autofree char *password = g_build_filename(folder, "ldap.password", NULL);

	fill(site, &filled, "service_domain", site->service_domain);
	fill(site, &filled, "ldap_uri", site->ldap_uri);
	fill(site, &filled, "ldap_base", site->base);
	fill(site, &filled, "ldap_bind_dn", dn);
	fill(site, &filled, "ldap_password_file", password);
	if (*site->accesslog_base != '\0')
		fill(site, &filled, "ldap_accesslog_base", site->accesslog_base);
	if (site->mta == SITE_MTA_POSTFIX)
		fill(site, &filled, "socket_group", "postfix");
	if (site->mta == SITE_MTA_SENDMAIL) {
		fill(site, &filled, "shard_size", "1000");
		fill(site, &filled, "verp_method", "shards");
	}
	fill_log(site, &filled);
	return filled;
}

char *own_read_password(const char *conf)
{
	g_autofree char *path = conf_text_effective(conf, "ldap_password_file");
	char *text = NULL;

	if (*path == '\0' || !g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

/* Would the daemon take these settings? */
static bool check(const char *conf, struct kairan_error *error_r)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) failure = NULL;
	struct settings *settings = NULL;
	const int fd = g_file_open_tmp("kairan.conf-XXXXXX", &path, &failure);
	bool good;

	if (fd < 0)
		return error_set(error_r, "%s", failure->message);
	(void)close(fd);
	good = g_file_set_contents(path, conf, -1, &failure);
	if (!good)
		error_set(error_r, "%s", failure->message);
	else
		good = settings_load(path, &settings, error_r);
	(void)unlink(path);
	settings_free(settings);
	return good;
}

static bool is_member(const struct passwd *user, const struct group *group)
{
	return user->pw_gid == group->gr_gid ||
	       g_strv_contains((const char *const *)group->gr_mem, user->pw_name);
}

static void add_to_group(const struct passwd *user, const char *name,
			 struct change_list *list)
{
	change_add_run(list, &(struct change_run){ .words = (const char *const[]){
						       "usermod", "-a", "-G", name,
						       user->pw_name, NULL } });
}

/* The group that may read the mail system's log. */
static void plan_log_group(const char *conf, const struct passwd *user,
			   struct change_list *list)
{
	g_autofree char *log = conf_text_effective(conf, "mta_log");
	g_autofree char *name = *log != '\0' ? setup_find_log_group(log) : NULL;
	const struct group *group = name != NULL ? getgrnam(name) : NULL;

	if (group != NULL && !is_member(user, group))
		add_to_group(user, name, list);
}

/* The socket's group, which the daemon must be in to give it the socket. */
static void plan_group(struct site *site, const char *conf, const struct passwd *user,
		       struct change_list *list)
{
	g_autofree char *name = conf_text_effective(conf, "socket_group");
	const struct group *group = *name != '\0' ? getgrnam(name) : NULL;

	if (*name == '\0')
		return;
	if (group == NULL)
		site_tell_conflict(site, "There is no group %s (socket_group).",
				   "グループ %s がありません（socket_group）。", name);
	else if (!is_member(user, group))
		add_to_group(user, name, list);
}

static void plan_keys(const struct site *site, const char *conf, struct change_list *list)
{
	g_autofree char *token = conf_text_effective(conf, "key_file");
	g_autofree char *audit = conf_text_effective(conf, "audit_key_file");
	g_autofree char *leave = conf_text_effective(conf, "leave_key_file");

	if (g_file_test(token, G_FILE_TEST_EXISTS) &&
	    g_file_test(audit, G_FILE_TEST_EXISTS) &&
	    g_file_test(leave, G_FILE_TEST_EXISTS))
		return;
	change_add_run(list,
		       &(struct change_run){ .words = (const char *const[]){
						 site->program, "-c", site->conf_path,
						 "keys", "make", NULL } });
}

static bool plan_password(struct site *site, const char *conf, const char *group,
			  struct change_list *list, struct kairan_error *error_r)
{
	g_autofree char *path = conf_text_effective(conf, "ldap_password_file");
	g_autofree char *line = g_strconcat(site->kairan_password, "\n", NULL);

	if (*path == '\0' || g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	return change_add_file(
	    list,
	    &(struct change_file){
		.path = path, .text = line, .mode = 0640, .group = group },
	    error_r);
}

bool own_plan(struct site *site, const char *conf, struct change_list *list,
	      struct kairan_error *error_r)
{
	g_autofree char *name = conf_text_effective(conf, "user");
	const struct passwd *user = getpwnam(name);
	const struct group *group = user != NULL ? getgrgid(user->pw_gid) : NULL;
	g_autofree char *own = g_strdup(group != NULL ? group->gr_name : NULL);

	if (user == NULL)
		return site_fail(
		    site, error_r,
		    "there is no user %s: systemd-sysusers kairan.conf makes it",
		    "利用者 %s がありません（systemd-sysusers kairan.conf で作ります）",
		    name);
	if (!check(conf, error_r) ||
	    !change_add_file(
		list,
		&(struct change_file){
		    .path = site->conf_path, .text = conf, .mode = 0640, .group = own },
		error_r) ||
	    !plan_password(site, conf, own, list, error_r))
		return false;
	plan_keys(site, conf, list);
	plan_group(site, conf, user, list);
	plan_log_group(conf, user, list);
	return true;
}

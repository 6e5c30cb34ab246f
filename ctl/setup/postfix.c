/*
 * NAME
 *	postfix - Postfix's settings
 *
 * DESCRIPTION
 *	What main.cf.sample, master.cf.sample and the carriers' two have goes where Postfix has nothing yet; lists
 *	are lengthened. kairan's routes are in a file of their own, behind those that there are.
 *
 * DIAGNOSTICS
 *	What is set otherwise, or would be answered before kairan's own, is told, and stays.
 */
#include "config.h"

#include "ctl/setup/postfix.h"

#include <glib.h>
#include <string.h>

#include "ctl/setup/conf_text.h"
#include "ctl/setup/postfix_copy.h"
#include "ctl/setup/program.h"
#include "ctl/setup/samples.h"
#include "policy/text.h"

#define MAIN_SAMPLE     "conf/postfix/main.cf.sample"
#define MASTER_SAMPLE   "conf/postfix/master.cf.sample"
#define CARRIERS_MAIN   "conf/postfix/carriers.sample"
#define CARRIERS_MASTER "conf/postfix/carriers.master.sample"

char *postfix_auth_socket(const struct site *site)
{
	g_autofree char *spool = program_read((const char *const[]){
	    "postconf", "-c", site->postfix_dir, "-xh", "queue_directory", NULL });

	return g_build_filename(spool != NULL ? spool : "/var/spool/postfix",
				"private/auth", NULL);
}

static char *sample_value(const char *name)
{
	char *value = conf_text_find(samples_find(MAIN_SAMPLE), name, '=');

	if (value == NULL)
		value = conf_text_find(samples_find(CARRIERS_MAIN), name, '=');
	return value != NULL ? value : g_strdup("");
}

/* What stands in a list behind what the parameter has. Free with g_free(). */
static char *append(const struct postfix_copy *copy, const char *name, const char *word)
{
	g_autofree char *said = postfix_copy_said(copy, name);
	g_autofree char *old =
	    said != NULL ? g_steal_pointer(&said) : postfix_copy_get(copy, name);

	return *old == '\0' ? g_strdup(word) : g_strconcat(old, ", ", word, NULL);
}

static void edit_parameter(struct postfix_copy *copy, const char *name, const char *value)
{
	g_autofree char *line = g_strconcat(name, " = ", value, NULL);

	postfix_copy_edit(copy, "-e", line);
}

/* Lengthen a list by a word that it has not. */
static void add_word(struct postfix_copy *copy, const char *name, const char *word)
{
	g_autofree char *has = postfix_copy_get(copy, name);
	g_autofree char *longer = append(copy, name, word);

	if (!conf_text_list_has(has, word))
		edit_parameter(copy, name, longer);
}

/* Set a parameter that main.cf does not set; another value is told. */
static void set_unset(struct site *site, struct postfix_copy *copy, const char *name)
{
	g_autofree char *value = sample_value(name);
	g_autofree char *said = postfix_copy_said(copy, name);
	g_autofree char *has = postfix_copy_get(copy, name);

	if (strcmp(has, value) == 0)
		return;
	if (said == NULL)
		edit_parameter(copy, name, value);
	else
		site_tell_conflict(site, "main.cf has %s = %s, and not %s. It stays.",
				   "main.cf の %s は「%s」です（「%s」ではありません）。"
				   "そのままにします。",
				   name, said, value);
}

static void look_at_domains(struct site *site, const struct postfix_copy *copy)
{
	static const char *const names[] = { "mydestination", "virtual_alias_domains",
					     "virtual_mailbox_domains" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *value = postfix_copy_get(copy, names[i]);

		if (conf_text_list_has(value, site->service_domain))
			site_tell_conflict(
			    site, "%s has %s, which is kairan's alone: take it out.",
			    "%s に %s があります。kairan 専用のドメインなので"
			    "外してください。",
			    names[i], site->service_domain);
	}
}

/* What the maps that there are say of the service domain: "" where nothing. */
static char *find_route(const struct site *site, const struct postfix_copy *copy)
{
	g_autofree char *maps = postfix_copy_get(copy, "transport_maps");
	g_auto(GStrv) words = g_strsplit_set(maps, ", \t\n", -1);
	char *route = NULL;

	for (size_t i = 0; route == NULL && words[i] != NULL; i++)
		if (strchr(words[i], ':') != NULL)
			route = program_read((const char *const[]){
			    "postmap", "-c", copy->folder, "-q", site->service_domain,
			    words[i], NULL });
	return route != NULL ? route : g_strdup("");
}

/* kairan's own table with a line for the service domain. */
static bool plan_table(const struct site *site, const char *path,
		       struct change_list *list, struct kairan_error *error_r)
{
	g_autofree char *old = NULL;
	g_autofree char *text = NULL;

	if (g_file_get_contents(path, &old, NULL, NULL))
		text = g_strdup_printf("%s%s\tkairan:\n", old, site->service_domain);
	else
		text = conf_text_replace(samples_find("conf/postfix/transport"),
					 "info.town.example", site->service_domain);
	return change_add_file(
	    list, &(struct change_file){ .path = path, .text = text, .mode = 0644 },
	    error_r);
}

static bool plan_route(struct site *site, struct postfix_copy *copy,
		       struct change_list *list, struct kairan_error *error_r)
{
	g_autofree char *path =
	    g_build_filename(site->postfix_dir, "kairan-transport", NULL);
	g_autofree char *map = g_strconcat("texthash:", path, NULL);
	g_autofree char *route = find_route(site, copy);

	if (text_begins_with(route, "kairan:"))
		return true;
	if (*route != '\0') {
		site_tell_conflict(
		    site,
		    "transport_maps sends %s to \"%s\", and not to kairan: "
		    "take that line out.",
		    "transport_maps は %s を「%s」へ送ります（kairan: では"
		    "ありません）。その行を外してください。",
		    site->service_domain, route);
		return true;
	}
	add_word(copy, "transport_maps", map);
	return plan_table(site, path, list, error_r);
}

/* The services of a sample of master.cf, a string each, with one blank between the words. */
static char **sample_services(const char *sample)
{
	g_auto(GStrv) lines = g_strsplit(samples_find(sample), "\n", -1);
	GPtrArray *services = g_ptr_array_new();

	for (size_t i = 0; lines[i] != NULL; i++) {
		const bool continues = *lines[i] == ' ';

		g_strstrip(lines[i]);
		if (*lines[i] == '\0' || *lines[i] == '#')
			continue;
		if (continues) {
			char **last = (char **)&services->pdata[services->len - 1];
			char *longer = g_strconcat(*last, " ", lines[i], NULL);

			g_free(*last);
			*last = longer;
		} else {
			g_ptr_array_add(services, g_strdup(lines[i]));
		}
	}
	g_ptr_array_add(services, NULL);
	return (char **)g_ptr_array_free(services, FALSE);
}

/* The sample's service with this program and user in it. */
static char *fill_service(const struct site *site, const char *conf, const char *service)
{
	g_autofree char *name = conf_text_effective(conf, "user");
	g_autofree char *user = g_strconcat("user=", name, NULL);
	g_autofree char *program =
	    site->has_default_conf
		? g_strconcat("argv=", site->program, NULL)
		: g_strconcat("argv=", site->program, " -c ", site->conf_path, NULL);
	g_autofree char *with_user = conf_text_replace(service, "user=kairan", user);

	return conf_text_replace(with_user, "argv=/usr/sbin/kairanctl", program);
}

static void plan_service(struct site *site, const char *conf, struct postfix_copy *copy,
			 const char *sample)
{
	g_autofree char *service = fill_service(site, conf, sample);
	g_auto(GStrv) words = g_strsplit(service, " ", 3);
	g_autofree char *name = g_strconcat(words[0], "/", words[1], NULL);
	g_autofree char *has = postfix_copy_ask(copy, "-M", name);
	g_autofree char *line = g_strconcat(name, "=", service, NULL);

	if (*has == '\0')
		postfix_copy_edit(copy, "-M", line);
	else if (strcmp(words[0], "kairan") == 0 && strstr(has, "kairanctl") == NULL)
		site_tell_conflict(
		    site, "master.cf has another service kairan. It stays.",
		    "master.cf に別の kairan サービスがあります。そのままに"
		    "します。");
}

/* Does a service take mail from staff who log in? */
static bool has_login(const struct postfix_copy *copy, const char *service)
{
	g_autofree char *name = g_strconcat(service, "/smtpd_sasl_auth_enable", NULL);
	g_autofree char *said = postfix_copy_ask(copy, "-P", name);

	return g_str_has_suffix(said, "yes");
}

/* VERP, at the services that the courier may speak to. */
static void plan_verp(struct site *site, struct postfix_copy *copy, const char *service,
		      const char *path)
{
	g_autofree char *name = g_strconcat(service, "/smtpd_command_filter", NULL);
	g_autofree char *has = postfix_copy_ask(copy, "-P", name);
	g_autofree char *all = postfix_copy_said(copy, "smtpd_command_filter");
	g_autofree char *line = g_strconcat(name, "=regexp:", path, NULL);

	if (strstr(has, path) != NULL)
		return;
	if (strchr(has, '=') == NULL && all == NULL)
		postfix_copy_edit(copy, "-P", line);
	else
		site_tell_conflict(
		    site,
		    "%s has a smtpd_command_filter already: VERP is not set "
		    "up there (%s).",
		    "%s にはすでに smtpd_command_filter があるため、VERP は"
		    "設定しません（%s）。",
		    service, path);
}

/* Every smtpd reaches the socket. */
static void plan_servers(struct site *site, struct postfix_copy *copy, const char *verp)
{
	g_autofree char *all = postfix_copy_ask(copy, "-M", NULL);
	g_auto(GStrv) lines = g_strsplit(all, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
		g_auto(GStrv) words = g_strsplit_set(lines[i], " \t", -1);
		g_auto(GStrv) fields = NULL;
		g_autofree char *service = NULL;
		g_autofree char *edit = NULL;

		for (size_t n = 0; words[n] != NULL; n++)
			if (*words[n] != '\0')
				g_strv_builder_add(builder, words[n]);
		fields = g_strv_builder_end(builder);
		if (g_strv_length(fields) < 8 || strcmp(fields[7], "smtpd") != 0)
			continue;
		service = g_strconcat(fields[0], "/", fields[1], NULL);
		edit = g_strconcat(service, "/chroot=n", NULL);
		if (strcmp(fields[4], "y") == 0)
			postfix_copy_edit(copy, "-F", edit);
		if (!has_login(copy, service))
			plan_verp(site, copy, service, verp);
	}
}

/* The next host of default_transport, "smtp:[relay.example]": ":[relay.example]"; ":" without one. */
static char *next_host(const struct postfix_copy *copy)
{
	g_autofree char *transport = postfix_copy_get(copy, "default_transport");
	const char *next = strchr(transport, ':');

	return g_strdup(next != NULL ? next : ":");
}

/* A way of its own for some of kairan's mail, by its sender. Another table that the town has for
 * senders is asked first, and what it says of kairan's is told by `kairanctl setup check`. */
static bool plan_way(const struct site *site, struct postfix_copy *copy, const char *name,
		     struct change_list *list, struct kairan_error *error_r)
{
	g_autofree char *file = g_strconcat("kairan-", name, NULL);
	g_autofree char *path = g_build_filename(site->postfix_dir, file, NULL);
	g_autofree char *map = g_strconcat("regexp:", path, NULL);
	g_autofree char *sample = g_strconcat("conf/postfix/", name, NULL);
	g_autofree char *before = g_strconcat("\t", name, ":", NULL);
	g_autofree char *next = next_host(copy);
	g_autofree char *way = g_strconcat("\t", name, next, NULL);
	g_autofree char *text = conf_text_replace(samples_find(sample), before, way);

	add_word(copy, "sender_dependent_default_transport_maps", map);
	return change_add_file(
	    list, &(struct change_file){ .path = path, .text = text, .mode = 0644 },
	    error_r);
}

static void plan_services(struct site *site, const char *conf, struct postfix_copy *copy,
			  const char *sample)
{
	g_auto(GStrv) services = sample_services(sample);

	for (size_t i = 0; services[i] != NULL; i++)
		plan_service(site, conf, copy, services[i]);
}

/* What carriers bear (carriers.sample), and urgent mail beside it. postconf knows these parameters
 * by the services. */
static void plan_limits(struct site *site, struct postfix_copy *copy)
{
	static const char *const names[] = {
		"urgent_destination_recipient_limit",
		"urgent_initial_destination_concurrency",
		"urgent_destination_concurrency_limit",
		"urgent_destination_concurrency_failed_cohort_limit",
		"broadcast_destination_recipient_limit",
		"broadcast_initial_destination_concurrency",
		"broadcast_destination_concurrency_limit",
		"broadcast_destination_concurrency_failed_cohort_limit",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		set_unset(site, copy, names[i]);
}

bool postfix_plan(struct site *site, const char *conf, struct change_list *list,
		  struct kairan_error *error_r)
{
	g_autofree char *verp = g_build_filename(site->postfix_dir, "kairan-verp", NULL);
	g_autofree char *clients = sample_value("smtpd_authorized_verp_clients");
	struct postfix_copy copy;

	if (!postfix_copy_open(&copy, site->postfix_dir, error_r))
		return false;
	look_at_domains(site, &copy);
	add_word(&copy, "relay_domains", site->service_domain);
	if (!plan_route(site, &copy, list, error_r) ||
	    !plan_way(site, &copy, "urgent", list, error_r) ||
	    !plan_way(site, &copy, "broadcast", list, error_r))
		copy.failed = true;
	plan_services(site, conf, &copy, MASTER_SAMPLE);
	plan_services(site, conf, &copy, CARRIERS_MASTER);
	/* postconf knows these parameters by the services. */
	set_unset(site, &copy, "kairan_destination_recipient_limit");
	plan_limits(site, &copy);
	set_unset(site, &copy, "smtpd_forbid_bare_newline");
	set_unset(site, &copy, "allow_min_user");
	add_word(&copy, "smtpd_authorized_verp_clients", clients);
	plan_servers(site, &copy, verp);
	if (!copy.failed &&
	    !change_add_file(
		list,
		&(struct change_file){ .path = verp,
				       .text = samples_find("conf/postfix/verp"),
				       .mode = 0644 },
		error_r))
		copy.failed = true;
	return postfix_copy_close(&copy, list);
}

/* Services with milters of their own, which smtpd_milters does not reach. */
static void look_at_overrides(struct site *site, const struct postfix_copy *copy,
			      const char *socket)
{
	g_autofree char *all = postfix_copy_ask(copy, "-P", NULL);
	g_auto(GStrv) lines = g_strsplit(all, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++)
		if (strstr(lines[i], "/smtpd_milters = ") != NULL &&
		    strstr(lines[i], socket) == NULL)
			site_tell_conflict(
			    site,
			    "master.cf has \"%s\": kairan does not see that mail (%s).",
			    "master.cf に「%s」があり、そのメールは kairan を通りません（%s）。",
			    lines[i], socket);
}

bool postfix_plan_milter(struct site *site, const char *conf, struct change_list *list,
			 char **value_r, char **old_r, struct kairan_error *error_r)
{
	g_autofree char *socket = conf_text_effective(conf, "milter_socket");
	g_autofree char *action = NULL;
	g_autofree char *word = NULL;
	g_autofree char *has = NULL;
	const char *const reload[] = { "postfix", "-c", site->postfix_dir, "reload",
				       NULL };
	struct postfix_copy copy;

	*value_r = *old_r = NULL;
	if (!postfix_copy_open(&copy, site->postfix_dir, error_r))
		return false;
	look_at_overrides(site, &copy, socket);
	has = postfix_copy_get(&copy, "smtpd_milters");
	if (strstr(has, socket) == NULL) {
		action = postfix_copy_said(&copy, "milter_default_action");
		/* Another one is another milter's, and stays. */
		if (action != NULL && strcmp(action, "tempfail") != 0)
			word = g_strdup_printf("{ unix:%s, default_action=tempfail }",
					       socket);
		else
			word = g_strdup_printf("unix:%s", socket);
		if (action == NULL)
			set_unset(site, &copy, "milter_default_action");
		*old_r = postfix_copy_said(&copy, "smtpd_milters");
		if (*old_r == NULL)
			*old_r = g_strdup("");
		*value_r = append(&copy, "smtpd_milters", word);
		edit_parameter(&copy, "smtpd_milters", *value_r);
	}
	if (!postfix_copy_close(&copy, list))
		return false;
	/* An smtpd that still stands in a chroot would find no socket, and one that has not
	 * read this would not ask. */
	if (*value_r != NULL)
		change_add_run(list, &(struct change_run){ .words = reload });
	return true;
}

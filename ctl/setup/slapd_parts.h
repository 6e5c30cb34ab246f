/*
 * What the files of the module slapd share.
 */
#ifndef KAIRAN_CTL_SETUP_SLAPD_PARTS_H
#define KAIRAN_CTL_SETUP_SLAPD_PARTS_H

#include "ctl/setup/change.h"
#include "ctl/setup/slapd_config.h"

/* A directory while it is compared with the samples. */
struct slapd_work {
	struct site *site;
	const struct slapd_config *config;
	const struct ldif_record *database;
	struct change_list *list;
};

/* A sample with this directory's base, database and passwords. Free with g_free(). */
char *slapd_sample(const struct slapd_work *work, const char *name);

/* The folder of the accesslog's database. Free with g_free(). */
char *slapd_accesslog_folder(const struct slapd_work *work);

/* Begin a record that changes the DN ("add", "modify"). */
void slapd_begin(GString *out, const char *dn, const char *changetype);

/* All of the record as it is in the sample. */
void slapd_print(GString *out, const struct ldif_record *record);

/* Let ldapmodify(1) apply this text as root; nothing where it is empty. */
void slapd_add_run(const struct slapd_work *work, const char *text);

/* What overlays.ldif has and slapd has not. */
void slapd_plan_overlays(const struct slapd_work *work);

/* What access.ldif has and slapd has not. */
void slapd_plan_access(const struct slapd_work *work);

/* What tree.ldif has and the directory has not; see slapd_plan(). */
void slapd_plan_tree(const struct slapd_work *work, char **password_r);

#endif

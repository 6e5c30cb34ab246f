/*
 * The configuration of the slapd on this machine, as root sees it over ldapi:///.
 */
#ifndef KAIRAN_CTL_SETUP_SLAPD_CONFIG_H
#define KAIRAN_CTL_SETUP_SLAPD_CONFIG_H

#include <stdbool.h>

#include "ctl/setup/ldif.h"
#include "ctl/setup/site.h"

struct slapd_config {
	char *text;         /* all of cn=config */
	GPtrArray *records; /* of struct ldif_record */
	char *who;          /* as whom slapd knows root */
};

/* NULL: there is no such slapd, or it does not show its configuration. */
struct slapd_config *slapd_config_read(const struct site *site);
void slapd_config_free(struct slapd_config *config);

/* The database that has this entry; NULL: none. */
const struct ldif_record *slapd_config_database(const struct slapd_config *config,
						const char *dn);

/* The suffix of the first database with people in it, or NULL. */
const char *slapd_config_suffix(const struct slapd_config *config);

/* An overlay of a database ("ppolicy"); NULL: it has none. */
const struct ldif_record *slapd_config_overlay(const struct slapd_config *config,
					       const struct ldif_record *database,
					       const char *name);

/* Has any record this value of the attribute ("{n}" and case apart)? */
bool slapd_config_has(const struct slapd_config *config, const char *attribute,
		      const char *value);

/* Does slapd know kairan's object classes? */
bool slapd_config_has_schema(const struct slapd_config *config);

/* The DNs of what a filter finds, NULL behind the last; NULL: slapd does not answer, or there is
 * no such base. scope is ldapsearch's. Free with g_strfreev(). */
char **slapd_config_find(const struct site *site, const char *base, const char *scope,
			 const char *filter);

#endif

/*
 * The settings of kairan.conf, as one struct filled from one table (settings.c): the
 * table drives the parser, the check, the dump and the manual.
 */
#ifndef KAIRAN_CONF_SETTINGS_H
#define KAIRAN_CONF_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/setting_value.h"
#include "policy/error.h"

/* All strings are owned by the struct and never NULL; "" means "not set". Durations are
 * seconds, sizes are octets. Meanings stand beside the names in the table. */
struct settings {
	char *service_domain;
	char *milter_socket;
	int64_t socket_mode;
	char *socket_group;
	char *user;
	char *pid_file;
	int64_t log_target;
	char *prometheus_file;
	int64_t drain_timeout;

	char *store;
	char *store_path; /* the store's name, whichever of the two says it */
	char *key_file;
	char *audit_key_file;
	int64_t fiscal_year_month;
	int64_t keep_recipients;
	int64_t keep_originals;
	int64_t keep_texts;
	int64_t keep_notices;
	int64_t keep_left;
	int64_t report_day;
	int64_t dormant_after;
	int64_t inspection_every;
	char *template_dir;
	char *language;
	char *time_zone;

	char *mta_url;
	char *mta_helo;
	int64_t mta_timeout;
	char *mta_log;
	int64_t shard_size;
	int64_t first_shard_size;
	char *mta_config;
	int64_t shards_at_once;
	int64_t verp_every;
	char *verp_broadcasts;
	int64_t verp_method; /* enum verp_method */
	int64_t copies;      /* enum copies */
	char *personal_lists;
	char *personal_domains;
	char *leave_key_file;
	char *web_url;
	char *web_listen;
	int64_t receipt_wait;
	int64_t stuck_after;
	int64_t probe_every;
	int64_t bounce_failures;
	int64_t bounce_span;
	char *bounce_carriers;
	int64_t bounce_carrier_failures;
	int64_t refusal_failures;
	int64_t refusal_percent;
	int64_t result_after;
	int64_t retry_first;
	int64_t retry_most;
	int64_t outgoing_charset;
	char *archive_dir;
	char *feed_folder;
	char *feed_url;
	int64_t feed_entries;
	char *cap_folder;
	int64_t cap_keep;
	char *cap_area;
	char *cap_categories;
	char *cap_urgent;
	char *cap_ordinary;
	char *on_release;
	int64_t on_release_timeout;
	int64_t on_release_attempts;
	char *broadcast_footer;
	char *broadcast_reply_to;
	char *notice_sender;
	char *address_delimiter; /* one of SERVICE_DELIMITERS */
	char *notice_name_ja;
	char *notice_name_en;
	char *help_contact;
	char *password_help;

	char *ldap_uri;
	int64_t ldap_starttls;
	char *ldap_ca_file;
	int64_t ldap_plain_password;
	char *ldap_bind_dn;
	char *ldap_password_file;
	char *ldap_base;
	int64_t ldap_timeout;
	char *ldap_person_filter;
	char *ldap_uid;
	char *ldap_mail;
	char *ldap_mail_alias;
	char *ldap_name;
	char *ldap_name_parts;
	char *ldap_contacts;
	char *ldap_phones;
	char *ldap_language;
	char *ldap_person_section;
	char *ldap_delegate_from;
	char *ldap_delegate_until;
	char *ldap_section_filter;
	char *ldap_approver;
	char *ldap_approver_status;
	char *ldap_approver_status_until;
	char *ldap_approver_status_item;
	char *ldap_approver_status_reason;
	char *ldap_staff;
	char *ldap_delegate;
	char *ldap_shared_mail;
	char *ldap_duty_list;
	char *ldap_service_filter;
	char *ldap_display_name;
	char *ldap_broadcast_filter;
	char *ldap_broadcast_mail;
	char *ldap_broadcast_section;
	char *ldap_broadcast_list;
	char *ldap_broadcast_quiet_hours;
	char *ldap_broadcast_urgency;
	char *ldap_broadcast_footer;
	char *ldap_broadcast_reply_to;
	char *ldap_broadcast_twin;
	char *ldap_broadcast_drill;
	char *ldap_admin_filter;
	char *ldap_admin_member;
	char *ldap_password_changed;
	char *ldap_password_reset;
	char *ldap_password_locked;
	char *ldap_entry_id;
	char *ldap_accesslog_base;
	char *ldap_people_base;
	char *ldap_sections_base;
	char *ldap_broadcasts_base;
	char *ldap_created;
	int64_t snapshot_refresh;

	char *authserv_id;
	int64_t message_max;
	int64_t character_limit;
	int64_t twin_character_limit;
	char *part_line; /* as policy/part.h reads it */
	int64_t count_subject;
	int64_t html_twin;
	int64_t html_only;
	char *ready_texts;
	int64_t unfilled_blanks;
	char *link_domains;
	int64_t other_links;
	char *wide_lists;
	char *protected_patterns;
	char *reply_banners;
	char *reply_footers;
	int64_t draft_expiry;
	int64_t remind_first;
	int64_t remind_second;
	int64_t remind_urgent;
	int64_t unanswered_after;
	int64_t unanswered_urgent;
	char *quiet_hours;
	int64_t schedule_most;
	int64_t password_max_age;
	int64_t password_unknown;
	int64_t correction_window;
	int64_t correction_by_other;
	int64_t delegates_wait;
	int64_t limit_drafts;
	int64_t limit_held;
	int64_t limit_replies;
	int64_t duplicate_window;
	char *terms_version;
	int64_t confirm_window;
	int64_t limit_resident_address;
	int64_t limit_resident_host;
	int64_t limit_resident_all;
	char *drill_words;
	char *refused_roles;
	char *refused_domains;
	int64_t sync_removals;

	char *test_clock;
};

/* One row of the table, for the manual and the dump. */
struct setting_row {
	const char *name;
	const char *fallback; /* default as it would be written; NULL: must be given */
	const char *wants;    /* what a value must look like: "a mail domain" */
	const char *meaning;  /* one English sentence */
};

/* The file that is read where none is named: $KAIRAN_CONF, or kairan/kairan.conf in the build's
 * sysconfdir. Not to be freed. */
const char *settings_default_path(void);

/* Read and check a file. The error names the file, the line and the key. */
bool settings_load(const char *path, struct settings **settings_r,
		   struct kairan_error *error_r);

/* Write every setting with its value in force, in the file's own syntax. */
void settings_print(const struct settings *settings, FILE *out);

/* The n-th row of the table; false past the end. */
bool settings_get_row(size_t n, struct setting_row *row_r);

void settings_free(struct settings *settings);

#endif

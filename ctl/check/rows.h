/*
 * The questions themselves, for the table: each is asked of what was seen (ctl/check/facts.h).
 */
#ifndef KAIRAN_CTL_CHECK_ROWS_H
#define KAIRAN_CTL_CHECK_ROWS_H

#include "ctl/check/row.h"

/* A request has the draft as it came, and so much besides at most. */
#define CHECK_REQUEST_OCTETS (512 * 1024)

enum answer check_ask_daemon(struct check *check, struct check_words *said);
enum answer check_ask_way_out(struct check *check, struct check_words *said);
enum answer check_ask_filter(struct check *check, struct check_words *said);
enum answer check_ask_unchanged(struct check *check, struct check_words *said);
enum answer check_ask_pipe(struct check *check, struct check_words *said);
enum answer check_ask_mta_clock(struct check *check, struct check_words *said);

enum answer check_ask_mta_log(struct check *check, struct check_words *said);

enum answer check_ask_rights(struct check *check, struct check_words *said);

enum answer check_ask_web(struct check *check, struct check_words *said);

enum answer check_ask_login(struct check *check, struct check_words *said);
enum answer check_ask_login_told(struct check *check, struct check_words *said);

enum answer check_ask_people(struct check *check, struct check_words *said);
enum answer check_ask_passwords(struct check *check, struct check_words *said);
enum answer check_ask_sections(struct check *check, struct check_words *said);
enum answer check_ask_broadcasts(struct check *check, struct check_words *said);
enum answer check_ask_administrators(struct check *check, struct check_words *said);
enum answer check_ask_secret(struct check *check, struct check_words *said);
enum answer check_ask_accesslog(struct check *check, struct check_words *said);
enum answer check_ask_directory_clock(struct check *check, struct check_words *said);

enum answer check_ask_mta_config(struct check *check, struct check_words *said);
enum answer check_ask_postfix_milter(struct check *check, struct check_words *said);
enum answer check_ask_postfix_action(struct check *check, struct check_words *said);
enum answer check_ask_postfix_chroot(struct check *check, struct check_words *said);
enum answer check_ask_postfix_newline(struct check *check, struct check_words *said);
enum answer check_ask_postfix_pipe(struct check *check, struct check_words *said);
enum answer check_ask_postfix_masquerade(struct check *check, struct check_words *said);
enum answer check_ask_postfix_aliases(struct check *check, struct check_words *said);
enum answer check_ask_postfix_canonical(struct check *check, struct check_words *said);
enum answer check_ask_postfix_results(struct check *check, struct check_words *said);
enum answer check_ask_postfix_bcc(struct check *check, struct check_words *said);
enum answer check_ask_postfix_delimiter(struct check *check, struct check_words *said);
enum answer check_ask_postfix_size(struct check *check, struct check_words *said);
enum answer check_ask_postfix_content(struct check *check, struct check_words *said);
enum answer check_ask_postfix_dash(struct check *check, struct check_words *said);
enum answer check_ask_postfix_verp(struct check *check, struct check_words *said);
enum answer check_ask_postfix_carriers(struct check *check, struct check_words *said);
enum answer check_ask_postfix_room(struct check *check, struct check_words *said);
enum answer check_ask_postfix_urgent(struct check *check, struct check_words *said);

enum answer check_ask_sendmail_filter(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_tempfail(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_times(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_macros(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_size(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_masquerade(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_results(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_pipe(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_carriers(struct check *check, struct check_words *said);
enum answer check_ask_sendmail_urgent(struct check *check, struct check_words *said);

enum answer check_ask_dns_mx(struct check *check, struct check_words *said);
enum answer check_ask_dns_spf(struct check *check, struct check_words *said);
enum answer check_ask_dns_dkim(struct check *check, struct check_words *said);
enum answer check_ask_dns_dmarc(struct check *check, struct check_words *said);

#endif

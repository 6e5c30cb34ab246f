/*
 * NAME
 *	settings - kairan.conf, from one table
 *
 * DESCRIPTION
 *	Each setting is one row: name, type, place in struct settings, default, and what it
 *	means. libconfuse reads the file; every value arrives as text and is converted and
 *	checked by its row's type, so that a bad value is reported with the line it stands
 *	on. Numbers take a unit: durations s, m, h, d; sizes K, M.
 *
 * DIAGNOSTICS
 *	Unknown keys, bad values and missing required settings are errors that name the
 *	file, the line and the key. Nothing is a warning.
 */
#include "config.h"

#include "conf/settings.h"

#include <confuse.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/setting_value.h"

struct setting {
	const char *name;
	enum setting_type type;
	size_t offset;
	const char *fallback;
	const char *meaning;
};

#define ROW(field, type, fallback, meaning)                                       \
	{                                                                         \
#field, type, offsetof(struct settings, field), fallback, meaning \
	}

static const struct setting settings_table[] = {
	ROW(service_domain, TYPE_DOMAIN, NULL,
	    "Mail domain of the service addresses (decide+TOKEN@, release+TOKEN@, ...)."),
	ROW(milter_socket, TYPE_PATH, "/run/kairan/milter.sock",
	    "Path of the unix socket on which the MTA reaches the milter."),
	ROW(socket_mode, TYPE_OCTAL, "0660", "Permissions of that socket, in octal."),
	ROW(socket_group, TYPE_TEXT, "",
	    "Group that owns the socket (the MTA's); empty: the user's own group."),
	ROW(user, TYPE_TEXT, "kairan",
	    "User that the daemon becomes when started by root."),
	ROW(pid_file, TYPE_TEXT, "", "File for the process id; empty: none is written."),
	ROW(log_target, TYPE_LOG_TARGET, "syslog",
	    "Where the log goes: syslog or stderr."),
	ROW(prometheus_file, TYPE_TEXT, "",
	    "File of figures for Prometheus, written every snapshot_refresh; empty: none."),
	ROW(drain_timeout, TYPE_DURATION, "30s",
	    "How long a stop waits for messages that are being taken in."),

	ROW(store, TYPE_STORE, "",
	    "Where the store is: sqlite:/PATH is a file, and postgresql://... a database, as "
	    "libpq writes its URIs; its password stands in a file (passfile=FILE), and a server "
	    "on another host has to prove who it is (sslmode=verify-full). Empty: store_path."),
	ROW(store_path, TYPE_PATH, "/var/lib/kairan/kairan.db",
	    "The SQLite store, where store says nothing."),
	ROW(key_file, TYPE_PATH, "/etc/kairan/token.keys",
	    "Keys that sign tokens; made by `kairanctl keys make`."),
	ROW(audit_key_file, TYPE_PATH, "/etc/kairan/audit.key",
	    "Key that seals the audit trail (Art. 8); made by `kairanctl keys make`."),
	ROW(fiscal_year_month, TYPE_MONTH, "4",
	    "First month of the fiscal year; the audit trail is kept until the end of the "
	    "year after (Art. 8)."),
	ROW(keep_recipients, TYPE_DURATION, "90d",
	    "How long the recipients of a release are kept after its end, at least as long as "
	    "correction_window; their number is kept with the draft."),
	ROW(keep_originals, TYPE_DURATION, "90d",
	    "How long drafts are kept as they came, with all that was attached, at least as "
	    "long as correction_window."),
	ROW(keep_texts, TYPE_DURATION, "0s",
	    "How long the texts of drafts are kept after their end; 0s: with the draft and its "
	    "decision, as long as the audit trail (Art. 8)."),
	ROW(keep_notices, TYPE_DURATION, "90d",
	    "How long notices are kept that were sent, at least 7d."),
	ROW(keep_left, TYPE_DURATION, "90d",
	    "How long who has left a list is kept; then no more than a hash, by which an import "
	    "does not register them again."),
	ROW(report_day, TYPE_DAY, "1",
	    "Day of the month (1 to 28) on which the administrators get the report of the month "
	    "before; 0: none."),
	ROW(dormant_after, TYPE_DURATION, "180d",
	    "After this time without an operation somebody with a duty is dormant (Art. 6)."),
	ROW(inspection_every, TYPE_DURATION, "92d",
	    "How often the administrators inspect the audit trail with `kairanctl audit "
	    "inspect`; they are reminded after this time (Art. 8-3)."),
	ROW(template_dir, TYPE_PATH, PKGDATADIR "/templates",
	    "Folder of the mail templates, with one folder for each language."),
	ROW(language, TYPE_LANGUAGE, "ja",
	    "Language of notices to people whose directory entry names none: ja or en."),
	ROW(time_zone, TYPE_ZONE, "Asia/Tokyo", "Time zone of times shown to people."),

	ROW(mta_url, TYPE_SMTP_URL, "smtp://127.0.0.1:25",
	    "Where the courier hands mail to the MTA; this listener must use the milter."),
	ROW(mta_helo, TYPE_TEXT, "localhost", "Name that the courier says in EHLO."),
	ROW(mta_config, TYPE_TEXT, "",
	    "Its configuration, where kairanctl looks at it: Postfix's folder, or sendmail.cf; "
	    "empty: that of the one which is installed."),
	ROW(mta_timeout, TYPE_DURATION, "10m",
	    "Longest time for one hand-over to the MTA."),
	ROW(mta_log, TYPE_TEXT, "",
	    "The mail system's log, which kairan must be able to read: journal (systemd's), or a "
	    "file such as /var/log/mail.log. From it kairan learns when residents' mail systems took "
	    "a broadcast, and which refuse it; empty: none."),
	ROW(shard_size, TYPE_NUMBER, "20000",
	    "Recipients in one hand-over: 20000 for Postfix, 1000 for Sendmail."),
	ROW(first_shard_size, TYPE_COUNT, "200",
	    "In the first hand-over of a broadcast, where that is fewer, so that the first "
	    "residents have it at once; 0: as many as in the others."),
	ROW(shards_at_once, TYPE_NUMBER, "2",
	    "How many shards may be handed over side by side; read at the start only."),
	ROW(verp_every, TYPE_COUNT, "0",
	    "Every so many releases of a broadcast, each recipient has an envelope sender of "
	    "their own (VERP), so that bounces tell whose they are; 0: never."),
	ROW(verp_broadcasts, TYPE_TEXT, "",
	    "Broadcast addresses, separated by commas, or *, where that is so every time. "
	    "Urgent ones never have it, since it takes longer."),
	ROW(verp_method, TYPE_VERP, "xverp",
	    "How: xverp (Postfix; see conf/postfix/) or shards (each recipient in a hand-over "
	    "of their own)."),
	ROW(copies, TYPE_COPIES, "shared",
	    "shared: one mail for many recipients; personal: each has a mail of their own, whose "
	    "List-Unsubscribe is signed for them and asks nothing. Costs the mail system more."),
	ROW(personal_lists, TYPE_TEXT, "*",
	    "With copies = personal: lists, separated by commas, or *, where that is so."),
	ROW(personal_domains, TYPE_TEXT, "*",
	    "With copies = personal: domains of recipients, separated by commas, or *, where "
	    "that is so; such as gmail.com, which asks for it. Others share."),
	ROW(leave_key_file, TYPE_PATH, "/etc/kairan/leave.keys",
	    "Keys that sign leave addresses and links, and nothing else; made by `kairanctl keys "
	    "make`."),
	ROW(web_url, TYPE_HTTPS_URL, "",
	    "Where the town's web server hands over to kairan-web, such as "
	    "https://www.town.example/mail; personal copies have a link to it and can be left with "
	    "one click (RFC 8058). Empty: none."),
	ROW(web_listen, TYPE_TEXT, "127.0.0.1:8028",
	    "Address and port of kairan-web, for the town's web server."),
	ROW(receipt_wait, TYPE_DURATION, "120s",
	    "How long to wait for proof that a shard of unknown fate was queued."),
	ROW(stuck_after, TYPE_DURATION, "10m",
	    "When to tell the administrators of a release that the MTA does not take."),
	ROW(probe_every, TYPE_DURATION, "1d",
	    "How often kairan sends itself a mail, and compares what comes back, besides at "
	    "its start and after a reload; 0: never."),
	ROW(bounce_failures, TYPE_COUNT, "3",
	    "A subscriber's address is suspended after failures of so many releases that say it is "
	    "not there any more; 0: never."),
	ROW(bounce_span, TYPE_DURATION, "7d",
	    "How long after the first of these failures the last one must be."),
	ROW(bounce_carriers, TYPE_TEXT,
	    "docomo.ne.jp, ezweb.ne.jp, au.com, softbank.ne.jp, i.softbank.jp",
	    "Domains, separated by commas, and those below them, of carriers who refuse a sender that "
	    "goes on writing to addresses that are not there."),
	ROW(bounce_carrier_failures, TYPE_COUNT, "2",
	    "There an address is suspended after so many releases of which they say that it is not "
	    "there, however soon; 0: as everywhere."),
	ROW(refusal_failures, TYPE_COUNT, "10",
	    "So many failures at least of one release in one domain are a refusal of the release by "
	    "that domain: an alarm, and nobody is suspended for it; 0: never."),
	ROW(refusal_percent, TYPE_COUNT, "30",
	    "And so many of a hundred of the recipients that it has there."),
	ROW(result_after, TYPE_DURATION, "1d",
	    "When the report of a release is completed with what could not be delivered; 0: never."),
	ROW(retry_first, TYPE_DURATION, "5s", "Pause after a first failed hand-over."),
	ROW(retry_most, TYPE_DURATION, "5m", "Longest pause between hand-overs."),
	ROW(outgoing_charset, TYPE_CHARSET, "auto",
	    "Charset of broadcasts: auto (ISO-2022-JP where it fits), iso-2022-jp (whatever "
	    "wide_lists says), or utf-8."),
	ROW(archive_dir, TYPE_TEXT, "",
	    "Folder into which each broadcast that went out is written, as a file "
	    "MONTH/DAY-DRAFT-LIST.eml; empty: none. Files are never removed."),
	ROW(feed_folder, TYPE_TEXT, "",
	    "Folder for Atom feeds (RFC 4287) of what goes out: all.atom, and ADDRESS.atom for each "
	    "broadcast address; all.en.atom, ADDRESS.en.atom for lists in another language. It must "
	    "be there, and the web server may read it; empty: none."),
	ROW(feed_url, TYPE_HTTPS_URL, "",
	    "Under which address the web server shows that folder, such as "
	    "https://www.town.example/mail; empty: the feeds do not say where they are."),
	ROW(feed_entries, TYPE_NUMBER, "50",
	    "How many entries a feed has; older ones leave it."),
	ROW(cap_folder, TYPE_TEXT, "",
	    "Folder for the same as files of the Common Alerting Protocol (OASIS CAP 1.2), one "
	    "for each broadcast, correction and stop; empty: none."),
	ROW(cap_keep, TYPE_DURATION, "30d", "After this time these files are removed."),
	ROW(cap_area, TYPE_TEXT, "",
	    "Name of the area that they are about (areaDesc), such as the town's; empty: they "
	    "name none."),
	ROW(cap_categories, TYPE_CAP_CATEGORIES, "",
	    "Lists with their category, separated by commas, such as bosai Safety, * Other; * "
	    "stands for the others. Where a list has none: Safety for urgent broadcasts, Other "
	    "for those that are not."),
	ROW(cap_urgent, TYPE_CAP_LEVEL, "Immediate, Severe, Unknown",
	    "Urgency, severity and certainty of urgent broadcasts."),
	ROW(cap_ordinary, TYPE_CAP_LEVEL, "Unknown, Minor, Unknown",
	    "The same of others."),
	ROW(on_release, TYPE_PROGRAM, "",
	    "Program, with its arguments, that is run without a shell for each broadcast, "
	    "correction and stop, with a JSON object on its standard input (see kairan(7)); "
	    "empty: none."),
	ROW(on_release_timeout, TYPE_DURATION, "60s",
	    "How long it may take; then it is ended, and tried again."),
	ROW(on_release_attempts, TYPE_DURATION, "1d",
	    "For how long a failure is tried again."),
	ROW(broadcast_footer, TYPE_TEXT, "standard",
	    "What stands below the text of broadcasts, and is not counted with it: standard "
	    "(section, telephone, how to leave), none, or a text, of several lines if need be, into "
	    "which {section}, {phone} and {leave} are put."),
	ROW(broadcast_reply_to, TYPE_REPLY_TO, "none",
	    "Where residents' answers to broadcasts go: an address, section (the first "
	    "ldap_shared_mail of the section), or none: to the broadcast address, which answers "
	    "whom to ask."),
	ROW(notice_sender, TYPE_TEXT, "kairan",
	    "Local part of the From: address of notices, in service_domain."),
	ROW(address_delimiter, TYPE_DELIMITER, "+",
	    "What stands before the token in addresses that kairan writes (decide+TOKEN@): one of "
	    "+ - . for gateways that refuse or cut the others. All three are understood."),
	ROW(notice_name_ja, TYPE_TEXT, "回覧（メール配信）",
	    "Japanese display name of notices."),
	ROW(notice_name_en, TYPE_TEXT, "kairan (mail broadcasts)",
	    "English display name of notices."),
	ROW(help_contact, TYPE_TEXT, "",
	    "Whom notices say to ask, such as a name and a telephone number; empty: the "
	    "administrators, at postmaster@ of service_domain."),
	ROW(password_help, TYPE_TEXT, "",
	    "Where people change their password (Art. 12), as notices tell them: a web address "
	    "or a sentence; empty: they are told to ask (help_contact)."),

	ROW(ldap_uri, TYPE_TEXT, NULL, "LDAP server, such as ldapi:/// or ldaps://host."),
	ROW(ldap_bind_dn, TYPE_TEXT, "", "DN that kairan binds as; empty: anonymous."),
	ROW(ldap_password_file, TYPE_TEXT, "",
	    "File whose first line is the password of ldap_bind_dn."),
	ROW(ldap_starttls, TYPE_YES_NO, "no",
	    "Whether ldap:// goes on with TLS (StartTLS)."),
	ROW(ldap_ca_file, TYPE_TEXT, "",
	    "File with the certificates that the LDAP server's is verified by; empty: the "
	    "system's."),
	ROW(ldap_plain_password, TYPE_YES_NO, "no",
	    "Whether the password may go to another machine without TLS, where everybody on the "
	    "way can read it."),
	ROW(ldap_base, TYPE_TEXT, NULL,
	    "DN below which people, sections and broadcasts are."),
	ROW(ldap_timeout, TYPE_DURATION, "5s", "Longest time for one LDAP answer."),
	ROW(ldap_person_filter, TYPE_TEXT, "(objectClass=inetOrgPerson)",
	    "Filter of people."),
	ROW(ldap_uid, TYPE_TEXT, "uid", "Attribute of a person's login."),
	ROW(ldap_mail, TYPE_TEXT, "mail", "Attribute of a person's mail addresses."),
	ROW(ldap_mail_alias, TYPE_TEXT, "kairanMailAlias",
	    "Attribute of further addresses of a person; empty: none."),
	ROW(ldap_name, TYPE_TEXT, "cn",
	    "Attribute of a person's name; ;lang-ja and ;lang-en are preferred."),
	ROW(ldap_name_parts, TYPE_TEXT, "sn, givenName",
	    "Attributes, separated by commas, of what a person signs with beside the name; "
	    "empty: none."),
	ROW(ldap_contacts, TYPE_TEXT,
	    "title, ou, o, telephoneNumber, facsimileTelephoneNumber, mobile, postalAddress",
	    "Attributes, separated by commas, of what else stands in a person's signature; "
	    "empty: none."),
	ROW(ldap_phones, TYPE_TEXT, "telephoneNumber, mobile",
	    "Attributes, separated by commas, of the telephone numbers of a person or section, "
	    "which are told when nobody answers; empty: none."),
	ROW(ldap_language, TYPE_TEXT, "preferredLanguage",
	    "Attribute of a person's language."),
	ROW(ldap_person_section, TYPE_TEXT, "",
	    "Attribute that names a person's section, compared between approver and "
	    "delegates (Art. 4); empty: none."),
	ROW(ldap_section_filter, TYPE_TEXT, "(objectClass=kairanSection)",
	    "Filter of sections."),
	ROW(ldap_approver, TYPE_TEXT, "kairanApprover",
	    "Attribute of a section's approver (DN)."),
	ROW(ldap_approver_status, TYPE_TEXT, "kairanApproverStatus",
	    "Attribute of the approver's status: active, suspended or revoked."),
	ROW(ldap_approver_status_until, TYPE_TEXT, "kairanApproverStatusUntil",
	    "Attribute of the time at which a suspension ends by itself (Art. 6); empty: none."),
	ROW(ldap_approver_status_item, TYPE_TEXT, "kairanApproverStatusItem",
	    "Attribute of the item of Art. 6-1, 1 to 5, that a suspension or revocation goes by; "
	    "empty: none."),
	ROW(ldap_approver_status_reason, TYPE_TEXT, "kairanApproverStatusReason",
	    "Attribute of the administrator's reason for it, which is told; empty: none."),
	ROW(ldap_staff, TYPE_TEXT, "kairanStaff",
	    "Attribute of a section's staff (DNs)."),
	ROW(ldap_delegate, TYPE_TEXT, "kairanDelegate",
	    "Attribute of a section's delegates (DNs)."),
	ROW(ldap_delegate_from, TYPE_TEXT, "kairanDelegateFrom",
	    "Attribute of a person, from when on they decide as a delegate (Art. 4): a generalized "
	    "time with its zone, or a date; empty: none."),
	ROW(ldap_delegate_until, TYPE_TEXT, "kairanDelegateUntil",
	    "Attribute of the end of that time; a date is in it as a whole. Empty: none."),
	ROW(ldap_shared_mail, TYPE_TEXT, "kairanSharedMail",
	    "Attribute of a section's shared addresses, from which its staff may write drafts "
	    "after logging in as themselves; empty: none."),
	ROW(ldap_duty_list, TYPE_TEXT, "kairanDutyList",
	    "Attribute of who is called when nobody answers (DNs), of a section, or of the "
	    "service for the sections that have none; empty: none."),
	ROW(ldap_service_filter, TYPE_TEXT, "(objectClass=kairanService)",
	    "Filter of the entry with the service's own duty list."),
	ROW(ldap_display_name, TYPE_TEXT, "displayName",
	    "Attribute of the name of a section or broadcast, with language tags."),
	ROW(ldap_broadcast_filter, TYPE_TEXT, "(objectClass=kairanBroadcast)",
	    "Filter of broadcasts."),
	ROW(ldap_broadcast_mail, TYPE_TEXT, "mail",
	    "Attribute of a broadcast's address."),
	ROW(ldap_broadcast_section, TYPE_TEXT, "kairanSectionDN",
	    "Attribute of the sections that may use a broadcast (DNs)."),
	ROW(ldap_broadcast_list, TYPE_TEXT, "kairanList",
	    "Attribute of a broadcast's subscriber list."),
	ROW(ldap_broadcast_quiet_hours, TYPE_TEXT, "kairanQuietHours",
	    "Attribute of a broadcast's own quiet hours, which replace quiet_hours."),
	ROW(ldap_broadcast_urgency, TYPE_TEXT, "kairanUrgency",
	    "Attribute that says urgent where all drafts to a broadcast are urgent."),
	ROW(ldap_broadcast_footer, TYPE_TEXT, "kairanFooter",
	    "Attribute of a broadcast's own footer, which replaces broadcast_footer."),
	ROW(ldap_broadcast_reply_to, TYPE_TEXT, "kairanReplyTo",
	    "Attribute of a broadcast's own Reply-To, which replaces broadcast_reply_to."),
	ROW(ldap_broadcast_twin, TYPE_TEXT, "kairanTwin",
	    "Attribute of a broadcast's lists in other languages, each with its language before "
	    "it: en bosai-en."),
	ROW(ldap_broadcast_drill, TYPE_TEXT, "kairanDrillList",
	    "Attribute of the list that gets a broadcast's drills."),
	ROW(ldap_admin_filter, TYPE_TEXT,
	    "(&(objectClass=groupOfNames)(cn=kairan-admins))",
	    "Filter of the group of system administrators (Art. 3)."),
	ROW(ldap_admin_member, TYPE_TEXT, "member",
	    "Attribute of that group's members (DNs)."),
	ROW(ldap_password_changed, TYPE_TEXT, "pwdChangedTime",
	    "Attribute of the time a password was changed (Art. 12); empty: unknown."),
	ROW(ldap_password_reset, TYPE_TEXT, "pwdReset",
	    "Attribute that is TRUE while a reissued password must be changed."),
	ROW(ldap_password_locked, TYPE_TEXT, "pwdAccountLockedTime",
	    "Attribute of an account that is locked."),
	ROW(ldap_entry_id, TYPE_TEXT, "entryUUID",
	    "Attribute that stays when an entry is renamed; empty: none."),
	ROW(ldap_accesslog_base, TYPE_TEXT, "",
	    "Suffix of the accesslog overlay's database, whose writes come into the audit "
	    "trail (Art. 8); empty: none."),
	ROW(ldap_people_base, TYPE_TEXT, "",
	    "Entry below which `kairanctl apply form1` registers new people (Art. 10); empty: "
	    "ou=people below ldap_base."),
	ROW(ldap_sections_base, TYPE_TEXT, "",
	    "The same of new sections; empty: ou=sections below ldap_base."),
	ROW(ldap_broadcasts_base, TYPE_TEXT, "",
	    "The same of new broadcasts; empty: ou=broadcasts below ldap_base."),
	ROW(ldap_created, TYPE_TEXT, "createTimestamp",
	    "Attribute of the time a person was registered."),
	ROW(snapshot_refresh, TYPE_DURATION, "60s",
	    "How often LDAP is asked what has changed. Where the server tells of changes by "
	    "itself (RFC 4533), they are seen at once."),

	ROW(authserv_id, TYPE_TEXT, "",
	    "authserv-id of our own Authentication-Results, whose DKIM or DMARC pass then "
	    "names a reply's person; empty: only SMTP AUTH does. The milter that adds them "
	    "stands before kairan, and the MTA takes out those that come with a mail."),
	ROW(message_max, TYPE_SIZE, "9M",
	    "Largest mail to an address of ours; larger ones are refused. The mail system takes "
	    "512K more: a request has the draft in it."),
	ROW(character_limit, TYPE_NUMBER, "200",
	    "Most characters in a draft's text (Art. 13-2(2))."),
	ROW(twin_character_limit, TYPE_NUMBER, "500",
	    "The same of a text in another language, which needs more of them to say as much."),
	ROW(part_line, TYPE_PART_LINE, "=== LANGUAGE ===",
	    "The line above each text in a draft to a broadcast with lists in other languages; "
	    "LANGUAGE stands for a language's name or tag."),
	ROW(count_subject, TYPE_YES_NO, "no",
	    "Whether the subject counts towards the limit: yes or no."),
	ROW(html_twin, TYPE_DROP_REFUSE, "drop",
	    "What becomes of an HTML part beside the same text (Art. 13-2(3))."),
	ROW(html_only, TYPE_READ_REFUSE, "read",
	    "What becomes of a draft in HTML alone: read takes the text that comes of it; "
	    "pictures, tables and forms in it are refused like attachments (Art. 13-2(3))."),
	ROW(ready_texts, TYPE_TEXT, "",
	    "Folder of ready texts that staff get by mail to template@: files NAME.txt for all, "
	    "SECTION/NAME.txt for those of the section whose entry is named so (ou=SECTION). The "
	    "first line is Subject: and the subject, then a blank line, and the text (UTF-8), with "
	    "two circles or low lines where something is to be filled in. Empty: there are none."),
	ROW(unfilled_blanks, TYPE_WARN_REFUSE, "refuse",
	    "What becomes of a draft with a blank in it that was not filled in, such as two "
	    "circles, a date of circles, or brackets around nothing: refuse, or warn its approver."),
	ROW(link_domains, TYPE_TEXT, "",
	    "The town's own domains, separated by commas, such as town.example. Addresses of web "
	    "pages on these, and on those below them, do not count towards the limit; those on "
	    "others are a finding (Art. 13-2, 15). Empty: all count, and none is one."),
	ROW(other_links, TYPE_WARN_REFUSE, "refuse",
	    "What becomes of a draft with the address of a page on another domain: refuse, or warn "
	    "its approver. One that looks like another than it is (userinfo, other scripts) is "
	    "always refused. Read where link_domains is set."),
	ROW(wide_lists, TYPE_TEXT, "",
	    "Lists, separated by commas, or *, whose broadcasts may have machine-dependent "
	    "characters and then go out as UTF-8 (Art. 13-2(3))."),
	ROW(protected_patterns, TYPE_TEXT, "",
	    "File of patterns that find protected data (Art. 13-2(4)); empty: none."),
	ROW(reply_banners, TYPE_TEXT, "",
	    "File of patterns of the lines that the town's mail system puts above replies; "
	    "empty: none but those that kairan knows."),
	ROW(reply_footers, TYPE_TEXT, "", "The same of lines that it puts below."),
	ROW(draft_expiry, TYPE_DURATION, "3d",
	    "How long a draft waits for a decision, and its tokens are good."),
	ROW(remind_first, TYPE_DURATION, "30m",
	    "After this time a draft is brought to its approver's mind."),
	ROW(remind_second, TYPE_DURATION, "2h", "After this time, once more."),
	ROW(remind_urgent, TYPE_DURATION, "5m",
	    "After this time an urgent draft is brought to mind."),
	ROW(unanswered_after, TYPE_DURATION, "4h",
	    "After this time without an answer the approver and the delegates are asked again, "
	    "and the writer and the administrators are told whom to call (Art. 13-1); after as "
	    "long again, those on the duty list are. Quiet hours do not count. 0s: never."),
	ROW(unanswered_urgent, TYPE_DURATION, "10m",
	    "The same for an urgent draft, at any hour."),
	ROW(quiet_hours, TYPE_HOURS, "21:00-07:00",
	    "Hours in which nothing goes out that is not urgent (Art. 13-2(1)), or none."),
	ROW(schedule_most, TYPE_DURATION, "90d",
	    "How far ahead a draft may ask to be sent."),
	ROW(password_max_age, TYPE_DURATION, "90d",
	    "Within this time passwords must be changed (Art. 12)."),
	ROW(password_unknown, TYPE_PASS_REFUSE, "pass",
	    "People whose password's age the directory does not know: pass or refuse."),
	ROW(correction_window, TYPE_DURATION, "30d",
	    "How long after a release its report may be answered with a correction (Art. 13-3)."),
	ROW(correction_by_other, TYPE_YES_NO, "no",
	    "Whether somebody else than its writer must confirm a correction (Art. 13-3)."),
	ROW(delegates_wait, TYPE_YES_NO, "no",
	    "Whether delegates are asked only when the approver has not answered by the first "
	    "reminder (Art. 4)."),
	ROW(limit_drafts, TYPE_NUMBER, "100",
	    "How many drafts one login may write in an hour."),
	ROW(limit_held, TYPE_NUMBER, "200",
	    "How many drafts of a section may wait for a decision."),
	ROW(limit_replies, TYPE_NUMBER, "50",
	    "How many replies one person may write about a draft in an hour."),
	ROW(duplicate_window, TYPE_DURATION, "7d",
	    "Approvers are warned of a text like one that went out within this time."),
	ROW(terms_version, TYPE_TEXT, "1",
	    "The version of the terms of use (templates terms.txt) that residents agree to."),
	ROW(confirm_window, TYPE_DURATION, "7d",
	    "How long residents may confirm what they asked for by mail."),
	ROW(limit_resident_address, TYPE_NUMBER, "10",
	    "How many mails of residents a day are answered to one address. Where it is not proven "
	    "who wrote, one is, until it is confirmed or comes back; what else was asked for is "
	    "answered then."),
	ROW(limit_resident_host, TYPE_COUNT, "100",
	    "How many of these from one host are answered in an hour. 0: any."),
	ROW(limit_resident_all, TYPE_COUNT, "3000",
	    "How many mails of residents are answered in an hour in all. 0: any."),
	ROW(drill_words, TYPE_TEXT, "訓練,テスト,drill,test",
	    "Words, separated by commas, that approvers are shown in a warning."),
	ROW(refused_roles, TYPE_TEXT,
	    "abuse, hostmaster, mailer-daemon, no-reply, noreply, postmaster, root",
	    "What stands before the '@' in addresses that are no subscriber's (Art. 2(2)), "
	    "separated by commas; empty: none."),
	ROW(refused_domains, TYPE_TEXT, "",
	    "Domains, separated by commas, whose addresses, and those below them, are no "
	    "subscriber's, such as the town's own; service_domain always is one."),
	ROW(sync_removals, TYPE_COUNT, "10",
	    "How many percent of a list, and always one subscriber, `kairanctl subscribers "
	    "sync` may take away at once, unless it is told a number (--most)."),

	ROW(test_clock, TYPE_TEXT, "",
	    "For tests only: a file with the seconds to add to the clock; empty: off."),
};

#define SETTINGS_COUNT (sizeof(settings_table) / sizeof(settings_table[0]))

/* The text that libconfuse's last complaint had; confuse passes no context pointer, and
 * settings are read by one thread at a time. */
static _Thread_local struct kairan_error *settings_complaint;

static const struct setting *find_setting(const char *name)
{
	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		if (strcmp(settings_table[i].name, name) == 0)
			return &settings_table[i];
	return NULL;
}

static void __attribute__((format(printf, 2, 0)))
complain(cfg_t *cfg, const char *format, va_list args)
{
	(void)cfg;
	/* The first complaint is the cause; confuse may add others while it unwinds. */
	if (settings_complaint != NULL && settings_complaint->text[0] == '\0')
		(void)vsnprintf(settings_complaint->text,
				sizeof(settings_complaint->text), format, args);
}

/* Called by libconfuse when a value has been read, while the line is known. */
static int check_option(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct setting *setting = find_setting(cfg_opt_name(opt));
	const char *text = cfg_opt_getnstr(opt, 0);
	int64_t number;

	if (setting == NULL || text == NULL)
		return -1;
	if (setting_value_parse(setting->type, text, &number))
		return 0;
	cfg_error(cfg, "%s = \"%s\": wants %s", setting->name, text,
		  setting_value_wants(setting->type));
	return -1;
}

static bool store_setting(struct settings *settings, const struct setting *setting,
			  const char *text, struct kairan_error *error_r)
{
	char *place = (char *)settings + setting->offset;
	int64_t number = 0;

	if (!setting_value_parse(setting->type, text, &number))
		return error_set(error_r, "%s = \"%s\": wants %s", setting->name, text,
				 setting_value_wants(setting->type));
	if (!setting_value_is_text(setting->type)) {
		memcpy(place, &number, sizeof(number));
		return true;
	}
	char *copy = strdup(text);
	if (copy == NULL)
		return error_set(error_r, "out of memory");
	memcpy(place, &copy, sizeof(copy));
	return true;
}

static bool fill_settings(cfg_t *cfg, const char *path, struct settings *settings,
			  struct kairan_error *error_r)
{
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		const struct setting *setting = &settings_table[i];
		const char *text = cfg_getstr(cfg, setting->name);

		if (text == NULL)
			text = setting->fallback;
		if (text == NULL)
			return error_set(error_r, "%s: %s is not set, and has no default",
					 path, setting->name);
		if (!store_setting(settings, setting, text, error_r))
			return false;
	}
	return true;
}

#define SQLITE_SCHEME "sqlite:"

/* From here on store_path is the name of the store that was chosen. */
static bool choose_store(cfg_t *cfg, const char *path, struct settings *settings,
			 struct kairan_error *error_r)
{
	const char *name = settings->store;
	char *copy;

	if (*name == '\0')
		return true;
	if (cfg_getstr(cfg, "store_path") != NULL)
		return error_set(error_r, "%s: store and store_path are both set", path);
	if (strncmp(name, SQLITE_SCHEME, strlen(SQLITE_SCHEME)) == 0)
		name += strlen(SQLITE_SCHEME);
	copy = strdup(name);
	if (copy == NULL)
		return error_set(error_r, "out of memory");
	free(settings->store_path);
	settings->store_path = copy;
	return true;
}

/* A whole file; a folder or an octet NUL is an error here, while libconfuse would end the
 * process at the one and the file at the other. */
static char *read_file(const char *path, struct kairan_error *error_r)
{
	FILE *file = fopen(path, "re");
	char *text = NULL, *copy = NULL;
	size_t size = 0;
	ssize_t length;

	if (file == NULL) {
		(void)error_set(error_r, "cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	length = getdelim(&text, &size, '\0', file);
	if (length < 0 && ferror(file) != 0)
		(void)error_set(error_r, "cannot read %s: %s", path, strerror(errno));
	else if (length > 0 && text[length - 1] == '\0')
		(void)error_set(error_r, "%s: has a NUL octet", path);
	else
		copy = strdup(length > 0 ? text : "");
	free(text);
	fclose(file);
	return copy;
}

/* NULL with the complaint, which does not name the place. */
static cfg_t *parse_text(const char *text, struct kairan_error *complaint_r)
{
	cfg_opt_t options[SETTINGS_COUNT + 1] = { 0 };
	cfg_t *cfg;
	int result;

	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		options[i] = (cfg_opt_t)CFG_STR(settings_table[i].name, NULL, CFGF_NONE);
	options[SETTINGS_COUNT] = (cfg_opt_t)CFG_END();
	complaint_r->text[0] = '\0';
	cfg = cfg_init(options, CFGF_NONE);
	if (cfg == NULL) {
		(void)error_set(complaint_r, "out of memory");
		return NULL;
	}
	settings_complaint = complaint_r;
	(void)cfg_set_error_function(cfg, complain);
	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		(void)cfg_set_validate_func(cfg, settings_table[i].name, check_option);
	result = cfg_parse_buf(cfg, text);
	settings_complaint = NULL;
	if (result == CFG_SUCCESS)
		return cfg;
	if (complaint_r->text[0] == '\0')
		(void)error_set(complaint_r, "syntax error");
	cfg_free(cfg);
	return NULL;
}

/* The line of a complaint: the shortest beginning of the file that draws it ends there.
 * libconfuse's own count is off by up to two for each comment before it. */
static int find_line(const char *text, const struct kairan_error *complaint)
{
	int line = 1;

	for (const char *end = strchr(text, '\n'); end != NULL;
	     end = strchr(end + 1, '\n')) {
		struct kairan_error other = { "" };
		char *part = strndup(text, (size_t)(end - text) + 1);
		cfg_t *cfg = part != NULL ? parse_text(part, &other) : NULL;

		free(part);
		if (cfg == NULL && strcmp(other.text, complaint->text) == 0)
			break;
		if (cfg != NULL)
			cfg_free(cfg);
		line++;
	}
	return line;
}

const char *settings_default_path(void)
{
	const char *named = getenv("KAIRAN_CONF");

	return named != NULL && *named != '\0' ? named : SYSCONFDIR "/kairan/kairan.conf";
}

bool settings_load(const char *path, struct settings **settings_r,
		   struct kairan_error *error_r)
{
	struct settings *settings = NULL;
	struct kairan_error complaint;
	char *text = read_file(path, error_r);
	cfg_t *cfg = NULL;
	bool ok = false;

	if (text == NULL)
		return false;
	cfg = parse_text(text, &complaint);
	if (cfg == NULL) {
		(void)error_set(error_r, "%s:%d: %s", path, find_line(text, &complaint),
				complaint.text);
		goto out;
	}
	settings = calloc(1, sizeof(*settings));
	if (settings == NULL)
		(void)error_set(error_r, "out of memory");
	else
		ok = fill_settings(cfg, path, settings, error_r) &&
		     choose_store(cfg, path, settings, error_r);
	if (ok)
		*settings_r = settings;
	else
		settings_free(settings);
	cfg_free(cfg);
out:
	free(text);
	return ok;
}

/* '$' is escaped because libconfuse would put the environment's value for ${NAME}. */
static void print_text(const char *name, const char *text, FILE *out)
{
	fprintf(out, "%s = \"", name);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\' || *text == '$')
			fputc('\\', out);
		if (*text == '\n')
			fputs("\\n", out);
		else
			fputc(*text, out);
	}
	fputs("\"\n", out);
}

void settings_print(const struct settings *settings, FILE *out)
{
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		const struct setting *setting = &settings_table[i];
		const char *place = (const char *)settings + setting->offset;
		char *text;
		int64_t number;

		/* What is printed can be read again. */
		if (*settings->store != '\0' && strcmp(setting->name, "store_path") == 0)
			continue;
		if (setting_value_is_text(setting->type)) {
			memcpy(&text, place, sizeof(text));
			print_text(setting->name, text, out);
		} else {
			memcpy(&number, place, sizeof(number));
			setting_value_print(setting->type, setting->name, number, out);
		}
	}
}

bool settings_get_row(size_t n, struct setting_row *row_r)
{
	if (n >= SETTINGS_COUNT)
		return false;
	row_r->name = settings_table[n].name;
	row_r->fallback = settings_table[n].fallback;
	row_r->wants = setting_value_wants(settings_table[n].type);
	row_r->meaning = settings_table[n].meaning;
	return true;
}

void settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		char *text;

		if (!setting_value_is_text(settings_table[i].type))
			continue;
		memcpy(&text, (char *)settings + settings_table[i].offset, sizeof(text));
		free(text);
	}
	free(settings);
}

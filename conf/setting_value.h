/*
 * The types of settings: how a value is written, checked and shown.
 */
#ifndef KAIRAN_CONF_SETTING_VALUE_H
#define KAIRAN_CONF_SETTING_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum setting_type {
	TYPE_TEXT,
	TYPE_NUMBER,
	TYPE_MONTH,
	TYPE_DAY, /* that every month has; 0: none */
	TYPE_OCTAL,
	TYPE_DURATION,
	TYPE_SIZE,
	TYPE_CHARSET,
	TYPE_LOG_TARGET,
	TYPE_LANGUAGE,
	TYPE_DOMAIN,
	TYPE_PATH,
	TYPE_STORE, /* or empty */
	TYPE_SMTP_URL,
	TYPE_ZONE,
	TYPE_HOURS,
	TYPE_YES_NO,
	TYPE_COUNT, /* a number that may be 0 */
	TYPE_VERP,
	TYPE_DROP_REFUSE,
	TYPE_PASS_REFUSE,
	TYPE_READ_REFUSE,
	TYPE_WARN_REFUSE,
	TYPE_COPIES,
	TYPE_HTTPS_URL, /* or empty */
	TYPE_DELIMITER, /* of an address and its token */
	TYPE_REPLY_TO,  /* none, section, or an address */
	TYPE_PART_LINE, /* as policy/part.h wants it */
	TYPE_PROGRAM, /* words, as a shell would part them; the first is a path; or empty */
	TYPE_CAP_LEVEL, /* as policy/cap.h reads these two */
	TYPE_CAP_CATEGORIES,
};

/* What the words of some types are kept as. */

/* How the broadcast's text is encoded. */
enum outgoing_charset {
	OUTGOING_AUTO,      /* ISO-2022-JP where every character fits, else UTF-8 */
	OUTGOING_ISO2022JP, /* always; a text that does not fit is refused as a draft */
	OUTGOING_UTF8,
};

/* Where the log goes. */
enum log_target {
	LOG_TARGET_SYSLOG,
	LOG_TARGET_STDERR,
};

/* How each recipient gets an envelope sender of their own. */
enum verp_method {
	VERP_XVERP,  /* Postfix makes them */
	VERP_SHARDS, /* each is a shard of its own: any MTA, and slow */
};

/* How many recipients have one mail. */
enum copies {
	COPIES_SHARED,
	COPIES_PERSONAL, /* each their own, as personal_lists and personal_domains say */
};

/* What becomes of something that a setting speaks of. */
enum handling {
	HANDLING_DROP,
	HANDLING_PASS,
	HANDLING_READ,
	HANDLING_REFUSE,
	HANDLING_WARN,
};

/* Is a value of this type kept as text? Otherwise it is kept as a number. */
bool setting_value_is_text(enum setting_type type);

/* Check a value, and read it when its type is kept as a number. */
bool setting_value_parse(enum setting_type type, const char *text, int64_t *number_r);

/* What a value of this type must look like, for the error text. */
const char *setting_value_wants(enum setting_type type);

/* Is this none, section, an address, or "", as answers to a broadcast go? */
bool setting_value_is_reply_to(const char *text);

/* Is the item in a list of words, separated by commas or blanks, or has the list a "*"? */
bool setting_value_list_has(const char *list, const char *item);

/* Write a line "name = value" for a type that is kept as a number. */
void setting_value_print(enum setting_type type, const char *name, int64_t number,
			 FILE *out);

#endif

/*
 * NAME
 *	setting_value - the types of settings
 *
 * DESCRIPTION
 *	Numbers take a unit: durations s, m, h, d; sizes K, M. Words are looked up in one
 *	table, for reading and for showing.
 *
 * DIAGNOSTICS
 *	None: a bad value is an answer, and the caller knows the line it stands on.
 */
#include "config.h"

#include "conf/setting_value.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "policy/address.h"
#include "policy/cap.h"
#include "policy/hours.h"
#include "policy/part.h"
#include "policy/service_address.h"

static const struct {
	enum setting_type type;
	const char *name;
	int64_t value;
} settings_words[] = {
	{ TYPE_CHARSET, "auto", OUTGOING_AUTO },
	{ TYPE_CHARSET, "iso-2022-jp", OUTGOING_ISO2022JP },
	{ TYPE_CHARSET, "utf-8", OUTGOING_UTF8 },
	{ TYPE_LOG_TARGET, "syslog", LOG_TARGET_SYSLOG },
	{ TYPE_LOG_TARGET, "stderr", LOG_TARGET_STDERR },
	{ TYPE_YES_NO, "no", false },
	{ TYPE_YES_NO, "yes", true },
	{ TYPE_VERP, "xverp", VERP_XVERP },
	{ TYPE_VERP, "shards", VERP_SHARDS },
	{ TYPE_COPIES, "shared", COPIES_SHARED },
	{ TYPE_COPIES, "personal", COPIES_PERSONAL },
	{ TYPE_DROP_REFUSE, "drop", HANDLING_DROP },
	{ TYPE_DROP_REFUSE, "refuse", HANDLING_REFUSE },
	{ TYPE_PASS_REFUSE, "pass", HANDLING_PASS },
	{ TYPE_PASS_REFUSE, "refuse", HANDLING_REFUSE },
	{ TYPE_READ_REFUSE, "read", HANDLING_READ },
	{ TYPE_READ_REFUSE, "refuse", HANDLING_REFUSE },
	{ TYPE_WARN_REFUSE, "warn", HANDLING_WARN },
	{ TYPE_WARN_REFUSE, "refuse", HANDLING_REFUSE },
};

#define WORDS_COUNT (sizeof(settings_words) / sizeof(settings_words[0]))

bool setting_value_is_text(enum setting_type type)
{
	return type == TYPE_TEXT || type == TYPE_LANGUAGE || type == TYPE_DOMAIN ||
	       type == TYPE_PATH || type == TYPE_STORE || type == TYPE_SMTP_URL ||
	       type == TYPE_ZONE || type == TYPE_HOURS || type == TYPE_DELIMITER ||
	       type == TYPE_REPLY_TO || type == TYPE_HTTPS_URL ||
	       type == TYPE_PART_LINE || type == TYPE_PROGRAM || type == TYPE_CAP_LEVEL ||
	       type == TYPE_CAP_CATEGORIES;
}

static bool parse_word(enum setting_type type, const char *text, int64_t *value_r)
{
	for (size_t i = 0; i < WORDS_COUNT; i++) {
		if (settings_words[i].type == type &&
		    strcmp(settings_words[i].name, text) == 0) {
			*value_r = settings_words[i].value;
			return true;
		}
	}
	return false;
}

static int64_t unit_factor(enum setting_type type, const char *unit)
{
	static const struct {
		enum setting_type type;
		const char *unit;
		int64_t factor;
	} units[] = {
		{ TYPE_DURATION, "s", 1 },    { TYPE_DURATION, "m", 60 },
		{ TYPE_DURATION, "h", 3600 }, { TYPE_DURATION, "d", 86400 },
		{ TYPE_SIZE, "K", 1024 },     { TYPE_SIZE, "M", 1024 * 1024 },
	};

	if (*unit == '\0')
		return 1;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].type == type && strcmp(units[i].unit, unit) == 0)
			return units[i].factor;
	return 0;
}

static bool parse_number(enum setting_type type, const char *text, int64_t *value_r)
{
	char *end;
	long long number;
	int64_t factor;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoll(text, &end, type == TYPE_OCTAL ? 8 : 10);
	factor = unit_factor(type, end);
	/* The product has the limit, so that what is printed can be read again. */
	if (errno != 0 || factor == 0 || number > INT32_MAX / factor)
		return false;
	if (number == 0 && type != TYPE_DURATION && type != TYPE_COUNT &&
	    type != TYPE_DAY)
		return false;
	if ((type == TYPE_OCTAL && number > 0777) ||
	    (type == TYPE_MONTH && number > 12) || (type == TYPE_DAY && number > 28))
		return false;
	*value_r = number * factor;
	return true;
}

static bool parse_domain(const char *text)
{
	struct address address;
	char spec[ADDRESS_MAX + 8];

	if (snprintf(spec, sizeof(spec), "x@%s", text) >= (int)sizeof(spec))
		return false;
	/* It is put into addresses as it stands here. */
	return address_read(spec, &address, NULL) && text[strlen(text) - 1] != '.';
}

static bool parse_zone(const char *text)
{
	GTimeZone *zone = *text != '\0' ? g_time_zone_new_identifier(text) : NULL;

	if (zone == NULL)
		return false;
	g_time_zone_unref(zone);
	return true;
}

const char *setting_value_wants(enum setting_type type)
{
	switch (type) {
	case TYPE_NUMBER:
		return "a whole number above zero";
	case TYPE_MONTH:
		return "a month, 1 to 12";
	case TYPE_DAY:
		return "a day that every month has, 1 to 28, or 0";
	case TYPE_OCTAL:
		return "permissions in octal, such as 0660";
	case TYPE_DURATION:
		return "a duration, such as 30s, 5m, 2h or 3d";
	case TYPE_SIZE:
		return "a size, such as 512K or 10M";
	case TYPE_CHARSET:
		return "auto, iso-2022-jp or utf-8";
	case TYPE_LOG_TARGET:
		return "syslog or stderr";
	case TYPE_LANGUAGE:
		return "ja or en";
	case TYPE_DOMAIN:
		return "a mail domain";
	case TYPE_PATH:
		return "an absolute path";
	case TYPE_STORE:
		return "sqlite:/PATH, postgresql://..., or nothing";
	case TYPE_ZONE:
		return "a time zone, such as Asia/Tokyo";
	case TYPE_SMTP_URL:
		return "a URL smtp://HOST:PORT";
	case TYPE_HOURS:
		return "hours of a day, such as 21:00-07:00, or none";
	case TYPE_YES_NO:
		return "yes or no";
	case TYPE_COUNT:
		return "a number, 0 or more";
	case TYPE_VERP:
		return "xverp or shards";
	case TYPE_COPIES:
		return "shared or personal";
	case TYPE_HTTPS_URL:
		return "a URL https://HOST/PATH, or nothing";
	case TYPE_DROP_REFUSE:
		return "drop or refuse";
	case TYPE_PASS_REFUSE:
		return "pass or refuse";
	case TYPE_READ_REFUSE:
		return "read or refuse";
	case TYPE_WARN_REFUSE:
		return "warn or refuse";
	case TYPE_DELIMITER:
		return "one of + - .";
	case TYPE_REPLY_TO:
		return "none, section, or a plain mail address";
	case TYPE_PROGRAM:
		return "the path of a program, with its arguments, or nothing";
	case TYPE_CAP_LEVEL:
		return "urgency, severity and certainty of CAP 1.2, such as Immediate, Severe, "
		       "Unknown";
	case TYPE_CAP_CATEGORIES:
		return "lists with categories of CAP 1.2, such as bosai Safety, * Other";
	case TYPE_PART_LINE:
		return "a line with LANGUAGE in it once, and with something before that";
	case TYPE_TEXT:
		break;
	}
	return "text";
}

/* It stands between angle brackets in a header, with a path behind it. */
static bool parse_https(const char *text)
{
	static const char scheme[] = "https://";
	const char *host = text + strlen(scheme);

	return strncmp(text, scheme, strlen(scheme)) == 0 && *host != '\0' &&
	       *host != '/' && text[strlen(text) - 1] != '/' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-._~:/%[]") == strlen(text);
}

/* Words as a shell would part them, though none has a part in it. */
static bool parse_program(const char *text)
{
	g_auto(GStrv) words = NULL;

	return g_shell_parse_argv(text, NULL, &words, NULL) && *words[0] == '/';
}

bool setting_value_parse(enum setting_type type, const char *text, int64_t *number_r)
{
	struct quiet_hours hours;
	struct cap_level level;

	switch (type) {
	case TYPE_TEXT:
		return true;
	case TYPE_LANGUAGE:
		return strcmp(text, "ja") == 0 || strcmp(text, "en") == 0;
	case TYPE_DOMAIN:
		return parse_domain(text);
	case TYPE_PATH:
		return text[0] == '/';
	case TYPE_STORE:
		return *text == '\0' || strncmp(text, "sqlite:/", 8) == 0 ||
		       strncmp(text, "postgresql://", 13) == 0;
	case TYPE_ZONE:
		return parse_zone(text);
	case TYPE_SMTP_URL:
		return strncmp(text, "smtp://", 7) == 0 && text[7] != '\0';
	case TYPE_HTTPS_URL:
		return *text == '\0' || parse_https(text);
	case TYPE_HOURS:
		return hours_read(text, &hours);
	case TYPE_DELIMITER:
		return strlen(text) == 1 && strchr(SERVICE_DELIMITERS, *text) != NULL;
	case TYPE_REPLY_TO:
		return setting_value_is_reply_to(text);
	case TYPE_PART_LINE:
		return part_line_is_fit(text);
	case TYPE_PROGRAM:
		return *text == '\0' || parse_program(text);
	case TYPE_CAP_LEVEL:
		return cap_read_level(text, &level);
	case TYPE_CAP_CATEGORIES:
		return cap_categories_are_fit(text);
	case TYPE_CHARSET:
	case TYPE_LOG_TARGET:
	case TYPE_YES_NO:
	case TYPE_VERP:
	case TYPE_COPIES:
	case TYPE_DROP_REFUSE:
	case TYPE_PASS_REFUSE:
	case TYPE_READ_REFUSE:
	case TYPE_WARN_REFUSE:
		return parse_word(type, text, number_r);
	case TYPE_MONTH:
	case TYPE_DAY:
	case TYPE_NUMBER:
	case TYPE_COUNT:
	case TYPE_OCTAL:
	case TYPE_DURATION:
	case TYPE_SIZE:
		return parse_number(type, text, number_r);
	}
	return false;
}

void setting_value_print(enum setting_type type, const char *name, int64_t number,
			 FILE *out)
{
	for (size_t i = 0; i < WORDS_COUNT; i++) {
		if (settings_words[i].type == type && settings_words[i].value == number) {
			fprintf(out, "%s = %s\n", name, settings_words[i].name);
			return;
		}
	}
	if (type == TYPE_OCTAL)
		fprintf(out, "%s = 0%llo\n", name, (unsigned long long)number);
	else
		fprintf(out, "%s = %lld%s\n", name, (long long)number,
			type == TYPE_DURATION ? "s" : "");
}

bool setting_value_is_reply_to(const char *text)
{
	struct address address;

	if (*text == '\0' || strcmp(text, "none") == 0 || strcmp(text, "section") == 0)
		return true;
	/* It stands in a header, where phones read no quotes. */
	return address_read(text, &address, NULL) &&
	       strpbrk(text, " <>()[],;:\\\"") == NULL;
}

bool setting_value_list_has(const char *list, const char *item)
{
	const size_t length = strlen(item);

	while (*list != '\0') {
		const char *start = list + strspn(list, ", ");
		const size_t size = strcspn(start, ", ");

		if ((size == 1 && *start == '*') ||
		    (size == length && strncmp(start, item, length) == 0))
			return true;
		list = start + size;
	}
	return false;
}

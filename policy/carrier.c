/*
 * NAME
 *	carrier - what people call the mail systems of mobile carriers
 *
 * DESCRIPTION
 *	"docomo refuses us" says to who is called at night what "mfsmax.docomo.ne.jp" may not.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "policy/carrier.h"

#include <stddef.h>
#include <string.h>

/* Those with one name are one. */
static const struct carrier {
	const char *domain, *ja, *en;
} carriers[] = {
	{ "docomo.ne.jp", "ドコモ", "docomo" },
	{ "ezweb.ne.jp", "au", "au" },
	{ "au.com", "au", "au" },
	{ "uqmobile.jp", "UQ mobile", "UQ mobile" },
	{ "softbank.ne.jp", "ソフトバンク", "SoftBank" },
	{ "softbank.jp", "ソフトバンク", "SoftBank" },
	{ "vodafone.ne.jp", "ソフトバンク", "SoftBank" },
	{ "disney.ne.jp", "ソフトバンク", "SoftBank" },
	{ "ymobile.ne.jp", "ワイモバイル", "Y!mobile" },
	{ "ymobile1.ne.jp", "ワイモバイル", "Y!mobile" },
	{ "emnet.ne.jp", "ワイモバイル", "Y!mobile" },
	{ "willcom.com", "ワイモバイル", "Y!mobile" },
	{ "pdx.ne.jp", "ワイモバイル", "Y!mobile" },
	{ "rakuten.jp", "楽天モバイル", "Rakuten Mobile" },
	{ "rakumail.jp", "楽天モバイル", "Rakuten Mobile" },
	{ "icloud.com", "iCloud", "iCloud" },
	{ "me.com", "iCloud", "iCloud" },
	{ "mac.com", "iCloud", "iCloud" },
	{ "gmail.com", "Gmail", "Gmail" },
	{ "yahoo.co.jp", "Yahoo!メール", "Yahoo! JAPAN Mail" },
	{ "ymail.ne.jp", "Yahoo!メール", "Yahoo! JAPAN Mail" },
	{ "ybb.ne.jp", "Yahoo!メール", "Yahoo! JAPAN Mail" },
	{ "outlook.jp", "Outlook", "Outlook" },
	{ "outlook.com", "Outlook", "Outlook" },
	{ "hotmail.co.jp", "Outlook", "Outlook" },
	{ "hotmail.com", "Outlook", "Outlook" },
	{ "live.jp", "Outlook", "Outlook" },
};

static bool is_below(const char *domain, const char *above)
{
	const size_t length = strlen(domain), tail = strlen(above);

	return length >= tail && strcasecmp(domain + length - tail, above) == 0 &&
	       (length == tail || domain[length - tail - 1] == '.');
}

#define CARRIERS (sizeof(carriers) / sizeof(*carriers))

static const struct carrier *find(const char *domain)
{
	for (size_t i = 0; i < CARRIERS; i++)
		if (is_below(domain, carriers[i].domain))
			return &carriers[i];
	return NULL;
}

const char *carrier_find_name(const char *domain, bool is_japanese)
{
	const struct carrier *carrier = find(domain);

	return carrier == NULL ? NULL : is_japanese ? carrier->ja : carrier->en;
}

const char *carrier_find_first(const char *domain)
{
	const struct carrier *carrier = find(domain);

	for (size_t i = 0; carrier != NULL && i < CARRIERS; i++)
		if (strcmp(carriers[i].en, carrier->en) == 0)
			return carriers[i].domain;
	return domain;
}

bool carrier_has_several(const char *domain)
{
	const struct carrier *carrier = find(domain);
	size_t count = 0;

	for (size_t i = 0; carrier != NULL && i < CARRIERS; i++)
		count += strcmp(carriers[i].en, carrier->en) == 0;
	return count > 1;
}

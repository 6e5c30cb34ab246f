/*
 * NAME
 *	bounce_phrases - the words by which mail systems say why
 *
 * DESCRIPTION
 *	One table: the first row that stands in a text decides. What says little about the address
 *	comes before what says much: "over quota, account disabled" is a full mailbox, "blocked,
 *	unknown user" a block. Who adds a row adds a
 *	report to tests/milter/mail/test_reports.c.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/bounce_phrases.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *phrase; /* folded; two that must stand there, with '|' between them */
	enum bounce_kind kind;
} bounce_phrases[] = {
	/* Exchange Online says so of addresses that its directory does not have. */
	{ "5.4.1|recipient address rejected: access denied", BOUNCE_NO_USER },

	/* Full. */
	{ "over quota", BOUNCE_FULL },
	{ "overquota", BOUNCE_FULL },
	{ "over the quota", BOUNCE_FULL },
	{ "out of storage", BOUNCE_FULL },
	{ "quota exceeded", BOUNCE_FULL },
	{ "quota is exceeded", BOUNCE_FULL },
	{ "exceeded storage", BOUNCE_FULL },
	{ "exceeds the quota", BOUNCE_FULL },
	{ "exceeded its quota", BOUNCE_FULL },
	{ "exceeded his quota", BOUNCE_FULL },
	{ "exceeded their quota", BOUNCE_FULL },
	{ "quota violation", BOUNCE_FULL },
	{ "disk quota", BOUNCE_FULL },
	{ "mailbox full", BOUNCE_FULL },
	{ "mailbox is full", BOUNCE_FULL },
	{ "mail box full", BOUNCE_FULL },
	{ "mailbox size limit", BOUNCE_FULL },
	{ "mailbox for user is full", BOUNCE_FULL },
	{ "insufficient storage", BOUNCE_FULL },
	{ "insufficient system storage", BOUNCE_FULL },
	{ "inbox is full", BOUNCE_FULL },
	{ "storage limit", BOUNCE_FULL },
	{ "容量を超え", BOUNCE_FULL },
	{ "容量が超え", BOUNCE_FULL },
	{ "容量オーバー", BOUNCE_FULL },
	{ "容量不足", BOUNCE_FULL },
	{ "容量がいっぱい", BOUNCE_FULL },
	{ "容量の上限", BOUNCE_FULL },
	{ "メールボックスがいっぱい", BOUNCE_FULL },
	{ "メールボックスが一杯", BOUNCE_FULL },
	{ "受信ボックスがいっぱい", BOUNCE_FULL },
	{ "受信箱がいっぱい", BOUNCE_FULL },
	{ "保存領域が不足", BOUNCE_FULL },
	{ "空き容量がない", BOUNCE_FULL },

	/* Not wanted. */
	{ "dmarc", BOUNCE_POLICY },
	{ "dkim", BOUNCE_POLICY },
	{ "spf check", BOUNCE_POLICY },
	{ "spf fail", BOUNCE_POLICY },
	{ "spf record", BOUNCE_POLICY },
	{ "sender policy framework", BOUNCE_POLICY },
	{ "unauthenticated email", BOUNCE_POLICY },
	{ "sender is unauthenticated", BOUNCE_POLICY },
	{ "blacklist", BOUNCE_POLICY },
	{ "block list", BOUNCE_POLICY },
	{ "blocklist", BOUNCE_POLICY },
	{ "blocked", BOUNCE_POLICY },
	{ "dnsbl", BOUNCE_POLICY },
	{ "spam", BOUNCE_POLICY },
	{ "unsolicited", BOUNCE_POLICY },
	{ "junk mail", BOUNCE_POLICY },
	{ "bulk mail", BOUNCE_POLICY },
	{ "poor reputation", BOUNCE_POLICY },
	{ "bad reputation", BOUNCE_POLICY },
	{ "low reputation", BOUNCE_POLICY },
	{ "sender reputation", BOUNCE_POLICY },
	{ "policy violation", BOUNCE_POLICY },
	{ "violates our policy", BOUNCE_POLICY },
	{ "policy reason", BOUNCE_POLICY },
	{ "local policy", BOUNCE_POLICY },
	{ "content rejected", BOUNCE_POLICY },
	{ "content filter", BOUNCE_POLICY },
	{ "message content", BOUNCE_POLICY },
	{ "prohibited content", BOUNCE_POLICY },
	{ "virus", BOUNCE_POLICY },
	{ "malware", BOUNCE_POLICY },
	{ "receiving mail too quickly", BOUNCE_POLICY },
	{ "receiving mail at a rate", BOUNCE_POLICY },
	{ "rate limit", BOUNCE_POLICY },
	{ "rate-limit", BOUNCE_POLICY },
	{ "throttl", BOUNCE_POLICY },
	{ "too many messages", BOUNCE_POLICY },
	{ "too many recipients", BOUNCE_POLICY },
	{ "too many connections", BOUNCE_POLICY },
	{ "too much mail", BOUNCE_POLICY },
	{ "sending rate", BOUNCE_POLICY },
	{ "unusual rate", BOUNCE_POLICY },
	{ "greylist", BOUNCE_POLICY },
	{ "graylist", BOUNCE_POLICY },
	{ "sender address rejected", BOUNCE_POLICY },
	{ "sender rejected", BOUNCE_POLICY },
	{ "sender denied", BOUNCE_POLICY },
	{ "sender domain", BOUNCE_POLICY },
	{ "client host rejected", BOUNCE_POLICY },
	{ "helo command rejected", BOUNCE_POLICY },
	{ "reverse dns", BOUNCE_POLICY },
	{ "ptr record", BOUNCE_POLICY },
	{ "relaying denied", BOUNCE_POLICY },
	{ "relay access denied", BOUNCE_POLICY },
	{ "unable to relay", BOUNCE_POLICY },
	{ "not authorized", BOUNCE_POLICY },
	{ "not permitted", BOUNCE_POLICY },
	{ "message too large", BOUNCE_POLICY },
	{ "message size exceeds", BOUNCE_POLICY },
	{ "message is larger than", BOUNCE_POLICY },
	{ "exceeds size limit", BOUNCE_POLICY },
	{ "message too big", BOUNCE_POLICY },
	{ "refused by the recipient", BOUNCE_POLICY },
	{ "recipient has refused", BOUNCE_POLICY },
	{ "rejected by the recipient", BOUNCE_POLICY },
	{ "domain-specified", BOUNCE_POLICY },
	{ "迷惑メール", BOUNCE_POLICY },
	{ "受信拒否", BOUNCE_POLICY },
	{ "受信を拒否", BOUNCE_POLICY },
	{ "ドメイン指定", BOUNCE_POLICY },
	{ "なりすまし", BOUNCE_POLICY },
	{ "送信元が認証", BOUNCE_POLICY },
	{ "送信ドメイン認証", BOUNCE_POLICY },
	{ "ブロックされ", BOUNCE_POLICY },
	{ "サイズが大きすぎ", BOUNCE_POLICY },
	{ "サイズ制限", BOUNCE_POLICY },
	{ "ポリシー", BOUNCE_POLICY },
	{ "通数制限", BOUNCE_POLICY },
	{ "一度に大量", BOUNCE_POLICY },

	/* Closed. */
	{ "account disabled", BOUNCE_CLOSED },
	{ "account is disabled", BOUNCE_CLOSED },
	{ "account has been disabled", BOUNCE_CLOSED },
	{ "account that you tried to reach is disabled", BOUNCE_CLOSED },
	{ "account that you tried to reach is inactive", BOUNCE_CLOSED },
	{ "account inactive", BOUNCE_CLOSED },
	{ "account is inactive", BOUNCE_CLOSED },
	{ "account expired", BOUNCE_CLOSED },
	{ "account has expired", BOUNCE_CLOSED },
	{ "account is suspended", BOUNCE_CLOSED },
	{ "account has been suspended", BOUNCE_CLOSED },
	{ "mailbox disabled", BOUNCE_CLOSED },
	{ "mailbox is disabled", BOUNCE_CLOSED },
	{ "mailbox is inactive", BOUNCE_CLOSED },
	{ "mailbox has been closed", BOUNCE_CLOSED },
	{ "user is inactive", BOUNCE_CLOSED },
	{ "no longer accepts mail", BOUNCE_CLOSED },
	{ "no longer in use", BOUNCE_CLOSED },
	{ "no longer valid", BOUNCE_CLOSED },
	{ "no longer on server", BOUNCE_CLOSED },
	{ "has been discontinued", BOUNCE_CLOSED },
	{ "user has moved", BOUNCE_CLOSED },
	{ "解約", BOUNCE_CLOSED },
	{ "退会", BOUNCE_CLOSED },
	{ "廃止", BOUNCE_CLOSED },
	{ "利用停止", BOUNCE_CLOSED },
	{ "現在使われておりません", BOUNCE_CLOSED },
	{ "現在使用されていません", BOUNCE_CLOSED },
	{ "使用されていないメールアドレス", BOUNCE_CLOSED },
	{ "すでに使われていない", BOUNCE_CLOSED },

	/* No such domain. */
	{ "host unknown", BOUNCE_NO_DOMAIN },
	{ "unknown host", BOUNCE_NO_DOMAIN },
	{ "host not found", BOUNCE_NO_DOMAIN },
	{ "host or domain name not found", BOUNCE_NO_DOMAIN },
	{ "domain not found", BOUNCE_NO_DOMAIN },
	{ "domain does not exist", BOUNCE_NO_DOMAIN },
	{ "no such domain", BOUNCE_NO_DOMAIN },
	{ "unknown domain", BOUNCE_NO_DOMAIN },
	{ "domain unknown", BOUNCE_NO_DOMAIN },
	{ "unrouteable mail domain", BOUNCE_NO_DOMAIN },
	{ "unrouteable domain", BOUNCE_NO_DOMAIN },
	{ "couldn't find any host named", BOUNCE_NO_DOMAIN },
	{ "couldn't find any host by that name", BOUNCE_NO_DOMAIN },
	{ "all relevant mx records point to non-existent hosts", BOUNCE_NO_DOMAIN },
	{ "does not accept mail (nullmx)", BOUNCE_NO_DOMAIN },
	{ "domain has null mx", BOUNCE_NO_DOMAIN },
	{ "ドメインが見つかりません", BOUNCE_NO_DOMAIN },
	{ "ドメインが存在しません", BOUNCE_NO_DOMAIN },
	{ "ドメイン名が正しくありません", BOUNCE_NO_DOMAIN },
	{ "宛先のサーバーが見つかりません", BOUNCE_NO_DOMAIN },
	{ "宛先ホストが見つかりません", BOUNCE_NO_DOMAIN },

	/* No such address. */
	{ "user unknown", BOUNCE_NO_USER },
	{ "unknown user", BOUNCE_NO_USER },
	{ "user not found", BOUNCE_NO_USER },
	{ "user doesn't exist", BOUNCE_NO_USER },
	{ "user does not exist", BOUNCE_NO_USER },
	{ "no such user", BOUNCE_NO_USER },
	{ "no such recipient", BOUNCE_NO_USER },
	{ "no such mailbox", BOUNCE_NO_USER },
	{ "no such address", BOUNCE_NO_USER },
	{ "no such person", BOUNCE_NO_USER },
	{ "no mailbox here by that name", BOUNCE_NO_USER },
	{ "no mailbox by that name", BOUNCE_NO_USER },
	{ "no mail box available for this user", BOUNCE_NO_USER },
	{ "not our customer", BOUNCE_NO_USER },
	{ "not a valid mailbox", BOUNCE_NO_USER },
	{ "not a known user", BOUNCE_NO_USER },
	{ "not listed in", BOUNCE_NO_USER },
	{ "isn't listed in", BOUNCE_NO_USER },
	{ "invalid recipient", BOUNCE_NO_USER },
	{ "invalid mailbox", BOUNCE_NO_USER },
	{ "invalid user", BOUNCE_NO_USER },
	{ "bad destination mailbox", BOUNCE_NO_USER },
	{ "unknown recipient", BOUNCE_NO_USER },
	{ "recipient unknown", BOUNCE_NO_USER },
	{ "recipient not found", BOUNCE_NO_USER },
	{ "recipientnotfound", BOUNCE_NO_USER },
	{ "recipient does not exist", BOUNCE_NO_USER },
	{ "recipient no longer", BOUNCE_NO_USER },
	{ "unknown address", BOUNCE_NO_USER },
	{ "address unknown", BOUNCE_NO_USER },
	{ "address not found", BOUNCE_NO_USER },
	{ "address does not exist", BOUNCE_NO_USER },
	{ "address doesn't exist", BOUNCE_NO_USER },
	{ "address couldn't be found", BOUNCE_NO_USER },
	{ "address wasn't found", BOUNCE_NO_USER },
	{ "account that you tried to reach does not exist", BOUNCE_NO_USER },
	{ "account does not exist", BOUNCE_NO_USER },
	{ "no account by that name", BOUNCE_NO_USER },
	{ "no such account", BOUNCE_NO_USER },
	{ "unknown account", BOUNCE_NO_USER },
	{ "unknown local part", BOUNCE_NO_USER },
	{ "unknown local-part", BOUNCE_NO_USER },
	{ "unrouteable address", BOUNCE_NO_USER },
	{ "undeliverable address", BOUNCE_NO_USER },
	{ "mailbox unavailable", BOUNCE_NO_USER },
	{ "mailbox not found", BOUNCE_NO_USER },
	{ "mailbox unknown", BOUNCE_NO_USER },
	{ "mailbox does not exist", BOUNCE_NO_USER },
	{ "mailbox doesn't exist", BOUNCE_NO_USER },
	{ "mailbox invalid", BOUNCE_NO_USER },
	{ "does not have an account", BOUNCE_NO_USER },
	{ "doesn't have an account", BOUNCE_NO_USER },
	{ "宛先が見つかりません", BOUNCE_NO_USER },
	{ "アドレスが見つかりません", BOUNCE_NO_USER },
	{ "宛先不明", BOUNCE_NO_USER },
	{ "あて先不明", BOUNCE_NO_USER },
	{ "宛先が存在しません", BOUNCE_NO_USER },
	{ "アドレスが存在しません", BOUNCE_NO_USER },
	{ "アドレスは存在しません", BOUNCE_NO_USER },
	{ "存在しないメールアドレス", BOUNCE_NO_USER },
	{ "ユーザーが存在しません", BOUNCE_NO_USER },
	{ "ユーザが存在しません", BOUNCE_NO_USER },
	{ "ユーザーが見つかりません", BOUNCE_NO_USER },
	{ "該当するユーザ", BOUNCE_NO_USER },
	{ "アドレスが正しくありません", BOUNCE_NO_USER },
	{ "アドレスに誤り", BOUNCE_NO_USER },
	{ "アドレスが間違", BOUNCE_NO_USER },
	{ "受信者が見つかりません", BOUNCE_NO_USER },
	{ "メールボックスが存在しません", BOUNCE_NO_USER },

	/* It could not be reached. */
	{ "timed out", BOUNCE_UNREACHABLE },
	{ "connection refused", BOUNCE_UNREACHABLE },
	{ "connection timeout", BOUNCE_UNREACHABLE },
	{ "no route to host", BOUNCE_UNREACHABLE },
	{ "network is unreachable", BOUNCE_UNREACHABLE },
	{ "lost connection", BOUNCE_UNREACHABLE },
	{ "retry timeout exceeded", BOUNCE_UNREACHABLE },
	{ "retry time not reached", BOUNCE_UNREACHABLE },
	{ "delivery time expired", BOUNCE_UNREACHABLE },
	{ "delivery expired", BOUNCE_UNREACHABLE },
	{ "message expired", BOUNCE_UNREACHABLE },
	{ "in the queue too long", BOUNCE_UNREACHABLE },
	{ "cannot send message for", BOUNCE_UNREACHABLE },
	{ "i wasn't able to establish an smtp connection", BOUNCE_UNREACHABLE },
	{ "unable to establish an smtp connection", BOUNCE_UNREACHABLE },
	{ "mail loop", BOUNCE_UNREACHABLE },
	{ "loops back to myself", BOUNCE_UNREACHABLE },
	{ "too many hops", BOUNCE_UNREACHABLE },
	{ "name server: .: host name lookup failure", BOUNCE_UNREACHABLE },
	{ "接続できません", BOUNCE_UNREACHABLE },
	{ "タイムアウト", BOUNCE_UNREACHABLE },
	{ "応答がありません", BOUNCE_UNREACHABLE },
	{ "サーバーが混み合って", BOUNCE_UNREACHABLE },
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

char *bounce_phrases_fold(const char *text)
{
	char *folded = malloc(strlen(text) + 1);
	char *to = folded;

	if (folded == NULL)
		abort();
	for (const char *at = text; *at != '\0';) {
		if (!is_blank(*at)) {
			*to++ = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
			at++;
			continue;
		}
		while (is_blank(*at))
			at++;
		/* UTF-8 beyond ASCII has octets of 0x80 and more alone. */
		if (to > folded && (unsigned char)to[-1] < 0x80 &&
		    (unsigned char)*at < 0x80)
			*to++ = ' ';
	}
	*to = '\0';
	return folded;
}

static bool has_both(const char *folded, const char *phrase, const char *bar)
{
	char first[64];
	const size_t length = (size_t)(bar - phrase);

	if (length >= sizeof(first))
		return false;
	memcpy(first, phrase, length);
	first[length] = '\0';
	return strstr(folded, first) != NULL && strstr(folded, bar + 1) != NULL;
}

enum bounce_kind bounce_phrases_find(const char *folded)
{
	for (size_t i = 0; i < ROWS(bounce_phrases); i++) {
		const char *phrase = bounce_phrases[i].phrase;
		const char *bar = strchr(phrase, '|');

		if (bar != NULL ? has_both(folded, phrase, bar)
				: strstr(folded, phrase) != NULL)
			return bounce_phrases[i].kind;
	}
	return 0;
}

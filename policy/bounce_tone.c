/*
 * NAME
 *	bounce_tone - is a mail a report at all?
 *
 * DESCRIPTION
 *	What is not in RFC 3464's form says so in words: that the mail is tried further, that it was
 *	not delivered, or that somebody is away.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/bounce_tone.h"

#include <string.h>

static const char *const delay_phrases[] = {
	"warning message only",
	"this is a warning message",
	"delivery is delayed",
	"delivery delayed",
	"has been delayed",
	"has not yet been delivered",
	"hasn't been delivered yet",
	"not been delivered yet",
	"could not be delivered yet",
	"could not be sent for",
	"delivery attempts will continue",
	"will continue to be tried",
	"will keep trying",
	"will continue trying",
	"will try again",
	"will retry",
	"do not need to resend your message",
	"don't need to resend",
	"no action is required on your part",
	"temporarily deferred",
	"配信が遅れて",
	"配送が遅れて",
	"配送が遅延",
	"配信が遅延",
	"再送を続け",
	"再送信を試み",
	"再度配信を試み",
	"再送信する必要はありません",
};

static const char *const failure_phrases[] = {
	"undeliverable",
	"undelivered",
	"not delivered",
	"wasn't delivered",
	"could not be delivered",
	"couldn't be delivered",
	"cannot be delivered",
	"unable to deliver",
	"wasn't able to deliver",
	"was not able to deliver",
	"delivery failure",
	"delivery failed",
	"delivery has failed",
	"delivery status notification (failure)",
	"failure notice",
	"failed to deliver",
	"mail delivery fail",
	"returned mail",
	"returned to sender",
	"mail system error",
	"permanent fatal errors",
	"permanent error",
	"did not reach",
	"mail delivery problem",
	"送信できませんでした",
	"配信できませんでした",
	"配送できませんでした",
	"お届けできません",
	"届けることができません",
	"配信不能",
	"配送不能",
	"配信に失敗",
	"配送に失敗",
	"送信に失敗",
	"返送",
	"送信エラー",
	"配信エラー",
};

static const char *const answer_phrases[] = {
	"out of office",
	"out of the office",
	"out-of-office",
	"auto reply",
	"auto-reply",
	"autoreply",
	"automatic reply",
	"automatic response",
	"autoresponse",
	"auto response",
	"auto-response",
	"automated reply",
	"automated response",
	"automatically generated reply",
	"vacation",
	"on holiday",
	"on leave",
	"away from the office",
	"away from my",
	"i am away",
	"i'm away",
	"no longer with the company",
	"自動返信",
	"自動応答",
	"自動送信",
	"自動配信",
	"不在",
	"休暇",
	"出張中",
	"外出中",
	"年末年始",
	"休業",
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static bool has_any(const char *folded, const char *const *phrases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(folded, phrases[i]) != NULL)
			return true;
	return false;
}

bool bounce_tone_is_delay(const char *folded)
{
	return has_any(folded, delay_phrases, ROWS(delay_phrases));
}

bool bounce_tone_is_failure(const char *folded)
{
	return has_any(folded, failure_phrases, ROWS(failure_phrases));
}

bool bounce_tone_is_answer(const char *folded)
{
	return has_any(folded, answer_phrases, ROWS(answer_phrases));
}

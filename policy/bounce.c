/*
 * NAME
 *	bounce - what a report of a mail system means for the address
 *
 * DESCRIPTION
 *	The words decide first, since status codes are often general (5.0.0) or wrong; a status
 *	that speaks of a full mailbox or of policy, or is a temporary one, is believed against
 *	words that blame the address. A mail that is no report in RFC 3464's form must say that it
 *	is one.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/bounce.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/bounce_phrases.h"
#include "policy/bounce_tone.h"

/* ---- the status (RFC 3463) ---- */

/* "5.1.1" begins with "5.1.1" and with "5.1"; the first row that fits decides. 5.1.3 is missing:
 * it is what an MTA says that does not take the wild dots of Japanese carriers. */
static const struct {
	const char *start;
	enum bounce_kind kind;
} status_rows[] = {
	{ "5.1.10", BOUNCE_NO_USER },  { "5.1.1", BOUNCE_NO_USER },
	{ "5.1.2", BOUNCE_NO_DOMAIN }, { "5.1.6", BOUNCE_CLOSED },
	{ "5.1.7", BOUNCE_POLICY },    { "5.1.8", BOUNCE_POLICY },
	{ "5.2.1", BOUNCE_CLOSED },    { "5.2.2", BOUNCE_FULL },
	{ "5.2.3", BOUNCE_POLICY },    { "5.3.4", BOUNCE_POLICY },
	{ "5.3", BOUNCE_UNREACHABLE }, { "5.4", BOUNCE_UNREACHABLE },
	{ "5.6", BOUNCE_POLICY },      { "5.7", BOUNCE_POLICY },
	{ "4.2.2", BOUNCE_FULL },      { "4.7", BOUNCE_POLICY },
	{ "4", BOUNCE_UNREACHABLE },
};

static bool begins_with(const char *status, const char *start)
{
	const size_t length = strlen(start);

	return strncmp(status, start, length) == 0 &&
	       (status[length] == '\0' || status[length] == '.');
}

static enum bounce_kind judge_status(const char *status)
{
	for (size_t i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++)
		if (begins_with(status, status_rows[i].start))
			return status_rows[i].kind;
	return BOUNCE_UNKNOWN;
}

/* ---- the words ---- */

static bool is_edge(char c)
{
	/* Beyond ASCII there is no blank beside an address. */
	return (unsigned char)c >= 0x80 || c == '\0' || c == ' ' || c == '<' ||
	       c == '>' || c == '(' || c == ')' || c == ',' || c == ';' || c == '"';
}

void bounce_drop_addresses(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0';) {
		size_t length = 0;

		while (!is_edge(at[length]))
			length++;
		if (memchr(at, '@', length) == NULL) {
			memmove(to, at, length);
			to += length;
		}
		at += length;
		if (*at != '\0')
			*to++ = *at++;
	}
	*to = '\0';
}

/* "" becomes "", too. malloc'd. */
static char *fold(const char *text)
{
	char *folded = bounce_phrases_fold(text);

	/* Somebody may be called spam@ or full@. */
	bounce_drop_addresses(folded);
	return folded;
}

/* Where a status says that it is for now, or that the mail was not wanted, the address is not to
 * blame, whatever the words are. */
static enum bounce_kind weigh(enum bounce_kind by_words, enum bounce_kind by_status)
{
	if (by_words == 0)
		return by_status;
	if (bounce_kind_is_permanent(by_words) &&
	    (by_status == BOUNCE_FULL || by_status == BOUNCE_POLICY))
		return by_status;
	return by_words;
}

static enum bounce_kind judge_failure(const struct bounce_facts *facts, const char *text)
{
	char *words = fold(facts->words);
	enum bounce_kind kind = bounce_phrases_find(words);

	if (kind == 0 && *facts->status == '\0')
		kind = bounce_phrases_find(text);
	free(words);
	kind = weigh(kind, *facts->status != '\0' ? judge_status(facts->status)
						  : BOUNCE_UNKNOWN);
	/* A mail that was tried in vain until its time was over. */
	if (*facts->status == '4' && bounce_kind_is_permanent(kind))
		kind = BOUNCE_UNREACHABLE;
	return kind;
}

/* What is no report of RFC 3464 tells by its words what it is. */
static enum bounce_kind judge_mail(const struct bounce_facts *facts, const char *text)
{
	char *subject = fold(facts->subject);
	const bool is_failure =
	    bounce_tone_is_failure(subject) || bounce_tone_is_failure(text);
	const bool is_delay = bounce_tone_is_delay(subject) || bounce_tone_is_delay(text);
	const bool is_answer = facts->is_automatic || bounce_tone_is_answer(subject) ||
			       (!is_failure && bounce_tone_is_answer(text));

	free(subject);
	if (is_delay)
		return BOUNCE_DELAYED;
	if (is_answer || (!is_failure && !facts->is_nobodys))
		return BOUNCE_AUTOMATIC;
	return judge_failure(facts, text);
}

enum bounce_kind bounce_judge(const struct bounce_facts *facts)
{
	char *text = fold(facts->text);
	enum bounce_kind kind;

	switch (facts->action) {
	case BOUNCE_ACTION_DELAYED:
		kind = BOUNCE_DELAYED;
		break;
	case BOUNCE_ACTION_DELIVERED:
		kind = BOUNCE_DELIVERED;
		break;
	case BOUNCE_ACTION_FAILED:
		kind = judge_failure(facts, text);
		break;
	case BOUNCE_ACTION_NONE:
	default:
		kind = judge_mail(facts, text);
		break;
	}
	free(text);
	return kind;
}

/* ---- when an address is suspended ---- */

bool bounce_is_over(const struct bounce_tally *tally, const struct bounce_limit *limit,
		    int64_t strict)
{
	if (!tally->is_proven)
		return false;
	if (strict > 0 && tally->no_user >= strict)
		return true;
	return limit->failures > 0 && tally->failures >= limit->failures &&
	       tally->last - tally->first >= limit->seconds;
}

static bool is_below(const char *domain, const char *parent, size_t length)
{
	const size_t own = strlen(domain);

	return own >= length && strncasecmp(domain + own - length, parent, length) == 0 &&
	       (own == length || domain[own - length - 1] == '.');
}

bool bounce_is_listed(const char *domain, const char *domains)
{
	static const char separators[] = ", \t";

	for (const char *at = domains; *at != '\0';) {
		const size_t length = strcspn(at, separators);

		if (length > 0 && is_below(domain, at, length))
			return true;
		at += length;
		at += strspn(at, separators);
	}
	return false;
}

bool bounce_is_refusal(const struct bounce_domain_facts *facts,
		       const struct bounce_domain_limit *limit)
{
	return limit->failures > 0 && facts->failures >= limit->failures &&
	       facts->failures * 100 >= facts->recipients * limit->percent;
}

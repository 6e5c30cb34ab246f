/*
 * NAME
 *	verdict - what a rule says, and how SMTP says it
 *
 * DESCRIPTION
 *	One table has each reason's name, article, codes and sentence. Enhanced codes follow
 *	RFC 3463: 5.7.1 for people who may not, 5.6.0 for content, 4.3.0 for a system that
 *	could not ask.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/verdict.h"

#include <stdio.h>
#include <string.h>

static const struct {
	enum verdict_kind kind;
	const char *name;
	const char *article;
	const char *reply;
	const char *status;
	const char *sentence;
} verdict_reasons[REASON_COUNT] = {
	[REASON_NONE] = { VERDICT_PASS, "none", "", "250", "2.0.0", "Ok" },
	[REASON_NOT_LOGGED_IN] = { VERDICT_REFUSE, "not-logged-in", "13-1", "550",
				   "5.7.1",
				   "Art.13-1: log in (SMTP AUTH) to write to this address" },
	[REASON_UNKNOWN_PERSON] = { VERDICT_REFUSE, "unknown-person", "3", "550", "5.7.1",
				    "Art.3: this login is not registered in the directory" },
	[REASON_NOT_STAFF] = { VERDICT_REFUSE, "not-staff", "13-1(2)", "550", "5.7.1",
			       "Art.13-1(2): only staff of the section may broadcast here" },
	[REASON_APPROVER_WRITES] = { VERDICT_REFUSE, "approver-writes", "4", "550",
				     "5.7.1",
				     "Art.4: an approver or delegate may not write drafts" },
	[REASON_SENDER_FOREIGN] = { VERDICT_REFUSE, "sender-foreign", "14", "550",
				    "5.7.1",
				    "Art.14: sender address does not belong to this login" },
	[REASON_NO_APPROVER] = { VERDICT_TEMPFAIL, "no-approver", "4", "451", "4.3.5",
				 "Art.4: the section has no approver to ask" },
	[REASON_SEVERAL_APPROVERS] = { VERDICT_TEMPFAIL, "several-approvers", "4", "451",
				       "4.3.5",
				       "Art.4: the section has more than one approver" },
	[REASON_BOTH_DUTIES] = { VERDICT_TEMPFAIL, "both-duties", "4", "451", "4.3.5",
				 "Art.4: an approver or delegate of the section is staff "
				 "too" },
	[REASON_FOREIGN_DELEGATE] = { VERDICT_TEMPFAIL, "foreign-delegate", "4", "451",
				      "4.3.5",
				      "Art.4: a delegate is of another section" },
	[REASON_NO_SECTION] = { VERDICT_TEMPFAIL, "no-section", "4", "451", "4.3.5",
				"Art.4: this broadcast address belongs to no section" },
	[REASON_MAIL_TWICE] = { VERDICT_TEMPFAIL, "mail-twice", "3", "451", "4.3.5",
				"Art.3: two people have the same mail address" },
	[REASON_PASSWORD_OLD] = { VERDICT_REFUSE, "password-old", "12", "550", "5.7.1",
				  "Art.12: the password is too old, change it" },
	[REASON_PASSWORD_INITIAL] = { VERDICT_REFUSE, "password-initial", "12", "550",
				      "5.7.1",
				      "Art.12: change the password you were given first" },
	[REASON_PASSWORD_LOCKED] = { VERDICT_REFUSE, "password-locked", "12", "550",
				     "5.7.1",
				     "Art.12: the account is locked, apply by form 3" },
	[REASON_PASSWORD_UNKNOWN] = { VERDICT_REFUSE, "password-unknown", "12", "550",
				      "5.7.1",
				      "Art.12: the age of the password is not known" },
	[REASON_DIRECTORY] = { VERDICT_TEMPFAIL, "directory", "", "451", "4.3.0",
			       "The directory does not answer; try again later" },
	[REASON_STORE] = { VERDICT_TEMPFAIL, "store", "", "451", "4.3.0",
			   "The mail could not be stored; try again later" },
	[REASON_EMPTY] = { VERDICT_REFUSE, "empty", "13-2(2)", "554", "5.6.0",
			   "Art.13-2(2): the draft has no text" },
	[REASON_TOO_LONG] = { VERDICT_REFUSE, "too-long", "13-2(2)", "554", "5.6.0",
			      "Art.13-2(2)" },
	[REASON_ATTACHMENT] = { VERDICT_REFUSE, "attachment", "13-2(3)", "554", "5.6.0",
				"Art.13-2(3): text only, no attachments" },
	[REASON_NO_TEXT_PART] = { VERDICT_REFUSE, "no-text-part", "13-2(3)", "554",
				  "5.6.0",
				  "Art.13-2(3): no plain text part in the mail" },
	[REASON_UNDECODABLE] = { VERDICT_REFUSE, "undecodable", "13-2(3)", "554", "5.6.0",
				 "Art.13-2(3)" },
	[REASON_CHARSET] = { VERDICT_REFUSE, "charset", "13-2(3)", "554", "5.6.0",
			     "Art.13-2(3)" },
	[REASON_HTML_TWIN] = { VERDICT_REFUSE, "html-twin", "13-2(3)", "554", "5.6.0",
			       "Art.13-2(3): text only, no HTML" },
	[REASON_PROTECTED] = { VERDICT_REFUSE, "protected", "13-2(4)", "554", "5.6.0",
			       "Art.13-2(4)" },
	[REASON_LEAKED_TOKEN] = { VERDICT_REFUSE, "leaked-token", "13-2(4)", "554",
				  "5.6.0", "Art.13-2(4)" },
	[REASON_NO_SUBJECT] = { VERDICT_REFUSE, "no-subject", "", "554", "5.6.0",
				"The draft has no subject" },
	[REASON_BLANK] = { VERDICT_REFUSE, "blank", "", "554", "5.6.0",
			   "A blank is not filled in" },
	[REASON_LINK] = { VERDICT_REFUSE, "link", "13-2(4)", "554", "5.6.0",
			  "Art.13-2(4): a link leads to a page that is not the town's" },
	[REASON_LINK_END] = { VERDICT_REFUSE, "link-end", "", "554", "5.6.0",
			      "Text stands directly behind the address of a page" },
	[REASON_NO_DRILL_LIST] = { VERDICT_REFUSE, "no-drill-list", "", "554", "5.6.0",
				   "A drill, and the broadcast has no drill list" },
	[REASON_DRILL_MARK] = { VERDICT_REFUSE, "drill-mark", "", "554", "5.6.0",
				"The subject may be meant as that of a drill, or not" },
	[REASON_IS_DRILL] = { VERDICT_REFUSE, "is-drill", "", "550", "5.6.0",
			      "This is a drill already" },
	[REASON_PART_LINE] = { VERDICT_REFUSE, "part-line", "", "554", "5.6.0",
			       "A line that parts languages names none of this address" },
	[REASON_SEND_AT] = { VERDICT_REFUSE, "send-at", "13-2(1)", "554", "5.6.0",
			     "Art.13-2(1): the time in the first line cannot be read" },
	[REASON_SEND_AT_PAST] = { VERDICT_REFUSE, "send-at-past", "13-2(1)", "554",
				  "5.6.0",
				  "Art.13-2(1): the time in the first line has passed" },
	[REASON_SEND_AT_QUIET] = { VERDICT_REFUSE, "send-at-quiet", "13-2(1)", "554",
				   "5.6.0",
				   "Art.13-2(1): the time in the first line is in quiet hours" },
	[REASON_SEND_AT_FAR] = { VERDICT_REFUSE, "send-at-far", "13-2(1)", "554", "5.6.0",
				 "Art.13-2(1): the time in the first line is too far ahead" },
	[REASON_BROKEN] = { VERDICT_REFUSE, "broken", "", "554", "5.6.0",
			    "The mail cannot be read" },
	[REASON_TOO_LARGE] = { VERDICT_REFUSE, "too-large", "13-2(2)", "552", "5.3.4",
			       "Art.13-2(2): the mail is too large" },
	[REASON_AUTOMATIC] = { VERDICT_REFUSE, "automatic", "", "550", "5.7.1",
			       "Automatic mail is not a draft" },
	[REASON_RECALL] = { VERDICT_REFUSE, "recall", "", "554", "5.6.0",
			    "A recall takes no draft back; see the mail that is sent to you" },
	[REASON_FORGED_TOKEN] = { VERDICT_REFUSE, "forged-token", "14", "550", "5.7.1",
				  "Art.14: this address is not valid" },
	[REASON_EXPIRED_TOKEN] = { VERDICT_REFUSE, "expired-token", "", "550", "5.7.1",
				   "The time to answer has passed" },
	[REASON_BROKEN_TOKEN] = { VERDICT_REFUSE, "broken-token", "", "550", "5.1.3",
				  "A part of this address is missing" },
	[REASON_NO_REFERENCE] = { VERDICT_REFUSE, "no-reference", "", "550", "5.1.6",
				  "It cannot be told what this mail answers" },
	[REASON_SEVERAL_REQUESTS] = { VERDICT_REFUSE, "several-requests", "", "550",
				      "5.1.6", "This mail answers more than one mail" },
	[REASON_WRONG_PERSON] = { VERDICT_REFUSE, "wrong-person", "14", "550", "5.7.1",
				  "Art.14: this address was given to somebody else" },
	[REASON_NOT_APPROVER] = { VERDICT_REFUSE, "not-approver", "13-1(3)", "550",
				  "5.7.1",
				  "Art.13-1(3): not the approver or a delegate now" },
	[REASON_URGENT_REASON] = { VERDICT_REFUSE, "urgent-reason", "13-2(1)", "550",
				   "5.6.0",
				   "Art.13-2(1): an urgent approval at night needs a reason" },
	[REASON_OWN_DRAFT] = { VERDICT_REFUSE, "own-draft", "4", "550", "5.7.1",
			       "Art.4: the author of a draft may not decide it" },
	[REASON_DELEGATE_PERIOD] = { VERDICT_REFUSE, "delegate-period", "4", "550",
				     "5.7.1",
				     "Art.4: this is not the time of the delegation" },
	[REASON_DELEGATE_TIME] = { VERDICT_TEMPFAIL, "delegate-time", "4", "451", "4.3.5",
				   "Art.4: the time of the delegation cannot be read" },
	[REASON_SUSPENDED] = { VERDICT_REFUSE, "suspended", "6", "550", "5.7.1",
			       "Art.6: the section's approver is suspended or revoked" },
	[REASON_NOT_CORRECTION] = { VERDICT_REFUSE, "not-correction", "13-3", "550",
				    "5.6.0",
				    "Art.13-3: this address takes the text of a correction" },
	[REASON_NOBODY_HAD] = { VERDICT_REFUSE, "nobody-had", "13-3", "550", "5.6.0",
				"Art.13-3: nobody has had what this would correct" },
	[REASON_NOT_RESIDENT] = { VERDICT_REFUSE, "not-resident", "2(2)", "550", "5.7.1",
				  "Art.2(2): this address cannot be a subscriber's" },
	[REASON_OUT_OF_SERVICE] = { VERDICT_TEMPFAIL, "out-of-service", "7", "451",
				    "4.3.2", "Art.7" },
	[REASON_UNKNOWN_ADDRESS] = { VERDICT_REFUSE, "unknown-address", "", "550",
				     "5.1.1", "No such address here" },
	[REASON_TOO_MANY] = { VERDICT_TEMPFAIL, "too-many", "", "452", "4.5.3",
			      "Too many of these addresses in one mail; send another to the "
			      "rest" },
	[REASON_NOT_READY] = { VERDICT_TEMPFAIL, "not-ready", "", "451", "4.3.0",
			       "The broadcast addresses are not known yet" },
	[REASON_NOT_RELEASING] = { VERDICT_REFUSE, "not-releasing", "", "550", "5.7.1",
				   "Nothing is to be released by this address" },
	[REASON_LIMIT_DRAFTS] = { VERDICT_TEMPFAIL, "limit-drafts", "", "451", "4.7.1",
				  "Too many drafts by this login in an hour "
				  "(limit_drafts); try again later" },
	[REASON_LIMIT_HELD] = { VERDICT_TEMPFAIL, "limit-held", "", "451", "4.7.1",
				"Too many drafts of this section wait for a decision "
				"(limit_held); try again later" },
	[REASON_LIMIT_REPLIES] = { VERDICT_TEMPFAIL, "limit-replies", "", "451", "4.7.1",
				   "Too many replies to this address in an hour "
				   "(limit_replies); try again later" },
	[REASON_CHANGED_ON_WAY] = { VERDICT_TEMPFAIL, "changed-on-way", "13-1", "451",
				    "4.7.1", "Art.13-1: this is not what was approved" },
	[REASON_BYPASS] = { VERDICT_REFUSE, "bypass", "14", "550", "5.7.1",
			    "Art.14: this address takes mail only through submission" },
};

void verdict_pass(struct verdict *verdict_r)
{
	verdict_set(verdict_r, REASON_NONE, NULL);
}

void verdict_set(struct verdict *verdict_r, enum reason reason, const char *detail)
{
	verdict_r->kind = verdict_reasons[reason].kind;
	verdict_r->reason = reason;
	(void)snprintf(verdict_r->text, sizeof(verdict_r->text), "%s%s%s",
		       verdict_reasons[reason].sentence, detail != NULL ? ": " : "",
		       detail != NULL ? detail : "");
}

const char *reason_name(enum reason reason)
{
	return verdict_reasons[reason].name;
}

const char *reason_article(enum reason reason)
{
	return verdict_reasons[reason].article;
}

const char *reason_reply(enum reason reason)
{
	return verdict_reasons[reason].reply;
}

const char *reason_status(enum reason reason)
{
	return verdict_reasons[reason].status;
}

bool reason_find(const char *name, enum reason *reason_r)
{
	for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
		if (strcmp(reason_name((enum reason)reason), name) == 0) {
			*reason_r = (enum reason)reason;
			return true;
		}
	}
	return false;
}

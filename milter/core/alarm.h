/*
 * Alarms: what the administrators must mend. The one who finds something wrong raises an
 * alarm, which is committed at once; the administrators are told by mail, once, as soon as
 * LDAP says who they are, and once more when it is over.
 */
#ifndef KAIRAN_MILTER_CORE_ALARM_H
#define KAIRAN_MILTER_CORE_ALARM_H

#include <stdint.h>

#include "milter/core/kairan.h"

#define ALARM_SECTION     "section"     /* contradicts itself: its DN */
#define ALARM_BROADCAST   "broadcast"   /* of no section: its address */
#define ALARM_LOGIN       "login"       /* of two people: what was logged in with */
#define ALARM_SUSPENDED   "approver"    /* of a section where drafts wait: its DN */
#define ALARM_MAIL        "mail"        /* refused by the MTA: whose */
#define ALARM_AUDIT       "audit"       /* the audit trail is not whole: "chain" */
#define ALARM_TOKENS      "tokens"      /* forged ones came: "forged" */
#define ALARM_REFUSALS    "refusals"    /* of one login, again and again: the login */
#define ALARM_REPLIES     "replies"     /* not answered any more: draft and login */
#define ALARM_DESCRIPTORS "descriptors" /* nearly all are open: "open" */
#define ALARM_DIRECTORY   "directory"   /* LDAP does not answer: "ldap" */
#define ALARM_NOTICE      "notice"      /* cannot be rendered: its kind */
#define ALARM_BOUNCED     "bounced"     /* came back to us: whose */
#define ALARM_REFUSING    "refusing"    /* takes no mail of a release: the domain */
#define ALARM_UNSENT      "unsent"      /* mails that the MTA refuses: "mail" */
#define ALARM_RELEASE     "release"     /* not taken by the MTA: the draft */
#define ALARM_CHANGED     "changed"     /* not what was approved any more: the draft */
#define ALARM_LIMIT       "limit"       /* who is beyond one: the login */
#define ALARM_RESIDENTS   "residents"   /* too much of their mail: a host, or "all" */
#define ALARM_ARCHIVE     "archive"     /* cannot be written: "folder" */
#define ALARM_PUBLISHING \
	"publishing"               /* beside the mail fails: "feed", "cap", "program" */
#define ALARM_PROBE      "probe"   /* kairan's mail to itself: the From that it has */
#define ALARM_FINDING    "finding" /* of the directory's check: its name */
#define ALARM_INSPECTION "inspection" /* of the audit trail is due: "trail" */
#define ALARM_FOOTER     "footer" /* stands below replies: the beginning of its hash */
#define ALARM_STORE      "store"  /* takes nothing: "store"; told by store_round.c */
#define ALARM_CLOCK      "clock"  /* of the machine has jumped: "jump" */
#define ALARM_STAYS      "stays"  /* is due, and does not go out: the draft */

/* alarm-kind.KIND in the phrases names the kind, in the mail's subject. */

/* Something is wrong with one thing: what kind of thing ("section"), which (a DN, an
 * address), the reason (alarm.REASON in the phrases), and the entries it is about. The log
 * says so when it is new. Outside a transaction, as are the next. */
void alarm_raise(struct kairan *kairan, const char *kind, const char *id,
		 const char *reason, const char *detail);

/* Nothing is wrong with it (any more). */
void alarm_clear(struct kairan *kairan, const char *kind, const char *id);

/* What nobody can mend, because it has happened, stands for a day, and what people say to each
 * other for an hour. Returns when the next one is to go, INT64_MAX when none is. */
int64_t alarm_expire(struct kairan *kairan, int64_t now);

/* Tell the administrators of all that they have not been told of, and of what is over. Returns when to try again,
 * INT64_MAX when all is told. */
int64_t alarm_tell(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif

/*
 * Notices: what people are told by mail. A notice is added to the outbox in the
 * transaction that it tells of, and becomes a mail when the courier takes it.
 */
#ifndef KAIRAN_MILTER_CORE_NOTICE_H
#define KAIRAN_MILTER_CORE_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/error.h"
#include "schema/directory.h"
#include "schema/store_draft.h"
#include "schema/store_outbox.h"

#define NOTICE_REQUEST        "request" /* to approver and delegates: please decide */
#define NOTICE_RECEIPT        "receipt" /* to the author: held, who is asked */
#define NOTICE_REFUSED        "refused" /* to the author: refused, where, and what to do */
#define NOTICE_RECALL         "recall"  /* to the author: how to withdraw a draft */
#define NOTICE_AGAIN          "again"   /* to the author: this was submitted before */
#define NOTICE_APPROVED       "approved"      /* to all: decided, by whom */
#define NOTICE_APPROVED_REST  "approved-rest" /* to all: decided, but suspended (Art. 7) */
#define NOTICE_REMINDER       "reminder"      /* to approver and delegates: still waits */
#define NOTICE_ASK_AGAIN      "ask-again"     /* to the same: nobody has answered */
#define NOTICE_UNANSWERED     "unanswered"    /* to the author: so, and whom to call */
#define NOTICE_NOT_REACHED    "not-reached"   /* to the others: one did not get it */
#define NOTICE_CALL           "call"      /* to administrators and duty list: call them */
#define NOTICE_SENT_BACK      "sent-back" /* to all: decided, why; the text to edit */
#define NOTICE_WITHDRAWN      "withdrawn" /* to all */
#define NOTICE_EXPIRED        "expired"   /* to all */
#define NOTICE_STAYED         "stayed"    /* to all: it has ended like that */
#define NOTICE_STAYS          "stays"     /* to all: due, and why it does not go out */
#define NOTICE_RELEASED       "released"  /* to all: the report */
#define NOTICE_RESULT         "result"    /* to all: what could not be delivered */
#define NOTICE_STOPPED        "stopped"   /* to all: who has it, who has not */
#define NOTICE_UNCLEAR        "unclear"   /* to one who replied: not understood, how to */
#define NOTICE_ALREADY        "already" /* to one who replied: who decided first, when */
#define NOTICE_CONFIRM_URGENT "confirm-urgent" /* to one who replied: say it twice */
#define NOTICE_NOT_COUNTED    "not-counted"  /* to one who replied: may not decide, why */
#define NOTICE_MISADDRESSED   "misaddressed" /* to one who answered to the wrong address */
#define NOTICE_OUT_OF_SERVICE "out-of-service" /* to staff: deferred, once a suspension */
#define NOTICE_NOT_ASKED      "not-asked" /* to the author: held, nobody can be asked yet */

/* About no draft. */
#define NOTICE_ALARM            "alarm"            /* to the administrators: mend this */
#define NOTICE_ALARM_OVER       "alarm-over"       /* to them: that is over */
#define NOTICE_PASSWORD_WARNING "password-warning" /* to all with a duty: change it */

#define NOTICE_SUSPENSION    "suspension"    /* to the people of sections (Art. 7) */
#define NOTICE_REPORT        "report"        /* to the administrators: the month before */
#define NOTICE_REPORT_YEAR   "report-year"   /* to nobody: kairanctl writes it */
#define NOTICE_DUTY_CHANGED  "duty-changed"  /* to the section head (Art. 10, 11) */
#define NOTICE_ADMINISTRATOR "administrator" /* to the administrators: one came or left */
#define NOTICE_APPLICATION \
	"application"              /* to who applied, and who is concerned (Art. 10-12) */
#define NOTICE_STANDING "standing" /* to all of a section, of its approver (Art. 6) */
#define NOTICE_INSTRUCT "instruct" /* to an approver, about staff (Art. 6-2) */
#define NOTICE_INSTRUCT_ANSWER \
	"instruct-answer" /* to the administrators: what came of it */
#define NOTICE_INSTRUCT_OVERDUE "instruct-overdue" /* to both: there is no answer */
#define NOTICE_INCIDENT         "incident"         /* to the administrators (Art. 9) */
#define NOTICE_INCIDENT_RECEIPT "incident-receipt" /* to who reported it */
#define NOTICE_INCIDENT_NOTE    "incident-note"    /* something was added to it */
#define NOTICE_INCIDENT_CLOSED  "incident-closed"  /* cause and measure (Art. 9) */
#define NOTICE_HELP             "help"             /* to who asked help@ */
#define NOTICE_READY_LIST       "ready-list"       /* to who asked template@ */
#define NOTICE_READY_TEXT       "ready-text"       /* likewise */
#define NOTICE_PREVIEW          "preview"          /* to who wrote to preview+LIST@ */
/* To residents; their kinds begin like that. */
#define NOTICE_RESIDENT           "resident-"
#define NOTICE_RESIDENT_JOIN      "resident-join" /* to confirm; with the terms of use */
#define NOTICE_RESIDENT_WELCOME   "resident-welcome"   /* registered */
#define NOTICE_RESIDENT_LEAVE     "resident-leave"     /* to confirm */
#define NOTICE_RESIDENT_GOODBYE   "resident-goodbye"   /* has left */
#define NOTICE_RESIDENT_PAUSE     "resident-pause"     /* to confirm */
#define NOTICE_RESIDENT_PAUSE_HOW "resident-pause-how" /* until when? */
#define NOTICE_RESIDENT_PAUSED    "resident-paused"    /* until then nothing comes */
#define NOTICE_RESIDENT_STATUS    "resident-status"    /* what they are registered for */
#define NOTICE_RESIDENT_TERMS     "resident-terms"     /* new terms of use, to agree to */
#define NOTICE_RESIDENT_AGREED    "resident-agreed"    /* so they have */
#define NOTICE_RESIDENT_OFFICE    "resident-office"    /* nobody reads it; whom to ask */
#define NOTICE_TERMS              "terms" /* no notice: the terms of use, put into others */

#define NOTICE_PLAIN "plain" /* in the place of one that cannot be rendered */

/* Does a notice of this kind go to residents? */
bool notice_is_for_resident(const char *kind);

/* Every kind, and every name that a template may use; NULL-terminated. */
const char *const *notice_kinds(void);
const char *const *notice_names(void);

/* A text from outside as it may stand in a mail: valid UTF-8, LF line ends, without any other
 * control character but TAB and without marks that turn the reading direction, and not longer
 * than a mail is good for. Free with g_free(). */
char *notice_clean_text(const char *text);

/* A JSON object of name, value pairs ended by NULL. Values are cleaned like that. Free with
 * free(). */
char *notice_make_facts(const char *name, ...) __attribute__((sentinel));

/* A text as mail quotes it ("> " before each line), cut after some 2,000 octets at a
 * character's end. "" stays "". Free with g_free(). */
char *notice_quote_text(const char *text);

/* A line (UTF-8) as a phone shows it: cut after 60 characters. Free with g_free(). */
char *notice_shorten_line(const char *line);

/* What somebody is told. */
struct notice {
	const char *kind;  /* NOTICE_... */
	int64_t draft;     /* 0: about none */
	const char *facts; /* a JSON object; NULL for none */
	int64_t now;
};

/* Add a notice to one person of its draft. Inside a transaction, as are the next. */
bool notice_add_party(struct store *store, const struct notice *notice,
		      const struct party *party, struct kairan_error *error_r);

/* To every person of its draft but the one with that number (-1: nobody is left out). */
bool notice_add_parties(struct store *store, const struct notice *notice, int64_t except,
			struct kairan_error *error_r);

/* To somebody who is known by an address alone. */
bool notice_add_address(struct store *store, const struct notice *notice,
			const char *mail, const char *language,
			struct kairan_error *error_r);

/* To every person of its draft, who cannot answer to it any more. */
bool notice_inform_parties(struct store *store, const struct notice *notice,
			   struct kairan_error *error_r);

/* To somebody in the directory. Nothing is added for a person without a mail address. */
bool notice_add_person(struct store *store, const struct notice *notice,
		       const struct person *person, struct kairan_error *error_r);

#endif

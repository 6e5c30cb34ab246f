/*
 * Taking in a mail to an address of ours. Each kind of address has an intake of two
 * functions: one judges the recipient when it is named (RCPT), one takes the mail when it
 * is complete (end of message). What both need is here.
 */
#ifndef KAIRAN_MILTER_INTAKE_INTAKE_H
#define KAIRAN_MILTER_INTAKE_INTAKE_H

#include <stdbool.h>

#include "milter/core/kairan.h"
#include "milter/draft/standing.h"
#include "milter/intake/envelope.h"
#include "policy/verdict.h"
#include "schema/store_audit.h"

/* How the MTA is told about recipients at end of message. Each returns false when the MTA
 * did not take it. */
struct intake_mta {
	bool (*add_recipient)(void *context, const char *path);
	bool (*delete_recipient)(void *context, const char *path);
	bool (*add_header)(void *context, const char *name, const char *value);
	bool (*keep_waiting)(void *context); /* resets the MTA's time-out */
	void *context;
};

struct intake_context {
	struct kairan *kairan;
	const struct setup *setup;
	struct envelope *envelope;
	const struct intake_mta *mta; /* NULL before the end of message */
};

/* VERDICT_PASS: taken (or accepted so far); the recipient is then removed from the mail. */
struct intake {
	void (*judge)(const struct intake_context *context, struct recipient *recipient,
		      struct verdict *verdict_r);
	void (*take)(const struct intake_context *context, struct recipient *recipient,
		     struct verdict *verdict_r);
};

extern const struct intake intake_draft;        /* a broadcast address */
extern const struct intake intake_preview;      /* preview+LIST */
extern const struct intake intake_decision;     /* decide+TOKEN */
extern const struct intake intake_withdraw;     /* draft+TOKEN */
extern const struct intake intake_correct;      /* correct+TOKEN */
extern const struct intake intake_instruction;  /* answer+TOKEN (Art. 6-2) */
extern const struct intake intake_notice_reply; /* an answer, and no whole token */
extern const struct intake intake_incident;     /* incident@ (Art. 9) */
extern const struct intake intake_desk;         /* help@, template@ */
extern const struct intake intake_role;         /* postmaster@, abuse@ */
extern const struct intake intake_resident;     /* join-LIST and the like, status */
extern const struct intake intake_confirm;      /* confirm+TOKEN, of residents */
extern const struct intake intake_probe;        /* probe+TOKEN */
extern const struct intake intake_leave_signed; /* leave+TOKEN */
extern const struct intake intake_release;      /* release+TOKEN (expand.c) */

/* Write one audit row in a transaction of its own. On failure the verdict becomes "could
 * not store", so that nothing happens unrecorded. */
void intake_record(const struct intake_context *context, const struct audit_event *event,
		   struct verdict *verdict);

/* An event with the time and the queue id filled in; role is "". */
struct audit_event intake_event(const struct intake_context *context, const char *action);

/* Is the person's password fit to write and decide with (Art. 12)? */
void intake_judge_password(const struct intake_context *context,
			   const struct person *person, struct verdict *verdict_r);

/* How does the section of a draft stand, which author (DN, "": nobody) writes or wrote? On
 * ANSWER_UNKNOWN the verdict says why; the standing is to be cleared in every case. */
enum answer intake_find_standing(const struct intake_context *context,
				 const char *section, const char *author,
				 struct standing *standing_r, struct verdict *verdict_r);

/* The broadcast of this address, as the snapshot of the directory has it, into the recipient; a
 * copy, as ever. */
enum answer intake_find_broadcast(const struct intake_context *context, const char *mail,
				  struct recipient *recipient);

/* Who is logged in? On ANSWER_NO and ANSWER_UNKNOWN the verdict says why. Two people with one
 * mail address raise an alarm. */
enum answer intake_find_login(const struct intake_context *context, const char *login,
			      struct person **person_r, struct verdict *verdict_r);

#endif

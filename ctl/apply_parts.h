/*
 * An application of Art. 10 to 12 on its way through kairanctl apply: what was asked for, who is
 * concerned, and the changes of the directory that come of it.
 */
#ifndef KAIRAN_CTL_APPLY_PARTS_H
#define KAIRAN_CTL_APPLY_PARTS_H

#include <glib.h>

#include "ctl/ctl.h"
#include "milter/core/kairan.h"
#include "schema/directory_edit.h"

/* The command line; NULL where it says nothing. Lists have commas between. */
struct apply_options {
	const char *applicant;
	const char *section;
	const char *section_name; /* "JAPANESE:ENGLISH", as is the other one */
	const char *approver;
	const char *delegates;
	const char *staff;
	const char *shared_mails;
	const char *broadcasts; /* form 1: one */
	const char *broadcast_name;
	const char *list;
	const char *person;
	const char *refuse; /* why it is not granted */
	const char *bind;   /* who carries it out: a DN, or a login */
	const char *bind_password;
	bool replaces_approver;
	bool is_external;
	bool is_dry_run;
};

/* Somebody who is named. Owned by the application. */
struct applied_person {
	char *login;
	char *dn;              /* canonical */
	struct person *person; /* NULL: not in the directory yet */
	char *mail;            /* "": unknown */
	char *name_ja;
	char *name_en;
	char *password; /* the first one, or the new one; NULL: stays as it is */
};

struct application {
	const struct ctl_call *call;
	const struct settings *settings;
	struct apply_options options;
	struct setup *setup;
	int form;
	bool may_ask;            /* there is a terminal */
	GPtrArray *people;       /* struct applied_person */
	GPtrArray *sections;     /* struct section: all there are */
	struct section *section; /* one of them; NULL: not there yet */
	const struct applied_person *applicant;
	GPtrArray *approvers, *delegates, *staff; /* of people: those who are named */
	const struct applied_person *person;      /* form 3: who it is about */
	char *list;
	char *title_ja, *title_en; /* what the section is called; form 3: "" */
	char *about;               /* addresses that come or go, with commas between */
	struct directory_edit *edit;
	unsigned complaints;
};

/* Say that something contradicts an article of the regulation (takes the text), and count it. */
void apply_complain(struct application *application, const char *article, char *text);

/* ---- asking (apply_ask.c) ---- */

/* A line from the terminal: a new string, without blanks around it; "" for none. */
char *apply_ask(const char *question);
/* The same, unseen. Wipe it. */
char *apply_ask_secret(const char *question);

/* Put what an option says, or what is answered, into a new string; "" for neither. */
char *apply_want(const struct application *application, const char *said, const char *ja,
		 const char *en);

/* ---- people (apply_people.c) ---- */

/* Somebody by "LOGIN" or "LOGIN:MAIL:NAME[:NAME IN LATIN LETTERS]", looked up in the directory, or
 * asked for. Not EX_OK: that was told. */
int apply_people_find(struct application *application, const char *text,
		      const struct applied_person **person_r);
/* Several, with commas between; they are added to *list. */
int apply_people_find_all(struct application *application, const char *text,
			  GPtrArray *list);

/* A password that nobody has used, easily read out: three groups of five. NULL: the system has no
 * random octets. Wipe it. */
char *apply_people_make_password(void);

void apply_people_free(void *person);

/* Who applies, from the options or the terminal; after those whom the form names. */
int apply_people_find_applicant(struct application *application);

/* ---- contradictions (apply_check.c) ---- */

/* Complain of what the section would contradict; planned is as it is to be. Not EX_OK: could not
 * ask, and that was told. */
int apply_check_section(struct application *application, const struct section *planned);
/* Complain unless the applicant is the section's head; new_head: who is to be that, or NULL. */
void apply_check_applicant(struct application *application, const struct section *section,
			   const struct applied_person *new_head);
/* Complain of an address that somebody, or a broadcast, has. */
int apply_check_address(struct application *application, const char *address);

/* ---- the forms ---- */

/* Find and ask, and unless it is refused, check it, and make the changes. */
int apply_form1(struct application *application);
int apply_form2(struct application *application);
int apply_form3(struct application *application);

/* (apply_section.c) The section that is called so, by its RDN or its name; NULL: there is none. */
struct section *apply_find_section(const struct application *application,
				   const char *name);
/* What it is called; no English name (NULL): the same. */
void apply_set_title(struct application *application, const char *ja, const char *en);
/* Put a person's entry, and put a broadcast's, among the changes (apply_entries.c). */
void apply_put_person(struct application *application,
		      const struct applied_person *person);
void apply_put_broadcast(struct application *application, const char *section_dn,
			 const char *address, const char *name);

/* ---- the end (apply_end.c) ---- */

/* Record it, tell of it, and print or carry out the changes. */
int apply_end(struct application *application);

#endif

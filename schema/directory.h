/*
 * The directory: who people are, what a section's people may do, which addresses
 * broadcast. The only code that speaks LDAP. Every look-up is asked afresh (but see
 * directory_find_staffed()) and has three answers; ANSWER_UNKNOWN means that the server could not
 * be asked.
 *
 * DNs are returned in one canonical form (LDAPv3 string, lower-case), so that two of them
 * are the same entry exactly when the strings are equal.
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_H
#define KAIRAN_SCHEMA_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "conf/settings.h"
#include "policy/address.h"
#include "policy/delegation.h"
#include "policy/duties.h"
#include "policy/error.h"
#include "policy/password.h"

struct directory;

struct person {
	char *dn;
	char *id;  /* what stays when the entry is renamed (ldap_entry_id); "": unknown */
	char *uid; /* lower case */
	char *name;     /* in the person's own language where the directory has it */
	char *language; /* "ja" or "en" */
	char **mails; /* NULL-terminated; the first is where notices go. May be empty. */
	char **sections; /* values of ldap_person_section; NULL-terminated */
	char **phones;   /* NULL-terminated; NULL of one who was not read just now */
	/* What they sign with, in all languages: ldap_name and ldap_name_parts; and
	 * ldap_contacts. NULL-terminated; only of one found by login, else NULL. */
	char **names;
	char **contacts;
	struct password_facts password;
	struct delegation delegation; /* when they decide, where they are a delegate */
};

struct section {
	char *dn;
	char *id; /* as a person's */
	char *name_ja;
	char *name_en;
	char *approver;              /* NULL: none */
	enum approver_status status; /* a suspension whose end has passed is none */
	int64_t status_until;        /* 0: until it is lifted */
	int status_item;             /* of Art. 6-1; 0: none is named */
	char *status_reason;         /* the administrator's; NULL: none is given */
	char **approvers; /* all who are named; NULL-terminated, as are the next */
	char **staff;
	char **delegates;
	char **shared_mails; /* what its staff may write from besides their own (From:) */
	char *
	    *duty_list; /* who is called when nobody answers; may be empty, as the next */
	char **phones;
	bool has_several_approvers; /* approver is then the first of them */
};

/* A broadcast address, as the snapshot keeps it. */
struct broadcast {
	char *dn;   /* NULL where only the snapshot is known */
	char *mail; /* lower case */
	char *name_ja;
	char *name_en;
	char *list;
	char **sections;   /* DNs; may be empty */
	char *quiet_hours; /* as policy/hours.h reads it; "": the setting's */
	bool urgent;       /* all that it sends is urgent */
	/* Below and beside its text, as the settings broadcast_footer and broadcast_reply_to are
	 * written; "": the setting's. */
	char *footer;
	char *reply_to;
	char **
	    twins; /* its lists in other languages, as policy/part.h has them; may be empty */
	char *
	    drill; /* the list that gets its drills, none of the others; "": there is none */
};

/* Nothing is connected until the first question. The settings must outlive it. */
struct directory *directory_new(const struct settings *settings);
void directory_free(struct directory *directory);

/* The daemon stops, or has new settings: a server that does not answer within a second is not waited for any longer,
 * nor asked again (from any thread). One that is just being connected to has its ldap_timeout. */
void directory_hurry(struct directory *directory);

/* A person by login: the uid, or one of their mail addresses. Two entries that match are
 * a contradiction, and could not be asked about: UNKNOWN. */
enum answer directory_find_person(struct directory *directory, const char *login,
				  struct person **person_r, struct kairan_error *error_r);
/* The DNs of all who match a login, to tell who they are when they are more than one: a
 * NULL-terminated vector, perhaps empty. */
bool directory_list_logins(struct directory *directory, const char *login, char ***dns_r,
			   struct kairan_error *error_r);
enum answer directory_find_person_by_dn(struct directory *directory, const char *dn,
					struct person **person_r,
					struct kairan_error *error_r);

/* Is there an entry with this id (ldap_entry_id), whatever its name is? */
enum answer directory_find_id(struct directory *directory, const char *id,
			      struct kairan_error *error_r);

enum answer directory_find_section(struct directory *directory, const char *dn,
				   struct section **section_r,
				   struct kairan_error *error_r);

/* All sections: a new array of struct section. Those that cannot be understood are in *bad_r, as
 * texts that name the entry (where bad_r is not NULL; else the log has a warning). */
bool directory_list_sections(struct directory *directory, GPtrArray **sections_r,
			     GPtrArray **bad_r, struct kairan_error *error_r);

/* All broadcasts; *broadcasts_r is NULL-terminated. bad_r as for sections. */
bool directory_list_broadcasts(struct directory *directory,
			       struct broadcast ***broadcasts_r, GPtrArray **bad_r,
			       struct kairan_error *error_r);

/* The system administrators (Art. 3): a new array of struct person, perhaps empty; free it
 * with g_ptr_array_unref(). */
bool directory_list_administrators(struct directory *directory,
				   GPtrArray **administrators_r,
				   struct kairan_error *error_r);

/* The duty list of the service, for sections that have none of their own: DNs, a NULL-terminated
 * vector, perhaps empty. */
bool directory_list_duty(struct directory *directory, char ***dns_r,
			 struct kairan_error *error_r);

/* Does this address belong to the person? ASCII case folded. */
bool person_has_mail(const struct person *person, const struct address *address);

/* Is this a shared address of the section? Likewise. */
bool section_has_mail(const struct section *section, const struct address *address);

/* The section as policy/duties.h wants it, without its people (schema/directory_people.h);
 * points into the section. */
struct section_duties section_as_duties(const struct section *section);

void person_free(struct person *person);
void section_free(struct section *section);
/* Is it the broadcast's list, or one of its lists in other languages? */
bool broadcast_has_list(const struct broadcast *broadcast, const char *list);
void broadcast_free(struct broadcast *broadcast);
void broadcasts_free(struct broadcast **broadcasts);

#endif

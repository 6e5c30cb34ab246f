/*
 * What in the directory contradicts the regulation, all of it.
 */
#ifndef KAIRAN_MILTER_ROUND_DIRECTORY_CHECK_H
#define KAIRAN_MILTER_ROUND_DIRECTORY_CHECK_H

#include <glib.h>

#include "milter/core/kairan.h"
#include "policy/verdict.h"

/* What is not in enum reason, since no mail is judged by it. */
enum finding_kind {
	FINDING_CONTRADICTION,    /* see reason */
	FINDING_NO_ENTRY,         /* somebody is named who does not exist */
	FINDING_NO_MAIL,          /* somebody cannot be written to */
	FINDING_SHARED_MAIL,      /* Art. 14: no address, or somebody's own */
	FINDING_NO_POLICY,        /* Art. 12: the age of the password is not known */
	FINDING_UNKNOWN_LIST,     /* a broadcast's list has never had a subscriber */
	FINDING_EMPTY_LIST,       /* it has none who would receive anything */
	FINDING_ORPHAN_LIST,      /* subscribers of a list that no broadcast has */
	FINDING_BROADCAST_TWICE,  /* two broadcasts have the same address */
	FINDING_UNREADABLE,       /* an entry that cannot be understood */
	FINDING_NO_ADMINISTRATOR, /* Art. 3: nobody could be told of anything */
	FINDING_COUNT,
};

struct directory_finding {
	enum finding_kind kind;
	enum reason reason; /* of a contradiction */
	char *where;        /* DN, address of a broadcast, or name of a list */
	char *entry;        /* the other entry it is about; "" */
};

/* Is it worth a mail to the administrators? A list may be prepared before its broadcast. */
bool directory_finding_alarms(const struct directory_finding *finding);

/* Ask LDAP about every section and broadcast. *findings_r is a new array of struct
 * directory_finding. False: could not ask. */
bool directory_check_all(const struct setup *setup, struct store *store,
			 GPtrArray **findings_r, struct kairan_error *error_r);

/* Stable name, article, and what to mend (language "ja" or "en"). */
const char *directory_finding_name(const struct directory_finding *finding);
const char *directory_finding_article(const struct directory_finding *finding);
const char *directory_finding_mend(const struct directory_finding *finding,
				   const char *language);

#endif

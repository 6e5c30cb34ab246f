/*
 * Is the audit trail whole (Art. 8)? And letting go of rows whose time is over.
 */
#ifndef KAIRAN_SCHEMA_AUDIT_CHECK_H
#define KAIRAN_SCHEMA_AUDIT_CHECK_H

#include "schema/store_audit.h"

enum audit_fault {
	AUDIT_WHOLE,
	AUDIT_MISSING,  /* rows before seq were removed */
	AUDIT_INSERTED, /* seq was put in, or stands in another's place */
	AUDIT_CHANGED,  /* seq was changed */
	AUDIT_UNSEALED, /* seq has no seal, though older rows have */
	AUDIT_FORGED,   /* seq's seal is wrong: somebody without the key wrote the row */
	AUDIT_NO_KEY,   /* seq's seal is by a key that audit_key_file does not have */
	AUDIT_NO_START, /* the mark of the first row is wrong */
	AUDIT_NO_END,   /* rows at the end, from seq on, were removed */
};

/* A walk along the chain, page by page, each in a transaction. */
struct audit_check {
	int64_t next; /* the seq that is expected */
	unsigned char previous[AUDIT_HASH_OCTETS];
	bool sealed;      /* a seal has been seen */
	int64_t rows;     /* that were found whole */
	int64_t unsealed; /* of these, older than seals */
	int64_t
	    accepted; /* up to this row an administrator took it as it is; 0: nowhere */
	enum audit_fault fault;
	int64_t seq; /* where */
};

bool audit_check_begin(struct store *store, struct audit_check *check,
		       struct kairan_error *error_r);

/* YES: whole so far, there may be more. NO: the end, or a fault. */
enum answer audit_check_page(struct store *store, struct audit_check *check,
			     int64_t limit, struct kairan_error *error_r);

/* All of it at once. YES: whole. NO: *check_r has the fault. */
enum answer audit_check_all(struct store *store, struct audit_check *check_r,
			    struct kairan_error *error_r);

/* The same outside of a transaction: page by page, each in one of its own. */
enum answer audit_check_walk(struct store *store, struct audit_check *check_r,
			     struct kairan_error *error_r);

/* A stable name of a fault: "changed"; "" for a whole trail. */
const char *audit_fault_name(enum audit_fault fault);

/* In words, for the log. Free with g_free(). */
char *audit_check_describe(const struct audit_check *check);

/* Let go of the rows before the first one that is not older than a time, at most limit of
 * them, so that the chain stays verifiable. *gone_r: how many. */
bool audit_check_prune(struct store *store, int64_t before, int64_t limit,
		       int64_t *gone_r, struct kairan_error *error_r);

#endif

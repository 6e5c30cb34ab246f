/*
 * A resident's own word changes what they are subscribed to (Art. 2(2)).
 */
#ifndef KAIRAN_MILTER_INTAKE_MEMBERSHIP_H
#define KAIRAN_MILTER_INTAKE_MEMBERSHIP_H

#include <stdbool.h>

#include "policy/address.h"
#include "schema/store_resident.h"

/* Carry out what was asked for and confirmed, in the transaction that closes it. consent_id: the
 * Message-ID of the mail that says yes; "": it has none. */
bool membership_carry_out(struct store *store, const struct resident_request *request,
			  const char *consent_id, int64_t now,
			  struct kairan_error *error_r);

/* The same for who leaves by an address that is signed for them. NO: they are not there, or had
 * left. */
enum answer membership_leave(struct store *store, const char *list,
			     const struct address *address, int64_t now,
			     struct kairan_error *error_r);

#endif

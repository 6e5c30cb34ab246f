/*
 * NAME
 *	membership - a resident joins, leaves or pauses
 *
 * DESCRIPTION
 *	Who joins is active, whatever they were; who leaves stays in the store as one that left,
 *	so that no import brings them back. What they are already is no error. The reports count
 *	who came and who went; the audit trail is about administrators, approvers and staff.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/intake/membership.h"

#include "schema/store_subscriber.h"

static bool join(struct store *store, const struct resident_request *request,
		 const struct address *address, const char *consent_id, int64_t now,
		 struct kairan_error *error_r)
{
	const struct subscriber_registration registration = {
		.list = request->list,
		.address = address,
		.origin = { .source = SUBSCRIBER_CONSENT,
			    .terms = request->terms,
			    .consent_id = consent_id,
			    .language = request->language },
		.now = now,
	};
	enum subscriber_state was = SUBSCRIBER_ACTIVE;

	if (store_subscriber_register(store, &registration, &was, error_r) ==
	    ANSWER_UNKNOWN)
		return false;
	return (was != 0 && was != SUBSCRIBER_LEFT) ||
	       store_subscriber_note_change(store, request->list, 1, 0, now, error_r);
}

enum answer membership_leave(struct store *store, const char *list,
			     const struct address *address, int64_t now,
			     struct kairan_error *error_r)
{
	const struct subscriber_entry entry = { .list = list,
						.address = address,
						.state = SUBSCRIBER_LEFT,
						.reason = "",
						.now = now };
	const enum answer answer = store_subscriber_enter(store, &entry, error_r);

	if (answer == ANSWER_YES &&
	    !store_subscriber_note_change(store, list, 0, 1, now, error_r))
		return ANSWER_UNKNOWN;
	return answer;
}

/* Whoever does not receive has nothing to pause. */
static bool pause_until(struct store *store, const struct resident_request *request,
			const struct address *address, int64_t now,
			struct kairan_error *error_r)
{
	const struct subscriber_entry entry = { .list = request->list,
						.address = address,
						.state = SUBSCRIBER_PAUSED,
						.reason = "",
						.paused_until = request->until,
						.now = now };
	enum subscriber_state state = SUBSCRIBER_LEFT;

	if (store_subscriber_find_state(store, request->list, address, &state, error_r) ==
	    ANSWER_UNKNOWN)
		return false;
	if (state != SUBSCRIBER_ACTIVE && state != SUBSCRIBER_PAUSED)
		return true;
	return store_subscriber_enter(store, &entry, error_r) != ANSWER_UNKNOWN;
}

/* To new terms, of what they are subscribed to already. */
static bool agree(struct store *store, const struct resident_request *request,
		  const struct address *address, const char *consent_id,
		  struct kairan_error *error_r)
{
	const struct subscriber_origin origin = { .terms = request->terms,
						  .consent_id = consent_id };

	return store_subscriber_agree(store, request->list, address, &origin, error_r) !=
	       ANSWER_UNKNOWN;
}

bool membership_carry_out(struct store *store, const struct resident_request *request,
			  const char *consent_id, int64_t now,
			  struct kairan_error *error_r)
{
	struct address address;

	if (!address_read(request->address, &address, error_r))
		return false;
	switch (request->kind) {
	case RESIDENT_JOIN:
		return join(store, request, &address, consent_id, now, error_r);
	case RESIDENT_LEAVE:
		return membership_leave(store, request->list, &address, now, error_r) !=
		       ANSWER_UNKNOWN;
	case RESIDENT_PAUSE:
		return pause_until(store, request, &address, now, error_r);
	case RESIDENT_TERMS:
		return agree(store, request, &address, consent_id, error_r);
	case RESIDENT_STATUS:
	case RESIDENT_OFFICE:
		break;
	}
	return true;
}

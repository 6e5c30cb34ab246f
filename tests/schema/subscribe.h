/*
 * A subscriber for tests, who agreed at that time. Needs cmocka.h before it.
 */
#ifndef KAIRAN_TESTS_SUBSCRIBE_H
#define KAIRAN_TESTS_SUBSCRIBE_H

#include "schema/store_subscriber.h"
#include "tests/schema/store_fixture.h"

static enum answer subscribe(const char *list, const char *text, int64_t now)
{
	struct address address;
	enum subscriber_state was;

	assert_true(address_read(text, &address, NULL));
	return store_subscriber_register(
	    at.store,
	    &(struct subscriber_registration){ list,
					       &address,
					       { .source = SUBSCRIBER_CONSENT,
						 .terms = "1",
						 .consent_id = "<a@b.example>" },
					       now },
	    &was, &at.error);
}

#endif

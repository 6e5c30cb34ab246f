/*
 * Who had which duty when the directory was last looked at.
 */
#ifndef KAIRAN_SCHEMA_STORE_DUTY_H
#define KAIRAN_SCHEMA_STORE_DUTY_H

#include <glib.h>
#include <stdbool.h>

#include "schema/store.h"

/* Strings are owned by one that was read (duty_holder_free()). */
struct duty_holder {
	char *section;    /* DN */
	char *section_id; /* ldap_entry_id; "": unknown, as is the next */
	char *duty;       /* approver, delegate, staff */
	char *person;     /* DN */
	char *person_id;
	char *section_ja;
	char *section_en;
	char *uid;
	char *name;
	char *mails;        /* with spaces between them */
	char *status;       /* an approver's: active, suspended, revoked; else "" */
	char *status_facts; /* its end, item and reason; "" when there are none */
};

struct duty_holder *duty_holder_new(void);
void duty_holder_free(struct duty_holder *holder);

/* All of them, ordered by section, duty, person: a new array of struct duty_holder. */
bool store_duty_list(struct store *store, GPtrArray **holders_r,
		     struct kairan_error *error_r);

/* Keep a new or changed one; forget one. */
bool store_duty_put(struct store *store, const struct duty_holder *holder,
		    struct kairan_error *error_r);
bool store_duty_remove(struct store *store, const struct duty_holder *holder,
		       struct kairan_error *error_r);

#endif

/*
 * What the mail system's log says of a release, as drafts show has it.
 */
#ifndef KAIRAN_CTL_CTL_DELIVERY_H
#define KAIRAN_CTL_CTL_DELIVERY_H

#include <jansson.h>

#include "ctl/ctl_table.h"
#include "schema/store_draft.h"

struct ctl_delivery {
	struct ctl_table *times, *domains;
};

/* Empty. Free with ctl_delivery_clear(). */
struct ctl_delivery ctl_delivery_new(const struct settings *settings);
void ctl_delivery_clear(struct ctl_delivery *delivery);

/* Of a draft: nothing where the log has said nothing. In a transaction. */
bool ctl_delivery_fill(struct store *store, const struct draft *draft,
		       struct ctl_delivery *delivery, struct kairan_error *error_r);

void ctl_delivery_print(const struct ctl_delivery *delivery);

/* An object, or null. */
json_t *ctl_delivery_make_json(const struct ctl_delivery *delivery);

#endif

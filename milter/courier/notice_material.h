/*
 * What is read from the store for one notice.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_MATERIAL_H
#define KAIRAN_MILTER_COURIER_NOTICE_MATERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "policy/error.h"
#include "schema/store_draft.h"
#include "schema/store_outbox.h"
#include "schema/store_release.h"
#include "schema/store_resident.h"
#include "schema/store_suspension.h"

struct notice_material {
	struct draft *draft;     /* NULL: about no draft */
	struct draft *corrected; /* NULL: it is no correction */
	struct party *reader;    /* NULL: not a person of the draft */
	GPtrArray *askings;      /* struct outbox_asking, before this notice */
	GPtrArray *parties;      /* NULL without a draft */
	struct release_summary release;
	int64_t subscribers; /* whom the draft goes to */
	int64_t
	    *part_subscribers; /* of each of its parts; once it is released, who had it */
	bool is_limited;       /* to who had what it corrects, which was stopped midway */
	struct suspension *suspension;    /* NULL: none that is in force */
	struct resident_request *request; /* NULL: about none of a resident's */
	GArray *originals; /* struct message_original: what is attached; NULL: nothing */
};

/* Read it, in a transaction of its own; for a notice about no draft only
 * what its facts name. It is to be
 * cleared in every case. */
bool notice_material_read(struct store *store, const struct outbox_notice *notice,
			  struct notice_material *material_r,
			  struct kairan_error *error_r);
void notice_material_clear(struct notice_material *material);

#endif

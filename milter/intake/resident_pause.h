/*
 * Until when a resident's mail asks for a pause.
 */
#ifndef KAIRAN_MILTER_INTAKE_RESIDENT_PAUSE_H
#define KAIRAN_MILTER_INTAKE_RESIDENT_PAUSE_H

#include <stdint.h>

#include "milter/core/kairan.h"
#include "milter/mail/message.h"

/* By the subject, or else by the first line of the person's own that has a date; the time when the
 * pause is over. 0: none is named, or one that cannot be. */
int64_t resident_pause_read(const struct setup *setup, const struct message *message,
			    int64_t now);

#endif

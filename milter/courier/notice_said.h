/*
 * What is wrong, in the reader's language: details of alarms are kept as they are logged, in English.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_SAID_H
#define KAIRAN_MILTER_COURIER_NOTICE_SAID_H

#include "milter/mail/template.h"

/* A detail in a language; as it is where it is none of ours (a library's, a mail system's). Free with
 * g_free(). */
char *notice_said_translate(const struct templates *templates, const char *language,
			    const char *detail);

#endif

/*
 * What a check says it has found, in the reader's language.
 */
#ifndef KAIRAN_CTL_CHECK_SAY_H
#define KAIRAN_CTL_CHECK_SAY_H

/* Who knows the reader's words for English ones (ctl/ctl_say.h); NULL: English is spoken. For
 * the one thread of kairanctl. */
void check_say_by(const char *(*say)(const char *english));

/* A sentence or a printf format of the same arguments. */
const char *check_say(const char *english) __attribute__((format_arg(1)));

#endif

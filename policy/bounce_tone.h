/*
 * What kind of mail it is that came to the address for reports. Texts are folded
 * (bounce_phrases_fold()).
 */
#ifndef KAIRAN_POLICY_BOUNCE_TONE_H
#define KAIRAN_POLICY_BOUNCE_TONE_H

#include <stdbool.h>

/* Does it say that the mail is tried further? */
bool bounce_tone_is_delay(const char *folded);

/* Does it say that a mail was not delivered, whyever? */
bool bounce_tone_is_failure(const char *folded);

/* Does it say that somebody is away, or that a program answers? */
bool bounce_tone_is_answer(const char *folded);

#endif
